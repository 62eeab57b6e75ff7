"""The members that a unit keeps, and the jury of a session."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.core.outcomes import Invalid, Outcome, Saved, Unchanged
from portal.core.session import SessionRow
from portal.core.sheet import candidates
from portal.features.jury import members, seats
from portal.features.jury.forms import Accreditation, MemberCorrected, NewMember, Seat
from portal.features.jury.queries import Member, member, pickable, seated
from portal.features.jury.queries import members as find_members
from portal.features.jury.sittings import sits_on
from portal.features.reference.queries import titles
from portal.rules.duties import Duty
from portal.rules.lifecycle import Action, Status
from portal.web import query
from portal.web.forms import number_in, posted, version
from portal.web.session_pages import answer, form_page, found
from portal.web.state import actor, reading, settings, work
from portal.web.undo import offer_undo

blueprint = Blueprint("jury", __name__)


# ---- the members


@blueprint.route("/jury", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    if not actor().may(Duty.READ_MEMBERS) or (request.method == "POST" and not actor().may(Duty.KEEP_MEMBERS)):
        abort(404)
    form = NewMember()
    if not posted():
        return _index(form)
    if not form.validate():
        return _index(form, 422)
    outcome = members.add(work(), form.last_name.text, form.first_name.text, form.email.text)
    if isinstance(outcome, members.Kept):
        flash(outcome.message)
        return redirect(url_for("jury.show", member_id=outcome.member_id), 303)
    form.put(outcome.errors if isinstance(outcome, Invalid) else {})
    return _index(form, 422)


def _index(form: NewMember, status: int = 200) -> ResponseReturnValue:
    search = query.search()
    page = {"members": find_members(reading(), actor(), search), "search": search, "form": form}
    return render_template("jury/index.html", **page), status


@blueprint.route("/jury/<number:member_id>", methods=["GET", "POST"])
def show(member_id: int) -> ResponseReturnValue:
    kept = member(reading(), actor(), member_id) if actor().may(Duty.READ_MEMBERS) else None
    if kept is None or (request.method == "POST" and not actor().may(Duty.KEEP_MEMBERS)):
        abort(404)
    form, own = Accreditation(), _own(kept)
    if not posted():
        return _show(kept, form)
    if own.corriger.sent:
        if not own.validate():
            return _show(kept, form, 422, own=own)
        who = own.last_name.text, own.first_name.text, own.email.text
        return _answer(members.correct(work(), member_id, version(), *who), kept, form, own)
    if form.retirer.sent:
        gone, although = form.retirer.number or 0, form.quand_meme.numbers
        return _answer(members.withdraw(work(), member_id, version(), gone, although), kept, form)
    if not form.validate():
        return _show(kept, form, 422)
    start, end = form.valid_from.day, form.valid_to.day
    return _answer(members.accredit(work(), member_id, version(), form.title.text, start, end), kept, form)


def _answer(
    outcome: members.MemberOutcome, kept: Member, form: Accreditation, own: MemberCorrected | None = None
) -> ResponseReturnValue:
    if isinstance(outcome, members.Stale):
        return _show(outcome.member, form, 409, own=own, conflict=True)
    if isinstance(outcome, members.Breaks):
        return _show(kept, form, 409, breaks=outcome)
    if isinstance(outcome, Invalid):
        (own or form).put(outcome.errors)
        return _show(kept, form, 422, own=own)
    flash(outcome.message)
    return redirect(url_for("jury.show", member_id=kept.id), 303)


def _show(
    kept: Member, form: Accreditation, status: int = 200, own: MemberCorrected | None = None, **more: Any
) -> ResponseReturnValue:
    """`own`: a correction that was not saved, as it was typed."""
    sessions = sits_on(reading(), actor(), kept.id, settings().unit_label)
    page = {"m": kept, "form": form, "wrong": own, "own": own or _own(kept), "titles": titles(reading()), "sessions": sessions}
    return render_template("jury/show.html", **page, **more), status


def _own(kept: Member) -> MemberCorrected:
    return MemberCorrected(last_name=kept.last_name, first_name=kept.first_name, email=kept.email)


# ---- the jury of a session


@blueprint.route("/sessions/<number:number>/jury", methods=["GET", "POST"])
def edit(number: int) -> ResponseReturnValue:
    s = found(number)
    form = Seat()
    page = "jury/session.html"
    if not posted():
        return form_page(page, s, form, Action.EDIT_JURY, **_seats(s))
    act, typed = form.action.typed, form.links
    chosen = number_in(form.member.typed) or 0
    outcome: Outcome
    if act == "retirer":
        gone = next((x for x in seated(reading(), actor(), s) if x.id == chosen), None)
        outcome = seats.unseat(work(), number, version(), chosen)
        whole = gone and not gone.trained and not gone.why_not
        if gone and whole and s.status is not Status.CONVOKED and isinstance(outcome, Saved):
            again = "quand-meme" if gone.elsewhere else "ajouter"  # what was asked once already
            offer_undo(url_for("jury.edit", number=number), version=version() + 1, action=again, member=chosen)
    elif act == "liens":
        outcome = seats.declare_links(work(), number, version(), typed)
    elif not chosen:
        outcome = Invalid({"member": form.member.missing})
    else:
        outcome = seats.seat(work(), number, version(), chosen, although_elsewhere=act == "quand-meme")
    more: dict[str, Any] = {} if isinstance(outcome, (Saved, Unchanged)) else _seats(s)
    if more and act == "liens":
        more["seats"] = [replace(x, trained=frozenset(c for m, c in typed if m == x.id)) for x in more["seats"]]
    if isinstance(outcome, seats.SitsElsewhere):
        more["elsewhere"] = outcome.seat
    return answer(outcome, page, number, form, Action.EDIT_JURY, url_for("jury.edit", number=number), **more)


def _seats(s: SessionRow) -> dict[str, Any]:
    search = query.search()
    conn = reading()
    return {
        "seats": seated(conn, actor(), s),
        "pickable": pickable(conn, actor(), s, search) if actor().may(Duty.SEAT_MEMBERS) else [],
        "people": candidates(conn, s.number),
        "search": search,
        "in_words": seats.elsewhere_in_words,
    }
