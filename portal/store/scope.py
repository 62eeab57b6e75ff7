"""The one place that says which rows a person may see (domain.md 1)."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import ColumnElement, false, true

from portal.rules.duties import Duty
from portal.rules.lifecycle import Role
from portal.store.accounts import account
from portal.store.actors import Actor
from portal.store.france import DEPARTMENTS
from portal.store.places import centre
from portal.store.sessions import exam_session


def within(actor: Actor, department_code: ColumnElement[str], centre_id: ColumnElement[int] | None = None) -> ColumnElement[bool]:
    """A condition on rows of a department and, where there is one, of a centre. A centre sees none that are of no centre."""
    match actor.role:
        case Role.CENTRE if centre_id is not None:
            return centre_id == actor.centre_id
        case Role.UD:
            return department_code == actor.department_code
        case Role.REGION:
            return department_code.in_(departments_of(actor))
        case Role.NATIONAL:
            return true()
    return false()


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """A condition on exam_session."""
    return _sessions_of(actor.role, actor.centre_id, actor.department_code, actor.region_code)


@lru_cache(maxsize=1024)
def _sessions_of(role: Role, centre_id: int | None, department_code: str | None, region_code: str | None) -> ColumnElement[bool]:
    scope = Actor(None, "", "", role, centre_id, department_code, region_code)
    return within(scope, exam_session.c.department_code, exam_session.c.centre_id)


def centres_of(actor: Actor) -> ColumnElement[bool] | None:
    """A condition on centre for a person of one centre or one department; None for who sees more."""
    match actor.role:
        case Role.CENTRE:
            return centre.c.id == actor.centre_id
        case Role.UD:
            return centre.c.department_code == actor.department_code
    return None


def accounts_of(actor: Actor) -> ColumnElement[bool]:
    """A condition on account, beside its centre: the accounts that this person keeps. None for whoever keeps none."""
    if not actor.may(Duty.KEEP_ACCOUNTS):
        return false()
    match actor.role:
        case Role.CENTRE:
            return account.c.centre_id == actor.centre_id
        case Role.UD:
            return centre.c.department_code == actor.department_code
        case Role.NATIONAL:
            return true()
    return false()


def departments_of(actor: Actor) -> list[str]:
    """The codes of the departments that a unit or a region follows, in order; none for a centre, which is in one, and for
    the nation, which has no list of its own."""
    match actor.role:
        case Role.UD:
            return [actor.department_code or ""]
        case Role.REGION:
            return sorted(code for code, (_, region) in DEPARTMENTS.items() if region == actor.region_code)
    return []


def departments_seen(actor: Actor) -> dict[str, str]:
    """Names by code of the departments that a person of the State may look at, one at a time."""
    own = departments_of(actor)
    return {code: name for code, (name, _) in sorted(DEPARTMENTS.items()) if not own or code in own}


@dataclass(frozen=True)
class Seen:
    """The same as words for the database, which keeps a wall of its own (store.walls)."""

    reach: str
    centre: str = ""
    departments: str = ""

    @property
    def sql(self) -> str:
        """Says so, to the end of the transaction. The words are ours: a number, codes of departments."""
        said = {"reach": self.reach, "centre": self.centre, "departments": self.departments}
        return "SELECT " + ", ".join(f"set_config('portal.{name}', '{value}', true)" for name, value in said.items())


def seen_by(actor: Actor) -> Seen:
    """What this person sees of sessions, and of all that is of one; a test holds it to `visible_to`."""
    match actor.role:
        case Role.CENTRE if actor.centre_id is not None:
            return Seen("centre", centre=str(int(actor.centre_id)))
        case Role.UD | Role.REGION:
            return Seen("units", departments=",".join(code for code in departments_of(actor) if code.isalnum()))
        case Role.NATIONAL:
            return Seen("all")
    return Seen("none")
