"""An act reads top to bottom: nothing is handed into a held session to be called there, and nothing is declared in it."""

import ast
from collections.abc import Iterator

from portal.paths import ROOT

# What opens a transaction in which something is held (core/holding.py, store/database.py).
OPENS = ("hold", "_hold", "writing")
ORDER = ("sorted", "min", "max")  # `key=` of these only says in which order


def handed(source: str) -> Iterator[str]:
    """What of this code is called back under a held session: parameters that are functions of whatever holds or is given a
    transaction, and functions declared where a session is held."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and (_opens(node) or _takes_transaction(node)):
            of = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            yield from (f"{node.name}({a.arg})" for a in of if a.annotation and "Callable" in ast.unparse(a.annotation))
        if isinstance(node, ast.With) and any(map(_is_opening, node.items)):
            yield from _declared(node)
        if isinstance(node, ast.FunctionDef) and _takes_transaction(node):
            yield from _declared(node)


def _is_opening(item: ast.withitem) -> bool:
    call = item.context_expr
    name = call.func if isinstance(call, ast.Call) else call
    return (name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")) in OPENS


def _opens(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.With) and any(map(_is_opening, node.items)) for node in ast.walk(function))


def _takes_transaction(function: ast.FunctionDef) -> bool:
    return any(argument.arg == "tx" for argument in function.args.args)


def _declared(block: ast.With | ast.FunctionDef) -> Iterator[str]:
    orders = {
        id(word.value)
        for call in ast.walk(block)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ORDER
        for word in call.keywords
        if word.arg == "key"
    }
    for node in ast.walk(block):
        if isinstance(node, ast.Lambda) and id(node) not in orders:
            yield "lambda"
        if isinstance(node, ast.FunctionDef) and node is not block:
            yield f"def {node.name}"


def test_what_is_handed_into_a_held_session_is_found() -> None:
    source = """
def change(work, act: Callable[[], None], sizes: list[int]):
    with work.db.writing() as tx:
        act()
def save(work, number):
    with hold(work, number) as (tx, s):
        def write(): ...
        run(lambda: s)
        return sorted(s.rows, key=lambda row: row.id)
def tell(tx, message: Callable[[int], str]):
    return max(tx, key=lambda x: x)
def reads(conn, words: Callable[[int], str]):
    return lambda: conn
"""
    assert sorted(handed(source)) == ["change(act)", "def write", "lambda", "tell(message)"]


def test_acts_are_told_in_the_order_in_which_they_happen() -> None:
    files = [*(ROOT / "portal" / "core").glob("*.py"), *(ROOT / "portal" / "features").glob("*/*.py")]
    found = {str(path.relative_to(ROOT)): sorted(handed(path.read_text("utf-8"))) for path in files}
    assert {path: names for path, names in found.items() if names} == {}
