"""Sessions as an iCalendar file."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from icalendar import Calendar, Event
from sqlalchemy import Row

from portal.rules.lifecycle import Status


def ics(rows: Iterable[Row[Any]], base_url: str) -> bytes:
    """One all-day event a session. No candidate's name leaves this way."""
    calendar = Calendar()
    calendar.add("prodid", "-//Portail des sessions//FR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Sessions d’examen")
    for row in rows:
        event = Event()
        event.add("uid", f"session-{row.number}@portail-des-sessions")
        event.add("dtstamp", row.status_at)
        event.add("sequence", row.version)
        event.add("dtstart", row.starts_on)
        event.add("dtend", row.ends_on + timedelta(days=1))
        undated = " · jours d’examen à indiquer" if row.undated else ""
        event.add("summary", f"Session {row.number} · {row.title_code} {row.title_label}{undated}")
        event.add("description", f"{Status(row.status).label} · {row.centre_name}")
        if row.place:
            event.add("location", row.place)
        event.add("url", f"{base_url}/sessions/{row.number}")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
