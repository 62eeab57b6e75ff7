"""Who does, or reads, what is not on one session: the second table of rights. On a session: `rules.rights`.

Whoever may not is told nothing but 404 where the page itself is closed to it; where a page is shown and its act is not, the
words of the line say why and who does it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.rules.lifecycle import Role
from portal.rules.lines import Allowed, Refused, Verdict


class Duty(StrEnum):
    """One thing that a person does, or reads, beside the sessions themselves."""

    CREATE_SESSIONS = "create_sessions"
    ASK_UNIT = "ask_unit"
    ANSWER_REQUESTS = "answer_requests"
    ACT_ON_SESSIONS = "act_on_sessions"
    COMPARE_CENTRES = "compare_centres"
    COMPARE_DEPARTMENTS = "compare_departments"
    READ_ALL_DEPARTMENTS = "read_all_departments"
    READ_MEMBERS = "read_members"
    KEEP_MEMBERS = "keep_members"
    SEAT_MEMBERS = "seat_members"
    SUPERVISE = "supervise"
    CLOSE_SIGNALS = "close_signals"
    READ_OWN_FIGURES = "read_own_figures"
    KEEP_CENTRES = "keep_centres"
    KEEP_TITLES = "keep_titles"
    KEEP_APPROVALS = "keep_approvals"
    KEEP_UNITS = "keep_units"
    KEEP_REGIONS = "keep_regions"
    TAKE_OVER = "take_over"
    GIVE_DATA = "give_data"
    KEEP_LINKS = "keep_links"
    KEEP_ADJUSTMENTS = "keep_adjustments"
    KEEP_LIMITS = "keep_limits"
    KEEP_DURATIONS = "keep_durations"
    RUN_MEASURES = "run_measures"
    KEEP_ACCOUNTS = "keep_accounts"
    WRITE_LETTERS = "write_letters"
    CLOSE_SERVICE = "close_service"
    WATCH_MAILS = "watch_mails"
    SIGN_IN_ELSEWHERE = "sign_in_elsewhere"
    PROVE_TWICE = "prove_twice"
    RESET_FACTORS = "reset_factors"
    READ_JOURNAL = "read_journal"
    DEPOSIT = "deposit"


@dataclass(frozen=True)
class Line:
    """One duty: these roles, and what everybody else reads: why not, and who does it. `managers`: of a centre, they alone."""

    duty: Duty
    by: tuple[Role, ...]
    otherwise: str
    helper: str
    managers: bool = False


R = Role
STATE = (R.UD, R.REGION, R.NATIONAL)
ITS_CENTRE = "Le responsable de session du centre peut le faire."
ITS_UNIT = "L’{unit} peut le faire : adressez-vous à elle."
NATION = "L’administration centrale peut le faire : adressez-vous à elle."

TABLE = (
    # ---- sessions, seen together
    Line(Duty.CREATE_SESSIONS, (R.CENTRE,), "Une session est créée par son centre.", ITS_CENTRE),
    Line(Duty.ASK_UNIT, (R.CENTRE,), "Une demande vient du centre.", ITS_CENTRE),
    Line(Duty.ANSWER_REQUESTS, (R.UD,), "La réponse à une demande revient à l’{unit}.", ITS_UNIT),
    Line(
        Duty.ACT_ON_SESSIONS,
        (R.CENTRE, R.UD),
        "Vous consultez les sessions, sans les modifier.",
        "Le centre et son unité locale agissent sur une session : adressez-vous à eux.",
    ),
    Line(Duty.COMPARE_CENTRES, STATE, "Vous voyez les sessions de votre centre.", ITS_UNIT),
    Line(Duty.COMPARE_DEPARTMENTS, (R.REGION, R.NATIONAL), "Vous voyez les sessions d’un seul département.", NATION),
    Line(Duty.READ_ALL_DEPARTMENTS, (R.NATIONAL,), "Vous voyez les sessions de votre ressort.", NATION),
    # ---- juries
    Line(Duty.READ_MEMBERS, STATE, "Les jurys sont suivis par l’État.", ITS_UNIT),
    Line(Duty.KEEP_MEMBERS, (R.UD,), "Les membres et leurs habilitations sont tenus par l’{unit}.", ITS_UNIT),
    Line(Duty.SEAT_MEMBERS, (R.CENTRE,), "Le jury d’une session est choisi par le centre.", ITS_CENTRE),
    # ---- supervision
    Line(Duty.SUPERVISE, STATE, "La supervision revient à l’État.", ITS_UNIT),
    Line(Duty.CLOSE_SIGNALS, (R.UD, R.REGION), "Les signaux et les tirages reviennent aux unités et aux régions.", ITS_UNIT),
    Line(Duty.READ_OWN_FIGURES, (R.CENTRE,), "Vos chiffres se lisent sous « Supervision ».", ITS_UNIT),
    # ---- who can be asked for help: each unit and each region for itself, the nation for all
    Line(Duty.KEEP_UNITS, (R.UD, R.NATIONAL), "Les coordonnées d’une unité sont tenues par elle-même.", ITS_UNIT),
    Line(Duty.KEEP_REGIONS, (R.REGION, R.NATIONAL), "Les coordonnées d’une région sont tenues par elle-même.", NATION),
    # ---- accounts: whose, and of whom, is told in rules.keeping
    Line(
        Duty.KEEP_ACCOUNTS,
        (R.CENTRE, R.UD, R.NATIONAL),
        "Les comptes d’un centre sont tenus par ses responsables, son unité locale et l’administration centrale.",
        "Un responsable de votre centre peut vous aider.",
        managers=True,
    ),
    # ---- what is kept of a candidate, for the candidate
    Line(
        Duty.GIVE_DATA,
        (R.CENTRE, R.UD),
        "Les données d’un candidat lui sont remises par son centre ou son unité.",
        "Le centre, ou l’{unit}, peut le faire.",
    ),
    Line(
        Duty.KEEP_LINKS,
        (R.CENTRE,),
        "Les convocations et les liens personnels sont tenus par le centre.",
        ITS_CENTRE,
    ),
    Line(
        Duty.KEEP_ADJUSTMENTS,
        (R.CENTRE,),
        "Les aménagements d’épreuves sont notés par le centre, et lus par le jury.",
        ITS_CENTRE,
    ),
    # ---- the national administration
    Line(Duty.KEEP_CENTRES, (R.NATIONAL,), "Les centres sont tenus par l’administration centrale.", NATION),
    Line(Duty.KEEP_TITLES, (R.NATIONAL,), "Les titres sont tenus par l’administration centrale.", NATION),
    Line(Duty.TAKE_OVER, (R.NATIONAL,), "Les fichiers sont importés par l’administration centrale.", NATION),
    Line(Duty.KEEP_APPROVALS, (R.NATIONAL,), "Les agréments sont tenus par l’administration centrale.", NATION),
    Line(Duty.KEEP_LIMITS, (R.NATIONAL,), "Les délais sont réglés par l’administration centrale.", NATION),
    Line(Duty.KEEP_DURATIONS, (R.NATIONAL,), "Les durées de conservation sont réglées par l’administration centrale.", NATION),
    Line(Duty.RUN_MEASURES, (R.NATIONAL,), "Les mesures sont appliquées par l’administration centrale.", NATION),
    Line(Duty.WRITE_LETTERS, (R.NATIONAL,), "Les lettres sont écrites par l’administration centrale.", NATION),
    Line(Duty.CLOSE_SERVICE, (R.NATIONAL,), "Les fermetures sont annoncées par l’administration centrale.", NATION),
    Line(Duty.WATCH_MAILS, (R.NATIONAL,), "Les courriels qui ne partent pas sont suivis par l’administration centrale.", NATION),
    Line(Duty.DEPOSIT, (R.NATIONAL,), "Les titres sont déposés par l’administration centrale.", NATION),
    # ---- how one signs in
    Line(Duty.SIGN_IN_ELSEWHERE, STATE, "Un centre se connecte avec son mot de passe.", ITS_UNIT),
    Line(Duty.PROVE_TWICE, STATE, "Un centre choisit s’il se connecte avec un second facteur.", ITS_CENTRE),
    Line(Duty.RESET_FACTORS, (R.NATIONAL,), "Un second facteur perdu est retiré par l’administration centrale.", NATION),
    Line(
        Duty.READ_JOURNAL,
        (R.NATIONAL,),
        "Le journal de sécurité est lu par l’administration centrale ; votre activité se lit sous « Votre compte ».",
        NATION,
    ),
)
LINE: Mapping[Duty, Line] = {line.duty: line for line in TABLE}


def may_do(role: Role, duty: Duty, unit: str = "UD", *, manager: bool = False) -> Verdict:
    """Whether a person of this role may; otherwise why not, and who does. `unit`: the label of the local unit at hand;
    `manager`: whether the person is one of its centre's."""
    line = LINE[duty]
    if role in line.by and (manager or role is not R.CENTRE or not line.managers):
        return Allowed()
    return Refused(line.otherwise.format(unit=unit), line.helper.format(unit=unit), "{unit}" in line.helper and role is not R.UD)
