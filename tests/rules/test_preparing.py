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
    assert asks(role, Action.REMOVE_CANDIDATE, status=status, candidates=2).ok == (centre and status in ACTIVE)
    assert asks(role, Action.EDIT_PRACTICAL, status=status).ok == (centre and status in ACTIVE)


@pytest.mark.parametrize(
    "lacking", [{"hour": ""}, {"place": ""}, {"place": "Salle 3"}, {"manager": ""}, {"manager": "Roux"}, {"postponed": True}]
)
@pytest.mark.parametrize(("action", "status"), [(Action.CONVOKE, S.DTE_SENT), (Action.CONVOKE_AGAIN, S.CONVOKED)])
def test_nobody_is_convened_without_days_hour_address_and_whom_to_call(
    lacking: dict[str, object], action: Action, status: Status
) -> None:
    assert asks(Role.CENTRE, action, status=status, unconvened=1).ok
    verdict = asks(Role.CENTRE, action, status=status, unconvened=1, **lacking)
    assert isinstance(verdict, Refused) and verdict.helper.startswith("Indiquez d’abord")


def test_nobody_is_convened_again_where_everybody_is() -> None:
    assert not asks(Role.CENTRE, Action.CONVOKE_AGAIN, status=S.CONVOKED, unconvened=0).ok


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


def test_no_deadline_after_the_convocations_nor_while_a_moved_session_has_no_days() -> None:
    assert deadline(facts_of(S.CONVOKED, TODAY, TODAY), Limits(), TODAY) is None
    assert deadline(facts_of(S.PREPARATION, TODAY, TODAY, postponed=True), Limits(), TODAY) is None


def test_a_moved_session_counts_from_the_first_day_of_its_exam() -> None:
    first = TODAY + timedelta(days=20)
    moved = facts_of(S.PREPARATION, TODAY - timedelta(days=90), TODAY + timedelta(days=70), True, exam_starts_on=first)
    found = deadline(moved, Limits(), TODAY)
    assert found and (found.left, found.on) == (6, first - timedelta(days=14))


def test_while_the_dte_is_awaited_the_lateness_is_the_units_and_the_words_say_so() -> None:
    late = deadline(facts_of(S.DTE_REQUESTED, TODAY + timedelta(days=3), TODAY + timedelta(days=5)), Limits(), TODAY)
    assert late and late.by is Role.UD
    assert late.whose(Role.CENTRE, "UD 94") == "L’UD 94 doit d’abord envoyer le DTE : ce retard n’est pas le vôtre."
    assert late.whose(Role.UD, "UD 94") == ""
    own = deadline(facts_of(S.PREPARATION, TODAY + timedelta(days=3), TODAY + timedelta(days=5)), Limits(), TODAY)
    assert own and (own.whose(Role.CENTRE, "UD 94"), own.whose(Role.UD, "UD 94")) == ("", "C’est au centre de le faire.")


@pytest.mark.parametrize("status", [S.PREPARATION, S.DTE_REQUESTED, S.DTE_SENT])
@pytest.mark.parametrize("days", [-1, 0, 1, 6])
@pytest.mark.parametrize("role", [Role.CENTRE, Role.UD])
def test_a_limit_that_is_past_says_what_can_still_be_done(status: Status, days: int, role: Role) -> None:
    found = deadline(facts_of(status, TODAY + timedelta(days=days), TODAY + timedelta(days=40)), Limits(), TODAY)
    assert found and found.late
    way = found.way_out(role, "UD 94", TODAY)
    assert way.endswith(".") and any(words in way for words in ("possible", "peut encore", "dès que le DTE est envoyé"))
    assert ("report" in way and "rappel" not in way) == (days > 0 and status is S.DTE_REQUESTED)


@pytest.mark.parametrize(
    ("status", "begun", "moved", "centre", "unit"),
    [
        (S.PREPARATION, False, False,
         "La demande reste possible aujourd’hui ; sinon, changez les dates dans « Informations pratiques », ou annulez la session.",
         "Le centre peut encore demander le DTE, ou changer les dates."),
        (S.PREPARATION, False, True,
         "La demande reste possible aujourd’hui ; sinon, changez les jours d’examen, ou annulez la session.",
         "Le centre peut encore demander le DTE, ou changer les dates."),
        (S.DTE_REQUESTED, False, False,
         "Les convocations s’éditent dès que le DTE est envoyé ; si le délai ne suffit plus, demandez un report à l’UD 94.",
         "L’envoi reste possible aujourd’hui. S’il est trop tard pour le centre, reportez la session."),
        (S.DTE_REQUESTED, True, False,
         "Les convocations s’éditent dès que le DTE est envoyé ; si le délai ne suffit plus, voyez avec l’UD 94, ou annulez la session.",
         "L’envoi reste possible aujourd’hui."),
        (S.DTE_REQUESTED, False, True,
         "Les convocations s’éditent dès que le DTE est envoyé ; si le délai ne suffit plus, changez les jours d’examen.",
         "L’envoi reste possible aujourd’hui."),
        (S.DTE_SENT, False, False,
         "Les convocations restent possibles aujourd’hui ; si le délai ne suffit plus, "
         "demandez à l’UD 94 de rappeler le DTE, puis de reporter la session.",
         "Le centre peut encore convoquer ; vous pouvez rappeler le DTE, puis reporter."),
        (S.DTE_SENT, True, False,
         "Les convocations restent possibles aujourd’hui ; si le délai ne suffit plus, "
         "prévenez vous-même les candidats, ou annulez la session.",
         "Le centre peut encore convoquer."),
        (S.DTE_SENT, False, True,
         "Les convocations restent possibles aujourd’hui ; si le délai ne suffit plus, changez les jours d’examen.",
         "Le centre peut encore convoquer."),
    ],
)  # fmt: skip
def test_the_way_on_after_a_limit_to_the_word(status: Status, begun: bool, moved: bool, centre: str, unit: str) -> None:
    first = TODAY + timedelta(days=0 if begun else 1)
    facts = facts_of(status, first, TODAY + timedelta(days=40))
    if moved:
        facts = facts_of(status, TODAY - timedelta(days=90), TODAY + timedelta(days=40), True, exam_starts_on=first)
    found = deadline(facts, Limits(), TODAY)
    assert found
    assert (found.way_out(Role.CENTRE, "UD 94", TODAY), found.way_out(Role.UD, "UD 94", TODAY)) == (centre, unit)


def test_a_limit_that_is_not_past_needs_no_way_on() -> None:
    found = deadline(facts_of(S.PREPARATION, TODAY + timedelta(days=14), TODAY + timedelta(days=40)), Limits(), TODAY)
    assert found and not found.late and found.way_out(Role.CENTRE, "UD 94", TODAY) == ""


@pytest.mark.parametrize(("days", "way"), [(-1, False), (0, False), (1, True)])
def test_the_unit_is_told_to_recall_only_what_can_then_be_postponed(days: int, way: bool) -> None:
    start, end = TODAY + timedelta(days=days), TODAY + timedelta(days=40)
    found = deadline(facts_of(S.DTE_SENT, start, end), Limits(), TODAY)
    assert found and ("rappeler" in found.way_out(Role.UD, "UD 94", TODAY)) == way


@pytest.mark.parametrize("status", [S.PREPARATION, S.DTE_REQUESTED, S.DTE_SENT])
@pytest.mark.parametrize("days", [-1, 0, 1])
def test_a_moved_session_is_never_told_to_be_postponed_but_to_choose_other_days(status: Status, days: int) -> None:
    first, end = TODAY + timedelta(days=days), TODAY + timedelta(days=40)
    found = deadline(facts_of(status, TODAY - timedelta(days=90), end, True, exam_starts_on=first), Limits(), TODAY)
    assert found and "changez les jours d’examen" in found.way_out(Role.CENTRE, "UD 94", TODAY)
    assert not any("report" in found.way_out(role, "UD 94", TODAY) for role in (Role.CENTRE, Role.UD))


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
    facts = facts_of(status, start, start, moved, exam_starts_on=start if moved and days % 2 else None)
    found = deadline(facts, limits, TODAY)
    assert any(holds(c, facts, TODAY) for c in late(limits, TODAY)) == bool(found and found.late)


# ---- approvals and expiry


@pytest.mark.parametrize(
    ("day", "open_"),
    [("2019-12-31", False), ("2020-01-01", True), ("2020-09-30", True), ("2020-10-01", False), ("2021-01-01", False)],
)
def test_a_session_starts_within_an_approval_and_the_titles_prolongation(day: str, open_: bool) -> None:
    approval = Approved(7, "A-7", date(2020, 1, 1), date(2020, 12, 31), None, date(2020, 9, 30))
    found = may_start([approval], date.fromisoformat(day))
    assert (found is approval) is open_ and (open_ or str(found).endswith("."))


@pytest.mark.parametrize(
    ("day", "open_"),
    [("2019-12-31", False), ("2020-01-01", True), ("2020-12-31", True), ("2021-01-01", False)],
)
def test_an_approval_covers_its_first_and_its_last_day_and_no_other(day: str, open_: bool) -> None:
    approval = Approved(7, "A-7", date(2020, 1, 1), date(2020, 12, 31), None, None)
    assert approval.covers(date.fromisoformat(day)) is open_


# The ordinary case: the agrément ends with its title (29/02/2020), which is prolonged until 28/02/2021.
ENDING = Approved(7, "A-7", date(2015, 3, 1), date(2020, 2, 29), date(2020, 2, 29), date(2021, 2, 28))
# An agrément that was over before its title, and one that was given after it.
SHORT = Approved(8, "A-8", date(2015, 3, 1), date(2020, 2, 28), date(2020, 2, 29), date(2021, 2, 28))
LATER = Approved(9, "A-9", date(2020, 3, 1), date(2022, 2, 28), date(2020, 2, 29), date(2021, 2, 28))


@pytest.mark.parametrize(
    ("on", "ending", "short", "later"),
    [
        ("2015-02-28", False, False, False),
        ("2015-03-01", True, True, False),
        ("2020-02-28", True, True, False),
        ("2020-02-29", True, False, False),
        ("2020-03-01", True, False, True),
        ("2020-07-20", True, False, True),
        ("2021-02-28", True, False, True),
        ("2021-03-01", False, False, False),
    ],
)
def test_an_approval_that_is_valid_on_its_titles_last_day_is_kept_while_the_title_is_prolonged(
    on: str, ending: bool, short: bool, later: bool
) -> None:
    day = date.fromisoformat(on)
    assert (ENDING.covers(day), SHORT.covers(day), LATER.covers(day)) == (ending, short, later)


@pytest.mark.parametrize(("approval", "covers"), [(ENDING, True), (SHORT, False), (LATER, True)])
def test_a_grant_beyond_the_prolongation_needs_an_approval_that_was_kept(approval: Approved, covers: bool) -> None:
    day = date(2021, 6, 1)
    assert not approval.covers(day)
    assert approval.covers(day, granted=True) is covers
    assert isinstance(may_start([approval], day, granted=True), Approved) is covers


def test_an_approval_that_was_not_kept_says_why() -> None:
    assert "n’était valable ce jour-là" in str(may_start([SHORT], date(2020, 7, 20)))
    assert str(may_start([ENDING], date(2021, 3, 1))).endswith("une session peut commencer jusqu’au 28/02/2021.")


def test_no_approval_is_said_as_such() -> None:
    assert may_start([], TODAY) == "Votre centre n’a pas d’agrément pour ce titre."


# ---- juries


@pytest.mark.parametrize(
    ("day", "open_"), [("2020-05-31", False), ("2020-06-01", True), ("2020-06-30", True), ("2020-07-01", False)]
)
def test_an_accreditation_covers_its_first_and_last_day(day: str, open_: bool) -> None:
    reason = why_not([Span(date(2020, 6, 1), date(2020, 6, 30))], date.fromisoformat(day), date.fromisoformat(day))
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
