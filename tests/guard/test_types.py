"""`Any` stands where nothing narrower is true, and each place says why."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from portal.paths import ROOT

# What has no narrower type, wherever it stands.
OPEN = (
    r"(Row|Select|ColumnElement|Found)\[Any\]",  # rows and statements: their columns are known to the database
    r"(dict|Mapping)\[str, Any\]",  # values by name: columns of a row, a JSON object, what a template is told
    r"tuple\[Any, \.\.\.\]",  # the cells of a line
)
# Where else it stands, how often, and why.
WHY = {
    ("portal/core/imports.py", "module"): (2, "progress is shown over rows of any kind, and hands them back"),
    ("portal/demo/bulk.py", "module"): (2, "the same"),
    ("portal/demo/load.py", "module"): (2, "the same"),
    ("portal/front.py", "module"): (1, "an application as WSGI knows it, with whatever starts its answer"),
    ("portal/front.py", "Answer.__init__"): (1, "the server’s own stream, which has no name"),
    ("portal/web/fields.py", "TypedField.__init__"): (1, "what a field means, each kind of field says with a name of its own"),
    ("portal/web/fields.py", "ChoiceField.__init__"): (
        1,
        "keys are words or members of an enum, and a Mapping is exact about its keys",
    ),
    ("portal/web/several.py", "TicksField.__init__"): (1, "the same"),
    ("portal/web/several.py", "RowsField.process"): (3, "as WTForms declares it"),
    ("portal/web/signed.py", "young"): (1, "JSON that this server signed itself, for whatever asks for it"),
    ("portal/web/uploads.py", "unsealed"): (1, "JSON that this server closed itself, of whichever import"),
    ("scripts/audit.py", "module"): (1, "JSON of the registry"),
    ("scripts/audit.py", "ask"): (1, "JSON of the registry"),
    ("tests/conftest.py", "statements_compiled_once.shared"): (1, "handed on to SQLAlchemy"),
    ("tests/guard/test_plans.py", "Watched.__init__"): (1, "values as the driver takes them"),
    ("tests/guard/test_plans.py", "Watched._plan"): (1, "the same"),
}


def anys(source: str) -> Iterator[str]:
    """For each `Any` of this code that is none of the open ones, the function or class in which it stands."""
    tree = ast.parse(source)
    for node, within in _annotations(tree, "module"):
        left = ast.unparse(node)
        for pattern in OPEN:
            left = re.sub(pattern, "…", left)
        yield from [within] * len(re.findall(r"\bAny\b", left))


def _annotations(node: ast.AST, within: str) -> Iterator[tuple[ast.AST, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _annotations(child, f"{within}.{child.name}".removeprefix("module."))
        elif isinstance(child, ast.arguments):
            named = [*child.posonlyargs, *child.args, *child.kwonlyargs, *([child.vararg] if child.vararg else [])]
            yield from (
                (a.annotation, within) for a in named if a.annotation
            )  # **names: handed on by name, to whatever takes them
        elif isinstance(child, ast.Subscript | ast.Name | ast.Attribute | ast.BinOp | ast.Constant) and not isinstance(
            node, ast.Expr
        ):
            yield child, within
        else:
            yield from _annotations(child, within)


def test_an_any_that_says_nothing_is_found() -> None:
    source = """
import typing
from typing import Any
Rows = list[Any]
def f(a: dict[str, Any], *b: Row[Any], **more: Any) -> dict[str, Any]:
    def inner(x: "Any" = None) -> Any: ...
class C:
    x: Any
    def g(self, y: Callable[[Any], Mapping[str, Any]]) -> None:
        found: list[Any] = []
        z = typing.Any
"""
    assert Counter(anys(source)) == {"module": 1, "f.inner": 2, "C": 1, "C.g": 3}


def test_any_stands_where_it_says_why_and_nowhere_more() -> None:
    found: Counter[tuple[str, str]] = Counter()
    for folder in ("portal", "scripts", "bench", "tests"):
        for path in sorted(set((ROOT / folder).rglob("*.py")) - {Path(__file__)}):
            if "Any" in (source := path.read_text("utf-8")):
                found.update((str(path.relative_to(ROOT)), within) for within in anys(source))
    assert dict(found) == {place: count for place, (count, _) in WHY.items()}
