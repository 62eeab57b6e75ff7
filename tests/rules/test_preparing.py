"""The rules of preparing a session and of what is obtained: both sides of each bound."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.conditions import holds
from portal.rules.documents import TABLE, Document, not_yet
from portal.rules.jury import Span, why_not
from portal.rules.lifecycle import ACTIVE, Action, Kind, Role, Status
from portal.rules.limits import Limits, deadline, late
from portal.rules.names import name_problem
from portal.rules.outcomes import Outcome, Past, one_year_after, standing
from portal.rules.rights import Person, Refused, may, missing
from portal.rules.titles import Approved, may_start
from tests.support.facts import facts_of

TODAY = date(2020, 6, 15)
S = Status


def asks(role: Role, action: Action, **facts):  # type: ignore[no-untyped-def]
    base = {"status": S.PREPARATION, "starts_on": TODAY + timedelta(days=30), "ends_on": TODAY + timedelta(days=33), **facts}
    return may(Person(role, "UD 94"), action, facts_of(**base), TODAY)


# ---- steps and what is missing before them


@pytest.mark.parametrize(
    ("candidates", "jury", "own", "open_"), [(1, 2, 0, True), (0, 2, 0, False), (1, 1, 0, False), (1, 2, 1, False)]
)
def test_the_dte_is_asked_for_with_a_candidate_and_two_independent_accredited_members(
    candidates: int, jury: int, own: int, open_: bool
) -> None:
    assert asks(Role.CENTRE, Action.REQUEST_DTE, candidates=candidates, jury=jury, own_trainers=own).ok is open_


def test_all_that_is_missing_is_said_at_once() -> None:
    facts = facts_of(S.PREPARATION, TODAY, TODAY, candidates=0, jury=1, own_trainers=2)
    assert [r.split(" ")[0] for r in missing(Action.REQUEST_DTE, facts, TODAY)] == ["Aucun", "Le", "2"]


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("role", Role)
def test_who_prepares_and_until_when(role: Role, status: Status) -> None:
    centre = role is Role.CENTRE
    assert asks(role, Action.CANCEL, status=status).ok == (centre and status in ACTIVE)
    assert asks(role, Action.EDIT_CANDIDATES, status=status).ok == (centre and status in ACTIVE)
    assert asks(role, Action.EDIT_JURY, status=status).ok == (centre and status in ACTIVE)
    unconvened = status in (S.PREPARATION, S.DTE_REQUESTED, S.DTE_SENT)
    assert asks(role, Action.REMOVE_CANDIDATE, status=status).ok == (centre and unconvened)


def test_a_convened_candidate_is_not_removed_and_the_reason_says_what_to_do() -> None:
    verdict = asks(Role.CENTRE, Action.REMOVE_CANDIDATE, status=S.CONVOKED)
    assert isinstance(verdict, Refused) and "« Absent »" in verdict.reason and "UD 94" in verdict.helper


# ---- time limits


@pytest.mark.parametrize(
    ("status", "days", "left", "words"),
    [
        (S.PREPARATION, 26, 12, "Plus que 12 jours pour demander le DTE"),
        (S.PREPARATION, 14, 0, "Dernier jour aujourd’hui pour demander le DTE"),
        (S.PREPARATION, 13, -1, "En retard de 1 jour"),
        (S.DTE_REQUESTED, 19, 12, "Plus que 12 jours pour éditer les convocations des candidats"),
        (S.DTE_SENT, 8, 1, "Plus que 1 jour pour éditer les convocations des candidats"),
        (S.DTE_SENT, 7, 0, "Dernier jour aujourd’hui"),
        (S.DTE_SENT, 6, -1, "En retard de 1 jour"),
    ],
)
def test_a_deadline_is_told_in_days(status: Status, days: int, left: int, words: str) -> None:
    found = deadline(facts_of(status, TODAY + timedelta(days=days), TODAY + timedelta(days=40)), Limits(), TODAY)
    assert found and (found.left, found.late) == (left, left < 0) and found.words.startswith(words)


def test_no_deadline_after_the_convocations_nor_after_an_automatic_postponement() -> None:
    assert deadline(facts_of(S.CONVOKED, TODAY, TODAY), Limits(), TODAY) is None
    assert deadline(facts_of(S.PREPARATION, TODAY, TODAY, postponed=True), Limits(), TODAY) is None


@given(
    st.sampled_from(Status),
    st.integers(-60, 60),
    st.booleans(),
    st.builds(Limits, st.integers(0, 30), st.integers(0, 30)),
)
def test_the_list_of_late_sessions_is_the_deadline_read_as_conditions(
    status: Status, days: int, moved: bool, limits: Limits
) -> None:
    start = TODAY + timedelta(days=days)
    facts = facts_of(status, start, start, moved)
    found = deadline(facts, limits, TODAY)
    assert any(holds(c, facts, TODAY) for c in late(limits, TODAY)) == bool(found and found.late)


# ---- approvals and expiry


@pytest.mark.parametrize(
    ("day", "open_"),
    [("2019-12-31", False), ("2020-01-01", True), ("2020-09-30", True), ("2020-10-01", False), ("2021-01-01", False)],
)
def test_a_session_starts_within_an_approval_and_the_titles_prolongation(day: str, open_: bool) -> None:
    approval = Approved(7, "A-7", date(2020, 1, 1), date(2020, 12, 31), date(2020, 9, 30))
    found = may_start([approval], date.fromisoformat(day))
    assert (found is approval) is open_ and (open_ or str(found).endswith("."))


@pytest.mark.parametrize(
    ("day", "open_"),
    [("2019-12-31", False), ("2020-01-01", True), ("2020-12-31", True), ("2021-01-01", False)],
)
def test_an_approval_covers_its_first_and_its_last_day_and_no_other(day: str, open_: bool) -> None:
    approval = Approved(7, "A-7", date(2020, 1, 1), date(2020, 12, 31), None)
    assert approval.covers(date.fromisoformat(day)) is open_


def test_no_approval_is_said_as_such() -> None:
    assert may_start([], TODAY) == "Votre centre n’a pas d’agrément pour ce titre."


# ---- juries


@pytest.mark.parametrize(
    ("day", "open_"), [("2020-05-31", False), ("2020-06-01", True), ("2020-06-30", True), ("2020-07-01", False)]
)
def test_an_accreditation_covers_its_first_and_last_day(day: str, open_: bool) -> None:
    reason = why_not([Span(date(2020, 6, 1), date(2020, 6, 30))], date.fromisoformat(day))
    assert (reason is None) is open_ and (open_ or "Habilitation du 01/06/2020 au 30/06/2020" in str(reason))


# ---- names


@pytest.mark.parametrize(
    "name", ["D’Aubigné", "Nguyễn", "O'Brien-Müller", "Œrsted", "de La Tour d’Auvergne", "Łukasiewicz", "Jr.", "王", "Sukarno"]
)
def test_a_name_keeps_its_letters(name: str) -> None:
    assert name_problem(name, "x") is None


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "-2", "R2D2", "a<b>", "’-", "\u202eevil", "Jean\u0000"])
def test_what_is_no_name_gets_a_sentence(name: str) -> None:
    assert (name_problem(name, "x") or "").endswith(".")


# ---- what is obtained

CCP = (1, 2, 3)


def past(session: int, day: int, kind: Kind = Kind.CCP, **outcomes: Outcome) -> Past:
    entry = {None if k == "titre" else int(k[1:]): v for k, v in outcomes.items()}
    return Past(session, kind, date(2020, 1, 1) + timedelta(days=day), entry)


O = Outcome  # noqa: E741


def test_the_last_missing_ccp_gives_the_titre_by_accumulation() -> None:
    first = past(1, 0, Kind.TITLE, titre=O.PARTIAL, c1=O.ACQUIRED)
    second, third = past(2, 10, c2=O.ACQUIRED, c3=O.NOT_ACQUIRED), past(3, 20, c3=O.ACQUIRED)
    before = standing(CCP, [first, second])
    assert (sorted(before.held), before.missing, before.title) == ([1, 2], [3], None)
    assert before.return_by == date(2021, 1, 1), "one year after the partial success"
    after = standing(CCP, [third, first, second])
    assert after.title is third and after.accumulated and after.missing == [] and after.return_by is None


def test_a_titre_session_gives_all_its_ccp_and_is_no_accumulation() -> None:
    found = standing(CCP, [past(1, 0, Kind.TITLE, titre=O.TITLE)])
    assert found.title and not found.accumulated and sorted(found.held) == [1, 2, 3]


@pytest.mark.parametrize("last", [O.NOT_ACQUIRED, O.ABSENT])
def test_a_ccp_that_is_not_acquired_gives_nothing(last: Outcome) -> None:
    assert standing((1, 2), [past(1, 0, c1=O.ACQUIRED), past(2, 1, c2=last)]).title is None


def test_a_ccp_obtained_again_gives_the_titre_that_a_titre_session_left_open() -> None:
    left_open = [past(1, 0, c2=O.ACQUIRED), past(2, 1, Kind.TITLE, titre=O.PARTIAL, c1=O.ACQUIRED)]
    again = past(3, 2, c2=O.ACQUIRED)
    assert standing((1, 2), [*left_open, again]).title is again


def test_the_last_ccp_in_a_titre_session_is_no_titre_by_accumulation() -> None:
    found = standing((1, 2), [past(1, 0, c1=O.ACQUIRED), past(2, 1, Kind.TITLE, titre=O.PARTIAL, c2=O.ACQUIRED)])
    assert found.title is None and found.missing == []


@pytest.mark.parametrize(
    ("day", "year_later"), [("2020-02-29", "2021-02-28"), ("2020-02-28", "2021-02-28"), ("2019-12-31", "2020-12-31")]
)
def test_one_year_to_come_back(day: str, year_later: str) -> None:
    assert one_year_after(date.fromisoformat(day)) == date.fromisoformat(year_later)


PASTS = st.lists(
    st.builds(
        Past,
        st.integers(1, 9),
        st.sampled_from([Kind.CCP, Kind.TITLE]),
        st.dates(date(2018, 1, 1), date(2020, 6, 1)),
        st.dictionaries(st.sampled_from(CCP), st.sampled_from([O.ACQUIRED, O.NOT_ACQUIRED, O.ABSENT])),
    ),
    max_size=6,
    unique_by=lambda p: p.session,
)


@given(PASTS, PASTS)
def test_a_ccp_once_obtained_is_kept_for_good(some: list[Past], more: list[Past]) -> None:
    later = [p for p in more if p.session not in {q.session for q in some}]
    now, then = standing(CCP, some), standing(CCP, [*some, *later])
    assert set(now.held) <= set(then.held)
    assert set(then.held) | set(then.missing) == set(CCP) and not set(then.held) & set(then.missing)
    assert not now.title or then.title
    assert not then.accumulated or (then.title and then.title.kind is Kind.CCP and not then.missing)


# ---- documents


@pytest.mark.parametrize("status", Status)
def test_each_document_has_its_time(status: Status) -> None:
    given_ = {line.document for line in TABLE if not_yet(line.document, status) is None}
    assert (Document.AWARD in given_) == (status is S.LOCKED)
    assert (Document.MINUTES in given_) == (Document.CCP in given_) == (status in (S.RESULTS, S.LOCKED))
    assert (Document.CONVOCATION in given_) == (status in (S.DTE_SENT, S.CONVOKED, S.RESULTS, S.LOCKED))
    assert (not given_) == (status is S.CANCELLED)
