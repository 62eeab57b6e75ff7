"""Time limits and the sending of the DTE, set by the national account."""

from sqlalchemy import delete, insert, select

from portal.core.outcomes import NotThere, Saved, Stale, Unchanged
from portal.rules.duties import Duty
from portal.rules.limits import Limits
from portal.store.limits import limits, setting, state
from portal.store.work import Work


def state_of(value: Limits) -> int:
    return state(_plain(value))


def set_limits(work: Work, wanted: Limits, known: int | None = None) -> Saved | Unchanged | Stale:
    """These limits hold from now on, for every session. `known`: the state of those that they take the place of (`state_of`), where
    somebody looked at them."""
    if not work.actor.may(Duty.KEEP_LIMITS):
        raise NotThere
    with work.db.writing() as tx:
        tx.execute(select(setting).with_for_update())
        before = limits(tx)
        if before == wanted:
            return Unchanged("Ces réglages sont déjà enregistrés.")
        if known is not None and known != state_of(before):
            return Stale()
        tx.execute(delete(setting).where(setting.c.key.in_(_plain(wanted))))
        tx.execute(insert(setting), [{"key": key, "value": str(int(value))} for key, value in _plain(wanted).items()])
        work.record(tx, "limits_set", subject="settings", before=_plain(before), after=_plain(wanted))
    return Saved("Réglages enregistrés. Ils valent dès maintenant pour toutes les sessions.")


def _plain(value: Limits) -> dict[str, int]:
    return {**{name: getattr(value, name) for name in Limits.NUMBERS}, "dte_automatic": value.dte_automatic}
