"""What was acknowledged stands, whatever is killed: centres save results all the time, and everything is killed, again and again.

    python -m bench.storm sqlite|postgresql|failover [--kills 50] [--writers 8]

`sqlite`, `postgresql`: all processes of the portal at once (`kill -9`), every second time its main process alone, on PostgreSQL every
second time those of the server too; then they are started again. `failover`: the primary, of which a synchronous standby takes the
place; the portal is not started again. After each kill every sheet of forty is compared with what its centre was told, and at the end
the trail is verified. Prints a line a kill, and ends with 1 where something was lost or half.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Event, Thread

from bench.data import SECRET, add_savers, database
from bench.servers import ROOT, Person, _answers, free_port, token
from portal.store.database import Database
from tests.support.processes import family, lives

OUTCOMES = ("titre", "echec")  # of all forty, by the version that the session then has: even or odd
STORM_SECONDS = (0.5, 2.0)
AGAIN = 0.05


class Lost(Exception):
    """What was acknowledged is not there, or half of it is."""


@dataclass
class Writer:
    """A centre that saves the sheet of one session, again and again, and remembers what it was told."""

    port: int
    email: str
    session: int
    stop: Event = field(default_factory=Event)
    told: int = 0  # the version that was acknowledged last
    times: int = 0
    lost: list[str] = field(default_factory=list)

    def work(self) -> None:
        while not self.stop.is_set():
            try:
                self._save()
            except (OSError, HTTPException, AssertionError):
                time.sleep(AGAIN)

    def _save(self) -> None:
        """Sign in, read the sheet, and save until something fails."""
        person = Person(self.port, self.email)
        status, page = person.get(f"/sessions/{self.session}/resultats")
        found = re.search(r'name="version" value="(\d+)"', page)
        assert status == 200 and found
        version, groups = int(found[1]), sorted(set(re.findall(r'name="(resultat-\d+)"', page)))
        if self.told and version not in (self.told, self.told + 1):
            self.lost.append(f"session {self.session}: told {self.told}, reads {version}")
        while not self.stop.is_set():
            outcome = OUTCOMES[(version + 1) % 2]
            fields = {"csrf_token": token(page), "version": version, "action": "draft", **dict.fromkeys(groups, outcome)}
            status, _ = person.post(f"/sessions/{self.session}/resultats", fields)
            assert status == 303
            version += 1
            self.told, self.times = version, self.times + 1

    def compare(self, db: Database) -> None:
        """Raises Lost where the database does not have what was told, or what was being saved."""
        with db.reading() as conn:
            version = conn.exec_driver_sql(f"SELECT version FROM exam_session WHERE id = {self.session}").scalar_one()
            query = f"SELECT outcome, count(*) FROM result WHERE session_id = {self.session} GROUP BY outcome"
            outcomes = [tuple(row) for row in conn.exec_driver_sql(query)]
        if self.lost or version not in (self.told, self.told + 1):
            raise Lost(f"session {self.session}: told {self.told}, stands at {version} {self.lost}")
        if self.told and outcomes != [(OUTCOMES[version % 2], 40)]:
            raise Lost(f"session {self.session}, version {version}: {outcomes}")


def kill(pids: Sequence[int]) -> None:
    """All at once, and not before they are gone does it go on."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while any(lives(pid) for pid in pids):
        time.sleep(AGAIN)


class Served:
    """`portal serve` on a port of its own, started again on the same."""

    def __init__(self, url: str) -> None:
        self.url, self.port = url, free_port()
        self.start()

    def start(self) -> None:
        env = {"PORTAL_ENV": "demo", "PORTAL_DATABASE_URL": self.url, "PORTAL_SECRET_KEY": SECRET, "PORT": str(self.port)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "serve"], cwd=ROOT, env={**os.environ, **env},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _answers(self.port, self.process)

    def kill(self, *, main_alone: bool = False) -> None:
        kill([self.process.pid] if main_alone else family(self.process.pid))
        self.process.wait()

    def end(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)


@contextmanager
def writing(writers: Sequence[Writer]) -> Iterator[None]:
    """They work meanwhile; at least each has been told once of a save."""
    before = [w.times for w in writers]
    for w in writers:
        w.stop.clear()
    threads = [Thread(target=w.work) for w in writers]
    for thread in threads:
        thread.start()
    try:
        while any(w.times == n for w, n in zip(writers, before, strict=True)):
            time.sleep(AGAIN)
        yield
    finally:
        for w in writers:
            w.stop.set()
        for thread in threads:
            thread.join()


def compared(db: Database, writers: Sequence[Writer]) -> int:
    """How many were acknowledged. Raises Lost."""
    db.dispose()
    for w in writers:
        w.compare(db)
    db.dispose()
    return sum(w.times for w in writers)


def storm(
    db: Database, url: str, people: Sequence[tuple[str, int]], kills: int, fell: Callable[[int], Callable[[], None]]
) -> int:
    """Kill so many times; how many writes were acknowledged. `fell`: what else falls at a kill, and how it comes up again.

    Raises Lost.
    """
    served, chance = Served(url), random.Random(5)
    writers = [Writer(served.port, email, session) for email, session in people]
    try:
        for number in range(kills):
            with writing(writers):
                time.sleep(chance.uniform(*STORM_SECONDS))
                up, begun = fell(number), time.monotonic()
                served.kill(main_alone=number % 2 == 1)
            up()
            served.start()
            seconds = time.monotonic() - begun
            told = compared(db, writers)
            print(f"kill {number + 1}: {told} acknowledged so far, served again in {seconds:.1f} s", flush=True)
    finally:
        served.end()
    return sum(w.times for w in writers)


def verified(url: str) -> bool:
    env = {**os.environ, "PORTAL_ENV": "demo", "PORTAL_DATABASE_URL": url, "PORTAL_SECRET_KEY": SECRET}
    return not subprocess.run([sys.executable, "-m", "portal.cli", "audit", "verify"], cwd=ROOT, env=env, check=False).returncode


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("what", choices=("sqlite", "postgresql", "failover"))
    words.add_argument("--kills", type=int, default=50)
    words.add_argument("--writers", type=int, default=8)
    given = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-storm-") as folder:
        if given.what == "sqlite":
            url = f"sqlite:///{folder}/storm.sqlite"
            db = database(url, None)
            people = list(zip(*add_savers(db, given.writers), strict=True))
            told = storm(db, url, people, given.kills, lambda _: lambda: None)
            held = verified(url)
        else:
            from bench.clusters import failing_over, of_a_server

            told, held = (of_a_server if given.what == "postgresql" else failing_over)(given.kills, given.writers)
    print(f"{given.what}: {given.kills} kills, {told} acknowledged, none lost, none half; trail {'intact' if held else 'BROKEN'}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
