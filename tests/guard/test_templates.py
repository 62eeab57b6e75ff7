"""Templates are read by people too."""

from portal.paths import TEMPLATES
from tests.support.world import World

LONGEST = 140  # bytes, so that no tool counts more


def test_no_line_of_a_template_is_longer_than_a_person_reads() -> None:
    files = sorted(p for ending in ("html", "typ") for p in TEMPLATES.rglob(f"*.{ending}"))
    assert files
    lines = ((path, number, line) for path in files for number, line in enumerate(path.read_text("utf-8").splitlines(), 1))
    assert [f"{path.relative_to(TEMPLATES)}:{number}" for path, number, line in lines if len(line.encode()) > LONGEST] == []


def test_the_indentation_of_a_template_is_not_sent(world: World) -> None:
    page = world.browser("centre").get("/sessions").text
    world.close()
    assert "<h1>Sessions</h1>" in page
    assert [line for line in page.splitlines() if line.startswith(" ")] == []
