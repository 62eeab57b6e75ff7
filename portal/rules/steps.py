"""The steps of a session's life (domain.md 3): each stands here, and only here.

Who takes it, from which status to which, under which checks, the words of its button, of its refusals, of the lists in which
it waits, of what the centre is told and of the history. Pages, to-do lists, the day's tiles and history read it here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from portal.rules.checks import (
    days_to_come,
    end_reached,
    has_candidates,
    has_days,
    has_hour,
    has_jury,
    has_manager,
    has_place,
    jury_is_independent,
    real_end_known,
    request_answered,
    somebody_unconvened,
)
from portal.rules.conditions import Condition
from portal.rules.facts import Facts
from portal.rules.lifecycle import ACTIVE, Action, Role, Status
from portal.rules.lines import (
    ASK,
    CENTRE_KNOWS,
    CENTRE_TELLS,
    CENTRES_TURN,
    DOUBT,
    UNITS_TURN,
    Check,
    Line,
    Why,
    Words,
    at,
)
from portal.rules.minutes import UNVERIFIED

S = Status


@dataclass(frozen=True)
class Reason:
    """A step that is taken for a reason: what is said when it is missing, the help under its field, and of which sessions it is
    asked."""

    missing: str
    hint: str
    asked: Callable[[Facts], bool] = lambda f: True


@dataclass(frozen=True)
class Waiting:
    """How a step stands in the lists of those concerned.

    `by`: how it is called in the list of whoever takes it; `other`: key and words in the list of who waits for it; `tile`: one
    and many, on the day's page; `narrow`: which of the sessions in its statuses; `place`: where it is taken, below the session's page.
    """

    by: str
    other: tuple[str, str] | None = None
    tile: tuple[str, str] | None = None
    narrow: Condition = field(default_factory=Condition)
    place: str = ""


@dataclass(frozen=True)
class Step:
    """A change of status. `path` is its word in the address; empty where the step has a page of its own."""

    action: Action
    by: Role
    before: tuple[Status, ...]
    after: Status
    label: str
    otherwise: Words
    to_others: Why
    history: str
    path: str = ""
    provided: tuple[Check, ...] = ()
    ended: Mapping[Status, Why] = field(default_factory=dict)
    waiting: Waiting | None = None
    warning: str = ""  # what its form says before the button
    reason: Reason | None = None
    told: tuple[str, str] | None = None  # what the centre is told when the unit takes it: end of the subject, body

    @property
    def line(self) -> Line:
        """The right to take it."""
        return Line(self.action, self.by, self.before, self.otherwise, self.to_others, self.provided, self.ended)

    def asks(self, f: Facts) -> Reason | None:
        """The reason for which it is taken of this session; None where it needs none."""
        return self.reason if self.reason and self.reason.asked(f) else None

    @property
    def condition(self) -> Condition:
        """The sessions that it waits on."""
        return replace(self.waiting.narrow if self.waiting else Condition(), statuses=self.before)


# What a convocation needs, beside somebody to convene (domain.md 8a).
PAPER = (has_days, days_to_come, has_hour, has_place, has_manager)

STEPS = (
    Step(
        Action.REQUEST_DTE,
        Role.CENTRE,
        (S.PREPARATION,),
        S.DTE_REQUESTED,
        "Demander le DTE",
        path="demande-dte",
        provided=(has_candidates, has_jury, jury_is_independent),
        otherwise=at(S.PREPARATION, ASK),
        to_others=CENTRES_TURN,
        waiting=Waiting(
            "Demander le DTE",
            other=("wait_request", "Le centre doit demander le DTE"),
            tile=("session attend la demande de DTE", "sessions attendent la demande de DTE"),
        ),
        history="DTE demandé.",
    ),
    Step(
        Action.SEND_DTE,
        Role.UD,
        (S.DTE_REQUESTED,),
        S.DTE_SENT,
        "Envoyer le DTE",
        path="envoi-dte",
        otherwise=at(S.DTE_REQUESTED, CENTRE_TELLS),
        to_others=UNITS_TURN,
        waiting=Waiting("Envoyer le DTE", other=("wait_dte", "Attendre le DTE"), tile=("DTE à envoyer", "DTE à envoyer")),
        told=(
            ": le DTE est envoyé",
            "Les convocations sont l’étape suivante : la page de la session dit s’il manque encore quelque chose.",
        ),
        history="DTE envoyé.",
    ),
    Step(
        Action.RECALL_DTE,
        Role.UD,
        (S.DTE_SENT,),
        S.DTE_REQUESTED,
        "Rappeler le DTE",
        path="rappel-dte",
        otherwise=at(S.DTE_SENT, CENTRE_TELLS),
        to_others=UNITS_TURN,
        warning="Le centre ne pourra plus convoquer avant un nouvel envoi.",
        reason=Reason("Indiquez le motif du rappel : le centre le lit.", "Le centre le lit, et il reste dans l’historique."),
        told=(": le DTE est rappelé", "La session revient au statut « Demande de DTE envoyée » : attendez un nouvel envoi."),
        history="DTE rappelé.",
    ),
    Step(
        Action.CONVOKE,
        Role.CENTRE,
        (S.DTE_SENT,),
        S.CONVOKED,
        "Envoyer les convocations",
        path="convocations",
        provided=(has_candidates, *PAPER),
        otherwise=at(S.DTE_SENT, ASK),
        to_others=CENTRES_TURN,
        waiting=Waiting(
            "Envoyer les convocations",
            other=("wait_convocations", "Le centre doit envoyer les convocations"),
            tile=("session attend l’envoi des convocations", "sessions attendent l’envoi des convocations"),
        ),
        history="Convocations envoyées.",
    ),
    Step(
        Action.CONVOKE_AGAIN,
        Role.CENTRE,
        (S.CONVOKED,),
        S.CONVOKED,
        "Convoquer de nouveau",
        path="nouvelle-convocation",
        provided=(has_candidates, *PAPER, somebody_unconvened),
        otherwise=at(S.CONVOKED, ASK),
        to_others=CENTRES_TURN,
        waiting=Waiting(
            "Convoquer de nouveau",
            other=("wait_convoked", "Le centre doit convoquer de nouveau"),
            tile=("session à convoquer de nouveau", "sessions à convoquer de nouveau"),
            narrow=Condition(exam_over=False, unconvened=True),
        ),
        history="Candidats convoqués de nouveau.",
    ),
    Step(
        Action.ENTER_RESULTS,
        Role.CENTRE,
        (S.CONVOKED,),
        S.RESULTS,
        "Valider la saisie des résultats",
        provided=(real_end_known, end_reached, has_candidates),
        otherwise=Why(
            "La session est au statut « {status} » : les convocations doivent être envoyées avant la saisie des résultats.", DOUBT
        ),
        to_others=Why("La première saisie des résultats revient au centre.", CENTRE_KNOWS),
        waiting=Waiting(
            "Saisir les résultats",
            other=("wait_results", "Le centre doit saisir les résultats"),
            tile=("session attend ses résultats", "sessions attendent leurs résultats"),
            narrow=Condition(over=True),
            place="/resultats",
        ),
        history="Résultats enregistrés.",
    ),
    Step(
        Action.LOCK,
        Role.UD,
        (S.RESULTS,),
        S.LOCKED,
        "Verrouiller la session",
        path="verrouillage",
        provided=(request_answered,),
        otherwise=Why("Les résultats ne sont pas encore enregistrés par le centre.", CENTRE_TELLS),
        to_others=UNITS_TURN,
        waiting=Waiting(
            "Vérifier et verrouiller",
            other=("wait_unit", "Rien à faire : {unit} a la main"),
            tile=("session à vérifier et verrouiller", "sessions à vérifier et verrouiller"),
        ),
        reason=Reason(
            "Le procès-verbal signé n’est pas vérifié : indiquez pourquoi la session se verrouille sans lui.",
            "Pourquoi elle se verrouille sans procès-verbal vérifié. Le centre le lit, et il reste dans l’historique.",
            asked=lambda f: f.minutes in UNVERIFIED,
        ),
        told=("verrouillée", "L’{unit} a vérifié les résultats : plus personne ne les modifie."),
        history="Session verrouillée : plus personne ne la modifie.",
    ),
    Step(
        Action.UNLOCK,
        Role.UD,
        (S.LOCKED,),
        S.RESULTS,
        "Déverrouiller la session",
        path="deverrouillage",
        otherwise=Why("La session n’est pas verrouillée.", CENTRE_TELLS),
        to_others=UNITS_TURN,
        reason=Reason(
            "Indiquez le motif du déverrouillage.",
            "Il reste dans l’historique. Seuls les résultats redeviendront modifiables.",
        ),
        told=("déverrouillée", "L’{unit} a rouvert la session : seuls ses résultats sont modifiables, par elle."),
        history="Session déverrouillée : seuls les résultats sont modifiables.",
    ),
    Step(
        Action.CANCEL,
        Role.CENTRE,
        ACTIVE,
        S.CANCELLED,
        "Annuler la session",
        path="annulation",
        otherwise=at(S.PREPARATION, ASK),
        to_others=CENTRES_TURN,
        warning=(
            "Plus personne ne pourra la modifier, et rien ne la rétablira. Les candidats déjà convoqués sont à prévenir par vous."
        ),
        reason=Reason("Indiquez le motif de l’annulation.", "Il reste dans l’historique."),
        history="Session annulée.",
    ),
)
STEP = {step.action: step for step in STEPS}
STEP_AT = {step.path: step for step in STEPS if step.path}
