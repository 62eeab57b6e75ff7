"""Dates that are possible but unlikely are asked once more wherever they are typed, and nothing typed is lost."""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from portal.core.outcomes import Doubtful, Invalid, Saved
from portal.features.requests.actions import Made, accept, accept_several, ask_postponement
from tests.support.world import Browser, World, hidden

D = date.fromisoformat
YES, NO = "Oui, c’est la bonne date", "Non, corriger"
SATURDAY, FRIDAY = "2020-07-11", "2020-07-17"


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    yield world
    world.close()


def fields(page: str) -> dict[str, str]:
    """All that the question's page keeps, but what a form sends against forgery."""
    return {n: v for n, v in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page) if n != "csrf_token"}


def ask_page(w: World, start: str = SATURDAY, end: str = FRIDAY) -> tuple[Browser, str]:
    centre = w.browser("centre")
    page = centre.get("/sessions/1/demande-report").text
    known = {"version": hidden(page, "version"), "key": hidden(page, "key")}
    answer = centre.post("/sessions/1/demande-report", **known, starts_on=start, ends_on=end, reason="Salle fermée")
    assert answer.status_code == 200, answer.text
    return centre, answer.text


def asked(w: World, start: str, end: str, number: int = 1) -> int:
    """The centre has asked for these dates, and confirmed them."""
    centre, version = w.as_("centre"), w.get(number).version
    made = ask_postponement(centre, number, version, starts_on=D(start), ends_on=D(end), reason="Salle", key=f"k{number}")
    if isinstance(made, Doubtful):
        made = ask_postponement(
            centre, number, version, starts_on=D(start), ends_on=D(end), reason="Salle", key=f"k{number}", confirmed=made.seal
        )
    assert isinstance(made, Made), made
    return made.request_id


def test_a_centre_that_asks_for_a_saturday_is_asked_once_more_and_yes_sends_it(w: World) -> None:
    centre, page = ask_page(w)
    assert "samedi 11 juillet 2020" in page and YES in page and NO in page
    assert "Date de début souhaitée, <strong>samedi" in page and "ID 1 · TP-01303" in page
    assert w.scalar("SELECT count(*) FROM request") == 0
    assert centre.post("/sessions/1/demande-report", **fields(page), answer="oui").status_code == 303
    assert w.scalar("SELECT reason FROM request") == "Salle fermée"


def test_no_leads_back_to_the_form_as_it_was_typed(w: World) -> None:
    centre, page = ask_page(w)
    back = centre.post("/sessions/1/demande-report", **fields(page), answer="non")
    assert f'value="{SATURDAY}"' in back.text and ">Salle fermée</textarea>" in back.text
    assert w.scalar("SELECT count(*) FROM request") == 0


@pytest.mark.parametrize("changed", [{"starts_on": "2020-07-12"}, {"ends_on": "2021-08-18"}])
def test_yes_to_one_date_is_no_yes_to_another(w: World, changed: dict[str, str]) -> None:
    centre, page = ask_page(w)
    again = centre.post("/sessions/1/demande-report", **{**fields(page), **changed}, answer="oui")
    assert again.status_code == 200 and YES in again.text
    assert w.scalar("SELECT count(*) FROM request") == 0


def test_yes_is_no_yes_of_another_person_nor_of_a_session_that_changed(w: World) -> None:
    number = asked(w, SATURDAY, FRIDAY)
    unit, other = w.as_("ud94"), w.as_("centre")
    question = accept(unit, number, w.get(1).version)
    assert isinstance(question, Doubtful)
    centre_saw = ask_postponement(
        other, 1, w.get(1).version, starts_on=D(SATURDAY), ends_on=D(FRIDAY), reason="x", key="z", confirmed=question.seal
    )
    assert isinstance(centre_saw, Invalid)  # one is open already
    w.session(2, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    second = asked(w, SATURDAY, FRIDAY, 2)
    assert isinstance(accept(unit, second, w.get(2).version, confirmed=question.seal), Doubtful)
    assert isinstance(accept(unit, number, w.get(1).version, confirmed=question.seal), Saved)
    assert w.get(1).starts_on == D(SATURDAY) and w.get(2).starts_on == D("2020-06-22")


def test_the_unit_is_asked_about_the_dates_that_it_grants(w: World) -> None:
    number = asked(w, "2020-07-06", "2020-07-10")
    unit = w.browser("ud94")
    page = unit.get(f"/demandes/{number}").text
    answer = unit.post(
        f"/demandes/{number}/acceptation",
        version=hidden(page, "version"),
        starts_on="2030-07-10",
        ends_on="2030-07-12",
        note="Mot",
    )
    assert "mercredi 10 juillet 2030" in answer.text and "dans plus de douze mois" in answer.text
    assert w.scalar("SELECT status FROM request") == "ouverte" and w.get(1).starts_on == D("2020-06-22")
    back = unit.post(f"/demandes/{number}/acceptation", **fields(answer.text), answer="non")
    assert ">Mot</textarea>" in back.text and 'value="2030-07-10"' in back.text
    assert unit.post(f"/demandes/{number}/acceptation", **fields(answer.text), answer="oui").status_code == 303
    assert w.get(1).starts_on == D("2030-07-10")


def test_several_at_once_leave_a_doubtful_one_open_and_say_why(w: World) -> None:
    w.session(2, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    doubtful, plain = asked(w, SATURDAY, FRIDAY), asked(w, "2020-07-06", "2020-07-10", 2)
    unit = w.browser("ud94")
    listed = unit.get("/demandes?cocher=tout").text
    assert [f'value="{n}" checked' in listed for n in (plain, doubtful)] == [True, False]
    assert "samedi 11 juillet 2020 : c’est un samedi" in listed
    answer = unit.post("/demandes", demande=[doubtful, plain], **{"version-1": w.get(1).version, "version-2": w.get(2).version})
    assert answer.status_code == 409 and "Date à confirmer" in answer.text
    assert [w.get(n).starts_on for n in (1, 2)] == [D("2020-06-22"), D("2020-07-06")]
    assert isinstance(accept_several(w.as_("ud94"), {doubtful: w.get(1).version})[doubtful], Doubtful)


def test_a_session_is_not_created_on_a_holiday_without_a_yes(w: World) -> None:
    w.approve()
    centre = w.browser("centre")
    typed = {"title": "1", "kind": "titre", "place": "12 rue des Écoles", "session_manager": "C. Roux", "key": "0" * 32}
    question = centre.post("/sessions/nouvelle", **typed, starts_on="2020-07-14", ends_on="2020-07-17")
    assert question.status_code == 200 and "mardi 14 juillet 2020" in question.text and "jour férié" in question.text
    assert w.scalar("SELECT count(*) FROM exam_session") == 1
    back = centre.post("/sessions/nouvelle", **fields(question.text), answer="non")
    assert "12 rue des Écoles" in back.text and 'value="2020-07-14"' in back.text
    assert centre.post("/sessions/nouvelle", **fields(question.text), answer="oui").status_code == 303
    assert w.scalar("SELECT count(*) FROM exam_session") == 2


def test_a_file_of_sessions_warns_in_its_preview_and_asks_nothing_more(w: World) -> None:
    w.approve()
    centre = w.browser("centre")
    from io import BytesIO

    rows = "titre;type;date de début;date de fin;lieu;responsable\nTP-01303;titre;11/07/2020;17/07/2020;Créteil;C. Roux\n"
    preview = centre.post("/sessions/nouvelles", file=(BytesIO(rows.encode()), "f.csv"))
    assert "Dates à relire" in preview.text and "Ligne 2 : samedi 11 juillet 2020 : c’est un samedi." in preview.text
    assert centre.post("/sessions/nouvelles", content=hidden(preview.text, "content")).status_code == 303
    assert w.scalar("SELECT count(*) FROM exam_session") == 2


def test_the_real_end_typed_on_the_page_of_results_is_asked_about(w: World) -> None:
    w.session(9, "02/03/2020", "20/04/2020")
    w.measure()
    centre = w.browser("centre")
    page = centre.get("/sessions/9/resultats").text
    assert 'action="/sessions/9/date-reelle"' in page
    question = centre.post("/sessions/9/date-reelle", version=hidden(page, "version"), actual_end_on="2099-01-01")
    assert YES in question.text and "jeudi 1ᵉʳ janvier 2099" in question.text.replace("1er", "1ᵉʳ")
    assert w.get(9).actual_end_on is None


def test_the_question_takes_the_place_of_the_block_that_was_sent(w: World) -> None:
    centre = w.browser("centre")
    page = centre.get("/sessions/1/demande-report").text
    form = {"csrf_token": centre.token(), "version": hidden(page, "version"), "key": hidden(page, "key"), "reason": "Salle"}
    answer = centre.client.post(
        "/sessions/1/demande-report",
        data={**form, "starts_on": SATURDAY, "ends_on": FRIDAY},
        headers={"HX-Request": "true", "HX-Target": "div#bloc"},
    )
    assert "<html" not in answer.text and 'id="bloc"' in answer.text and YES in answer.text
