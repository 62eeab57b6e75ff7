"""Whoever calls the core, the rules or the store reads in one place what a function takes, gives and raises."""

import ast
from collections.abc import Iterator, Sequence

from portal.paths import ROOT

FLOORS = ("core", "rules", "store")


def silent(body: Sequence[ast.stmt], within: str = "") -> Iterator[str]:
    """The public functions and methods of this code that say nothing of themselves."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from silent(node.body, f"{within}{node.name}.")
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node):
            yield within + node.name


def test_a_function_that_says_nothing_is_found() -> None:
    source = 'class A:\n    def b(self): pass\n    def _c(self): pass\n    def d(self):\n        """Says."""\n'
    assert list(silent(ast.parse(source).body)) == ["A.b"]


def test_every_public_function_of_the_lower_floors_says_what_it_does() -> None:
    files = [path for floor in FLOORS for path in sorted((ROOT / "portal" / floor).rglob("*.py"))]
    found = {str(path.relative_to(ROOT)): list(silent(ast.parse(path.read_text()).body)) for path in files}
    assert {path: names for path, names in found.items() if names} == {}
