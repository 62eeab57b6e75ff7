"""How processes end: when they are asked to, and with whoever started them."""

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from types import FrameType
from typing import NoReturn

PDEATHSIG = 1  # of prctl, in Linux: which signal to send us when whoever started us ends
GLANCE = 0.1  # seconds


class Asked:
    """Whether SIGINT or SIGTERM asked this process to end; the second time it ends at once."""

    to_end = False

    def listen(self) -> None:
        """From now on they ask, and no longer end it."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._hear)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self.to_end = True
        signal.signal(number, signal.SIG_DFL)

    def wait(self, seconds: float) -> None:
        """So long, or until it is asked."""
        until = time.monotonic() + seconds
        while not self.to_end and time.monotonic() < until:
            time.sleep(GLANCE)


def leave(status: int) -> NoReturn:
    """End now: nothing is left to tidy, and taking all that was loaded apart would take longer than ending did."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def ends_with_parent(parent: int, by: int = signal.SIGKILL) -> None:
    """This process ends when `parent`, which started it, does, even if that was killed."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PDEATHSIG, by)
    if os.getppid() != parent:  # it had ended before we asked
        os._exit(1)


def obey_parent(parent: int) -> None:
    """In a process that was just forked: Ctrl-C, which reaches all of a terminal, is for the parent to hear, which ends us; at once,
    until we are ready to end well."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    ends_with_parent(parent)
