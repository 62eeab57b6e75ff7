"""Where tests write: in memory where there is room, since nothing of it is kept."""

import os
import shutil

MEMORY, ENOUGH = "/dev/shm", 3 << 30


def quick_folder() -> str | None:
    """A folder in memory; None where there is none, or too little of it (a container often has 64 MB)."""
    roomy = os.path.isdir(MEMORY) and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    return MEMORY if roomy else None
