"""What a stranger may cost: attacks made by hand on a real `portal serve`, while a person works and a watcher asks `/healthz`.

    python -m bench.strangers [ATTACK…]

Prints for each attack the slowest page of the person, the slowest `/healthz`, and the memory above rest; exits 1 where one is missed.
"""

import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path

import xlsxwriter

from bench.data import SECRET, database
from bench.run import UNIT
from bench.servers import ROOT, Person, _answers, free_port, token

SESSIONS = 20_000
SECONDS = 15
PAGE_SECONDS, HEALTH_SECONDS, MEGABYTES = 1.0, 0.1, 300
CENTRE, NATION = "centre@demo.example", "national@demo.example"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Target:
    port: int
    cookie: str  # of somebody who is signed in, for the attacks that need one
    stop: Event

    def send(self, data: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(data)
        return connection

    def post(self, path: str, body: bytes, kind: str = FORM, cookie: str = "") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": kind, "Cookie": cookie}
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    def drip(self, head: bytes, bit: bytes, every: float) -> None:
        """Send the head, then a bit again and again, however long the server takes it; then once more."""
        while not self.stop.is_set():
            with suppress(OSError), self.send(head) as connection:
                while not self.stop.wait(every):
                    connection.sendall(bit)


Attack = Callable[[Target, int], None]


def wrong_passwords(target: Target, i: int) -> None:
    """120 from 24 clients."""
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
    connection.request("GET", "/connexion")
    answer = connection.getresponse()
    page, cookie = answer.read().decode(), str(answer.headers["Set-Cookie"]).split(";")[0]
    for n in range(5):
        typed = {"csrf_token": token(page), "email": CENTRE, "password": f"guess {i} {n}"}
        target.post("/connexion", urllib.parse.urlencode(typed).encode(), cookie=cookie)


def slow_bodies(target: Target, _i: int) -> None:
    head = f"POST /connexion HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 90000\r\n\r\n"
    target.drip(head.encode(), b"a", 1)


def slow_readers(target: Target, _i: int) -> None:
    """Of the largest export: a kilobyte a second."""
    head = f"GET /sessions/export?quoi=candidats HTTP/1.1\r\nHost: x\r\nCookie: {target.cookie}\r\n\r\n"
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", target.port))
        connection.sendall(head.encode())
        while not target.stop.wait(1):
            connection.recv(1024)


def many_fields(target: Target, _i: int) -> None:
    body = b"&".join(b"f%d=" % n for n in range(900_000))
    while not target.stop.is_set():
        with suppress(OSError):
            target.post("/sessions/1/resultats", body)


def endless_headers(target: Target, _i: int) -> None:
    target.drip(b"GET / HTTP/1.1\r\nHost: x\r\n", b"".join(b"X-%d: %s\r\n" % (n, b"b" * 1000) for n in range(20)), 0)


def endless_chunks(target: Target, _i: int) -> None:
    head = f"POST /connexion HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n"
    target.drip(head.encode(), b"10000\r\n" + b"a" * 0x10000 + b"\r\n", 0)


def endless_body(target: Target, _i: int) -> None:
    head = f"POST /connexion HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 99999999999\r\n\r\n"
    target.drip(head.encode(), b"a" * 0x10000, 0)


def idle_connections(target: Target, _i: int) -> None:
    target.drip(b"", b"", 1)


def upload(name: str, data: bytes) -> Attack:
    def attack(target: Target, _i: int) -> None:
        path = "/sessions/224566/candidats/import"
        connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
        connection.request("GET", path, headers={"Cookie": target.cookie})
        sent = token(connection.getresponse().read().decode())
        body = (
            f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{sent}\r\n'
            f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        ).encode() + data + b"\r\n--x--\r\n"  # fmt: skip
        while not target.stop.is_set():
            with suppress(OSError):
                target.post(path, body, "multipart/form-data; boundary=x", target.cookie)

    return attack


def columns() -> bytes:
    return (";".join(f"c{n}" for n in range(60_000)) + "\n" + ";" * 60_000 + "\n").encode()


def workbook(rows: int = 4_000, cells: int = 5, signs: int = 30_000) -> bytes:
    """A small workbook whose every cell is one long shared text."""
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed) as book:
        sheet = book.add_worksheet()
        for row in range(rows):
            sheet.write_row(row, 0, ["x" * signs] * cells)
    return packed.getvalue()


# How many at once, and what each does.
ATTACKS: dict[str, tuple[int, Attack]] = {
    "nobody": (0, idle_connections),
    "wrong_passwords": (24, wrong_passwords),
    "slow_bodies": (40, slow_bodies),
    "slow_readers": (20, slow_readers),
    "many_fields": (8, many_fields),
    "endless_headers": (20, endless_headers),
    "endless_chunks": (20, endless_chunks),
    "endless_body": (20, endless_body),
    "idle_connections": (300, idle_connections),
    "columns": (8, upload("a.csv", columns())),
    "workbook": (8, upload("a.xlsx", workbook())),
}


@contextmanager
def serving(url: str) -> Iterator[tuple[int, int]]:
    """`portal serve`, as in production: its port and its process."""
    port = free_port()
    env = {"PORTAL_ENV": "demo", "PORTAL_DATABASE_URL": url, "PORTAL_SECRET_KEY": SECRET, "PORT": str(port)}
    command = [str(Path(sys.executable).with_name("portal")), "serve"]
    process = subprocess.Popen(command, env={**os.environ, **env}, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _answers(port, process)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def megabytes(pid: int) -> float:
    """What a process and all that it started hold of memory, what they share counted once."""
    total, queue = 0.0, [pid]
    while queue:
        one = queue.pop()
        with suppress(OSError):
            told = dict(line.split(":")[:2] for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()[1:])
            total += int(told["Pss"].split()[0]) / 1000
            for task in Path(f"/proc/{one}/task").iterdir():
                queue += map(int, (task / "children").read_text().split())
    return total


@dataclass
class Watch:
    """What is asked while an attack runs: the slowest of each, the most memory."""

    target: Target
    pid: int
    pages: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    most: float = 0

    def repeat(self, act: Callable[[], None], every: float) -> threading.Thread:
        def go_on() -> None:
            while not self.target.stop.wait(every):
                act()

        thread = threading.Thread(target=go_on)
        thread.start()
        return thread

    def get(self, path: str, cookie: str = "") -> float:
        """How long it takes."""
        begun = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.target.port, timeout=60)
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        assert answer.status == 200, answer.status
        answer.read()
        connection.close()
        return time.perf_counter() - begun

    def page(self, cookie: str) -> None:
        self.pages += [self.get(path, cookie) for path in ("/sessions", "/sessions/224566")]

    def healthz(self) -> None:
        self.health.append(self.get("/healthz"))

    def memory(self) -> None:
        self.most = max(self.most, megabytes(self.pid))


def attack_together(attack: Attack, target: Target, number: int) -> None:
    threads = [threading.Thread(target=attack, args=(target, i)) for i in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def attacked(name: str, port: int, pid: int, cookie: str, person: str) -> bool:
    """Whether all held; one line says how."""
    number, attack = ATTACKS[name]
    apart = get_context("fork")  # the attackers have a process of their own, so that they do not slow down whoever watches
    target, rest = Target(port, cookie, apart.Event()), megabytes(pid)
    watch = Watch(target, pid)
    threads = [
        watch.repeat(lambda: watch.page(person), 0.1), watch.repeat(watch.healthz, 0.05), watch.repeat(watch.memory, 0.2),
    ]  # fmt: skip
    attackers = apart.Process(target=attack_together, args=(attack, target, number))
    attackers.start()
    time.sleep(SECONDS)
    target.stop.set()
    attackers.join()
    for thread in threads:
        thread.join()
    page, health, more = max(watch.pages), max(watch.health), watch.most - rest
    held = page <= PAGE_SECONDS and health <= HEALTH_SECONDS and more <= MEGABYTES
    print(
        f"{name:<17} page {page:5.2f} s  healthz {health * 1000:4.0f} ms  {more:+5.0f} MB  {'' if held else 'MANQUÉ'}", flush=True
    )
    return held


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        url = f"sqlite:///{folder}/attacked.sqlite"
        database(url, SESSIONS).dispose()
        with serving(url) as (port, pid):
            nation, centre, person = (Person(port, email).cookie for email in (NATION, CENTRE, UNIT))
            cookies = {"slow_readers": nation}
            held = [attacked(name, port, pid, cookies.get(name, centre), person) for name in sys.argv[1:] or ATTACKS]
            return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
