"""The workshop of measures: written in a form or sent as a file, tried, applied behind what was read, taken back."""

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import count
from typing import cast

import pytest
from sqlalchemy import RowMapping, insert, select
from werkzeug.test import TestResponse

from portal.core.outcomes import Changed, Saved
from portal.core.people import Person
from portal.features.candidates.actions import add as add_candidate
from portal.features.measures.actions import Applied, CountChanged, NothingToChange, Reverted, _covered, apply, revert
from portal.features.measures.catalogue import find
from portal.features.measures.plan import already_started, by_code, claimed_twice, plan, samples
from portal.features.measures.progress import Task
from portal.features.standing.checking import verify
from portal.rules.conditions import Condition
from portal.rules.lifecycle import Status
from portal.rules.measure_files import MeasureError, parse
from portal.rules.measures import Measure, MeasureCase, decide
from portal.store.measures import measure
from portal.store.notices import notice
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


def send(b: Browser, text: bytes, **more: str) -> TestResponse:
    fields = {"csrf_token": b.token(), "file": (io.BytesIO(text), "m.toml"), **more}
    return b.client.post("/mesures/fichier", data=fields, content_type="multipart/form-data")


def test_a_line_of_before_starts_could_be_moved_is_covered_without_them() -> None:
    """What was digested then is digested now."""
    day = date(2020, 4, 20)
    old = cast(RowMapping, {"session_id": 1, "end_before": day, "start_before": None, "start_after": None})
    assert _covered(old) == {"session_id": 1, "end_before": day}
    new = cast(RowMapping, {"start_before": day, "note": None})
    assert _covered(new) == {"start_before": day, "note": None}


def test_a_form_and_a_file_give_the_same_measure(w: World) -> None:
    b = w.browser("national")
    assert b.post("/mesures/nouvelle", **FORM).headers["Location"] == "/mesures/greve"
    with w.db.reading() as conn:
        written, _ = find("greve", conn)
    assert written == parse(SHIFT)
    b.post("/mesures/greve/suppression")
    assert send(b, SHIFT.encode()).headers["Location"] == "/mesures/greve"
    assert parse(b.get("/mesures/greve.toml").text) == written


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"nom": ""}, "Donnez un nom"),
        ({"source": ""}, "« Source » manque"),
        ({"cas-1-debut_du": "31/02/2020"}, "n’est pas une date"),
        ({"cas-1-debut_du": "2020-07-01"}, "« Début du » vient après « au »"),
        ({"cas-1-jours": "0"}, "« Nombre de jours » est un nombre entier"),
        ({"cas-1-jours": "x"}, "Indiquez le nombre de jours"),
        ({"cas-1-action": "reporter_la_fin"}, "Indiquez la nouvelle date de fin"),
        ({"cas-1-action": "x"}, "« Effet » vaut « Annuler », « Reporter la fin » ou"),
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
    assert w.get(1).version == 4, "a page of before is none of after"


def test_the_same_shift_never_moves_a_session_twice_although_it_still_fits(w: World) -> None:
    w.session(1, "20/06/2020", "26/06/2020")
    b, near = w.browser("national"), SHIFT.replace("jours = 14", "jours = 5")
    send(b, near.encode())
    page = b.get("/mesures/greve").text
    assert b.post("/mesures/greve", number="1", seen=hidden(page, "seen")).status_code == 303
    assert w.get(1).starts_on == date(2020, 6, 25), "within the dates that the measure describes"
    with w.db.reading() as conn:
        again = plan(conn, parse(near), w.today)
    assert (again.touched, next(c.number for c in again.counts if c.meaning.code == "s1")) == (0, 1)
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
        found = plan(tx, measure, w.today)
        tx.rollback()
    assert found.touched == 0 and next(c for c in found.counts if c.meaning.code == "r1").number == 1


def test_the_dry_run_tells_departments_statuses_and_what_to_look_at(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    w.session(2, "02/03/2020", "20/04/2020", "demande_dte_envoyee", centre=1)
    w.session(3, "06/07/2020", "10/07/2020")
    w.session(4, "02/03/2020", "20/04/2020", "resultats_saisis")
    measure, _ = find("confinement-2020")
    with w.db.reading() as conn:
        found = plan(conn, measure, w.today)
    assert found.by_department == {"75": (1, 1), "94": (1, 3)}
    assert found.by_status == {"convocations_envoyees": (1, 2), "demande_dte_envoyee": (1, 1), "resultats_saisis": (0, 1)}
    assert (found.twice, found.started) == (1, 2), "case 2a and case 2b both describe the first; the last has begun and stays"
    assert {c.meaning.code for c in found.kept if c.number} == {"k0", "k1"}
    w.session(5, "22/06/2020", "26/06/2020")
    with w.db.reading() as conn:
        later = plan(conn, parse(SHIFT), w.today)
        assert (later.touched, later.started) == (1, 0)
        assert [plan(conn, measure, date(2020, 3, on)).started for on in (1, 2)] == [0, 2]
        assert already_started(conn, measure, w.today) == already_started(conn, measure, date(2020, 3, 2)) == [1, 2]
        assert already_started(conn, measure, date(2020, 3, 1)) == []
    page = w.browser("national").get("/mesures/confinement-2020").text
    assert page.count("Par exemple : ") == 2  # those that have begun, and the one that two cases describe
    assert "Par département" in page and "Par statut" in page and "Sessions que deux cas décrivent" in page


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
    found = by_code(find("confinement-2020")[0])
    assert {code for code, line in found.items() if line.case and line.case.cancel} == {"+1"}
    assert {code for code, line in found.items() if line.case and line.case.move_end_to} == {"+2a", "+2b", "+2c", "+2d"}
    assert {line.effect for line in found.values() if not line.case} == {"Inchangée"}


def test_twenty_sessions_of_the_case_that_changes_them_are_shown_those_that_start_first(w: World) -> None:
    for number in range(1, 22):
        w.session(number, f"{number:02}/03/2020" if number < 17 else "16/03/2020", "20/04/2020", candidates=0)
    measure, _ = find("confinement-2020")
    with w.db.reading() as conn:
        shown, twice = samples(conn, measure), claimed_twice(conn, measure)
    assert {code: [row.number for row in rows] for code, rows in shown.items()} == {"+2a": list(range(1, 21))}
    assert {(row.centre_name, row.title_code) for row in shown["+2a"]} == {("CENTRE A", "TP-01303")}
    assert twice == list(range(1, 21)), "case 2b describes them too"


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_is_closed_is_claimed_by_no_case_although_two_name_its_status(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020", "resultats_saisis")
    w.session(2, "02/03/2020", "20/04/2020", "en_preparation")
    named = Condition(statuses=(Status.PREPARATION, Status.RESULTS))
    cases = tuple(MeasureCase(name, name, named, cancel=True) for name in "ab")
    with w.db.reading() as conn:
        assert claimed_twice(conn, Measure("x", "x", "x", cases)) == [2]


def test_applying_is_refused_when_the_counts_changed_since_the_dry_run(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    b = w.browser("national")
    seen = hidden(b.get("/mesures/confinement-2020").text, "seen")
    w.session(2, "06/07/2020", "10/07/2020")  # not even one that would change
    refused = b.post("/mesures/confinement-2020", number="1", seen=seen)
    assert refused.status_code == 409 and "La mesure, ou un nombre, a changé" in refused.text and not w.get(1).postponed
    assert b.post("/mesures/confinement-2020", number="1", seen=hidden(refused.text, "seen")).status_code == 303


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("was", "now"), [("jours = 14", "jours = 15"), ('nom = "1"', 'nom = "2"'), ("Décision", "Note")])
def test_a_measure_that_was_changed_since_its_dry_run_is_not_applied_although_the_counts_are_the_same(
    w: World, was: str, now: str
) -> None:
    w.session(1, "20/06/2020", "26/06/2020")
    national, other = w.as_("national"), SHIFT.replace(was, now)
    with w.db.reading() as conn:
        seen = plan(conn, parse(SHIFT), w.today).fingerprint
    assert isinstance(apply(national, parse(other), other, 1, seen), CountChanged) and not w.get(1).postponed
    assert w.scalar("SELECT count(*) FROM measure_run") == 0
    assert isinstance(apply(national, parse(SHIFT), SHIFT, 1, seen), Applied)


def test_who_applies_is_told_the_number_that_was_expected_beside_the_one_there_is(w: World) -> None:
    w.session(1, "20/06/2020", "26/06/2020")
    told = apply(w.as_("national"), parse(SHIFT), SHIFT, 5)
    assert isinstance(told, CountChanged) and (told.expected, told.plan.touched) == (5, 1) and not w.get(1).postponed


def test_taking_back_is_behind_a_typed_number_too(w: World) -> None:
    for number in (1, 2):
        w.session(number, "02/03/2020", "20/04/2020")
    w.measure()
    w.browser("centre").post("/sessions/1/date-reelle", version=w.get(1).version, actual_end_on="2020-06-12")
    b = w.browser("national")
    assert "Annuler l’application n° 1" in b.get("/mesures/passages/1").text
    page = b.get("/mesures/passages/1/reprise").text
    assert "Annuler l’application n° 1" in page
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

    def slow(task: Task[None], seconds: float) -> bool:
        task._thread.join()
        return next(waits) > 1  # the first second is over, and one more

    monkeypatch.setattr(Task, "done_within", slow)
    answer = w.browser("national").post("/mesures/confinement-2020", number="1")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "La mesure s’applique…" in text and "ne la rechargez pas" in text
    assert 'content="0;url=/mesures/passages/1"' in text and text.endswith("</html>")
    assert w.get(1).postponed


# ---- what is closed, and what was written before that was refused

CLOSED = {"resultats_saisis": "Résultats saisis", "verrouillee": "Verrouillée", "annulee": "Annulée"}


def closing(status: str) -> str:
    return SHIFT.replace('statuts = "actifs"', f'statuts = ["en_preparation", "{status}"]')


@pytest.mark.parametrize(("status", "label"), CLOSED.items())
def test_a_case_that_names_what_is_closed_is_refused_in_the_form_and_in_a_file(w: World, status: str, label: str) -> None:
    b = w.browser("national")
    sentence = f"ne mesure ne touche pas une session « {label} ». Les statuts possibles sont en_preparation"
    form = b.post("/mesures/nouvelle", **{**FORM, "cas-1-statuts": ["en_preparation", status]})
    file = send(b, closing(status).encode())
    for answer in (form, file):
        assert answer.status_code == 422 and sentence in answer.text
    assert 'href="#cas-1-statuts"' in form.text and 'id="cas-1-statuts"' in form.text
    assert w.scalar("select count(*) from measure") == 0


def test_a_measure_written_before_that_names_what_is_closed_is_listed_read_and_written_again(w: World) -> None:
    w.session(1, "20/06/2020", "26/06/2020", "verrouillee")
    b, text = w.browser("national"), closing("verrouillee")
    with w.db.writing() as tx:
        tx.execute(insert(measure).values(key="greve", definition=text, written_at=w.now(), written_by="x"))
    sentence = "une mesure ne touche pas une session « Verrouillée »"
    assert "À corriger" in b.get("/mesures").text
    page = b.get("/mesures/greve")
    assert page.status_code == 200 and sentence in page.text and "Appliquer la mesure" not in page.text
    assert b.post("/mesures/greve", number="1").status_code == 422 and b.get("/mesures/greve.csv").status_code == 404
    assert b.get("/mesures/greve.toml").text == text
    with w.db.reading() as conn, pytest.raises(MeasureError, match="Verrouillée"):
        find("greve", conn)
    again = b.get("/mesures/greve/modifier").text
    assert "ne mesure ne touche pas une session « Verrouillée »" in again and 'value="2020-06-20"' in again
    assert b.post("/mesures/greve/modifier", **FORM).status_code == 303
    assert "Appliquer" in b.get("/mesures/greve").text and w.scalar("select count(*) from measure") == 1


def test_a_run_of_before_that_is_still_told(w: World) -> None:
    w.session(1, "20/06/2020", "26/06/2020")
    done = apply(w.as_("national"), parse(SHIFT), closing("verrouillee"))
    assert isinstance(done, Applied)
    assert w.browser("national").get(f"/mesures/passages/{done.run_id}").status_code == 200
    assert "cas 1 : Début du 20/06 au 30/06/2020" in w.browser("centre").get("/sessions/1").text


@pytest.mark.parametrize("status", CLOSED)
def test_no_measure_touches_what_is_closed_whatever_its_text_says(w: World, status: str) -> None:
    w.session(1, "20/06/2020", "26/06/2020", status)
    w.session(2, "20/06/2020", "26/06/2020", "en_preparation")
    for old in (parse(closing(status), applied=True), parse(SHIFT.replace('statuts = "actifs"\n', ""), applied=True)):
        done = apply(w.as_("national"), old, SHIFT)
        assert not isinstance(done, Applied) or done.plan.touched == 1
    assert w.get(1).version == 2 and w.get(2).postponed


# ---- a measure of one's own is changed and removed, never written over unseen


def test_an_existing_measure_is_not_written_over(w: World) -> None:
    b, other = w.browser("national"), {**FORM, "source": "Une autre"}
    b.post("/mesures/nouvelle", **FORM)
    for answer in (b.post("/mesures/nouvelle", **other), send(b, SHIFT.replace("jours = 14", "jours = 7").encode())):
        assert answer.status_code == 422 and "existe déjà" in answer.text and "Modifier" in answer.text
    assert "Décision d’essai" in b.get("/mesures/greve.toml").text
    assert b.post("/mesures/nouvelle", **FORM).status_code == 303, "the same once more is no change"
    assert 'value="Décision d’essai"' in b.get("/mesures/greve/modifier").text
    assert b.post("/mesures/greve/modifier", **other).status_code == 303
    assert 'source = "Une autre"' in b.get("/mesures/greve.toml").text


def test_a_measure_takes_the_place_of_another_for_who_says_so(w: World) -> None:
    b, other = w.browser("national"), {**FORM, "source": "Une autre"}
    b.post("/mesures/nouvelle", **FORM)
    asked = b.post("/mesures/nouvelle", **other).text
    assert "Remplacer celle qui existe ?" in asked and 'value="remplacer-greve"' in asked and "Une autre" in asked
    renamed = b.post("/mesures/nouvelle", **{**other, "nom": "grève de juin", "action": "remplacer-greve"})
    assert renamed.headers["Location"] == "/mesures/greve-de-juin", "what was named otherwise since takes nobody's place"
    assert "Décision d’essai" in b.get("/mesures/greve.toml").text
    assert b.post("/mesures/nouvelle", **{**other, "action": "remplacer-greve"}).headers["Location"] == "/mesures/greve"
    assert 'source = "Une autre"' in b.get("/mesures/greve.toml").text
    told = "SELECT count(*) FROM audit_event WHERE action = 'measure_written' AND before LIKE '%Décision d’essai%'"
    assert w.scalar(told) == 1
    builtin = b.post("/mesures/nouvelle", **{**FORM, "nom": "confinement 2020", "action": "remplacer-confinement-2020"})
    assert builtin.status_code == 422 and "fournie avec le portail" in builtin.text


def test_a_changed_measure_keeps_its_key_whatever_its_name_becomes(w: World) -> None:
    b = w.browser("national")
    b.post("/mesures/nouvelle", **FORM)
    assert b.post("/mesures/greve/modifier", **{**FORM, "nom": "grève de juin"}).headers["Location"] == "/mesures/greve"
    with w.db.reading() as conn:
        assert find("greve", conn)[0].label == "grève de juin"


def test_a_file_takes_the_place_of_a_measure_from_its_page_alone(w: World) -> None:
    b = w.browser("national")
    b.post("/mesures/nouvelle", **FORM)
    kept = SHIFT + '[[inchange]]\ntexte = "Les autres"\n'
    assert send(b, kept.encode(), remplace="greve").status_code == 303
    page = b.get("/mesures/greve/modifier").text
    assert "son texte (TOML)" in page and 'name="cas-1-nom"' not in page
    refused = send(b, kept.replace('"greve"', '"autre"').encode(), remplace="greve")
    assert refused.status_code == 422 and "et vous modifiez « greve »" in refused.text
    assert send(b, kept.encode(), remplace="confinement-2020").status_code == 404


def test_a_measure_is_removed_after_a_question_and_its_runs_stay(w: World) -> None:
    w.session(1, "20/06/2020", "26/06/2020")
    b = w.browser("national")
    b.post("/mesures/nouvelle", **FORM)
    b.post("/mesures/greve", number="1")
    assert (
        "Supprimer la mesure « grève »" in b.get("/mesures/greve/suppression").text and b.get("/mesures/greve").status_code == 200
    )
    assert b.post("/mesures/greve/suppression").status_code == 303
    assert b.get("/mesures/greve").status_code == 404 and b.get("/mesures/passages/1").status_code == 200
    for path in ("/mesures/greve/suppression", "/mesures/confinement-2020/suppression", "/mesures/confinement-2020/modifier"):
        assert b.post(path).status_code == 404
    assert isinstance(revert(w.as_("national"), 1), Reverted)


def test_a_case_too_many_is_taken_out(w: World) -> None:
    b = w.browser("national")
    two = {**FORM, "cas": "2", "cas-2-nom": "2", "action": "retirer-1"}
    page = b.post("/mesures/nouvelle", **two).text
    assert 'value="2"' in page and "Cas n° 2" not in page and "Retirer ce cas" not in page
    assert "Cas n° 2" in b.post("/mesures/nouvelle", **{**two, "action": "retirer-3"}).text


def test_everything_that_is_wrong_is_said_at_once_each_on_its_field(w: World) -> None:
    wrong = {
        "source": "", "cas-1-nom": "", "cas-1-debut_du": "2020-07-01", "cas-1-departements": "999, 94", "cas-1-titres": "TP-99999",
        "cas-1-jours": "x", "cas-1-fin_du": "31/02/2020",
    }  # fmt: skip
    page = w.browser("national").post("/mesures/nouvelle", **{**FORM, **wrong}).text
    for field in wrong:
        assert f'href="#{field}"' in page, field
    assert "Le département « 999 » est inconnu" in page and "Le titre « TP-99999 » est inconnu" in page
    assert "« 94 » est inconnu" not in page and 'href="#nom"' not in page
    answer = send(w.browser("national"), SHIFT.replace("TP-01303", "TP-9").replace('"94"', '"999"').encode())
    assert answer.status_code == 422 and "« TP-9 » est inconnu" in answer.text and "« 999 » est inconnu" in answer.text


# ---- applied twice, taken back


def test_a_second_application_makes_no_run_and_says_so(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    b = w.browser("national")
    w.measure()
    page = b.get("/mesures/confinement-2020").text
    assert "Rien à appliquer : aucune session ne changerait." in page and "Appliquer la mesure" not in page
    again = b.post("/mesures/confinement-2020", number="0", seen="")
    assert again.status_code == 303 and again.headers["Location"] == "/mesures/confinement-2020"
    assert "Aucune application n’a été enregistrée" in b.get("/mesures/confinement-2020").text
    assert b.post("/mesures/confinement-2020", number="1").status_code == 409
    assert w.scalar("select count(*) from measure_run") == 1


def test_taking_back_tells_those_whom_applying_told(w: World) -> None:
    w.as_("centre"), w.as_("other"), w.as_("ud94")
    w.session(1, "02/03/2020", "20/04/2020")
    w.session(2, "02/03/2020", "20/04/2020")
    w.session(3, "02/03/2020", "20/04/2020", centre=1)
    run = w.measure()
    w.browser("other").post("/sessions/3/date-reelle", version=w.get(3).version, actual_end_on="2020-06-12")
    w.browser("centre").post("/sessions/2/date-reelle", version=w.get(2).version, actual_end_on="2020-06-12")
    revert(w.as_("national"), run)
    with w.db.reading() as conn:
        told = conn.execute(select(notice.c.account_id, notice.c.subject).order_by(notice.c.account_id, notice.c.id)).all()
    assert [row.subject for row in told] == [
        "Mesure « confinement 2020 » : 2 sessions reportées",
        "Mesure « confinement 2020 » annulée : 1 session rétablie, 1 session laissée telle quelle",
        "Mesure « confinement 2020 » : 1 session reportée",
        "Mesure « confinement 2020 » annulée : 1 session laissée telle quelle",
    ]
    assert told[0].account_id == told[1].account_id != told[2].account_id == told[3].account_id
    page = w.browser("centre").get("/sessions/1/historique").text
    assert f"L’application n° {run} de la mesure « confinement 2020 » a été annulée" in page
    national = w.browser("national")
    assert f"annulation de l’application n° {run}" in national.get("/mesures").text
    assert f"Annuler l’application n° {run}" not in national.get(f"/mesures/passages/{run}").text


def test_a_shift_leaves_alone_what_has_its_exam_days(w: World) -> None:
    w.session(1, "20/06/2020", "26/06/2020")
    apply(w.as_("national"), parse(SHIFT.replace('"greve"', '"autre"').replace("jours = 14", "jours = 1")), SHIFT)
    with w.db.writing() as tx:
        tx.exec_driver_sql("update exam_session set exam_starts_on = '2020-06-22', exam_ends_on = '2020-06-22'")
        found = plan(tx, parse(SHIFT), w.today)
        tx.rollback()
    assert found.touched == 0 and next(c.number for c in found.counts if c.meaning.code == "j1") == 1


# ---- at once


def test_two_measures_at_once_move_each_session_once(w: World) -> None:
    for number in range(1, 21):
        w.session(number, "02/03/2020", "20/04/2020", candidates=0)
    hands = w.as_("national")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: apply(hands, *find("confinement-2020")), range(4)))
    assert [d.plan.touched for d in done if isinstance(d, Applied)] == [20]
    assert [type(d) for d in done].count(NothingToChange) == 3 and w.scalar("select count(*) from measure_run") == 1
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
