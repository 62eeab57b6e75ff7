"""What the trail says of people stands beside it: an event holds commitments, and what they commit to can be erased."""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, text

from portal.core.outcomes import Saved
from portal.features.past.as_was import as_it_was
from portal.features.past.history import history
from portal.features.past.proof_checks import Held, as_bytes, check, signed_text
from portal.features.past.proofs import proof
from portal.features.privacy.anonymous import erase_accounts, erase_members, erase_sessions
from portal.features.sessions.actions import advance
from portal.features.standing.checking import verify
from portal.files.note import Signer
from portal.paths import ROOT
from portal.rules.lifecycle import Action
from portal.store.audit import audit_event
from portal.store.base import metadata
from portal.store.personal import clear_value
from tests.support.by_hand import by_hand
from tests.support.life import D
from tests.support.lived import after_life
from tests.support.world import World

ERASED = "effacé"
SIGNER = Signer("x", b"x" * 32)
# Names, an address, a telephone number and reasons that the life of `tests.support.life` tells the trail.
SAID = ("Sukarno", "Nguy", "h@x.example", "Mme Brun", "Jury indisponible", "CENTRE A)", "Deux", "ud94@test.example", "Prénom",
        "Jeune-Fille", "jeune fille", "Hors-Ville", "Mulati")  # fmt: skip


@pytest.fixture
def lived(world: World, shared: Path) -> Iterator[World]:
    after_life(world, shared)
    yield world
    world.close()


def broken(w: World) -> str | None:
    with w.db.snapshot() as conn:
        return verify(conn, w.db.audit_key).broken


def held(conn: Connection) -> str:
    return "\n".join(str(tuple(row)) for row in conn.execute(select(audit_event)))


ERASERS = {"session": erase_sessions, "member": erase_members, "account": erase_accounts}


def erase(w: World, of: str) -> None:
    """As retention does."""
    kind, number = of.split()
    with w.db.writing() as tx:
        ERASERS[kind](tx, w.operator(), [int(number)])


def test_the_events_of_a_whole_life_name_nobody_and_history_names_all(lived: World) -> None:
    with lived.db.reading() as conn:
        trail = held(conn)
        told = str([history(conn, number) for number in range(1, 5)])
        tables = [table.name for table in metadata.sorted_tables if table.name not in ("account", "notice", "mail")]
        named = [name for name in tables if "UD 94, Val-de-Marne" in str(conn.execute(text(f"SELECT * FROM {name}")).all())]
    assert [said for said in SAID if said in trail] == []
    assert all(said in told for said in ("SUKARNO", "h@x.example", "Mme Brun", "Jury indisponible", "centre (CENTRE A)", "DEUX"))
    assert not any(said in told for said in ("Jeune", "jeune", "Hors-Ville", "94028")), (
        "a history says which fields were given alone"
    )
    assert ERASED not in told and named == ["clear_value"], "who acted is named in one place"


# ---- what is done to a value by hand


@pytest.fixture
def known(world: World) -> Iterator[World]:
    """One session whose trail knows a member of a jury, a candidate, whom to call, and why."""
    world.today = D("2020-05-04")
    world.session(1, "01/06/2020", "05/06/2020", "en_preparation")
    world.tell(1)
    world.seat(1, "Martin", "Petit")
    done = advance(world.as_("centre"), 1, world.get(1).version, Action.CANCEL, "Salle fermée, dit M. Roux")
    assert isinstance(done, Saved), done
    yield world
    world.close()


@pytest.mark.parametrize("of", ["session 1", "account 2", "member 1"])
def test_a_value_changed_or_given_to_another_person_or_gone_is_named(known: World, of: str) -> None:
    where = f"WHERE \"of\" = '{of}'"
    assert broken(known) is None and known.scalar(f"SELECT count(*) FROM clear_value {where}") != 0
    by_hand(known.db, "CREATE TABLE kept AS SELECT * FROM clear_value")
    for change in (f"UPDATE clear_value SET value = '\"Autre\"' {where}", f"UPDATE clear_value SET \"of\" = 'account 3' {where}"):
        by_hand(known.db, change)
        assert "ce qu’il dit d’une personne a été modifié" in (broken(known) or ""), change
        by_hand(known.db, "DELETE FROM clear_value", "INSERT INTO clear_value SELECT * FROM kept")
    with known.db.reading() as conn:
        before = held(conn)
    by_hand(known.db, f"DELETE FROM clear_value {where}")
    with known.db.reading() as conn:
        assert held(conn) == before, "no digest covers what is erased"
    assert "ce qu’il dit d’une personne a été effacé, et le journal ne dit pas pourquoi" in (broken(known) or "")
    by_hand(known.db, "DROP TABLE kept")


def test_an_erasure_told_before_the_value_was_written_explains_nothing(known: World) -> None:
    erase(known, "session 1")
    assert broken(known) is None
    by_hand(known.db, "UPDATE exam_session SET session_manager = 'Mme Brun' WHERE id = 1")
    assert "session 1 : Responsable de session : « Mme Brun » dans la base, « effacé » dans le journal" in (broken(known) or "")
    by_hand(known.db, f"UPDATE exam_session SET session_manager = '{ERASED}' WHERE id = 1")
    with known.db.writing() as tx:
        known.operator().record(tx, "unlock", session_id=1, reason="Un mot")
        tx.execute(delete(clear_value).where(clear_value.c.of == "session 1"))
    assert "et le journal ne dit pas pourquoi" in (broken(known) or "")


# ---- after an erasure that is told


@pytest.mark.bare
def test_the_trail_holds_with_the_tables_and_the_past_shows_what_is_erased_as_erased(lived: World) -> None:
    with lived.db.reading() as conn:
        before = history(conn, 1)
    for of in ("session 1", "account 2", "member 1"):
        erase(lived, of)
        assert broken(lived) is None, of
    with lived.db.reading() as conn:
        told = history(conn, 1)
        then = as_it_was(conn, lived.get(1), D("2020-04-10"), lived.today)
    numbers = [t.text for t in before if t.action == "results_saved"]
    assert len(told) == len(before) + 1 and [t.text for t in told if t.action == "results_saved"] == numbers
    assert told[0].text.startswith("Données personnelles effacées, au terme de leur durée de conservation")
    words = str(told)
    assert [
        gone for gone in ("SUKARNO", "h@x.example", "Mme Brun", "Jury indisponible", "centre (CENTRE A)") if gone in words
    ] == []
    assert f"({ERASED})" in words and f"« {ERASED} »" in words and ERASED in {t.who for t in told}
    assert then.session_manager == ERASED and any(ERASED in name for name in then.candidates)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_proof_tells_the_values_while_they_are_kept_and_holds_without_them(known: World) -> None:
    with known.db.reading() as conn:
        whole = proof(conn, SIGNER, known.get(1), known.now())
    found, events = check(as_bytes(whole)), len(whole["evenements"])
    assert isinstance(found, Held) and (found.events, found.erased) == (events, 0)
    assert "M. Roux" in str(whole["valeurs"]) and "M. Roux" not in str(whole["evenements"])
    erase(known, "session 1")
    with known.db.reading() as conn:
        after = proof(conn, SIGNER, known.get(1), known.now())
    found = check(as_bytes(after))
    assert isinstance(found, Held) and found.events == events + 1 and found.erased == 3
    assert "M. Roux" not in str(after)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_value_of_a_proof_that_is_another_is_named_though_the_signature_fits(known: World) -> None:
    with known.db.reading() as conn:
        made = proof(conn, SIGNER, known.get(1), known.now())
    made["valeurs"][0]["value"] = json.dumps("Quelqu’un d’autre")
    made["signature"] = b64encode(SIGNER.sign(signed_text(made))).decode()
    assert "n’est pas celle que dit l’événement" in str(check(as_bytes(made)))
    namespace: dict[str, Any] = {"__name__": "script"}
    exec(compile((ROOT / "docs" / "verify_proof.py").read_text(), "verify_proof.py", "exec"), namespace)
    with pytest.raises(SystemExit, match="n’est pas celle que dit l’événement"):
        namespace["values_of"](made)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_looks_like_a_commitment_and_was_typed_is_text(world: World) -> None:
    typed = '{"of":"session 1","sha256":"' + "0" * 64 + '"}'
    world.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    world.tell(1, place=f"{typed}, 94000 Créteil")
    with world.db.writing() as tx:
        world.operator().record(tx, "unlock", session_id=1, reason=typed)
    assert broken(world) is None
    with world.db.reading() as conn:
        told = history(conn, 1)
    assert told[0].reason == typed and typed in str(told[1].details)
