"""The workshop of measures: written in a form or sent as a file, tried, applied behind what was read, taken back."""

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import count

import pytest
from werkzeug.test import TestResponse

from portal.core.outcomes import Changed, Saved
from portal.core.people import Person
from portal.features.candidates.actions import add as add_candidate
from portal.features.measures.actions import Applied, apply, revert
from portal.features.measures.catalogue import find
from portal.features.measures.plan import claimed_twice, codes, plan, samples, to_look_at
from portal.features.measures.progress import Task
from portal.features.measures.verify import verify
from portal.rules.lifecycle import Status
from portal.rules.measures import decide, parse
from tests.support.facts import facts_of
from tests.support.world import Browser, World, hidden

SHIFT = """
[mesure]
cle = "greve"
nom = "grève"
source = "Décision d’essai"
[[cas]]
nom = "1"
texte = "Début du 20/06 au 30/06/2020, dans le 94"
debut_du = 2020-06-20
debut_au = 2020-06-30
statuts = "actifs"
departements = ["94"]
titres = ["TP-01303"]
action = "decaler"
jours = 14
"""


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


FORM = {
    "nom": "grève", "source": "Décision d’essai", "cas": "1", "action": "enregistrer",
    "cas-1-nom": "1", "cas-1-texte": "Début du 20/06 au 30/06/2020, dans le 94", "cas-1-debut_du": "2020-06-20",
    "cas-1-debut_au": "30/06/2020", "cas-1-departements": "94", "cas-1-titres": "TP-01303", "cas-1-action": "decaler", "cas-1-jours": "14",
}  # fmt: skip


def send(b: Browser, text: bytes) -> TestResponse:
    fields = {"csrf_token": b.token(), "file": (io.BytesIO(text), "m.toml")}
    return b.client.post("/mesures/fichier", data=fields, content_type="multipart/form-data")


def test_a_form_and_a_file_give_the_same_measure(w: World) -> None:
    b = w.browser("national")
    assert b.post("/mesures/nouvelle", **FORM).headers["Location"] == "/mesures/greve"
    with w.db.reading() as conn:
        written, _ = find("greve", conn)
    assert written == parse(SHIFT)
    assert send(b, SHIFT.encode()).headers["Location"] == "/mesures/greve"
    assert parse(b.get("/mesures/greve.toml").text) == written


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"nom": ""}, "Donnez un nom"),
        ({"source": ""}, "« source » manque"),
        ({"cas-1-debut_du": "31/02/2020"}, "n’est pas une date"),
        ({"cas-1-debut_du": "2020-07-01"}, "« debut_du » vient après « debut_au »"),
        ({"cas-1-jours": "0"}, "« jours » est un nombre entier"),
        ({"cas-1-jours": "x"}, "Indiquez le nombre de jours"),
        ({"cas-1-action": "reporter_la_fin"}, "Indiquez la nouvelle date de fin"),
        ({"cas-1-action": "x"}, "« action » vaut"),
        ({"nom": "confinement 2020"}, "fournie avec le portail"),
    ],
)
def test_what_is_wrong_of_a_measure_is_said_and_what_was_typed_stays(w: World, changes: dict[str, str], sentence: str) -> None:
    answer = w.browser("national").post("/mesures/nouvelle", **{**FORM, **changes})
    assert answer.status_code == 422 and sentence in answer.text
    assert "Début du 20/06 au 30/06/2020, dans le 94" in answer.text and w.scalar("select count(*) from measure") == 0


def test_a_case_is_added_without_losing_the_first(w: World) -> None:
    page = w.browser("national").post("/mesures/nouvelle", **{**FORM, "action": "ajouter"})
    assert page.status_code == 200 and "Cas n° 2" in page.text and 'value="30/06/2020"' in page.text


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"x = ", b"[mesure]\ncle = 'x'\n", b"a" * 300_000])
def test_a_bad_file_gets_a_sentence(w: World, data: bytes) -> None:
    answer = send(w.browser("national"), data)
    assert answer.status_code == 422 and "une réponse est à corriger" in answer.text.lower()


def test_shifting_moves_start_and_end_once_and_comes_back(w: World) -> None:
    w.session(1, "20/06/2020", "26/06/2020")
    w.session(2, "30/06/2020", "30/06/2020", "en_preparation")
    w.session(3, "19/06/2020", "26/06/2020")
    w.session(4, "01/07/2020", "02/07/2020")
    w.session(5, "20/06/2020", "26/06/2020", centre=1)
    b = w.browser("national")
    send(b, SHIFT.encode())
    page = b.get("/mesures/greve").text
    assert "<del>20/06/2020</del> → <strong>04/07/2020</strong>" in page and "Décalée de 14 jours" in page
    assert b.post("/mesures/greve", number="2", seen=hidden(page, "seen")).status_code == 303
    assert (w.get(1).starts_on, w.get(1).ends_on, w.get(1).postponed) == (date(2020, 7, 4), date(2020, 7, 10), True)
    assert w.get(2).starts_on == date(2020, 7, 14)
    assert [w.get(n).version for n in (3, 4, 5)] == [2, 2, 2]
    told = w.browser("centre").get("/sessions/1").text
    assert "cas 1 : Début du 20/06 au 30/06/2020, dans le 94" in told, "in the words of the measure"
    assert "le début du 20/06/2020 au 04/07/2020" in told
    with w.db.reading() as conn:
        assert plan(conn, parse(SHIFT), w.today).touched == 0, "a second run changes nothing"
    revert(w.as_("national"), 1)
    assert (w.get(1).starts_on, w.get(1).ends_on, w.get(1).postponed) == (date(2020, 6, 20), date(2020, 6, 26), False)


def test_the_same_shift_never_moves_a_session_twice_although_it_still_fits(w: World) -> None:
    w.session(1, "20/06/2020", "26/06/2020")
    b, near = w.browser("national"), SHIFT.replace("jours = 14", "jours = 5")
    send(b, near.encode())
    page = b.get("/mesures/greve").text
    assert b.post("/mesures/greve", number="1", seen=hidden(page, "seen")).status_code == 303
    assert w.get(1).starts_on == date(2020, 6, 25), "within the dates that the measure describes"
    with w.db.reading() as conn:
        again = plan(conn, parse(near), w.today)
    assert (again.touched, next(c.number for c in again.counts if c.code == "s1")) == (0, 1)
    other = parse(near.replace('"greve"', '"autre"'))
    with w.db.reading() as conn:
        assert plan(conn, other, w.today).touched == 1, "another measure moves it"


def test_python_and_sql_agree_on_a_shift(w: World) -> None:
    measure = parse(SHIFT)
    for facts, case in (
        (facts_of(Status.CONVOKED, date(2020, 6, 20), date(2020, 6, 26), department="94", title="TP-01303"), "1"),
        (facts_of(Status.CONVOKED, date(2020, 6, 20), date(2020, 6, 26), department="75", title="TP-01303"), ""),
        (facts_of(Status.CONVOKED, date(2020, 6, 20), date(2020, 6, 26), department="94", title="TP-9"), ""),
        (
            facts_of(
                Status.CONVOKED, date(2020, 6, 20), date(2020, 7, 4), True, department="94", title="TP-01303", moved_by="greve"
            ),
            "",
        ),
        (
            facts_of(
                Status.CONVOKED, date(2020, 6, 20), date(2020, 7, 4), True, date(2020, 6, 21), department="94", title="TP-01303"
            ),
            "",
        ),
        (facts_of(Status.RESULTS, date(2020, 6, 20), date(2020, 6, 26), department="94", title="TP-01303"), ""),
    ):
        decision = decide(measure, facts)
        assert (decision.case, decision.changes) == (case, bool(case))
    moved = decide(measure, facts_of(Status.CONVOKED, date(2020, 6, 30), date(2020, 6, 30), department="94", title="TP-01303"))
    assert (moved.starts_on, moved.ends_on) == (date(2020, 7, 14), date(2020, 7, 14))
    w.session(1, "20/06/2020", "26/06/2020")
    with w.db.writing() as tx:  # a real end date entered after another measure: no longer shifted
        tx.exec_driver_sql("update exam_session set actual_end_on = '2020-06-21'")
    with w.db.reading() as conn:
        found = plan(conn, measure, w.today)
    assert found.touched == 0 and next(c for c in found.counts if c.code == "r1").number == 1


def test_the_dry_run_tells_departments_statuses_and_what_to_look_at(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    w.session(2, "02/03/2020", "20/04/2020", "demande_dte_envoyee", centre=1)
    w.session(3, "06/07/2020", "10/07/2020")
    measure, _ = find("confinement-2020")
    with w.db.reading() as conn:
        found = plan(conn, measure, w.today)
    assert found.by_department == {"75": (1, 1), "94": (1, 2)}
    assert found.by_status == {"convocations_envoyees": (1, 2), "demande_dte_envoyee": (1, 1)}
    assert (found.twice, found.started, found.with_results) == (1, 2, 0), "case 2a and case 2b both describe the first"
    with w.db.reading() as conn:
        assert to_look_at(conn, measure, found, w.today) == {"started": [1, 2], "with_results": []}
        assert to_look_at(conn, measure, replace(found, with_results=1), date(2020, 3, 1)) == {"started": [], "with_results": []}
    page = w.browser("national").get("/mesures/confinement-2020").text
    assert page.count("Par exemple : ") == 2  # those that have begun, and the one that two cases describe
    assert "Par département" in page and "Par statut" in page and "Que deux cas décrivent" in page


def test_any_count_that_changes_changes_what_was_seen(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    with w.db.reading() as conn:
        seen = plan(conn, find("confinement-2020")[0], w.today)
    others = [
        replace(seen, counts=[replace(c, number=c.number + 1) for c in seen.counts]),
        replace(seen, by_department={"94": (1, 2)}),
        replace(seen, by_status={"convocations_envoyees": (0, 1)}),
    ]
    assert len({p.fingerprint for p in (seen, *others)}) == 4
    assert replace(seen, started=9).fingerprint == seen.fingerprint


def test_what_a_code_does_is_said_by_its_case_alone() -> None:
    found = codes(find("confinement-2020")[0])
    assert {code for code, meaning in found.items() if meaning.cancel} == {"+1"}
    assert {code for code, meaning in found.items() if meaning.move_end_to} == {"+2a", "+2b", "+2c", "+2d"}
    assert not any(meaning.shift_days for meaning in found.values())
    assert {meaning.effect for meaning in found.values() if not meaning.changes} == {"Inchangée"}


def test_twenty_sessions_of_a_case_are_shown_those_that_start_first(w: World) -> None:
    for number in range(1, 22):
        w.session(number, f"{number:02}/03/2020" if number < 17 else "16/03/2020", "20/04/2020", candidates=0)
    measure, _ = find("confinement-2020")
    with w.db.reading() as conn:
        shown, twice = samples(conn, measure), claimed_twice(conn, measure)
    assert [row.number for row in shown["+2a"]] == list(range(1, 21)) == twice


def test_applying_is_refused_when_the_counts_changed_since_the_dry_run(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    b = w.browser("national")
    seen = hidden(b.get("/mesures/confinement-2020").text, "seen")
    w.session(2, "06/07/2020", "10/07/2020")  # not even one that would change
    refused = b.post("/mesures/confinement-2020", number="1", seen=seen)
    assert refused.status_code == 409 and "Les nombres ont changé" in refused.text and not w.get(1).postponed
    assert b.post("/mesures/confinement-2020", number="1", seen=hidden(refused.text, "seen")).status_code == 303


def test_taking_back_is_behind_a_typed_number_too(w: World) -> None:
    for number in (1, 2):
        w.session(number, "02/03/2020", "20/04/2020")
    w.measure()
    w.browser("centre").post("/sessions/1/date-reelle", version=w.get(1).version, actual_end_on="2020-06-12")
    b = w.browser("national")
    page = b.get("/mesures/passages/1/reprise").text
    assert "1 session retrouverait" in page and 'href="/sessions/1"' in page
    assert b.post("/mesures/passages/1/reprise", number="2").status_code == 409
    assert b.post("/mesures/passages/1/reprise", number="x").status_code == 422
    assert b.post("/mesures/passages/1/reprise", number="1").status_code == 303
    assert w.get(1).postponed and not w.get(2).postponed


def test_the_run_can_be_filed(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    w.measure()
    page = w.browser("national").get("/mesures/passages/1").text
    assert (
        re.search(r"Événement n° \d+ du journal", page) and re.search(r"[0-9a-f]{64}", page) and "debut_du = 2020-01-01" in page
    )


def test_a_long_measure_answers_with_a_page_that_grows(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    waits = count()

    def slow(task: Task, seconds: float) -> bool:
        task._thread.join()
        return next(waits) > 1  # the first second is over, and one more

    monkeypatch.setattr(Task, "done_within", slow)
    answer = w.browser("national").post("/mesures/confinement-2020", number="1")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "La mesure s’applique…" in text and "ne la rechargez pas" in text
    assert "content='0;url=/mesures/passages/1'" in text and text.endswith("</html>")
    assert w.get(1).postponed


# ---- at once


def test_two_measures_at_once_move_each_session_once(w: World) -> None:
    for number in range(1, 21):
        w.session(number, "02/03/2020", "20/04/2020", candidates=0)
    hands = w.as_("national")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: apply(hands, *find("confinement-2020")), range(4)))
    assert all(isinstance(d, Applied) for d in done)
    assert sorted(d.plan.touched for d in done if isinstance(d, Applied)) == [0, 0, 0, 20]
    assert w.scalar("select count(*) from measure_line") == 20


def test_a_measure_while_centres_save_loses_nothing_and_moves_nothing_half(w: World) -> None:
    for number in range(1, 31):
        w.session(number, "02/03/2020", "20/04/2020", candidates=0)
    centre, national = w.as_("centre"), w.as_("national")

    def save(number: int) -> object:
        person = Person("Sall", "Fatou", date(1990, 1, 1))
        outcome = add_candidate(centre, number, 1, person)
        if isinstance(outcome, Changed):  # the measure was first: told, and sent again
            outcome = add_candidate(centre, number, outcome.session.version, person)
        return outcome

    with ThreadPoolExecutor(6) as pool:
        measure = pool.submit(apply, national, *find("confinement-2020"))
        saved = list(pool.map(save, range(1, 31)))
        applied = measure.result()
    assert isinstance(applied, Applied) and all(isinstance(s, Saved) for s in saved)
    for number in range(1, 31):
        s = w.get(number)
        assert (s.candidates, s.postponed, s.ends_on) == (1, True, date(2020, 8, 24))
