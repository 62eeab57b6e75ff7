"""`make house`: the picture of the house, docs/images/house.svg, drawn from the imports and from the floors of pyproject.toml."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "house.svg"

# What each part is, in the words of the picture; the parts above the rooms are the roof, those below the rules the ground.
WORDS = {
    "roof": "app wires all of it together; cli is the command line; demo fills the demonstration; metrics counts",
    "features": "what people do, a room each: routes, forms, actions, queries",
    "web": "the stairs: a request and who asks, pages, fragments, errors, uploads",
    "core": "what rooms share of a session: finding and holding it, what happened, telling people",
    "files": "spreadsheets and PDF in and out",
    "store": "tables, scope, the audit trail",
    "rules": "the law as code: pure Python, no clock, no database, no web",
    "ground": "settings, clock, paths",
}
BESIDE = "files"  # stands to the left of the store, its arrows on the left of the house

WIDTH, LEFT, RIGHT = 1280, 80, 140
ROOM_WIDTH, ROOM_HEIGHT, ROW_GAP = 112, 34, 58
FLOOR_HEIGHT, FLOOR_GAP, LANE = 54, 22, 20
INSIDE = WIDTH - LEFT - RIGHT
COLOURS = ("#1c4f7c", "#8a4b00", "#1d6440", "#6b3f86", "#a3202a")
STYLE = (
    "text{font-family:system-ui,'Liberation Sans',sans-serif;fill:#17212f;font-size:13px}"
    ".name{font-weight:600;font-size:15px}.sub{fill:#4a5668;font-size:12.5px}.room{text-anchor:middle}"
    ".floor{fill:#fff;stroke:#8a8f99}.box{fill:#e8f0f7;stroke:#1c4f7c}.arrow{fill:none;stroke-width:1.5}"
)

Edges = set[tuple[str, str]]


@dataclass(frozen=True)
class House:
    """Floors from the roof down, rooms in their rows, and who imports whom, as the code has it."""

    floors: Sequence[str]
    rows: Sequence[Sequence[str]]
    between_floors: Edges
    between_rooms: Edges


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def right(self) -> float:
        return self.x + self.width


def read_house(root: Path = ROOT) -> House:
    """The house as the contracts name its parts and as the imports join them."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = {c["name"]: [_parts(row) for row in c["layers"]] for c in contracts if c["type"] == "layers"}
    floor_of: dict[str, str] = {}
    names = layers["floors"]
    below, above = names.index(["rules"]), names.index(["features"])
    for i, row in enumerate(names):
        for part in row:
            floor_of[part] = "roof" if i < above else "ground" if i > below else part
    graph = grimp.build_graph("portal", cache_dir=None)
    floors: Edges = set()
    rooms: Edges = set()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            a, b = importer.split("."), imported.split(".")
            if len(a) < 2 or len(b) < 2:
                continue
            if floor_of[a[1]] != floor_of[b[1]]:
                floors.add((floor_of[a[1]], floor_of[b[1]]))
            elif a[1] == b[1] == "features" and len(a) > 2 and len(b) > 2 and a[2] != b[2]:
                rooms.add((a[2], b[2]))
    return House(list(dict.fromkeys(floor_of.values())), _untangled(layers["rooms"], rooms), floors, rooms)


def _parts(row: str) -> list[str]:
    return [part.strip() for part in row.split("|")]


def _untangled(rows: Sequence[Sequence[str]], edges: Edges) -> list[list[str]]:
    """The rooms of each row in an order that keeps their arrows short: each under the middle of those that lead to it."""
    placed: dict[str, float] = {}
    ordered: list[list[str]] = []
    for row in rows:
        middle = {r: _mean([placed[a] for a, b in sorted(edges) if b == r and a in placed]) for r in row}
        chosen = sorted(row, key=lambda r: (middle[r], r))
        placed.update({room: (i + 1) / (len(chosen) + 1) for i, room in enumerate(chosen)})
        ordered.append(chosen)
    return ordered


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.5


def draw(house: House) -> str:
    """The picture as SVG: the same house is the same text."""
    boxes, rooms = _places(house)
    height = boxes["ground"].bottom + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-labelledby="title">',
        '<title id="title">The floors and rooms of the portal, and who imports whom</title>',
        f"<style>{STYLE}</style><defs>{''.join(_head(c) for c in COLOURS)}</defs>",
        f'<rect width="{WIDTH}" height="{height:.0f}" rx="10" fill="#f6f5f1"/>',
        *(_floor(name, box) for name, box in boxes.items()),
        *_room_arrows(house, rooms),
        *(_room(name, box) for name, box in rooms.items()),
        *_floor_arrows(house, boxes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _head(colour: str) -> str:
    return (
        f'<marker id="head{colour[1:]}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
    )


def _places(house: House) -> tuple[dict[str, Box], dict[str, Box]]:
    boxes: dict[str, Box] = {}
    rooms: dict[str, Box] = {}
    y = 24.0
    for floor in (f for f in house.floors if f != BESIDE):
        tall = FLOOR_HEIGHT
        if floor == "features":
            for i, row in enumerate(house.rows):
                rooms.update(_row(row, y + 62 + i * (ROOM_HEIGHT + ROW_GAP)))
            tall = 62 + len(house.rows) * (ROOM_HEIGHT + ROW_GAP) - ROW_GAP + 20
        if floor == "store":
            half = (INSIDE - FLOOR_GAP) / 2
            boxes[BESIDE] = Box(LEFT, y, half, tall)
            boxes[floor] = Box(LEFT + half + FLOOR_GAP, y, half, tall)
        else:
            boxes[floor] = Box(LEFT, y, INSIDE, tall)
        y += tall + FLOOR_GAP
    return boxes, rooms


def _row(row: Sequence[str], y: float) -> Iterator[tuple[str, Box]]:
    gap = (INSIDE - len(row) * ROOM_WIDTH) / (len(row) + 1)
    for i, room in enumerate(row):
        yield room, Box(LEFT + gap + i * (ROOM_WIDTH + gap), y, ROOM_WIDTH, ROOM_HEIGHT)


def _floor(name: str, box: Box) -> str:
    return (
        f'<rect class="floor" x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}" rx="6"/>'
        f'<text class="name" x="{box.x + 16:.0f}" y="{box.y + 23:.0f}">{name}</text>'
        f'<text class="sub" x="{box.x + 16:.0f}" y="{box.y + 42:.0f}">{escape(WORDS[name])}</text>'
    )


def _room(name: str, box: Box) -> str:
    return (
        f'<rect class="box" x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}" rx="5"/>'
        f'<text class="room" x="{box.x + box.width / 2:.0f}" y="{box.y + 22:.0f}">{name}</text>'
    )


def _room_arrows(house: House, rooms: Mapping[str, Box]) -> Iterator[str]:
    """From the bottom of a room to the top of another; on the way past a row, through the nearest gap between its rooms."""
    level = {room: i for i, row in enumerate(house.rows) for room in row}
    out = _ports(sorted(house.between_rooms, key=lambda e: (rooms[e[1]].x, e)), rooms, 0)
    into = _ports(sorted(house.between_rooms, key=lambda e: (rooms[e[0]].x, e)), rooms, 1)
    used: dict[tuple[int, float], int] = {}
    for a, b in sorted(house.between_rooms, key=lambda e: (level[e[0]], rooms[e[0]].x, rooms[e[1]].x, e)):
        points = [(out[a, b], rooms[a].bottom)]
        end = (into[a, b], rooms[b].y)
        for i in range(level[a] + 1, level[b]):
            here = [rooms[r] for r in house.rows[i]]
            top, bottom = here[0].y, here[0].bottom
            aim = points[-1][0] + (end[0] - points[-1][0]) / (level[b] - i + 1)
            gap = min(_gaps(here), key=lambda x: abs(x - aim))
            beside = used.get((i, gap), 0)
            used[i, gap] = beside + 1
            x = gap + (beside + 1) // 2 * 7 * (-1 if beside % 2 else 1)
            points += [(x, top), (x, bottom)]
        points.append(end)
        colour = COLOURS[level[a] % len(COLOURS)]
        yield f'<path class="arrow" d="{_curve(points)}" stroke="{colour}" marker-end="url(#head{colour[1:]})"/>'


def _ports(edges: Sequence[tuple[str, str]], rooms: Mapping[str, Box], side: int) -> dict[tuple[str, str], float]:
    """Where each arrow leaves (0) or enters (1) its room, side by side in the order given."""
    found: dict[tuple[str, str], float] = {}
    for room, box in rooms.items():
        own = [e for e in edges if e[side] == room]
        for i, e in enumerate(own):
            found[e] = box.x + box.width * (i + 1) / (len(own) + 1)
    return found


def _gaps(row: Sequence[Box]) -> Iterable[float]:
    yield (LEFT + row[0].x) / 2
    for one, other in pairwise(row):
        yield (one.right + other.x) / 2
    yield (row[-1].right + LEFT + INSIDE) / 2


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """Straight down past a row, and in a bow between rows."""
    (x, y), *others = points
    path = [f"M{x:.0f} {y:.0f}"]
    for to_x, to_y in others:
        if to_x == x:
            path.append(f"L{to_x:.0f} {to_y:.0f}")
        else:
            middle = (y + to_y) / 2
            path.append(f"C{x:.0f} {middle:.0f} {to_x:.0f} {middle:.0f} {to_x:.0f} {to_y:.0f}")
        x, y = to_x, to_y
    return "".join(path)


def _floor_arrows(house: House, boxes: Mapping[str, Box]) -> Iterator[str]:
    """A rail for each floor beside the house: it leaves the floor, goes down, and an arrow enters each floor it imports."""
    for on_left in (False, True):
        sources = [f for f in house.floors if _targets(house, f, on_left)]
        for lane, floor in enumerate(sources):
            colour = COLOURS[lane % len(COLOURS)]
            out = (len(sources) - lane) * LANE + 4
            edge = LEFT if on_left else LEFT + INSIDE
            x = edge - out if on_left else edge + out
            box = boxes[floor]
            start = box.y + box.height / 2 if floor == "features" else box.bottom - 12
            targets = sorted(_targets(house, floor, on_left), key=lambda t: boxes[t].y)
            ends = [boxes[t].y + 10 + lane * 7 for t in targets]
            side = box.x if on_left else box.right
            yield f'<path class="arrow" d="M{side:.0f} {start:.0f}H{x:.0f}V{ends[-1]:.0f}" stroke="{colour}"/>'
            yield f'<circle cx="{side:.0f}" cy="{start:.0f}" r="3.5" fill="{colour}"/>'
            for target, y in zip(targets, ends, strict=True):
                to = boxes[target].x - 1 if on_left else boxes[target].right + 1
                head = f'stroke="{colour}" marker-end="url(#head{colour[1:]})"'
                yield f'<path class="arrow" d="M{x:.0f} {y:.0f}H{to:.0f}" {head}/>'


def _targets(house: House, floor: str, on_left: bool) -> list[str]:
    return [b for a, b in house.between_floors if a == floor and (BESIDE in (a, b)) == on_left]


if __name__ == "__main__":
    PICTURE.write_text(draw(read_house()))
    print(f"{PICTURE.relative_to(ROOT)} drawn")
