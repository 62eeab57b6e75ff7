"""An upgrade closes nothing: the nodes of the version before serve on while the new one's schema is already there (docs/operations.md).

So a version only adds, and what it asks of the rows of tables that were there, the version before gives: a column more is
empty by itself, a check says no less, nothing that was read has gone.
"""

import re

import pytest

from portal.paths import ROOT
from portal.store import migrate
from portal.store.database import Database
from tests.support.schema import Shape, differences, empty_like, shape

BEFORE, SCHEMA = "1.22.0", "0038"  # the version before this one, and its schema
# What is asked besides of tables that were there, and why the version before gives it.
GIVEN: dict[str, str] = {}
IN_LIST = re.compile(r"IN\((.*?)\)")


def looser(name: str, before: str, after: str) -> bool:
    """Whether what stood so may stand so."""
    kind = name.partition(" ")[0]
    if kind == "column":
        return before.replace("not null 1", "not null 0") == after.replace("not null 1", "not null 0") and "not null 0" in after
    lists = [set(found[1].split(",")) if (found := IN_LIST.search(words)) else set() for words in (before, after)]
    return kind == "check" and IN_LIST.sub("", before, 1) == IN_LIST.sub("", after, 1) and lists[0] <= lists[1]


def asks_nothing(name: str, words: str, before: Shape) -> bool:
    """Whether this is of a new table, or is filled by itself."""
    kind, _, thing = name.partition(" ")
    on = re.findall(r" ON (\w+)", words) if kind in ("index", "trigger") else re.split(r"[.(]", thing)
    if kind == "table" or f"table {on[0]}" not in before:
        return True
    if kind == "index":
        return "UNIQUE" not in words
    if kind == "column":
        return "not null 0" in words or "default None" not in words
    if kind == "check":  # of new columns alone
        return not {word for word in re.findall(r"\b[a-z_]+\b", words) if f"column {on[0]}.{word}" in before}
    return kind == "constraint" and words == "CHECK"  # its words are read as a check


def faults(before: Shape, after: Shape) -> list[str]:
    return [
        name
        for name, (was, found) in differences(before, after).items()
        if name not in GIVEN
        and not (
            name.startswith("index ")
            if found is None
            else asks_nothing(name, found, before)
            if was is None
            else looser(name, was, found)
        )
    ]


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_version_before_can_do_with_this_schema(db: Database) -> None:
    with empty_like(db) as beside:
        migrate.upgrade(beside, SCHEMA)
        before = shape(beside)
    assert faults(before, shape(db)) == []


def test_it_is_the_version_before_that_is_meant() -> None:
    versions = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[1] == BEFORE, "with a new version its schema takes the place of the one here"


@pytest.mark.parametrize(
    ("name", "was", "found"),
    [
        ("column session.place", "TEXT, not null 0, default None", None),
        ("column session.place", "TEXT, not null 0, default None", "TEXT, not null 1, default None"),
        ("column session.room", None, "TEXT, not null 1, default None"),
        ("check session.ck_kind", "kind IN('a','b')", "kind IN('a')"),
        ("check session.ck_place", None, "place <> ''"),
        ("unique session(place)", None, "u"),
        ("trigger session_refuses", None, "CREATE TRIGGER session_refuses BEFORE UPDATE ON session"),
    ],
)
def test_what_the_version_before_could_not_do_with_is_found(name: str, was: str | None, found: str | None) -> None:
    before = {"table session": "", "column session.place": "TEXT, not null 0, default None"}
    after = dict(before)
    for shape_, words in ((before, was), (after, found)):
        shape_.pop(name, None)
        if words is not None:
            shape_[name] = words
    assert faults(before, after) == [name]
