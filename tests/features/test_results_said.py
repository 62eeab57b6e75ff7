"""Results saved, saved again and corrected, asked of directly: what is said of each, and what is written once."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from portal.core.outcomes import Changed, Saved, Unchanged
from portal.core.sheet import Typed, load
from portal.features.results.actions import UNCHANGED, Incomplete, MustConfirm, correct_results, enter_results, save_draft, seal
from portal.features.sessions.actions import set_actual_end
from portal.rules.outcomes import Entry, Outcome
from portal.rules.rights import Refused
from tests.support.world import World

FAILED: Entry = {None: Outcome.FAILED}
TITLE: Entry = {None: Outcome.TITLE}
ABSENT: Entry = {None: Outcome.ABSENT}
SQLITE = pytest.mark.parametrize("db", ["sqlite"], indirect=True)


@pytest.fixture
def w(world: World) -> Iterator[World]:
    """A session of two candidates whose last day has come."""
    world.session(1, "01/06/2020", "15/06/2020")
    for who in ("centre", "ud94"):
        world.as_(who)
    yield world
    world.close()


def typed(w: World, *entries: Entry, behind: int = 0, nonsense: bool = False) -> Typed:
    """What was typed of the candidates in order, on a page that is so many changes old."""
    with w.db.reading() as conn:
        people = [c.id for c in load(conn, w.get(1)).candidates]
    wrong = {people[0]: "Choisissez un résultat de la liste"} if nonsense else {}
    return Typed(dict(zip(people, entries, strict=False)), w.get(1).version - behind, wrong)


def draft(w: World, *entries: Entry, who: str = "centre", **how: int) -> object:
    given = typed(w, *entries, **how)  # type: ignore[arg-type]
    return save_draft(w.as_(who), 1, given.version, given)


def enter(w: World, *entries: Entry, who: str = "centre", **how: int) -> object:
    given = typed(w, *entries, **how)  # type: ignore[arg-type]
    return enter_results(w.as_(who), 1, given.version, given)


def correct(w: World, *entries: Entry, who: str = "ud94", reason: str = "Erreur", **how: int) -> object:
    given = typed(w, *entries, **how)  # type: ignore[arg-type]
    return correct_results(w.as_(who), 1, given.version, given, reason)


@SQLITE
def test_a_draft_is_kept_when_something_is_typed_and_once(w: World) -> None:
    assert draft(w) == Unchanged("Rien à enregistrer : aucun résultat n’est encore choisi.")
    assert draft(w, TITLE) == Saved("Brouillon enregistré.")
    assert draft(w, TITLE, behind=1) == Unchanged("Brouillon déjà enregistré.")
    assert draft(w, TITLE) == Unchanged("Brouillon déjà enregistré : rien n’a changé depuis.")
    assert isinstance(draft(w, FAILED, behind=1), Changed) and isinstance(draft(w, TITLE, behind=2), Changed)
    assert isinstance(draft(w, TITLE, nonsense=True), Incomplete)
    assert isinstance(draft(w, TITLE, who="ud94", behind=1), Refused)
    assert draft(w) == Saved("Brouillon enregistré."), "what was chosen is taken back"
    assert w.scalar("SELECT count(*) FROM result") == 0
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'results_draft'") == 2


@SQLITE
def test_results_are_saved_for_good_by_one_person_once(w: World) -> None:
    assert isinstance(enter(w, TITLE), Incomplete), "one has none"
    assert isinstance(enter(w, TITLE, FAILED, nonsense=True), Incomplete)
    assert enter(w, TITLE, FAILED) == Saved("Résultats enregistrés.")
    assert enter(w, TITLE, FAILED, behind=1) == Unchanged("Résultats déjà enregistrés.")
    assert isinstance(enter(w, TITLE, ABSENT, behind=1), Refused) and isinstance(enter(w, TITLE, FAILED), Refused)
    with w.db.writing() as tx:
        tx.exec_driver_sql("UPDATE exam_session SET results_saved_by = NULL")
    assert isinstance(enter(w, TITLE, FAILED, behind=1), Refused), "somebody else saved them"
    assert isinstance(draft(w, TITLE, FAILED, behind=1), Refused)
    assert w.scalar("SELECT count(*) FROM result WHERE definitive") == 2
    saved = json.loads(str(w.scalar("SELECT after FROM audit_event WHERE action = 'results_saved'")))
    assert "confirmed_end_on" not in saved and len(saved["results"]) == 2


@SQLITE
def test_a_result_that_says_something_else_stays_the_row_that_it_was(w: World) -> None:
    rows = (
        "SELECT group_concat(id || ' ' || outcome || ' ' || definitive, ', ') FROM (SELECT * FROM result ORDER BY candidate_id)"
    )
    assert isinstance(draft(w, TITLE, FAILED), Saved) and w.scalar(rows) == "1 titre 0, 2 echec 0"
    assert isinstance(draft(w, ABSENT, FAILED), Saved) and w.scalar(rows) == "1 absent 0, 2 echec 0"
    assert isinstance(enter(w, ABSENT, TITLE), Saved) and w.scalar(rows) == "1 absent 1, 2 titre 1"
    assert isinstance(correct(w, FAILED, TITLE), Saved) and w.scalar(rows) == "1 echec 1, 2 titre 1"


@SQLITE
def test_of_a_moved_session_the_real_end_that_was_confirmed_is_told_and_no_other_answer_is_taken(w: World) -> None:
    w.session(2, "02/03/2020", "20/04/2020", candidates=1)
    w.measure()
    centre = w.as_("centre")
    assert isinstance(set_actual_end(centre, 2, w.get(2).version, date(2020, 6, 12)), Saved)
    with w.db.reading() as conn:
        entries: dict[int, Entry] = {c.id: TITLE for c in load(conn, w.get(2)).candidates}
    given = Typed(entries, w.get(2).version)
    others: dict[int, Entry] = dict.fromkeys(entries, FAILED)
    for wrong in (
        "",
        seal(centre, w.get(2), others),
        seal(w.as_("ud94"), w.get(2), entries),
        seal(centre, w.get(2), entries, "correction"),
        seal(centre, replace(w.get(2), version=w.get(2).version - 1), entries),
    ):
        assert isinstance(enter_results(centre, 2, given.version, given, wrong), MustConfirm)
    assert enter_results(centre, 2, given.version, given, seal(centre, w.get(2), entries)) == Saved("Résultats enregistrés.")
    saved = json.loads(str(w.scalar("SELECT after FROM audit_event WHERE action = 'results_saved'")))
    assert saved["confirmed_end_on"] == "2020-06-12"


@SQLITE
def test_saved_results_are_corrected_for_a_reason_where_something_changes_and_the_centre_is_told(w: World) -> None:
    assert enter(w, TITLE, FAILED) == Saved("Résultats enregistrés.")
    assert correct(w, TITLE, ABSENT, reason="") == Incomplete({"reason": "Indiquez le motif de la correction."})
    assert correct(w, TITLE, FAILED) == Incomplete({"corrections": UNCHANGED})
    assert isinstance(correct(w, TITLE), Incomplete) and isinstance(correct(w, TITLE, ABSENT, who="centre"), Refused)
    assert correct(w, TITLE, ABSENT) == Saved("Corrections enregistrées.")
    assert correct(w, TITLE, ABSENT, behind=1) == Unchanged("Corrections déjà enregistrées.")
    assert isinstance(correct(w, TITLE, FAILED, behind=1), Changed)
    told = w.scalar("SELECT subject || ' | ' || body FROM notice WHERE subject LIKE '%corrigé%'")
    assert told == "Session 1 : 1 résultat corrigé par l’UD 94 | Motif : Erreur"
    event = "FROM audit_event WHERE action = 'results_corrected'"
    before, after = (json.loads(str(w.scalar(f"SELECT {side} {event}")))["results"] for side in ("before", "after"))
    assert (list(before.values()), list(after.values())) == ([{"title": "echec"}], [{"title": "absent"}])
    assert w.scalar("SELECT count(*) FROM result WHERE definitive") == 2
