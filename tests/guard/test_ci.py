"""What runs on a clean clone: it passes when both lint and the tests do, and each is told."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from portal.paths import ROOT

MAKE = """#!/bin/sh
echo "made $1"
case $1 in lint) exit $LINT ;; test) exit $TEST ;; esac
"""


@pytest.mark.parametrize(("lint", "test", "status"), [(0, 0, 0), (2, 0, 1), (0, 2, 2), (2, 2, 1)])
def test_both_must_pass(tmp_path: Path, lint: int, test: int, status: int) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", tmp_path / ".ci")
    (tmp_path / "make").write_text(MAKE)
    (tmp_path / "make").chmod(0o755)
    told = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "LINT": str(lint), "TEST": str(test)}
    ran = subprocess.run(["bash", ".ci/run"], cwd=tmp_path, env=told, capture_output=True, text=True, check=False)
    assert ran.returncode == status
    said = ran.stdout.split("\n")
    assert said[0] == "made .venv/dev.stamp" and {"made lint", "made test"} <= set(said)
    assert ("make lint" in ran.stderr) == bool(lint)
