"""The measures there are: one TOML file each in `measures/`, and wherever a name serves, a path to such a file."""

from pathlib import Path

from sqlalchemy import Connection, select

from portal.paths import MEASURES
from portal.rules.measures import Measure, MeasureError, parse
from portal.store.measures import measure

LARGEST_FILE = 1_000_000


def built_in() -> dict[str, tuple[Measure, str]]:
    """By key: the measure and its text."""
    texts = [path.read_text("utf-8") for path in sorted(MEASURES.glob("*.toml"))]
    return {found.key: (found, text) for text in texts for found in [parse(text)]}


def known(conn: Connection | None = None) -> dict[str, tuple[Measure, str]]:
    """The built-in measures, and those written in the portal; what is built in cannot be written over."""
    written: dict[str, tuple[Measure, str]] = {}
    if conn is not None:
        for row in conn.execute(select(measure).order_by(measure.c.written_at.desc())):
            written[row.key] = (parse(row.definition), row.definition)
    return {**written, **built_in()}


def find(name: str, conn: Connection | None = None) -> tuple[Measure, str]:
    """A measure by its key, or the one in the TOML file of that path. Raises MeasureError."""
    there = known(conn)
    if name in there:
        return there[name]
    path = Path(name)
    if path.suffix != ".toml":
        raise MeasureError(f"La mesure « {name} » n’existe pas. Mesures connues : {', '.join(there)} ; ou un fichier .toml.")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise MeasureError(f"{name} : ce fichier est trop grand pour une mesure.")
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise MeasureError(f"{name} : ce fichier ne peut pas être lu ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise MeasureError(f"{name} : ce fichier n’est pas en UTF-8.") from error
    return parse(text), text
