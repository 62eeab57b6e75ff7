"""The demonstration for all that is asked of its pages; a database of a released version, and migrations put on top of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Protocol
from unittest.mock import patch

import pytest

from portal.features.measures.progress import Task
from portal.paths import MIGRATIONS
from portal.store import migrate
from portal.store.database import Database
from tests.support.demonstration import Demonstration
from tests.support.released import migrated


class Add(Protocol):
    def __call__(self, up: str, down: str = "pass") -> None: ...


HEAD = """
import sqlalchemy as sa
from alembic import op
from migrations.tables import alter_table

revision, down_revision = "9999", "{head}"
"""


@pytest.fixture
def old(db: Database, shared: Path) -> Iterator[Database]:
    """A database with rows of every kind, at the newest schema."""
    with migrated(db, shared) as found:
        yield found


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    """Put one more migration on top, thrown away after the test: how it goes up, and down."""
    copy = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    head = max(file.name[:4] for file in (copy / "versions").glob("*.py"))
    monkeypatch.setattr(migrate, "MIGRATIONS", copy)

    def write(up: str, down: str = "pass") -> None:
        body = f"def upgrade():\n    {up}\n\n\ndef downgrade():\n    {down}\n"
        (copy / "versions" / "9999_thrown_away.py").write_text(f"{HEAD.format(head=head)}\n{body}")

    return write


@pytest.fixture(scope="session")
def loaded(loaded_demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """One for all of this worker, as the test before has left it: for its routes, not for what its pages say."""
    return Demonstration(loaded_demonstration, tmp_path_factory.mktemp("demonstration"))


@pytest.fixture
def demo(loaded: Demonstration) -> Iterator[Demonstration]:
    """The demonstration as it was loaded; what is drawn at random is drawn the same, and a measure is waited for."""
    loaded.restore()
    done_within = Task.done_within
    patient = patch.object(Task, "done_within", lambda task, _seconds: done_within(task, 60))
    same = patch.multiple("secrets", token_hex=lambda size=16: "5a" * size, choice=Random(224566).choice)
    with patient, same:
        yield loaded
