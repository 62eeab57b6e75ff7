"""Letters of information: published by the national account, read by those to whom they are addressed, counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

import nh3
from markdown_it import MarkdownIt
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, insert, or_, select, true
from sqlalchemy.exc import IntegrityError

from portal.core.outcomes import Invalid, NotThere
from portal.core.telling import Message, tell
from portal.features.communication.papers import drop
from portal.rules.duties import Duty
from portal.rules.lifecycle import Role
from portal.store.accounts import account
from portal.store.actors import Actor
from portal.store.notices import letter, letter_reading
from portal.store.places import centre, department
from portal.store.scope import anybody_like, departments_of, told
from portal.store.work import Work

TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "code", "pre", "hr", "table", "thead",
        "tbody", "tr", "th", "td"}  # fmt: skip
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")

Found = Row[Any]  # a letter as it stands, with how many have opened it


@dataclass(frozen=True)
class NewLetter:
    title: str
    text: str
    roles: Sequence[Role]
    departments: Sequence[str]
    pdf_name: str = ""
    pdf: bytes | None = None
    number: int | None = None  # none: the one after the last

    @property
    def columns(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "title": self.title,
            "text": self.text,
            "roles": " ".join(self.roles),
            "departments": " ".join(self.departments),
            "pdf_name": self.pdf_name or None,
            "pdf": self.pdf,
        }


@dataclass(frozen=True)
class Published:
    letter_id: int
    again: bool = False


def as_html(text: str) -> str:
    """A letter's Markdown as HTML that holds nothing but text, lists, tables and links. Its headings begin below the title's."""
    shifted = "\n".join(f"#{line}" if line.startswith("# ") else line for line in text.splitlines())
    return nh3.clean(
        _markdown.render(shifted), tags=TAGS, attributes={"a": {"href", "title"}}, url_schemes={"http", "https", "mailto"}
    )


def next_number(conn: Connection) -> int:
    """The number after that of the last letter."""
    return int(conn.execute(select(func.coalesce(func.max(letter.c.number), 0) + 1)).scalar_one())


def taken(conn: Connection, number: int) -> Invalid:
    """Another letter has this number."""
    return Invalid({"number": f"Une lettre n° {number} existe déjà : la prochaine serait la n° {next_number(conn)}."})


def publish(work: Work, new: NewLetter, key: str) -> Published | Invalid:
    """Publish and tell those to whom it is addressed, in one transaction. Invalid when another letter has this number."""
    if not work.actor.may(Duty.WRITE_LETTERS):
        raise NotThere
    digest = work.form_key("letter", key)
    values = {**new.columns, "at": work.on.now, "by": work.actor.signature, "creation_key": digest}
    same = select(letter.c.id).where(letter.c.creation_key == digest)
    try:
        with work.db.writing() as tx:
            values["number"] = new.number or next_number(tx)
            number = int(tx.execute(insert(letter).values(values).returning(letter.c.id)).scalar_one())
            drop(tx, digest)
            work.record(tx, "letter_published", subject=f"letter {number}", after=told_of(number, values))
            message = Message(
                f"Lettre d’information n° {values['number']} : {new.title}", summary(new.text), f"/communication/{number}"
            )
            tell(tx, work, _addressed(new.roles, new.departments), message)
            return Published(number)
    except IntegrityError:  # the same form twice, or another of the same number
        with work.db.reading() as conn:
            if found := conn.execute(same).scalar():
                return Published(found, again=True)
            return taken(conn, values["number"])


def told_of(number: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the trail says of a letter that stands so: its text and its PDF by their digests."""
    pdf = values["pdf"]
    return {
        "letter": number,
        **{name: values[name] for name in ("number", "title", "roles", "departments")},
        "pdf": values["pdf_name"] or "",
        "digest": sha256(values["text"].encode()).hexdigest(),
        "pdf_digest": sha256(pdf).hexdigest() if pdf is not None else None,
    }


def summary(text: str) -> str:
    """The first lines of a letter, without its headings and marks."""
    lines = [line for line in text.splitlines() if line.strip()]
    said = [line for line in lines if not line.startswith("#")] or lines
    plain = " ".join(line.lstrip("#>*- ").replace("**", "") for line in said)
    return plain if len(plain) <= 300 else f"{plain[:299].rsplit(' ', 1)[0]}…"


def _addressed(roles: Sequence[Role], departments: Sequence[str]) -> ColumnElement[bool]:
    """The accounts of these roles (all, where none is named) in these departments (everywhere, where none is named)."""
    parts: list[ColumnElement[bool]] = [account.c.role.in_([str(r) for r in roles])] if roles else [true()]
    if departments:
        centres = select(centre.c.id).where(centre.c.department_code.in_(departments))
        regions = select(department.c.region_code).where(department.c.code.in_(departments))
        parts.append(
            or_(
                account.c.centre_id.in_(centres),
                account.c.department_code.in_(departments),
                account.c.region_code.in_(regions),
                account.c.role == Role.NATIONAL.value,
            )
        )
    return and_(*parts)


def may_read(actor: Actor) -> ColumnElement[bool]:
    """The letters addressed to this person; the national account reads all."""
    if actor.may(Duty.WRITE_LETTERS):
        return true()
    words = (" " + letter.c.roles + " ").contains(f" {actor.role} ")
    to_me = and_(letter.c.withdrawn_at.is_(None), or_(letter.c.roles == "", words))
    places = select(centre.c.department_code.label("code")).where(centre.c.id == actor.centre_id)
    if own := departments_of(actor):
        places = select(department.c.code).where(department.c.code.in_(own))
    spots = places.subquery()
    here = exists().where((" " + letter.c.departments + " ").contains(" " + spots.c.code + " "))
    return and_(to_me, or_(letter.c.departments == "", here))


_readers = select(func.count()).where(letter_reading.c.letter_id == letter.c.id).correlate(letter).scalar_subquery()


def _opened(actor: Actor) -> ColumnElement[bool]:
    return exists().where(letter_reading.c.letter_id == letter.c.id, letter_reading.c.account_id == actor.id)


def letters(conn: Connection, actor: Actor, *, unread_only: bool = False, most: int = 50) -> Sequence[Row[Any]]:
    """The letters that a person may read, newest first, with how many have opened each."""
    return conn.execute(_letters(anybody_like(actor), unread_only, most), told(actor)).all()


@lru_cache(maxsize=64)
def _letters(anybody: Actor, unread_only: bool, most: int) -> Select[Any]:
    query: Select[Any] = select(
        letter.c.id, letter.c.number, letter.c.title, letter.c.text, letter.c.at, letter.c.by, letter.c.roles, letter.c.departments, letter.c.pdf_name, letter.c.withdrawn_at,
        _readers.label("readers"), _opened(anybody).label("opened"),
    ).where(may_read(anybody))  # fmt: skip
    if unread_only:
        query = query.where(~_opened(anybody))
    return query.order_by(letter.c.id.desc()).limit(most)


def find(conn: Connection, actor: Actor, letter_id: int) -> Found | None:
    """One letter that this person may read, with how many have opened it."""
    return conn.execute(select(letter, _readers.label("readers")).where(letter.c.id == letter_id, may_read(actor))).one_or_none()


def addressees(conn: Connection, roles: Sequence[Role], departments: Sequence[str]) -> int:
    """How many people such a letter reaches today: accounts that are open, to which somebody has a password."""
    able = and_(account.c.closed_at.is_(None), account.c.password_hash.is_not(None))
    query = select(func.count()).select_from(account).where(able, _addressed(roles, departments))
    return int(conn.execute(query).scalar_one())


def opened(work: Work, letter_id: int) -> None:
    """This person has opened the letter: counted once."""
    row = {"letter_id": letter_id, "account_id": work.actor.id}
    try:
        with work.db.writing() as tx:
            known = select(letter_reading.c.at).where(*(letter_reading.c[n] == v for n, v in row.items()))
            if tx.execute(known).scalar() is None:
                tx.execute(insert(letter_reading).values(**row, at=work.on.now))
    except IntegrityError:
        pass  # at the very same moment, elsewhere
