"""A real `portal serve`: who sends or reads slowly holds no working place, and what was cut on its way is not worked on."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from portal.demo.data import PASSWORD
from portal.paths import ROOT
from tests.support.server import SECRET

FORM = "Host: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
HEAD = f"POST /sessions/1/resultats HTTP/1.1\r\n{FORM}"
PLACES = 8


@pytest.fixture(scope="module")
def port(loaded_demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(loaded_demonstration, folder / "own.sqlite")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    own = {
        "PORTAL_ENV": "demo",
        "PORT": str(number),
        "PORTAL_DATABASE_URL": f"sqlite:///{folder / 'own.sqlite'}",
        "PORTAL_SECRET_KEY": SECRET,
    }
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("portal")), "serve"],
        cwd=ROOT, env={**os.environ, **own}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout and any("Started worker-2 runtime" in line for line in iter(process.stdout.readline, ""))
    while process.poll() is None:
        with suppress(ConnectionRefusedError):
            get(number, "/healthz")
            break
    yield number
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)


def opened(port: int, data: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(data)
    return connection


def answer(connection: socket.socket) -> str:
    """All that comes back."""
    with connection, connection.makefile("rb") as told:
        return told.read().decode()


def get(port: int, path: str, cookie: str = "") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Cookie": cookie})
    told = connection.getresponse()
    return told.status, told.read()


def signed_in(port: int, email: str) -> str:
    """The cookie of a person."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/connexion")
    page = connection.getresponse()
    token = re.findall('name="csrf_token" value="([^"]+)"', page.read().decode())[0]
    cookie = str(page.headers["Set-Cookie"]).split(";")[0]
    body = f"csrf_token={token}&email={email.replace('@', '%40')}&password={PASSWORD.replace('!', '%21')}"
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/connexion", body, headers)
    done = connection.getresponse()
    assert done.status == 303
    return next(c.split(";")[0] for c in done.headers.get_all("Set-Cookie") or [] if c.startswith("portail="))


def test_forty_bodies_that_never_come_hold_no_working_place(port: int) -> None:
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(opened(port, f"{HEAD}Content-Length: 90000\r\n\r\na".encode()))
        assert get(port, "/healthz") == (200, b'{"status":"ok"}\n') and get(port, "/connexion")[0] == 200


@pytest.mark.parametrize("sent", ["Content-Length: 10\r\n\r\na=1", "Transfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n"])
def test_a_form_that_was_cut_on_its_way_is_not_worked_on(port: int, sent: str) -> None:
    connection = opened(port, (HEAD + sent).encode())
    connection.shutdown(socket.SHUT_WR)
    told = answer(connection)
    assert told.startswith(("HTTP/1.1 408", "HTTP/1.1 411")) and "Rien n’a été enregistré" in told


def test_a_body_without_end_is_not_kept(port: int) -> None:
    with opened(port, f"{HEAD}Content-Length: 99999999999\r\n\r\n".encode()) as connection, pytest.raises(OSError):
        for _ in range(1000):  # the buffers on the way hold some megabytes
            connection.sendall(b"a" * 100_000)


@pytest.mark.parametrize("lines", [1_000, 1_000_000], ids=["many", "endless"])
def test_lines_before_a_request_are_few(port: int, lines: int) -> None:
    with opened(port, b"GET / HTTP/1.1\r\nHost: x\r\n") as connection:
        try:
            for i in range(lines):
                connection.sendall(b"X-%d: %s\r\n" % (i, b"b" * 100))
            told = connection.recv(100)
        except OSError:
            return
        assert told.startswith(b"HTTP/1.1 431") or not told


def test_a_name_with_an_underscore_passes_for_no_other(port: int) -> None:
    told = answer(opened(port, f"POST /connexion HTTP/1.1\r\n{FORM}Content_Length: 3\r\n\r\n".encode()))
    assert told.startswith("HTTP/1.1 400"), "an empty form, without its token"


def test_who_reads_slowly_holds_no_working_place(port: int) -> None:
    cookie = signed_in(port, "national@demo.example")
    status, whole = get(port, "/sessions/export?quoi=candidats", cookie)
    assert status == 200 and len(whole) > 64_000, "goes through a file"
    ask = f"GET /sessions/export?quoi=candidats HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n".encode()
    with ExitStack() as stack:
        readers = [stack.enter_context(opened(port, ask)) for _ in range(2 * PLACES)]
        begun = [reader.recv(15) for reader in readers]
        assert set(begun) == {b"HTTP/1.1 200 OK"}, "all are answered, though none has read"
        assert get(port, "/healthz")[0] == 200 and get(port, "/sessions", cookie)[0] == 200
        head, _, body = answer(readers[0]).encode().partition(b"\r\n\r\n")
        assert body == whole and f"content-length: {len(whole)}".encode() in head


def test_a_hundred_and_twenty_wrong_passwords_hold_nobody_up(port: int) -> None:
    cookie = signed_in(port, "ud94@demo.example")
    with opened(port, b"GET /connexion HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as connection:
        page = answer(connection)
    token, own = re.findall('name="csrf_token" value="([^"]+)"', page)[0], re.findall("set-cookie: ([^;]+)", page)[0]
    body = f"csrf_token={token}&email=nobody%40demo.example&password=guess"
    ask = f"POST /connexion HTTP/1.1\r\n{FORM}Cookie: {own}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    with ThreadPoolExecutor(24) as clients:
        sent = [clients.submit(lambda: answer(opened(port, ask))) for _ in range(120)]
        assert get(port, "/sessions", cookie)[0] == 200
    codes = [one.result()[9:12] for one in sent]
    assert codes.count("422") == 10 and codes.count("429") == 110


def test_what_was_made_to_start_is_not_looked_through_for_garbage() -> None:
    """In a process of its own: it changes how the whole interpreter collects."""
    code = (
        "import gc; from portal.front import set_aside_what_stays as f; f(); print(gc.get_freeze_count(), gc.get_threshold()[2])"
    )
    kept, rarely = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    assert int(kept) > 10_000 and rarely == "100"
