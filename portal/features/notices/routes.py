"""A person's notices, how e-mails reach it, and the e-mails of the demonstration."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.features.notices import queries, stuck
from portal.features.notices.forms import Mails, Reading
from portal.rules.duties import Duty
from portal.rules.french import plural
from portal.store.notices import Mailing
from portal.web import query
from portal.web.forms import posted
from portal.web.state import actor, clock, only, reading, settings, work
from portal.web.undo import offer_undo

blueprint = Blueprint("notices", __name__)


@blueprint.route("/avis", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    number = actor().id or 0
    if not posted():
        return _index(Mails(mailing=queries.mailing_of(reading(), number)))
    sent = Reading()
    if (at := sent.remettre.moment) is not None:
        again = queries.unread_again(work(), at)
        if again:
            flash(f"{plural(again, 'avis est de nouveau', 'avis sont de nouveau')} à lire.")
        else:
            flash("Rien n’est annulé : ces avis ont changé depuis.", "refused")
        return redirect(url_for("notices.index"), 303)
    if (up_to := sent.lus.number) is not None:
        doing = work()
        if queries.read(doing, up_to=up_to):
            offer_undo(url_for("notices.index"), remettre=doing.on.now.isoformat())
        flash("Tous les avis sont marqués comme lus.")
        return redirect(url_for("notices.index"), 303)
    form = Mails()
    if not form.validate():
        return _index(form, 422)
    queries.choose_mailing(work(), Mailing(form.mailing.chosen))
    flash("Votre choix est enregistré.")
    return redirect(url_for("notices.index"), 303)


def _index(form: Mails, status: int = 200) -> ResponseReturnValue:
    rows, after = queries.notices(reading(), actor().id or 0, query.number("avant"))
    page = {"rows": rows, "after": after, "form": form, "reads": Reading(), "mails_shown": settings().shows_mails}
    return render_template("notices/index.html", **page), status


@blueprint.get("/avis/<number:notice_id>")
def read(notice_id: int) -> ResponseReturnValue:
    """Read, and on to what it tells of; HEAD asks where that is, and reads nothing."""
    if request.method == "GET":
        queries.read(work(), notice_id)
    link = queries.link_of_own(reading(), actor(), notice_id)
    if link is None:
        abort(404)
    return redirect(link, 303)


@blueprint.route("/courriels", methods=["GET", "POST"])
def stuck_mails() -> ResponseReturnValue:
    """Those that did not leave; the button tries them all again."""
    only(Duty.WATCH_MAILS)
    if posted():
        again = stuck.try_again(work())
        flash(f"{plural(again, 'courriel sera renvoyé', 'courriels seront renvoyés')} au prochain passage.")
        return redirect(url_for("notices.stuck_mails"), 303)
    late = 0 if settings().shows_mails else stuck.waits(reading(), clock().now()).late
    return render_template("notices/stuck.html", stuck=stuck.listed(reading()), late=late)


@blueprint.get("/courriels-de-demonstration")
def mails() -> ResponseReturnValue:
    """What would be sent, where nothing is: in the demonstration without a server of mails."""
    if not settings().shows_mails:
        abort(404)
    return render_template("notices/mails.html", mails=queries.mails(reading(), settings()))
