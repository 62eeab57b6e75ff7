"""Migrations stand for good: numbered, leaning on nothing of the portal, which lives on; and how the next one is made."""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.paths import MIGRATIONS
from portal.store import migrate
from portal.store.database import Database
from scripts.migration import CannotMake, main, make
from tests.support.schema import shape

FILES = sorted(MIGRATIONS.rglob("*.py"))
VERSIONS = sorted((MIGRATIONS / "versions").glob("*.py"))


def imported(file: Path) -> Iterator[str]:
    """The first name of everything that this file imports, wherever it does so."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def numbers(file: Path) -> dict[str, object]:
    """`revision` and `down_revision` of a migration."""
    found: dict[str, object] = {}
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Constant):
            found[node.targets[0].id] = node.value.value
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_migration_imports_anything_of_the_portal(file: Path) -> None:
    assert "portal" not in imported(file), "copy into the migration what it needs: what the portal knows changes"


@pytest.mark.parametrize(
    "line", ["import portal.clock", "from portal.store import france", "def f():\n    from portal import app"]
)
def test_an_import_of_the_portal_would_be_seen(tmp_path: Path, line: str) -> None:
    file = tmp_path / "0009_bad.py"
    file.write_text(line)
    assert "portal" in imported(file)


def test_migrations_are_numbered_one_after_the_other() -> None:
    expected = None
    for number, file in enumerate(VERSIONS, 1):
        found = numbers(file)
        assert file.name.startswith(f"{number:04}_")
        assert (found["revision"], found["down_revision"]) == (f"{number:04}", expected)
        expected = f"{number:04}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def test_the_next_migration_follows_the_newest_one(folder: Path) -> None:
    newest = VERSIONS[-1].name[:4]
    first, second = make("add_session_room", folder), make("forget_rooms", folder)
    assert first.name == f"{int(newest) + 1:04}_add_session_room.py"
    assert (numbers(first)["revision"], numbers(first)["down_revision"]) == (first.name[:4], newest)
    assert numbers(second)["down_revision"] == first.name[:4]
    assert "portal" not in imported(first)


def test_a_new_migration_runs_once_it_is_written_and_not_before(
    db: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)
    made, before = make("add_nothing", folder), shape(db)
    with pytest.raises(NotImplementedError):
        migrate.upgrade(db)
    assert not migrate.is_current(db)
    made.write_text(made.read_text().replace("raise NotImplementedError", "str"))
    migrate.upgrade(db)
    assert migrate.is_current(db) and shape(db) == before


def test_what_to_do_next_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main("add_session_room", folder)
    said = capsys.readouterr().out
    assert "_add_session_room.py" in said.splitlines()[0] and "portal/store" in said and "test_schema.py" in said


@pytest.mark.parametrize("name", ["", "Add room", "../x", "ajouté", "_x", "x" * 41, "a'b"])
def test_a_name_that_makes_no_file_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(CannotMake, match="make migration NAME=add_session_room"):
        make(name, folder)
    assert len(list((folder / "versions").glob("*.py"))) == len(VERSIONS)


def test_two_migrations_of_the_same_number_are_told(folder: Path) -> None:
    newest = VERSIONS[-1].name[:4]
    for number in ("9001", "9002"):
        (folder / "versions" / f"{number}_x.py").write_text(f'revision = "{number}"\ndown_revision = "{newest}"\n')
    with pytest.raises(CannotMake, match="ne se suivent pas"):
        make("add_session_room", folder)
