"""How long each kind of what is kept of people is kept, set by the national account."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select

from portal.core.outcomes import NotThere, Saved, Stale, Unchanged
from portal.rules.duties import Duty
from portal.rules.retention import LINE, Kind
from portal.store.limits import durations, setting, state
from portal.store.work import Work


def state_of(chosen: Mapping[Kind, int]) -> int:
    return state(_settings(chosen))


def set_durations(work: Work, wanted: Mapping[Kind, int], known: int | None = None) -> Saved | Unchanged | Stale:
    """These durations hold from now on: what is past them goes with the next `portal retention apply`. `known`: the state of those
    that they take the place of (`state_of`), where somebody looked at them."""
    if not work.actor.may(Duty.KEEP_DURATIONS):
        raise NotThere
    with work.db.writing() as tx:
        tx.execute(select(setting).with_for_update())
        before = durations(tx)
        if before == wanted:
            return Unchanged("Ces durées sont déjà enregistrées.")
        if known is not None and known != state_of(before):
            return Stale()
        after = _settings(wanted)
        tx.execute(delete(setting).where(setting.c.key.in_(after)))
        tx.execute(insert(setting), [{"key": key, "value": str(value)} for key, value in after.items()])
        work.record(tx, "durations_set", subject="retention", before=_settings(before), after=after)
    return Saved("Durées enregistrées. Elles valent dès le prochain effacement.")


def _settings(chosen: Mapping[Kind, int]) -> dict[str, int]:
    return {LINE[kind].setting: number for kind, number in chosen.items()}
