"""What a public service owes to whoever opens it: help, accessibility, who publishes it, all its pages on one."""

from flask import Blueprint, abort, render_template
from flask_login import current_user

from portal.features.information.forms import Sample
from portal.rules.abbreviations import ABBREVIATIONS, LABELS
from portal.rules.lifecycle import PATH, Role, Status
from portal.rules.retention import TABLE as RETENTION
from portal.store.limits import durations
from portal.web.state import actor, reading, settings

blueprint = Blueprint("information", __name__)


@blueprint.get("/aide")
def show_help() -> str:
    """What this person does here, step by step; to a visitor, what everybody does."""
    roles = [actor().role] if current_user.is_authenticated else list(Role)
    unit, region = settings().unit_label, settings().region_label
    short = {name: words for name, words in ABBREVIATIONS.items() if name not in LABELS or name in (unit, region)}
    return render_template("information/help.html", roles=roles, unit=unit, region=region, short=short)


@blueprint.get("/plan-du-site")
def show_map() -> str:
    return render_template("information/map.html")


@blueprint.get("/a-essayer")
def show_to_try() -> str:
    """What there is to try in the demonstration, and as whom."""
    if not settings().demo:
        abort(404)
    return render_template("information/to_try.html")


@blueprint.get("/charte")
def show_chart() -> str:
    """What pages are made of, each part in each of its states; in the demonstration alone."""
    if not settings().demo:
        abort(404)
    form = Sample(kind="titre")
    form.validate()  # nothing else is typed: what must be is missing
    return render_template("information/chart.html", form=form, statuses=list(Status), path=PATH)


@blueprint.get("/accessibilite")
def show_accessibility() -> str:
    return render_template("information/accessibility.html", publisher=settings().publisher)


@blueprint.get("/donnees-personnelles")
def show_privacy() -> str:
    """What is kept of people, why, on what ground, for how long, and whom to ask."""
    chosen = durations(reading())
    kept = [(line, line.in_words(chosen[line.kind])) for line in RETENTION]
    return render_template("information/privacy.html", publisher=settings().publisher, kept=kept)


@blueprint.get("/mentions-legales")
def show_legal() -> str:
    return render_template("information/legal.html", publisher=settings().publisher)
