"""What every page of one session shares: finding it, showing a form or the reason why it is not open, saying what happened."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.core.finding import find
from portal.core.outcomes import Changed, Dated, Doubtful, Invalid, Unchanged
from portal.core.session import SessionRow
from portal.rules.lifecycle import Action
from portal.rules.rights import Refused, may
from portal.rules.steps import STEP
from portal.web import fragments
from portal.web.doubts import doubts_page
from portal.web.fields import DayField, TextField
from portal.web.forms import Form
from portal.web.state import actor, clock, reading, settings


class ActualEnd(Form):
    """Asked wherever the actual end is missing: on its own page, the session's and the results'."""

    actual_end_on = DayField("Date réelle de fin de session", "Indiquez la date à laquelle la session s’est réellement terminée.")


def reason_for_unit() -> TextField:
    """Why a centre asks its unit for something on a session."""
    return TextField(
        "Motif",
        "Indiquez le motif : votre unité locale décide d’après lui.",
        1000,
        rows=3,
        hint="Votre unité locale le lit pour décider. Il reste dans l’historique de la session.",
    )


def found(number: int) -> SessionRow:
    """The session, if this person may see it. Raises NotThere."""
    return find(reading(), actor(), number, settings().unit_label)


def verdicts(s: SessionRow) -> dict[str, Any]:
    """What this person may do to this session today: the pages show a form or the reason by it."""
    today = clock().today()
    return {action.value: may(s.person(actor().role), action, s.facts, today) for action in Action}


def form_page(
    template: str,
    s: SessionRow,
    form: Form,
    action: Action,
    status: int = 200,
    conflict: bool = False,
    refused: Refused | None = None,
    **page: Any,
) -> ResponseReturnValue:
    """A form's own page, or the reason why it is not open, with what was typed. `page`: what its template needs besides."""
    verdict = refused or may(s.person(actor().role), action, s.facts, clock().today())
    if isinstance(verdict, Refused):
        status = 403 if request.method == "POST" else status
    told: dict[str, Any] = {"s": s, "form": form, "verdict": verdict, "action": action, "step": STEP.get(action)}
    return fragments.page(template, status, block="bloc", **told, conflict=conflict, **page)


def answer(
    outcome: Dated, template: str, number: int, form: Form, action: Action, to: str = "", **page: Any
) -> ResponseReturnValue:
    """What happened, as a page; when it was done, back to the session or on to the address `to`."""
    if isinstance(outcome, Refused):
        return form_page(template, found(number), form, action, 403, refused=outcome, **page)
    if isinstance(outcome, Changed):
        return form_page(template, outcome.session, form, action, 409, conflict=True, **page)
    if isinstance(outcome, Doubtful):
        return doubts_page(outcome, form, found(number))
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return form_page(template, found(number), form, action, 422, **page)
    if outcome.message or isinstance(outcome, Unchanged):
        flash(outcome.message or "C’est déjà enregistré.")
    return redirect(to or url_for("sessions.show", number=number), 303)
