"""`make bench`: every figure of docs/performance.md, as a ratio taken in one run on one machine, in some twelve minutes.

`--quick` takes most of them once, of little, without the peer: that the bench still runs, no figure.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, TypedDict, Unpack

import psycopg

from bench import writes
from bench.data import SECRET, add_savers, database, environment, smallest
from bench.figures import Figure
from bench.load import Load, wrk
from bench.saving import at_once, sheet
from bench.servers import ROOT, Person, granian, peer
from bench.trail import lengthen, proof_ms
from portal.features.measures.catalogue import find
from portal.features.measures.plan import already_started, claimed_twice, code_of, samples
from portal.settings import DEMO_DAY, Settings
from portal.store.database import Database
from tests.support.postgres import Cluster

FEW, SMALL, LARGE = 1_000, 10_000, 1_000_000
SESSION = 224565
LIST, PAGE = "/sessions", f"/sessions/{SESSION}"
SEARCH = "/sessions?q=thi+huong+nguyen"
UNIT = "ud94@demo.example"
FORTY = 30  # sessions of forty whose results are saved in a round, each for the first time


class Bound(TypedDict, total=False):
    least: float
    most: float
    every: bool


class Bench:
    def __init__(self, folder: Path, quick: bool = False) -> None:
        self.folder = folder
        self.quick = quick
        self.rounds, self.forties, self.savers, self.saves = (1, 1, 2, 1) if quick else (3, FORTY, 16, 12)
        self.figures: list[Figure] = []
        self.begun = time.monotonic()

    def figure(self, name: str, unit: str, measure: Callable[[], float], **bound: Unpack[Bound]) -> None:
        """Measure in rounds, and tell. `bound`: `least` or `most`, for the median, or with `every` for each round."""
        self.figures.append(Figure(name, [measure() for _ in range(self.rounds)], unit, **bound))
        print(f"{self.figures[-1]}\n{self.figures[-1].spread}", flush=True)

    def wrk(self, port: int, path: str, cookie: str, connections: int, seconds: int) -> Load:
        return wrk(port, path, cookie, connections=1 if self.quick else connections, seconds=1 if self.quick else seconds)

    def server(self, target: str, url: str, **more: str) -> AbstractContextManager[int]:
        return granian(sys.executable, target, environment(url, **more), workers=1 if self.quick else 2)

    def note(self, text: str) -> None:
        print(f"# {time.monotonic() - self.begun:4.0f} s  {text}", flush=True)

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite"

    def url(self, name: str) -> str:
        return f"sqlite:///{self.path(name)}"

    def demonstration(self, name: str, sessions: int | None = None) -> Database:
        """A database of its own, with the demonstration in it, and so many sessions in all."""
        if self.quick:
            shutil.copy(self.path("large"), self.path(name))
            return Database(self.url(name), Settings("demo", "", SECRET, None).audit_key)
        return database(self.url(name), sessions)

    # ---- pages

    def pages(self) -> None:
        with ExitStack() as stack:
            twin = stack.enter_context(self.server("bench.twin:front", self.url("large"), BENCH_SESSION=str(SESSION)))
            person = Person(twin, UNIT)
            assert "226 0" not in person.get(SEARCH)[1] and person.get(LIST)[1].count('class="id"') == 50
            self.against(twin, "list", person, LIST, "/bench/sessions", 0.5)
            self.figure("list_p99_at_16_in_medians", "ratio", lambda: self.tail(twin, person), most=3, every=True)
            if self.quick:
                return
            self.against_peer(stack, twin, person)
            self.against(twin, "session", person, PAGE, "/bench/session", 0.4)
            small = stack.enter_context(self.server("wsgi:front", self.url("small")))
            other = Person(small, UNIT)
            for name, path in (("list", LIST), ("search", SEARCH), ("session", PAGE)):
                assert person.get(path)[0] == other.get(path)[0] == 200
                self.warm((small, path, other.cookie), (twin, path, person.cookie))
                growth = self.growth(small, twin, path, other, person)
                self.figure(f"{name}_at_a_million_against_ten_thousand", "ratio", growth, most=1.2)

    def rate(self, port: int, path: str, cookie: str) -> float:
        """Sixteen connections: of four, all may fall on one of the two workers, which halves one side of a ratio."""
        return self.wrk(port, path, cookie, 16, 4).per_second

    def warm(self, *places: tuple[int, str, str]) -> None:
        """Every worker has met every page."""
        for port, path, cookie in () if self.quick else places:
            wrk(port, path, cookie, connections=16, seconds=1)

    def against(self, port: int, name: str, person: Person, page: str, bare: str, least: float) -> None:
        self.warm((port, page, person.cookie), (port, bare, person.cookie))
        self.figure(
            f"{name}_against_its_template",
            "ratio",
            lambda: self.rate(port, page, person.cookie) / self.rate(port, bare, person.cookie),
            least=least,
        )

    def against_peer(self, stack: ExitStack, port: int, person: Person) -> None:
        cookie, port_of_peer = peer(stack, self.folder / "peer", self.path("large"))
        theirs = "/admin/peer/examsession/"
        self.warm((port_of_peer, theirs, cookie))
        self.figure(
            "list_against_django_admin",
            "ratio",
            lambda: self.rate(port, LIST, person.cookie) / self.rate(port_of_peer, theirs, cookie),
            least=10,
        )

    def tail(self, port: int, person: Person) -> float:
        load_ = self.wrk(port, LIST, person.cookie, 16, 5)
        return load_.p99_ms / load_.median_ms

    def growth(self, small: int, large: int, path: str, a: Person, b: Person) -> Callable[[], float]:
        def measure() -> float:
            few = self.wrk(small, path, a.cookie, 1, 3)
            many = self.wrk(large, path, b.cookie, 1, 3)
            return few.per_second / many.per_second

        return measure

    def every_page(self) -> None:
        """What is measured later would take its memory for theirs."""
        few = "large" if self.quick else "small"
        more = ("--times", "1", "--readers", "region") if self.quick else ()
        told = self.program("bench.pages", "large", "--of", self.url(few), self.url("large"), *more)
        self.figure("dearest_page_at_a_million_against_ten_thousand", "ratio", lambda: float(told["worst"]), most=1.2)
        for one in told["pages"]:
            self.note(one)

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

        self.figure("dry_run_against_one_scan", "ratio", dry_run, most=3)
        db.dispose()
        memory: list[float] = []

        def applying() -> float:
            for name in ("applied", "bare"):
                shutil.copy(self.path("large"), self.path(name))
            told = self.program("bench.applying", "applied")
            bare, touched = writes.move(self.path("bare"))
            self.note(f"{told['touched']} sessions en {told['seconds']:.1f} s ; à nu, {touched} en {bare:.1f} s")
            memory.append(told["most"] / told["rest"])
            return float(told["seconds"]) / bare

        self.figure("applying_against_bare_sql", "ratio", applying, most=3)
        left = iter(memory)
        self.figure("memory_while_applying_against_rest", "ratio", lambda: next(left), most=1.5)

    def program(self, module: str, name: str, *words: str) -> dict[str, Any]:
        """What a program of the bench says of this database: it runs by itself, so that its memory is its own."""
        said = subprocess.run(
            [sys.executable, "-m", module, *words], env={**os.environ, **environment(self.url(name))}, cwd=ROOT,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return dict(json.loads(said.stdout))

    # ---- the trail

    def trail(self) -> None:
        told = self.program("bench.verifying", "large")  # once: it reads all there is
        self.figure("seconds_to_verify_a_million_sessions", "s", lambda: told["seconds"], most=300)
        self.figure("memory_while_verifying_against_rest", "ratio", lambda: told["most"] / told["rest"], most=1.2)
        db = self.demonstration("trail")
        lengthen(db, FEW if self.quick else LARGE)
        self.figure("proof_of_a_session_among_a_million_events", "ms", lambda: proof_ms(db), most=50)
        db.dispose()

    def deposit(self) -> None:
        self.demonstration("deposited", 36_000).dispose()  # locked sessions enough for so many titles
        told = self.program("bench.depositing", "deposited")
        self.figure("seconds_to_deposit_150000_titles", "s", lambda: told["seconds"], most=60)
        self.figure("megabytes_while_depositing", "MB", lambda: told["most"] / 1000, most=200)

    def saving(self) -> None:
        db = self.demonstration("saving")
        emails, numbers = add_savers(db, self.savers, self.forties * self.rounds)
        db.dispose()
        numbers, forties = numbers[: self.savers], iter(numbers[self.savers :])
        with self.server("wsgi:front", self.url("saving")) as port:
            self.warm_saving(port, emails, numbers)
            self.figure("saving_forty_against_bare_sql", "ratio", lambda: self.forty(port, emails[0], forties), most=6)
            rates: list[float] = []

            def failing() -> float:
                done = at_once(port, emails, numbers, self.saves)
                rates.append(done.per_second)
                assert not (self.quick and done.failed), "what fails is no save"
                return done.failed

            self.figure("failures_of_16_saving_at_once", "requests", failing, most=0)
        self.postgres(rates)

    def warm_saving(self, port: int, emails: Sequence[str], numbers: Sequence[int]) -> None:
        """Every thread has a connection, and every connection its statements."""
        if not self.quick:
            at_once(port, emails, numbers, self.saves)

    def forty(self, port: int, email: str, numbers: Iterator[int]) -> float:
        """One request through the server against the bare writes, thirty of each, in turns."""
        person = Person(port, email)
        shutil.copy(self.path("saving"), self.path("bare_saving"))
        bare = writes.connect(self.path("bare_saving"))
        mine = theirs = 0.0
        for number in islice(numbers, self.forties):
            fields, groups = sheet(person, number)
            begun = time.perf_counter()
            status, _ = person.post(f"/sessions/{number}/resultats", {**fields, **dict.fromkeys(groups, "titre")})
            mine += time.perf_counter() - begun
            assert status == 303
            theirs += writes.save_forty(bare, number, [int(group.split("-")[1]) for group in groups], "titre")
        bare.close()
        return mine / theirs

    def postgres(self, on_sqlite: list[float]) -> None:
        cluster = Cluster(durable=True)
        base = cluster.start()
        try:
            with psycopg.connect(base + "/postgres", autocommit=True) as conn:
                conn.execute("CREATE DATABASE bench")
            url = f"{base}/bench"
            db = smallest(url) if self.quick else database(url, None)
            emails, numbers = add_savers(db, self.savers)
            db.dispose()
            with self.server("wsgi:front", url) as port:
                self.warm_saving(port, emails, numbers)

                def rate() -> float:
                    done = at_once(port, emails, numbers, self.saves)
                    assert not done.failed, "what fails is no save"
                    return done.per_second / on_sqlite.pop(0)

                self.figure("saving_on_postgresql_against_sqlite", "ratio", rate, least=1)
        finally:
            cluster.stop()


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as name:
        bench = Bench(Path(name), quick)
        for size, count in (("large", FEW),) if quick else (("small", SMALL), ("large", LARGE)):
            database(bench.url(size), count).dispose()
            bench.note(f"{count} sessions chargées")
        bench.pages()
        bench.every_page()
        bench.measures()
        bench.trail()
        bench.deposit()
        bench.saving()
        bench.note("fin")
    missed = [f.name for f in bench.figures if not f.held]
    if missed and not quick:
        print(f"Manqué : {', '.join(missed)}", file=sys.stderr)
    return 1 if missed and not quick else 0


if __name__ == "__main__":
    sys.exit(main())
