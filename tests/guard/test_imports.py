"""The floors hold: each import that they forbid, put into a copy, makes `lint-imports` fail."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from importlinter import cli

from portal.paths import ROOT

# A file of the house, the line that somebody might add to it, and the contract that must break.
SABOTAGES = {
    "the store asks the web": ("store/scope.py", "from portal.web.state import actor", "floors"),
    "the store reads settings": ("store/database.py", "from portal.settings import read", "settings are"),
    "the store asks a room": ("store/work.py", "from portal.features.jury.queries import seated", "floors"),
    "the store asks the core": ("store/work.py", "from portal.core.outcomes import Saved", "floors"),
    "files ask a room": ("files/table.py", "from portal.features.reference.importing import import_titles", "floors"),
    "files ask the store": ("files/table.py", "from portal.store.scope import within", "floors"),
    "files read settings": ("files/table.py", "from portal.settings import read", "settings are"),
    "a rule uses a library": ("rules/names.py", "import sqlalchemy", "the rules"),
    "a rule reads settings": ("rules/limits.py", "from portal.settings import read", "the rules"),
    "a rule reads the clock": ("rules/todo.py", "from portal.clock import Clock", "the rules"),
    "a rule reads a file": ("rules/names.py", "from portal.files.parsers import day_of", "floors"),
    "an act calls another room's routes": (
        "features/requests/actions.py",
        "from portal.features.postponements.routes import edit",
        "routes are",
    ),
    "an act knows Flask": ("features/results/actions.py", "from flask import request", "the web"),
    "a query knows who is signed in": ("features/day/queries.py", "from flask_login import current_user", "the web"),
    "a sheet asks the web's state": ("features/candidates/sheets.py", "from portal.web.state import actor", "the web"),
    "the core knows Flask": ("core/holding.py", "import flask", "the web"),
    "the core asks the web": ("core/finding.py", "from portal.web.state import reading", "floors"),
    "the core asks a room": ("core/telling.py", "from portal.features.notices.outbox import written", "floors"),
    "the stairs ask a room": ("web/session_pages.py", "from portal.features.sessions import listing", "floors"),
    "two rooms ask each other": ("features/jury/queries.py", "from portal.features.sessions.listing import step_key", "rooms"),
    "neighbours ask each other": ("features/documents/contents.py", "from portal.features.results import actions", "rooms"),
    "a room reads another's form": ("features/requests/routes.py", "from portal.features.measures.forms import toml", "forms"),
    "a route writes SQL": ("features/notices/routes.py", "from sqlalchemy import select", "routes and forms"),
    "a room builds the application": ("features/exports/tables.py", "from portal.app import create_app", "floors"),
    "a new room without a place": ("features/attic/__init__.py", "", "rooms"),
    "a new floor without a place": ("helpers.py", "", "floors"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The parts that the contracts are about, without a word changed."""
    shutil.copytree(ROOT / "portal", tmp_path / "portal", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests" / "guard").mkdir(parents=True)
    for name in ("pyproject.toml", "tests/__init__.py", "tests/guard/__init__.py", "tests/guard/import_contracts.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def lint(copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], tuple[int, str]]:
    """What `lint-imports` ends with and says of the copy: its modules are read there, where none is imported."""

    monkeypatch.setattr(cli, "_configure_logging", lambda verbose: None)  # it would silence every logger of this process

    def run() -> tuple[int, str]:
        monkeypatch.chdir(copy)
        monkeypatch.syspath_prepend(copy)
        monkeypatch.delitem(sys.modules, "portal")
        return cli.lint_imports(no_cache=True), capsys.readouterr().out

    return run


def test_the_house_as_it_is_keeps_every_contract(lint: Callable[[], tuple[int, str]]) -> None:
    status, told = lint()
    assert status == 0 and " 0 broken" in told, told


@pytest.mark.parametrize("name", SABOTAGES)
def test_an_import_that_a_floor_forbids_is_found(lint: Callable[[], tuple[int, str]], copy: Path, name: str) -> None:
    place, line, contract = SABOTAGES[name]
    file = copy / "portal" / place
    file.parent.mkdir(exist_ok=True)
    with file.open("a") as end:
        end.write(f"\n{line}\n")
    status, told = lint()
    assert status == 1, told
    assert any(row.startswith(contract) and "KEPT" not in row for row in told.splitlines()), told
