"""`/metrics` on a port of its own: the figures of all worker processes, added up by the client library, and what mails wait.

`PROMETHEUS_MULTIPROC_DIR` is where the processes write; it is to be set before this is imported.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError

from portal.features.notices.stuck import waits
from portal.store.database import Database


class Waiting(Collector):
    """Whether the database answers, and what mails wait: read when it is asked for, over a connection of its own."""

    def __init__(self, db: Database, now: Callable[[], datetime]) -> None:
        self.db, self.now = db, now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            with self.db.reading() as conn:
                found = waits(conn, self.now())
        except DBAPIError:
            yield GaugeMetricFamily("portal_database_up", "Whether the database answers", 0)
            return
        finally:
            self.db.dispose()  # nothing of it is left to a process that is forked later
        yield GaugeMetricFamily("portal_database_up", "Whether the database answers", 1)
        yield GaugeMetricFamily("portal_mails_due", "E-mails that are due and have not left", found.due)
        yield GaugeMetricFamily("portal_mails_late", "Those that have been due for a quarter of an hour", found.late)
        yield GaugeMetricFamily("portal_mails_set_aside", "E-mails that nobody tries again", found.set_aside)


def serve_metrics(port: int, db: Database, now: Callable[[], datetime]) -> None:
    """Start answering on 127.0.0.1; before any worker starts, so that all of them write where this one reads."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(Waiting(db, now))
    start_http_server(port, addr="127.0.0.1", registry=registry)
