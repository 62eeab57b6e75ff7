"""A change of the whole country may take seconds: it goes on in a thread, and the page says so while it waits.

Under a second nobody notices. Beyond, the answer is a page that grows: it needs no script, and leaving it stops nothing.
"""

from collections.abc import Callable, Iterator
from threading import Thread
from time import monotonic
from typing import Any

PATIENCE = 1.0


class Task:
    def __init__(self, act: Callable[[], Any]) -> None:
        self.outcome: Any = None
        self.fault: BaseException | None = None
        self._act = act
        self._begun = monotonic()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.outcome = self._act()
        except BaseException as fault:
            self.fault = fault

    def done_within(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def seconds(self) -> Iterator[int]:
        """The seconds that have passed, once a second, until it is done."""
        while not self.done_within(1.0):
            yield int(monotonic() - self._begun)
