"""Convocations that are sent: the centre's page, the candidate's own page, and where a member of a jury answers."""

import math
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, after_this_request, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.core.finding import find
from portal.core.links import CANDIDATE, HOLDER, MEMBER, Kept, by_token, lasts
from portal.core.outcomes import Invalid
from portal.core.people import Person
from portal.core.session import SessionRow
from portal.core.sheet import load
from portal.features.accounts.throttle import LinkTried, tried
from portal.features.candidates.queries import Listed, way_to
from portal.features.candidates.queries import find as find_candidate
from portal.features.convocations import actions, reminding
from portal.features.convocations.agenda import ics
from portal.features.convocations.forms import Answer, Handing, Sharing
from portal.features.convocations.queries import Held, people, seat
from portal.features.documents.actions import Made, grouped, make
from portal.features.documents.checking import proved
from portal.features.documents.contents import contents
from portal.files.qr import data_uri
from portal.rules.documents import Document, not_yet
from portal.rules.duties import Duty
from portal.rules.lifecycle import Kind, Status
from portal.web.forms import posted
from portal.web.session_pages import found
from portal.web.state import actor, clock, db_to_write, hands_of, only, reading, see_as, settings, work

blueprint = Blueprint("convocations", __name__)
MAP = "https://www.openstreetmap.org/search?"


@blueprint.route("/sessions/<number:number>/candidats/convocations", methods=["GET", "POST"])
def index(number: int) -> ResponseReturnValue:
    s = found(number)
    form = Handing()
    if not posted():
        return _index(s, form)
    only(Duty.KEEP_LINKS)
    if form.renouveler.sent:
        outcome = actions.make_link(work(), number, form.renouveler.typed)
    elif form.rappel.sent:
        outcome = reminding.want(work(), number, reminds=form.rappel.typed == "oui")
    elif form.retirer.sent:
        outcome = actions.withdraw_link(work(), number, form.retirer.typed)
    elif form.revenu.sent or form.arrive.sent:
        whose = form.revenu.typed or form.arrive.typed
        outcome = actions.note_returned(work(), number, whose, returned=form.revenu.sent)
    else:
        outcome = actions.hand_over(work(), number, form.remise.ticked, all_of_them=form.toutes.sent)
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return _index(found(number), form, 422)
    flash(outcome.message)
    return redirect(url_for("convocations.index", number=number), 303)


def _index(s: SessionRow, form: Handing, status: int = 200) -> ResponseReturnValue:
    told = people(reading(), s)
    page: dict[str, Any] = {"s": s, "form": form, "keeps": actor().may(Duty.KEEP_LINKS)}
    page |= {"reminds": reminding.wanted(reading(), s.number), "before": reminding.DAYS_BEFORE}
    page |= {"candidates": [p for p in told if p.key.startswith("c")], "jury": [p for p in told if p.key.startswith("m")]}
    return render_template("convocations/index.html", **page), status


# ---- by a private link


def _quietly() -> None:
    """No browser and no search engine keeps what is shown."""

    @after_this_request
    def unseen(response: Response) -> Response:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Cache-Control"] = "no-store"
        return response


def _link(kind: str, token: str) -> Held | ResponseReturnValue:
    """The link of this token and its session; or what is said to whoever holds none that opens."""
    _quietly()
    link = by_token(reading(), kind, token)
    if link is None:
        return _none(kind)
    see_as(HOLDER)
    s = find(reading(), HOLDER, link.session_id, settings().unit_label)
    if link.withdrawn_at is not None or not lasts(reading(), s, clock().today()):
        return render_template("convocations/over.html", kind=kind), 410
    return Held(link, s)


def _none(kind: str) -> ResponseReturnValue:
    """Whoever tries tokens is refused before long."""
    wait = tried(db_to_write(), LinkTried(request.remote_addr or ""), clock().now(), counts=request.method != "HEAD")
    if wait:
        minutes = math.ceil(wait.total_seconds() / 60)
        return render_template("convocations/over.html", kind=kind, minutes=minutes), 429, {"Retry-After": str(minutes * 60)}
    return render_template("convocations/over.html", kind=kind), 404


@blueprint.route("/c/<token>", methods=["GET", "POST"], strict_slashes=False)
def candidate(token: str) -> ResponseReturnValue:
    held = _link(CANDIDATE, token)
    if not isinstance(held, Held):
        return held
    link, s = held.link, held.s
    form = Sharing()
    if posted():
        act = actions.unshare if form.retirer.sent else actions.share
        outcome = act(hands_of(HOLDER), token)
        if not isinstance(outcome, Invalid):
            flash(outcome.message or "C’est déjà fait.")
            return redirect(url_for("convocations.candidate", token=token) + "#prouver", 303)
        form.put(outcome.errors)
    elif request.method == "GET" and link.opened_at is None:
        actions.note_opened(hands_of(HOLDER), link.id)
    c = _own(held)
    sheet = load(reading(), s)
    entry = sheet.stored.get(c.id, {}) if sheet.definitive else {}
    page: dict[str, Any] = {
        "s": s,
        "c": c,
        "token": token,
        "convened": _stands(s, c),
        "result": sheet.in_words(entry),
        "way": way_to(reading(), HOLDER, s, Person(c.last_name, c.first_name, c.born_on).identity)
        if s.kind is not Kind.CCS
        else None,
        "map": MAP + urlencode({"query": s.place}),
        "papers": _papers(s, c.id),
        "form": form,
        "proves": bool(proved(sheet, c.id)),
        **_proof(link.proof),
    }
    return render_template("convocations/candidate.html", **page), 422 if form.problems else 200


def _proof(code: str | None) -> dict[str, str]:
    """The code under which the result is shared, its address, and the picture of that."""
    if not code:
        return {}
    address = f"{settings().public_url}/verifier/{grouped(code)}"
    return {"code": grouped(code), "address": address, "qr": data_uri(address)}


def _own(held: Held) -> Listed:
    """The candidate of a link: it goes with its candidate."""
    c = find_candidate(reading(), held.s.number, held.link.candidate_id)
    assert c
    return c


def _stands(s: SessionRow, c: Listed) -> bool:
    """Whether this person holds a convocation that still stands."""
    return s.status is not Status.CANCELLED and c.convened_for == s.convocation and s.facts.first_day is not None


def _papers(s: SessionRow, candidate_id: int) -> list[Document]:
    """The attestations that this person has."""
    kinds = [kind for kind in (Document.AWARD, Document.CCP) if not_yet(kind, s.status) is None]
    return [kind for kind in kinds if contents(reading(), HOLDER, s, kind, candidate_id)]


@blueprint.get("/c/<token>/<any('convocation','attestation','livret'):kind>.pdf")
def paper(token: str, kind: str) -> ResponseReturnValue:
    held = _link(CANDIDATE, token)
    if not isinstance(held, Held):
        return held
    link, s = held.link, held.s
    c = _own(held)
    document = Document(kind)
    there = _stands(s, c) if document is Document.CONVOCATION else document in _papers(s, link.candidate_id)
    if not there:
        return render_template("convocations/over.html", kind=CANDIDATE), 404
    if request.method == "HEAD":
        return Response(mimetype="application/pdf")
    made = make(hands_of(HOLDER), s.number, document, link.candidate_id, settings().public_url, keep_all=True)
    if not isinstance(made, Made):
        return render_template("convocations/over.html", kind=CANDIDATE), 404
    headers = {"Content-Disposition": f"inline; filename={kind}.pdf"}
    return Response(made.pdf, mimetype="application/pdf", headers=headers)


@blueprint.get("/c/<token>/agenda.ics")
def agenda(token: str) -> ResponseReturnValue:
    held = _link(CANDIDATE, token)
    if not isinstance(held, Held):
        return held
    s = held.s
    first, last = s.facts.first_day, s.facts.last_day
    if not first or not last or not _stands(s, _own(held)):
        return render_template("convocations/over.html", kind=CANDIDATE), 404
    return Response(
        ics(s, first, last), mimetype="text/calendar", headers={"Content-Disposition": "attachment; filename=examen.ics"}
    )


@blueprint.route("/j/<token>", methods=["GET", "POST"], strict_slashes=False)
def juror(token: str) -> ResponseReturnValue:
    held = _link(MEMBER, token)
    if not isinstance(held, Held):
        return held
    link, s = held.link, held.s
    form = Answer(reponse=link.answer or "")
    if not posted():
        if request.method == "GET" and link.opened_at is None:
            actions.note_opened(hands_of(HOLDER), link.id)
        return _juror(s, link, form)
    if not form.validate():
        return _juror(s, link, form, 422)
    outcome = actions.answer(hands_of(HOLDER), token, form.reponse.chosen)
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return _juror(s, link, form, 422)
    flash("Merci : votre réponse est enregistrée.")
    return redirect(url_for("convocations.juror", token=token), 303)


def _juror(s: SessionRow, link: Kept, form: Answer, status: int = 200) -> ResponseReturnValue:
    page: dict[str, Any] = {"s": s, "name": seat(reading(), link.member_id), "form": form, "link": link}
    return render_template("convocations/juror.html", **page, map=MAP + urlencode({"query": s.place})), status
