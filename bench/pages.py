"""What every page costs at one size and at another, by who reads it:

    python -m bench.pages [--few 10000] [--many 100000] [--all]

Makes both databases (SQLite) in a folder that goes, and prints a line a page that costs more than a fifth more, dearest first: steps of
the database's own machine, statements, and milliseconds of the processor, the least of five. `--all`: every page.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.data import SECRET, database
from portal.app import create_app
from portal.clock import Clock
from portal.demo.data import PASSWORD
from portal.settings import DEMO_DAY, Settings
from tests.guard.addresses import read_pages
from tests.support.demonstration import EMAILS
from tests.support.steps import Meter
from tests.support.world import Browser

READERS, WORKERS = ("centre", "ud94", "region", "national"), ("centre", "ud94")
TIMES = 5
# What holds more where more happens at once: the span that it shows, and where the rest is.
SPANS = {
    "/": "the day's work",
    "/calendrier": "a month",
    "/supervision": "a year of one department",
    "/comptes": "accounts, fifty at a time, counted to a thousand",
    "/agrements": "approvals, two hundred at most",
}


@dataclass(frozen=True)
class Cost:
    steps: int
    statements: int
    ms: float


Costs = dict[tuple[str, str, str], Cost]  # by route, reader and address


def costs(url: str) -> Costs:
    """Of every page that answers, in process."""
    app = create_app(Settings("demo", url, SECRET, DEMO_DAY), Clock(DEMO_DAY))
    meter, found = Meter(app.extensions["portal_db"].engine), Costs()
    for reader in READERS:
        browser = Browser(app.test_client())
        browser.sign_in(EMAILS[reader], PASSWORD)
        for rule, address in read_pages():
            if ("<" in rule and reader not in WORKERS) or browser.get(address).status_code != 200:
                continue
            taken = []
            for _ in range(TIMES):
                with meter.counting() as asked:
                    begun = time.process_time()
                    browser.get(address).get_data()
                    taken.append(time.process_time() - begun)
            found[rule, reader, address] = Cost(asked.steps, asked.statements, min(taken) * 1000)
    app.extensions["portal_db"].dispose()
    return found


@dataclass(frozen=True)
class Growth:
    page: tuple[str, str, str]
    few: Cost
    many: Cost

    @property
    def ratio(self) -> float:
        """Of the processor's time."""
        return self.many.ms / self.few.ms

    def __str__(self) -> str:
        rule, reader, address = self.page
        span = f"  ({SPANS[rule]})" if rule in SPANS else ""
        a, b = self.few, self.many
        return (
            f"{self.ratio:5.2f}  {reader:8} {address:45} {a.ms:6.1f} → {b.ms:6.1f} ms  {a.steps:7} → {b.steps:7} steps  "
            f"{b.statements:2} statements{span}"
        )


def growths(few: Costs, many: Costs) -> Sequence[Growth]:
    """Those that grow most first."""
    return sorted((Growth(page, few[page], many[page]) for page in few.keys() & many.keys()), key=lambda one: -one.ratio)


def worst(few: Costs, many: Costs) -> float:
    """Of the pages that show no span."""
    return next(one.ratio for one in growths(few, many) if one.page[0] not in SPANS)


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--few", type=int, default=10_000)
    words.add_argument("--many", type=int, default=100_000)
    words.add_argument("--all", action="store_true")
    given = words.parse_args()
    found = []
    with tempfile.TemporaryDirectory(prefix="portal-pages-") as folder:
        for size in (given.few, given.many):
            url = f"sqlite:///{Path(folder) / str(size)}.sqlite"
            begun = time.perf_counter()
            database(url, size).dispose()
            print(f"# {size} sessions en {time.perf_counter() - begun:.0f} s", flush=True)
            found.append(costs(url))
    for one in growths(*found):
        if given.all or one.ratio > 1.2:
            print(one)


if __name__ == "__main__":
    main()
