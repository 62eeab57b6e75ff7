"""What a search finds: a number, a SIRET, words of titles and centres, or a candidate's name, accents and case aside.

Words are looked up in the small tables first and candidates in the database's own full text (FTS5, tsvector), so that what
is asked of the sessions is a list of numbers and not a pattern.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, column, false, func, or_, select, table, text

from portal.store.actors import Actor
from portal.store.candidates import candidate
from portal.store.places import centre
from portal.store.scope import visible_to, within
from portal.store.sessions import exam_session as s
from portal.store.text import fold
from portal.store.titles import title

MOST_WORDS = 8
MOST_PEOPLE = 500
FEW = 20
_fts = table("candidate_search", column("rowid"))


@dataclass(frozen=True)
class Search:
    """`condition` is on exam_session. `few`: it holds for so few that looking them up and sorting beats walking in order."""

    condition: ColumnElement[bool]
    few: bool


def search(conn: Connection, actor: Actor, typed: str) -> Search | None:
    """What `typed` means; None when nothing is asked."""
    words = fold(typed).split()[:MOST_WORDS]
    words = [w for w in words if w != "id"] or words
    if not words:
        return None
    titles = [_titles(conn, w) for w in words]
    centres = [_centres(conn, actor, w) for w in words]
    numbers = [[int(w)] if w.isascii() and w.isdecimal() and len(w) <= 9 else [] for w in words]
    people = _people(conn, actor, words)
    each = [
        or_(s.c.title_id.in_(t), s.c.centre_id.in_(c), s.c.id.in_(n)) if t or c or n else false()
        for t, c, n in zip(titles, centres, numbers, strict=True)
    ]
    everywhere = all(t or c or n for t, c, n in zip(titles, centres, numbers, strict=True))
    narrow = any(not t and len(c) <= FEW for t, c in zip(titles, centres, strict=True))
    parts: list[ColumnElement[bool]] = []
    if everywhere:
        condition = each[0]
        for one in each[1:]:
            condition = condition & one
        parts.append(condition)
    if people:
        parts.append(s.c.id.in_(people))
    return Search(or_(*parts) if parts else false(), few=narrow or not everywhere)


def _titles(conn: Connection, word: str) -> Sequence[int]:
    return conn.execute(select(title.c.id).where(title.c.search_key.contains(word, autoescape=True))).scalars().all()


def _centres(conn: Connection, actor: Actor, word: str) -> Sequence[int]:
    """The centres of the person's scope; a centre's own name is no search of its own sessions, a SIRET is exact or begins so."""
    places = [centre.c.search_key.contains(word, autoescape=True)]
    if word.isascii() and word.isdecimal() and len(word) >= 3:
        places.append(centre.c.siret.startswith(word, autoescape=True))
    return (
        conn.execute(select(centre.c.id).where(within(actor, centre.c.department_code, centre.c.id), or_(*places)))
        .scalars()
        .all()
    )


def _people(conn: Connection, actor: Actor, words: Sequence[str]) -> list[int]:
    """The sessions of the candidates whose names hold every word, or begin with it: the newest five hundred of the scope."""
    if any(len(w) < 2 for w in words) or any(w.isdecimal() for w in words):
        return []
    if conn.dialect.name == "sqlite":
        match = " AND ".join(f'"{w}"*' for w in words)
        hit = candidate.c.id.in_(select(_fts.c.rowid).where(text("candidate_search MATCH :match").bindparams(match=match)))
    else:
        match = " & ".join(f"'{w}':*" for w in words)
        hit = func.to_tsvector(text("'simple'"), candidate.c.sort_key).op("@@")(func.to_tsquery(text("'simple'"), match))
    query = (
        select(candidate.c.session_id)
        .join(s, s.c.id == candidate.c.session_id)
        .where(hit, visible_to(actor))
        .order_by(candidate.c.id.desc())
        .limit(MOST_PEOPLE)
    )
    return sorted(set(conn.execute(query).scalars()))
