"""A change of the whole country may take seconds: it goes on in a thread, and the page says so while it waits.

Under a second nobody notices. Beyond, the answer is a page that grows: it needs no script, and leaving it stops nothing.
"""

from collections.abc import Callable, Iterator
from threading import Thread
from time import monotonic
from typing import Generic, TypeVar

PATIENCE = 1.0
Outcome = TypeVar("Outcome")


class Task(Generic[Outcome]):
    def __init__(self, act: Callable[[], Outcome]) -> None:
        self.fault: BaseException | None = None
        self._act = act
        self._begun = monotonic()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._outcome = self._act()
        except BaseException as fault:
            self.fault = fault

    @property
    def outcome(self) -> Outcome:
        """What the act gave, once it is done; the fault that it raised is raised here."""
        if self.fault:
            raise self.fault
        return self._outcome

    def done_within(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def seconds(self) -> Iterator[int]:
        """The seconds that have passed, once a second, until it is done."""
        while not self.done_within(1.0):
            yield int(monotonic() - self._begun)
