"""How units and regions are reached: each for itself, the nation for all."""

from collections.abc import Mapping

from sqlalchemy import select

from portal.core.keeping import about, keep
from portal.core.outcomes import NotThere, Saved, Stale, Unchanged
from portal.features.units import queries
from portal.rules.duties import Duty
from portal.store.places import department, region
from portal.store.work import Work

Outcome = Saved | Unchanged | Stale
SAVED = "Coordonnées enregistrées. Elles figurent dès maintenant partout où quelqu’un peut aider."


def set_unit(work: Work, code: str, version: int, wanted: Mapping[str, str]) -> Outcome:
    """The name, e-mail address and telephone of a unit. Raises NotThere."""
    with work.db.writing() as tx:
        tx.execute(select(department.c.code).where(department.c.code == code).with_for_update())
        row = queries.unit(tx, work.actor, code)
        if not work.actor.may(Duty.KEEP_UNITS):
            raise NotThere
        values = {**wanted, "unit_email": wanted["unit_email"] or None}
        done = keep(tx, work, department, row, values, version, "unit_changed", about("unit", code))
    return Saved(SAVED) if isinstance(done, Saved) else done


def set_region(work: Work, code: str, version: int, wanted: Mapping[str, str]) -> Outcome:
    """The e-mail address and telephone of a region. Raises NotThere."""
    with work.db.writing() as tx:
        tx.execute(select(region.c.code).where(region.c.code == code).with_for_update())
        row = queries.one_region(tx, work.actor, code)
        done = keep(tx, work, region, row, wanted, version, "region_changed", about("region", code))
    return Saved(SAVED) if isinstance(done, Saved) else done
