"""Which tests come by which lines, and what each takes of the processor: a plugin of pytest for the first, unchanged run.

`MUTANTS_REACH` names a folder: each worker writes one file there.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import coverage
import pytest

FOLDER = Path(os.environ["MUTANTS_REACH"])
SEEN = coverage.Coverage(data_file=None, config_file=False, include=json.loads((FOLDER / "targets.json").read_text()))
TOOK: dict[str, float] = {}


def pytest_configure(config: pytest.Config) -> None:
    SEEN.start()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    SEEN.switch_context(item.nodeid)
    began = process_time()
    yield
    TOOK[item.nodeid] = process_time() - began
    SEEN.switch_context("")


def pytest_unconfigure(config: pytest.Config) -> None:
    SEEN.stop()
    data = SEEN.get_data()
    lines = {path: data.contexts_by_lineno(path) for path in data.measured_files()}
    (FOLDER / f"reach-{os.getpid()}.json").write_text(json.dumps({"lines": lines, "took": TOOK}))
