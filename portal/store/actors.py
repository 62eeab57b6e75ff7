"""Who acts, on what occasion."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from portal.rules.duties import Duty, may_do
from portal.rules.keeping import Post, post_of
from portal.rules.lifecycle import Role
from portal.store.personal import clear_row, commitment, in_json


class Source(StrEnum):
    WEB = "web"
    CLI = "ligne de commande"


@dataclass(frozen=True)
class Actor:
    """A signed-in person, or the operator of the command line (no id)."""

    id: int | None
    email: str
    name: str
    role: Role
    centre_id: int | None = None
    department_code: str | None = None
    region_code: str | None = None
    organisation: str = ""
    manager: bool = False  # keeps the accounts of its centre
    salt: str = ""  # of its account, for its signature

    @property
    def post(self) -> Post:
        """What the account of this person is for."""
        return post_of(self.role, self.manager)

    def may(self, duty: Duty) -> bool:
        """Whether this person does, or reads, what `duty` says."""
        return may_do(self.role, duty, manager=self.manager).ok

    @property
    def label(self) -> str:
        """How this person is named to others: « Nom (organisation) »."""
        return f"{self.name} ({self.organisation})" if self.organisation else self.name

    @cached_property
    def signed(self) -> dict[str, str] | None:
        """The label as `clear_value` keeps it; None for the command line, which is no person."""
        return clear_row(f"account {self.id}", self.salt, in_json(self.label)) if self.id is not None and self.salt else None

    @cached_property
    def signature(self) -> str:
        """What the trail and the tables keep of who acted: a commitment to the label (`portal.store.personal`)."""
        return in_json(commitment(self.signed["of"], self.signed["digest"])) if self.signed else self.label


@dataclass(frozen=True)
class Device:
    """From where somebody acts: the address, and what the browser says it is (« Firefox, Windows »); empty: nothing is known."""

    address: str = ""
    called: str = ""


@dataclass(frozen=True)
class Occasion:
    """Someone acts, here and now: `now` is an aware datetime, `today` the day in Europe/Paris."""

    actor: Actor
    source: Source
    now: datetime
    today: date
    device: Device = Device()


def operator(name: str = "Administration du service") -> Actor:
    """Whoever types commands on the server."""
    return Actor(None, "", name, Role.NATIONAL)
