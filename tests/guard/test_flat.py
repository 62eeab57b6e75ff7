"""No page costs more because years have passed: the work of the database is counted, not timed, with three years behind the
demonstration and with thirty. A page that grows is mended by a page of its list, an index, or a sum that is kept (docs/scale.md)."""

import shutil
from pathlib import Path

from tests.guard.addresses import read_pages
from tests.support.demonstration import EMAILS, Demonstration
from tests.support.multiplied import multiply
from tests.support.steps import Meter

FEW, MANY = 3, 30
MOST, SLACK = 1.2, 5_000  # steps of SQLite’s machine, of which some thirty take a microsecond
READERS, WORKERS = ("centre", "ud94", "region", "national"), ("centre", "ud94")  # pages of one thing are asked for by the second
# What comes to an end further on than thirty years lead: how many steps at most, and where it ends.
ENDS = {
    "/": (50_000, "accounts are counted to a thousand"),
    "/comptes": (60_000, "accounts are counted to a thousand"),
    "/agrements": (30_000, "two hundred approvals"),
    "/jury": (50_000, "a hundred members, each with its accreditations"),
    "/jury/<number:member_id>": (30_000, "what a member sat on in a life"),
    "/sessions/<number:number>/jury": (80_000, "what its members sat on in their lives"),
    "/communication": (5_000, "fifty letters"),
    "/sessions": (30_000, "words are looked for among titles and centres: small tables"),
}


def steps(loaded: Path, folder: Path, years: int) -> dict[tuple[str, str, str], int]:
    """By route, reader and address, where a page answers."""
    folder.mkdir()
    file = Path(shutil.copy(loaded, folder / "grown.sqlite"))
    multiply(file, years)
    (folder / "served").mkdir()
    demo = Demonstration(file, folder / "served", READERS)
    engine = demo.app.extensions["portal_db"].engine
    engine.dispose()
    meter, found = Meter(engine), {}
    for reader in READERS:
        client = demo.client(reader)
        client.get("/sessions")
        for rule, address in read_pages():
            if "<" in rule and reader not in WORKERS:
                continue
            with meter.counting() as asked:
                answer = client.get(address)
                answer.get_data()
            if answer.status_code == 200:
                found[rule, reader, address] = asked.steps
    engine.dispose()
    return found


def test_pages_cost_the_same_after_thirty_years_as_after_three(loaded_demonstration: Path, tmp_path: Path) -> None:
    few, many = (steps(loaded_demonstration, tmp_path / str(years), years) for years in (FEW, MANY))
    assert few.keys() == many.keys() and len(few) > 150 and set(READERS) <= set(EMAILS)
    grown = {
        key: (few[key], after)
        for key, after in many.items()
        if after > MOST * few[key] + SLACK and after > ENDS.get(key[0], (0, ""))[0]
    }
    assert grown == {}
    ended = {rule for rule, (most, _) in ENDS.items() if max(n for key, n in many.items() if key[0] == rule) * 4 < most}
    assert ended == set(), "these could say less"


def test_a_page_that_grows_would_be_seen(loaded_demonstration: Path, tmp_path: Path) -> None:
    """What is exported is read row by row, and the meter says so."""
    counted = []
    for years in (2, 4):
        file = Path(shutil.copy(loaded_demonstration, tmp_path / f"{years}.sqlite"))
        multiply(file, years)
        (tmp_path / str(years)).mkdir()
        demo = Demonstration(file, tmp_path / str(years), ("centre",))
        engine = demo.app.extensions["portal_db"].engine
        engine.dispose()
        with Meter(engine).counting() as asked:
            assert demo.client("centre").get("/sessions/export").get_data()
        counted.append(asked.steps)
        engine.dispose()
    assert counted[1] > 1.6 * counted[0]
