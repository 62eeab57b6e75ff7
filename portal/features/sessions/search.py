"""What a search finds: a number or its beginning, a SIRET, words of titles and centres, or a candidate's name, accents and case aside.

Words are looked up in the small tables first and candidates in the database's own full text (FTS5, tsvector), so that what
is asked of the sessions is a list of numbers and not a pattern.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, column, false, func, or_, select, table, text, union_all

from portal.rules.names import full_name
from portal.store.actors import Actor
from portal.store.candidates import candidate
from portal.store.places import centre
from portal.store.scope import visible_to, within
from portal.store.sessions import exam_session as s
from portal.store.text import digits_in, fold
from portal.store.titles import title

MOST_WORDS = 8
MOST_PEOPLE = 500
MOST_HITS = 20_000
SHORTEST_NAME = 4
FEW = 20
SHORTEST_NUMBER = 4  # of the beginning of one: it names a thousand sessions of a million
LONGEST_NUMBER = 9
SHORTEST_SIREN = 9  # digits: so many are one SIREN or SIRET, however they are grouped
_fts = table("candidate_search", column("rowid"))


@dataclass(frozen=True)
class Called:
    """Candidates who bear these words in their names, `whole` or as beginnings."""

    words: Sequence[str]
    whole: bool


@dataclass(frozen=True)
class Search:
    """`condition` is on exam_session. `few`: it holds for so few that looking them up and sorting beats walking in order.
    `exact`: the number that was typed, whose session comes before those that only begin so. `called`: when candidates were found."""

    condition: ColumnElement[bool]
    few: bool
    exact: int | None = None
    called: Called | None = None


def search(conn: Connection, actor: Actor, typed: str) -> Search | None:
    """What `typed` means; None when nothing is asked."""
    digits = digits_in(typed)
    words = [digits] if len(digits) >= SHORTEST_SIREN else fold(typed).split()[:MOST_WORDS]
    words = [w for w in words if w != "id"] or words
    if not words:
        return None
    if not all(w.replace("_", "").isalnum() for w in words):
        return Search(false(), few=True)
    titles = [_titles(conn, w) for w in words]
    centres = [_centres(conn, actor, w) for w in words]
    people, called = _people(conn, actor, words)
    each = [_word(*found) for found in zip(titles, centres, words, strict=True)]
    parts = [] if any(one is None for one in each) else [and_(*(one for one in each if one is not None))]
    narrow = not parts or any(not t and len(c) <= FEW for t, c in zip(titles, centres, strict=True))
    if people:
        parts.append(s.c.id.in_(people))
    exact = int(words[0]) if len(words) == 1 and _is_number(words[0]) else None
    return Search(or_(*parts) if parts else false(), few=narrow, exact=exact, called=called if people else None)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= LONGEST_NUMBER


def _numbered(word: str) -> ColumnElement[bool]:
    """The session of this number, and those whose number begins so: a few stretches along the primary key."""
    if len(word) < SHORTEST_NUMBER or word.startswith("0"):
        return s.c.id == int(word)
    first, more = int(word), range(LONGEST_NUMBER - len(word) + 1)
    return s.c.id.in_(union_all(*(select(s.c.id).where(s.c.id.between(first * 10**n, (first + 1) * 10**n - 1)) for n in more)))


def _word(titles: Sequence[int], centres: Sequence[int], word: str) -> ColumnElement[bool] | None:
    """The sessions that one word names; None when it names nothing."""
    places = [_numbered(word)] if _is_number(word) else []
    if titles:
        places.append(s.c.title_id.in_(titles))
    if centres:
        places.append(s.c.centre_id.in_(centres))
    return or_(*places) if places else None


def _titles(conn: Connection, word: str) -> Sequence[int]:
    return conn.execute(select(title.c.id).where(title.c.search_key.contains(word, autoescape=True))).scalars().all()


def _centres(conn: Connection, actor: Actor, word: str) -> Sequence[int]:
    """The centres of the person's scope; a centre's own name is no search of its own sessions, a SIRET is exact or begins so."""
    places = [_holds(conn, centre.c.search_key, word)]
    if word.isascii() and word.isdecimal() and len(word) >= 3:
        places.append(centre.c.siret.startswith(word, autoescape=True))
    return (
        conn.execute(select(centre.c.id).where(within(actor, centre.c.department_code, centre.c.id), or_(*places)))
        .scalars()
        .all()
    )


def _holds(conn: Connection, where: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """Whether this word stands in it; both are folded, so that SQLite need not compare sign by sign, as LIKE does of thousands of
    rows."""
    return func.instr(where, word) > 0 if conn.dialect.name == "sqlite" else where.contains(word, autoescape=True)


def _people(conn: Connection, actor: Actor, words: Sequence[str]) -> tuple[list[int], Called]:
    """The sessions of candidates of these names: whole words first, and only when nobody is called so, beginnings of words.

    Among the newest twenty thousand of that name, the newest five hundred of the person's scope.
    """
    if sum(len(w) for w in words) < SHORTEST_NAME or any(w.isdecimal() for w in words):
        return [], Called(words, whole=True)
    if found := _called(conn, actor, words, whole=True):
        return found, Called(words, whole=True)
    return _called(conn, actor, words, whole=False), Called(words, whole=False)


def names_found(conn: Connection, called: Called, numbers: Iterable[int]) -> Mapping[int, Sequence[str]]:
    """Which candidates of these sessions a search has found, « NOM Prénom », by session. One query, of the sessions of a page."""
    end = " " if called.whole else ""
    names = " " + candidate.c.sort_key + " "
    query = (
        select(candidate.c.session_id, candidate.c.last_name, candidate.c.first_name)
        .where(candidate.c.session_id.in_(list(numbers)))
        .where(*(names.contains(f" {w}{end}", autoescape=True) for w in called.words))
        .order_by(candidate.c.session_id, candidate.c.sort_key, candidate.c.id)
    )
    found: dict[int, list[str]] = {}
    for row in conn.execute(query):
        found.setdefault(row.session_id, []).append(full_name(row.last_name, row.first_name))
    return found


def _called(conn: Connection, actor: Actor, words: Sequence[str], *, whole: bool) -> list[int]:
    # Beginnings: the full text is asked for the longest word alone; a short one begins too many names to be intersected.
    longest = max(words, key=len)
    asked = list(words) if whole else [longest]
    if conn.dialect.name == "sqlite":
        match = " AND ".join(f'"{w}"' + ("" if whole else "*") for w in asked)
        fits = text("candidate_search MATCH :match").bindparams(match=match)
        hits = select(_fts.c.rowid.label("id")).where(fits).order_by(_fts.c.rowid.desc()).limit(MOST_HITS).subquery()
    else:
        match = " & ".join(f"'{w}'" + ("" if whole else ":*") for w in asked)
        hits = select(func.candidates_called(match, MOST_HITS).column_valued("id")).subquery()
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
