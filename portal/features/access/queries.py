"""The accounts that a person keeps: a list, and one of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, or_, select

from portal.core.invitations import DAYS
from portal.rules import keeping
from portal.rules.keeping import Post, State, post_of
from portal.rules.lifecycle import Role
from portal.store.accounts import account, sign_in
from portal.store.actors import Actor
from portal.store.factors import factor
from portal.store.places import centre, department, region
from portal.store.scope import accounts_of
from portal.store.text import digits_in

PAGE, COUNT_BOUND = 50, 1_000
LONGEST = timedelta(days=DAYS)
_last_at = select(func.max(func.coalesce(sign_in.c.last_at, sign_in.c.at))).where(
    sign_in.c.account_id == account.c.id, sign_in.c.awaits_code == 0
)
_inviter = account.alias("inviter")
_state = case(
    (account.c.closed_at.is_not(None), State.CLOSED.value),
    (account.c.password_hash.is_(None), State.INVITED.value),
    else_=State.ACTIVE.value,
)
_post = case(
    (account.c.manager == 1, Post.MANAGER.value), (account.c.centre_id.is_not(None), Post.MEMBER.value), else_=account.c.role
)


@dataclass(frozen=True)
class Kept:
    """One account as those who keep it see it."""

    id: int
    email: str
    name: str
    post: Post
    state: State
    version: int
    centre_id: int | None
    siret: str
    department_code: str | None
    region_code: str | None
    place: str
    unit_code: str
    invitation: int
    invited_at: datetime | None
    invited_by: int | None
    inviter: str
    closed_at: datetime | None
    erased_at: datetime | None
    next_email: str | None
    next_email_at: datetime | None
    last_at: datetime | None
    has_factor: bool

    def is_late(self, now: datetime) -> bool:
        """Whether its invitation is over by its age."""
        return self.state is State.INVITED and (self.invited_at is None or self.invited_at + LONGEST < now)

    @property
    def until(self) -> datetime | None:
        """When its invitation ends."""
        return self.invited_at + LONGEST if self.invited_at else None


_KEPT: Select[Any] = (
    select(
        account,
        centre.c.siret,
        centre.c.name.label("centre_name"),
        func.coalesce(account.c.department_code, centre.c.department_code, "").label("unit_code"),
        department.c.name.label("department_name"),
        region.c.name.label("region_name"),
        _inviter.c.name.label("inviter"),
        _last_at.scalar_subquery().label("last_at"),
        _state.label("state"),
        exists().where(factor.c.account_id == account.c.id).label("has_factor"),
    )
    .outerjoin(centre, centre.c.id == account.c.centre_id)
    .outerjoin(department, department.c.code == account.c.department_code)
    .outerjoin(region, region.c.code == account.c.region_code)
    .outerjoin(_inviter, _inviter.c.id == account.c.invited_by)
)


def kept(row: Row[Any]) -> Kept:
    """One row of the query as an account."""
    of_unit = f"{row.department_code} {row.department_name}" if row.department_code else ""
    return Kept(
        id=row.id,
        email=row.email,
        name=row.name,
        post=post_of(Role(row.role), bool(row.manager)),
        state=State(row.state),
        version=row.version,
        centre_id=row.centre_id,
        siret=row.siret or "",
        department_code=row.department_code,
        region_code=row.region_code,
        place=row.centre_name or row.region_name or of_unit,
        unit_code=row.unit_code,
        invitation=row.invitation,
        invited_at=row.invited_at,
        invited_by=row.invited_by,
        inviter=row.inviter or "",
        closed_at=row.closed_at,
        erased_at=row.erased_at,
        next_email=row.next_email,
        next_email_at=row.next_email_at,
        last_at=row.last_at,
        has_factor=bool(row.has_factor),
    )


def find(conn: Connection, actor: Actor, number: int) -> Kept | None:
    """One account that this person keeps."""
    row = conn.execute(_KEPT.where(account.c.id == number, accounts_of(actor))).one_or_none()
    return kept(row) if row else None


def find_any(conn: Connection, number: int) -> Kept | None:
    """One account, whoever asks: for its own person, who holds a link to it or is signed in."""
    row = conn.execute(_KEPT.where(account.c.id == number)).one_or_none()
    return kept(row) if row else None


def find_by_email(conn: Connection, actor: Actor, email: str) -> Kept | None:
    """The account of an address, if this person keeps it."""
    row = conn.execute(_KEPT.where(account.c.email == email.strip().casefold(), accounts_of(actor))).one_or_none()
    return kept(row) if row else None


def peers(of: Kept) -> ColumnElement[bool]:
    """A condition on account: those without which a post that may not be left would be: its centre's managers, the nation's."""
    if of.post is Post.MANAGER:
        return and_(account.c.centre_id == of.centre_id, account.c.manager == 1)
    return account.c.role == of.post.value


def seen(conn: Connection, actor: Actor, of: Kept, unit_label: str = "UD") -> keeping.Account:
    """The account as the rules see it, for this person."""
    able = select(account.c.id).where(peers(of), account.c.closed_at.is_(None), account.c.password_hash.is_not(None))
    last = of.state is State.ACTIVE and conn.execute(able.where(account.c.id != of.id).limit(1)).first() is None
    return keeping.Account(
        of.post, of.state, actor.id == of.id, last, f"{unit_label} {of.unit_code}".strip(), of.erased_at is not None
    )


# ---- the list


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to."""

    search: str = ""
    post: Post | None = None
    state: State | None = None

    def where(self, *, post: bool = True, state: bool = True) -> list[ColumnElement[bool]]:
        """The conditions; without those of the post, or of the state, where their counts are wanted."""
        found = _like(self.search)
        if post and self.post:
            found.append(_post == self.post.value)
        if state and self.state:
            found.append(_state == self.state.value)
        return found


def accounts(conn: Connection, actor: Actor, wanted: Wanted, after: int = 0) -> tuple[list[Kept], int | None]:
    """Fifty accounts in the order in which they were made, and the number after which the next page begins."""
    query = _KEPT.where(accounts_of(actor), account.c.id > after, *wanted.where())
    rows = [kept(row) for row in conn.execute(query.order_by(account.c.id).limit(PAGE + 1))]
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


def counts(conn: Connection, actor: Actor, wanted: Wanted) -> tuple[dict[Post, int] | None, dict[State, int] | None]:
    """How many of each post, and of each state, the rest of what is wanted finds; None: they are more than COUNT_BOUND, and not
    counted. Two queries."""
    by_post = _counted(conn, _post, accounts_of(actor), *wanted.where(post=False))
    by_state = _counted(conn, _state, accounts_of(actor), *wanted.where(state=False))
    return (
        None if by_post is None else {p: by_post.get(p.value, 0) for p in Post},
        None if by_state is None else {s: by_state.get(s.value, 0) for s in State},
    )


def _counted(conn: Connection, by: ColumnElement[Any], *where: ColumnElement[bool]) -> dict[str, int] | None:
    inner = select(by.label("what")).select_from(account).outerjoin(centre, centre.c.id == account.c.centre_id).where(*where)
    each = inner.limit(COUNT_BOUND + 1).subquery()
    found = conn.execute(select(each.c.what, func.count().label("many")).group_by(each.c.what))
    by_what = {row.what: int(row.many) for row in found}
    return None if sum(by_what.values()) > COUNT_BOUND else by_what


def everybody(conn: Connection) -> list[Kept]:
    """Every account, in the order of addresses."""
    return [kept(row) for row in conn.execute(_KEPT.order_by(account.c.email))]


def _like(search: str) -> list[ColumnElement[bool]]:
    columns = (account.c.name, account.c.email, centre.c.name, centre.c.siret)
    search = digits_in(search) or search
    return [or_(*(c.icontains(word, autoescape=True) for c in columns)) for word in search.split()[:5]]
