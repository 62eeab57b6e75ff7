"""Real processes: who started whom, and what is waited for until it is so."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def children(pid: int) -> list[int]:
    """Whom it started."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def lives(pid: int) -> bool:
    """Whether it has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(true: Callable[[], bool]) -> None:
    """Half a minute at most."""
    tick = threading.Event()
    for _ in range(600):
        if true():
            return
        tick.wait(0.05)
    raise AssertionError("it never came true")


def family(pid: int) -> list[int]:
    """This process and all that come from it."""
    return [pid, *(one for child in children(pid) for one in family(child))]
