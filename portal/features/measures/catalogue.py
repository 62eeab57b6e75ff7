"""The measures there are: one TOML file each in `measures/`, those written in the portal, and wherever a name serves, a path to
such a file."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, select

from portal.features.measures.codes import unknown_codes
from portal.files.errors import why
from portal.paths import MEASURES
from portal.rules.measure_files import MeasureError, parse
from portal.rules.measures import Measure
from portal.store.measures import measure

LARGEST_FILE = 1_000_000


@dataclass(frozen=True)
class Known:
    """A measure that has a name. `why_not`: why it is neither planned nor applied as it was written before that was refused; it
    is still read, written again or removed."""

    measure: Measure
    text: str
    built_in: bool
    why_not: str = ""


def built_in() -> dict[str, tuple[Measure, str]]:
    """By key: the measure and its text."""
    texts = [path.read_text("utf-8") for path in sorted(MEASURES.glob("*.toml"))]
    return {found.key: (found, text) for text in texts for found in [_parsed(text)]}


@lru_cache(maxsize=32)
def _parsed(text: str) -> Measure:
    """Each text is read once, however often its page is asked for."""
    return parse(text)


def known(conn: Connection | None = None) -> dict[str, Known]:
    """By key: the measures written in the portal, and the built-in ones; what is built in cannot be written over."""
    rows = conn.execute(select(measure).order_by(measure.c.written_at.desc())).all() if conn is not None else []
    written = {row.key: _written(row.definition) for row in rows}
    return {**written, **{key: Known(found, text, built_in=True) for key, (found, text) in built_in().items()}}


def _written(text: str) -> Known:
    try:
        return Known(parse(text), text, built_in=False)
    except MeasureError as error:
        return Known(parse(text, applied=True), text, built_in=False, why_not=str(error))


def find(name: str, conn: Connection | None = None) -> tuple[Measure, str]:
    """A measure by its key, or the one in the TOML file of that path. Raises MeasureError; also for one that is not valid."""
    there = known(conn)
    if found := there.get(name):
        if found.why_not:
            raise MeasureError(found.why_not)
        return found.measure, found.text
    path = Path(name)
    if path.suffix != ".toml":
        raise MeasureError(f"La mesure « {name} » n’existe pas. Mesures connues : {', '.join(there)} ; ou un fichier .toml.")
    text = _text_of(path)
    measure = parse(text)
    if conn is not None and (problems := unknown_codes(conn, measure)):
        raise MeasureError(*problems)
    return measure, text


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise MeasureError(f"{path} : ce fichier est trop grand pour une mesure.")
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise MeasureError(f"{path} : ce fichier ne peut pas être lu ({why(error)}).") from error
    except UnicodeDecodeError as error:
        raise MeasureError(f"{path} : ce fichier n’est pas en UTF-8.") from error
