"""Signals on both sides of each threshold, who sees them, how they are closed; draws; figures."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from portal.clock import PARIS
from portal.core.outcomes import Doubtful, Invalid, NotThere, Saved, Unchanged
from portal.core.sheet import Typed, load
from portal.features.convening.actions import set_exam_days
from portal.features.oversight.actions import chosen, close, draw_sessions
from portal.features.oversight.seen import Seen
from portal.features.oversight.signals import signals
from portal.features.results.actions import correct_results, enter_results, seal
from portal.features.sessions.actions import advance, check_actual_end, set_actual_end
from portal.rules.lifecycle import Action
from portal.rules.outcomes import Outcome
from portal.rules.signals import Signal, far, wilson
from portal.store.actors import Occasion
from portal.store.oversight import draw
from portal.store.work import Work
from tests.support.postgres import as_owner
from tests.support.world import World

D = date.fromisoformat


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    world.close()


def at(work: Work, moment: datetime) -> Work:
    return Work(work.db, Occasion(work.actor, work.on.source, moment, moment.astimezone(PARIS).date()), work.unit_label)


def seen(w: World, kind: Signal, who: str = "ud94") -> list[Seen]:
    with w.db.reading() as conn:
        return signals(conn, w.as_(who).actor, w.today, kind)


def results(w: World, number: int, *outcomes: Outcome, work: Work | None = None) -> None:
    s = w.get(number)
    with w.db.reading() as conn:
        sheet = load(conn, s)
    entries: dict[int, dict[int | None, Outcome]] = {c.id: {None: o} for c, o in zip(sheet.candidates, outcomes, strict=True)}
    work = work or w.as_("centre")
    done = enter_results(work, number, s.version, Typed(entries, s.version), seal(work, s, entries))
    assert isinstance(done, Saved), done


def moved(w: World, start: str = "02/03/2020", end: str = "20/04/2020") -> None:
    w.session(1, start, end)
    w.measure()


# ---- thresholds


@pytest.mark.parametrize(("actual", "count"), [("2020-03-02", 1), ("2020-03-03", 0)])
def test_the_real_end_equal_to_the_start(w: World, actual: str, count: int) -> None:
    moved(w)
    set_actual_end(w.as_("centre"), 1, w.get(1).version, D(actual))
    assert len(seen(w, Signal.END_IS_START)) == count


@pytest.mark.parametrize(("actual", "count"), [("2020-08-23", 0), ("2020-08-24", 1), ("2020-08-25", 0)])
def test_the_real_end_equal_to_the_postponed_date(w: World, actual: str, count: int) -> None:
    moved(w)
    set_actual_end(w.as_("centre"), 1, w.get(1).version, D(actual))
    assert len(seen(w, Signal.END_IS_POSTPONED)) == count


@pytest.mark.parametrize(("actual", "count"), [("2020-03-16", 0), ("2020-03-17", 1), ("2020-05-11", 1), ("2020-05-12", 0)])
def test_a_real_end_within_the_lockdown_until_the_unit_has_looked_at_it(w: World, actual: str, count: int) -> None:
    moved(w)
    set_actual_end(w.as_("centre"), 1, w.get(1).version, D(actual))
    assert len(seen(w, Signal.IN_LOCKDOWN)) == count
    unit = w.browser("ud94")
    step = unit.get("/sessions/1").text.partition('id="etape"')[2].partition("</section>")[0]
    assert ("Vérifiez la date réelle de fin" in step and "quand les centres étaient fermés" in step) == bool(count)
    assert "quand les centres étaient fermés" not in w.browser("centre").get("/sessions/1").text
    if count:
        page = "/sessions/1/date-reelle/verification"
        assert unit.post(page, version=w.get(1).version, note="Vu avec le centre : visioconférence").status_code == 303
        assert not seen(w, Signal.IN_LOCKDOWN) and "à vérifier" not in unit.get("/sessions/1").text


def test_a_real_end_that_was_looked_at_is_noted_once_however_often_the_button_is_hit(w: World) -> None:
    moved(w)
    set_actual_end(w.as_("centre"), 1, w.get(1).version, D("2020-04-01"))
    version = w.get(1).version
    assert isinstance(check_actual_end(w.as_("ud94"), 1, version, ""), Invalid)
    done = [check_actual_end(w.as_("ud94"), 1, version, "Vu") for _ in range(2)]
    assert isinstance(done[0], Saved) and isinstance(done[1], Unchanged)
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'actual_end_checked'") == 1


@pytest.mark.parametrize(("end", "count"), [("2020-06-15", 0), ("2020-06-16", 1)])
def test_results_before_the_last_day(w: World, end: str, count: int) -> None:
    w.session(1, "01/06/2020", "12/06/2020")
    results(w, 1, Outcome.TITLE, Outcome.FAILED)
    with w.db.writing() as tx:  # what a transfer from elsewhere may hold
        tx.exec_driver_sql(f"UPDATE exam_session SET ends_on = '{end}' WHERE id = 1")
    assert len(seen(w, Signal.EARLY)) == count


@pytest.mark.parametrize(("today", "count"), [("2021-03-03", 1), ("2021-07-06", 1), ("2021-07-07", 0)])
def test_a_moved_session_is_looked_back_at_from_the_days_of_its_exam(w: World, today: str, count: int) -> None:
    """Not from the start that the measure left behind, which is a year past before them."""
    moved(w)
    days: dict[str, Any] = {"first": D("2020-07-06"), "last": D("2020-07-08"), "hour": "08:30"}
    assert isinstance(set_exam_days(w.as_("centre"), 1, w.get(1).version, **days), Saved)
    assert isinstance(set_actual_end(w.as_("centre"), 1, w.get(1).version, D("2020-08-24")), Saved)
    w.today = D(today)
    assert len(seen(w, Signal.END_IS_POSTPONED)) == count


def test_a_signal_names_the_day_that_it_was_in_paris(w: World) -> None:
    moved(w)
    centre = w.as_("centre")
    midnight = datetime(2020, 6, 16, 0, 30, tzinfo=PARIS)  # still the 15th in UTC
    set_actual_end(at(centre, midnight), 1, w.get(1).version, D("2020-06-12"))
    results(w, 1, Outcome.TITLE, Outcome.FAILED, work=at(centre, midnight))
    assert [one.figures[-11:] for one in seen(w, Signal.HASTY)] == ["16/06/2020."]


@pytest.mark.parametrize(("seconds", "count"), [(299, 1), (300, 0)])
def test_results_within_minutes_of_the_real_end_date(w: World, seconds: int, count: int) -> None:
    moved(w)
    centre = w.as_("centre")
    set_actual_end(centre, 1, w.get(1).version, D("2020-06-12"))
    results(w, 1, Outcome.TITLE, Outcome.FAILED, work=at(centre, centre.on.now + timedelta(seconds=seconds)))
    assert len(seen(w, Signal.HASTY)) == count


@pytest.mark.parametrize(("times", "count"), [(2, 0), (3, 1)])
def test_many_corrections(w: World, times: int, count: int) -> None:
    w.session(1, "01/06/2020", "12/06/2020", candidates=1)
    results(w, 1, Outcome.TITLE)
    for i in range(times):
        s = w.get(1)
        with w.db.reading() as conn:
            sheet = load(conn, s)
        other = Outcome.FAILED if i % 2 == 0 else Outcome.TITLE
        done = correct_results(w.as_("ud94"), 1, s.version, Typed({sheet.candidates[0].id: {None: other}}, s.version), "Erreur")
        assert isinstance(done, Saved), done
    assert len(seen(w, Signal.CORRECTIONS)) == count


@pytest.mark.parametrize(("start", "count"), [("21/06/2020", 1), ("22/06/2020", 0)])
def test_convocations_less_than_seven_days_before(w: World, start: str, count: int) -> None:
    w.session(1, start, "30/06/2020", "dte_envoye")
    w.tell(1)
    assert isinstance(advance(w.as_("centre"), 1, w.get(1).version, Action.CONVOKE), Saved)
    assert len(seen(w, Signal.LATE)) == count


@pytest.mark.parametrize(("first", "count"), [(None, 0), ("2020-06-21", 1), ("2020-06-22", 0)])
def test_a_moved_session_is_convened_late_by_the_days_of_its_exam(w: World, first: str | None, count: int) -> None:
    """Its centre convened in time for the start that the measure left behind; of the days stated since, it is convened again."""
    moved(w)
    w.tell(1)
    if first:
        days: dict[str, Any] = {"first": D(first), "last": D("2020-06-22"), "hour": "08:30"}
        told = set_exam_days(w.as_("centre"), 1, w.get(1).version, **days)
        if isinstance(told, Doubtful):  # a Sunday
            told = set_exam_days(w.as_("centre"), 1, w.get(1).version, **days, confirmed=told.seal)
        assert isinstance(told, Saved), told
        assert isinstance(advance(w.as_("centre"), 1, w.get(1).version, Action.CONVOKE_AGAIN), Saved)
    assert [one.figures for one in seen(w, Signal.LATE)] == count * [
        "Convocations envoyées le 15/06/2020 pour un début le 21/06/2020 : moins de 7 jours."
    ]


@pytest.mark.parametrize(("times", "count"), [(4, 0), (5, 1)])
def test_the_same_pair_of_a_jury(w: World, times: int, count: int) -> None:
    from portal.features.jury.seats import seat

    pair = [w.juror("Un"), w.juror("Deux")]
    for number in range(1, times + 1):
        w.session(number, "22/06/2020", "23/06/2020", candidates=0)
        for member in pair:
            assert isinstance(seat(w.as_("centre"), number, w.get(number).version, member, although_elsewhere=True), Saved)
    found = seen(w, Signal.PAIR)
    assert len(found) == count
    assert not found or found[0].figures.startswith("Ensemble au jury de 5 sessions")
    assert not found or found[0].numbers == (1, 2, 3, 4, 5)
    page = w.browser("ud94").get("/supervision?signal=binome_de_jury").text
    assert ('/sessions/5">5</a>' in page) is bool(count)


def test_wilson_is_the_published_interval() -> None:
    """Wilson (1927), as tables give it: 8 of 10 lie within 49,0 % and 94,3 %; 0 of 10 within 0 and 27,8 %."""
    assert [round(x, 3) for x in (wilson(8, 10).low, wilson(8, 10).high)] == [0.490, 0.943]
    assert [round(x, 3) for x in (wilson(0, 10).low, wilson(0, 10).high)] == [0.0, 0.278]
    assert round(wilson(1, 1).low, 3) == 0.207
    assert far(10, 10, 0.72) and not far(10, 10, 0.73)  # the interval of 10 of 10 begins at 72,2 %
    assert not far(9, 9, 0.1)  # nine say nothing
    with pytest.raises(ValueError):
        wilson(1, 0)


@pytest.mark.parametrize(("candidates", "count"), [(9, 0), (10, 1)])
def test_a_rate_far_from_the_national_one_for_its_size(w: World, candidates: int, count: int) -> None:
    w.session(1, "01/06/2020", "12/06/2020", candidates=candidates)
    results(w, 1, *[Outcome.TITLE] * candidates)
    w.session(2, "01/06/2020", "12/06/2020", candidates=20, centre=1)
    results(w, 2, *[Outcome.TITLE] * 6, *[Outcome.FAILED] * 10, *[Outcome.ABSENT] * 4, work=w.as_("other"))
    found = seen(w, Signal.RATE)
    assert len(found) == count
    assert not found or ("Wilson" in found[0].figures and "10 titres obtenus sur 10" in found[0].figures)
    assert not found or "sur 26" in found[0].beside  # of the nation, those who came


# ---- who sees, who closes


def test_a_centre_sees_no_signal_not_even_its_own_and_a_unit_only_its_own(w: World) -> None:
    moved(w)
    set_actual_end(w.as_("centre"), 1, w.get(1).version, D("2020-08-24"))
    assert [len(seen(w, Signal.END_IS_POSTPONED, who)) for who in ("centre", "other", "ud94", "ud75", "region", "national")] == [
        0,
        0,
        1,
        0,
        1,
        1,
    ]
    for who, status in (("centre", 404), ("other", 404), ("ud94", 200), ("ud75", 200), ("region", 200)):
        answer = w.browser(who).get("/supervision?departement=94")
        assert answer.status_code == status and (("session 1" in answer.text) is (who in ("ud94", "region"))), who
    page = w.browser("ud94").get("/supervision").text
    assert "il n’accuse personne" in page and "?</em>" in page
    assert "supervision" not in w.browser("centre").get("/").text.lower()


def test_a_signal_is_closed_with_a_note_and_opens_again_with_other_figures(w: World) -> None:
    moved(w)
    centre, unit = w.as_("centre"), w.as_("ud94")
    set_actual_end(centre, 1, w.get(1).version, D("2020-08-24"))
    one = seen(w, Signal.END_IS_POSTPONED)[0]
    browser = w.browser("ud94")
    fields = {"kind": one.kind.value, "about": one.about, "figures": one.figures}
    empty = browser.post("/supervision", **fields, note=" ")
    assert empty.status_code == 422 and "Écrivez ce que vous avez vérifié" in empty.text
    assert browser.post("/supervision", **fields, note="Vu avec le centre").status_code == 303
    page = browser.get("/supervision").text
    assert "Vu avec le centre" in page and "Clore ce signal" not in page
    assert isinstance(close(unit, one.kind, one.about, one.figures, "Encore"), Unchanged)
    assert isinstance(close(unit, one.kind, one.about, "autre", "Encore"), Invalid)
    assert isinstance(close(w.as_("ud75"), one.kind, one.about, one.figures, "Pas à moi"), Invalid)
    for who in ("centre", "national"):
        with pytest.raises(NotThere):
            close(w.as_(who), one.kind, one.about, one.figures, "x")
    set_actual_end(centre, 1, w.get(1).version, D("2020-08-20"))
    assert seen(w, Signal.END_IS_POSTPONED) == []


# ---- draws


def test_a_draw_keeps_its_seed_and_can_be_done_again(w: World) -> None:
    for number in range(1, 31):
        w.session(number, "22/06/2020", "23/06/2020", "annulee" if number == 30 else "convocations_envoyees", candidates=0)
    w.session(99, "22/06/2020", "23/06/2020", centre=1, candidates=0)
    browser = w.browser("ud94")
    sent = browser.post("/supervision/tirages", department="94", start="2020-06-01", end="2020-06-30", size=4)
    page = browser.get(sent.headers["Location"]).text
    seed = re.search(r'class="code">([0-9a-f]{32})<', page)
    drawn = [int(n) for n in str(w.scalar("SELECT drawn FROM draw")).split()]
    assert seed and len(drawn) == 4 and drawn == chosen(seed[1], range(1, 30), 4)
    assert "le résultat est le même" in page and "du 01/06/2020 au 30/06/2020" in page
    assert page.count("22/06/2020") == page.count("CENTRE A") == 4, "who visits reads where to go, and when"
    assert chosen("other seed", range(1, 30), 4) != chosen(seed[1], range(1, 30), 4)
    assert w.browser("ud75").get("/supervision/tirages/1").status_code == 404


def test_a_draw_that_its_seed_does_not_give_is_told_as_tampered_with(w: World) -> None:
    for number in range(1, 11):
        w.session(number, "22/06/2020", "23/06/2020", candidates=0)
    assert draw_sessions(w.as_("ud94"), "94", D("2020-06-01"), D("2020-06-30"), 2) == 1
    with w.db.writing() as tx:
        true = tx.execute(select(draw)).one()._asdict()
        others = [n for n in true["drawn_from"].split() if n not in true["drawn"].split()]
        tx.execute(insert(draw), {**true, "id": 2, "drawn": " ".join(others[:2])})
    browser = w.browser("ud94")
    assert "le résultat est le même" in browser.get("/supervision/tirages/1").text
    assert "le tirage a été altéré" in browser.get("/supervision/tirages/2").text


def test_a_draw_cannot_be_changed_and_only_who_supervises_draws(w: World) -> None:
    w.session(1, "22/06/2020", "23/06/2020", candidates=0)
    days = (D("2020-06-01"), D("2020-06-30"))
    for who in ("ud75", "centre"):
        with pytest.raises(NotThere):
            draw_sessions(w.as_(who), "94", *days, 1)
    assert isinstance(draw_sessions(w.as_("region"), "94", D("2019-01-01"), D("2019-01-02"), 1), Invalid)
    assert draw_sessions(w.as_("region"), "94", *days, 1) == 1
    for sql in ("UPDATE draw SET drawn = '2'", "DELETE FROM draw"):
        with pytest.raises(Exception, match="append-only"), as_owner(w.db) as own, own.writing() as tx:
            tx.exec_driver_sql(sql)
    bad = w.browser("ud94").post("/supervision/tirages", department="94", start="x", end="2020-06-30", size="mille")
    assert bad.status_code == 422 and 'value="mille"' in bad.text


# ---- figures


def test_the_figures_are_told_twice_the_same_and_exported(w: World) -> None:
    w.session(1, "01/06/2020", "12/06/2020", candidates=4)
    results(w, 1, Outcome.TITLE, Outcome.TITLE, Outcome.FAILED, Outcome.ABSENT)
    w.session(2, "02/03/2020", "20/04/2020", centre=1)
    w.session(3, "02/03/2020", "20/04/2020")
    w.measure()
    region = w.browser("region")
    page = region.get("/chiffres").text
    assert "<script" not in page.partition("<main")[2] and page.count('<ul class="chart') == 5
    assert (
        page.count('66,7 % <span class="sub">(2 sur 3)') == 2 and page.count("66,7 %") == 4
    )  # by title and department: in the chart and in the table
    assert "Choisissez un département pour comparer ses centres" in page
    assert region.get("/chiffres?departement=94").text.count("66,7 %") == 6
    csv = region.get("/chiffres.csv").text
    assert "Réussite par centre" not in csv and "Reportées par une mesure;2;" in csv and "dont sans date réelle;2;" in csv
    assert "Réussite par centre;CENTRE A;2;3" in region.get("/chiffres.csv?departement=94").text
    assert "CENTRE B" not in w.browser("ud94").get("/chiffres").text
    assert "Reportées par une mesure;1;" in w.browser("centre").get("/chiffres.csv").text


@pytest.mark.parametrize(
    ("query", "sessions"),
    [
        ("", 3),
        ("?du=2020-03-02", 3),
        ("?du=2020-03-03", 1),
        ("?au=2020-03-02", 2),
        ("?au=01/03/2020", 0),
        ("?departement=75", 1),
        ("?titre=TP-01303", 3),
        ("?titre=TP-X", 0),
    ],
)
def test_the_filters_of_the_figures_stand_in_the_address(w: World, query: str, sessions: int) -> None:
    w.session(1, "01/06/2020", "12/06/2020")
    w.session(2, "02/03/2020", "20/04/2020", centre=1)
    w.session(3, "02/03/2020", "20/04/2020")
    text = w.browser("national").get(f"/chiffres.csv{query}").text
    assert sum(int(n) for n in re.findall(r"Sessions par statut;[^;]+;(\d+);", text)) == sessions


def test_a_filter_that_is_no_date_says_so_and_stays(w: World) -> None:
    page = w.browser("ud94").get("/chiffres?du=hier")
    assert page.status_code == 422 and 'value="hier"' in page.text


def test_the_demonstration_has_signals_to_ask(loaded_demonstration: Path) -> None:
    from portal.features.accounts.queries import by_email
    from portal.store.database import Database

    db = Database(f"sqlite:///{loaded_demonstration}", b"")
    with db.reading() as conn:
        actor = by_email(conn, "ud94@demo.example", ("UD", "DIRECCTE"))
        assert actor and len(signals(conn, actor, date(2020, 6, 15))) > 2
    db.dispose()
