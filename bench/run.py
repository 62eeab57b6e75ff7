"""`make bench`: every figure of docs/performance.md, as a ratio taken in one run on one machine, within ten minutes."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from bench import writes
from bench.figures import ROUNDS, Figure, at_least, at_most
from bench.load import wrk
from bench.saving import at_once, sheet
from bench.servers import ROOT, Person, granian
from portal.clock import PARIS, Clock
from portal.demo.data import PASSWORD
from portal.demo.load import load
from portal.features.accounts.actions import invite
from portal.features.candidates.importing import import_candidates
from portal.features.measures.catalogue import find
from portal.features.measures.plan import already_started, claimed_twice, code_of, samples
from portal.features.sessions.importing import import_sessions
from portal.rules.lifecycle import Role
from portal.settings import DEMO_DAY, Settings
from portal.store import migrate
from portal.store.actors import Occasion, Source, operator
from portal.store.database import Database
from portal.store.work import Work

SECRET = "a secret for benches"
SMALL, LARGE = 10_000, 1_000_000
SESSION = 224565
LIST, PAGE = "/sessions", f"/sessions/{SESSION}"
SEARCH = "/sessions?q=thi+huong+nguyen"
UNIT = "ud94@demo.example"
SAVERS = 16
FIRST_SAVED = 226_000
FORTY = 30  # sessions of forty whose results are saved in a round, each for the first time


def database(url: str, sessions: int | None) -> Database:
    settings = Settings("demo", url, SECRET, DEMO_DAY)
    db = Database(url, settings.audit_key)
    migrate.upgrade(db)
    load(db, DEMO_DAY, "UD", sessions, lambda items, label: items)
    return db


def environment(url: str, **more: str) -> dict[str, str]:
    return {"PORTAL_ENV": "demo", "PORTAL_DATABASE_URL": url, "PORTAL_SECRET_KEY": SECRET, "PORTAL_TODAY": "2020-06-15", **more}


def add_savers(db: Database, more: int = 0) -> tuple[list[str], list[int]]:
    """Sixteen accounts of the first centre, and sessions of forty candidates ready for their results: one for each, and more."""
    now = Clock(DEMO_DAY).now().astimezone(PARIS)
    work = Work(db, Occasion(operator(), Source.CLI, now, DEMO_DAY))
    with db.reading() as conn:
        siret = conn.exec_driver_sql("SELECT siret FROM centre WHERE id = (SELECT min(id) FROM centre)").scalar()
    numbers = [FIRST_SAVED + i for i in range(SAVERS + more)]
    emails = [f"bench{i}@demo.example" for i in range(SAVERS)]
    for email in emails:
        invite(work, email, Role.CENTRE, siret=str(siret), name="Essai", password=PASSWORD)
    rows = "".join(f"{n};{siret};TP-01303;titre;01/06/2020;05/06/2020;convocations_envoyees;\n" for n in numbers)
    import_sessions(work, f"id;siret;title;kind;starts_on;ends_on;status;actual_end_on\n{rows}".encode())
    people = "".join(f"{n};Nom{i:02};Prénom;01/02/1990;\n" for n in numbers for i in range(40))
    import_candidates(work, f"session;last_name;first_name;born_on;email\n{people}".encode())
    return emails, numbers


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.figures: list[Figure] = []
        self.begun = time.monotonic()

    def note(self, text: str) -> None:
        print(f"# {time.monotonic() - self.begun:4.0f} s  {text}", flush=True)

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite"

    def url(self, name: str) -> str:
        return f"sqlite:///{self.path(name)}"

    # ---- pages

    def pages(self) -> None:
        python = sys.executable
        with ExitStack() as stack:
            twin = stack.enter_context(
                granian(python, "bench.twin:front", environment(self.url("large"), BENCH_SESSION=str(SESSION)))
            )
            small = stack.enter_context(granian(python, "wsgi:front", environment(self.url("small"))))
            peer_cookie, peer = self.peer(stack)
            person, other = Person(twin, UNIT), Person(small, UNIT)
            for path in (LIST, SEARCH, PAGE):  # warm, and sure that each holds what it should
                assert person.get(path)[0] == other.get(path)[0] == 200
            assert "226 0" not in person.get(SEARCH)[1] and person.get(LIST)[1].count('class="id"') == 50

            # Sixteen connections: of four, all may fall on one of the two workers, which halves one side of a ratio.
            def rate(port: int, path: str, cookie: str, connections: int = 16, seconds: int = 4) -> float:
                return wrk(port, path, cookie, connections=connections, seconds=seconds).per_second

            mine = person.cookie
            for port, path, cookie in (
                (twin, LIST, mine), (twin, PAGE, mine), (twin, "/bench/sessions", mine), (twin, "/bench/session", mine),
                (twin, SEARCH, mine), (small, LIST, other.cookie), (small, PAGE, other.cookie), (small, SEARCH, other.cookie),
                (peer, "/admin/peer/examsession/", peer_cookie),
            ):  # fmt: skip
                rate(port, path, cookie, seconds=1)  # warm: every worker has met every page
            self.figures += [
                at_least("list_against_its_template", 0.5, "ratio", lambda: rate(twin, LIST, mine) / rate(twin, "/bench/sessions", mine)),
                at_least(
                    "list_against_django_admin", 10, "ratio",
                    lambda: rate(twin, LIST, mine) / rate(peer, "/admin/peer/examsession/", peer_cookie),
                ),
                at_least("session_against_its_template", 0.4, "ratio", lambda: rate(twin, PAGE, mine) / rate(twin, "/bench/session", mine)),
                at_most("list_p99_at_16_in_medians", 3, "ratio", lambda: self.tail(twin, mine)),
            ]  # fmt: skip
            for name, path in (("list", LIST), ("search", SEARCH), ("session", PAGE)):
                self.figures.append(
                    at_most(
                        f"{name}_at_a_million_against_ten_thousand", 1.2, "ratio", self.growth(small, twin, path, other, person)
                    )
                )

    def tail(self, port: int, cookie: str) -> float:
        load_ = wrk(port, LIST, cookie, connections=16, seconds=5)
        return load_.p99_ms / load_.median_ms

    def growth(self, small: int, large: int, path: str, a: Person, b: Person) -> Callable[[], float]:
        def measure() -> float:
            few = wrk(small, path, a.cookie, connections=1, seconds=3)
            many = wrk(large, path, b.cookie, connections=1, seconds=3)
            return few.per_second / many.per_second

        return measure

    def peer(self, stack: ExitStack) -> tuple[str, int]:
        folder = self.folder / "peer"
        folder.mkdir()
        python = str(ROOT / ".venv-peer/bin/python")
        env = {"PEER_FOLDER": str(folder), "PEER_DATABASE": str(self.path("large"))}
        where = ROOT / "bench/peers/django_admin"
        prepare = "import peer; print(peer.prepare())"
        said = subprocess.run(
            [python, "-c", prepare], cwd=where, env={**os.environ, **env}, capture_output=True, text=True, check=True
        )
        port = stack.enter_context(granian(python, "peer:app", env, where))
        return f"sessionid={said.stdout.strip()}", port

    # ---- measures

    def measures(self) -> None:
        measure, _ = find("confinement-2020")
        db = Database(self.url("large"), b"")
        with db.engine.connect() as conn:
            sql = str(code_of(measure).compile(conn, compile_kwargs={"literal_binds": True}))

        def dry_run() -> float:
            begun = time.perf_counter()
            with db.reading() as conn:
                already_started(conn, measure, DEMO_DAY)
                samples(conn, measure)
                claimed_twice(conn, measure)
            return (time.perf_counter() - begun) / writes.scan(self.path("large"), sql)

        self.figures.append(at_most("dry_run_against_one_scan", 3, "ratio", dry_run))
        db.dispose()
        memory: list[float] = []

        def applying() -> float:
            for name in ("applied", "bare"):
                shutil.copy(self.path("large"), self.path(name))
            said = subprocess.run(
                [sys.executable, "-m", "bench.applying"], env={**os.environ, **environment(self.url("applied"))}, cwd=ROOT,
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            told = json.loads(said.stdout)
            bare, touched = writes.move(self.path("bare"))
            self.note(f"{told['touched']} sessions en {told['seconds']:.1f} s ; à nu, {touched} en {bare:.1f} s")
            memory.append(told["most"] / told["rest"])
            return float(told["seconds"]) / bare

        self.figures.append(at_most("applying_against_bare_sql", 3, "ratio", applying))
        left = iter(memory)
        self.figures.append(at_most("memory_while_applying_against_rest", 1.5, "ratio", lambda: next(left)))

    # ---- saving results

    def saving(self) -> None:
        db = database(self.url("saving"), None)
        emails, numbers = add_savers(db, FORTY * ROUNDS)
        db.dispose()
        numbers, forties = numbers[:SAVERS], iter(numbers[SAVERS:])
        with granian(sys.executable, "wsgi:front", environment(self.url("saving"))) as port:
            at_once(port, emails, numbers)  # warm: every thread has a connection, and every connection its statements
            self.figures.append(
                at_most("saving_forty_against_bare_sql", 6, "ratio", lambda: self.forty(port, emails[0], forties))
            )
            rates: list[float] = []

            def failing() -> float:
                done = at_once(port, emails, numbers)
                rates.append(done.per_second)
                return done.failed

            self.figures.append(at_most("failures_of_16_saving_at_once", 0, "requests", failing))
        self.postgres(rates)

    def forty(self, port: int, email: str, numbers: Iterator[int]) -> float:
        """One request through the server against the bare writes, thirty of each, in turns."""
        person = Person(port, email)
        shutil.copy(self.path("saving"), self.path("bare_saving"))
        bare = writes.connect(self.path("bare_saving"))
        mine = theirs = 0.0
        for number in islice(numbers, FORTY):
            fields, groups = sheet(person, number)
            begun = time.perf_counter()
            status, _ = person.post(f"/sessions/{number}/resultats", {**fields, **dict.fromkeys(groups, "titre")})
            mine += time.perf_counter() - begun
            assert status == 303
            theirs += writes.save_forty(bare, number, [int(group.split("-")[1]) for group in groups], "titre")
        bare.close()
        return mine / theirs

    def postgres(self, on_sqlite: list[float]) -> None:
        from tests.support.postgres import Cluster

        cluster = Cluster(durable=True)
        base = cluster.start()
        try:
            import psycopg

            with psycopg.connect(base + "/postgres", autocommit=True) as conn:
                conn.execute("CREATE DATABASE bench")
            url = f"{base}/bench"
            db = database(url, None)
            emails, numbers = add_savers(db)
            db.dispose()
            left = iter(on_sqlite)
            with granian(sys.executable, "wsgi:front", environment(url)) as port:
                at_once(port, emails, numbers)  # warm, as above
                self.figures.append(
                    at_least(
                        "saving_on_postgresql_against_sqlite",
                        1,
                        "ratio",
                        lambda: at_once(port, emails, numbers).per_second / next(left),
                    )
                )
        finally:
            cluster.stop()


def main() -> int:
    large = int(sys.argv[1]) if len(sys.argv) > 1 else LARGE  # fewer, while the bench itself is worked on
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as name:
        bench = Bench(Path(name))
        for size, count in (("small", SMALL), ("large", large)):
            db = database(bench.url(size), count)
            db.dispose()
            bench.note(f"{count} sessions chargées")
        bench.pages()
        bench.measures()
        bench.saving()
        bench.note("fin")
    missed = [f.name for f in bench.figures if not f.held]
    if missed:
        print(f"Manqué : {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
