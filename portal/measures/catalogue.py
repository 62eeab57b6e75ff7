"""The measures there are: one TOML file each in `measures/`, and wherever a name serves, a path to such a file."""

from pathlib import Path

from portal.paths import MEASURES
from portal.rules.measures import Measure, MeasureError, parse

LARGEST_FILE = 1_000_000


def built_in() -> dict[str, tuple[Measure, str]]:
    """By key: the measure and its text."""
    texts = [path.read_text("utf-8") for path in sorted(MEASURES.glob("*.toml"))]
    return {measure.key: (measure, text) for text in texts for measure in [parse(text)]}


def find(name: str) -> tuple[Measure, str]:
    """A built-in measure by its key, or the one in the TOML file of that path. Raises MeasureError."""
    known = built_in()
    if name in known:
        return known[name]
    path = Path(name)
    if path.suffix != ".toml":
        raise MeasureError(f"La mesure « {name} » n’existe pas. Mesures connues : {', '.join(known)} ; ou un fichier .toml.")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise MeasureError(f"{name} : ce fichier est trop grand pour une mesure.")
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise MeasureError(f"{name} : ce fichier ne peut pas être lu ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise MeasureError(f"{name} : ce fichier n’est pas en UTF-8.") from error
    return parse(text), text
