"""Nobody but the tables of rights compares a role: routes, acts, queries and templates ask them."""

import ast
import re
from collections.abc import Iterator

import pytest

from portal.paths import ROOT, TEMPLATES

# The rules are the tables; the scope says which rows a role sees.
TABLES = ("portal/rules", "portal/store/scope.py")
SOURCES = [p for p in sorted((ROOT / "portal").rglob("*.py")) if not p.relative_to(ROOT).as_posix().startswith(TABLES)]


def compared(source: str) -> Iterator[int]:
    """The lines on which a role is compared with something, or matched."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and any(_is_role(side) for side in (node.left, *node.comparators)):
            yield node.lineno
        if isinstance(node, ast.Match) and _is_role(node.subject):
            yield node.lineno


def _is_role(node: ast.expr) -> bool:
    """`Role.UD`, or the role of an actor; a column of a table (`account.c.role`) is none."""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return any(_is_role(one) for one in node.elts)
    if not isinstance(node, ast.Attribute):
        return False
    if isinstance(node.value, ast.Name) and node.value.id == "Role":
        return True
    return node.attr == "role" and not (isinstance(node.value, ast.Attribute) and node.value.attr == "c")


@pytest.mark.parametrize("line", ["actor().role is Role.UD", "role in (Role.UD, Role.REGION)", "who.role == 'ud'"])
def test_a_comparison_of_roles_is_found(line: str) -> None:
    assert list(compared(f"x = {line}")) == [1]


def test_no_python_outside_the_tables_compares_a_role() -> None:
    found = [f"{p.relative_to(ROOT)}:{line}" for p in SOURCES for line in compared(p.read_text())]
    assert not found


def test_no_template_compares_a_role() -> None:
    words = re.compile(r"\.role\b\s*(==|!=|in\b|not in\b)|\brole\b\s*[!=]=\s*[\"']")
    found = [
        f"{p.relative_to(ROOT)}:{n}"
        for p in sorted(TEMPLATES.rglob("*.html"))
        for n, line in enumerate(p.read_text().splitlines(), 1)
        if words.search(line)
    ]
    assert not found
