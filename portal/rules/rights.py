"""Who may change what of a session, when (domain.md 5), as a table; acts that are not on a session: `rules.duties`.

`may` reads one line and answers `Allowed`, or `Refused` with the reason, in the words of the rule, and who can help.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from portal.rules.checks import (
    ask_to_recall,
    deposited,
    moved_by_a_measure,
    not_started_for_the_centre,
    not_started_for_the_unit,
    not_verified,
    only_the_unit_moves,
    real_end_to_check,
    recall_first,
    somebody_stays,
    start_may_move,
    start_stays_or,
    unit_postpones,
)
from portal.rules.facts import Facts
from portal.rules.lifecycle import ACTIVE, Action, Role, Status
from portal.rules.lines import (
    ASK,
    CENTRE_KNOWS,
    CENTRE_TELLS,
    CENTRES_TURN,
    DOUBT,
    UNIT_FOLLOWS,
    UNITS_TURN,
    Allowed,
    Line,
    Person,
    Refused,
    Verdict,
    Why,
    read,
)
from portal.rules.steps import STEP, STEPS

__all__ = ["LINE", "TABLE", "Allowed", "Person", "Refused", "Verdict", "does", "may", "missing", "why_not"]

S = Status
IN_PRACTICAL = Why("La session est au statut « {status} » : ses dates ne sont modifiables ici qu’« En préparation ».", ASK)


def _the_unit_corrects(f: Facts, today: date) -> Why:
    """What a centre reads of corrections; before there is a result to correct, that it is too early."""
    if f.status in (S.RESULTS, S.LOCKED):
        return Why("Les résultats sont enregistrés : seule l’{unit} peut les modifier.", ASK)
    return Why("Les résultats ne sont pas encore enregistrés ; une fois qu’ils le sont, seule l’{unit} les corrige.", DOUBT)


TABLE = (
    *(step.line for step in STEPS),
    # ---- in the block « Informations pratiques »
    Line(Action.EDIT_START, Role.CENTRE, (S.PREPARATION,), start_stays_or(IN_PRACTICAL), unit_postpones, (start_may_move,)),
    Line(Action.EDIT_END, Role.CENTRE, (S.PREPARATION,), IN_PRACTICAL, unit_postpones),
    # ---- postponement by the UD: « DTE envoyé » is not in the newsletter's list
    Line(
        Action.POSTPONE,
        Role.UD,
        (S.PREPARATION, S.DTE_REQUESTED, S.CONVOKED),
        otherwise=recall_first,
        to_others=UNITS_TURN,
        provided=(not_started_for_the_unit,),
    ),
    Line(
        Action.ASK_POSTPONEMENT,
        Role.CENTRE,
        (S.PREPARATION, S.DTE_REQUESTED, S.CONVOKED),
        otherwise=ask_to_recall,
        to_others=Why("La demande vient du centre ; vous reportez la session vous-même.", CENTRE_KNOWS),
        provided=(only_the_unit_moves, not_started_for_the_centre),
    ),
    # The same beyond an expired title, where the centre cannot set the dates itself at any status.
    Line(
        Action.ASK_EXPIRED,
        Role.CENTRE,
        (S.PREPARATION, S.DTE_REQUESTED, S.CONVOKED),
        otherwise=ask_to_recall,
        to_others=Why("La demande vient du centre ; vous y répondez.", CENTRE_KNOWS),
        provided=(not_started_for_the_centre,),
    ),
    # ---- place, hour and whom to call: until the results are saved
    Line(
        Action.EDIT_PRACTICAL,
        Role.CENTRE,
        ACTIVE,
        otherwise=IN_PRACTICAL,
        to_others=Why("Le lieu, l’heure et le responsable sont indiqués par le centre.", CENTRE_KNOWS),
    ),
    # ---- after an automatic postponement
    Line(
        Action.SET_EXAM_DAYS,
        Role.CENTRE,
        ACTIVE,
        otherwise=IN_PRACTICAL,
        to_others=Why("Les jours d’examen d’une session reportée automatiquement sont indiqués par le centre.", CENTRE_KNOWS),
        provided=(moved_by_a_measure,),
    ),
    Line(
        Action.SET_ACTUAL_END,
        Role.CENTRE,
        ACTIVE,
        otherwise=IN_PRACTICAL,
        to_others=Why("La date réelle de fin est saisie par le centre.", CENTRE_KNOWS),
        provided=(moved_by_a_measure,),
    ),
    Line(
        Action.CHECK_ACTUAL_END,
        Role.UD,
        (*ACTIVE, S.RESULTS),
        otherwise=Why("Aucune date réelle de fin n’est à vérifier sur cette session.", CENTRE_TELLS),
        to_others=UNITS_TURN,
        provided=(real_end_to_check,),
    ),
    # ---- results, once they are saved
    Line(
        Action.ASK_CORRECTION,
        Role.CENTRE,
        (S.RESULTS,),
        otherwise=Why("Les résultats ne sont pas encore enregistrés : vous les saisissez vous-même.", DOUBT),
        to_others=Why("La demande vient du centre ; vous corrigez les résultats vous-même.", CENTRE_KNOWS),
        ended={
            S.LOCKED: Why(
                "La session est verrouillée : plus personne ne la modifie.",
                "Adressez-vous à l’{unit} : elle peut la déverrouiller.",
            )
        },
    ),
    Line(
        Action.CORRECT_RESULTS,
        Role.UD,
        (S.RESULTS,),
        otherwise=Why("Les résultats ne sont pas encore enregistrés par le centre.", CENTRE_TELLS),
        to_others=_the_unit_corrects,
        ended={
            S.LOCKED: Why(
                "La session est verrouillée : plus personne ne la modifie.",
                "Déverrouillez-la d’abord, en indiquant le motif : seuls les résultats redeviendront modifiables.",
            )
        },
    ),
    # ---- preparing the session
    Line(Action.EDIT_CANDIDATES, Role.CENTRE, ACTIVE, IN_PRACTICAL, CENTRES_TURN),
    Line(Action.REMOVE_CANDIDATE, Role.CENTRE, ACTIVE, IN_PRACTICAL, CENTRES_TURN, (somebody_stays,)),
    # What the deposit lacks of a candidate is given until it is deposited, results or not.
    Line(
        Action.GIVE_CIVIL,
        Role.CENTRE,
        (*ACTIVE, S.RESULTS, S.LOCKED),
        otherwise=IN_PRACTICAL,
        to_others=Why("L’état civil des candidats est donné par le centre.", CENTRE_KNOWS),
    ),
    # ---- on the days of the exam (which of them: rules.attendance)
    Line(
        Action.NOTE_DAY,
        Role.CENTRE,
        (S.CONVOKED,),
        otherwise=Why(
            "La session est au statut « {status} » : les présences se notent une fois les convocations envoyées.", DOUBT
        ),
        to_others=Why("Les présences et les incidents sont notés par le centre.", CENTRE_KNOWS),
    ),
    # ---- the signed minutes, once the results are saved
    Line(
        Action.DEPOSIT_MINUTES,
        Role.CENTRE,
        (S.RESULTS,),
        otherwise=Why(
            "La session est au statut « {status} » : le procès-verbal signé se dépose une fois les résultats enregistrés.", DOUBT
        ),
        to_others=Why("Le procès-verbal signé est déposé par le centre.", CENTRE_KNOWS),
        provided=(not_verified,),
        ended={
            S.LOCKED: Why(
                "La session est verrouillée : plus personne ne la modifie.",
                "Adressez-vous à l’{unit} : elle peut la déverrouiller.",
            )
        },
    ),
    Line(
        Action.CHECK_MINUTES,
        Role.UD,
        (S.RESULTS,),
        otherwise=Why("Les résultats ne sont pas encore enregistrés par le centre.", CENTRE_TELLS),
        to_others=UNITS_TURN,
        provided=(deposited,),
        ended={
            S.LOCKED: Why(
                "La session est verrouillée : plus personne ne la modifie.",
                "Déverrouillez-la d’abord, en indiquant le motif.",
            )
        },
    ),
    Line(Action.EDIT_JURY, Role.CENTRE, ACTIVE, IN_PRACTICAL, CENTRES_TURN),
)
LINE: Mapping[Action, Line] = {line.action: line for line in TABLE}

# ---- what is the same for every line

# Two statuses end every right but those whose line names them; a third leaves the unit its hand on the results alone.
OVER: Mapping[Status, str] = {
    S.CANCELLED: "La session est annulée : plus personne ne la modifie.",
    S.LOCKED: "La session est verrouillée : plus personne ne la modifie.",
}
ERASED = Why(
    "Les données personnelles de cette session sont effacées : elle se lit encore, et ne change plus.",
    "L’administration centrale peut vous dire quelle durée de conservation vaut.",
)
RESULTS_SAVED = "Les résultats sont enregistrés : seule l’{unit} peut encore modifier la session, et uniquement ses résultats."
NEVER: Mapping[Role, str] = {
    Role.REGION: "La région consulte les sessions de ses départements, sans les modifier.",
    Role.NATIONAL: "L’administration centrale ne modifie ni les sessions ni les résultats.",
}
# Who helps each role with what is over, and with what: the unit is told who knows.
HELPS: Mapping[tuple[Role, Status], str] = {
    (Role.CENTRE, S.CANCELLED): f"Copiez-la pour en préparer une autre. {DOUBT}",
    (Role.CENTRE, S.LOCKED): "L’{unit} peut la déverrouiller : seuls ses résultats se corrigent alors.",
    (Role.CENTRE, S.RESULTS): "Une erreur dans les résultats ? Demandez-en la correction à l’{unit}.",
    (Role.UD, S.CANCELLED): "L’administration centrale peut vous dire quelle décision l’a annulée.",
    (Role.UD, S.LOCKED): CENTRE_KNOWS,
    (Role.UD, S.RESULTS): CENTRE_TELLS,
}


def may(person: Person, action: Action, facts: Facts, today: date) -> Verdict:
    """Whether `person`, who is allowed to see the session, may do `action` to it `today` (a day in Europe/Paris)."""
    why = why_not(LINE[action], person.role, facts, today)
    if why and why.helper.endswith(ASK) and not _unit_can(action, facts, today):
        why = replace(why, helper=DOUBT)
    return why.said_to(person, facts) if why else Allowed()


# What the unit does where the centre would do these.
INSTEAD: Mapping[Action, Action] = {
    Action.EDIT_START: Action.POSTPONE,
    Action.EDIT_END: Action.POSTPONE,
    Action.CONVOKE: Action.SEND_DTE,
}


def _unit_can(action: Action, facts: Facts, today: date) -> bool:
    """Whether a demand to the unit leads to anything: it may do this now, or what stands for it, be it after a recall of the DTE."""
    recalled = replace(facts, status=STEP[Action.RECALL_DTE].after)
    found = [facts, *([recalled] if facts.status in STEP[Action.RECALL_DTE].before else [])]
    line = LINE[INSTEAD.get(action, action)]
    return any(why_not(line, Role.UD, f, today) is None for f in found)


def does(role: Role, action: Action) -> bool:
    """Whether this role ever does `action`, whatever the session. Who does not is refused before anything else is said."""
    return LINE[action].by is role


def missing(action: Action, facts: Facts, today: date) -> list[str]:
    """All that is still missing before this step, each as a sentence: what `may` would say one at a time."""
    whys = (check(facts, today) for check in LINE[action].provided)
    return [why.said_to(Person(Role.CENTRE, ""), facts).reason for why in whys if why]


def why_not(line: Line, role: Role, facts: Facts, today: date) -> Why | None:
    """The first thing that stands against this line for this role: the session's end, the role, the status, a check."""
    if facts.erased:
        return ERASED
    status, open_ = facts.status, facts.status in line.statuses
    if status in OVER and not open_:
        return (line.ended.get(status) if role is line.by else None) or Why(OVER[status], _helper(role, status))
    if role in NEVER:
        return Why(NEVER[role], UNIT_FOLLOWS)
    if role is not line.by:
        return read(line.to_others, facts, today)
    if not open_:
        if status is S.RESULTS:
            return Why(RESULTS_SAVED, _helper(role, status))
        return read(line.otherwise, facts, today)
    return next((why for check in line.provided if (why := check(facts, today))), None)


def _helper(role: Role, status: Status) -> str:
    return UNIT_FOLLOWS if role in NEVER else HELPS.get((role, status), ASK)
