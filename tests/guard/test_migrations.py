"""What was migrated stays as it was: a migration leans on nothing of the portal, which lives on."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.paths import MIGRATIONS

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
