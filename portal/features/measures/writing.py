"""Keeping, changing and removing a measure that was written in the portal. Runs hold their own text: what was applied stays."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from portal.core.outcomes import NotThere
from portal.features.measures.catalogue import built_in
from portal.features.measures.codes import unknown_codes
from portal.rules.duties import Duty
from portal.rules.measure_files import MeasureError, Problem, parse
from portal.rules.measures import Measure
from portal.store.measures import measure
from portal.store.work import Work

LARGEST = 200_000


@dataclass(frozen=True)
class Kept:
    measure: Measure
    message: str


class AlreadyThere(MeasureError):
    """Another measure stands under this key."""

    def __init__(self, key: str) -> None:
        self.key = key
        why = f"La mesure « {key} » existe déjà : donnez un autre nom à la vôtre, ou ouvrez celle-là et choisissez « Modifier »."
        super().__init__(Problem(why, "cle"))


def keep(work: Work, text: str, replacing: str | None = None) -> Kept:
    """Keep the measure of this text under its key. `replacing`: the key of the one that it takes the place of; another that
    stands there is not written over. Raises MeasureError with all that is wrong, AlreadyThere, NotThere."""
    if not work.actor.may(Duty.RUN_MEASURES):
        raise NotThere
    if len(text) > LARGEST:
        raise MeasureError("Le fichier est trop grand pour une mesure.")
    with work.db.writing() as tx:
        found = _valid(tx, text, replacing)
        old = tx.execute(select(measure.c.definition).where(measure.c.key == found.key).with_for_update()).scalar()
        if old == text:
            return Kept(found, "Cette mesure est déjà enregistrée.")
        if old is None and replacing:
            raise NotThere
        if old is not None and not replacing:
            raise AlreadyThere(found.key)
        tx.execute(delete(measure).where(measure.c.key == found.key))
        row = {"key": found.key, "definition": text, "written_at": work.on.now, "written_by": work.actor.signature}
        tx.execute(insert(measure).values(**row))
        told = {"measure": found.key, "text": text}
        work.record(tx, "measure_written", subject=f"measure {found.key}", before={"text": old or ""}, after=told)
    return Kept(found, "Mesure enregistrée. Voici son essai à blanc : rien n’est encore modifié.")


def check(work: Work, text: str, replacing: str | None = None) -> None:
    """Say all that is wrong of this text, as `keep` would, without keeping it. Raises MeasureError."""
    with work.db.reading() as conn:
        _valid(conn, text, replacing)


def _valid(tx: Connection, text: str, replacing: str | None) -> Measure:
    try:
        found = parse(text)
        problems: list[Problem] = []
    except MeasureError as error:
        if error.read is None:
            raise
        found, problems = error.read, list(error.problems)
    problems += unknown_codes(tx, found)
    if found.key in built_in():
        why = f"La mesure « {found.key} » est fournie avec le portail : donnez un autre nom à la vôtre."
        problems.append(Problem(why, "cle"))
    elif replacing and found.key != replacing:
        problems.append(Problem(f"Le fichier porte la clé « {found.key} », et vous modifiez « {replacing} ».", "cle"))
    if problems:
        raise MeasureError(*problems)
    return found


def remove(work: Work, key: str) -> None:
    """Remove a measure that was written in the portal. Raises NotThere, also for one that is built in."""
    if not work.actor.may(Duty.RUN_MEASURES):
        raise NotThere
    with work.db.writing() as tx:
        old = tx.execute(select(measure.c.definition).where(measure.c.key == key).with_for_update()).scalar()
        if old is None:
            raise NotThere
        tx.execute(delete(measure).where(measure.c.key == key))
        work.record(tx, "measure_removed", subject=f"measure {key}", before={"text": old}, after={"measure": key, "text": ""})
