"""What every page costs at one size and at another, by who reads it:

    python -m bench.pages [--few 10000] [--many 100000] [--all]

Makes both databases (SQLite) in a folder that goes, and prints a line a page that costs more than a fifth more, dearest first: steps of
the database's own machine, statements, and milliseconds of the processor, the least of fifteen. `--all`: every page.
"""

import argparse
import json
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
TIMES = 15
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
    size: int  # of the page, in bytes


Costs = dict[tuple[str, str, str], Cost]  # by route, reader and address


class Sized:
    """The portal on one of the databases, and how much it asks of it."""

    def __init__(self, url: str) -> None:
        self.app = create_app(Settings("demo", url, SECRET, DEMO_DAY), Clock(DEMO_DAY))
        self.meter = Meter(self.app.extensions["portal_db"].engine)

    def signed_in(self, reader: str) -> Browser:
        browser = Browser(self.app.test_client())
        browser.sign_in(EMAILS[reader], PASSWORD)
        return browser

    def seconds(self, browser: Browser, address: str) -> float:
        """Of the processor, without what counting takes."""
        begun = time.process_time()
        browser.get(address).get_data()
        return time.process_time() - begun

    def cost(self, browser: Browser, address: str, seconds: float) -> Cost:
        with self.meter.counting() as asked:
            size = len(browser.get(address).get_data())
        return Cost(asked.steps, asked.statements, seconds * 1000, size)


def costs(*urls: str, times: int = TIMES, readers: Sequence[str] = READERS) -> list[Costs]:
    """Of every page that answers, in process, on each of these databases in turn: what else the machine does weighs on all alike."""
    apart = {url: Sized(url) for url in urls}
    sizes, found = [apart[url] for url in urls], [Costs() for _ in urls]
    for reader in readers:
        browsers = [size.signed_in(reader) for size in sizes]
        for rule, address in read_pages():
            if ("<" in rule and reader not in WORKERS) or any(b.get(address).status_code != 200 for b in browsers):
                continue
            pairs = list(zip(sizes, browsers, strict=True))
            taken = [[size.seconds(b, address) for size, b in pairs] for _ in range(times)]
            for costs_, (size, b), each in zip(found, pairs, zip(*taken, strict=True), strict=True):
                costs_[rule, reader, address] = size.cost(b, address, min(each))
    for size in apart.values():
        size.app.extensions["portal_db"].dispose()
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

    @property
    def shows_more(self) -> bool:
        """Whether it is a fuller page, and so no cost of what is not shown."""
        return self.page[0] in SPANS or self.many.size > 1.1 * self.few.size

    def __str__(self) -> str:
        rule, reader, address = self.page
        span = f"  ({SPANS.get(rule, 'it shows more')})" if self.shows_more else ""
        a, b = self.few, self.many
        return (
            f"{self.ratio:5.2f}  {reader:8} {address:45} {a.ms:6.1f} → {b.ms:6.1f} ms  {a.steps:7} → {b.steps:7} steps  "
            f"{b.statements:2} statements{span}"
        )


def growths(few: Costs, many: Costs) -> Sequence[Growth]:
    """Those that grow most first."""
    return sorted((Growth(page, few[page], many[page]) for page in few.keys() & many.keys()), key=lambda one: -one.ratio)


def worst(few: Costs, many: Costs) -> float:
    """Of the pages that show as much at both sizes."""
    return next(one.ratio for one in growths(few, many) if not one.shows_more)


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--few", type=int, default=10_000)
    words.add_argument("--many", type=int, default=100_000)
    words.add_argument("--all", action="store_true")
    words.add_argument("--of", nargs=2, metavar="URL", help="two databases that there are: says the worst ratio, and which pages")
    words.add_argument("--times", type=int, default=TIMES)
    words.add_argument("--readers", nargs="+", choices=READERS, default=READERS)
    given = words.parse_args()
    if given.of:
        few, many = costs(*given.of, times=given.times, readers=given.readers)
        print(json.dumps({"worst": worst(few, many), "pages": [str(one) for one in growths(few, many)[:5]]}))
        return
    with tempfile.TemporaryDirectory(prefix="portal-pages-") as folder:
        for size in (given.few, given.many):
            url = f"sqlite:///{Path(folder) / str(size)}.sqlite"
            begun = time.perf_counter()
            database(url, size).dispose()
            print(f"# {size} sessions en {time.perf_counter() - begun:.0f} s", flush=True)
        found = costs(*(f"sqlite:///{Path(folder) / str(size)}.sqlite" for size in (given.few, given.many)))
    for one in growths(*found):
        if given.all or one.ratio > 1.2:
            print(one)


if __name__ == "__main__":
    main()
