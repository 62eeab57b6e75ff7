"""What is installed is what was chosen: every package has one version and its digests (`make lint`, without the network).

With `--registry` (`make audit`) the registry is asked, package by package, what is known of these very versions: faults that
were published, and versions that were withdrawn. What could not be asked is said, and is no « ok ».
"""

import json
import re
import sys
import urllib.request
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from portal.paths import ROOT

LOCKS = tuple(ROOT / "requirements" / name for name in ("run.txt", "dev.txt", "peer.txt"))
INSTALLED = LOCKS[1]  # all that is in .venv
ENTRY = re.compile(r"([A-Za-z0-9][\w.-]*)==([\w.!+]+)( ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)")
ADDRESS = "https://pypi.org/pypi/{name}/{version}/json"
Ask = Callable[[str, str], Any]


def entries(text: str) -> tuple[dict[str, str], list[str]]:
    """The packages of a lock with their versions, and every line that is not one version with its digests."""
    left = ENTRY.sub("", text)
    return {m[1]: m[2] for m in ENTRY.finditer(text)}, [line for line in left.splitlines() if line.strip()]


def faults_of_locks(locks: tuple[Path, ...] = LOCKS) -> list[str]:
    """What is not pinned to one version with digests, or is installed in another version."""
    told = []
    for lock in locks:
        found, odd = entries(lock.read_text())
        told += [f"{lock.name} : « {line.strip()} » n’est pas une version avec ses empreintes" for line in odd]
        if not found:
            told.append(f"{lock.name} : aucun paquet")
        if lock == INSTALLED:
            told += [f"{name} : {wanted} est choisi, {here} est installé" for name, wanted, here in _others(found)]
    return told


def _others(wanted: dict[str, str]) -> list[tuple[str, str, str]]:
    found = []
    for name, chosen in wanted.items():
        try:
            here = version(name)
        except PackageNotFoundError:  # of another system, or of another Python
            continue
        if here != chosen:
            found.append((name, chosen, here))
    return found


def ask(name: str, chosen: str) -> Any:
    """What the registry says of this version."""
    with urllib.request.urlopen(ADDRESS.format(name=name, version=chosen), timeout=15) as answer:
        return json.load(answer)


def faults_of_registry(found: dict[str, str], asking: Ask = ask) -> tuple[list[str], list[str]]:
    """The faults that the registry knows, and the packages of which it said nothing."""
    told, silent = [], []
    for name, chosen in sorted(found.items()):
        try:
            said = asking(name, chosen)
        except (OSError, ValueError):
            silent.append(name)
            continue
        if said.get("info", {}).get("yanked"):
            told.append(
                f"{name} {chosen} : version retirée par ses auteurs ({said['info'].get('yanked_reason') or 'sans motif'})"
            )
        for one in said.get("vulnerabilities") or []:
            if not one.get("withdrawn"):
                mended = ", ".join(one.get("fixed_in") or []) or "aucune version"
                told.append(f"{name} {chosen} : {one.get('id')}, corrigé dans {mended}")
    return told, silent


def main(words: list[str]) -> int:
    told = faults_of_locks()
    silent: list[str] = []
    if "--registry" in words:
        found = {name: chosen for lock in LOCKS for name, chosen in entries(lock.read_text())[0].items()}
        known, silent = faults_of_registry(found)
        told += known
        if silent:
            print(f"Le registre n’a rien dit de {len(silent)} paquets sur {len(found)} : ils n’ont pas été vérifiés.")
    print("\n".join(told) or "Chaque paquet a une version et ses empreintes.")
    return 1 if told or silent else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
