"""A page's words stand in its template. In Python stand what a rule says, what happened, and what is wrong (docs/decisions.md)."""

import ast
import re
from collections.abc import Iterator

from portal.paths import ROOT

FILES = [
    path for names in ("features/*/routes.py", "features/*/queries.py", "web/*.py") for path in (ROOT / "portal").glob(names)
]
FRENCH = re.compile(
    r"[àâäçéèêëîïôöùûüœÀÂÇÉÈÊËÎÏÔÙÛÜŒ’«»]|(^|\s)(le|la|les|des|un|une|et|ou|est|sont|ce|cette|pas|pour|par|sur|votre|vous)\s"
)
# In the arguments of these, words tell what happened (a flash) or what is wrong (an exception, a form's own sentence, a field).
TELLING = re.compile(r"(^flash|\.put|Error|Wrong|Invalid|Field)$")
# What else says something in Python, and why.
SAYS = {
    ("portal/features/accounts/routes.py", "_too_soon"): "what is wrong, on the field of the password",
    ("portal/features/accounts/routes.py", "_many_links"): "what is wrong, on the field of the address",
    ("portal/features/second_factor/routes.py", "_why_not"): "what is wrong, on the field of the code",
    ("portal/features/measures/routes.py", "told"): "what is wrong, on the field of the number",
    ("portal/features/figures/routes.py", "_asked"): "what is wrong of the filters in an address",
    ("portal/features/preparation/routes.py", "module"): "what happened: flashed by `new`",
    ("portal/web/tags.py", "moment"): "how a moment is written, everywhere",
    ("portal/web/typography.py", "module"): "the signs before which a space does not break",
    ("portal/web/typography.py", "spaced"): "the same",
    ("portal/web/fields.py", "__init__"): "what is wrong of a number",
}


def words(source: str) -> Iterator[str]:
    """The functions of this code in which French is said otherwise than as an outcome."""
    yield from _words(ast.parse(source), "module")


def _words(node: ast.AST, within: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call) and TELLING.search(ast.unparse(child.func)):
            continue
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue  # a docstring
        if isinstance(child, ast.Constant) and isinstance(child.value, str) and FRENCH.search(child.value):
            yield within
        yield from _words(child, child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else within)


def test_a_word_of_a_page_in_python_is_found() -> None:
    source = '''
"""Un module à dire."""
HEADS = {"a": "Début", "b": "code"}
def show():
    """Dit une chose."""
    flash(f"{count} réponses enregistrées.")
    form.put({"day": "Indiquez le jour."})
    if wrong:
        raise BadCell("ce n’est pas un jour")
    return page(title=f"Voici {name} et la suite", key="du")
'''
    assert list(words(source)) == ["module", "show", "show"]  # both parts of the title


def test_the_words_of_pages_stand_in_templates() -> None:
    found = {(str(path.relative_to(ROOT)), within) for path in FILES for within in words(path.read_text("utf-8"))}
    assert sorted(found - set(SAYS)) == []
    assert sorted(set(SAYS) - found) == []
