"""The list: pages, views, search, and the to-do table read in Python and in SQL."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, select, update

from portal.features.candidates.importing import import_candidates
from portal.features.sessions import counting
from portal.features.sessions.importing import import_sessions
from portal.features.sessions.views import step_key
from portal.rules.facts import Facts
from portal.rules.lifecycle import Role, Status
from portal.rules.todo import next_step
from portal.store.measures import measure_run
from portal.store.sessions import exam_session
from tests.support.facts import facts_of
from tests.support.postgres import as_owner
from tests.support.world import Browser, World, hidden


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    world.close()


def numbers(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'<a class="id" href="[^"]*">(\d+)<', page)]


def link(page: str, rel: str) -> str | None:
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    return found.group(1).replace("&amp;", "&") if found else None


def told(page: str) -> str:
    """Which it shows of how many."""
    found = re.search(r'<p class="pager">(.*?)(?: ·|</p>)', page.replace("\xa0", " "), re.DOTALL)
    assert found
    return " ".join(found[1].split())


ORDERS = ["", "?tri=debut", "?tri=debut&ordre=croissant", "?tri=fin", "?tri=numero&ordre=croissant"]


@pytest.mark.parametrize("query", ORDERS)
def test_fifty_a_page_forwards_and_back_nothing_twice_nothing_left_out(w: World, query: str) -> None:
    many(w, 120)
    browser = w.browser("centre")
    page = browser.get(f"/sessions{query}").text
    pages = [numbers(page)]
    while following := link(page, "next"):
        page = browser.get(following).text
        pages.append(numbers(page))
    assert [len(p) for p in pages] == [50, 50, 20]
    assert sorted(n for p in pages for n in p) == list(range(1, 121))
    back = browser.get(link(page, "prev") or "").text
    assert numbers(back) == pages[1]


@pytest.mark.parametrize("query", [*ORDERS, "?statut=en_preparation&tri=debut", "?departement=75"])
def test_the_sessions_of_a_regions_departments_are_read_in_one_order(w: World, query: str) -> None:
    """Along each department's own order: the same pages, forwards and back, as the nation reads of the same sessions."""
    many(w, 120, centres=2)
    walked = []
    for who in ("region", "national"):
        browser, pages = w.browser(who), []
        page = browser.get(f"/sessions{query}").text
        pages.append(numbers(page))
        while following := link(page, "next"):
            page = browser.get(following).text
            pages.append(numbers(page))
        while leading := link(page, "prev"):
            page = browser.get(leading).text
            pages.append(numbers(page))
        walked.append(pages)
    assert walked[0] == walked[1] and len({n for page in walked[0] for n in page}) == (60 if "75" in query else 120)


def count_to(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions are counted up to so many; what others ask is not made of it."""
    monkeypatch.setattr(counting, "COUNT_BOUND", most)
    monkeypatch.setattr(counting, "_all_counts", counting._all_counts.__wrapped__)


@pytest.mark.parametrize("order", ["", "&tri=debut", "&tri=fin&ordre=croissant"])
def test_what_is_late_stands_in_its_order_whether_few_or_more_than_are_counted(
    w: World, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    """More are walked in order and not sorted: fifty are soon met (`python -m bench.pages`)."""
    many(w, 60, date(2020, 6, 16))
    browser = w.browser("national")
    few = browser.get(f"/sessions?vue=en-retard{order}").text
    assert len(numbers(few)) == 50 and "plus de" not in few
    count_to(40, monkeypatch)
    asked = []
    event.listen(w.app().extensions["portal_db"].engine, "before_cursor_execute", lambda c, cur, sql, *rest: asked.append(sql))
    more = browser.get(f"/sessions?vue=en-retard{order}").text
    assert "plus de 40" in more and numbers(more) == numbers(few)
    assert not any("ORDER BY coalesce" in sql for sql in asked)


@pytest.mark.parametrize("who", ["centre", "ud94", "region", "national"])
def test_the_few_that_were_postponed_are_found_and_sorted_and_many_walked_in_order(
    w: World, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """Fifty are soon met of what many are; of few, walking in order reads all that there is."""
    w.sessions(range(1, 5), "20/03/2020", "26/03/2020")
    w.session(9, "06/07/2020", "10/07/2020")
    w.measure()
    browser, asked = w.browser(who), list[str]()
    event.listen(w.app().extensions["portal_db"].engine, "before_cursor_execute", lambda c, cur, sql, *rest: asked.append(sql))
    few = browser.get("/sessions?vue=reportees").text
    assert numbers(few) == [4, 3, 2, 1] and any("ORDER BY coalesce" in sql for sql in asked)
    count_to(3, monkeypatch)
    asked.clear()
    assert numbers(browser.get("/sessions?vue=reportees").text) == [4, 3, 2, 1]
    assert not any("ORDER BY coalesce" in sql for sql in asked)


def many(w: World, count: int, day: date = date(2020, 7, 1), centres: int = 1) -> None:
    """`centres`: how many of the two have them, turn by turn."""
    rows = [
        _row(w, i, facts_of(Status.PREPARATION, day + timedelta(days=i % 7), day + timedelta(days=9))) | PLACES[i % centres]
        for i in range(1, count + 1)
    ]
    with w.db.writing() as tx:
        tx.execute(insert(exam_session), rows)


PLACES = ({"centre_id": 1, "department_code": "94"}, {"centre_id": 2, "department_code": "75"})


def _row(w: World, number: int, f: Facts, run: int | None = None) -> dict[str, object]:
    postponed = {"postponed_run_id": run, "postponed_case": "2c", "planned_end_on": f.ends_on} if f.postponed else {}
    blank = {"postponed_run_id": None, "postponed_case": None, "planned_end_on": None}
    dates = {"starts_on": f.starts_on, "ends_on": f.ends_on, "actual_end_on": f.actual_end_on}
    who = {"status": f.status.value, "status_at": w.now(), "status_by": "REPRISE"}
    place = {"id": number, "title_id": 1, "kind": "titre"} | PLACES[0]
    return {**place, **dates, **who, **blank, **postponed}


def test_views_search_and_export_hold_the_same_sessions(w: World) -> None:
    w.session(10, "02/03/2020", "20/04/2020")
    w.session(11, "06/07/2020", "10/07/2020", "en_preparation")
    w.session(12, "01/06/2020", "10/06/2020")
    w.session(13, "01/06/2020", "10/06/2020", centre=1)
    w.measure()
    centre = w.browser("centre")

    def shown(browser: Browser, query: str) -> list[int]:
        return numbers(browser.get(f"/sessions?{query}").text)

    assert shown(centre, "") == [12, 11, 10]
    assert shown(centre, "vue=a-faire") == [12, 11, 10]
    assert shown(centre, "vue=reportees") == [10]
    assert shown(centre, "vue=resultats") == [12]
    assert shown(centre, "q=12") == [12]
    assert shown(centre, "q=enseignant+conduite") == [12, 11, 10]
    assert shown(centre, "statut=en_preparation") == [11]
    assert shown(centre, "du=01/06/2020&au=2020-06-30") == [12]
    region = w.browser("region")
    assert shown(region, "q=centre+b") == [13]
    assert shown(region, "departement=75") == [13]
    lines = region.get("/sessions/export?departement=75").text.splitlines()
    assert lines[1:] == [f"13;{w.sirets[1]};TP-01303;titre;01/06/2020;10/06/2020;convocations_envoyees;;;"]


days = st.dates(date(2020, 5, 1), date(2020, 8, 1))
some_facts = st.builds(
    lambda status, start, length, postponed, actual: facts_of(
        status, start, start + timedelta(days=length), postponed, None if actual is None else start + timedelta(days=actual)
    ),
    st.sampled_from(Status),
    days,
    st.integers(0, 60),
    st.booleans(),
    st.none() | st.integers(0, 90),
)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.large_base_example]
)
@given(st.lists(some_facts, min_size=60, max_size=60))
def test_what_to_do_next_is_the_same_in_python_and_in_sql(world: World, facts: list[Facts]) -> None:
    run = {"id": 1, "measure_key": "m", "label": "m", "definition": "", "at": world.now(), "actor": "x", "touched": 0}
    with (
        as_owner(world.db) as own,
        own.engine.connect().execution_options(portal_write=True) as conn,
        conn.begin() as transaction,
    ):
        conn.execute(insert(measure_run).values(run))
        conn.execute(insert(exam_session), [_row(world, i, f, 1) for i, f in enumerate(facts, 1)])
        for role in (Role.CENTRE, Role.UD):
            found = conn.execute(select(step_key(role, world.today)).order_by(exam_session.c.id)).scalars().all()
            expected = [step.key if (step := next_step(role, f, world.today)) else "" for f in facts]
            assert found == expected
        transaction.rollback()


def test_a_form_older_than_the_sign_in_comes_back_with_what_was_typed(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    w.measure()
    centre = w.browser("centre")
    fields = {"csrf_token": "stale", "version": "2", "actual_end_on": "2020-06-12"}
    answer = centre.client.post("/sessions/1/date-reelle", data=fields)
    assert answer.status_code == 400 and "Reprendre ma saisie" in answer.text and 'value="2020-06-12"' in answer.text
    assert w.get(1).actual_end_on is None


def test_the_unit_sees_a_real_end_date_past_the_postponed_one_as_a_thing_to_check(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    w.measure()
    centre = w.browser("centre")
    centre.post("/sessions/1/date-reelle", version=w.get(1).version, actual_end_on="2020-08-24")
    unit = w.browser("ud94")
    assert "Vérifiez la date réelle" not in unit.get("/sessions/1").text
    late = {"version": w.get(1).version, "actual_end_on": "2020-08-25"}
    asked = centre.post("/sessions/1/date-reelle", **late)
    assert "mardi 25 août 2020</strong> : c’est après la date de fin reportée" in asked.text
    seal = hidden(asked.text, "date_confirmee")
    assert centre.post("/sessions/1/date-reelle", **late, date_confirmee=seal, answer="oui").status_code == 303
    assert "Vérifiez la date réelle" in unit.get("/sessions/1").text
    assert "1</a>" in unit.get("/sessions?vue=a-faire").text


def test_a_late_row_says_since_when_and_whose_turn_it_is(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "en_preparation")  # to be asked for by the 8th
    w.session(2, "20/06/2020", "26/06/2020", "demande_dte_envoyee")  # to be convened by the 13th
    w.session(3, "19/06/2020", "26/06/2020", "dte_envoye")
    w.session(4, "22/06/2020", "26/06/2020", "dte_envoye")  # its last day is today
    for who in ("centre", "ud94", "region", "national"):
        page = w.browser(who).get("/sessions?vue=en-retard").text
        for words in (
            "En retard depuis le 09/06/2020 : c’est au centre de demander le DTE",
            "En retard depuis le 14/06/2020 : c’est à l’UD 94 d’envoyer le DTE",
            "En retard depuis le 13/06/2020 : c’est au centre de convoquer",
        ):
            assert page.count(words) == 1, (who, words)
        assert "Rien à faire" not in page and "/sessions/4" not in page
    assert "En retard depuis le 09/06/2020" in w.browser("ud94").get("/sessions").text


def test_the_same_words_carry_the_same_number_on_the_tile_the_list_and_the_figures(w: World) -> None:
    for number, start, status in ((1, "02/03/2020", "convocations_envoyees"), (2, "18/03/2020", "demande_dte_envoyee")):
        w.session(number, start, "20/04/2020", status)
    w.session(3, "16/03/2020", "20/04/2020", "resultats_saisis")
    w.measure()
    region = w.browser("region")
    tile = re.search(r"<strong>(\d+)</strong>\s*<span>sessions reportées sans date réelle", region.get("/").text)
    view = re.search(r"Sans date réelle\s*<[^>]*>\s*\(?(\d+)", region.get("/sessions").text)
    figure = re.search(r"dont sans date réelle.*?<span>(\d+)</span>", region.get("/chiffres").text, re.S)
    assert tile and view and figure and (tile[1], view[1], figure[1]) == ("2", "2", "2")
    page = w.browser("centre").get("/").text  # only the one whose exam is over is asked for its real end
    assert re.search(r"<strong>1</strong>\s*<span>session reportée attend sa date réelle", page)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("aubigne", [2, 1]),
        ("AUBIGNÉ éloïse", [1]),
        ("eloise d'aubigne", [1]),
        ("aubig elo", [1]),
        ("nguyen", [2]),
        ("Thị Hương", [2]),
        ("x", []),
        ("introuvable", []),
        ("o'brien", []),
        ('"', []),
        ('"""""*', []),
        ("aubigne AND eloise", []),
        ("nguyen*", [2]),
    ],
)
def test_a_candidates_name_finds_the_sessions_accents_and_case_aside(w: World, typed: str, found: list[int]) -> None:
    for number in (1, 2, 3):
        w.session(number, "06/07/2020", "10/07/2020", "en_preparation", candidates=0)
    w.session(4, "06/07/2020", "10/07/2020", candidates=0, centre=1)
    head = "session;last_name;first_name;born_on;email\n"
    people = "1;D’Aubigné;Éloïse;01/02/1990;\n2;D’Aubigné;Zoé;01/02/1990;\n2;Nguyễn;Thị Hương;01/02/1990;\n4;D’Aubigné;Éloïse;01/02/1990;\n"
    import_candidates(w.operator(), (head + people).encode())
    page = w.browser("centre").client.get("/sessions", query_string={"q": typed})
    assert page.status_code == 200 and numbers(page.text) == found


def test_the_row_says_which_candidates_were_found(w: World) -> None:
    w.session(1, "06/07/2020", "10/07/2020", "en_preparation", candidates=3)
    w.session(2, "06/07/2020", "10/07/2020", "en_preparation", candidates=5)
    head = "session;last_name;first_name;born_on;email\n"
    people = "1;D’Aubigné;Éloïse;01/02/1990;\n1;<Aubert>;Zoé;01/02/1990;\n2;Nguyễn;;01/02/1990;\n"
    import_candidates(w.operator(), (head + people).encode())
    b = w.browser("centre")

    def told(typed: str) -> list[str]:
        return re.findall(
            r'<span class="sub">(candidats? : [^<]*)</span>', b.client.get("/sessions", query_string={"q": typed}).text
        )

    assert told("aubigné éloïse") == told("eloise aubi") == ["candidat : D’AUBIGNÉ Éloïse"], "whole words, or their beginnings"
    assert told("nguyen") == ["candidat : NGUYỄN"]
    assert told("aubert") == ["candidat : &lt;AUBERT&gt; Zoé"]
    assert told("prenom") == [
        "candidats : NOM00 Prénom, NOM01 Prénom, NOM02 Prénom et 2 autres",
        "candidats : NOM00 Prénom, NOM01 Prénom, NOM02 Prénom",
    ]
    assert told("conduite") == told("") == [], "what is found by its title names nobody"


def test_the_beginning_of_a_number_finds_it_and_the_exact_number_stands_first(w: World) -> None:
    for number in (2245, 22450, 224561, 224562, 224600, 922456):
        w.session(number, "06/07/2020", "10/07/2020", "en_preparation", candidates=0)
    w.session(224563, "06/07/2020", "10/07/2020", "en_preparation", candidates=0, centre=1)
    b = w.browser("centre")
    for typed, found in (
        ("2245", [2245, 224562, 224561, 22450]),
        ("ID 22456", [224562, 224561]),
        ("224561", [224561]),
        ("2245 conduite", [224562, 224561, 22450, 2245]),
        ("224", []),  # of three digits only the number itself
        ("0224", []),
        ("224563", []),
        ("2245619", []),
    ):
        assert numbers(b.client.get("/sessions", query_string={"q": typed}).text) == found, typed
    assert "Toutes <strong>4</strong>" in b.get("/sessions?q=2245").text
    assert numbers(b.get("/sessions?q=2245&tri=debut&ordre=croissant").text)[0] == 2245
    assert numbers(b.get("/sessions?q=2245&statut=verrouillee").text) == [], "under the other filters, too"


def test_the_exact_number_stands_on_the_first_page_alone(w: World) -> None:
    many(w, 120)  # numbers 1 to 120
    with w.db.writing() as tx:
        tx.exec_driver_sql("UPDATE exam_session SET id = id + 3009999")
    w.session(3010, "06/07/2020", "10/07/2020", "en_preparation", candidates=0)
    b = w.browser("centre")
    page = b.get("/sessions?q=3010").text
    assert numbers(page)[0] == 3010
    pages = [numbers(page)]
    while following := link(page, "next"):
        page = b.get(following).text
        pages.append(numbers(page))
    assert sorted(n for p in pages for n in p) == [3010, *range(3010000, 3010120)] and all(3010 not in p for p in pages[1:])
    first = b.get(link(b.get(link(page, "prev") or "").text, "prev") or "").text
    assert numbers(first) == pages[0]
    assert told(first) == "Sessions 1 à 51 sur 121", "not as many before it as a page holds"


def test_the_full_text_follows_a_candidate_who_is_renamed_or_removed(w: World) -> None:
    w.session(1, "06/07/2020", "10/07/2020", "en_preparation", candidates=1)
    b = w.browser("centre")
    fields = {"last_name": "Zola", "first_name": "Côme", "born_on": "1990-02-01", "email": ""}
    b.post("/sessions/1/candidats/1/modifier", version=w.get(1).version, **fields)
    assert numbers(b.get("/sessions?q=nom00").text) == [] and numbers(b.get("/sessions?q=zola").text) == [1]
    b.post("/sessions/1/candidats/1/retrait", version=w.get(1).version)
    assert numbers(b.get("/sessions?q=zola").text) == []


def test_a_search_finds_a_number_a_siret_a_centre_and_a_title_together(w: World) -> None:
    w.session(224566, "06/07/2020", "10/07/2020", "en_preparation")
    w.session(224567, "06/07/2020", "10/07/2020", "en_preparation", centre=1)
    region = w.browser("region")
    for typed, found in (
        ("ID 224566", [224566]),
        ("centre conduite", [224567, 224566]),
        ("conduite enseignant", [224567, 224566]),
        (w.sirets[1], [224567]),
        (w.sirets[1][:12], [224567]),
        ("centre b conduite", [224567]),
        ("conduite perdue", []),
    ):
        assert numbers(region.client.get("/sessions", query_string={"q": typed}).text) == found, typed


def test_counts_stop_where_they_are_bounded(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    many(w, 30)
    b = w.browser("centre")
    assert "Toutes <strong>30</strong>" in b.get("/sessions").text
    count_to(20, monkeypatch)
    page = b.get("/sessions?q=conduite").text
    assert "Toutes <strong>plus de 20</strong>" in page and "plus de 20 sessions" in page
    for who in ("centre", "region", "national"):  # all of them are a number that the database keeps
        assert "Toutes <strong>30</strong>" in w.browser(who).get("/sessions").text


def test_what_the_database_keeps_the_sums_of_is_told_to_the_last(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    many(w, 30)
    with w.db.writing() as tx:
        tx.execute(update(exam_session).values(status=Status.RESULTS.value))
    count_to(20, monkeypatch)
    for who in ("region", "national"):
        page = w.browser(who).get("/sessions?vue=a-verrouiller").text
        assert "Toutes <strong>30</strong>" in page and "À verrouiller <strong>30</strong>" in page, who
        assert "plus de" not in page


def test_where_a_search_finds_more_than_are_counted_a_view_has_its_own_number_or_none(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """« À verrouiller 0 » stood over a list of two: it was counted among the first that were found."""
    many(w, 90)
    locking = "/sessions?q=conduite&vue=a-verrouiller"

    def have_results(*ids: int) -> None:
        with w.db.writing() as tx:
            tx.execute(update(exam_session).where(exam_session.c.id.in_(ids)).values(status=Status.RESULTS.value))

    count_to(20, monkeypatch)
    have_results(1, 90)
    for who, chip in (
        ("ud94", "À verrouiller <strong>2</strong>"),
        ("region", "À verrouiller</a>"),
        ("national", "À verrouiller</a>"),
    ):
        page = w.browser(who).get(locking).text
        assert numbers(page) == [90, 1] and chip in page and told(page) == "2 sessions", who
        assert "Toutes <strong>plus de 20</strong>" in page
    have_results(*range(1, 61))
    assert told(w.browser("ud94").get(locking).text) == "Sessions 1 à 50 sur plus de 20"
    assert told(w.browser("national").get(locking).text) == "Sessions 1 à 50"
    assert told(w.browser("national").get("/sessions?q=conduite").text) == "Sessions 1 à 50 sur plus de 20"


def test_the_database_keeps_the_number_of_sessions_of_each_centre(world: World) -> None:
    def kept() -> bool:
        counted = "SELECT count(*) FROM exam_session WHERE centre_id = session_total.centre_id"
        return world.scalar(f"SELECT count(*) FROM session_total WHERE number <> ({counted})") == 0

    for number in range(1, 8):
        world.session(number, "22/06/2020", "26/06/2020", centre=number % 2, candidates=0)
    assert kept() and world.scalar("SELECT sum(number) FROM session_total") == 7
    names = [c.name for c in exam_session.c if c.name not in ("id", "creation_key")]
    copy = f"INSERT INTO exam_session (id, {', '.join(names)}) SELECT id + 100, {', '.join(names)} FROM exam_session"
    with pytest.raises(ZeroDivisionError), world.db.writing() as tx:
        tx.exec_driver_sql(copy)
        raise ZeroDivisionError  # what is rolled back was never counted
    assert kept() and world.scalar("SELECT sum(number) FROM session_total") == 7
    with world.db.writing() as tx:
        tx.exec_driver_sql(copy)
    assert kept() and world.scalar("SELECT sum(number) FROM session_total") == 14
    with world.db.writing() as tx:
        tx.exec_driver_sql("DELETE FROM exam_session WHERE id > 100")
    assert kept() and world.scalar("SELECT sum(number) FROM session_total") == 7
    page = world.browser("centre").get("/sessions").text
    assert "Toutes <strong>3</strong>" in page
    assert "Toutes <strong>4</strong>" in world.browser("ud75").get("/sessions").text
    world.close()


def test_two_imports_at_once_are_both_counted(world: World) -> None:
    gate = Barrier(2)

    def take_over(first: int) -> None:
        gate.wait()
        rows = "".join(
            f"{first + i};{world.sirets[(first + i) % 2]};TP-01303;titre;22/06/2020;26/06/2020;dte_envoye;\n" for i in range(20)
        )
        import_sessions(world.operator(), f"id;siret;title;kind;starts_on;ends_on;status;actual_end_on\n{rows}".encode())

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(take_over, first) for first in (100, 201)]:
            done.result()
    assert world.scalar("SELECT sum(number) FROM session_total") == 40 == world.scalar("SELECT count(*) FROM exam_session")


def test_each_page_says_which_it_shows_of_how_many(w: World) -> None:
    many(w, 62)
    b = w.browser("centre")
    first = b.get("/sessions").text
    second = b.get(link(first, "next") or "").text
    shown = [told(page) for page in (first, second, b.get(link(second, "prev") or "").text, b.get("/sessions?rang=x&q=62").text)]
    assert shown == ["Sessions 1 à 50 sur 62", "Sessions 51 à 62 sur 62", "Sessions 1 à 50 sur 62", "1 session"]
