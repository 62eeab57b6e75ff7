"""A results day: 5,000 centres enter the results of 100,000 candidates within an hour, compressed ten times, on two nodes and one PostgreSQL.

    python -m bench.results_day [--centres 5000] [--minutes 6] [--rush] [--quick]

Each centre opens its day's page, then its sheet of twenty, half of them save a draft, all save for good, and look at their session; in
between they type for seconds. They come at any moment, whether or not those before were answered; in a `--rush` most of them in the
middle, where twice as many come at once. Requests go to both nodes in turn. All is signed in before. Prints a table, and ends with 1
where a request failed, the slowest hundredth of the saves took more than twenty medians of a save on the idle portal, or what was
acknowledged does not stand.
"""

import argparse
import heapq
import http.client
import os
import random
import secrets
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median, quantiles

import psycopg
from sqlalchemy import insert, select
from stdnum import luhn

from bench.data import SECRET, environment
from bench.saving import read_sheet
from bench.servers import IDLE, granian
from portal.app import create_app
from portal.clock import PARIS, Clock
from portal.features.access.inviting import invite
from portal.features.accounts.actions import digest
from portal.features.candidates.importing import import_candidates
from portal.features.reference.importing import import_centres, import_titles
from portal.features.sessions.importing import import_sessions
from portal.rules.lifecycle import Role
from portal.settings import DEMO_DAY, Settings
from portal.store import migrate
from portal.store.accounts import account, sign_in
from portal.store.actors import Occasion, Source, operator
from portal.store.database import Database
from portal.store.france import DEPARTMENTS
from portal.store.serving import let_serve
from portal.store.work import Work
from tests.support.postgres import SERVES, Cluster

CANDIDATES, FIRST, IDLE_SAVES = 20, 300_000, 60
OUTCOMES = ("titre", "echec", "absent")
AT_ONCE = 64  # requests under way at most: beyond, people are late, which is told
MOST_MEDIANS = 20
TYPING = (2.0, 10.0)  # seconds between two requests of a person


# ---- before the day


def siret_of(i: int) -> str:
    """An invented SIRET with both its keys."""
    siren = f"91{i:06}"
    base = f"{siren}{luhn.calc_check_digit(siren)}0001"
    return base + luhn.calc_check_digit(base)


def prepare(db: Database, centres: int) -> list[str]:
    """So many centres with an account each, signed in, and with a session of twenty that waits for its results: their cookies, one a centre."""
    now = Clock(DEMO_DAY).now().astimezone(PARIS)
    work = Work(db, Occasion(operator(), Source.CLI, now, DEMO_DAY))
    codes, sirets = sorted(DEPARTMENTS), [siret_of(i) for i in range(centres)]
    named = "".join(f"{siret};FORMATIONS {i};{codes[i % len(codes)]}\n" for i, siret in enumerate(sirets))
    import_centres(work, f"siret;name;department\n{named}".encode())
    import_titles(work, b"code;decree_version;label;level;certificates\nTP-90001;20/04/2016;Essai;5;Former|Sensibiliser\n")
    for i, siret in enumerate(sirets):
        invite(work, f"centre{i}@demo.example", Role.CENTRE, siret=siret, name=f"Centre {i}")
    rows = "".join(
        f"{FIRST + i};{siret};TP-90001;titre;01/06/2020;05/06/2020;convocations_envoyees;\n" for i, siret in enumerate(sirets)
    )
    import_sessions(work, f"id;siret;title;kind;starts_on;ends_on;status;actual_end_on\n{rows}".encode())
    people = "".join(f"{FIRST + i};Nom{n:02};Prénom;01/02/1990;\n" for i in range(centres) for n in range(CANDIDATES))
    import_candidates(work, f"session;last_name;first_name;born_on;email\n{people}".encode())
    cookies = _signed_in(db)
    # as after a night: nothing of what was loaded is left to do
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql("VACUUM ANALYZE")
        conn.exec_driver_sql("CHECKPOINT")
    return cookies


def _signed_in(db: Database) -> list[str]:
    """As if each had signed in just now: a password that is looked at costs on purpose."""
    app = create_app(Settings("demo", db.url.render_as_string(hide_password=False), SECRET, DEMO_DAY))
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    now = Clock(DEMO_DAY).now()
    with db.writing() as tx:
        ids = tx.execute(select(account.c.id).where(account.c.role == Role.CENTRE.value).order_by(account.c.id)).scalars().all()
        tokens = [secrets.token_urlsafe(32) for _ in ids]
        rows = [
            {"token_digest": digest(t), "account_id": i, "at": now, "browser": "", "awaits_code": 0, "address": "127.0.0.1"}
            for t, i in zip(tokens, ids, strict=True)
        ]
        tx.execute(insert(sign_in), rows)
    return [f"portail={signer.dumps({'_user_id': token, '_fresh': True})}" for token in tokens]


# ---- the day


@dataclass
class Nodes:
    """Requests go to the nodes in turn, over connections that are kept, as by a proxy before them."""

    ports: Sequence[int]
    kept: threading.local = field(default_factory=threading.local)
    turn: int = 0

    def ask(self, method: str, path: str, cookie: str, fields: dict[str, object] | None = None) -> tuple[int, str, str]:
        """The status, the cookie from now on, and the page."""
        self.turn += 1
        port = self.ports[self.turn % len(self.ports)]
        known: dict[int, tuple[http.client.HTTPConnection, float]] = self.kept.__dict__.setdefault("open", {})
        connection, last = known.get(port, (http.client.HTTPConnection("127.0.0.1", port, timeout=60), time.monotonic()))
        if time.monotonic() - last > IDLE:
            connection.close()
        headers = {"Cookie": cookie, **({"Content-Type": "application/x-www-form-urlencoded"} if fields else {})}
        connection.request(method, path, urllib.parse.urlencode(fields) if fields else None, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        known[port] = connection, time.monotonic()
        for header in (answer.headers.get_all("Set-Cookie") or []) if method == "GET" else []:
            cookie = header.split(";")[0] if header.startswith("portail=") else cookie
        return answer.status, cookie, page


@dataclass
class Told:
    """What was measured: seconds of each request by what was asked, what failed, and by how much people were kept from asking."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    late: float = 0.0
    saved: set[int] = field(default_factory=set)

    def take(self, what: str, seconds: float, status: int, wanted: int) -> None:
        self.seconds.setdefault(what, []).append(seconds)
        if status != wanted:
            self.failed.append(f"{what} : {status}")


def visit(nodes: Nodes, told: Told, number: int, cookie: str, *, draft: bool) -> Iterator[None]:
    """One centre: each step a request, after which it types."""

    def timed(what: str, method: str, path: str, fields: dict[str, object] | None = None) -> str:
        nonlocal cookie
        begun = time.perf_counter()
        try:
            status, cookie, page = nodes.ask(method, path, cookie, fields)
        except OSError as error:
            told.failed.append(f"{what} : {type(error).__name__}")
            return ""
        told.take(what, time.perf_counter() - begun, status, 200 if method == "GET" else 303)
        return page

    sheet = f"/sessions/{number}/resultats"
    timed("page du jour", "GET", "/")
    yield
    for action in ("draft", "save") if draft else ("save",):
        page = timed("feuille", "GET", sheet)
        yield
        if not page:
            return
        fields, groups = read_sheet(page)
        outcomes = {group: OUTCOMES[i % 3] for i, group in enumerate(groups)}
        before = len(told.failed)
        timed("enregistrer", "POST", sheet, {**fields, "action": action, **outcomes})
        if action == "save" and len(told.failed) == before:
            told.saved.add(number)
        yield
    timed("session", "GET", f"/sessions/{number}")


def run(visits: Sequence[tuple[float, Iterator[None]]], told: Told, chance: random.Random) -> None:
    """Each visit begins at its second; its steps follow as fast as its person types."""
    due = [(at, i, steps) for i, (at, steps) in enumerate(visits)]
    heapq.heapify(due)
    changed, begun, under_way = threading.Condition(), time.monotonic(), 0

    def step(at: float, i: int, steps: Iterator[None]) -> None:
        nonlocal under_way
        told.late = max(told.late, time.monotonic() - begun - at)
        more = next(steps, steps) is None
        with changed:
            under_way -= 1
            if more:
                heapq.heappush(due, (time.monotonic() - begun + chance.uniform(*TYPING), i, steps))
            changed.notify()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        while True:
            with changed:
                while (due and due[0][0] > time.monotonic() - begun) or (not due and under_way):
                    changed.wait(due[0][0] - (time.monotonic() - begun) if due else None)
                if not due:
                    break
                one = heapq.heappop(due)
                under_way += 1
            pool.submit(step, *one)


def slowest_hundredth(seconds: Sequence[float]) -> float:
    """From how many seconds on a request is among the slowest hundredth."""
    return quantiles(seconds, n=100)[98] if len(seconds) > 1 else seconds[0]


def table(told: Told, idle: float, centres: int, minutes: float) -> str:
    """To be pasted."""
    lines = ["| requête | nombre | médiane (ms) | 99e centile (ms) | la plus lente (ms) |", "|---|---|---|---|---|"]
    for what, seconds in told.seconds.items():
        cut = slowest_hundredth(seconds) * 1000
        lines.append(f"| {what} | {len(seconds)} | {median(seconds) * 1000:.0f} | {cut:.0f} | {max(seconds) * 1000:.0f} |")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    in_medians = slowest_hundredth(told.seconds["enregistrer"]) / idle
    lines += [
        "",
        f"{centres} centres, {centres * CANDIDATES} candidats en {minutes:g} min, deux nœuds, PostgreSQL ; charge de la machine {load} "
        f"({os.cpu_count()} processeurs).",
        f"{len(told.failed)} échec(s) ; enregistrer au repos : {idle * 1000:.0f} ms de médiane ; 99e centile sous la charge : "
        f"{in_medians:.1f} médianes (au plus {MOST_MEDIANS}) ; retard des personnes : {told.late:.2f} s au plus.",
    ]
    return "\n".join(lines)


def held(told: Told, idle: float) -> bool:
    return not told.failed and slowest_hundredth(told.seconds["enregistrer"]) <= MOST_MEDIANS * idle


def the_day(owned: Database, url: str, centres: int, minutes: float, *, rush: bool) -> bool:
    """Prepare, serve on two nodes as `url` says, and let the day happen. Whether it held."""
    cookies = prepare(owned, centres)
    print(f"# {centres} centres prêts")
    chance = random.Random(5)
    with ExitStack() as stack:
        ports = [stack.enter_context(granian(sys.executable, "wsgi:front", environment(url))) for _ in range(2)]
        nodes, told, rest = Nodes(ports), Told(), Told()
        at_rest = min(IDLE_SAVES, centres // 2)
        for number in range(at_rest):
            for _ in visit(nodes, rest, FIRST + number, cookies[number], draft=True):
                pass
        idle = median(rest.seconds["enregistrer"])
        print(f"# au repos : {idle * 1000:.1f} ms")
        numbers = range(at_rest, centres)
        comes = chance.triangular if rush else chance.uniform
        at = [comes(0, minutes * 60) for _ in numbers]
        steps = [visit(nodes, told, FIRST + n, cookies[n], draft=n % 2 == 0) for n in numbers]
        run(list(zip(at, steps, strict=True)), told, chance)
    print(table(told, idle, len(numbers), minutes))
    return held(told, idle) and not rest.failed and stands(owned, told.saved | rest.saved)


def stands(db: Database, saved: set[int]) -> bool:
    """Whether each session of which somebody was told that it is saved has all its results."""
    query = "SELECT session_id FROM result WHERE definitive GROUP BY session_id HAVING count(*) = %s"
    with db.reading() as conn:
        there = {int(row[0]) for row in conn.exec_driver_sql(query, (CANDIDATES,))}
    return saved <= there


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--centres", type=int, default=5_000)
    words.add_argument("--minutes", type=float, default=6)
    words.add_argument("--rush", action="store_true")
    words.add_argument("--quick", action="store_true")
    given = words.parse_args()
    centres, minutes = (40, 0.2) if given.quick else (given.centres, given.minutes)
    with tempfile.TemporaryDirectory(prefix="portal-day-") as folder:
        os.chmod(folder, 0o755)
        cluster = Cluster(durable=True, place=folder)
        base = cluster.start()
        try:
            with psycopg.connect(f"{base}/postgres", autocommit=True) as conn:
                conn.execute("CREATE DATABASE day")
            owned = Database(f"{base}/day", Settings("demo", "", SECRET, DEMO_DAY).audit_key)
            migrate.upgrade(owned)
            let_serve(owned, SERVES)
            served = owned.url.set(username=SERVES).render_as_string(hide_password=False)
            good = the_day(owned, served, centres, minutes, rush=given.rush)
            owned.dispose()
        finally:
            cluster.stop()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
