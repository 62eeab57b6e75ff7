"""The kept sums: what changed is added up, and all of it is counted anew where it must be."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, TextClause, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is SQLite's, too

from portal.rules.lifecycle import Kind
from portal.store.database import Database
from portal.store.places import department
from portal.store.tallies import (
    ALL_TITLES,
    CENTRE,
    COUNTERS,
    EVERYTHING,
    NATION,
    REGION,
    UNIT,
    keys_of,
    of_result,
    of_session,
    tally,
    tally_change,
)

AT_ONCE = 1_000
_COLUMNS = tuple(tally.c.keys())
Key = tuple[str, str, str, int]  # of a row of tally

_SOME = select(tally_change).order_by(tally_change.c.id).limit(AT_ONCE).with_for_update(skip_locked=True)
_GONE = delete(tally_change).where(tally_change.c.id.in_(bindparam("gone", expanding=True)))
_NEW = insert(tally)
_ADDED = _NEW.on_conflict_do_update(
    index_elements=list(tally.primary_key), set_={name: tally.c[name] + _NEW.excluded[name] for name in COUNTERS}
)


def fold(db: Database) -> int:
    """Add up what changed, some at a time, each in a transaction of its own; how many changes. Several may do so at once."""
    done = 0
    while some := _fold(db):
        done += some
    return done


def _fold(db: Database) -> int:
    with db.reading() as conn:  # nobody is kept waiting where there is nothing to do
        if conn.execute(select(tally_change.c.id).limit(1)).first() is None:
            return 0
    with db.writing() as tx:
        regions = {row.code: row.region_code for row in tx.execute(select(department.c.code, department.c.region_code))}
        rows = tx.execute(_SOME).all()
        sums: dict[Key, Counter[str]] = defaultdict(Counter)
        for row in rows:
            changed = {name: number for name in COUNTERS if (number := row._mapping[name])}
            for key in _counts_in(row, regions):
                for name, number in changed.items():
                    sums[key][name] += number
        added = [
            dict(zip(_COLUMNS, (*key, *(sums[key][name] for name in COUNTERS)), strict=True))
            for key in sorted(sums)  # in one order, so that two of these never wait for each other in a circle
            if any(sums[key].values())
        ]
        if added:
            tx.execute(_ADDED, added)
        if rows:
            tx.execute(_GONE, {"gone": [row.id for row in rows]})
    return len(rows)


def _counts_in(row: Row[Any], regions: dict[str, str]) -> Iterator[Key]:
    """The sums that a change counts in."""
    place = ((UNIT, row.department_code), (REGION, regions[row.department_code]), (NATION, ""))
    for period in (row.month, row.month[:4], EVERYTHING):
        yield CENTRE, str(row.centre_id), period, row.title_id
        for level, code in place:
            yield level, code, period, row.title_id
            yield level, code, period, ALL_TITLES


# ---- all of it

_SUMS = ", ".join(f"sum(t.{name}) AS {name}" for name in COUNTERS)
_BASE = (CENTRE, UNIT)
_PLACE = {CENTRE: "CAST({}.centre_id AS varchar(10))", UNIT: "{}.department_code"}


def _counted(level: str, dialect: str) -> str:
    """The months of centres, or of units, counted from sessions and results."""
    place, month = _PLACE[level].format("s"), keys_of("s", dialect)[-1]
    key, by = (
        f"'{level}' AS level, {place} AS place, {month} AS period, s.title_id AS title_id",
        f"GROUP BY {place}, {month}, s.title_id",
    )
    found = []
    for counted, rows in (
        (of_session("s"), "exam_session s"),
        (of_result("r"), f"result r JOIN exam_session s ON s.id = r.session_id WHERE s.kind = '{Kind.TITLE.value}'"),
    ):
        sums = ", ".join(f"{f'sum({counted[name]})' if name in counted else '0'} AS {name}" for name in COUNTERS)
        found.append(f"SELECT {key}, {sums} FROM {rows} {by}")  # noqa: S608
    return " UNION ALL ".join(found)


def _rolled() -> Iterator[tuple[str, str]]:
    """What is the sum of other rows: a condition on those that it is, and those sums, one after the other."""
    for level in _BASE:
        for length, months in ((4, 7), (0, 4)):
            short = f"substr(t.period, 1, {length})"
            yield (
                f"t.level = '{level}' AND t.title_id > 0 AND length(t.period) = {length}",
                f"SELECT '{level}' AS level, t.place AS place, {short} AS period, t.title_id AS title_id, {_SUMS} FROM tally t "  # noqa: S608
                f"WHERE t.level = '{level}' AND t.title_id > 0 AND length(t.period) = {months} GROUP BY t.place, {short}, t.title_id",
            )
    yield (
        f"t.level = '{UNIT}' AND t.title_id = {ALL_TITLES}",
        f"SELECT '{UNIT}' AS level, t.place AS place, t.period AS period, {ALL_TITLES} AS title_id, {_SUMS} FROM tally t "  # noqa: S608
        f"WHERE t.level = '{UNIT}' AND t.title_id > 0 GROUP BY t.place, t.period",
    )
    yield (
        f"t.level = '{REGION}'",
        f"SELECT '{REGION}' AS level, d.region_code AS place, t.period AS period, t.title_id AS title_id, {_SUMS} FROM tally t "  # noqa: S608
        f"JOIN department d ON d.code = t.place WHERE t.level = '{UNIT}' GROUP BY d.region_code, t.period, t.title_id",
    )
    yield (
        f"t.level = '{NATION}'",
        f"SELECT '{NATION}' AS level, '' AS place, t.period AS period, t.title_id AS title_id, {_SUMS} FROM tally t "  # noqa: S608
        f"WHERE t.level = '{REGION}' GROUP BY t.period, t.title_id",
    )


_GROUP = "GROUP BY t.level, t.place, t.period, t.title_id"


def recount(tx: Connection) -> None:
    """Count everything anew from sessions and results: after rows were put in past what the database does by itself."""
    tx.execute(delete(tally_change))
    tx.execute(delete(tally))
    into = f"INSERT INTO tally ({', '.join(_COLUMNS)})"
    for level in _BASE:
        counted = _counted(level, tx.dialect.name)
        tx.execute(text(f"{into} SELECT t.level, t.place, t.period, t.title_id, {_SUMS} FROM ({counted}) t {_GROUP}"))  # noqa: S608
    for _, sums in _rolled():
        tx.execute(text(f"{into} {sums}"))


def differing(conn: Connection) -> Row[Any] | None:
    """The first sum that is not what sessions and results say, if any: its level, place, period and title."""
    for level in _BASE:
        place = _PLACE[level].format("c")
        waiting = f"SELECT '{level}', {place}, c.month, c.title_id, {', '.join('c.' + n for n in COUNTERS)} FROM tally_change c"  # noqa: S608
        of = f"t.level = '{level}' AND t.title_id > 0 AND length(t.period) = 7"
        if row := _first(conn, of, _counted(level, conn.dialect.name), waiting):
            return row
    return next((row for of, sums in _rolled() if (row := _first(conn, of, sums))), None)


def _first(conn: Connection, of: str, sums: str, *more: str) -> Row[Any] | None:
    """Where the kept sums, with `more`, are not these."""
    return conn.execute(_other(of, sums, *more)).first()


@cache
def _other(of: str, sums: str, *more: str) -> TextClause:
    kept = f"SELECT {', '.join('t.' + name for name in _COLUMNS)} FROM tally t WHERE {of}"  # noqa: S608
    less = f"SELECT level, place, period, title_id, {', '.join('-' + name for name in COUNTERS)} FROM ({sums}) n"  # noqa: S608
    wrong = " OR ".join(f"sum(t.{name}) <> 0" for name in COUNTERS)
    all_ = " UNION ALL ".join((kept, less, *more))
    query = f"SELECT t.level, t.place, t.period, t.title_id FROM ({all_}) t {_GROUP} HAVING {wrong} LIMIT 1"  # noqa: S608
    return text(query)
