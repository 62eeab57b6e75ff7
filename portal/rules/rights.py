"""Who may change what, when (domain.md 5), as a table.

`may` reads the table and answers `Allowed`, or `Refused` with the reason, in the words of the rule, and who can help.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from portal.rules.facts import Facts
from portal.rules.french import day, plural
from portal.rules.lifecycle import ACTIVE, STEP, Action, Role, Status


@dataclass(frozen=True)
class Person:
    """The actor as the rules see them. `unit` is the label of the UD of the session at hand: « UD 94 »."""

    role: Role
    unit: str


@dataclass(frozen=True)
class Allowed:
    ok: bool = True


@dataclass(frozen=True)
class Refused:
    """`reason` is a whole sentence; `helper` says what to do and who can help; `ask_unit` is true when that is the UD."""

    reason: str
    helper: str
    ask_unit: bool = False
    ok: bool = False


SMALLEST_JURY = 2
Verdict = Allowed | Refused
Check = Callable[[Facts, date], str | None]


def not_moved_by_a_measure(f: Facts, today: date) -> str | None:
    return "La session a été reportée automatiquement : sa date de début ne change plus." if f.postponed else None


def moved_by_a_measure(f: Facts, today: date) -> str | None:
    return None if f.postponed else "La session n’a pas été reportée automatiquement : sa date de fin fait foi."


def not_started(f: Facts, today: date) -> str | None:
    if today < f.starts_on:
        return None
    if today == f.starts_on:
        return "La session commence aujourd’hui : un report n’est possible que jusqu’à la veille de son début."
    return f"La session a commencé le {day(f.starts_on)} : un report n’est possible que jusqu’à la veille de son début."


def only_the_unit_moves(f: Facts, today: date) -> str | None:
    if f.status is not Status.PREPARATION or f.postponed:
        return None
    return "La session est « En préparation » : ses dates se modifient directement, dans « Informations pratiques »."


def real_end_known(f: Facts, today: date) -> str | None:
    if f.postponed and f.actual_end_on is None:
        return (
            "La session a été reportée automatiquement : la date réelle de fin de session doit être saisie avant les résultats."
        )
    return None


def end_reached(f: Facts, today: date) -> str | None:
    if today >= f.effective_end_on:
        return None
    which = "date réelle de fin" if f.actual_end_on else "date de fin"
    return f"La saisie des résultats ouvre le {day(f.effective_end_on)}, {which} de la session."


def has_candidates(f: Facts, today: date) -> str | None:
    return None if f.candidates else "Aucun candidat n’est inscrit à cette session."


def has_jury(f: Facts, today: date) -> str | None:
    if f.jury >= SMALLEST_JURY:
        return None
    return f"Le jury compte {plural(f.jury, 'membre habilité', 'membres habilités')} à la date de début : il en faut deux."


def jury_is_independent(f: Facts, today: date) -> str | None:
    if not f.own_trainers:
        return None
    who = plural(f.own_trainers, "candidat a été formé", "candidats ont été formés")
    return f"{who} par deux membres du jury : un seul de ses formateurs peut y siéger."


@dataclass(frozen=True)
class Line:
    """One line of the table: this action, by this role, in these statuses, if every check passes."""

    action: Action
    by: Role
    statuses: tuple[Status, ...]
    provided: tuple[Check, ...] = ()


S = Status
TABLE = (
    # ---- in the block « Informations pratiques »
    Line(Action.EDIT_START, Role.CENTRE, (S.PREPARATION,), (not_moved_by_a_measure,)),
    Line(Action.EDIT_END, Role.CENTRE, (S.PREPARATION,)),
    Line(Action.EDIT_PRACTICAL, Role.CENTRE, (S.PREPARATION,)),
    # ---- the steps of the session's life
    Line(Action.REQUEST_DTE, Role.CENTRE, (S.PREPARATION,), (has_candidates, has_jury, jury_is_independent)),
    Line(Action.SEND_DTE, Role.UD, (S.DTE_REQUESTED,)),
    Line(Action.CONVOKE, Role.CENTRE, (S.DTE_SENT,), (has_candidates,)),
    # ---- postponement by the UD: « DTE envoyé » is not in the newsletter's list
    Line(Action.POSTPONE, Role.UD, (S.PREPARATION, S.DTE_REQUESTED, S.CONVOKED), (not_started,)),
    Line(Action.ASK_POSTPONEMENT, Role.CENTRE, (S.PREPARATION, S.DTE_REQUESTED, S.CONVOKED), (only_the_unit_moves, not_started)),
    # ---- after an automatic postponement
    Line(Action.SET_ACTUAL_END, Role.CENTRE, ACTIVE, (moved_by_a_measure,)),
    # ---- results
    Line(Action.ENTER_RESULTS, Role.CENTRE, (S.CONVOKED,), (real_end_known, end_reached, has_candidates)),
    Line(Action.CORRECT_RESULTS, Role.UD, (S.RESULTS,)),
    Line(Action.LOCK, Role.UD, (S.RESULTS,)),
    Line(Action.UNLOCK, Role.UD, (S.LOCKED,)),
    # ---- preparing the session
    Line(Action.CANCEL, Role.CENTRE, ACTIVE),
    Line(Action.EDIT_CANDIDATES, Role.CENTRE, ACTIVE),
    Line(Action.REMOVE_CANDIDATE, Role.CENTRE, (S.PREPARATION, S.DTE_REQUESTED, S.DTE_SENT)),
    Line(Action.EDIT_JURY, Role.CENTRE, ACTIVE),
)
LINE = {line.action: line for line in TABLE}

DATES = (Action.EDIT_START, Action.EDIT_END)
PRACTICAL = (*DATES, Action.EDIT_PRACTICAL)


def may(person: Person, action: Action, facts: Facts, today: date) -> Verdict:
    """Whether `person`, who is allowed to see the session, may do `action` to it `today` (a day in Europe/Paris)."""
    line = LINE[action]
    reason = _ended(action, facts) or _wrong_role(line, person, facts) or _wrong_status(line, facts, person.unit)
    if reason is None:
        for check in line.provided:
            reason = check(facts, today)
            if reason:
                break
    if reason is None:
        return Allowed()
    return _with_helper(reason, person, line, facts)


def missing(action: Action, facts: Facts, today: date) -> list[str]:
    """All that is still missing before this step, each as a sentence: what `may` would say one at a time."""
    return [reason for check in LINE[action].provided if (reason := check(facts, today))]


def _ended(action: Action, f: Facts) -> str | None:
    """What ends every right at once, whoever asks."""
    if f.status is S.CANCELLED:
        return "La session est annulée : plus personne ne la modifie."
    if f.status is S.LOCKED and action is not Action.UNLOCK:
        return "La session est verrouillée : plus personne ne la modifie."
    return None


def _wrong_role(line: Line, person: Person, f: Facts) -> str | None:
    if person.role is line.by:
        return None
    if person.role is Role.REGION:
        return "La région consulte les sessions de ses départements, sans les modifier."
    if person.role is Role.NATIONAL:
        return "L’administration centrale ne modifie ni les sessions ni les résultats."
    if person.role is Role.UD and line.action in PRACTICAL:
        return f"L’{person.unit} ne modifie pas ce bloc : elle procède par un report de session."
    if person.role is Role.UD and line.action is Action.SET_ACTUAL_END:
        return "La date réelle de fin est saisie par le centre."
    if person.role is Role.UD and line.action is Action.ENTER_RESULTS:
        return "La première saisie des résultats revient au centre."
    if person.role is Role.UD and line.action is Action.ASK_POSTPONEMENT:
        return "La demande vient du centre ; vous reportez la session vous-même."
    if person.role is Role.CENTRE and line.action is Action.CORRECT_RESULTS:
        return f"Les résultats sont enregistrés : seule l’{person.unit} peut les modifier."
    who = f"à l’{person.unit}" if line.by is Role.UD else "au centre"
    return f"Cette action revient {who}."


def _wrong_status(line: Line, f: Facts, unit: str) -> str | None:
    if f.status in line.statuses:
        return None
    if f.status is S.RESULTS:
        return f"Les résultats sont enregistrés : seule l’{unit} peut encore modifier la session, et uniquement ses résultats."
    if line.action in PRACTICAL:
        return f"La session est au statut « {f.status.label} » : ce bloc n’est modifiable qu’« En préparation »."
    if line.action in (Action.POSTPONE, Action.ASK_POSTPONEMENT):
        return "Le DTE est déjà envoyé : à ce statut, la session ne peut pas être reportée."
    if line.action is Action.ENTER_RESULTS:
        return f"La session est au statut « {f.status.label} » : les convocations doivent être envoyées avant la saisie des résultats."
    if line.action in (Action.CORRECT_RESULTS, Action.LOCK):
        return "Les résultats ne sont pas encore enregistrés par le centre."
    if line.action is Action.UNLOCK:
        return "La session n’est pas verrouillée."
    if line.action is Action.REMOVE_CANDIDATE:
        return "Les convocations sont envoyées : un candidat convoqué ne se retire plus. S’il ne vient pas, son résultat est « Absent »."
    before = STEP[line.action].before[0]
    return f"La session est au statut « {f.status.label} » : cette étape se fait au statut « {before.label} »."


def _with_helper(reason: str, person: Person, line: Line, f: Facts) -> Refused:
    ask = f"Adressez une demande à l’{person.unit}."
    match person.role:
        case Role.UD if f.status is S.CANCELLED:
            return Refused(reason, "L’administration centrale peut vous dire quelle décision l’a annulée.")
        case Role.UD if line.by is Role.UD and f.status is S.LOCKED:
            return Refused(
                reason, "Déverrouillez-la d’abord, en indiquant le motif : seuls les résultats redeviendront modifiables."
            )
        case Role.UD if line.by is Role.CENTRE:
            return Refused(reason, "Le responsable de session du centre peut vous renseigner.")
        case Role.UD:
            return Refused(reason, "Le responsable de session du centre peut vous dire où en est la session.")
        case Role.REGION | Role.NATIONAL:
            return Refused(reason, f"L’{person.unit} suit cette session : adressez-vous à elle.", ask_unit=True)
    if line.action in (Action.ENTER_RESULTS, Action.SET_ACTUAL_END) and f.status in ACTIVE:
        if real_end_known(f, f.starts_on):
            return Refused(
                reason, f"Saisissez-la d’abord sur cette page. En cas de doute, l’{person.unit} peut vous aider.", ask_unit=True
            )
        return Refused(reason, f"En cas de doute, l’{person.unit} peut vous aider.", ask_unit=True)
    if line.action in (Action.REQUEST_DTE, Action.CONVOKE) and f.status in LINE[line.action].statuses:
        first = "Ajoutez d’abord les candidats." if not f.candidates else "Complétez d’abord le jury."
        return Refused(reason, f"{first} En cas de doute, l’{person.unit} peut vous aider.", ask_unit=True)
    if line.action is Action.ASK_POSTPONEMENT:
        return Refused(reason, f"En cas de doute, l’{person.unit} peut vous aider.", ask_unit=True)
    return Refused(reason, ask, ask_unit=True)
