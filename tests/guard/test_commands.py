"""What the Makefile and the README promise: each command is listed and does its work, each account sees the pages it is told to try."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.demo.data import ACCOUNTS, PASSWORD
from portal.paths import ROOT
from tests.support.demonstration import EMAILS
from tests.support.processes import family, lives, wait_until
from tests.support.server import SECRET

MAKEFILE, README = (ROOT / "Makefile").read_text(), (ROOT / "README.md").read_text()
OLD = ("-o", ".venv/run.stamp", "-o", ".venv/dev.stamp")  # what is installed stays as it is
TARGETS = set(re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split())


# As a person calls it, though these tests may themselves run under `make test`.
OUTSIDE = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *OLD, *words], cwd=ROOT, env=OUTSIDE, capture_output=True, text=True, check=False, timeout=240)


def test_make_alone_lists_every_target_in_a_line() -> None:
    listed = make()
    lines = listed.stdout.splitlines()
    assert listed.returncode == 0 and {line.split()[1] for line in lines} == TARGETS, listed.stderr
    assert all(re.fullmatch(r"  make [a-z]+ +\S.+", line) for line in lines)


def test_the_readme_and_the_recipes_name_targets_that_there_are() -> None:
    named = set(re.findall(r"\bmake ([a-z]+)", README + (ROOT / "CONTRIBUTING.md").read_text()))
    assert {"run", "test"} <= named <= TARGETS


@contextmanager
def served(command: list[str], folder: Path, cwd: Path = ROOT) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server started by this command on a free port, with a database of its own; ended as Ctrl+C ends it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "PORTAL_ENV": "demo",
        "PORT": str(port),
        "PORTAL_DATABASE_URL": f"sqlite:///{folder / 'own.sqlite'}",
        "PORTAL_SECRET_KEY": SECRET,
    }
    process = subprocess.Popen(
        command, cwd=cwd, env={**OUTSIDE, **own}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.communicate(timeout=5)
        except subprocess.TimeoutExpired:  # the reloader was just starting its child, which an interrupt may miss
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def status(process: subprocess.Popen[str], address: str) -> int:
    """What the page answers, as soon as somebody listens; a server that ended is not waited for."""
    while process.poll() is None:
        try:
            return int(urllib.request.urlopen(address, timeout=60).status)
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
    raise AssertionError("the server ended by itself")


@pytest.mark.parametrize("target", ["run", "dev"])
def test_it_says_where_and_how_to_sign_in_and_serves(target: str, loaded_demonstration: Path, tmp_path: Path) -> None:
    """The first time, it loads the demonstration; what `dev` makes ready is made by the same call, and is there already."""
    if target == "dev":
        shutil.copy(loaded_demonstration, tmp_path / "own.sqlite")
    with served(["make", *OLD, target], tmp_path) as (process, address):
        assert process.stdout
        first = [process.stdout.readline() for _ in range({"run": 5, "dev": 4}[target] + len(ACCOUNTS))]
        told = "".join(first)
        assert ("Chargement de la démonstration…" in told) == (target == "run")
        assert address in told and PASSWORD in told and "lundi 15 juin 2020" in told
        assert all(email in told for email, *_ in ACCOUNTS)
        assert any(re.search("Started worker-2|Running on", line) for line in iter(process.stdout.readline, ""))
        assert status(process, f"{address}/healthz") == 200
        all_of_it = family(process.pid)
    assert len(all_of_it) == {"run": 5, "dev": 4}[target], "make, what prepares, the worker, and those that serve"
    wait_until(lambda: not any(lives(pid) for pid in all_of_it))


def test_the_command_line_serves_from_any_folder(loaded_demonstration: Path, tmp_path: Path) -> None:
    shutil.copy(loaded_demonstration, tmp_path / "own.sqlite")
    command = [str(Path(sys.executable).with_name("portal")), "serve"]
    with served(command, tmp_path, cwd=tmp_path) as (process, address):
        assert process.stdout and any("Started worker-2" in line for line in iter(process.stdout.readline, ""))
        assert status(process, f"{address}/healthz") == 200


def test_the_gallery_draws_three_pictures_of_one_role(tmp_path: Path) -> None:
    done = make("gallery", f"ARGS=--quick --out {tmp_path / 'pictures'}")
    assert done.returncode == 0, done.stderr
    drawn = list((tmp_path / "pictures").rglob("*.png"))
    assert len(drawn) == 3 and all(file.stat().st_size > 5_000 for file in drawn)


def test_the_readme_names_the_accounts_of_the_demonstration_and_their_password() -> None:
    assert f"`{PASSWORD}`" in README
    assert set(re.findall(r"`([\w-]+@demo\.example)`", README)) == {email for email, *_ in ACCOUNTS} == set(EMAILS.values())
