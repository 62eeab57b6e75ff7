"""What a search finds: a number, a SIRET, words of titles and centres, or a candidate's name, accents and case aside.

Words are looked up in the small tables first and candidates in the database's own full text (FTS5, tsvector), so that what
is asked of the sessions is a list of numbers and not a pattern.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, TextClause, and_, column, false, func, or_, select, table, text

from portal.store.actors import Actor
from portal.store.candidates import candidate
from portal.store.places import centre
from portal.store.scope import visible_to, within
from portal.store.sessions import exam_session as s
from portal.store.text import fold
from portal.store.titles import title

MOST_WORDS = 8
MOST_PEOPLE = 500
MOST_HITS = 20_000
SHORTEST_NAME = 4
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
    if not all(w.replace("_", "").isalnum() for w in words):
        return Search(false(), few=True)
    titles = [_titles(conn, w) for w in words]
    centres = [_centres(conn, actor, w) for w in words]
    numbers = [[int(w)] if w.isascii() and w.isdecimal() and len(w) <= 9 else [] for w in words]
    people = _people(conn, actor, words)
    each = [_word(*found) for found in zip(titles, centres, numbers, strict=True)]
    parts = [] if any(one is None for one in each) else [and_(*(one for one in each if one is not None))]
    narrow = not parts or any(not t and len(c) <= FEW for t, c in zip(titles, centres, strict=True))
    if people:
        parts.append(s.c.id.in_(people))
    return Search(or_(*parts) if parts else false(), few=narrow)


def _word(titles: Sequence[int], centres: Sequence[int], numbers: Sequence[int]) -> ColumnElement[bool] | None:
    """The sessions that one word names; None when it names nothing."""
    places = [s.c.id == n for n in numbers]
    if titles:
        places.append(s.c.title_id.in_(titles))
    if centres:
        places.append(s.c.centre_id.in_(centres))
    return or_(*places) if places else None


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
    """The sessions of candidates of these names: whole words first, and only when nobody is called so, beginnings of words.

    Among the newest twenty thousand of that name, the newest five hundred of the person's scope.
    """
    if sum(len(w) for w in words) < SHORTEST_NAME or any(w.isdecimal() for w in words):
        return []
    return _called(conn, actor, words, whole=True) or _called(conn, actor, words, whole=False)


def _called(conn: Connection, actor: Actor, words: Sequence[str], *, whole: bool) -> list[int]:
    # Beginnings: the full text is asked for the longest word alone; a short one begins too many names to be intersected.
    longest = max(words, key=len)
    asked = list(words) if whole else [longest]
    fits: ColumnElement[bool] | TextClause
    if conn.dialect.name == "sqlite":
        match = " AND ".join(f'"{w}"' + ("" if whole else "*") for w in asked)
        fits = text("candidate_search MATCH :match").bindparams(match=match)
        hits = select(_fts.c.rowid.label("id")).where(fits).order_by(_fts.c.rowid.desc()).limit(MOST_HITS).subquery()
    else:
        match = " & ".join(f"'{w}'" + ("" if whole else ":*") for w in asked)
        fits = func.to_tsvector(text("'simple'"), candidate.c.sort_key).op("@@")(func.to_tsquery(text("'simple'"), match))
        hits = select(candidate.c.id).where(fits).order_by(candidate.c.id.desc()).limit(MOST_HITS).subquery()
    rest = [] if whole else [w for w in words if w is not longest]
    query = (
        select(candidate.c.session_id)
        .join_from(hits, candidate, candidate.c.id == hits.c.id)
        .join(s, s.c.id == candidate.c.session_id)
        .where(visible_to(actor), *((" " + candidate.c.sort_key).contains(f" {w}", autoescape=True) for w in rest))
        .order_by(hits.c.id.desc())
        .limit(MOST_PEOPLE)
    )
    return sorted(set(conn.execute(query).scalars()))
