"""Who acts, on what occasion."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal.rules.duties import Duty, may_do
from portal.rules.keeping import Post, post_of
from portal.rules.lifecycle import Role


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

    @property
    def post(self) -> Post:
        """What the account of this person is for."""
        return post_of(self.role, self.manager)

    def may(self, duty: Duty) -> bool:
        """Whether this person does, or reads, what `duty` says."""
        return may_do(self.role, duty, manager=self.manager).ok

    @property
    def label(self) -> str:
        """How the trail names this person: « Nom (organisation) »."""
        return f"{self.name} ({self.organisation})" if self.organisation else self.name


@dataclass(frozen=True)
class Occasion:
    """Someone acts, here and now: `now` is an aware datetime, `today` the day in Europe/Paris."""

    actor: Actor
    source: Source
    now: datetime
    today: date


def operator(name: str = "Administration du service") -> Actor:
    """Whoever types commands on the server."""
    return Actor(None, "", name, Role.NATIONAL)
