"""What is wrong with dates that somebody sets or asks for."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from portal.core.grants import of_session
from portal.core.session import SessionRow
from portal.rules.expired import Granted
from portal.rules.french import day
from portal.rules.titles import expired


def end_first(starts_on: date, ends_on: date) -> dict[str, str]:
    """What is wrong with an end that comes before its start."""
    return {"ends_on": f"La date de fin ne peut pas précéder la date de début ({day(starts_on)})."} if ends_on < starts_on else {}


def date_errors(
    tx: Connection, s: SessionRow, starts_on: date, ends_on: date, granting: Sequence[Granted] = ()
) -> dict[str, str]:
    """What is wrong with new dates of this session, whoever sets them. `granting`: dates that would be granted with them."""
    if wrong := end_first(starts_on, ends_on):
        return wrong
    limit = s.last_start
    if limit and starts_on > limit:
        grants = [*of_session(tx, s.number), *granting]
        if grants and not any(granted.covers(starts_on, ends_on) for granted in grants):
            spans = " ; ".join(f"du {day(g.starts_on)} au {day(g.ends_on)}" for g in grants)
            return {"starts_on": f"Le titre est échu : la session reste dans les dates accordées ({spans})."}
        if not grants and starts_on != s.starts_on:
            return {"starts_on": expired(limit)}
    return {}


def not_ahead(s: SessionRow, starts_on: date, ends_on: date, today: date) -> dict[str, str]:
    """What is wrong of dates that a postponement would bring, or that a centre asks for: past, or none other than today's."""
    if (starts_on, ends_on) == (s.starts_on, s.ends_on):
        return {"starts_on": "Ce sont déjà les dates de la session : indiquez au moins une nouvelle date."}
    if starts_on < today:
        return {"starts_on": f"Une session ne peut pas être reportée dans le passé : nous sommes le {day(today)}."}
    return {}
