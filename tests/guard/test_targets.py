"""Every target of the Makefile is run here once, on a copy where it writes: what no check runs is broken one day.

`run`, `dev` and `gallery` have theirs in test_commands; `test` is what runs this.
"""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from portal.paths import ROOT
from scripts.copies import copied
from tests.guard.test_commands import OLD, OUTSIDE, make

HERE = ROOT / ".venv/bin"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copied(tmp_path)


def there(copy: Path, *words: str, bin_: Path = HERE) -> subprocess.CompletedProcess[str]:
    command = ["make", *OLD, "-o", ".venv-peer/stamp", f"BIN={bin_}", *words]
    env = {**OUTSIDE, "PYTHONPATH": str(copy)}
    return subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, check=False, timeout=240)


def test_a_migration_is_made_with_the_next_number_and_a_bad_name_is_refused(copy: Path) -> None:
    last = max(int(f.name[:4]) for f in (copy / "migrations/versions").glob("0*.py"))
    made = there(copy, "migration", "NAME=add_session_room")
    assert made.returncode == 0, made.stderr
    assert (copy / f"migrations/versions/{last + 1:04}_add_session_room.py").exists()
    refused = there(copy, "migration", "NAME=Ajouter Salle")
    assert refused.returncode != 0 and "ne convient pas" in refused.stderr


def test_the_house_is_drawn_again(copy: Path) -> None:
    picture = copy / "docs/images/house.svg"
    kept = picture.read_bytes()
    picture.unlink()
    assert there(copy, "house").returncode == 0 and picture.read_bytes() == kept


def test_the_words_of_pages_papers_and_commands_are_listed() -> None:
    told = there(ROOT, "words")
    said = ("Vos résultats sont enregistrés.", "Vous êtes convoqué(e) à la session", "Sauvegarde toute la base dans un fichier")
    assert told.returncode == 0 and [words for words in said if words not in told.stdout] == [], told.stderr


def test_lint_calls_each_of_its_tools_and_one_that_finds_something_stops_it(tmp_path: Path) -> None:
    """The tools themselves run in `make lint`, before the tests: here, that none is left out, and none is called in vain."""
    recipe = re.findall(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)[0]
    tools = re.findall(r"\$\(BIN\)/([\w-]+)", recipe)
    assert len(tools) == len(recipe.splitlines()) and all((HERE / tool).exists() for tool in tools)
    calls = tmp_path / "calls"
    for failing in (None, *dict.fromkeys(tools)):
        calls.write_text("")
        for tool in set(tools):
            (tmp_path / tool).write_text(f"#!/bin/sh\necho {tool} >> {calls}\nexit {int(tool == failing)}\n")
            (tmp_path / tool).chmod(0o755)
        done = there(ROOT, "lint", bin_=tmp_path)
        assert (done.returncode == 0) == (failing is None), failing
        assert failing is not None or calls.read_text().split() == tools


def test_mutants_shows_what_the_tests_leave_through_and_fails_under_its_floor() -> None:
    """One test of a rule is asked about four changes of it: it notices some, and those that it leaves are shown."""
    only = "tests/rules/test_plausible.py::test_a_start_on_a_day_off_is_asked_about"
    done = make("mutants", f"ARGS=--only rules/plausible.py --sample 4 --seed 1 --tests {only}")
    told = re.search(r"killed (\d), survived (\d): ", done.stdout)
    assert done.returncode != 0 and told and {*told.groups()} != {"0", "4"}, done.stdout + done.stderr
    assert len(re.findall(r"^--- portal/rules/plausible\.py", done.stdout, re.MULTILINE)) == int(told[2])


def test_the_bench_takes_its_figures() -> None:
    done = make("bench", "-o", ".venv-peer/stamp", "ARGS=--quick")
    told = re.findall(r"^(\w+) [\d.]+ (?:ratio|requests|ms|s|MB) [<>]=[\d.]+$", done.stdout, re.MULTILINE)
    assert done.returncode == 0 and len(told) == 14, done.stdout + done.stderr


def test_what_no_test_need_notice_still_stands_in_the_code() -> None:
    listed = tomllib.loads((ROOT / "scripts/mutants/equivalent.toml").read_text("utf-8"))["equivalent"]
    assert len(listed) > 3
    for one in listed:
        found = [file for file in (ROOT / "portal").rglob("*.py") if str(file).endswith(one["file"])]
        assert [file for file in found if one["line"] in map(str.strip, file.read_text("utf-8").splitlines())], one
