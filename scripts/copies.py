"""The work tree as it stands, elsewhere: what changes files, or may spoil them, does it in a copy."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]  # nothing of the portal is imported here: a fork would find this tree's in the copy
MADE = (".git", ".venv*", "__pycache__", ".*_cache", ".hypothesis", "instance", "gallery", "*.egg-info")


def copied(to: Path) -> Path:
    """Copy all but what tools make; return where it went. `to` may exist."""
    shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns(*MADE), dirs_exist_ok=True)
    return to
