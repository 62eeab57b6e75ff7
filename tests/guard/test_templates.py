"""Templates are read by people too."""

import pytest
from jinja2 import Environment, meta, nodes

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


def test_what_needs_nothing_of_its_page_is_read_once_for_all_pages(world: World) -> None:
    """Macros that are imported « with context » are made anew for each page that names them: a sixth of its time."""
    env = world.app().jinja_env
    world.close()
    imported = _imported(env, with_context=True)
    assert imported
    assert [f"{path} : {name}" for path, name in imported if not _of_its_page(env, name)] == []


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_is_read_once_for_all_pages_needs_nothing_of_any(world: World) -> None:
    """What a macro would read of its page is nothing there, and is printed as nothing; what stands outside of macros is worked out
    for the first page, and read by all others."""
    env = world.app().jinja_env
    world.close()
    shared = sorted({name for _, name in _imported(env, with_context=False)})
    assert shared
    assert {name: read for name in shared if (read := _of_its_page(env, name) | _read_outside_of_macros(env, name))} == {}


def _imported(env: Environment, *, with_context: bool) -> list[tuple[str, str]]:
    """Each template, and each whose macros it imports so."""
    files = sorted(TEMPLATES.rglob("*.html"))
    trees = ((path.relative_to(TEMPLATES).as_posix(), env.parse(path.read_text("utf-8"))) for path in files)
    return [(path, name) for path, tree in trees for name in _names(tree, with_context)]


def _names(tree: nodes.Template, with_context: bool) -> list[str]:
    found: list[nodes.Import | nodes.FromImport] = [*tree.find_all(nodes.Import), *tree.find_all(nodes.FromImport)]
    return [str(one.template.as_const()) for one in found if one.with_context is with_context]


def _of_its_page(env: Environment, name: str) -> set[str]:
    """What a template reads that is neither its own nor known to all."""
    tree = env.parse((TEMPLATES / name).read_text("utf-8"))
    read = meta.find_undeclared_variables(tree) - env.globals.keys()
    included = [str(one.template.as_const()) for one in tree.find_all(nodes.Include) if isinstance(one.template, nodes.Const)]
    return read.union(*(_of_its_page(env, part) for part in (*_names(tree, True), *included)))


def _read_outside_of_macros(env: Environment, name: str) -> set[str]:
    tree = env.parse((TEMPLATES / name).read_text("utf-8"))
    outside = [part for part in tree.body if not isinstance(part, nodes.Macro)]
    return {read.name for part in outside for read in part.find_all(nodes.Name) if read.ctx == "load"}
