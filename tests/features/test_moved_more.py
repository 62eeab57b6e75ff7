"""A session that a measure moved, where its dates meet: days that are past, an end that contradicts them, a real end in doubt."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal.core.outcomes import Changed, Doubtful, Invalid, Saved, Unchanged
from portal.features.convening.actions import set_exam_days
from portal.features.postponements.actions import postpone
from portal.features.sessions.actions import advance, set_actual_end
from portal.rules.lifecycle import Action
from portal.rules.rights import Refused
from portal.store.work import Work
from tests.support.lived import after
from tests.support.reading import parse
from tests.support.world import Browser, World, hidden

D = date.fromisoformat
RUN = (
    "INSERT INTO measure_run (id, measure_key, label, definition, at, actor, touched) "
    "VALUES (9, 'essai', 'Essai', '', '2020-06-01 00:00:00', 'x', 0)"
)
YES = "Oui, c’est la bonne date"


def moved(world: World) -> None:
    """1: convened, 2: its DTE is sent, 3: in preparation; all moved to 24/08/2020, seen on 15/06/2020."""
    world.session(1, "02/03/2020", "20/04/2020")
    world.session(2, "18/05/2020", "22/05/2020", "dte_envoye")
    world.session(3, "18/05/2020", "22/05/2020", "en_preparation")
    world.measure()
    for number in (1, 2, 3):
        world.tell(number)


@pytest.fixture
def w(world: World, shared: Path) -> Iterator[World]:
    yield after(world, shared, moved)
    world.close()


def state(w: World, number: int, first: str, last: str) -> None:
    """The centre states the days of the exam, and says yes where it is asked once more."""
    centre, s = w.as_("centre"), w.get(number)
    outcome = set_exam_days(centre, number, s.version, first=D(first), last=D(last), hour="08:30")
    if isinstance(outcome, Doubtful):
        outcome = set_exam_days(centre, number, s.version, first=D(first), last=D(last), hour="08:30", confirmed=outcome.seal)
    assert isinstance(outcome, Saved), outcome


def end(w: World, number: int, on: str) -> None:
    """The centre enters the real end date, and says yes where it is asked once more."""
    centre, s = w.as_("centre"), w.get(number)
    outcome = set_actual_end(centre, number, s.version, D(on))
    if isinstance(outcome, Doubtful):
        outcome = set_actual_end(centre, number, s.version, D(on), outcome.seal)
    assert isinstance(outcome, Saved), outcome


def send(browser: Browser, path: str, **fields: object) -> tuple[int, str]:
    """A form of a session's own, sent as its page had it."""
    answer = browser.post(path, version=hidden(browser.get(path).text, "version"), **fields)
    return answer.status_code, answer.text


# ---- days of the exam


@pytest.mark.parametrize(
    ("first", "last", "asked"),
    [
        ("2020-06-15", "2020-06-15", ""),
        ("2020-06-12", "2020-06-12", "vendredi 12 juin 2020</strong> : c’est déjà passé"),
        ("2020-06-12", "2020-06-16", "vendredi 12 juin 2020</strong> : c’est déjà passé"),
        ("2020-08-24", "2020-08-24", ""),
        ("2020-08-24", "2020-08-25", "mardi 25 août 2020</strong> : c’est après la date de fin reportée, le 24/08/2020"),
    ],
)
def test_days_that_are_past_or_beyond_the_postponed_end_are_asked_about_once(w: World, first: str, last: str, asked: str) -> None:
    typed = {"exam_starts_on": first, "exam_ends_on": last, "hour": "08:30"}
    code, page = send(w.browser("centre"), "/sessions/2/jours-examen", **typed)
    assert (code, YES in page, asked in page) == (200 if asked else 303, bool(asked), True)
    assert w.get(2).exam_starts_on == (None if asked else D(first))


def test_nobody_is_convened_for_days_that_are_past_and_the_page_says_the_two_ways_on(w: World) -> None:
    state(w, 2, "2020-06-11", "2020-06-12")
    centre = w.browser("centre")
    page = centre.get("/sessions/2").text
    assert "Les jours d’examen indiqués sont passés (le dernier était le 12/06/2020)" in page
    assert 'href="/sessions/2/jours-examen"' in page and "L’examen a eu lieu : saisir la date réelle" in page
    refused = centre.post("/sessions/2/convocations", version=w.get(2).version)
    assert refused.status_code == 403 and "Indiquez les jours d’examen à venir" in refused.text
    assert centre.client.head("/sessions/2/documents/convocation.pdf").status_code == 409


def test_on_the_last_day_people_can_still_be_convened(w: World) -> None:
    state(w, 2, "2020-06-11", "2020-06-15")
    centre = w.browser("centre")
    assert centre.client.head("/sessions/2/documents/convocation.pdf").status_code == 200
    assert send(centre, "/sessions/2/convocations")[0] == 303


def test_an_exam_that_did_take_place_goes_on_to_its_results_by_its_real_end_date(w: World) -> None:
    state(w, 2, "2020-06-11", "2020-06-12")
    end(w, 2, "2020-06-12")
    centre = w.browser("centre")
    assert send(centre, "/sessions/2/convocations")[0] == 303
    assert "Saisissez les résultats" in centre.get("/sessions/2").text


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("number", "first", "last", "hour", "wrong"),
    [
        (3, "2020-05-17", "2020-07-07", "08:30", ["exam_starts_on"]),
        (3, "2020-07-07", "2020-07-06", "08:30", ["exam_ends_on"]),
        (3, "2020-05-17", "2020-05-16", "08:30", ["exam_starts_on", "exam_ends_on"]),
        (1, "2020-07-06", "2020-07-07", "", ["hour"]),
        (3, "2020-07-06", "2020-07-07", "", []),  # nobody is convened yet
        (3, "2020-07-06", "2020-07-06", "08:30", []),
    ],
)
def test_days_begin_with_the_session_end_after_they_began_and_have_an_hour_for_who_is_convened(
    w: World, number: int, first: str, last: str, hour: str, wrong: list[str]
) -> None:
    told = set_exam_days(w.as_("centre"), number, w.get(number).version, first=D(first), last=D(last), hour=hour)
    assert isinstance(told, Saved) if not wrong else (isinstance(told, Invalid) and list(told.errors) == wrong), told


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_days_that_are_stated_already_are_said_to_be_and_end_no_later_than_the_real_end(w: World) -> None:
    centre, unit, days = w.as_("centre"), w.as_("ud94"), {"first": D("2020-06-15"), "last": D("2020-06-16"), "hour": "08:30"}

    def tell(work: Work, back: int = 0, **more: Any) -> object:
        return set_exam_days(work, 3, w.get(3).version - back, **{**days, **more})

    assert tell(centre) == Saved("Jours d’examen enregistrés : du 15/06/2020 au 16/06/2020.")
    assert [tell(centre, 1), tell(centre)] == [Unchanged(), Unchanged("Ces jours d’examen sont déjà enregistrés.")]
    refused = tell(unit, 1)
    assert isinstance(refused, Refused) and refused.reason.startswith("Les jours d’examen d’une session reportée")
    assert isinstance(tell(centre, 1, hour="09:00"), Changed)
    end(w, 3, "2020-06-16")
    assert tell(centre) == Unchanged("Ces jours d’examen sont déjà enregistrés.")
    later = tell(centre, last=D("2020-06-17"))
    assert isinstance(later, Invalid) and "La date réelle de fin déjà saisie est le 16/06/2020" in later.errors["exam_ends_on"]
    assert tell(centre, last=D("2020-06-15")) == Saved("Jours d’examen enregistrés : le 15/06/2020.")


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_an_answer_about_one_session_s_days_is_none_about_another_s_nor_about_other_days(w: World) -> None:
    centre, past = w.as_("centre"), dict[str, Any](first=D("2020-06-12"), last=D("2020-06-12"), hour="08:30")
    asked = set_exam_days(centre, 2, w.get(2).version, **past)
    assert isinstance(asked, Doubtful) and w.get(2).version == w.get(3).version
    other = set_exam_days(centre, 3, w.get(3).version, **past, confirmed=asked.seal)
    assert isinstance(other, Doubtful) and other.seal != asked.seal
    for changed in ({"first": D("2020-06-11")}, {"last": D("2020-06-13")}):
        assert isinstance(set_exam_days(centre, 2, w.get(2).version, **{**past, **changed}, confirmed=asked.seal), Doubtful)
    assert isinstance(set_exam_days(centre, 2, w.get(2).version, **past, confirmed=asked.seal), Saved)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_of_days_that_stand_already_the_one_that_changes_alone_is_asked_about(w: World) -> None:
    past, beyond = D("2020-06-12"), D("2020-08-25")

    def asked(first: date = past, last: date = beyond, hour: str = "08:30") -> list[str] | None:
        """About which fields; none when it is saved."""
        told = set_exam_days(w.as_("centre"), 3, w.get(3).version, first=first, last=last, hour=hour)
        return [doubt.field for doubt in told.doubts] if isinstance(told, Doubtful) else None

    state(w, 3, "2020-06-12", "2020-08-25")
    assert asked(first=D("2020-06-11")) == ["exam_starts_on"] and asked(last=D("2020-08-26")) == ["exam_ends_on"]
    assert asked(hour="09:00") is None and asked(first=D("2020-06-15")) is None
    state(w, 3, "2020-06-12", "2020-08-25")
    assert asked(last=D("2020-08-21")) is None


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("on", "why"),
    [
        ("2020-05-17", "ne peut pas précéder la date de début (18/05/2020)"),
        ("2020-07-05", "ne peut pas précéder le premier jour d’examen, le 06/07/2020"),
        ("2020-07-06", ""),
        ("2020-07-08", ""),
    ],
)
def test_an_exam_does_not_end_before_it_begins(w: World, on: str, why: str) -> None:
    state(w, 3, "2020-07-06", "2020-07-08")
    told = set_actual_end(w.as_("centre"), 3, w.get(3).version, D(on))
    assert (
        (why in told.errors["actual_end_on"]) if isinstance(told, Invalid) else (not why and isinstance(told, (Saved, Doubtful)))
    )


# ---- dates that would contradict the days


@pytest.mark.parametrize(("on", "saved"), [("2020-07-08", True), ("2020-07-07", False)])
def test_the_end_in_the_practical_block_does_not_contradict_the_days(w: World, on: str, saved: bool) -> None:
    state(w, 3, "2020-07-06", "2020-07-08")
    s = w.get(3)
    told = {"place": s.place, "hour": s.hour, "session_manager": s.session_manager}
    code, page = send(w.browser("centre"), "/sessions/3/informations", ends_on=on, **told)
    assert code == (303 if saved else 422)
    assert saved or "Les jours d’examen indiqués vont du 06/07/2020 au 08/07/2020" in page
    assert w.get(3).ends_on == D(on if saved else "2020-08-24")


@pytest.mark.parametrize(("on", "asked"), [("2020-06-11", True), ("2020-06-12", False), ("2020-06-15", False)])
def test_a_real_end_before_the_last_day_of_the_exam_is_asked_about(w: World, on: str, asked: bool) -> None:
    state(w, 1, "2020-06-10", "2020-06-12")
    code, page = send(w.browser("centre"), "/sessions/1/date-reelle", actual_end_on=on)
    assert code == (200 if asked else 303)
    assert not asked or "c’est avant le dernier jour d’examen indiqué, le 12/06/2020" in page
    assert w.get(1).actual_end_on == (None if asked else D(on))


def test_without_days_a_real_end_is_asked_about_no_more_than_before(w: World) -> None:
    assert send(w.browser("centre"), "/sessions/1/date-reelle", actual_end_on="2020-04-20")[0] == 303


# ---- what a postponement leaves behind


def test_a_postponement_drops_the_days_and_the_real_end_says_so_in_history_and_tells_the_centre(w: World) -> None:
    w.session(4, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    with w.db.writing() as tx:
        tx.exec_driver_sql(RUN)
        as_moved = (
            "UPDATE exam_session SET postponed_run_id = 9, postponed_case = '1', planned_end_on = ends_on, ends_on = '2020-08-24'"
        )
        tx.exec_driver_sql(f"{as_moved} WHERE id = 4")
    state(w, 4, "2020-06-22", "2020-06-23")
    end(w, 4, "2020-06-23")
    with w.db.writing() as tx:
        tx.exec_driver_sql("UPDATE exam_session SET actual_end_checked = true WHERE id = 4")
    unit = w.browser("ud94")
    weighed = unit.get("/sessions/4/report?starts_on=2020-07-20&ends_on=2020-07-24").text
    assert "Date réelle de fin saisie (23/06/2020) : le centre la saisira de nouveau." in weighed
    # Later than the real end that was entered: it does not stand in the way.
    code, _ = send(unit, "/sessions/4/report", starts_on="2020-07-20", ends_on="2020-07-24", reason="Salle fermée")
    s = w.get(4)
    assert (code, s.starts_on, s.actual_end_on, s.exam_starts_on) == (303, D("2020-07-20"), None, None)
    assert not s.actual_end_checked, "another real end is looked at anew"
    told = w.browser("centre").get("/avis").text
    assert "Ce que vous aviez indiqué ne vaut plus : les jours d’examen et la date réelle de fin (23/06/2020)" in told
    assert "Date réelle de fin saisie : 23/06/2020 ; ne vaut plus" in unit.get("/sessions/4/historique").text


def test_once_begun_a_moved_session_is_not_postponed_and_keeps_its_real_end(w: World) -> None:
    end(w, 1, "2020-06-12")
    new = {"starts_on": D("2020-07-20"), "ends_on": D("2020-07-24")}
    assert not isinstance(postpone(w.as_("ud94"), 1, w.get(1).version, reason="Salle", **new), Saved)  # type: ignore[arg-type]
    assert w.get(1).actual_end_on == D("2020-06-12")


# ---- a convened session keeps a candidate


def test_the_last_candidate_of_a_convened_session_stays_and_the_page_says_what_else_to_do(w: World) -> None:
    centre = w.browser("centre")
    first, last = sorted(c for c in range(1, 20) if w.scalar(f"SELECT session_id FROM candidate WHERE id = {c}") == 1)
    assert send(centre, f"/sessions/1/candidats/{first}/retrait", reason="Erreur d’inscription")[0] == 303
    listed = centre.get("/sessions/1/candidats").text
    assert "dernier candidat" in listed and "/retrait" not in listed
    page = f"/sessions/1/candidats/{last}/retrait"
    answer = centre.post(page, version=w.get(1).version, reason="Erreur d’inscription")
    assert answer.status_code == 403 and 'href="/sessions/1/annulation"' in answer.text
    assert w.get(1).candidates == 1


def test_before_the_convocations_the_last_candidate_may_be_taken_off(w: World) -> None:
    centre = w.browser("centre")
    for number in [c for c in range(1, 20) if w.scalar(f"SELECT session_id FROM candidate WHERE id = {c}") == 3]:
        assert send(centre, f"/sessions/3/candidats/{number}/retrait")[0] == 303
    assert w.get(3).candidates == 0


# ---- what the session's page says


def test_a_recall_of_the_dte_and_its_reason_stand_in_the_centres_next_step(w: World) -> None:
    recalled = advance(w.as_("ud94"), 2, w.get(2).version, Action.RECALL_DTE, "Sujet d’un autre titre")
    assert isinstance(recalled, Saved)
    step = block(w.browser("centre").get("/sessions/2").text, "etape")
    assert "rappelé le DTE le 15/06/2020" in step and "« Sujet d’un autre titre »" in step
    assert isinstance(advance(w.as_("ud94"), 2, w.get(2).version, Action.SEND_DTE), Saved)
    assert "rappelé" not in block(w.browser("centre").get("/sessions/2").text, "etape")


def test_on_a_moved_session_the_unit_does_not_read_that_it_postpones_beside_that_it_does_not(w: World) -> None:
    page = w.browser("ud94").get("/sessions/1").text
    assert "sans report" in page and "elle procède par un report" not in page


def test_what_is_closed_of_the_practical_block_is_its_dates_beside_a_link_that_changes_the_rest(w: World) -> None:
    w.session(5, "06/07/2020", "10/07/2020", "demande_dte_envoyee")
    practical = block(w.browser("centre").get("/sessions/5").text, "informations")
    assert "Modifier" in practical and "ce bloc n’est modifiable" not in practical
    assert "ses dates ne sont modifiables ici qu’« En préparation »" in practical


# ---- what a convocation tells


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        ({"place": "Salle 3"}, "il manque le code postal suivi de la ville"),
        ({"place": "Salle 3, 94000 Créteil"}, "il manque la rue"),
        ({"session_manager": "Roux"}, "Il manque un téléphone ou une adresse électronique"),
    ],
)
def test_what_does_not_lead_to_the_exam_is_kept_and_said_with_the_link_that_completes_it(
    w: World, told: dict[str, str], missing: str
) -> None:
    state(w, 2, "2020-07-06", "2020-07-06")
    s, centre = w.get(2), w.browser("centre")
    known = {"place": s.place, "hour": s.hour, "session_manager": s.session_manager}
    assert send(centre, "/sessions/2/informations", **{**known, **told})[0] == 303
    page = centre.get("/sessions/2").text
    assert "Avant les convocations" in page and missing in block(page, "etape")
    assert 'href="/sessions/2/informations"' in block(page, "etape")
    assert centre.post("/sessions/2/convocations", version=w.get(2).version).status_code == 403
    papers = centre.get("/sessions/2/documents/convocation.pdf")
    assert papers.status_code == 409 and 'href="/sessions/2/informations"' in papers.text


def test_after_the_convocations_the_page_names_those_whose_paper_is_to_be_handed_over(w: World) -> None:
    state(w, 2, "2020-07-06", "2020-07-06")
    centre = w.browser("centre")
    assert send(centre, "/sessions/2/convocations")[0] == 303
    step = block(centre.get("/sessions/2").text, "etape")
    named = " ".join(re.sub("<[^>]+>", "", step).split())
    assert "à remettre sur papier : NOM00 Prénom, NOM01 Prénom." in named and "/sessions/2/documents/convocation.pdf" in step
    assert "remettre <a" not in w.browser("ud94").get("/sessions/2").text


@pytest.mark.parametrize(("last", "flagged"), [("2020-06-15", False), ("2020-06-16", True)])
def test_nobody_is_to_be_convened_again_once_the_exam_is_over(w: World, last: str, flagged: bool) -> None:
    state(w, 1, "2020-06-11", last)
    pages = [w.browser("centre").get(f"/sessions/1{path}").text for path in ("", "/candidats")]
    assert all(("à convoquer de nouveau" in page) == flagged for page in pages)
    assert ("pas de convocation valable" in pages[1]) == flagged


def block(page: str, name: str) -> str:
    """The section of a page that has this id."""
    return page.partition(f'id="{name}"')[2].partition("</section>")[0]


# ---- whoever looks on


@pytest.mark.parametrize("who", ["region", "national"])
def test_whoever_looks_on_reads_who_is_awaited_or_until_when(w: World, who: str) -> None:
    def told(number: int) -> str:
        page = parse(w.browser(who).get(f"/sessions/{number}").text).with_id("etape")
        assert page
        return page.words()

    assert "Le centre doit saisir la date réelle." in told(1)
    assert "Le centre doit envoyer les convocations." in told(2)
    assert "Le centre doit demander le DTE." in told(3)
    w.session(4, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    assert "L’UD 94 doit envoyer le DTE." in told(4)
    w.session(5, "22/06/2020", "26/06/2020")
    assert "Rien à faire jusqu’au 26/06/2020" in told(5) and "par le centre" in told(5)
    state(w, 1, "2020-07-06", "2020-07-08")
    assert isinstance(advance(w.as_("centre"), 1, w.get(1).version, Action.CONVOKE_AGAIN), Saved)
    assert "Rien à faire jusqu’au 08/07/2020" in told(1) and "Le centre saisira alors la date réelle" in told(1)
    end(w, 1, "2020-08-26")
    assert "L’UD 94 doit vérifier la date réelle." in told(1)
