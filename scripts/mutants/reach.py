"""Which tests come by which statements, and what each takes of the processor: a plugin of pytest for the first, unchanged run.

`MUTANTS_REACH` names a folder: each worker writes one file there. The files that `targets.json` names are read with a call before
each statement of their functions. A tracer, which is called at each line of every library, takes as long as all the tests.
"""

import ast
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from time import process_time
from types import CodeType, ModuleType

import pytest

FOLDER = Path(os.environ["MUTANTS_REACH"])
TARGETS = frozenset(json.loads((FOLDER / "targets.json").read_text()))
SIGN = "__come_by__"
SEEN: set[tuple[str, int]] = set()  # since the last test ended
EVER: set[tuple[str, int]] = set()
SETTLED: set[tuple[str, int]] = set()  # until the database was made that all tests begin with
LINES: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
TOOK: dict[str, float] = {}


class Signed(ast.NodeTransformer):
    """Each statement of a function says first that it is come by, and so does a lambda, which may run long after it was made."""

    def __init__(self, path: str) -> None:
        self.path, self.inside, self.statement = path, False, 0

    def sign(self, node: ast.stmt | ast.expr) -> ast.Call:
        here = ast.Tuple([ast.Constant(self.path), ast.Constant(self.statement)], ast.Load())
        return ast.fix_missing_locations(ast.copy_location(ast.Call(ast.Name(SIGN, ast.Load()), [here], []), node))

    def visit(self, node: ast.AST) -> ast.AST | list[ast.AST]:
        if not isinstance(node, ast.stmt):
            same: ast.AST = super().visit(node)
            return same
        before, inside, self.statement = self.statement, self.inside, node.lineno
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)  # stays first
        signed = [ast.copy_location(ast.Expr(self.sign(node)), node)] if inside and not docstring else []
        self.inside = inside or isinstance(node, ast.FunctionDef)
        self.generic_visit(node)
        self.statement, self.inside = before, inside
        return [*signed, node]

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        self.generic_visit(node)
        node.body = ast.copy_location(ast.BoolOp(ast.Or(), [self.sign(node.body), node.body]), node.body)
        return node


class Reading(SourceFileLoader):
    """Reads a file with its signs; nothing of that is kept for those who read it as it is."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path))
        Signed(path).visit(tree)
        code: CodeType = compile(tree, path, "exec")
        return code

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__[SIGN] = SEEN.add
        super().exec_module(module)


class Finding(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        found = PathFinder.find_spec(name, path, target) if name.startswith("portal.") else None
        if found is None or found.origin not in TARGETS:
            return None
        return spec_from_file_location(name, found.origin, loader=Reading(name, str(found.origin)))


sys.meta_path.insert(0, Finding())


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    EVER.update(SEEN)
    SEEN.clear()
    began = process_time()
    yield
    TOOK[item.nodeid] = process_time() - began
    for path, line in SEEN:
        LINES[path][line].append(item.nodeid)


@pytest.hookimpl(hookwrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> Iterator[None]:
    yield
    if fixturedef.argname == "sqlite_template":
        SETTLED.update(EVER | SEEN)


def pytest_unconfigure() -> None:
    files = {name: str(getattr(module, "__file__", "")) for name, module in sys.modules.items()}
    libraries = [name for name, file in files.items() if file.startswith((sys.prefix, sys.base_prefix))]
    found = {"lines": LINES, "took": TOOK, "settled": sorted(SETTLED), "libraries": libraries}
    (FOLDER / f"reach-{os.getpid()}.json").write_text(json.dumps(found))
