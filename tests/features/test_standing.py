"""What stands in the tables is what the trail says: after a whole life, each change by hand is found and named; none is invented."""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, LargeBinary, Table, TypeDecorator, text

from portal.cli import cli
from portal.features.standing.checking import Told, differing, hear, verify
from portal.store.tables import metadata
from tests.support.by_hand import tried
from tests.support.life import live
from tests.support.lived import after_life
from tests.support.service import serve
from tests.support.world import World

# What no event tells of, and why nothing is compared.
UNTOLD = {
    **dict.fromkeys(("audit_event", "audit_head", "audit_tile"), "the trail itself: tests/features/test_trail.py"),
    "clear_value": "what events commit to: compared with the events themselves (tests/features/test_personal.py)",
    "measure_line": "bound line by line by the event of its run",
    "guess": "counts that end by themselves",
    "sign_in": "who is signed in: it ends by itself, and the security journal tells of it",
    "security_entry": "a journal of its own",
    **dict.fromkeys(("mail", "notice", "letter_reading"), "what was sent, and what of it was read"),
    "kept_paper": "what goes with a letter that is being written",
    "recovery_code": "secrets of their person: that they are made and used is told, and not which they are",
}
# The columns that no event tells of in tables of which one tells.
DERIVED, COUNTED = "worked out from other columns", "counted up at each change"
COLUMNS = {
    "account.salt": "a secret of what events commit to",
    "account.mailing": "a person's own choice of mails",
    **dict.fromkeys(("account.closed_at", "account.invited_at"), "that it is so is told, and the event says when"),
    **dict.fromkeys(("account.next_email", "account.next_email_at", "account.invitation"), "of a link that waits"),
    **dict.fromkeys(("calendar_feed.nonce", "personal_link.nonce"), "a secret of its person"),
    "personal_link.id": "told by whose it is, not by number",
    "personal_link.made_at": "the event says when",
    "personal_link.message_id": "of what was sent",
    **dict.fromkeys((f"factor.{n}" for n in ("credential", "secret", "counter", "browser", "added_at", "used_at")), "a secret"),
    "candidate.convened_for": "that the candidates were convened is told of their session",
    **dict.fromkeys((f"{table}.search_key" for table in ("centre", "title")), DERIVED),
    **dict.fromkeys(("candidate.sort_key", "jury_member.sort_key"), DERIVED),
    "certificate.position": "their order",
    "minutes_part.number": "their order, which the digest of the whole holds",
    "tally_change.id": "their order",
    **dict.fromkeys(
        (f"{table}.id" for table in ("accreditation", "approval", "certificate", "result")), "told by what it is, not by number"
    ),
    **dict.fromkeys((f"{table}.creation_key" for table in ("exam_session", "letter", "request")), "of the form that made it"),
    "request.department_code": "of its centre: the database holds them together",
    **dict.fromkeys((f"draw.{name}" for name in ("department_code", "starts_from", "starts_to")), "bounds of what was drawn"),
    "signal_note.department_code": "of the session or the centre that it is about",
    **dict.fromkeys(("request.candidate_id", "request.wanted_outcome"), "told in words of the sheet"),
    **dict.fromkeys(
        (
            f"{table}.version"
            for table in ("account", "centre", "department", "exam_session", "jury_member", "letter", "region", "title")
        ),
        COUNTED,
    ),
    **dict.fromkeys(("deposit_line.id", "deposit_line.latest", "exam_session.deposited_version"), DERIVED),
    **dict.fromkeys(("deposit_line.salt", "deposit_line.reason"), "gone with the people of its session"),
    "region.name": "as the migrations wrote it",
    **dict.fromkeys(
        (f"department.unit_{name}" for name in ("email", "name", "phone")), "told where it was changed: the first is"
    ),
    **dict.fromkeys(("region.email", "region.phone"), "told where it was changed: the first is"),
}
COMPARED = [table for table in metadata.sorted_tables if table.name not in UNTOLD]


@pytest.fixture
def lived(request: pytest.FixtureRequest, world: World, shared: Path) -> Iterator[World]:
    if request.node.get_closest_marker("bare"):
        live(world)
    else:
        after_life(world, shared)
    serve(world)
    yield world
    world.close()


def broken(w: World) -> str | None:
    with w.db.snapshot() as conn:
        return verify(conn, w.db.audit_key).broken


def test_a_life_with_a_measure_applied_and_taken_back_is_what_its_trail_says(lived: World) -> None:
    assert broken(lived) is None
    empty = [table.name for table in COMPARED if not lived.scalar(f"SELECT count(*) FROM {table.name}")]
    assert empty == [], "nothing is shown of these"


# ---- every table, every column


@contextmanager
def heard(w: World, *first: str) -> Iterator[Callable[..., str | None]]:
    """What differs from the trail after statements, which are taken back: triggers and trail are gone through once for all of them.
    `first`: statements that go before; `alone`: what is no session is looked at alone."""
    with tried(w.db, *first) as tx:
        trail, told = hear(tx, w.db.audit_key)
        assert trail.broken is None
        packed = pickle.dumps(told.things.told)  # what differs is taken out of it

        def said_after(sql: str, *, alone: bool = False) -> str | None:
            fresh = Told(runs=told.runs, deposits=told.deposits)
            fresh.things.told, fresh.things.last = pickle.loads(packed), told.things.last
            with tx.begin_nested() as point:
                tx.exec_driver_sql(sql)
                said = next(fresh.things.differing(tx, whole=True) if alone else differing(tx, fresh), None)
                point.rollback()
            return said

        yield said_after


def other(column: Column[object]) -> str:
    """SQL of another value than the column holds."""
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    name = f'"{column.name}"'
    if isinstance(kind, Boolean):
        return f"NOT {name}"
    if isinstance(kind, Integer | BigInteger):
        return f"coalesce({name}, 0) + 77"
    if isinstance(kind, DateTime):
        return f"coalesce(strftime('%Y-%m-%d %H:%M:%f000', {name}, '+77 days'), '2001-01-01 00:00:00.000000')"
    if isinstance(kind, Date):
        return f"coalesce(date({name}, '+77 days'), '2001-01-01')"
    return f"CAST(coalesce({name}, '') || '1' AS BLOB)" if isinstance(kind, LargeBinary) else f"coalesce({name}, '') || '1'"


@pytest.mark.bare
@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_every_column_of_every_table_is_compared_or_listed_with_the_reason_why_not(lived: World) -> None:
    assert UNTOLD.keys() <= metadata.tables.keys()
    with heard(lived, "PRAGMA ignore_check_constraints = ON") as said_after:
        wrong = [where for table in COMPARED for where in wrongly_named(table, said_after)]
    assert wrong == []


def wrongly_named(table: Table, said_after: Callable[..., str | None]) -> Iterator[str]:
    """Each column that is listed is changed with the others of its table, and none of them named; each that is not, alone."""
    listed = [column for column in table.c if f"{table.name}.{column.name}" in COLUMNS]
    if listed and (said := said_after(changed(table, *listed))):
        yield f"{said}: named although it is listed"
    alone = table.name != "exam_session" and "session_id" not in table.c
    ways = {column.name: changed(table, column) for column in table.c if column not in listed}
    for way, sql in {**ways, "all rows": f"DELETE FROM {table.name}"}.items():
        if not ((alone and said_after(sql, alone=True)) or said_after(sql)):
            yield f"{table.name}.{way}: not named although it is not listed"


def changed(table: Table, *columns: Column[object]) -> str:
    """SQL that changes these columns in the last row."""
    key = ", ".join(f'"{c.name}"' for c in table.primary_key.columns)
    values = ", ".join(f'"{column.name}" = {other(column)}' for column in columns)
    return f"UPDATE {table.name} SET {values} WHERE ({key}) = (SELECT {key} FROM {table.name} ORDER BY {key} DESC LIMIT 1)"


# ---- how it is named, on both databases

CHANGES = {
    "an end": (
        "UPDATE exam_session SET ends_on = '2021-01-04' WHERE id = 2",
        "session 2 : Date de fin : 04/01/2021 dans la base",
    ),
    "a real end": ("UPDATE exam_session SET actual_end_on = '2020-07-01' WHERE id = 2", "session 2 : Date réelle de fin"),
    "a status": (
        "UPDATE exam_session SET status = 'en_preparation' WHERE id = 2",
        "session 2 : Statut : « En préparation » dans la base, «",
    ),
    "a place": ("UPDATE exam_session SET place = 'Ailleurs' WHERE id = 1", "session 1 : Lieu : « Ailleurs » dans la base"),
    "a day of the exam": (
        "UPDATE exam_session SET exam_starts_on = '2020-06-01', exam_ends_on = '2020-06-02' WHERE id = 4",
        "session 4 : Premier jour d’examen",
    ),
    "a session less": ("DELETE FROM exam_session WHERE id = 3", "session 3 : le journal la connaît, et elle n’existe plus"),
    "a result": ("UPDATE result SET outcome = 'absent' WHERE id = (SELECT min(id) FROM result)", "les résultats du candidat n°"),
    "a result less": ("DELETE FROM result WHERE id = (SELECT max(id) FROM result)", "les résultats du candidat n°"),
    "a draft": ("UPDATE result SET definitive = NOT definitive", "ses résultats sont"),
    "a name": ("UPDATE candidate SET last_name = 'AUTRE' WHERE id = 1", "candidat n° 1 : Nom : « AUTRE » dans la base, « "),
    "a birth date": (
        "UPDATE candidate SET born_on = '1999-01-01' WHERE id = 1",
        "candidat n° 1 : Date de naissance : 01/01/1999",
    ),
    "a candidate more": (
        "INSERT INTO candidate (id, session_id, last_name, first_name, born_on, email, sort_key) "
        "VALUES (99, 4, 'Faux', '', '1990-01-01', '', 'faux')",
        "session 4 : les candidats inscrits ne sont pas ceux que dit le journal (n° 99) (événement ",
    ),
    "a juror": ("DELETE FROM session_jury WHERE session_id = 1", "session 1 : les membres du jury ne sont pas ceux que dit"),
    "a link": ("DELETE FROM trainer_link", "les liens entre jury et candidats"),
    "a document": ("UPDATE document SET said = '{}'", "les documents établis ne sont pas ceux que dit le journal"),
    "a role": (
        "UPDATE account SET role = 'national', centre_id = NULL, manager = 0 WHERE email = 'centre@test.example'",
        "compte n° 2 : Centre : (vide) dans la base, 1 dans le journal",
    ),
    "another department": ("UPDATE account SET department_code = '75' WHERE email = 'ud94@test.example'", "Département : « 75 »"),
    "a password": ("UPDATE account SET password_hash = 'x' WHERE email = 'ud94@test.example'", "mot de passe"),
    "an account reopened": ("UPDATE account SET closed_at = NULL", "sa fermeture"),
    "an account more": (
        "INSERT INTO account (id, email, name, role) VALUES (99, 'x@test.example', 'X', 'national')",
        "compte n° 99 : aucun événement n’en parle",
    ),
    "an answer": (
        "UPDATE request SET status = 'refusee', granted_start = NULL, granted_end = NULL WHERE status = 'acceptee'",
        "session 1 : demande n° 3 : Début accordé : (vide) dans la base, 03/06/2020 dans le journal",
    ),
    "a wish": ("UPDATE request SET wanted_end = '2020-12-31'", "Fin souhaitée : 31/12/2020 dans la base"),
    "a request less": ("DELETE FROM request WHERE id = 1", "demande n° 1 : le journal en parle, et il n’y en a plus trace"),
    "a limit": ("UPDATE setting SET value = '1' WHERE key = 'dte_days'", "réglage dte_days : Valeur : « 1 » dans la base"),
    "a centre": ("UPDATE centre SET siret = '1' WHERE id = 1", "centre n° 1 : SIRET : « 1 » dans la base"),
    "an expiry": ("UPDATE title SET expires_on = '2030-01-01'", "Échéance : 01/01/2030 dans la base"),
    "an approval": ("UPDATE approval SET valid_to = '2030-01-01'", "Fin : 01/01/2030 dans la base"),
    "a draw": ("UPDATE draw SET drawn = '1'", "tirage n° 1"),
    "a letter": ("UPDATE letter SET text = 'Autre'", "lettre d’information n° 1 : son texte n’est pas ce que dit le journal"),
    "a measure": ("UPDATE measure_run SET touched = 0", "application n° 1"),
    "a count": ("UPDATE session_total SET number = 7 WHERE centre_id = 1", "centre n° 1 : le nombre de ses sessions"),
    "a sum over the years": ("UPDATE tally SET came = came + 1 WHERE level = 'nation'", "sommes gardées par la base : France"),
    "a change of a sum": ("DELETE FROM tally_change", "sommes gardées par la base : centre n° 1"),
}


@pytest.mark.bare
def test_what_is_changed_by_hand_is_named(lived: World) -> None:
    with heard(lived) as said_after:
        said = {change: said_after(sql) for change, (sql, _) in CHANGES.items()}
    assert {change: words for change, words in said.items() if CHANGES[change][1] not in (words or "")} == {}
    with tried(lived.db, "DELETE FROM audit_event") as tx:
        assert "fin du journal" in str(verify(tx, lived.db.audit_key).broken)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_cannot_even_be_read_any_more_is_named(lived: World) -> None:
    with tried(lived.db, "UPDATE exam_session SET ends_on = 'demain' WHERE id = 2") as tx:
        assert "ne se lit plus" in str(verify(tx, lived.db.audit_key).broken)


def test_a_session_that_nobody_made_is_named(lived: World) -> None:
    columns = "centre_id, department_code, title_id, kind, starts_on, ends_on, status, status_at, status_by"
    sql = f"INSERT INTO exam_session (id, {columns}) SELECT 900, {columns} FROM exam_session WHERE id = 2"
    with tried(lived.db, sql) as tx:
        assert verify(tx, lived.db.audit_key).broken == "session 900 : aucun événement ne dit d’où elle vient"


def test_no_trail_at_all_beside_data_is_a_fault(lived: World) -> None:
    with tried(lived.db, "DELETE FROM audit_event", "DELETE FROM audit_head", "DELETE FROM audit_tile") as tx:
        assert verify(tx, lived.db.audit_key).broken == "session 1 : aucun événement ne dit d’où elle vient"
        tx.execute(text("DELETE FROM exam_session"))
        assert verify(tx, lived.db.audit_key).broken == "compte n° 1 : aucun événement n’en parle"


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_command_names_the_first_place_and_ends_with_one(world: World) -> None:
    world.session(2, "02/03/2020", "20/04/2020")
    settings = {
        "PORTAL_ENV": "demo",
        "PORTAL_DATABASE_URL": world.db.url.render_as_string(hide_password=False),
        "PORTAL_SECRET_KEY": "k" * 31 + "1",
        "PORTAL_AUDIT_KEY": "",
    }
    said = CliRunner().invoke(cli, ["audit", "verify"], env=settings)
    assert said.exit_code == 1 and "Journal rompu" in said.stderr
