"""The report that the Caisse des Dépôts gives of a deposit, read in a process of its own: it is somebody else's file."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CHILD = Path(__file__).with_name("report_child.py")
SECONDS, LARGEST_MEGABYTES = 30, 60
TOO_MUCH = "Ce fichier est démesuré pour un rapport de dépôt."
WHY = {
    3: "Ce fichier n’est pas du XML qui se lit : donnez le rapport tel que la Caisse des Dépôts l’a rendu.",
    5: "Ce fichier porte une définition de type (DOCTYPE), qu’aucun rapport ne porte : il n’est pas lu.",
    6: "Ce XML n’est pas un rapport de dépôt : il lui manque l’identifiant du flux, des passages, ou le motif d’un rejet.",
}


class BadReport(Exception):
    """It cannot be taken; nothing was written: why, as a sentence."""


@dataclass(frozen=True)
class Report:
    """Of which flow, the certifications that are accepted, and those that are rejected, each with its reason."""

    flux: str
    accepted: tuple[str, ...]
    rejected: dict[str, str]


def read(data: bytes) -> Report:
    """What a report says. Raises BadReport."""
    if not data.strip():
        raise BadReport("Ce fichier est vide.")
    if len(data) > LARGEST_MEGABYTES * 1_000_000:
        raise BadReport(f"Ce fichier dépasse {LARGEST_MEGABYTES} Mo : aucun rapport n’est si grand.")
    try:
        command = [sys.executable, "-I", str(CHILD)]
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise BadReport(TOO_MUCH) from None
    if done.returncode:
        raise BadReport(WHY.get(done.returncode, TOO_MUCH))
    told = json.loads(done.stdout)
    accepted, rejected = tuple(told["accepted"]), dict(told["rejected"])
    if len({*accepted, *rejected}) != len(accepted) + len(told["rejected"]):
        raise BadReport("Ce rapport parle deux fois d’une même certification : il n’est pas lu.")
    return Report(told["flux"], accepted, rejected)
