"""PostgreSQL under the storm: a server that is killed with the portal, and a primary of which a synchronous standby takes the place."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.data import add_savers, database
from bench.servers import free_port
from bench.storm import AGAIN, Served, Writer, compared, kill, storm, verified, writing
from portal.store.database import Database
from tests.support.postgres import OWNER, Cluster
from tests.support.processes import family

NAME, SECOND = "storm", "second"
SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=''", "max_connections=200")


@dataclass
class Node:
    """One server of a cluster: its data, its port."""

    cluster: Cluster
    data: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{NAME}"

    def run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [str(self.cluster.bin / program), *words], cwd="/", check=False, stdout=subprocess.DEVNULL, **self.cluster.user
        )
        if done.returncode:
            raise RuntimeError(program)

    def start(self) -> None:
        options = " ".join((f"-p {self.port}", *(f"-c {one}" for one in SETTINGS)))
        self.run("pg_ctl", "-D", str(self.data), "-w", "-t", "120", "-l", str(self.data / "log"), "-o", options, "start")

    def kill(self) -> None:
        """All of its processes, at once, if it runs."""
        known = self.data / "postmaster.pid"
        if known.exists():
            kill(family(int(known.read_text().split()[0])))
            known.unlink()

    def say(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as conn:
            cursor = conn.execute(statement)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def started() -> Iterator[Node]:
    """A server whose commits wait for the disk, with an empty database."""
    cluster = Cluster(durable=True)
    base = cluster.start()
    try:
        with psycopg.connect(f"{base}/postgres", autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {NAME}")
        yield Node(cluster, cluster.data, int(base.rpartition(":")[2]))
    finally:
        for data in (cluster.data, cluster.folder / SECOND):
            Node(cluster, data, 0).kill()
        shutil.rmtree(cluster.folder)


def of_a_server(kills: int, writers: int) -> tuple[int, bool]:
    """The portal is killed, and the server with it every second time: how many were acknowledged, and whether the trail holds."""
    with started() as node:
        db = database(node.url, None)
        people = list(zip(*add_savers(db, writers), strict=True))

        def fell(number: int) -> Callable[[], None]:
            if number % 2:
                return lambda: None
            node.kill()
            return node.start

        told = storm(db, node.url, people, kills, fell)
        db.dispose()
        return told, verified(node.url)


def failing_over(kills: int, writers: int) -> tuple[int, bool]:
    """The primary is killed, and its synchronous standby takes its place; the portal serves on by itself."""
    with started() as primary:
        db = database(primary.url, None)
        people = list(zip(*add_savers(db, writers), strict=True))
        db.dispose()
        standby = Node(primary.cluster, primary.cluster.folder / SECOND, free_port())
        follow(standby, primary)
        both = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
        url = f"postgresql://{OWNER}@{both}/{NAME}?target_session_attrs=read-write"
        served = Served(url)
        all_ = [Writer(served.port, email, session) for email, session in people]
        for number in range(kills):
            with writing(all_):
                before = [w.times for w in all_]
                primary.kill()
                begun = time.monotonic()
                standby.run("pg_ctl", "-D", str(standby.data), "-w", "promote")
                while any(w.times == n for w, n in zip(all_, before, strict=True)):
                    time.sleep(AGAIN)
                seconds = time.monotonic() - begun
            primary, standby = standby, primary
            told = compared(Database(primary.url), all_)
            print(f"kill {number + 1}: {told} acknowledged so far, all save again after {seconds:.1f} s", flush=True)
            follow(standby, primary)
        served.end()
        return sum(w.times for w in all_), verified(primary.url)


def follow(standby: Node, primary: Node) -> None:
    """A fresh copy of the primary, without which it acknowledges nothing from now on."""
    shutil.rmtree(standby.data, ignore_errors=True)
    standby.data.mkdir(mode=0o700)
    user = standby.cluster.user
    os.chown(standby.data, user.get("user", -1), user.get("group", -1))
    standby.run("pg_basebackup", "-D", str(standby.data), "-d", primary.url, "-R", "-X", "stream", "-c", "fast")
    standby.start()
    primary.say("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.say("SELECT pg_reload_conf()")
    while primary.say("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
        time.sleep(AGAIN)
