"""What is kept of people: how long, set on its page and told to all; and each person's own, as a file."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal.core.outcomes import NotThere, Saved, Unchanged
from portal.core.people import Person
from portal.features.candidates import actions as candidates
from portal.features.privacy.durations import set_durations
from portal.features.privacy.of_candidate import give
from portal.features.privacy.overdue import plan
from portal.features.standing.checking import verify
from portal.rules.retention import DEFAULTS, LINE, TABLE, Kind
from portal.settings import Publisher
from tests.support.by_hand import by_hand
from tests.support.life import Life
from tests.support.lived import after_life
from tests.support.visible import visible
from tests.support.world import World

TYPED = {kind.value: str(number) for kind, number in DEFAULTS.items()}


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    world.close()


def broken(w: World) -> str | None:
    with w.db.snapshot() as conn:
        return verify(conn, w.db.audit_key).broken


# ---- how long


def test_a_duration_that_is_set_holds_at_once_and_the_trail_tells_it(w: World) -> None:
    national = w.as_("national")
    wanted = {**DEFAULTS, Kind.CANDIDATES: 40, Kind.MAILS: 3}
    assert isinstance(set_durations(national, DEFAULTS), Unchanged)
    assert isinstance(set_durations(national, wanted), Saved) and isinstance(set_durations(national, wanted), Unchanged)
    with w.db.snapshot() as conn:
        found = {one.line.kind: (one.number, one.before) for one in plan(conn, date(2020, 6, 15))}
    assert found[Kind.CANDIDATES] == (40, date(1980, 6, 15)) and found[Kind.MAILS] == (3, date(2020, 3, 15))
    assert found[Kind.NOTICES] == (12, date(2019, 6, 15)) and broken(w) is None
    by_hand(w.db, "UPDATE setting SET value = '99' WHERE key = 'keep_candidates'")
    assert "réglage keep_candidates : Valeur : « 99 » dans la base, « 40 » dans le journal" in (broken(w) or "")
    with pytest.raises(NotThere):
        set_durations(w.as_("ud94"), wanted)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_page_of_durations_says_their_reasons_and_keeps_them_within_their_bounds(w: World) -> None:
    b = w.browser("national")
    page = b.get("/reglages/conservation").text
    assert (
        all(line.why in page for line in TABLE) and 'value="50"' in page and "/reglages/conservation" in b.get("/reglages").text
    )
    for kind, line in LINE.items():
        for wrong in (line.least - 1, line.most + 1, ""):
            answer = b.post("/reglages/conservation", **{**TYPED, kind.value: wrong})
            assert answer.status_code == 422 and f"de {line.least} à {line.most}" in answer.text, (kind, wrong)
        for right in (line.least, line.most):
            assert b.post("/reglages/conservation", **{**TYPED, kind.value: right}).status_code == 303, (kind, right)
    told = visible(b.get("/reglages/conservation").text).main
    assert "Candidats, et ce que l’historique dit d’eux : 50 ans → 5 ans" in told
    assert [w.browser(who).get("/reglages/conservation").status_code for who in ("centre", "ud94", "region")] == [404] * 3


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_durations_that_were_set_before_others_came_are_still_told(w: World) -> None:
    national = w.as_("national")
    with w.db.writing() as tx:
        national.record(tx, "durations_set", subject="retention", before={"keep_mails": 6}, after={"keep_mails": 3})
    assert "Courriels envoyés : 6 mois → 3 mois" in visible(w.browser("national").get("/reglages/conservation").text).main


# ---- told to all


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_everybody_reads_what_is_kept_why_how_long_and_whom_to_ask(w: World) -> None:
    visitor = w.browser()
    told = visible(visitor.get("/donnees-personnelles").text).main
    assert "n’a pas encore été indiqué" in told and "mission d’intérêt public" in told and "CNIL" in told
    for line in TABLE:
        assert line.what in told and line.why in told and f"{line.in_words(line.default)} {line.since}" in told
    set_durations(w.as_("national"), {**DEFAULTS, Kind.CANDIDATES: 40})
    settings = w.app().extensions["portal_settings"]
    known = Publisher("Ministère d’essai", officer="dpd@essai.example")
    w.app().extensions["portal_settings"] = replace(settings, publisher=known)
    told = visible(visitor.get("/donnees-personnelles").text).main
    assert "40 ans depuis la fin de la session" in told and "Ministère d’essai" in told and "dpd@essai.example" in told
    assert "/donnees-personnelles" in visitor.get("/connexion").text.partition("<footer")[2]


# ---- one’s own


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_an_account_takes_away_all_that_is_kept_of_it_and_no_secret(w: World, shared: Path) -> None:
    after_life(w, shared)
    b = w.browser("centre")
    assert "Télécharger mes données" in b.get("/compte").text
    answer = b.get("/compte/donnees.json")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=mes-donnees-")
    assert answer.headers["Cache-Control"] == "no-store"
    told: dict[str, Any] = json.loads(answer.data)
    assert (told["compte"]["nom"], told["compte"]["adresse électronique"]) == ("centre", "centre@test.example")
    for part in ("connexions", "avis", "courriels", "historique du compte", "journal de sécurité", "ce que vous avez fait"):
        assert told[part], part
    acted = w.scalar("SELECT count(*) FROM audit_event WHERE actor_id = (SELECT id FROM account WHERE name = 'centre')")
    assert len(told["ce que vous avez fait"]) == acted
    secrets = (
        w.scalar("SELECT password_hash FROM account WHERE name = 'centre'"),
        w.scalar("SELECT salt FROM account WHERE id = 1"),
    )
    assert not [secret for secret in secrets if str(secret) in answer.text] and "ukarno" not in answer.text
    assert w.scalar("SELECT count(*) FROM security_entry WHERE kind = 'exported'") == 1


def test_a_candidate_is_given_what_is_kept_of_it_and_of_nobody_else_and_the_trail_tells_it(w: World, shared: Path) -> None:
    after_life(w, shared)
    life = Life(w)
    number = life.people(1)[0]
    w.today = date(2020, 6, 20)
    told = give(w.as_("centre"), 1, number)
    text = json.dumps(told, ensure_ascii=False)
    assert told["personne"]["nom"] == "Dernier" and "Sukarno" not in text and "NOM00" not in text.upper()
    (one,) = told["inscriptions"]
    assert one["session"] == 1 and one["résultat"] and one["définitif"] and one["convoqué(e)"]
    kinds = [line["événement"] for line in one["historique"]]
    assert kinds[0] == "Inscription ou fiche" and {"Résultat enregistré", "Résultat corrigé"} <= set(kinds)
    assert broken(w) is None and w.scalar("SELECT count(*) FROM audit_event WHERE action = 'data_given'") == 2
    page = visible(w.browser("ud94").get("/sessions/1/historique").text).main
    assert "Données de DERNIER Venu remises à la personne." in page


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_same_person_is_told_in_the_sessions_of_who_gives_it_alone(w: World) -> None:
    born = date(1990, 1, 2)
    for session, centre, who in ((1, 0, "centre"), (2, 0, "centre"), (3, 1, "other")):
        w.session(session, "22/06/2020", "26/06/2020", "en_preparation", centre=centre, candidates=0)
        done = candidates.add(w.as_(who), session, w.get(session).version, Person("Roux", "Éva", born, f"s{session}@x.example"))
        assert isinstance(done, Saved)
    number = Life(w).people(1)[0]
    told = give(w.as_("centre"), 1, number)
    assert [(one["session"], one["adresse électronique"]) for one in told["inscriptions"]] == [
        (1, "s1@x.example"),
        (2, "s2@x.example"),
    ]
    for reader, status in {"other": 404, "ud75": 404, "region": 404, "national": 404, "ud94": 200, "centre": 200}.items():
        browser = w.browser(reader)
        answer = browser.post(f"/sessions/1/candidats/{number}/donnees")
        assert answer.status_code == status, reader
        if reader in ("region", "national", "centre"):
            page = browser.get(f"/sessions/1/candidats/{number}").text
            assert ("Télécharger ses données" in page) == (status == 200), reader
    own = w.browser("centre")
    assert own.post(f"/sessions/2/candidats/{number}/donnees").status_code == 404
    assert own.get(f"/sessions/1/candidats/{number}/donnees").status_code == 405
    assert w.scalar("SELECT count(*) FROM security_entry WHERE kind = 'exported'") == 2
