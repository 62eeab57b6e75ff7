"""The small faults that somebody could make: each is one change of a few characters in a file of the rules or the acts.

What is not touched: sentences (whole pages are compared elsewhere), annotations, decorators and tables of the schema (a test
compares them with the migrations).
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

COMPARED: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: (r"is\s+not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: (r"not\s+in", "in"),
}
ADDED: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
}
# Calls of which an argument may be missing without an error: a part of a condition, a column that is written, a clause.
LOSES_ONE = {"Condition", "values", "where"}


@dataclass(frozen=True, order=True)
class Mutant:
    """One change: the bytes from `start` to `end` of `path` become `new`. `statement`: the first line of what it is in, or 0
    outside every function, where no test can be seen to come by."""

    path: str
    line: int
    start: int
    end: int
    old: str
    new: str
    statement: int

    @property
    def change(self) -> str:
        """« old → new », on one line."""
        return " ".join(f"{self.old} → {self.new or '∅'}".split())

    def applied(self, source: bytes) -> bytes:
        """The file's text with this change."""
        return source[: self.start] + self.new.encode() + source[self.end :]


def families(root: Path) -> dict[str, list[str]]:
    """The enumerations of the rules and of the store, by name, with their members in order."""
    found: dict[str, list[str]] = {}
    for path in [*root.glob("portal/rules/*.py"), *root.glob("portal/store/*.py")]:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id.endswith("Enum") for b in node.bases):
                members = [t.id for a in node.body if isinstance(a, ast.Assign) for t in a.targets if isinstance(t, ast.Name)]
                found[node.name] = members
    return found


def mutants(root: Path, path: str, enums: Mapping[str, Sequence[str]]) -> list[Mutant]:
    """Every change of one file that still reads as Python and says something else."""
    source = (root / path).read_bytes()
    tree = ast.parse(source)
    asked, found = ast.dump(tree), []
    for mutant in sorted(set(_Finder(path, source, tree, enums).found)):
        try:
            changed = ast.parse(mutant.applied(source))
        except SyntaxError:
            continue
        if ast.dump(changed) != asked:
            found.append(mutant)
    return found


class _Finder(ast.NodeVisitor):
    def __init__(self, path: str, source: bytes, tree: ast.Module, enums: Mapping[str, Sequence[str]]) -> None:
        self.path, self.source, self.found = path, source, list[Mutant]()
        self.lines = [0]
        for line in source.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.enums = dict(enums)
        for node in tree.body:  # S = Status
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and isinstance(node.targets[0], ast.Name):
                self.enums[node.targets[0].id] = enums.get(node.value.id, ())
        self.inside, self.statement = False, 0
        self.visit(tree)

    # ---- where things stand

    def start(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        return self.lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        return self.lines[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    def text(self, node: ast.expr) -> str:
        return self.source[self.start(node) : self.end(node)].decode()

    def change(self, line: int, start: int, end: int, new: str) -> None:
        old = self.source[start:end].decode()
        self.found.append(Mutant(self.path, line, start, end, old, new, self.statement if self.inside else 0))

    def replace(self, node: ast.expr | ast.stmt, new: str) -> None:
        self.change(node.lineno, self.start(node), self.end(node), new)

    def between(self, left: ast.expr, right: ast.expr, pattern: str, new: str) -> None:
        """Change the operator that stands between two expressions."""
        begin = self.end(left)
        gap = self.source[begin : self.start(right)].decode()
        if found := re.search(pattern, gap):
            at, to = (begin + len(gap[:i].encode()) for i in found.span())
            line = self.source.count(b"\n", 0, at) + 1
            self.change(line, at, to, new)

    def without(
        self, items: Sequence[ast.expr | ast.keyword], ends: Sequence[ast.expr | ast.keyword], pair: bool = False
    ) -> None:
        """Leave out one of these at a time. `ends`: where each of them ends; `pair`: one that is left needs its comma."""
        for i, item in enumerate(items):
            if i + 1 < len(items):
                follower = items[i + 1]
                if pair:
                    kept = self.source[self.start(follower) : self.end(ends[i + 1])].decode()
                    self.change(item.lineno, self.start(item), self.end(ends[i + 1]), f"{kept},")
                else:
                    self.change(item.lineno, self.start(item), self.start(follower), "")
            else:
                self.change(item.lineno, self.end(ends[i - 1]), self.end(ends[i]), "," if pair else "")

    # ---- what is walked

    def visit(self, node: ast.AST) -> None:
        before = self.statement
        if isinstance(node, ast.stmt):
            self.statement = node.lineno
        super().visit(node)
        self.statement = before

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]:
            self.visit(default)
        before, self.inside = self.inside, True
        for statement in node.body:
            self.visit(statement)
        self.inside = before

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for statement in node.body:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_Assert(self, node: ast.Assert) -> None:
        """Says what always holds."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """A sentence."""

    # ---- what is changed

    def visit_If(self, node: ast.If) -> None:
        if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            self.replace(node.test, "False")
            if node.orelse and not any(isinstance(n, ast.NamedExpr) for n in ast.walk(node.test)):
                self.replace(node.test, f"not ({self.text(node.test)})")
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.replace(node.test, f"not ({self.text(node.test)})")
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            if not any(isinstance(n, ast.NamedExpr) for n in ast.walk(test)):
                self.replace(test, "True")
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self.replace(node, "pass")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if isinstance(node.targets[0], ast.Subscript):
            self.replace(node, "pass")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.op, ast.Add):
            self.between(node.target, node.value, r"\+=", "-=") if isinstance(node.value, ast.Constant) else self.replace(
                node, "pass"
            )
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for left, op, right in zip(sides, node.ops, sides[1:], strict=False):
            pattern, new = COMPARED[type(op)]
            self.between(left, right, rf"\b{pattern}\b" if pattern[0].isalpha() else pattern, new)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            self.between(left, right, rf"\b{word}\b", other)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        words = any(isinstance(n, (ast.JoinedStr, ast.Dict, ast.List)) or _is_text(n) for n in (node.left, node.right))
        named = isinstance(node.op, ast.BitOr) and not self.inside  # a name for a choice of types
        if type(node.op) in ADDED and not words and not named:
            old, new = ADDED[type(node.op)]
            self.between(node.left, node.right, re.escape(old), new)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, (ast.Not, ast.Invert)):
            self.replace(node, f"({self.text(node.operand)})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self.replace(node, str(not node.value))
        elif isinstance(node.value, int):
            self.replace(node, str(node.value + 1))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        members = self.enums.get(node.value.id, ()) if isinstance(node.value, ast.Name) else ()
        if node.attr in members and len(members) > 1:
            other = members[(members.index(node.attr) + 1) % len(members)]
            self.replace(node, f"{self.text(node.value)}.{other}")
        self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        self._collection(node.elts, pair=len(node.elts) == 2)
        self.generic_visit(node)

    def visit_Set(self, node: ast.Set) -> None:
        self._collection(node.elts)
        self.generic_visit(node)

    def visit_List(self, node: ast.List) -> None:
        self._collection(node.elts)
        self.generic_visit(node)

    def _collection(self, items: Sequence[ast.expr], pair: bool = False) -> None:
        if len(items) > 1 and all(isinstance(n, ast.Attribute) for n in items):
            self.without(items, items, pair)

    def visit_Dict(self, node: ast.Dict) -> None:
        keys = [k for k in node.keys if k is not None]
        if len(keys) == len(node.keys) > 1:
            self.without(keys, node.values)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        if name in ("Table", "Index"):
            return
        if name in LOSES_ONE:
            arguments: list[ast.expr | ast.keyword] = [*node.args, *(k for k in node.keywords if k.arg)]
            if len(arguments) > 1 and len(arguments) == len(node.args) + len(node.keywords):
                self.without(arguments, [a.value if isinstance(a, ast.keyword) else a for a in arguments])
        self.generic_visit(node)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def everything(root: Path, paths: Sequence[str]) -> Iterator[Mutant]:
    """The changes of all these files."""
    enums = families(root)
    for path in paths:
        yield from mutants(root, path, enums)
