"""What a right is made of: one line says who, when and under which checks, and what everybody else reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from portal.rules.facts import Facts
from portal.rules.french import day
from portal.rules.lifecycle import Action, Role, Status


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


Verdict = Allowed | Refused

# Who can help, as a sentence; `{unit}` is the UD of the session.
ASK = "Adressez une demande à l’{unit}."
DOUBT = "En cas de doute, l’{unit} peut vous aider."
CENTRE_KNOWS = "Le responsable de session du centre peut vous renseigner."
CENTRE_TELLS = "Le responsable de session du centre peut vous dire où en est la session."
UNIT_FOLLOWS = "L’{unit} suit cette session : adressez-vous à elle."


@dataclass(frozen=True)
class Why:
    """The words of a refusal: two sentences in which `{unit}`, `{status}`, `{start}` and `{end}` (the day from which results
    may be entered) are filled in."""

    reason: str
    helper: str

    def said_to(self, person: Person, facts: Facts) -> Refused:
        """The refusal as this person reads it of a session with these facts."""
        words = {
            "unit": person.unit,
            "status": facts.status.label,
            "start": day(facts.starts_on),
            "end": day(facts.effective_end_on),
        }
        ask_unit = "{unit}" in self.helper and person.role is not Role.UD
        return Refused(self.reason.format(**words), self.helper.format(**words), ask_unit)


Check = Callable[[Facts, date], Why | None]
# Words that depend on what else holds of the session.
Words = Why | Callable[[Facts, date], Why]


def read(words: Words, facts: Facts, today: date) -> Why:
    """What these words say of a session with these facts."""
    return words if isinstance(words, Why) else words(facts, today)


@dataclass(frozen=True)
class Line:
    """One right: this action, by this role, in these statuses, if every check passes.

    `otherwise`: what the role reads at another status; `to_others`: what the centre reads of an act of the unit, and the
    unit of one of the centre; `ended`: words of its own for a status that ends every other right.
    """

    action: Action
    by: Role
    statuses: tuple[Status, ...]
    otherwise: Words
    to_others: Words
    provided: tuple[Check, ...] = ()
    ended: Mapping[Status, Why] = field(default_factory=dict)


CENTRES_TURN = Why("Cette action revient au centre.", CENTRE_KNOWS)
UNITS_TURN = Why("Cette action revient à l’{unit}.", ASK)


def at(status: Status, helper: str) -> Why:
    """This step is taken at another status."""
    return Why(f"La session est au statut « {{status}} » : cette étape se fait au statut « {status.label} ».", helper)
