"""Whoever answers reads what the rule says of the dates that stand in the form, before any click."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import event

from portal.core.outcomes import Invalid, Saved
from portal.features.jury.seats import seat
from portal.features.preparation.actions import NewSession, create
from portal.features.reference.importing import import_titles
from portal.features.requests.actions import Made, accept, accept_several, ask_expired, ask_postponement
from portal.features.sessions.actions import advance
from portal.rules.lifecycle import Action, Kind
from tests.support.world import World, hidden

D = date.fromisoformat
ACCEPT = '<button class="button">Accepter</button>'


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    world.close()


def asked(w: World, number: int, start: str = "2020-07-06", end: str = "2020-07-10") -> int:
    made = ask_postponement(
        w.as_("centre"), number, w.get(number).version, starts_on=D(start), ends_on=D(end), reason="Salle", key=f"k{number}"
    )
    assert isinstance(made, Made), made
    return made.request_id


def consequences(page: str) -> str:
    """The part of the page that is computed anew."""
    found = re.search(r'<div id="suites".*?</div>\s*(?:</form>|<div class="field)', page, re.S)
    assert found, page
    return found[0]


def test_the_dates_that_stand_in_the_form_are_weighed_not_those_that_were_wanted(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "convocations_envoyees", candidates=3)
    w.session(2, "13/07/2020", "15/07/2020")
    member = w.juror("Pris", "2016-01-01", "2020-07-12")
    for number in (1, 2):
        assert isinstance(seat(w.as_("centre"), number, w.get(number).version, member), (Saved, Invalid))
    number = asked(w, 1)
    unit = w.browser("ud94")
    wanted = consequences(unit.get(f"/demandes/{number}").text)
    assert "3 candidats déjà convoqués" in wanted and "PRIS Membre, habilitation" not in wanted
    other = consequences(unit.get(f"/demandes/{number}?starts_on=2020-07-13&ends_on=2020-07-18").text)
    assert "PRIS Membre, habilitation" in other and "elle ne couvre pas le 13/07/2020" in other
    typed = {"version": w.get(1).version, "starts_on": "2020-07-18", "ends_on": "2020-07-20", "note": "Mot", "calculer": "1"}
    seen = unit.post(f"/demandes/{number}/acceptation", **typed)
    assert "samedi 18 juillet 2020" in consequences(seen.text) and ">Mot</textarea>" in seen.text
    assert w.scalar("SELECT status FROM request") == "ouverte"


def test_what_the_rule_forbids_has_no_button_and_dates_that_it_forbids_neither(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number = asked(w, 1)
    unit = w.browser("ud94")
    assert ACCEPT in unit.get(f"/demandes/{number}").text
    past = unit.get(f"/demandes/{number}?starts_on=2020-06-01&ends_on=2020-06-05").text
    assert ACCEPT not in past and "ne peut pas être reportée dans le passé" in past
    assert "Corrigez les dates, puis « Voir ce que cela change »" in past
    w.today = date(2020, 6, 22)
    w._app = None
    late = w.browser("ud94").get(f"/demandes/{number}").text
    assert ACCEPT not in late and "La session commence aujourd’hui" in late
    refusal = re.search(r'<textarea id="refusal"[^>]*>([^<]*)</textarea>', late)
    assert refusal and refusal[1].startswith("La session commence aujourd’hui")


def test_at_the_dte_sent_the_unit_is_led_to_recall_it_wherever_it_answers(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number = asked(w, 1)
    assert isinstance(advance(w.as_("ud94"), 1, w.get(1).version, Action.SEND_DTE), Saved)
    unit = w.browser("ud94")
    page = unit.get(f"/demandes/{number}").text
    assert ACCEPT not in page and 'href="/sessions/1/rappel-dte"' in page and "Rappeler le DTE" in page
    for path in ("/demandes", "/"):
        told = unit.get(path).text
        assert "Le DTE est déjà envoyé" in told and "Accepter les demandes cochées" not in told, path
        assert "rien n’empêche d’accepter" not in told, path
        assert f"/demandes/{number}/acceptation" not in told, path
    step = advance(w.as_("ud94"), 1, w.get(1).version, Action.RECALL_DTE, "Report demandé")
    assert isinstance(step, Saved)
    assert ACCEPT in unit.get(f"/demandes/{number}").text
    assert isinstance(accept(w.as_("ud94"), number, w.get(1).version), Saved)


def test_reporting_a_session_says_what_the_dates_break_before_it_is_saved(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "convocations_envoyees", candidates=2)
    w.seat(1)
    unit = w.browser("ud94")
    assert "Rien de connu" not in unit.get("/sessions/1/report").text
    told = unit.get("/sessions/1/report?starts_on=2023-07-05&ends_on=2023-07-07").text
    assert "2 candidats déjà convoqués" in told and "dans plus de douze mois" in told and "habilitation" in told
    page = unit.post(
        "/sessions/1/report", version=w.get(1).version, starts_on="2020-07-18", ends_on="2020-07-20", reason="Mot", calculer="1"
    ).text
    assert "samedi 18 juillet 2020" in page and ">Mot</textarea>" in page
    assert w.get(1).starts_on == D("2020-06-22")


def test_the_list_and_the_day_say_what_each_would_break_before_several_are_accepted(w: World) -> None:
    for number in (1, 2):
        w.session(number, "22/06/2020", "26/06/2020", "convocations_envoyees", candidates=number)
        asked(w, number)
    unit = w.browser("ud94")
    for path in ("/demandes", "/"):
        told = unit.get(path).text
        assert "1 candidat déjà convoqué" in told and "2 candidats déjà convoqués" in told, path


def test_accepting_on_the_day_stays_there(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number = asked(w, 1)
    unit = w.browser("ud94")
    page = unit.get("/").text
    done = unit.post(f"/demandes/{number}/acceptation", version=hidden(page, "version"), retour=hidden(page, "retour"))
    assert done.headers["Location"] == "/" and "Demande acceptée" in unit.get("/").text


def test_the_old_dates_stay_to_be_read_after_an_acceptance(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number = asked(w, 1)
    assert isinstance(accept(w.as_("ud94"), number, w.get(1).version, D("2020-07-13"), D("2020-07-15")), Saved)
    for who in ("centre", "ud94"):
        page = w.browser(who).get(f"/demandes/{number}").text
        assert "Dates d’avant" in page and "du lundi 22 juin 2020 au vendredi 26 juin 2020" in page
        listed = w.browser(who).get("/demandes?vue=acceptees").text
        assert "22/06/2020–26/06/2020 → 13/07/2020–15/07/2020" in listed


# ---- an expired title whose agrément ended with it


@pytest.fixture
def expired(w: World) -> World:
    text = "code;decree_version;label;level;certificates;expires_on\nTP-EX1;01/01/2014;Titre échu;5;Un|Deux;31/05/2019\n"
    import_titles(w.operator(), text.encode())
    w.approve(end="31/05/2019", title="TP-EX1")
    return w


def ask_for_expired(w: World, key: str = "e") -> int:
    made = ask_expired(
        w.as_("centre"),
        title_id=int(str(w.scalar("SELECT id FROM title WHERE code = 'TP-EX1'"))),
        approval_number="A-0-TP-EX1-01/01/2016",
        starts_on=D("2020-07-06"),
        ends_on=D("2020-07-10"),
        lockdown_cause=True,
        registered=True,
        reason="Confinement",
        key=key,
    )
    assert isinstance(made, Made), made
    return made.request_id


def test_an_agrement_that_ended_with_its_title_covers_the_grant_to_the_end(expired: World) -> None:
    w = expired
    number = ask_for_expired(w)
    unit = w.browser("ud94").get(f"/demandes/{number}").text
    assert ACCEPT in unit and "Rien de connu ne s’oppose" in unit and "inscrits avant l’échéance" in unit
    assert isinstance(accept(w.as_("ud94"), number, None), Saved)
    dates = (D("2020-07-06"), D("2020-07-10"), "Ici", "Moi")
    made = create(w.as_("centre"), [NewSession(int(str(w.scalar("SELECT max(id) FROM title"))), Kind.TITLE, *dates)], "k")
    assert w.scalar("SELECT session_id FROM request") == made.numbers[0]  # type: ignore[union-attr]
    assert w.scalar("SELECT registered FROM request") in (1, True)


def test_the_declaration_must_be_ticked_and_keeps_what_was_typed(expired: World) -> None:
    w = expired
    centre = w.browser("centre")
    typed = {
        "title": w.scalar("SELECT id FROM title WHERE code = 'TP-EX1'"), "approval": "A-0-TP-EX1-01/01/2016", "session": "",
        "starts_on": "2020-07-06", "ends_on": "2020-07-10", "reason": "Confinement", "lockdown": "oui", "key": "k",
    }  # fmt: skip
    missing = centre.post("/demandes/titre-echu", **typed)
    assert missing.status_code == 422 and 'href="#registered"' in missing.text and ">Confinement</textarea>" in missing.text
    assert centre.post("/demandes/titre-echu", **typed, registered="oui").status_code == 303


def test_an_expired_title_is_never_accepted_among_several(expired: World) -> None:
    w = expired
    number = ask_for_expired(w)
    assert f'name="demande" value="{number}"' not in w.browser("ud94").get("/demandes").text
    answer = accept_several(w.as_("ud94"), {number: None})[number]
    assert isinstance(answer, Invalid) and "titre échu" in answer.errors["request"]
    assert w.scalar("SELECT status FROM request") == "ouverte"


def test_the_list_of_a_unit_asks_no_more_of_the_database_for_many_requests(w: World) -> None:
    unit = w.browser("ud94")
    seen: list[str] = []
    event.listen(w.app().extensions["portal_db"].engine, "before_cursor_execute", lambda c, cur, sql, *rest: seen.append(sql))

    def count() -> int:
        seen.clear()
        assert unit.get("/demandes").status_code == 200
        return len([sql for sql in seen if not sql.startswith("PRAGMA")])

    for number in (1, 2):
        w.session(number, "22/06/2020", "26/06/2020", "convocations_envoyees")
        w.seat(number)
        asked(w, number)
    two = count()
    for number in range(3, 9):
        w.session(number, "22/06/2020", "26/06/2020", "convocations_envoyees")
        w.seat(number)
        asked(w, number)
    assert count() == two
