"""The day's page, which each role finds after its sign-in: HTTP and nothing else."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.features.access.queries import Wanted
from portal.features.access.queries import counts as account_counts
from portal.features.communication.letters import letters
from portal.features.day import queries
from portal.features.notices import stuck
from portal.features.requests.queries import waiting_by_department
from portal.features.sessions import counting, views
from portal.features.units.queries import without_contact
from portal.rules.duties import Duty
from portal.store.france import DEPARTMENTS
from portal.store.limits import limits
from portal.web.state import actor, clock, reading, settings

blueprint = Blueprint("day", __name__)


@blueprint.get("/")
def show() -> ResponseReturnValue:
    conn, who, today = reading(), actor(), clock().today()
    limit, acts = limits(conn), who.may(Duty.ACT_ON_SESSIONS)
    page: dict[str, Any] = {
        "letters": letters(conn, who, unread_only=True, most=3),
        "counted": (queries.counted if acts else queries.volumes)(conn, who, today, limit),
        "asked": queries.requests(conn, who),
        "in_words": counting.in_words,
    }
    if acts:
        page |= {"due": queries.due(conn, who, today, limit), "steps": views.steps_of(who.role)}
    if who.may(Duty.ANSWER_REQUESTS):
        page["waiting"] = queries.waiting(conn, who, settings().unit_label, today)
    if who.may(Duty.COMPARE_DEPARTMENTS) and not who.may(Duty.READ_ALL_DEPARTMENTS):
        page |= {
            "departments": counting.by_department(conn, who, today, limit),
            "requests": waiting_by_department(conn, who),
            "views": views.VIEWS[who.role],
            "names": {code: name for code, (name, _) in DEPARTMENTS.items()},
        }
    if who.may(Duty.RUN_MEASURES):
        page |= {"accounts": account_counts(conn, who, Wanted())[0], "runs": queries.runs(conn)}
        page |= {"unreached": without_contact(conn, who), "stuck": stuck.how_many(conn)}
        page["late"] = 0 if settings().shows_mails else stuck.waits(conn, clock().now()).late
    return render_template("day/show.html", **page)
