"""Time limits and the sending of the DTE, set by the national account."""

from typing import Any

from sqlalchemy import delete, insert, select

from portal.core.outcomes import NotThere, Saved, Unchanged
from portal.rules.duties import Duty
from portal.rules.limits import Limits
from portal.store.limits import limits, setting
from portal.store.work import Work


def set_limits(work: Work, wanted: Limits) -> Saved | Unchanged:
    """These limits hold from now on, for every session."""
    if not work.actor.may(Duty.KEEP_LIMITS):
        raise NotThere
    with work.db.writing() as tx:
        tx.execute(select(setting).with_for_update())
        before = limits(tx)
        if before == wanted:
            return Unchanged("Ces réglages sont déjà enregistrés.")
        tx.execute(delete(setting).where(setting.c.key.in_(_plain(wanted))))
        tx.execute(insert(setting), [{"key": key, "value": str(int(value))} for key, value in _plain(wanted).items()])
        work.record(tx, "limits_set", subject="settings", before=_plain(before), after=_plain(wanted))
    return Saved("Réglages enregistrés. Ils valent dès maintenant pour toutes les sessions.")


def _plain(value: Limits) -> dict[str, Any]:
    return {**{name: getattr(value, name) for name in Limits.NUMBERS}, "dte_automatic": value.dte_automatic}
