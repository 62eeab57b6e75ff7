"""The days of an exam as an iCalendar file for one person."""

from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event

from portal.clock import PARIS
from portal.core.session import SessionRow

MOST = 60  # days


def ics(s: SessionRow, first: date, last: date) -> bytes:
    """An event a day, at the hour of the convocation where there is one; nobody is named."""
    calendar = Calendar()
    calendar.add("prodid", "-//Portail des sessions//FR")
    calendar.add("version", "2.0")
    for i in range(min((last - first).days + 1, MOST)):
        on = first + timedelta(days=i)
        event = Event()
        event.add("uid", f"examen-{s.number}-{on.isoformat()}@portail-des-sessions")
        event.add("dtstamp", s.status_at)
        event.add("dtstart", datetime.combine(on, time.fromisoformat(s.hour), PARIS).astimezone(UTC) if s.hour else on)
        event.add("summary", f"Examen : {s.title_label}")
        event.add("location", s.place)
        event.add("description", f"{s.centre_name}. {s.session_manager}")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
