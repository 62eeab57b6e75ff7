"""Volume for benches: many sessions and six candidates each, made by the database itself from arithmetic, the same each time.

What is made: nine tenths of the sessions lie in the past and are locked or have results, with the outcome of each candidate, or are
cancelled; about a tenth is what the measure of 2020 moves; a few are to come. Each centre is approved for eight titles; of
every fifty sessions one was asked to be postponed.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Index, insert, select, text
from stdnum import luhn

from portal.store.candidates import candidate, result
from portal.store.database import Database
from portal.store.france import DEPARTMENTS
from portal.store.places import centre
from portal.store.sessions import exam_session
from portal.store.summing import recount
from portal.store.text import fold
from portal.store.titles import title
from portal.store.work import Work

FIRST_NUMBER = 300_000
PART = 50_000
CANDIDATES = 6
SESSIONS_A_CENTRE, MOST_CENTRES, TITLES_A_CENTRE = 200, 5_000, 8
SESSIONS_A_REQUEST = 50
Progress = Callable[[Iterable[Any], str], Iterable[Any]]

SYLLABLES = ("ba", "cor", "del", "fer", "gau", "lan", "mar", "nes", "pel", "rou", "sab", "tan", "ver", "zim", "bel")
ENDINGS = ("don", "eau", "ier", "in", "ot", "el", "y", "ard", "et", "as")


def load(work: Work, wanted: int, titles: int, firsts: Iterable[str], progress: Progress) -> int:
    """So many more sessions. `titles`: how many of the titles, by number, have sessions."""
    if wanted <= 0:
        return 0
    db = work.db
    centres = min(MOST_CENTRES, max(1, wanted // SESSIONS_A_CENTRE))
    with _in_a_hurry(db):
        with db.writing() as tx:
            _places(tx, centres)
            _words(tx, titles, list(firsts))
            tx.execute(text(_approvals(db)))
        for start in progress(range(0, wanted, PART), "Sessions"):
            with db.writing() as tx:
                end = min(start + PART, wanted)
                tx.execute(text(_sessions(db)), {"a": start, "b": end - 1, "first": FIRST_NUMBER, "centres": centres})
                tx.execute(text(_candidates(db)), {"a": start * CANDIDATES, "b": end * CANDIDATES - 1, "first": FIRST_NUMBER})
                for statement in (_OUTCOMES, _ACQUIRED, _REQUESTS):
                    tx.execute(text(statement), {"a": FIRST_NUMBER + start, "b": FIRST_NUMBER + end - 1})
        with db.writing() as tx:
            for name in ("bulk_centre", "bulk_title", "bulk_last", "bulk_first"):
                tx.execute(text(f"DROP TABLE {name}"))
            work.record(tx, "bench_loaded", subject="bench", after={"sessions": wanted})
    return wanted


def _places(tx: Connection, count: int) -> None:
    """Centres in every department, and the order in which sessions are dealt to them."""
    codes = sorted(DEPARTMENTS)
    rows = []
    for i in range(count):
        code = codes[i % len(codes)]
        name = f"FORMATIONS {SYLLABLES[i % 15]}{ENDINGS[i // 15 % 10]} {DEPARTMENTS[code][0]} {i}".upper()
        rows.append({"siret": _siret(i), "name": name, "department_code": code, "search_key": fold(name)[:200]})
    tx.execute(insert(centre), rows)
    tx.execute(text("CREATE TABLE bulk_centre (pos INTEGER PRIMARY KEY, id INTEGER, department_code VARCHAR(3))"))
    known = tx.execute(select(centre.c.id, centre.c.department_code).order_by(centre.c.id.desc()).limit(count)).all()
    dealt = [{"pos": i, "id": r.id, "code": r.department_code} for i, r in enumerate(known)]
    tx.execute(text("INSERT INTO bulk_centre VALUES (:pos, :id, :code)"), dealt)


def _siret(i: int) -> str:
    """An invented SIRET with a valid key, in a range where no company stands; the establishment's key ends it."""
    base = f"9100{i:05}0001"
    return base + luhn.calc_check_digit(base)


def _words(tx: Connection, titles: int, firsts: list[str]) -> None:
    lasts = [f"{a}{b}{c}".title() for a in SYLLABLES for b in SYLLABLES for c in ENDINGS]
    tx.execute(text("CREATE TABLE bulk_title (pos INTEGER PRIMARY KEY, id INTEGER)"))
    ids = tx.execute(select(title.c.id).order_by(title.c.id).limit(titles)).scalars().all()
    tx.execute(text("INSERT INTO bulk_title VALUES (:pos, :id)"), [{"pos": i, "id": t} for i, t in enumerate(ids)])
    for name, words in (("bulk_last", lasts), ("bulk_first", firsts)):
        tx.execute(text(f"CREATE TABLE {name} (pos INTEGER PRIMARY KEY, word VARCHAR(60), folded VARCHAR(60))"))
        rows = [{"pos": i, "word": w, "folded": fold(w)} for i, w in enumerate(words)]
        tx.execute(text(f"INSERT INTO {name} VALUES (:pos, :word, :folded)"), rows)  # noqa: S608


def _series(db: Database) -> str:
    if db.is_sqlite:
        return "WITH RECURSIVE n(i) AS (SELECT :a UNION ALL SELECT i + 1 FROM n WHERE i < :b)"
    return "WITH n AS (SELECT i FROM generate_series(CAST(:a AS bigint), CAST(:b AS bigint)) AS i)"


def _dice(expression: str, salt: int) -> str:
    """A number that looks drawn and is always the same."""
    return f"((({expression}) * 48271 + {salt}) % 2147483647 * 69621 % 2147483647)"


def _day(db: Database, start: str, days: str) -> str:
    return f"date('{start}', '+' || ({days}) || ' days')" if db.is_sqlite else f"(DATE '{start}' + CAST({days} AS integer))"


def _sessions(db: Database) -> str:
    kind, where, when, long = (_dice("i", salt) for salt in (11, 23, 37, 53))
    begin = f"""CASE WHEN kind < 11 THEN {_day(db, "2020-03-01", "drawn % 91")}
        WHEN kind < 14 THEN {_day(db, "2020-06-15", "drawn % 180")}
        ELSE {_day(db, "2011-01-03", "drawn % 3280")} END"""
    end = "date(starts_on, '+' || days || ' days')" if db.is_sqlite else "starts_on + CAST(days AS integer)"
    moment = "starts_on || ' 08:00:00.000000'" if db.is_sqlite else "CAST(starts_on AS timestamp)"
    return f"""{_series(db)},
        drawn AS (SELECT i, {kind} % 100 AS kind, {where} AS place, {when} AS drawn, {long} % 40 AS days FROM n),
        dated AS (SELECT d.*, {begin} AS starts_on FROM drawn d),
        whole AS (SELECT d.*, {end} AS ends_on,
            CASE WHEN kind < 11 THEN CASE WHEN place % 3 = 0 THEN 'dte_envoye' ELSE 'convocations_envoyees' END
                 WHEN kind < 14 THEN CASE place % 3 WHEN 0 THEN 'en_preparation' WHEN 1 THEN 'demande_dte_envoyee' ELSE 'dte_envoye' END
                 WHEN kind < 20 THEN 'annulee' WHEN kind < 23 THEN 'resultats_saisis' ELSE 'verrouillee' END AS status
            FROM dated d)
        INSERT INTO exam_session (id, centre_id, department_code, title_id, kind, starts_on, ends_on, place, session_manager,
            status, status_at, status_by, version)
        SELECT :first + i, c.id, c.department_code, t.id, 'titre', starts_on, ends_on, '', '', status, {moment}, 'REPRISE', 1
        FROM whole JOIN bulk_centre c ON c.pos = place % :centres
            JOIN bulk_title t ON t.pos = (place % :centres * {TITLES_A_CENTRE} + place / 7 % {TITLES_A_CENTRE}) % (SELECT count(*) FROM bulk_title)
        ORDER BY i"""  # noqa: S608


def _candidates(db: Database) -> str:
    last, first, born = (_dice("i", salt) for salt in (71, 89, 97))
    return f"""{_series(db)},
        drawn AS (SELECT i, {last} % (SELECT count(*) FROM bulk_last) AS last, {first} % (SELECT count(*) FROM bulk_first) AS first,
            {born} % 14000 + i % {CANDIDATES} AS born FROM n)
        INSERT INTO candidate (session_id, last_name, first_name, born_on, email, sort_key)
        SELECT :first + i / {CANDIDATES}, l.word, f.word, {_day(db, "1960-01-01", "born")}, '', l.folded || ' ' || f.folded
        FROM drawn d JOIN bulk_last l ON l.pos = d.last JOIN bulk_first f ON f.pos = d.first
        ORDER BY i"""  # noqa: S608


# How many of a hundred candidates: the titre, part of it, nothing, never came; a centre's own hand shows.
_DRAWN = f"{_dice('CAST(c.id AS bigint)', 61)} % 100 - s.centre_id % 5 * 2"
_OUTCOMES = f"""INSERT INTO result (session_id, candidate_id, certificate_id, outcome, definitive)
    SELECT c.session_id, c.id, NULL, CASE WHEN {_DRAWN} < 66 THEN 'titre' WHEN {_DRAWN} < 80 THEN 'partiel'
        WHEN {_DRAWN} < 92 THEN 'echec' ELSE 'absent' END, true
    FROM exam_session s JOIN candidate c ON c.session_id = s.id
    WHERE s.id BETWEEN :a AND :b AND s.status IN ('resultats_saisis', 'verrouillee') ORDER BY c.id"""  # noqa: S608
_ACQUIRED = f"""INSERT INTO result (session_id, candidate_id, certificate_id, outcome, definitive)
    SELECT c.session_id, c.id, (SELECT min(k.id) FROM certificate k WHERE k.title_id = s.title_id), 'acquis', true
    FROM exam_session s JOIN candidate c ON c.session_id = s.id
    WHERE s.id BETWEEN :a AND :b AND s.status IN ('resultats_saisis', 'verrouillee') AND {_DRAWN} BETWEEN 66 AND 79 ORDER BY c.id"""  # noqa: S608
_REQUESTS = f"""INSERT INTO request (kind, status, centre_id, department_code, title_id, session_id, wanted_start, wanted_end, reason,
        lockdown_cause, made_at, made_by, answered_at, answered_by, answer)
    SELECT 'report', 'refusee', centre_id, department_code, title_id, id, starts_on, ends_on, 'Salle indisponible', false,
        status_at, 'REPRISE', status_at, 'REPRISE', 'Trop tard'
    FROM exam_session WHERE id BETWEEN :a AND :b AND id % {SESSIONS_A_REQUEST} = 0 ORDER BY id"""  # noqa: S608


def _approvals(db: Database) -> str:
    """Of each centre for its titles, since the first sessions."""
    series = _series(db).replace(":a", "0").replace(":b", str(TITLES_A_CENTRE - 1))
    place = f"(c.pos * {TITLES_A_CENTRE} + n.i) % (SELECT count(*) FROM bulk_title)"  # noqa: S608
    return f"""{series} INSERT INTO approval (number, centre_id, title_id, valid_from, valid_to)
        SELECT DISTINCT 'V' || c.id || '-' || t.id, c.id, t.id, {_day(db, "2011-01-01", "0")}, {_day(db, "2025-12-31", "0")}
        FROM bulk_centre c CROSS JOIN n JOIN bulk_title t ON t.pos = {place}"""  # noqa: S608


FOLLOWERS = ("candidate_search", "tally")  # what the database keeps by itself, made once, at the end


@contextmanager
def _in_a_hurry(db: Database) -> Iterator[None]:
    """Indexes, full text and sums are made once, at the end, and not row by row."""
    indexes = [i for t in (exam_session, candidate, result) for i in t.indexes]
    triggers: list[str] = []
    with db.engine.connect() as conn, conn.begin():
        for index in indexes:
            index.drop(conn)
        if db.is_sqlite:
            like = " OR ".join(f"name LIKE '{name}%'" for name in FOLLOWERS)
            found = f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND ({like})"  # noqa: S608
            for name, sql in conn.execute(text(found)).all():
                triggers.append(sql)
                conn.execute(text(f"DROP TRIGGER {name}"))
        else:
            _follow(conn, "DISABLE")
    yield
    with db.engine.connect() as conn, conn.begin():
        _restore(conn, indexes, triggers, db)
        recount(conn)
    db.analyze()


def _follow(conn: Connection, verb: str) -> None:
    """PostgreSQL: let the sums follow the rows, or not."""
    found = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE 'tally%'"
    for table, name in conn.execute(text(found)).all():
        conn.execute(text(f"ALTER TABLE {table} {verb} TRIGGER {name}"))


def _restore(conn: Connection, indexes: list[Index], triggers: list[str], db: Database) -> None:
    for index in indexes:
        index.create(conn)
    if not db.is_sqlite:
        _follow(conn, "ENABLE")
        return
    conn.execute(text("INSERT INTO candidate_search(candidate_search) VALUES ('rebuild')"))
    for sql in triggers:
        conn.exec_driver_sql(sql)
