"""Small rooms: a file that is about two things, and a function that does two, become two (CONTRIBUTING.md)."""

import ast
from pathlib import Path

from portal.paths import ROOT

LONGEST_FILE = 300
LONGEST_FUNCTION = 45
SOURCES = [path for folder in ("portal", "scripts", "bench") for path in sorted((ROOT / folder).rglob("*.py"))]


def _long_functions(path: Path) -> list[str]:
    found = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [n.name for n in found if (n.end_lineno or n.lineno) - n.lineno + 1 > LONGEST_FUNCTION]


def test_no_file_is_longer_than_a_person_reads_at_once() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    found = {str(path.relative_to(ROOT)): _long_functions(path) for path in SOURCES}
    assert {path: names for path, names in found.items() if names} == {}
