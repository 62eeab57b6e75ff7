"""What is wrong with a file: a sentence for each line."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LineError:
    line: int
    message: str

    def __str__(self) -> str:
        return f"ligne {self.line} : {self.message}"


class BadFile(Exception):
    """The file cannot be taken over; nothing was written."""

    def __init__(self, errors: Sequence[LineError]) -> None:
        super().__init__("; ".join(map(str, errors[:3])))
        self.errors = errors


class BadCell(ValueError):
    """One cell is wrong; the message is a French sentence."""


@dataclass
class Errors:
    found: list[LineError] = field(default_factory=list)

    def add(self, line: int, message: str) -> None:
        self.found.append(LineError(line, message))

    def stop_if_any(self) -> None:
        if self.found:
            raise BadFile(sorted(self.found, key=lambda e: e.line))


WHY: dict[type[OSError], str] = {
    FileNotFoundError: "il n’y a rien à cet endroit",
    PermissionError: "l’accès est refusé",
    IsADirectoryError: "c’est un dossier",
    NotADirectoryError: "un des dossiers de ce chemin n’en est pas un",
}


def why(error: OSError) -> str:
    """Why a file could not be opened, in French."""
    return next((words for kind, words in WHY.items() if isinstance(error, kind)), f"erreur n° {error.errno} du système")
