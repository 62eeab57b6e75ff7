"""Life of a session (domain.md 3): its statuses, and what people do to it. The steps between them: `rules.steps`."""

from enum import StrEnum


class Role(StrEnum):
    CENTRE = "centre"
    UD = "ud"
    REGION = "region"
    NATIONAL = "national"


# The people of each role, as a whole.
GROUPS = {
    Role.CENTRE: "Centres",
    Role.UD: "Unités locales",
    Role.REGION: "Régions",
    Role.NATIONAL: "Administration centrale",
}


class Kind(StrEnum):
    TITLE = "titre"
    CCP = "ccp"
    CCS = "ccs"

    @property
    def word(self) -> str:
        """As papers keep it: « titre », « CCP »."""
        return self.value if self is Kind.TITLE else self.value.upper()

    @property
    def of_a_session(self) -> str:
        """As in « session de titre complet », « session CCP »."""
        return "de titre complet" if self is Kind.TITLE else self.word

    @property
    def label(self) -> str:
        """As one chooses it."""
        return "Titre complet" if self is Kind.TITLE else self.word


class Status(StrEnum):
    PREPARATION = "en_preparation"
    DTE_REQUESTED = "demande_dte_envoyee"
    DTE_SENT = "dte_envoye"
    CONVOKED = "convocations_envoyees"
    RESULTS = "resultats_saisis"
    LOCKED = "verrouillee"
    CANCELLED = "annulee"

    @property
    def label(self) -> str:
        """What it is called on the screen."""
        return LABELS[self]


LABELS = {
    Status.PREPARATION: "En préparation",
    Status.DTE_REQUESTED: "Demande de DTE envoyée",
    Status.DTE_SENT: "DTE envoyé",
    Status.CONVOKED: "Convocations envoyées",
    Status.RESULTS: "Résultats saisis",
    Status.LOCKED: "Verrouillée",
    Status.CANCELLED: "Annulée",
}

# The four statuses that domain.md 3 calls active.
ACTIVE = (Status.PREPARATION, Status.DTE_REQUESTED, Status.DTE_SENT, Status.CONVOKED)

# The straight way through, as the session page draws it.
PATH = (*ACTIVE, Status.RESULTS, Status.LOCKED)


class Action(StrEnum):
    """One thing that a person does to a session."""

    EDIT_START = "edit_start"
    EDIT_END = "edit_end"
    EDIT_PRACTICAL = "edit_practical"
    REQUEST_DTE = "request_dte"
    SEND_DTE = "send_dte"
    RECALL_DTE = "recall_dte"
    CONVOKE = "convoke"
    CONVOKE_AGAIN = "convoke_again"
    POSTPONE = "postpone"
    SET_EXAM_DAYS = "set_exam_days"
    SET_ACTUAL_END = "set_actual_end"
    CHECK_ACTUAL_END = "check_actual_end"
    ENTER_RESULTS = "enter_results"
    CORRECT_RESULTS = "correct_results"
    LOCK = "lock"
    UNLOCK = "unlock"
    CANCEL = "cancel"
    EDIT_CANDIDATES = "edit_candidates"
    REMOVE_CANDIDATE = "remove_candidate"
    GIVE_CIVIL = "give_civil"
    NOTE_DAY = "note_day"
    DEPOSIT_MINUTES = "deposit_minutes"
    CHECK_MINUTES = "check_minutes"
    EDIT_JURY = "edit_jury"
    ASK_POSTPONEMENT = "ask_postponement"
    ASK_CORRECTION = "ask_correction"
    ASK_EXPIRED = "ask_expired"
