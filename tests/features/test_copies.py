"""A copy made while the portal serves, restored elsewhere, is the same to the last row; a bad one is told, and nothing is written."""

import json
import threading
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from portal.cli import cli
from portal.features.standing.checking import verify
from portal.settings import Settings
from portal.store import copies, migrate
from portal.store.copies import BadCopy, CannotCopy, archive
from portal.store.database import Database
from tests.guard.test_growing import rows
from tests.support.released import SECRET_KEY, released
from tests.support.schema import differences, empty_like, shape
from tests.support.world import World

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
on_sqlite = pytest.mark.parametrize("db", ["sqlite"], indirect=True)


@pytest.fixture
def w(world: World) -> World:
    world.session(1, "01/06/2020", "12/06/2020", candidates=5)
    world.session(2, "16/03/2020", "20/04/2020")
    world.measure()
    return world


def portal(db: Database, *words: str, key: str = SECRET_KEY) -> Result:
    own = {"PORTAL_ENV": "demo", "PORTAL_DATABASE_URL": db.url.render_as_string(hide_password=False), "PORTAL_SECRET_KEY": key}
    return CliRunner().invoke(cli, words, env=own)


def test_what_is_restored_is_what_was_copied(w: World, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    made = copies.backup(w.db, file, NOW)
    assert (made.events, made.schema, made.made_at) == (
        w.scalar("SELECT count FROM audit_head"),
        head(w.db),
        "2026-01-02T03:04:00+00:00",
    )
    assert file.stat().st_mode & 0o777 == 0o600 and [f.name for f in tmp_path.iterdir() if "copy" in f.name] == ["copy"]
    with empty_like(w.db) as other:
        migrate.upgrade(other)  # a schema without any row is empty
        copies.restore(other, file)
        assert rows(other) == rows(w.db)
        assert differences(shape(w.db), shape(other)) == {}
        with other.snapshot() as conn:
            assert verify(conn, w.db.audit_key).broken is None
        again = World.__new__(World)
        again.__dict__.update(w.__dict__, db=other, people={})
        again.session(3, "01/09/2020", "12/09/2020")
        assert again.scalar("SELECT count(*) FROM candidate") == 9, "numbers go on where they were"


def head(db: Database) -> str:
    with db.reading() as conn:
        return migrate.state(conn).expected


def test_a_copy_is_of_one_moment_though_others_write(w: World, tmp_path: Path) -> None:
    w.as_("ud75"), w.as_("region")
    going, done = threading.Event(), threading.Event()

    def write() -> None:
        number = 10
        while not done.is_set():
            w.session(number, "01/06/2020", "12/06/2020")
            number += 1
            going.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert going.wait(30)
        made = copies.backup(w.db, tmp_path / "copy", NOW)
    finally:
        done.set()
        writer.join()
    with empty_like(w.db) as other:
        copies.restore(other, tmp_path / "copy")
        with other.snapshot() as conn:
            trail = verify(conn, w.db.audit_key)
    assert (trail.broken, trail.events) == (None, made.events)


def test_a_copy_of_an_older_version_is_brought_up_and_verified(db: Database, tmp_path: Path) -> None:
    with released(db) as old:
        assert portal(old, "backup", str(tmp_path / "copy")).exit_code == 0
        with empty_like(db) as other:
            done = portal(other, "restore", str(tmp_path / "copy"))
            assert done.exit_code == 0 and "Journal intact" in done.output, done.output
            assert migrate.is_current(other)


@on_sqlite
def test_only_an_empty_database_is_restored_into(w: World, tmp_path: Path) -> None:
    copies.backup(w.db, tmp_path / "copy", NOW)
    before = rows(w.db)
    with pytest.raises(CannotCopy, match="n’est pas vide"):
        copies.restore(w.db, tmp_path / "copy")
    assert rows(w.db) == before
    with empty_like(w.db) as other:
        with other.writing() as tx:
            tx.execute(text("CREATE TABLE theirs (a INTEGER)"))
        with pytest.raises(CannotCopy, match="n’est pas vide"):
            copies.restore(other, tmp_path / "copy")
    with pytest.raises(CannotCopy, match="existe déjà"):
        copies.backup(w.db, tmp_path / "copy", NOW)


# ---- what is no copy


@pytest.fixture
def kept(w: World, tmp_path: Path) -> Path:
    copies.backup(w.db, tmp_path / "copy", NOW)
    return tmp_path / "copy"


def rewritten(file: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """The same archive, whole for the reader of archives, with other parts."""
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(file, "w") as new:
        for name, content in parts.items():
            if (changed := change(name, content)) is not None:
                new.writestr(name, changed)


def manifest(**more: object) -> Callable[[str, bytes], bytes]:
    def change(name: str, content: bytes) -> bytes:
        return json.dumps({**json.loads(content), **more}).encode() if name == archive.MANIFEST else content

    return change


SPOILT: dict[str, Callable[[Path], object]] = {
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-200]),
    "empty": lambda file: file.write_bytes(b""),
    "another file": lambda file: file.write_text("bonjour"),
    "some bytes": lambda file: file.write_bytes((b := file.read_bytes())[:300] + bytes(99) + b[399:]),
    "a part": lambda file: rewritten(file, lambda name, content: content if name == archive.MANIFEST else content + b" "),
    "a part less": lambda file: rewritten(file, lambda name, content: content if name == archive.MANIFEST else None),
    "no manifest": lambda file: rewritten(file, lambda name, content: None if name == archive.MANIFEST else content),
    "a manifest of something else": lambda file: rewritten(
        file, lambda name, content: b"[1]" if name == archive.MANIFEST else content
    ),
    "a later form": lambda file: rewritten(file, manifest(form=2)),
}


@on_sqlite
def test_a_file_that_is_no_whole_copy_is_told_and_nothing_is_written(w: World, kept: Path) -> None:
    whole_copy = kept.read_bytes()
    with empty_like(w.db) as other:
        for name, spoil in SPOILT.items():
            kept.write_bytes(whole_copy)
            spoil(kept)
            with pytest.raises(BadCopy, match="Rien n’a été écrit") as error:
                copies.restore(other, kept)
            assert len(str(error.value).splitlines()) == 1, name
        assert not Path(str(other.url.database)).exists()
        kept.write_bytes(whole_copy)
        copies.restore(other, kept)


@on_sqlite
def test_a_copy_of_another_engine_version_or_key_is_told_and_nothing_is_written(w: World, kept: Path) -> None:
    with empty_like(w.db) as other:
        before = shape(other)
        for change, match in (
            ({"schema": "9999"}, "ne connaît pas"),
            ({"engine": "postgresql"}, "celle d’une base"),
        ):
            rewritten(kept, manifest(**change))
            with pytest.raises(CannotCopy, match=match):
                copies.restore(other, kept)
        rewritten(kept, manifest(schema=head(w.db), engine="sqlite"))
        other.audit_key = b"another"
        with pytest.raises(CannotCopy, match="PORTAL_AUDIT_KEY"):
            copies.restore(other, kept)
        assert shape(other) == before
        other.audit_key = w.db.audit_key
        copies.restore(other, kept)


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_rows_that_do_not_fit_leave_nothing_behind(w: World, kept: Path) -> None:
    with zipfile.ZipFile(kept) as whole_copy:
        body = whole_copy.read("table/audit_head") + b"x\n"

    def other_sum(name: str, content: bytes) -> bytes:
        if name != archive.MANIFEST:
            return body if name == "table/audit_head" else content
        said = json.loads(content)
        said["parts"]["table/audit_head"] |= {"bytes": len(body), "sha256": sha256(body).hexdigest()}
        return json.dumps(said).encode()

    rewritten(kept, other_sum)
    with empty_like(w.db) as other:
        with pytest.raises(CannotCopy, match="Rien n’a été écrit"):
            copies.restore(other, kept)
        assert shape(other) == {}


# ---- through the command line


@on_sqlite
def test_a_copy_older_than_a_checkpoint_kept_elsewhere_is_told(db: Database, tmp_path: Path) -> None:
    old, new, point = tmp_path / "old", tmp_path / "new", tmp_path / "point"
    db.audit_key = Settings("demo", "", SECRET_KEY, None).audit_key
    w = World(db, NOW.date())
    w.as_("national")
    assert portal(db, "backup", str(old)).exit_code == 0
    w.as_("ud94")
    point.write_text(portal(db, "audit", "checkpoint").stdout)
    done = portal(db, "backup", str(new))
    assert done.exit_code == 0 and copies.digest_of(new) in done.output and "événements" in done.output
    with empty_like(db) as other:
        refused = portal(other, "restore", str(old), "--checkpoint", str(point))
        assert refused.exit_code == 1 and "plus ancienne que le point gardé" in refused.output
        assert portal(other, "restore", str(new), "--checkpoint", str(old)).exit_code == 1
        assert not Path(str(other.url.database)).exists()
        done = portal(other, "restore", str(new), "--checkpoint", str(point))
        assert done.exit_code == 0 and done.output.endswith("Journal intact, et il continue le point gardé.\n"), done.output


@on_sqlite
def test_a_database_that_was_broken_when_it_was_copied_is_told_so(db: Database, tmp_path: Path) -> None:
    db.audit_key = Settings("demo", "", SECRET_KEY, None).audit_key
    w = World(db, NOW.date())
    w.session(1, "01/06/2026", "12/06/2026")
    with db.writing() as tx:
        tx.execute(text("UPDATE exam_session SET ends_on = '2026-06-13'"))
    assert portal(db, "backup", str(tmp_path / "copy")).exit_code == 0
    with empty_like(db) as other:
        done = portal(other, "restore", str(tmp_path / "copy"))
        assert done.exit_code == 1 and "était déjà rompue" in done.output and "session 1" in done.output


@on_sqlite
def test_nothing_to_copy_and_nowhere_to_put_it(db: Database, tmp_path: Path) -> None:
    with empty_like(db) as other:
        assert "« portal migrate »" in portal(other, "backup", str(tmp_path / "copy")).output
        assert portal(other, "restore", str(tmp_path / "none")).exit_code == 1
        assert portal(db, "backup", str(tmp_path / "none" / "copy")).exit_code == 1
        assert list(tmp_path.glob("*copy*")) == [] and not Path(str(other.url.database)).exists()
