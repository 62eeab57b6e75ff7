"""Do the tests notice a fault? Changes one thing at a time in the rules and the acts, in a copy, and runs the tests that come by.

Prints the changes that no test noticed, as diffs, and the share that was noticed; exit 1 under the floor.
"""

import argparse
import difflib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from itertools import accumulate
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from scripts.copies import copied
from scripts.mutants.changes import Mutant, everything

FLOOR = 92.0  # of a hundred changes, how many the tests must notice: may only rise. Another sample of 150 differs by some four
SEED = 2020
SAMPLE = 150

# What is changed: the rules, and every file that holds acts.
TARGETS = (
    "portal/rules/*.py",
    "portal/features/*/actions.py",
    "portal/features/jury/members.py",
    "portal/features/jury/seats.py",
    "portal/features/communication/letters.py",
    "portal/features/communication/closings.py",
    "portal/features/results/accumulation.py",
    "portal/features/measures/plan.py",
    "portal/core/holding.py",
    "portal/core/grants.py",
    "portal/core/approvals.py",
    "portal/store/audit.py",
)
# What notices: all but the browser and the guards of other things than behaviour.
TESTS = ("tests/features", "tests/guard/test_routes.py", "tests/rules")
# Nobody reads why a test fails: its asserts are read as they are written.
PYTEST = ("-q", "--tb=no", "--assert=plain", "--hypothesis-seed=0", "-k", "not postgresql")

QUICK = 0.01  # seconds of a test that says one sentence: all of these run before the others
PATIENCE = 15.0  # seconds of the processor for the tests of one change
FIRST, NEXT = 12, 120  # so many tests are asked first, and so many then: most changes are noticed before all their files are read


@dataclass
class Reach:
    """Which tests come by a statement, by its first line, and how long each took. `settled`: the statements that were come by
    until the database was made that tests begin with; `libraries`: what else the tests read."""

    lines: dict[str, dict[int, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    took: dict[str, float] = field(default_factory=dict)
    settled: set[tuple[str, int]] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)

    def tests(self, mutant: Mutant) -> list[str]:
        """The tests that may notice a change: a few that see most of the file for what they take; then the quick, and then the
        others, each up to the patience there is. Any test may where none is seen to come by: of a table, and of what makes one,
        when a file is first read."""
        lines = self.lines[mutant.path]
        near = lines.get(mutant.statement) or self.took.keys()
        seen = Counter(test for tests in lines.values() for test in tests)
        ordered = sorted(near, key=lambda test: ((self.took[test] + 0.1) / (seen[test] + 1), test))
        chosen = ordered[:FIRST]
        for quick in (True, False):
            some = [test for test in ordered[FIRST:] if (self.took[test] <= QUICK) is quick]
            spent = accumulate(self.took[test] for test in some)
            chosen += [test for test, so_far in zip(some, spent, strict=True) if so_far <= PATIENCE]
        return chosen

    def settles_as_before(self, mutant: Mutant) -> bool:
        """Whether the database that tests begin with is the same with this change."""
        return mutant.statement > 0 and (mutant.path, mutant.statement) not in self.settled


def targets(tree: Path) -> list[str]:
    """The files that TARGETS names."""
    found = {str(p.relative_to(tree)) for glob in TARGETS for p in tree.glob(glob)}
    return sorted(p for p in found if not p.endswith("__init__.py"))


def environment(tree: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_")}
    return {**kept, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", **more}


def reach_of(tree: Path, paths: Sequence[str], noticing: Sequence[str], workers: int, shared: Path) -> Reach:
    """Run the tests once, unchanged, and note where each comes by. They must pass. What they make for all of them stays in
    `shared`, and what Python made of the files beside them."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "targets.json").write_text(json.dumps([str(tree / p) for p in paths]))
        env = environment(tree, MUTANTS_REACH=folder, TESTS_SHARED=str(shared))
        del env["PYTHONDONTWRITEBYTECODE"]
        tests = [t for t in noticing if (tree / t.partition("::")[0]).exists()]
        few = all("::" in test for test in tests)  # named one by one: another process would take longer to start than they do
        run = [sys.executable, "-m", "pytest", *PYTEST, "-n", "0" if few else str(workers), "-p", "scripts.mutants.reach", *tests]
        done = subprocess.run(run, cwd=tree, env=env, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"The tests fail without any change:\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
        reach = Reach()
        for file in Path(folder).glob("reach-*.json"):
            found = json.loads(file.read_text())
            for path, lines in found["lines"].items():
                for line, tests_ in lines.items():
                    reach.lines[str(Path(path).relative_to(tree))][int(line)] |= set(tests_)
            for test, seconds in found["took"].items():
                reach.took[test] = max(seconds, reach.took.get(test, 0.0))
            reach.settled |= {(str(Path(path).relative_to(tree)), line) for path, line in found["settled"]}
            reach.libraries |= set(found["libraries"])
    return reach


def started(tree: Path, mutant: Mutant, tests: Sequence[str], made: Sequence[Path]) -> BaseProcess:
    """Run these tests with this change in a process of its own: forked, so that the libraries need no second import. `made`: what
    it need not make for them."""
    file = tree / mutant.path
    file.write_bytes(mutant.applied(file.read_bytes()))
    shared = tree / ".shared"
    shutil.rmtree(shared, ignore_errors=True)
    shared.mkdir()
    for folder in filter(Path.exists, made):
        (shared / folder.name).symlink_to(folder)
    process = get_context("fork").Process(target=run, args=(tree, tests, shared))
    process.start()
    return process


def run(tree: Path, tests: Sequence[str], shared: Path) -> None:
    os.setsid()
    os.chdir(tree)
    os.environ.update(environment(tree, TESTS_SHARED=str(shared)))
    sys.path.insert(0, str(tree))
    sys.dont_write_bytecode = True
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    for some in filter(None, (tests[:FIRST], tests[FIRST:NEXT], tests[NEXT:])):
        (tree / ".chosen-tests").write_text("\n".join(some))
        if code := pytest.main([*PYTEST, "-x", "-n", "0", "@.chosen-tests"]):
            os._exit(code)
    os._exit(pytest.ExitCode.OK)


def survivors(trees: Sequence[Path], chosen: Sequence[Mutant], reach: Reach, shared: Path) -> list[Mutant]:
    """Those of these changes that no test notices: by failing, or by never ending."""
    for library in reach.libraries:
        with suppress(ImportError):
            import_module(library)
    running: dict[Path, tuple[BaseProcess, Mutant, bytes, float]] = {}
    left, found = list(reversed(chosen)), []
    while left or running:
        for tree in [t for t in trees if t not in running]:
            if left:
                mutant = left.pop()
                tests = reach.tests(mutant)
                if tests:
                    patience = 90 + 16 * sum(reach.took.get(t, 0.0) for t in tests)
                    source = (tree / mutant.path).read_bytes()
                    made = [
                        shared / name for name in ("templates", "sqlite") if name != "sqlite" or reach.settles_as_before(mutant)
                    ]
                    running[tree] = started(tree, mutant, tests, made), mutant, source, time.monotonic() + patience
                else:
                    found.append(mutant)
        wait([process.sentinel for process, *_ in running.values()], timeout=1)
        for tree, (process, mutant, source, until) in list(running.items()):
            if process.exitcode is None and time.monotonic() < until:
                continue
            if process.exitcode is None and process.pid:
                os.killpg(process.pid, signal.SIGKILL)
            elif process.exitcode == pytest.ExitCode.NO_TESTS_COLLECTED:
                raise RuntimeError(f"no test of those that come by {mutant.path}:{mutant.line} was found again")
            elif process.exitcode == pytest.ExitCode.OK:
                found.append(mutant)
            process.join()
            (tree / mutant.path).write_bytes(source)
            del running[tree]
    return sorted(found)


def diff(tree: Path, mutant: Mutant) -> str:
    source = (tree / mutant.path).read_bytes()
    before, after = (s.decode().splitlines(keepends=True) for s in (source, mutant.applied(source)))
    shown = difflib.unified_diff(before, after, mutant.path, f"{mutant.path} ({mutant.change})", n=1)
    return "".join(shown)


def but_for_equivalent(tree: Path, found: Iterable[Mutant], paths: Sequence[str]) -> list[Mutant]:
    """Those of these files that change what somebody could see. What `equivalent.toml` lists and no longer stands in the code is told."""
    listed = tomllib.loads((Path(__file__).parent / "equivalent.toml").read_text()).get("equivalent", [])
    texts: dict[str, list[str]] = {}
    kept, used = [], set()
    for mutant in found:
        lines = texts.setdefault(mutant.path, (tree / mutant.path).read_text().splitlines())
        line = lines[mutant.line - 1].strip()
        same = [
            i
            for i, e in enumerate(listed)
            if mutant.path.endswith(e["file"]) and e["line"] == line and e["change"] == mutant.change
        ]
        used.update(same)
        if not same:
            kept.append(mutant)
    for i, e in enumerate(listed):
        if i not in used and any(path.endswith(e["file"]) for path in paths):
            print(f"equivalent.toml: no such line any more: {e['file']}: {e['line']} ({e['change']})")
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--sample", type=int, default=SAMPLE)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="files whose path holds this")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="what is to notice")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        first, shared = copied(Path(name) / "0"), Path(name) / "shared"
        shared.mkdir()
        paths = [path for path in targets(first) if given.only in path]
        possible = but_for_equivalent(first, everything(first, paths), paths)
        chosen = sorted(random.Random(given.seed).sample(possible, min(given.sample, len(possible))))
        reach = reach_of(first, paths, given.tests, given.workers, shared)
        trees = [first, *(Path(shutil.copytree(first, Path(name) / str(i))) for i in range(1, given.workers))]
        took = time.monotonic() - began
        print(
            f"{len(reach.took)} tests pass, {took:.0f} s; {len(chosen)} of {len(possible)} changes, seed {given.seed}", flush=True
        )
        alive = survivors(trees, chosen, reach, shared)
        for mutant in alive:
            print(diff(first, mutant))
    figure = 100 * (len(chosen) - len(alive)) / len(chosen)
    seconds = time.monotonic() - began
    print(f"killed {len(chosen) - len(alive)}, survived {len(alive)}: {figure:.1f} % (floor {FLOOR} %), {seconds:.0f} s")
    return figure < FLOOR


if __name__ == "__main__":
    sys.exit(main())
