"""Sessions that a measure had moved elsewhere before they are taken over: by which measure, and from which end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from portal.features.measures.actions import new_run
from portal.features.measures.catalogue import known
from portal.files.errors import Errors
from portal.files.parsers import day_or_none, text_of
from portal.files.reading import Line
from portal.rules.measure_files import parse
from portal.rules.measures import Measure
from portal.store.measures import measure_run
from portal.store.work import Work

COLUMNS = ("planned_end_on", "postponed_by")


@dataclass(frozen=True)
class Moved:
    """The end planned before the measure of this key moved it."""

    planned_end_on: date
    key: str


def measures(conn: Connection) -> dict[str, tuple[Measure, str]]:
    """By key: the measures that may have moved a session, with their text: those that were applied here, and those there are."""
    runs = select(measure_run.c.measure_key, measure_run.c.definition).where(measure_run.c.reverts_run_id.is_(None))
    rows = conn.execute(runs.order_by(measure_run.c.id))
    applied = {row.measure_key: (parse(row.definition, applied=True), row.definition) for row in rows}
    return applied | {key: (found.measure, found.text) for key, found in known(conn).items()}


def moved_of(
    line: Line, start: date | None, end: date | None, there: Mapping[str, tuple[Measure, str]], errors: Errors
) -> Moved | None:
    """What a line of the import says of it; what is wrong is noted on the line."""
    key = line.get("postponed_by", text_of(60, required=False), errors)
    planned = line.get("planned_end_on", day_or_none, errors)
    if key and key not in there:
        names = ", ".join(sorted(there))
        why = f"la mesure « {key} » est inconnue (connues : {names}) ; enregistrez-la d’abord sous « Mesures »"
        errors.add(line.number, f"postponed_by : {why}")
    if key and not line.cells["planned_end_on"]:
        errors.add(line.number, "planned_end_on : la fin d’avant la mesure manque (postponed_by en nomme une)")
    if line.cells["planned_end_on"] and not line.cells["postponed_by"]:
        errors.add(line.number, "postponed_by : la mesure qui a déplacé cette fin manque")
    if planned and end and planned > end:
        errors.add(
            line.number, "planned_end_on : la fin d’avant la mesure suit la date de fin ; un report n’avance jamais une fin"
        )
    # A measure that moves starts too leaves a planned end behind the start.
    if planned and start and planned < start and not (key and key in there and there[key][0].shifts):
        errors.add(line.number, "planned_end_on : la fin d’avant la mesure précède la date de début")
    return Moved(planned, key) if planned and key else None


def run_of(tx: Connection, work: Work, key: str, there: Mapping[str, tuple[Measure, str]], number: int) -> int:
    """The run that stands for what the measure did elsewhere: it has no lines, and is never taken back."""
    measure, text = there[key]
    return new_run(tx, work, key, measure.label, text, number, taken_over=True)
