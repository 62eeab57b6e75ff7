"""The accounts that a person keeps, invitations, and one's own name and address."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.core import invitations
from portal.core.outcomes import Invalid, NotThere, Saved, Unchanged
from portal.features.access import inviting, keeping, queries, renaming, told
from portal.features.access.forms import Acts, NewPassword, OwnEmail, OwnName, Person, Reason
from portal.features.access.holding import Changed, Outcome
from portal.features.access.inviting import Over
from portal.features.access.queries import Kept, Wanted
from portal.features.access.scopes import Wanted as Asked
from portal.features.access.scopes import typed_of
from portal.features.accounts.actions import TooSoon, WrongPassword
from portal.features.accounts.queries import anybody
from portal.rules.duties import Duty
from portal.rules.keeping import GIVES, Act, Post, State, called, may_act
from portal.rules.lines import Refused
from portal.store.actors import Actor
from portal.web import query
from portal.web.forms import Form, posted, version
from portal.web.state import actor, clock, hands_of, is_of_another, labels, only, reading, settings, work

blueprint = Blueprint("access", __name__)


@blueprint.get("/comptes")
def index() -> ResponseReturnValue:
    only(Duty.KEEP_ACCOUNTS)
    post = next((p for p in Post if p == query.text("role")), None)
    state = next((s for s in State if s == query.text("etat")), None)
    wanted = Wanted(query.search(), post, state)
    rows, after = queries.accounts(reading(), actor(), wanted, query.number("suite") or 0)
    by_post, by_state = queries.counts(reading(), actor(), wanted)
    page = {"rows": rows, "after": after, "wanted": wanted, "by_state": by_state, "now": clock().now()}
    return render_template("access/index.html", **page, by_post=by_post, posts=GIVES[actor().post])


@blueprint.route("/comptes/invitation", methods=["GET", "POST"])
def invite() -> ResponseReturnValue:
    only(Duty.KEEP_ACCOUNTS)
    form = Person().offer(actor(), labels())
    if not posted():
        return render_template("access/invite.html", form=form)
    outcome = inviting.ask(work(), form.wanted())
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return render_template("access/invite.html", form=form), 422
    flash(outcome.message)
    return redirect(url_for("access.index") if isinstance(outcome, Unchanged) else _address(outcome.account_id), 303)


def _address(number: int) -> str:
    return url_for("access.show", number=number)


def _found(number: int) -> Kept:
    found = queries.find(reading(), actor(), number)
    if found is None:
        raise NotThere
    return found


@blueprint.route("/comptes/<number:number>", methods=["GET", "POST"])
def show(number: int) -> ResponseReturnValue:
    found = _found(number)
    acts = {
        Act.RESEND: inviting.send_again,
        Act.WITHDRAW: inviting.withdraw,
        Act.SEND_LINK: keeping.send_link,
        Act.REOPEN: keeping.reopen,
    }
    act = Acts().pressed
    if not posted() or act not in acts:
        return _show(found)
    return _answer(acts[act](work(), number, version()), number)


def _answer(outcome: Outcome, number: int) -> ResponseReturnValue:
    if isinstance(outcome, (Saved, Unchanged)):
        flash(outcome.message)
        return redirect(_address(number), 303)
    return _show(_found(number), outcome), 403 if isinstance(outcome, Refused) else 409


def _show(found: Kept, outcome: Outcome | None = None) -> str:
    seen = queries.seen(reading(), actor(), found, settings().unit_label)
    verdicts = {act.value: may_act(act, seen, actor().post) for act in Act}
    page = {"a": found, "form": Acts(), "may": verdicts, "own": seen.own, "late": found.is_late(clock().now())}
    refused = outcome if isinstance(outcome, Refused) else None
    history = told.history(reading(), found)
    changed = isinstance(outcome, Changed)
    return render_template("access/show.html", **page, refused=refused, changed=changed, history=history)


@blueprint.route("/comptes/<number:number>/modifier", methods=["GET", "POST"])
def change(number: int) -> ResponseReturnValue:
    found = _found(number)
    stands = _asked(found)
    form = Person(**{**vars(stands), "role": found.post.value}).offer(actor(), labels())
    if not posted():
        return _change(found, form)
    outcome = keeping.change(work(), number, version(), form.wanted(stands))
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return _change(found, form), 422
    if isinstance(outcome, Changed):
        return _change(outcome.account, form, conflict=True), 409
    return _answer(outcome, number)


def _asked(found: Kept) -> Asked:
    return Asked(found.email, found.name, found.post, **typed_of(found))


def _change(found: Kept, form: Person, conflict: bool = False) -> str:
    verdict = may_act(Act.CHANGE, queries.seen(reading(), actor(), found, settings().unit_label), actor().post)
    pairs = []
    if conflict:
        stored = {**vars(_asked(found)), "role": called(found.post, *labels())}
        fields = [form.email, form.name, form.role, *form.shown]
        typed = {f.name: f.typed for f in fields} | {"role": form.role.offered.get(form.role.typed, "")}
        pairs = [(f.label.text, stored[f.name], typed[f.name]) for f in fields if stored[f.name] != typed[f.name]]
    return render_template("access/change.html", a=found, form=form, verdict=verdict, conflict=conflict, pairs=pairs)


@blueprint.route("/comptes/<number:number>/fermeture", methods=["GET", "POST"])
def close(number: int) -> ResponseReturnValue:
    found = _found(number)
    form = Reason()
    if posted() and form.validate():
        outcome = keeping.close(work(), number, version(), form.reason.text)
        if not isinstance(outcome, Changed):
            return _answer(outcome, number)
        return _close(outcome.account, form, conflict=True), 409
    return _close(found, form), 422 if form.problems else 200


def _close(found: Kept, form: Form, conflict: bool = False) -> str:
    verdict = may_act(Act.CLOSE, queries.seen(reading(), actor(), found, settings().unit_label), actor().post)
    return render_template("access/close.html", a=found, form=form, verdict=verdict, conflict=conflict)


# ---- whoever was invited


@blueprint.route("/invitation/<token>", methods=["GET", "POST"], strict_slashes=False)
def accept(token: str) -> ResponseReturnValue:
    read = invitations.invitation(settings().signing_keys, token)
    found = queries.find_any(reading(), read[0]) if read else None
    who = anybody(reading(), read[0], labels()) if read else None
    if not read or not found or not who:
        return render_template("access/unknown.html"), 404
    over: Over | str | None = inviting.why_over(found, read[1], clock().now())
    if is_of_another(found.id) and (posted() or not over):
        return render_template("accounts/others_link.html"), 410
    form = NewPassword()
    if posted() and over:
        if over is not Over.USED:
            inviting.ask_again(hands_of(who), read[1])
        return _over(over, found, asked=True), 410
    if posted():
        over = _accept(form, who, read[1])
        if over is None and not form.problems:
            flash("Votre mot de passe est enregistré. Connectez-vous.")
            return redirect(url_for("accounts.sign_in"), 303)
    if isinstance(over, Over):
        return _over(over, found), 410
    return render_template("accounts/choose.html", form=form, actor=who), 422 if form.problems else 200


def _accept(form: NewPassword, who: Actor, which: int) -> Over | None:
    if form.password.secret != form.password2.secret:
        form.put({"password": "Les deux saisies diffèrent."})
        return None
    outcome = inviting.accept(hands_of(who), which, form.password.secret)
    if isinstance(outcome, Over):
        return outcome
    form.put({"password": outcome} if outcome else {})
    return None


def _over(over: Over | str, found: Kept, asked: bool = False) -> str:
    return render_template("access/over.html", over=over, a=found, asked=asked and over is not Over.USED)


# ---- one's own


@blueprint.route("/compte/nom", methods=["GET", "POST"])
def rename() -> ResponseReturnValue:
    own = queries.find_any(reading(), actor().id or 0)
    assert own
    form = OwnName(name=own.name)
    if not posted():
        return render_template("access/name.html", form=form, a=own)
    return _own(renaming.rename(work(), version(), form.name.plain()), form, "access/name.html", own)


@blueprint.route("/compte/adresse", methods=["GET", "POST"])
def change_email() -> ResponseReturnValue:
    own = queries.find_any(reading(), actor().id or 0)
    assert own
    form = OwnEmail()
    if not posted():
        return render_template("access/email.html", form=form, a=own)
    typed, secret = form.email.plain(), form.current_password.secret
    outcome = renaming.ask_own(work(), version(), typed, secret, request.remote_addr or "")
    if isinstance(outcome, WrongPassword):
        outcome = Invalid({"current_password": "Ce n’est pas votre mot de passe actuel."})
    if isinstance(outcome, TooSoon):
        form.put({"current_password": "Trop d’essais : votre mot de passe n’a pas été vérifié. Réessayez dans quelques minutes."})
        return render_template("access/email.html", form=form, a=own), 429
    return _own(outcome, form, "access/email.html", own)


def _own(outcome: Saved | Unchanged | Changed | Invalid, form: Form, template: str, own: Kept) -> ResponseReturnValue:
    if isinstance(outcome, Invalid):
        form.put(outcome.errors)
        return render_template(template, form=form, a=own), 422
    if isinstance(outcome, Changed):
        return render_template(template, form=form, a=outcome.account, conflict=True), 409
    flash(outcome.message)
    return redirect(url_for("accounts.mine"), 303)


@blueprint.route("/compte/adresse/<token>", methods=["GET", "POST"], strict_slashes=False)
def confirm_email(token: str) -> ResponseReturnValue:
    read = invitations.email_token(settings().signing_keys, token, clock().now())
    if read is None:
        return render_template("access/unknown.html"), 404
    number, mark, in_time = read
    if is_of_another(number):
        return render_template("accounts/others_link.html"), 410
    waiting = renaming.waiting(reading(), number, mark, clock().now()) if in_time else None
    who = anybody(reading(), number, labels())
    if waiting is None or who is None:
        return render_template("access/email_over.html", late=not in_time, why=renaming.OVER), 410
    if not posted():
        return render_template("access/confirm_email.html", a=waiting.account, email=waiting.email)
    if why := renaming.confirm(hands_of(who), mark):
        return render_template("access/email_over.html", why=why), 410
    flash(f"Votre adresse est maintenant {waiting.email}. Vous vous connectez avec elle.")
    return redirect(url_for("accounts.mine" if current_user.is_authenticated else "accounts.sign_in"), 303)
