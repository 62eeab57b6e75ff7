"""What is typed is declared once, in a form; what stands in an address is read by `web/query.py`. Nothing is read beside them."""

import ast
import re
from collections.abc import Iterator

from portal.paths import ROOT, TEMPLATES

READ_FROM = {"form", "values", "files", "args", "data", "json", "get_data", "get_json", "stream"}
# Where the request itself is read, and why there.
READERS = {
    ("portal/web/forms.py", "posted"): "whether a form is acted on is asked before any form is read",
    ("portal/web/forms.py", "resumed"): "a form that comes back after a sign-in is any form",
    ("portal/web/forms.py", "__init__"): "here WTForms are given what was sent",
    ("portal/web/forms.py", "version"): "every form on what others may change carries it",
    ("portal/web/forms.py", "version_if_any"): "the same, of a form that had none in the release before",
    ("portal/web/beside.py", "_sent"): "a page shows again the state that was sent, whichever form it was",
    ("portal/web/fields.py", "process_formdata"): "WTForms hands a field no files",
    ("portal/web/kept.py", "kept_fields"): "what is kept through a sign-in is whatever was typed, into whichever form",
    ("portal/web/kept.py", "kept_before"): "the same, coming back",
    ("portal/web/kept.py", "sent_as_it_was"): "what was not answered is sent again as it was, whichever form it was",
    ("portal/web/doubts.py", "confirmed"): "the question about an unlikely date stands before any form that has dates",
    ("portal/web/sizes.py", "bound"): "how much may be sent is decided before it is read",
    ("portal/web/query.py", "text"): "the reader of addresses",
    ("portal/web/query.py", "given"): "the reader of addresses",
    ("portal/web/query.py", "everything"): "the reader of addresses",
    (
        "portal/features/results/forms.py",
        "sent",
    ): "the sheet of results: its fields are the session's candidates and certificates",
    ("portal/features/measures/forms.py", "read"): "a measure's cases: as many as were added, each with its fields",
}

# Forms that are typed into beside no state: each makes something new, or is about one's own, which nobody else changes.
NEW, OWN, READ = "makes something new", "one's own, changed by nobody else", "changes nothing of what others typed"
BESIDE_NOTHING = {
    **dict.fromkeys(("accounts/choose", "accounts/forgotten", "accounts/mine", "accounts/sign_in", "convocations/juror"), OWN),
    **dict.fromkeys(("notices/index", "second_factor/application", "second_factor/code", "second_factor/remove"), OWN),
    **dict.fromkeys(("attendance/day", "centres/new", "communication/closing", "measures/write", "oversight/draws"), NEW),
    **dict.fromkeys(("preparation/new", "reference/approvals", "requests/expired", "titles/new", "jury/index"), NEW),
    **dict.fromkeys(("documents/verify", "components/import", "taking_over/file", "deposit/index"), READ),
    "measures/_parts": "says a number that the page counted, and is compared with what is there",
    "measures/take_back": "the same",
    "requests/_parts": "refuses: a request that was answered meanwhile is not answered again",
}


def readings(source: str) -> Iterator[str]:
    """The functions of this code that read what was sent, and « module » for what stands in none."""
    tree = ast.parse(source)
    within = {
        id(node): function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in READ_FROM and ast.unparse(node.value) in ("request", "flask.request"):
            yield within.get(id(node), "module")
        if isinstance(node, ast.ImportFrom) and node.module == "flask":
            yield from (f"request as {name.asname}" for name in node.names if name.name == "request" and name.asname)


def test_a_reading_beside_the_forms_is_found() -> None:
    source = """
import flask
from flask import request as asked
def show():
    def inner():
        return request.files["pdf"] or flask.request.values
    return request.method, request.form.get("lus")
top = request.args
"""
    assert sorted(readings(source)) == ["inner", "inner", "module", "request as asked", "show"]


def test_what_is_sent_is_read_by_forms_alone() -> None:
    found = {
        (str(path.relative_to(ROOT)), function)
        for path in sorted((ROOT / "portal").rglob("*.py"))
        for function in readings(path.read_text("utf-8"))
    }
    assert sorted(found - set(READERS)) == []
    assert sorted(set(READERS) - found) == []  # no exception outlives its reason


def beside_nothing(template: str) -> bool:
    """Whether one of its forms is typed into beside no state (`ui.version`)."""
    forms = re.findall(r'<form\b[^>]*method="post".*?</form>', template, re.S)
    return any(re.search(r"ui\.(field|radios)\(", form) and "version" not in form for form in forms)


def test_a_form_on_what_others_may_change_says_beside_which_state_it_was_filled_in() -> None:
    assert beside_nothing('<form method="post">{{ ui.field(form.place) }}</form>')
    assert not beside_nothing('<form method="post">{{ ui.version(s.version) }}{{ ui.field(form.place) }}</form>')
    paths = sorted(TEMPLATES.rglob("*.html"))
    found = {str(path.relative_to(TEMPLATES).with_suffix("")) for path in paths if beside_nothing(path.read_text("utf-8"))}
    assert sorted(found - set(BESIDE_NOTHING)) == []
    assert sorted(set(BESIDE_NOTHING) - found) == []  # no exception outlives its reason
