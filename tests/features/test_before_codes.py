"""A trail that version 1.11.0 wrote, with an event of every kind: it holds, and everything is told as it was told then.

`tests/data/trail_1_11_0.json`: the rows of that database, and its sessions' history and past days in the words of 1.11.0, but
for people whom a file brought later, whom 1.11.0 left on the list of the days before.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Date, insert, update

from portal.features.measures.queries import bound, runs
from portal.features.past import before_codes
from portal.features.past.as_was import as_it_was
from portal.features.past.history import history
from portal.features.past.proof_checks import Held, as_bytes, check
from portal.features.past.proofs import proof
from portal.features.standing.checking import verify
from portal.files.note import Signer
from portal.store.audit import audit_head
from portal.store.base import Moment, metadata
from portal.store.database import Database
from portal.store.limits import setting
from tests.support.world import World

DATA = Path(__file__).parents[1] / "data"
KEPT: dict[str, Any] = json.loads((DATA / "trail_1_11_0.json").read_text())
PROOF = (DATA / "proof_1_11_0.json").read_bytes()
NUMBERS = sorted(map(int, KEPT["history"]))
TODAY = date(2020, 6, 25)


class Taken(World):
    def __init__(self, db: Database) -> None:
        self.db, self.today, self._app = db, TODAY, None


@pytest.fixture
def w(db: Database) -> Iterator[Taken]:
    with db.writing() as tx:
        for table in metadata.sorted_tables:
            if rows := KEPT["tables"].get(table.name):
                tx.execute(insert(table), [{name: value(table.c[name].type, v) for name, v in row.items()} for row in rows])
        tx.execute(update(audit_head).values(sealed_count=audit_head.c.count, sealed_digest=audit_head.c.digest))  # as migrated
        tx.execute(insert(setting).values(key="dte_automatic", value="1"))  # as its trail says; these tables leave it out
        tx.execute(insert(setting), [{"key": "convocation_days", "value": "7"}, {"key": "dte_days", "value": "14"}])
    world = Taken(db)
    yield world
    world.close()


def value(kind: object, kept: str | None) -> object:
    if isinstance(kind, Moment) and kept:
        return datetime.fromisoformat(kept)
    return date.fromisoformat(kept) if isinstance(kind, Date) and kept else kept


def test_a_kept_event_of_every_kind_is_among_them() -> None:
    events = [(e["action"], json.loads(e["before"]), json.loads(e["after"])) for e in KEPT["tables"]["audit_event"]]
    assert {e[0] for e in events if before_codes.is_old(*e)} == before_codes.WORDS.keys()


def test_the_trail_holds_with_the_measures_that_it_binds(w: Taken) -> None:
    with w.db.snapshot() as conn:
        trail = verify(conn, w.db.audit_key)
        digests = {run.id: bound(conn, run.id)[1] for run in runs(conn)}
    assert (trail.events, trail.broken) == (len(KEPT["tables"]["audit_event"]), None)
    assert len(digests) == 3 and all(digests.values())


@pytest.mark.parametrize("number", NUMBERS)
def test_the_history_is_told_as_it_was_told(w: Taken, number: int) -> None:
    with w.db.reading() as conn:
        told = history(conn, number)
    said = [[t.at.isoformat(), t.who, t.text, list(t.details), t.reason, t.by_measure, t.status] for t in told]
    assert said == KEPT["history"][str(number)]


@pytest.mark.parametrize("number", NUMBERS)
def test_each_day_is_rebuilt_as_it_was_rebuilt(w: Taken, number: int) -> None:
    for on, expected in KEPT["as_was"][str(number)].items():
        with w.db.reading() as conn:
            then = as_it_was(conn, w.get(number), date.fromisoformat(on), TODAY)
        found = {name: getattr(then, name) for name in expected}
        shown = {**found, "candidates": sorted(then.candidates), "jury": sorted(then.jury)}
        assert json.loads(json.dumps(shown, default=str)) == expected, on


def test_a_proof_that_was_given_out_still_holds_and_says_what_a_new_one_says(w: Taken) -> None:
    old = json.loads(PROOF)
    assert check(PROOF, secret=lambda: w.db.audit_key) == Held(1, len(old["evenements"]))
    assert "avec la clé du service" in str(check(PROOF))
    assert "le sceau ne correspond pas" in str(check(as_bytes({**old, "session": 2}), secret=lambda: w.db.audit_key))
    old["evenements"][0]["actor"] = "x"
    assert "son contenu ou son sceau" in str(check(as_bytes(old), secret=lambda: w.db.audit_key))
    with w.db.reading() as conn:
        made = proof(conn, Signer("x", b"x" * 32), w.get(1), w.now())
    assert [one["evenement"] for one in made["evenements"]] == json.loads(PROOF)["evenements"]
    assert {n: made[n] for n in ("mesures", "en_clair")} == {n: old[n] for n in ("mesures", "en_clair")}
