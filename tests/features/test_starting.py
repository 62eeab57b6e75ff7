"""Start and stop: one server on a port, none left behind, a start that was killed is made whole by the next."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench.servers import Person, token
from portal.cli import serving
from portal.clock import PARIS
from portal.demo import whole
from portal.demo.whole import make_ready
from portal.features.access.inviting import invite
from portal.features.measures.catalogue import find
from portal.features.measures.plan import plan
from portal.paths import ROOT
from portal.rules.lifecycle import Role
from portal.settings import DEMO_DAY, Settings
from portal.store.accounts import account
from portal.store.actors import Occasion, Source, operator
from portal.store.database import Database
from portal.store.work import Work
from tests.support.processes import children, lives, wait_until
from tests.support.server import SECRET
from tests.support.world import hidden

# ---- a port


def settings(port: int, metrics: int = 0) -> Settings:
    return Settings("demo", "", SECRET, DEMO_DAY, port=port, metrics_port=metrics)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize("which", ["PORT", "PORTAL_METRICS_PORT"])
def test_a_port_that_another_program_has_is_told_in_a_sentence(which: str, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = int(other.getsockname()[1])
        with pytest.raises(SystemExit):
            serving.claim(settings(taken) if which == "PORT" else settings(port, taken))
        assert f"Le port {taken} est tenu par un autre programme" in (said := capsys.readouterr().err)
        assert said.count("\n") == 1 and f"un autre port à {which}." in said


def test_two_portals_never_have_one_port_even_before_either_listens(
    port: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "GONE_SECONDS", 0)
    (held,) = serving.claim(settings(port))
    with pytest.raises(SystemExit):
        serving.claim(settings(port))
    assert f"Un portail sert déjà sur le port {port}" in capsys.readouterr().err
    held.close()
    for again in serving.claim(settings(port)):
        again.close()


def test_what_keeps_make_run_from_serving_is_one_sentence_before_anything_else(port: int) -> None:
    """Here a folder in which nobody can write; what else a database may be, `portal` says alike (test_doctor)."""
    own = {
        "PORTAL_ENV": "demo",
        "PORTAL_DATABASE_URL": "sqlite:////proc/own.sqlite",
        "PORTAL_SECRET_KEY": SECRET,
        "PORT": str(port),
    }
    command, env = [sys.executable, "scripts/run.py"], {**os.environ, "PYTHONPATH": str(ROOT), **own}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "ne peut pas être ouvert : vérifiez que son dossier existe et que ce compte peut y écrire" in done.stderr


# ---- a real server


@pytest.fixture
def server(loaded_demonstration: Path, tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    shutil.copy(loaded_demonstration, tmp_path / "own.sqlite")
    own = {
        "PORTAL_ENV": "demo",
        "PORT": str(port),
        "PORTAL_DATABASE_URL": f"sqlite:///{tmp_path / 'own.sqlite'}",
        "PORTAL_SECRET_KEY": SECRET,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.cli", "serve"], cwd=ROOT, env={**os.environ, **own}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    yield process
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def answers(port: int) -> bool:
    with socket.socket() as asked:
        if asked.connect_ex(("127.0.0.1", port)):
            return False
        try:
            asked.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return asked.recv(15) == b"HTTP/1.1 200 OK"
        except ConnectionError:  # it was just ending
            return False


def test_a_fallen_worker_is_replaced_and_none_outlives_its_parent(server: subprocess.Popen[str], port: int) -> None:
    wait_until(lambda: answers(port) and len(children(server.pid)) == serving.WORKERS)
    fallen, other = children(server.pid)
    os.kill(fallen, signal.SIGKILL)
    wait_until(lambda: len({*children(server.pid)} - {fallen}) == serving.WORKERS)
    wait_until(lambda: answers(port))
    last = children(server.pid)
    assert other in last and fallen not in last
    server.kill()
    wait_until(lambda: not any(lives(pid) for pid in last) and not answers(port))


SLOW = (
    "CREATE TRIGGER slow BEFORE INSERT ON measure_run BEGIN SELECT count(*) FROM "
    "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 3000000) SELECT x FROM n); END"
)


def is_written_to(file: Path) -> bool:
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as db:
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        return False


def test_it_ends_when_asked_once_with_what_is_under_way_done_whole(
    server: subprocess.Popen[str], port: int, tmp_path: Path
) -> None:
    """A measure is applied to its end, and told; a body that never comes whole, and a silent connection, hold up nobody."""
    file = tmp_path / "own.sqlite"
    with closing(sqlite3.connect(file)) as db:
        db.execute(SLOW)
    wait_until(lambda: answers(port) and len(children(server.pid)) == serving.WORKERS)
    workers, national = children(server.pid), Person(port, "national@demo.example")
    page = national.get("/mesures/confinement-2020")[1]
    own = Database(f"sqlite:///{file}")
    with own.reading() as conn:
        moved = plan(conn, find("confinement-2020")[0], DEMO_DAY).touched
    own.dispose()
    typed = {"csrf_token": token(page), "seen": hidden(page, "seen"), "number": moved}
    told: list[tuple[int, str]] = []
    applying = threading.Thread(target=lambda: told.append(national.post("/mesures/confinement-2020", typed)))
    with socket.create_connection(("127.0.0.1", port)) as slow, socket.create_connection(("127.0.0.1", port)):
        slow.sendall(b"POST /connexion HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nemail=")
        applying.start()
        wait_until(lambda: is_written_to(file))
        os.killpg(server.pid, signal.SIGINT)
        said = server.communicate(timeout=30)[0]
    applying.join()
    assert server.returncode == 0 and "Traceback" not in said and not any(lives(pid) for pid in workers)
    lines = "SELECT (SELECT count(*) FROM measure_line WHERE run_id = r.id) FROM measure_run r ORDER BY id DESC LIMIT 1"
    with closing(sqlite3.connect(file)) as db:
        assert told[0][0] in (200, 303) and db.execute(lines).fetchone() == (moved,)


# ---- the demonstration, loaded whole or not at all


class Killed(BaseException):
    """The process ends here."""


def prepared(db: Database, monkeypatch: pytest.MonkeyPatch, *, dies: bool = False) -> int | None:
    """`make_ready` with a demonstration of two accounts, between which the process may end."""

    def load(into: Database, day: date, label: str, _sessions: object, _progress: object) -> int:
        now = datetime.combine(day, time(9), PARIS)
        work = Work(into, Occasion(operator(), Source.CLI, now, day), label)
        for name in ("a", "b"):
            if dies and name == "b":
                raise Killed
            invite(work, f"{name}@test.example", Role.NATIONAL, name=name)
        return 2

    monkeypatch.setattr(whole, "load", load)
    given = Settings("demo", db.url.render_as_string(hide_password=False), SECRET, DEMO_DAY)
    return make_ready(given, DEMO_DAY, None, lambda items, label: items)


def accounts(db: Database) -> int:
    with db.reading() as conn:
        return int(conn.execute(select(func.count()).select_from(account)).scalar_one())


def test_a_loading_that_was_killed_leaves_nothing_to_the_next(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Killed):
        prepared(db, monkeypatch, dies=True)
    db.dispose()
    assert prepared(db, monkeypatch) == 2 and accounts(db) == 2
    assert prepared(db, monkeypatch) is None and accounts(db) == 2, "what is there stays"


def test_a_file_that_is_not_there_yet_appears_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "new.sqlite"
    db = Database(f"sqlite:///{file}", b"k")
    with pytest.raises(Killed):
        prepared(db, monkeypatch, dies=True)
    assert not file.exists()
    assert prepared(db, monkeypatch) == 2
    assert os.listdir(tmp_path) == ["new.sqlite"] and accounts(db) == 2
    db.dispose()


def test_two_at_once_load_once(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int | None] = []
    both = [threading.Thread(target=lambda: done.append(prepared(db, monkeypatch))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    db.dispose()
    assert sorted(done, key=str) == [2, None] and accounts(db) == 2


# ---- the libraries in .venv


FAKE = """#!/bin/bash
# Stands for python in venv.sh: each call is a line of `calls`, and the one whose number is in `dies` ends everybody, half done.
case "$1 $2" in
  "-c "*runpy*) ;;
  "-c "*) exit 0 ;;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m pip") [ "$3" = --version ] && { [ -e .venv/pip ]; exit; } ;;
esac
echo call >> calls
[ "$(wc -l < calls)" = "$(cat dies)" ] && kill -KILL 0
case "$1 $2" in
  "-m venv") touch "$3/pip" ;;
  *) [ ! -e blocks ] || read -r < blocks; echo "${*: -1}" >> .venv/installed ;;
esac
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Where venv.sh prepares a .venv, with a python that installs nothing."""
    (tmp_path / "requirements").mkdir()
    for name in ("requirements/run.txt", "requirements/dev.txt", "pyproject.toml"):
        (tmp_path / name).touch()
    (tmp_path / "fake").write_text(FAKE)
    (tmp_path / "fake").chmod(0o755)
    (tmp_path / "dies").write_text("0")
    return tmp_path


def venv(tree: Path, kind: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["bash", str(ROOT / "scripts/venv.sh"), kind, "./fake"], cwd=tree, start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def installed(tree: Path) -> list[str]:
    return (tree / ".venv/installed").read_text().split()


@pytest.mark.parametrize("dies", range(1, 5))
def test_libraries_whose_installing_was_killed_are_installed_anew(tree: Path, dies: int) -> None:
    (tree / "dies").write_text(str(dies))
    for kind in ("run", "dev"):
        if venv(tree, kind).wait():
            break
    else:
        raise AssertionError("nothing was killed")
    (tree / "dies").write_text("0")
    for kind in ("run", "dev"):
        assert venv(tree, kind).wait() == 0
    assert installed(tree) == ["requirements/run.txt", ".", "requirements/dev.txt"]
    assert not (tree / ".venv.unfinished").exists()


def test_a_venv_of_before_without_pip_is_made_anew_and_a_whole_one_is_left(tree: Path) -> None:
    (tree / ".venv/bin").mkdir(parents=True)
    shutil.copy(tree / "fake", tree / ".venv/bin/python")
    assert venv(tree, "run").wait() == 0 and installed(tree) == ["requirements/run.txt", "."]
    assert venv(tree, "run").wait() == 0 and len(installed(tree)) == 2, "nothing to do"
    (tree / "requirements/run.txt").write_text("more")
    assert venv(tree, "run").wait() == 0 and len(installed(tree)) == 4, "it is brought up, not made anew"


def test_of_two_that_install_at_once_the_second_waits_and_has_nothing_to_do(tree: Path) -> None:
    os.mkfifo(tree / "blocks")
    first = venv(tree, "run")
    with open(tree / "blocks", "w") as gate:  # opened by both sides: the first installs
        second = venv(tree, "run")
        assert second.stdout and "il est attendu" in second.stdout.readline()
        (tree / "blocks").unlink()
        gate.write("on\n")
    for one in (first, second):
        one.communicate()
    assert first.returncode == second.returncode == 0 and installed(tree) == ["requirements/run.txt", "."]
