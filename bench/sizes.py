"""`python -m bench.sizes`: what a page costs against size, from 1,000 to 1,000,000 sessions, printed and drawn to docs/images/cost.svg."""

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.data import SECRET, database
from bench.servers import ROOT
from portal.app import create_app
from portal.clock import Clock
from portal.settings import DEMO_DAY, Settings
from tests.support.world import Browser

SIZES = (1_000, 10_000, 100_000, 1_000_000)
PAGES = {
    "liste": "/sessions",
    "recherche d’une personne": "/sessions?q=thi+huong+nguyen",
    "recherche d’un nom très porté": "/sessions?q=babadon+lea",
    "session": "/sessions/224565",
}
COLOURS = ("#1c4f7c", "#1d6440", "#8a4b00", "#4a5668")
WIDTH, HEIGHT, LEFT, BOTTOM, MOST = 720, 360, 60, 300, 16


def cost(url: str) -> dict[str, float]:
    """Milliseconds a page takes a unit, in process: the smallest of seven."""
    app = create_app(Settings("demo", url, SECRET, DEMO_DAY), Clock(DEMO_DAY))
    browser = Browser(app.test_client())
    browser.sign_in("ud94@demo.example", "Demo-CERES-2020!")
    found = {}
    for name, path in PAGES.items():
        taken = []
        for i in range(12):
            begun = time.perf_counter()
            assert browser.get(path).status_code == 200
            if i >= 5:
                taken.append(time.perf_counter() - begun)
        found[name] = min(taken) * 1000
    app.extensions["portal_db"].dispose()
    return found


def drawn(costs: Mapping[str, Sequence[float]]) -> str:
    def x(i: int) -> float:
        return LEFT + 40 + i * (WIDTH - LEFT - 260) / (len(SIZES) - 1)

    def y(ms: float) -> float:
        return BOTTOM - ms * (BOTTOM - 30) / MOST

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13" role="img">',
        "<title>Millisecondes par page selon le nombre de sessions</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for ms in range(0, MOST + 1, 4):
        parts.append(
            f'<path d="M{LEFT} {y(ms):.1f}H{WIDTH - 200}" stroke="#d9d7cf"/><text x="{LEFT - 12}" y="{y(ms) + 4:.1f}" text-anchor="end">{ms} ms</text>'
        )
    for i, size in enumerate(SIZES):
        parts.append(f'<text x="{x(i):.1f}" y="{BOTTOM + 22}" text-anchor="middle">{f"{size:,}".replace(",", " ")}</text>')
    for values, colour in zip(costs.values(), COLOURS, strict=True):
        points = " ".join(f"{x(i):.1f},{y(v):.1f}" for i, v in enumerate(values))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts += [f'<circle cx="{x(i):.1f}" cy="{y(v):.1f}" r="3.5" fill="{colour}"/>' for i, v in enumerate(values)]
    ends = sorted((y(values[-1]), name, colour) for (name, values), colour in zip(costs.items(), COLOURS, strict=True))
    lowest = -20.0
    for end, name, colour in ends:  # no name over another
        lowest = max(end, lowest + 18)
        parts.append(f'<text x="{x(3) + 12:.1f}" y="{lowest + 4:.1f}" fill="{colour}">{name}</text>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 10}" fill="#4a5668">sessions, six candidats chacune</text></svg>')
    return "\n".join(parts) + "\n"


def main() -> None:
    costs: dict[str, list[float]] = {name: [] for name in PAGES}
    with tempfile.TemporaryDirectory(prefix="portal-sizes-") as folder:
        for size in SIZES:
            url = f"sqlite:///{Path(folder) / 'sized.sqlite'}"
            database(url, size).dispose()
            for name, ms in cost(url).items():
                costs[name].append(ms)
            for file in Path(folder).iterdir():
                file.unlink()
    for name, values in costs.items():
        print(name, *(f"{v:.1f}" for v in values))
    (ROOT / "docs/images/cost.svg").write_text(drawn(costs), "utf-8")


main()
