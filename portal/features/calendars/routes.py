"""« Calendrier »: a month of sessions, and a private address for one's own calendar."""

import re
from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeSerializer

from portal.core.signing import lasting
from portal.features.calendars import actions
from portal.features.calendars.forms import PrivateAddress
from portal.features.calendars.ics import ics
from portal.features.calendars.queries import AHEAD, BEHIND, MOST, Shown, between, feed_of, reader_of
from portal.rules.duties import Duty
from portal.rules.french import MONTHS
from portal.store.scope import departments_seen
from portal.web import query
from portal.web.forms import posted
from portal.web.state import actor, clock, labels, reading, see_as, settings, work

blueprint = Blueprint("calendars", __name__)


def _month(text: str, today: date) -> date:
    """The first day of the month asked for (2020-06); of this month when that is none."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
    if found and 2000 <= int(found[1]) <= 2099 and 1 <= int(found[2]) <= 12:
        return date(int(found[1]), int(found[2]), 1)
    return today.replace(day=1)


@blueprint.get("/calendrier")
def month() -> ResponseReturnValue:
    first = _month(query.text("mois"), clock().today())
    last = first.replace(day=monthrange(first.year, first.month)[1])
    departments = departments_seen(actor()) if actor().may(Duty.COMPARE_DEPARTMENTS) else {}
    asked = query.text("departement")
    department = asked if asked in departments else next(iter(departments), "")
    rows = between(reading(), actor(), first, last, department)
    starts: dict[date, list[Shown]] = defaultdict(list)
    ends: dict[date, list[Shown]] = defaultdict(list)
    for row in rows[:MOST]:
        starts[row.starts_on].append(row)
        if row.ends_on != row.starts_on:
            ends[row.ends_on].append(row)
    page: dict[str, Any] = {
        "first": first,
        "name": f"{MONTHS[first.month - 1]} {first.year}",
        "days": [first + timedelta(days=i) for i in range((last - first).days + 1)],
        "starts": starts,
        "ends": ends,
        "count": sum(len(v) for d, v in starts.items() if d >= first),
        "too_many": len(rows) > MOST,
        "before": (first - timedelta(days=1)).strftime("%Y-%m"),
        "after": (last + timedelta(days=1)).strftime("%Y-%m"),
        "departments": departments,
        "department": department,
        "address": _address(),
    }
    return render_template("calendars/month.html", **page)


def _address() -> str:
    feed = feed_of(reading(), actor().id)
    if feed is None:
        return ""
    return f"{settings().public_url}/calendrier/{_signer().dumps([feed.account_id, feed.nonce])}.ics"


def _signer() -> URLSafeSerializer:
    return lasting(settings().signing_keys, "calendrier")


@blueprint.post("/calendrier/adresse")
def address() -> ResponseReturnValue:
    if not posted():
        return redirect(url_for("calendars.month") + "#adresse", 303)
    if PrivateAddress().action.typed == "supprimer":
        done = actions.revoke(work())
        flash("L’adresse privée est supprimée : elle ne sert plus." if done else "Il n’y avait pas d’adresse privée.")
    else:
        actions.give(work())
        flash("Voici votre adresse privée. Celle d’avant, s’il y en avait une, ne sert plus.")
    return redirect(url_for("calendars.month") + "#adresse", 303)


@blueprint.get("/calendrier/<token>.ics")
def feed(token: str) -> ResponseReturnValue:
    try:
        account_id, nonce = _signer().loads(token)
    except (BadData, ValueError, TypeError):
        abort(404)
    reader = reader_of(reading(), account_id, nonce, labels())
    if reader is None:
        abort(404)
    see_as(reader)
    today = clock().today()
    rows = between(reading(), reader, today - BEHIND, today + AHEAD)
    return Response(ics(rows, settings().public_url), mimetype="text/calendar", headers={"Cache-Control": "private, max-age=900"})
