"""What costs time is made by the first worker that asks, and found by the others."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path


def once(folder: Path, make: Callable[[Path], object]) -> Path:
    """The folder, filled by `make`: once a run, whatever the number of workers."""
    draft = folder.with_name(f"{folder.name}-draft")
    with open(folder.with_name(f"{folder.name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(draft, ignore_errors=True)  # of one that failed: who asks next meets the true fault, not its remains
            draft.mkdir()
            make(draft)
            draft.rename(folder)
    return folder
