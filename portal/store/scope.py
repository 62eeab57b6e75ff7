"""The one place that says which rows a person may see (domain.md 1)."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, String, false, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

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


class Told(BindParameter[int | str]):
    """A parameter of which nothing is known until its statement is asked: without it the statement fails."""

    inherit_cache = True


@compiles(Told)
def _as_parameter(element: Told, compiler: SQLCompiler, **how: Any) -> str:
    """A parameter it stays also where all others are written out."""
    return str(compiler.visit_bindparam(element, **{**how, "literal_binds": False}))  # type: ignore[no-untyped-call]


OPEN: dict[str, Any] = {"id": Told("own_account", type_=Integer), "centre_id": Told("own_centre", type_=Integer),
                        "department_code": Told("own_department", type_=String)}  # fmt: skip


def anybody_like(actor: Actor) -> Actor:
    """Whoever has this role, and region: a statement that is built of it serves them all, each with what `told` says of them."""
    return _anybody(actor.role, actor.region_code)


@cache
def _anybody(role: Role, region_code: str | None) -> Actor:
    return Actor(email="", name="", role=role, region_code=region_code, **OPEN)


def told(actor: Actor) -> dict[str, int | str | None]:
    """What a statement built of `anybody_like` is asked with, by name of the parameter."""
    return {parameter.key: getattr(actor, name) for name, parameter in OPEN.items()}


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
            return ["" if actor.department_code is None else actor.department_code]
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
