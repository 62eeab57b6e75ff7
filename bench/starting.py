"""A first `make run` killed at any moment is made whole by the next: killed after 0.2, 0.4, … seconds, each time in a copy as new.

    python -m bench.starting [--from 0.2] [--to 20] [--step 0.2] [--venv] [--interrupts 20] [--port 18200]

Without `--venv` the libraries are there already, and the killing falls into what follows. Then Ctrl-C, so many times, at any moment and
with connections that others hold open. Prints a line each; ends with 1 where a next start is not whole, or one lasts longer than 2 s.
"""

import argparse
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from scripts.copies import copied
from tests.support.processes import family, lives

MOST_SECONDS = 2
READY = "Started worker-2 runtime"
OURS = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "PYTHON", "MAKE", "MFLAGS"))}
COUNTED = ("exam_session", "measure_run", "request", "account", "candidate", "result")


@contextmanager
def started(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`make run`, in a group of its own; nothing of it stays."""
    process = subprocess.Popen(
        ["make", "run"], cwd=folder, env={**OURS, "PORT": str(port)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def whole(folder: Path, port: int) -> tuple[float, dict[str, int] | str]:
    """Seconds until a start serves, and what it then has; or what it said instead."""
    begun, said = time.monotonic(), []
    with started(folder, port) as process:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            if READY in line:
                break
        else:
            return time.monotonic() - begun, "".join(said[-5:])
        taken = time.monotonic() - begun
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)
    for check in ("portal audit verify", "python -m pip check"):
        done = subprocess.run(
            f"{folder}/.venv/bin/{check}".split(), cwd=folder, env={**OURS, "PORTAL_ENV": "demo"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            return taken, done.stdout + done.stderr
    with closing(sqlite3.connect(folder / "instance/portal.sqlite")) as db:
        return taken, {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in COUNTED}


def interrupted(folder: Path, port: int, after: float | None) -> float:
    """Seconds until nothing is left once Ctrl-C was typed: so long after the start, or when it serves, with slow people."""
    with started(folder, port) as process:
        lines = [socket.socket() for _ in range(4)]
        if after is None:
            assert process.stdout and any(READY in line for line in process.stdout)
            for line in lines:
                while line.connect_ex(("127.0.0.1", port)):
                    time.sleep(0.05)
            lines[0].sendall(b"POST /connexion HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nemail=")
        else:
            time.sleep(after)
        begun, everybody = time.monotonic(), family(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)
        while any(lives(pid) for pid in everybody):
            time.sleep(0.01)
        for line in lines:
            line.close()
        return time.monotonic() - begun


def emptied(folder: Path, venv: bool) -> None:
    """As it was before the first start."""
    names = ["instance"] + ([".venv", ".venv.lock", ".venv.unfinished"] if venv else [])
    subprocess.run(["rm", "-rf", *names], cwd=folder, check=True)


def main() -> int:
    words = argparse.ArgumentParser()
    for name, value in (("from", 0.2), ("to", 20.0), ("step", 0.2)):
        words.add_argument(f"--{name}", type=float, default=value)
    words.add_argument("--venv", action="store_true")
    words.add_argument("--interrupts", type=int, default=20)
    words.add_argument("--port", type=int, default=18200)
    given = vars(words.parse_args())
    with tempfile.TemporaryDirectory(prefix="portal-starts-") as place:
        folder = copied(Path(place))
        seconds, right = whole(folder, given["port"])
        print(f"not killed      {seconds:5.1f} s  {right}", flush=True)
        missed = int(isinstance(right, str))
        for n in range(round((given["to"] - given["from"]) / given["step"]) + 1):
            delay = given["from"] + n * given["step"]
            emptied(folder, given["venv"])
            with started(folder, given["port"]):
                time.sleep(delay)
            seconds, found = whole(folder, given["port"])
            missed += found != right
            print(f"killed at {delay:5.1f} {seconds:5.1f} s  {'whole' if found == right else found}", flush=True)
        for n in range(given["interrupts"]):
            after = None if n % 2 else 0.2 + 0.2 * n
            taken = interrupted(folder, given["port"], after)
            missed += taken > MOST_SECONDS
            print(f"Ctrl-C {'while it serves' if after is None else f'after {after:.1f} s'}: {taken:.2f} s", flush=True)
    print(f"{missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
