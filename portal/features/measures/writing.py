"""Keeping a measure that was written in the portal."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from portal.core.outcomes import NotThere
from portal.features.measures.catalogue import built_in
from portal.rules.duties import Duty
from portal.rules.measures import Measure, MeasureError, parse
from portal.store.measures import measure
from portal.store.work import Work

LARGEST = 200_000


@dataclass(frozen=True)
class Kept:
    measure: Measure
    message: str


def keep(work: Work, text: str) -> Kept:
    """Keep the measure of this text under its key; one kept before under it is replaced. Raises MeasureError.

    Runs hold their own text: what was applied does not change.
    """
    if not work.actor.may(Duty.RUN_MEASURES):
        raise NotThere
    if len(text) > LARGEST:
        raise MeasureError("Le fichier est trop grand pour une mesure.")
    found = parse(text)
    if found.key in built_in():
        raise MeasureError(f"La mesure « {found.key} » est fournie avec le portail : donnez un autre nom à la vôtre.")
    with work.db.writing() as tx:
        old = tx.execute(select(measure.c.definition).where(measure.c.key == found.key).with_for_update()).scalar()
        if old == text:
            return Kept(found, "Cette mesure est déjà enregistrée.")
        tx.execute(delete(measure).where(measure.c.key == found.key))
        row = {"key": found.key, "definition": text, "written_at": work.on.now, "written_by": work.actor.label}
        tx.execute(insert(measure).values(**row))
        told = {"measure": found.key, "text": text}
        work.record(tx, "measure_written", subject=f"measure {found.key}", before={"text": old or ""}, after=told)
    return Kept(found, "Mesure enregistrée. Voici son essai à blanc : rien n’est encore modifié.")
