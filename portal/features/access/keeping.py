"""What becomes of an account by those who keep it: changed, given a link to another password, closed, opened again."""

from typing import Any

from sqlalchemy import Connection, select

from portal.core.invitations import PASSWORD_MINUTES
from portal.core.outcomes import Invalid, Saved, Unchanged
from portal.core.telling import Message
from portal.features.access import queries, renaming, scopes
from portal.features.access.holding import Outcome, end_sign_ins, hold, stop, write
from portal.features.access.inviting import invitation, renew, renewed
from portal.features.access.queries import Kept
from portal.features.access.scopes import Wanted
from portal.features.accounts import own
from portal.rules.keeping import Act, State, may_become
from portal.rules.lines import Refused
from portal.store.accounts import account
from portal.store.work import Work


def change(work: Work, number: int, version: int | None, wanted: Wanted) -> Outcome:
    """Another name, address, role or scope. The address of an account that is open waits until it is confirmed there."""
    with hold(work, number) as (tx, found):
        values, errors = scopes.read(tx, work.actor, wanted)
        stands: dict[str, Any] = {**scopes.scope_of(found), "name": found.name, "email": found.email}
        changed = {name: value for name, value in values.items() if value != stands[name]}
        if changed.get("email") == found.next_email:
            changed.pop("email", None)  # it waits already
        stopped = stop(tx, work, found, version, Act.CHANGE)
        if isinstance(stopped, Refused):
            return stopped
        if "email" in changed and renaming.taken(tx, values["email"], found.id):
            errors.setdefault("email", renaming.TAKEN)
        if errors:
            return Invalid(errors)
        if not changed:
            return Unchanged("Rien n’a changé.")
        if stopped:
            return stopped
        if wanted.post and (scope := changed.keys() - {"name", "email"}):
            seen = queries.seen(tx, work.actor, found, work.unit_label)
            elsewhere = bool(scope - {"role", "manager"})
            verdict = may_become(seen, wanted.post, work.actor.post, elsewhere=elsewhere)
            if isinstance(verdict, Refused):
                return Invalid({"role": f"{verdict.reason} {verdict.helper}"})
            changed |= {name: values[name] for name in ("role", "manager")}  # told together
        return Saved(_change(tx, work, found, changed, stands))


def _change(tx: Connection, work: Work, found: Kept, changed: dict[str, Any], stands: dict[str, Any]) -> str:
    """Write what changed and tell the person; what is said of it comes back."""
    waits = changed.pop("email", None) if found.state is State.ACTIVE else None
    if changed:
        before, after = renaming.told({n: stands[n] for n in changed}), renaming.told(changed)
        message, more = _said(work), {}
        if "email" in changed:  # nobody has read there yet: whoever reads at the new address is invited
            message, more = invitation(work.actor, found.id, found.invitation + 1), renewed(work, found)
        write(tx, work, found, Act.CHANGE, {**changed, **more}, message, before=before, after=after)
    if waits:
        renaming.ask(tx, work, found, waits)
        return f"Enregistré. La nouvelle adresse vaudra dès que la personne aura ouvert le lien envoyé à {waits} (24 heures)."
    return (
        f"Enregistré. L’invitation est envoyée à {changed['email']}."
        if "email" in changed
        else "Enregistré. La personne est prévenue."
    )


def _said(work: Work) -> Message:
    body = f"Votre compte a été modifié par {work.actor.label} : nom, rôle ou ressort. Vous le lisez sous « Votre compte »."
    return Message("Votre compte a été modifié", body, "/compte")


def send_link(work: Work, number: int, version: int | None) -> Outcome:
    """Send a link by which the person chooses another password."""
    with hold(work, number) as (tx, found):
        if stopped := stop(tx, work, found, version, Act.SEND_LINK):
            return stopped
        write(tx, work, found, Act.SEND_LINK, {}, link_of(tx, found))
    return Saved(f"Lien envoyé à {found.email}. Il vaut {PASSWORD_MINUTES} minutes et sert une fois.")


def link_of(tx: Connection, found: Kept) -> Message:
    """The e-mail with the link by which this account chooses a password."""
    return own.message(tx.execute(select(account).where(account.c.id == found.id)).one())


def close(work: Work, number: int, version: int | None, reason: str) -> Outcome:
    """End an account and all its sign-ins, at once."""
    with hold(work, number) as (tx, found):
        if found.state is State.CLOSED:
            return Unchanged("Ce compte est déjà fermé.")
        act = Act.WITHDRAW if found.state is State.INVITED and version is None else Act.CLOSE
        if stopped := stop(tx, work, found, version, act):
            return stopped
        end_sign_ins(tx, work, number)
        told = f"Votre compte est fermé par {work.actor.label}, et vos connexions ont pris fin."
        message = Message("Votre compte est fermé", f"{told}\nMotif : {reason}" if reason else told, "/connexion")
        ended = {
            "closed_at": work.on.now,
            "next_email": None,
            "invitation": found.invitation + 1,
        }  # no link of before serves again
        write(tx, work, found, act, ended, message, reason=reason)
    return Saved("Compte fermé. Toutes ses connexions ont pris fin.")


def reopen(work: Work, number: int, version: int | None) -> Outcome:
    """Open a closed account again, with the password it had; one that never had any is invited again."""
    with hold(work, number) as (tx, found):
        if found.state is not State.CLOSED:
            return Unchanged("Ce compte est déjà ouvert.")
        if stopped := stop(tx, work, found, version, Act.REOPEN):
            return stopped
        if tx.execute(select(account.c.password_hash).where(account.c.id == found.id)).scalar() is None:
            renew(tx, work, found, Act.REOPEN, closed_at=None)
            return Saved(f"Compte rouvert. Une nouvelle invitation est envoyée à {found.email}.")
        body = f"Votre compte est rouvert par {work.actor.label}. Votre mot de passe n’a pas changé."
        write(tx, work, found, Act.REOPEN, {"closed_at": None}, Message("Votre compte est rouvert", body, "/connexion"))
    return Saved("Compte rouvert, avec le mot de passe qu’il avait.")
