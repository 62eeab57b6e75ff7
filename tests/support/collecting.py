"""Reading the tests, which each worker does."""

import gc
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest


def files(config: pytest.Config) -> Iterator[Path]:
    """Those that this run was told of."""
    for told in config.args:
        place = config.rootpath / told.partition("::")[0]
        yield from sorted(place.rglob("test_*.py")) if place.is_dir() else [place]


def pytest_sessionstart(session: pytest.Session) -> None:
    """To rewrite the assertions of all files takes as long as a hundred tests. What one worker has rewritten the others find, so each
    begins elsewhere; what cannot be read is told when its turn comes."""
    given: dict[str, int] = getattr(session.config, "workerinput", {})
    if not given:
        return
    found = [*files(session.config)]
    first = len(found) * int(str(given["workerid"]).removeprefix("gw")) // given["workercount"]
    for file in found[first:] + found[:first]:
        with suppress(Exception, pytest.skip.Exception):
            import_module(".".join(file.relative_to(session.config.rootpath).with_suffix("").parts))


def pytest_collection_finish() -> None:
    """What was read to collect stays for good: the garbage collector need not go through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
