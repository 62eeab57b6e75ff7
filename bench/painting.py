"""`python -m bench.painting`: how long an old PC on a thin line waits for the first paint of the list, in seconds.

A processor six times slower than this one, 700 kb/s, 100 ms there and back; a browser that has seen nothing of the portal before.
"""

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from portal.demo.data import PASSWORD
from tests.browser.people import sign_in
from tests.support.server import chromium, demonstration

SLOWER, BYTES_A_SECOND, THERE_AND_BACK, MOST = 6, 700_000 / 8, 100, 1.2
TIMES = 5
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"


def first_paint(browser: Browser, base: str, path: str) -> float:
    context = browser.new_context(base_url=base, locale="fr-FR")
    sign_in(context.request, "ud94@demo.example", PASSWORD)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    line = {"offline": False, "latency": THERE_AND_BACK, "downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", line)
    page.goto(path)
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
    seconds = page.evaluate(PAINTED)
    context.close()
    return float(seconds)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, demonstration(Path(folder)) as base, sync_playwright() as playwright:
        browser = chromium(playwright)
        taken = [first_paint(browser, base, "/sessions") for _ in range(TIMES)]
        middle = statistics.median(taken)
        print(f"first_paint_of_the_list {middle:.2f} s {MOST} ({min(taken):.2f} to {max(taken):.2f})")
        browser.close()
    raise SystemExit(middle > MOST)


if __name__ == "__main__":
    main()
