"""What was acknowledged stands though everything is killed: the long series is `python -m bench.storm`, here it is run for a moment."""

import shutil
from pathlib import Path

import pytest

from bench import storm
from bench.data import add_savers
from portal.store.database import Database
from tests.support.server import SECRET, settings_in


def test_saves_that_were_acknowledged_stand_after_a_kill_of_all_processes(
    loaded_demonstration: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(loaded_demonstration, tmp_path / "demo.sqlite")
    given = settings_in(tmp_path)
    db = Database(given.database_url, given.audit_key)
    people = list(zip(*add_savers(db, 2), strict=True))
    monkeypatch.setattr(storm, "SECRET", SECRET)
    monkeypatch.setattr(storm, "STORM_SECONDS", (0.1, 0.3))
    assert storm.storm(db, given.database_url, people, 1, lambda _: lambda: None) >= 2
    assert storm.verified(given.database_url)


def test_a_loss_would_be_noticed(loaded_demonstration: Path, tmp_path: Path) -> None:
    """An acknowledged save that is not there, and a sheet of which half was saved."""
    shutil.copy(loaded_demonstration, tmp_path / "demo.sqlite")
    given = settings_in(tmp_path)
    db = Database(given.database_url, given.audit_key)
    ((email, session),) = zip(*add_savers(db, 1), strict=True)
    writer = storm.Writer(0, email, session)
    with db.reading() as conn:
        version = int(conn.exec_driver_sql(f"SELECT version FROM exam_session WHERE id = {session}").scalar_one())
    for told in (version + 1, version):  # never saved; saved, and none of the forty is there
        writer.told = told
        with pytest.raises(storm.Lost):
            writer.compare(db)
    db.dispose()
