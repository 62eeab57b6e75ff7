"""Servers under test, each as in production: granian with two workers, on a free port of 127.0.0.1."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from portal.demo.data import PASSWORD

ROOT = Path(__file__).resolve().parent.parent
IDLE = 5.0  # seconds


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def granian(python: str, target: str, env: Mapping[str, str], folder: Path = ROOT, workers: int = 2) -> Iterator[int]:
    """`target` is module:app, or module:front (portal/front.py), found from `folder`; four threads work in each process."""
    port = free_port()
    how = ["--interface", "rsgi", "--no-ws"] if target.endswith(":front") else ["--interface", "wsgi", "--blocking-threads", "4"]
    command = [
        python, "-m", "granian", *how, "--http", "1", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers),
        "--no-log", "--working-dir", str(folder), target,
    ]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _answers(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def peer(stack: ExitStack, folder: Path, database: Path) -> tuple[str, int]:
    """Django's admin over the same rows: a cookie that is signed in, and its port."""
    folder.mkdir()
    python, where = str(ROOT / ".venv-peer/bin/python"), ROOT / "bench/peers/django_admin"
    env = {"PEER_FOLDER": str(folder), "PEER_DATABASE": str(database)}
    said = subprocess.run(
        [python, "-c", "import peer; print(peer.prepare())"],
        cwd=where,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=True,
    )
    return f"sessionid={said.stdout.strip()}", stack.enter_context(granian(python, "peer:app", env, where))


def _answers(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            sys.exit("Le serveur à mesurer n’a pas démarré.")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("Le serveur à mesurer ne répond pas.")


class Person:
    """A signed-in person over one kept connection."""

    def __init__(self, port: int, email: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.signed_in, self.last = False, time.monotonic()
        page = self.get("/connexion")[1]
        self.post("/connexion", {"csrf_token": token(page), "email": email, "password": PASSWORD, "suite": "/sessions"})
        assert "portail" in self.cookies
        self.signed_in = True

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path: str) -> tuple[int, str]:
        return self._send("GET", path, None)

    def post(self, path: str, fields: Mapping[str, object]) -> tuple[int, str]:
        return self._send("POST", path, urllib.parse.urlencode(fields))

    def _send(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        headers = {"Cookie": self.cookie} if self.cookies else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if time.monotonic() - self.last > IDLE:  # the server closes what nothing is asked over, as any does
            self.connection.close()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        self.last = time.monotonic()
        text = answer.read().decode()
        # A post after the sign-in leaves the cookie: messages that no page shows would pile up in it, as for no person.
        for header in [] if self.signed_in and method == "POST" else answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)
