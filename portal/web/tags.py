"""What pages show again and again: the status of a session (a mark, its word, its tone; made once: a list shows fifty), and when
something happened, on the clock of Paris."""

from datetime import date, datetime

from markupsafe import Markup

from portal.clock import PARIS
from portal.rules.french import day, long_day
from portal.rules.lifecycle import Status

S = Status
MARKS = {
    S.PREPARATION: "○",
    S.DTE_REQUESTED: "▶",
    S.DTE_SENT: "▶",
    S.CONVOKED: "▶",
    S.RESULTS: "✓",
    S.LOCKED: "■",
    S.CANCELLED: "✕",
}
TONES = {S.DTE_REQUESTED: "accent", S.DTE_SENT: "accent", S.CONVOKED: "accent", S.RESULTS: "good", S.LOCKED: "good"}

STATUS_TAGS = {
    status.value: Markup('<span class="tag {}"><span aria-hidden="true">{}</span>\u00a0{}</span>').format(
        TONES.get(status, ""), MARKS[status], status.label
    )
    for status in Status
}


def day_in_paris(value: date) -> str:
    """24/08/2020; of a moment, which the database keeps in UTC, the day that it was in Paris."""
    return day(_in_paris(value))


def long_day_in_paris(value: date) -> str:
    """« lundi 24 août 2020 », of a moment as well"""
    return long_day(_in_paris(value))


def _in_paris(value: date) -> date:
    return value.astimezone(PARIS) if isinstance(value, datetime) else value


def moment(value: datetime) -> str:
    """« 24/08/2020 à 10:05 », in Paris"""
    return f"{value.astimezone(PARIS):%d/%m/%Y à %H:%M}"
