"""The tables of the rules, told once more by hand: who may do what at which status, and what each table says of each thing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.paths import ROOT
from portal.rules import documents, lifecycle, limits, outcomes, signals
from portal.rules.documents import Document
from portal.rules.lifecycle import ACTIVE, GROUPS, PATH, Action, Kind, Role, Status
from portal.rules.minutes import MINUTES_DAYS, Minutes
from portal.rules.names import name_problem
from portal.rules.rights import Person, Refused, may
from portal.rules.steps import STEP
from portal.rules.titles import last_start
from portal.rules.todo import TABLE
from tests.support.facts import facts_of

TODAY = date(2020, 6, 15)
S, A = Status, Action
UNIT_MOVES = {S.PREPARATION, S.DTE_REQUESTED, S.CONVOKED}

# Of a session that begins tomorrow, lasts until today's end for results, and lacks nothing: who acts, and at which statuses.
RIGHTS = {
    A.EDIT_START: (Role.CENTRE, {S.PREPARATION}),
    A.EDIT_END: (Role.CENTRE, {S.PREPARATION}),
    A.EDIT_PRACTICAL: (Role.CENTRE, set(ACTIVE)),
    A.REQUEST_DTE: (Role.CENTRE, {S.PREPARATION}),
    A.SEND_DTE: (Role.UD, {S.DTE_REQUESTED}),
    A.RECALL_DTE: (Role.UD, {S.DTE_SENT}),
    A.CONVOKE: (Role.CENTRE, {S.DTE_SENT}),
    A.CONVOKE_AGAIN: (Role.CENTRE, {S.CONVOKED}),
    A.POSTPONE: (Role.UD, UNIT_MOVES),
    A.ASK_POSTPONEMENT: (Role.CENTRE, UNIT_MOVES - {S.PREPARATION}),
    A.SET_ACTUAL_END: (Role.CENTRE, set(ACTIVE)),
    A.SET_EXAM_DAYS: (Role.CENTRE, set(ACTIVE)),
    A.CHECK_ACTUAL_END: (Role.UD, {*ACTIVE, S.RESULTS}),
    A.ENTER_RESULTS: (Role.CENTRE, {S.CONVOKED}),
    A.CORRECT_RESULTS: (Role.UD, {S.RESULTS}),
    A.ASK_EXPIRED: (Role.CENTRE, UNIT_MOVES),
    A.ASK_CORRECTION: (Role.CENTRE, {S.RESULTS}),
    A.LOCK: (Role.UD, {S.RESULTS}),
    A.UNLOCK: (Role.UD, {S.LOCKED}),
    A.CANCEL: (Role.CENTRE, set(ACTIVE)),
    A.EDIT_CANDIDATES: (Role.CENTRE, set(ACTIVE)),
    A.REMOVE_CANDIDATE: (Role.CENTRE, set(ACTIVE)),
    A.EDIT_JURY: (Role.CENTRE, set(ACTIVE)),
    A.NOTE_DAY: (Role.CENTRE, {S.CONVOKED}),
    A.DEPOSIT_MINUTES: (Role.CENTRE, {S.RESULTS}),
    A.CHECK_MINUTES: (Role.UD, {S.RESULTS}),
    A.GIVE_CIVIL: (Role.CENTRE, set(Status) - {S.CANCELLED}),
}


@pytest.mark.parametrize("action", Action)
def test_each_act_is_one_roles_at_its_statuses_and_nobodys_else(action: Action) -> None:
    who, when = RIGHTS[action]
    moved = action in (A.SET_ACTUAL_END, A.SET_EXAM_DAYS)
    late_end = TODAY + timedelta(days=2) if action is A.CHECK_ACTUAL_END else None
    for role in Role:
        for status in Status:
            facts = facts_of(status, TODAY + timedelta(days=1), TODAY, moved, late_end, unconvened=1, candidates=2)
            facts = replace(facts, minutes=Minutes.DEPOSITED)
            verdict = may(Person(role, "UD 94"), action, facts, TODAY)
            assert verdict.ok is (role is who and status in when), (role, status)


def test_a_session_that_a_measure_moved_is_asked_for_in_preparation_too() -> None:
    facts = facts_of(S.PREPARATION, TODAY + timedelta(days=1), TODAY + timedelta(days=2), True)
    assert may(Person(Role.CENTRE, "UD 94"), A.ASK_POSTPONEMENT, facts, TODAY).ok


def refusal(role: Role, action: Action, status: Status) -> Refused:
    verdict = may(Person(role, "UD 94"), action, facts_of(status=status), TODAY)
    assert isinstance(verdict, Refused)
    return verdict


@pytest.mark.parametrize(
    ("role", "action", "status", "reason", "helper"),
    [
        (Role.UD, A.SEND_DTE, S.CANCELLED, "La session est annulée", "L’administration centrale peut vous dire"),
        (Role.UD, A.SEND_DTE, S.LOCKED, "La session est verrouillée", "responsable de session du centre peut vous renseigner"),
        (Role.UD, A.CORRECT_RESULTS, S.LOCKED, "La session est verrouillée", "Déverrouillez-la d’abord"),
        (Role.UD, A.SEND_DTE, S.RESULTS, "Les résultats sont enregistrés", "peut vous dire où en est la session"),
        (Role.UD, A.LOCK, S.CONVOKED, "Les résultats ne sont pas encore enregistrés", "où en est la session"),
        (Role.CENTRE, A.EDIT_JURY, S.CANCELLED, "La session est annulée", "Copiez-la pour en préparer une autre"),
        (Role.CENTRE, A.EDIT_JURY, S.RESULTS, "seule l’UD 94 peut encore modifier", "Demandez-en la correction à l’UD 94"),
        (Role.CENTRE, A.EDIT_JURY, S.LOCKED, "La session est verrouillée", "L’UD 94 peut la déverrouiller"),
        (Role.CENTRE, A.SEND_DTE, S.PREPARATION, "revient à l’UD 94", "En cas de doute, l’UD 94 peut vous aider"),
        (Role.CENTRE, A.SEND_DTE, S.DTE_REQUESTED, "revient à l’UD 94", "Adressez une demande à l’UD 94"),
        (Role.REGION, A.CANCEL, S.PREPARATION, "La région consulte", "L’UD 94 suit cette session"),
        (Role.NATIONAL, A.CANCEL, S.LOCKED, "La session est verrouillée", "L’UD 94 suit cette session"),
    ],
)
def test_who_is_refused_reads_why_and_who_can_help(role: Role, action: Action, status: Status, reason: str, helper: str) -> None:
    found = refusal(role, action, status)
    assert reason in found.reason and helper in found.helper
    assert found.ask_unit is (role is not Role.UD and "UD 94" in found.helper)


@pytest.mark.parametrize(
    ("action", "status", "asked"),
    [
        (A.CONVOKE, S.DTE_REQUESTED, True),  # it sends the DTE
        (A.CONVOKE, S.PREPARATION, False),
        (A.CONVOKE, S.CONVOKED, False),
        (A.EDIT_START, S.DTE_REQUESTED, True),  # it postpones
        (A.EDIT_START, S.DTE_SENT, True),  # once the DTE is recalled
        (A.EDIT_END, S.DTE_REQUESTED, True),
        (A.EDIT_END, S.DTE_SENT, True),
        (A.EDIT_END, S.CONVOKED, True),
        (A.REQUEST_DTE, S.DTE_SENT, False),
        (A.LOCK, S.CONVOKED, False),
        (A.LOCK, S.RESULTS, True),
        (A.CORRECT_RESULTS, S.RESULTS, True),
    ],
)
def test_a_centre_is_sent_to_its_unit_where_the_unit_can_do_it_and_elsewhere_told_that_it_helps(
    action: Action, status: Status, asked: bool
) -> None:
    facts = facts_of(status, TODAY + timedelta(days=1), TODAY + timedelta(days=2))
    verdict = may(Person(Role.CENTRE, "UD 94"), action, facts, TODAY)
    assert isinstance(verdict, Refused)
    assert verdict.helper == ("Adressez une demande à l’UD 94." if asked else "En cas de doute, l’UD 94 peut vous aider.")


def test_each_step_leads_from_its_statuses_to_the_next() -> None:
    assert {action: step.after for action, step in STEP.items()} == {
        A.REQUEST_DTE: S.DTE_REQUESTED,
        A.SEND_DTE: S.DTE_SENT,
        A.RECALL_DTE: S.DTE_REQUESTED,
        A.CONVOKE: S.CONVOKED,
        A.CONVOKE_AGAIN: S.CONVOKED,
        A.ENTER_RESULTS: S.RESULTS,
        A.LOCK: S.LOCKED,
        A.UNLOCK: S.RESULTS,
        A.CANCEL: S.CANCELLED,
    }
    assert list(PATH) == [S.PREPARATION, S.DTE_REQUESTED, S.DTE_SENT, S.CONVOKED, S.RESULTS, S.LOCKED]


def test_ways_back_cancelling_and_a_lock_without_minutes_need_a_reason_and_only_the_units_steps_are_told() -> None:
    assert {a for a, step in STEP.items() if step.reason} == {A.RECALL_DTE, A.UNLOCK, A.CANCEL, A.LOCK}
    assert {a for a, step in STEP.items() if step.told} == {A.SEND_DTE, A.RECALL_DTE, A.LOCK, A.UNLOCK}


def test_the_lists_hold_each_step_once_for_who_takes_it_and_for_who_waits() -> None:
    assert [(n.key, n.act) for n in TABLE[Role.CENTRE]] == [
        ("set_actual_end", True),
        ("wait_exam", False),
        ("request_dte", True),
        ("convoke", True),
        ("convoke_again", True),
        ("enter_results", True),
        ("deposit_minutes", True),
        ("wait_end", False),
        ("wait_dte", False),
        ("wait_unit", False),
    ]
    assert [(n.key, n.act) for n in TABLE[Role.UD]] == [
        ("check_actual_end", True),
        ("check_minutes", True),
        ("wait_minutes", False),
        ("send_dte", True),
        ("lock", True),
        ("wait_actual_end", False),
        ("wait_request", False),
        ("wait_convocations", False),
        ("wait_convoked", False),
        ("wait_results", False),
        ("wait_exam", False),
        ("wait_end", False),
    ]


# ---- what things are called


def test_a_kind_is_called_one_way_on_papers_one_of_a_session_and_one_where_it_is_chosen() -> None:
    assert {kind: (kind.word, kind.of_a_session, kind.label) for kind in Kind} == {
        Kind.TITLE: ("titre", "de titre complet", "Titre complet"),
        Kind.CCP: ("CCP", "CCP", "CCP"),
        Kind.CCS: ("CCS", "CCS", "CCS"),
    }


# ---- documents


AFTER_THE_DTE = {S.DTE_SENT, S.CONVOKED, S.RESULTS, S.LOCKED}
GIVEN = {
    Document.CANDIDATES: (False, {*ACTIVE, S.RESULTS, S.LOCKED}),
    Document.CONVOCATION: (True, AFTER_THE_DTE),
    Document.JURY: (False, AFTER_THE_DTE),
    Document.ATTENDANCE: (False, AFTER_THE_DTE),
    Document.MINUTES: (False, {S.RESULTS, S.LOCKED}),
    Document.CCP: (True, {S.RESULTS, S.LOCKED}),
    Document.AWARD: (True, {S.LOCKED}),
}


@pytest.mark.parametrize("document", Document)
def test_each_document_is_for_one_or_for_all_at_its_statuses(document: Document) -> None:
    personal, when = GIVEN[document]
    assert documents.LINE[document].personal is personal
    assert {s for s in Status if documents.not_yet(document, s) is None} == when


def test_a_cancelled_session_says_so_where_a_document_would_be_and_another_says_from_when() -> None:
    for document in Document:
        assert "annulée" in (documents.not_yet(document, S.CANCELLED) or "")
    assert "une fois le DTE envoyé" in (documents.not_yet(Document.CONVOCATION, S.PREPARATION) or "")


@pytest.mark.parametrize("status", Status)
def test_what_a_session_gives_is_what_neither_status_nor_facts_withhold(status: Status) -> None:
    told, bare = facts_of(status, hour="08:30"), facts_of(status, hour="")
    by_status = {d for d in Document if documents.not_yet(d, status) is None}
    assert {line.document for line in documents.given(told, TODAY)} <= by_status
    without = {line.document for line in documents.given(bare, TODAY)}
    withheld = {d for d in by_status if documents.missing(d, bare, TODAY)}
    assert without == by_status - withheld
    assert (Document.CONVOCATION in withheld) is (status in (S.DTE_SENT, S.CONVOKED)), "its hour is not known"


# ---- names of things


@pytest.mark.parametrize(
    ("things", "labels"),
    [
        (Status, lifecycle.LABELS),
        (Role, GROUPS),
        (outcomes.Outcome, outcomes.LABELS),
        (signals.Signal, signals.LABELS),
        (signals.Signal, signals.QUESTIONS),
        (Document, {d: d.label for d in Document}),
    ],
)
def test_every_thing_has_one_label_that_no_other_has(things: type, labels: dict[object, str]) -> None:
    assert list(labels) == list(things) or set(labels) == set(things)  # type: ignore[call-overload]
    assert len(set(labels.values())) == len(labels)


@pytest.mark.parametrize(
    ("status", "label"),
    [
        (S.PREPARATION, "En préparation"),
        (S.DTE_REQUESTED, "Demande de DTE envoyée"),
        (S.DTE_SENT, "DTE envoyé"),
        (S.CONVOKED, "Convocations envoyées"),
        (S.RESULTS, "Résultats saisis"),
        (S.LOCKED, "Verrouillée"),
        (S.CANCELLED, "Annulée"),
    ],
)
def test_a_status_is_called_what_people_call_it(status: Status, label: str) -> None:
    assert status.label == label


def test_the_thresholds_are_those_that_are_published() -> None:
    """docs/domain.md: changed together, or not at all."""
    assert (signals.HASTY_MINUTES, signals.LEAST_EXAMINED, signals.PAIR_SESSIONS) == (5, 10, 5)
    assert (signals.CORRECTIONS, signals.NOTICE_DAYS) == (3, 7)
    assert (limits.Limits().dte_days, limits.Limits().convocation_days, limits.Limits().dte_automatic) == (14, 7, False)


# ---- results


def test_a_titre_has_four_outcomes_three_with_one_ccp_and_a_certificate_three() -> None:
    o = outcomes.Outcome
    assert outcomes.choices(Kind.TITLE, 2) == (o.TITLE, o.PARTIAL, o.FAILED, o.ABSENT)
    assert outcomes.choices(Kind.TITLE, 1) == (o.TITLE, o.FAILED, o.ABSENT)
    assert outcomes.choices(Kind.CCP, 2) == outcomes.choices(Kind.CCS, 0) == (o.ACQUIRED, o.NOT_ACQUIRED, o.ABSENT)


@pytest.mark.parametrize(
    ("kind", "entry", "sentence"),
    [
        (Kind.TITLE, {}, "Choisissez un résultat"),
        (Kind.TITLE, {1: "acquis"}, "Choisissez un résultat"),
        (Kind.TITLE, {None: "acquis"}, "Choisissez un résultat de la liste"),
        (Kind.TITLE, {None: "titre"}, None),
        (Kind.TITLE, {None: "titre", 1: "acquis"}, "Les CCP ne se cochent que pour une réussite partielle"),
        (Kind.TITLE, {None: "partiel"}, "Cochez au moins un CCP obtenu"),
        (Kind.TITLE, {None: "partiel", 1: "acquis"}, None),
        (Kind.TITLE, {None: "partiel", 3: "acquis"}, "Choisissez les CCP dans la liste"),
        (Kind.TITLE, {None: "partiel", 1: "acquis", 2: "acquis"}, "Tous les CCP sont cochés"),
        (Kind.CCP, {}, "Indiquez le résultat d’au moins un certificat présenté"),
        (Kind.CCP, {1: "acquis"}, None),
        (Kind.CCS, {1: "non_acquis", 2: "absent"}, None),
        (Kind.CCP, {3: "acquis"}, "Choisissez un résultat de la liste"),
        (Kind.CCP, {1: "acquis", 2: "titre"}, "Choisissez un résultat de la liste"),
    ],
)
def test_what_an_entry_lacks_is_said(kind: Kind, entry: dict[int | None, str], sentence: str | None) -> None:
    found = outcomes.problem(kind, {c: outcomes.Outcome(o) for c, o in entry.items()}, {1, 2})
    assert found is sentence or (sentence and found and found.startswith(sentence))
    assert "de la liste" not in (found or "") or "de la liste" in str(sentence)


# ---- dates and names


@pytest.mark.parametrize(
    ("expires", "months", "last"),
    [
        ("2020-06-15", 12, "2021-06-15"),
        ("2020-12-31", 12, "2021-12-31"),
        ("2020-02-29", 12, "2021-02-28"),
        ("2020-08-31", 6, "2021-02-28"),
        ("2020-01-31", 1, "2020-02-29"),
        ("2020-11-30", 1, "2020-12-30"),
        ("2020-12-30", 1, "2021-01-30"),
        ("2020-06-15", 0, "2020-06-15"),
    ],
)
def test_a_prolongation_is_counted_in_months_and_ends_within_the_last(expires: str, months: int, last: str) -> None:
    assert last_start(date.fromisoformat(expires), months) == date.fromisoformat(last)
    assert last_start(None, months) is None


def test_an_empty_name_is_wrong_only_where_one_is_asked_for() -> None:
    assert (name_problem("", "Indiquez le nom."), name_problem("")) == ("Indiquez le nom.", None)


def test_the_law_tells_of_each_signal_with_its_threshold() -> None:
    law = (ROOT / "docs" / "domain.md").read_text("utf-8")
    rows = {row.split("|")[1].strip(): row.split("|")[2] for row in law.splitlines() if row.startswith("| ")}
    assert [label for label in signals.LABELS.values() if label not in rows] == []
    numbers = {
        signals.Signal.HASTY: signals.HASTY_MINUTES,
        signals.Signal.RATE: signals.LEAST_EXAMINED,
        signals.Signal.PAIR: signals.PAIR_SESSIONS,
        signals.Signal.CORRECTIONS: signals.CORRECTIONS,
        signals.Signal.LATE: signals.NOTICE_DAYS,
        signals.Signal.INCIDENTS: signals.INCIDENTS,
        signals.Signal.MINUTES_LATE: MINUTES_DAYS,
        signals.Signal.ATTENDANCE: signals.CONTRARY,
    }
    assert {s: n for s, n in numbers.items() if f" {n} " not in rows[signals.LABELS[s]]} == {}
