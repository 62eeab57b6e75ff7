"""Inviting a person: asked, sent again, withdrawn, accepted, and asked for anew once it is over."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is SQLite's, too

from portal.core.outcomes import Invalid, NotThere, Saved, Unchanged
from portal.core.telling import INVITATION, Message, centre_of, mail_now, tell, unit_of
from portal.features.access import queries, scopes
from portal.features.access.holding import Outcome, hold, stop, write
from portal.features.access.queries import Kept
from portal.features.access.scopes import Wanted
from portal.features.accounts import passwords
from portal.features.accounts.queries import by_id
from portal.rules.duties import Duty
from portal.rules.french import of
from portal.rules.keeping import OF_A_CENTRE, Act, Post, State, post_of
from portal.rules.lifecycle import Role
from portal.store.accounts import account
from portal.store.actors import Actor
from portal.store.notices import notice
from portal.store.places import centre
from portal.store.work import Work


@dataclass(frozen=True)
class Invited(Saved):
    account_id: int = 0


def ask(work: Work, wanted: Wanted, password: str | None = None) -> Invited | Unchanged | Invalid:
    """Invite a person; with a password the account is open at once, and no e-mail is sent. Raises NotThere: not this person's."""
    if not work.actor.may(Duty.KEEP_ACCOUNTS):
        raise NotThere
    with work.db.writing() as tx:
        values, errors = scopes.read(tx, work.actor, wanted)
        if "email" not in errors and (stands := _standing(tx, values["email"])):
            return _again(tx, work, stands, values, errors)
        if password is not None and (why := _problem(tx, values, password)):
            errors["password"] = why
        if errors:
            return Invalid(errors)
        made = {**values, "password_hash": passwords.hash_of(password) if password else None}
        made |= {"invited_at": work.on.now, "invited_by": work.actor.id}
        number = tx.execute(insert(account).values(made).on_conflict_do_nothing().returning(account.c.id)).scalar()
        if number is None:  # two at once
            return Invalid({"email": EXISTS})
        if password is None:
            mail_now(tx, work.on.now, number, invitation(work.actor, number, 1))
        told = {name: value for name, value in values.items() if value not in (None, 0) and name not in ("email", "name")}
        told["password"] = passwords.fingerprint(made["password_hash"])
        who = {"person": {name: values[name] for name in ("email", "name")}}
        work.record(tx, "account_invited", subject=f"account {number}", after={"account": number, **told, **who})
    return Invited(f"Invitation envoyée à {values['email']}. Elle vaut 14 jours.", number)


EXISTS = "Un compte existe déjà pour cette adresse."


def _standing(tx: Connection, email: str) -> int | None:
    return tx.execute(select(account.c.id).where(account.c.email == email)).scalar()


def _again(tx: Connection, work: Work, number: int, values: scopes.Columns, errors: scopes.Errors) -> Unchanged | Invalid:
    """The address has an account: this very invitation, sent twice; or another one, and who can help."""
    stands = queries.find(tx, work.actor, number)
    if stands is None:
        return Invalid(
            {**errors, "email": f"{EXISTS} Il n’est pas de votre ressort : l’administration centrale peut vous aider."}
        )
    same = not errors and all(values[name] == value for name, value in scopes.scope_of(stands).items())
    if (
        same
        and stands.name == values["name"]
        and stands.state is State.INVITED
        and stands.invited_by == work.actor.id
        and stands.version == 1
    ):
        return Unchanged("Cette personne est déjà invitée.")
    what = {
        State.INVITED: "Son invitation attend : renvoyez-la depuis la liste des comptes.",
        State.ACTIVE: "Vous le trouvez dans la liste des comptes.",
        State.CLOSED: "Il est fermé : rouvrez-le depuis la liste des comptes.",
    }[stands.state]
    return Invalid({**errors, "email": f"{EXISTS} {what}"})


def _problem(tx: Connection, values: scopes.Columns, password: str) -> str | None:
    name = tx.execute(select(centre.c.name).where(centre.c.id == (values.get("centre_id") or 0))).scalar()
    return passwords.problem(password, values["email"], values["name"], name or "")


def invitation(by: Actor, number: int, which: int) -> Message:
    """The e-mail that invites; `which`: of this account's invitations."""
    body = (
        f"Un compte est ouvert pour vous sur le portail des sessions, par {by.label}.\n"
        "Choisissez votre mot de passe ; le lien vaut 14 jours."
    )
    return Message("Votre invitation au portail des sessions", body, f"{INVITATION}{number}:{which}")


def send_again(work: Work, number: int, version: int | None) -> Outcome:
    """Send another invitation, which ends those before it."""
    with hold(work, number) as (tx, found):
        if stopped := stop(tx, work, found, version, Act.RESEND):
            return stopped
        renew(tx, work, found, Act.RESEND)
    return Saved(f"Invitation renvoyée à {found.email}. Elle vaut 14 jours ; la précédente ne sert plus.")


def renew(tx: Connection, work: Work, found: Kept, act: Act, **more: object) -> None:
    """Another invitation in the place of the one that stands, as this act; `more`: columns that change with it."""
    values = renewed(work, found)
    message = invitation(work.actor, found.id, found.invitation + 1)
    write(tx, work, found, act, {**values, **more}, message, after={"invitation": found.invitation + 1})


def renewed(work: Work, found: Kept) -> scopes.Columns:
    """The columns of another invitation in the place of the one that stands."""
    return {"invitation": found.invitation + 1, "invited_at": work.on.now, "invited_by": work.actor.id or found.invited_by}


def withdraw(work: Work, number: int, version: int | None) -> Outcome:
    """End an invitation that was not accepted; the account is closed, and may be opened again."""
    with hold(work, number) as (tx, found):
        if found.state is State.CLOSED:
            return Unchanged("Cette invitation est déjà retirée.")
        if stopped := stop(tx, work, found, version, Act.WITHDRAW):
            return stopped
        body = f"L’invitation que vous aviez reçue est retirée par {work.actor.label}. Son lien ne sert plus."
        message = Message("Votre invitation est retirée", body, "/connexion")
        write(tx, work, found, Act.WITHDRAW, {"closed_at": work.on.now}, message)
    return Saved("Invitation retirée. Le lien envoyé ne sert plus.")


# ---- in words that may be missing: the command line and the demonstration


class CannotInvite(Exception):
    """The account cannot be made; the message is a French sentence."""


OPTIONS = {"siret": "--centre : ", "department": "--department : ", "region": "--region : "}


def invite(
    work: Work,
    email: str,
    role: Role | Post,
    *,
    siret: str | None = None,
    department_code: str | None = None,
    region_name: str | None = None,
    name: str = "",
    password: str | None = None,
) -> int:
    """Invite a person; its number. Of a centre, a manager where the role alone is said. Raises CannotInvite."""
    post = role if isinstance(role, Post) else post_of(role, manager=True)
    wanted = Wanted(email, name or email.strip().split("@")[0][:120], post, siret or "", department_code or "", region_name or "")
    outcome = ask(work, wanted, password)
    if isinstance(outcome, Invited):
        return outcome.account_id
    if isinstance(outcome, Unchanged):
        raise CannotInvite(EXISTS)
    raise CannotInvite(" ".join(f"{OPTIONS.get(field, '')}{why}" for field, why in outcome.errors.items()))


# ---- by the person who is invited


class Over(StrEnum):
    """Why an invitation serves no longer."""

    USED = "used"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    EXPIRED = "expired"


def why_over(found: Kept, which: int, now: datetime) -> Over | None:
    """Why this invitation serves no longer; None while it does."""
    if found.state is State.CLOSED:
        return Over.WITHDRAWN
    if found.state is State.ACTIVE:
        return Over.USED
    if found.invitation != which:
        return Over.REPLACED
    return Over.EXPIRED if found.is_late(now) else None


def accept(work: Work, which: int, password: str) -> Over | str | None:
    """Set the password of an invited account, and tell whoever invited it. Why not: a sentence, or why the invitation is over."""
    actor, now = work.actor, work.on.now
    if why := passwords.problem(password, actor.email, actor.name, actor.organisation):
        return why
    with work.db.writing() as tx:
        tx.execute(select(account.c.id).where(account.c.id == actor.id).with_for_update())
        found = queries.find_any(tx, actor.id or 0)
        if found is None or (over := why_over(found, which, now)):
            return over if found else Over.WITHDRAWN
        kept = passwords.hash_of(password)
        chosen = update(account).where(account.c.id == found.id).values(password_hash=kept)
        tx.execute(chosen.values(version=account.c.version + 1))
        work.record(
            tx,
            "password_chosen",
            subject=f"account {found.id}",
            after={"invitation": which, "password": passwords.fingerprint(kept)},
        )
        message = Message(
            f"{found.name} a accepté votre invitation", f"Son compte est ouvert : {found.email}.", f"/comptes/{found.id}"
        )
        tell(tx, work, account.c.id == (found.invited_by or 0), message)
    return None


def ask_again(work: Work, which: int) -> None:
    """Tell whoever invited that this invitation is over and that its person wants another: once an invitation."""
    actor, now = work.actor, work.on.now
    with work.db.writing() as tx:
        tx.execute(select(account.c.id).where(account.c.id == actor.id).with_for_update())
        found = queries.find_any(tx, actor.id or 0)
        if found is None or why_over(found, which, now) in (None, Over.USED):
            return
        key = f"invitation:{found.id}:{found.invitation}"
        if tx.execute(select(notice.c.id).where(notice.c.key == key).limit(1)).first():
            return
        body = f"L’invitation {of(found.name)} ({found.email}) ne sert plus ; une nouvelle est demandée."
        message = Message(f"{found.name} demande une nouvelle invitation", body, f"/comptes/{found.id}", key)
        tell(tx, work, _who_helps(tx, found), message)
        work.record(tx, "invitation_asked", subject=f"account {found.id}", after={"invitation": found.invitation})


def _who_helps(tx: Connection, found: Kept) -> ColumnElement[bool]:
    """A condition on account: whoever invited, if that person still keeps the account; or else all who keep it."""
    inviter = by_id(tx, found.invited_by or 0, ("", ""))
    if inviter and queries.find(tx, inviter, found.id):
        return account.c.id == inviter.id
    if found.post in OF_A_CENTRE:
        return or_(and_(centre_of(found.centre_id or 0), account.c.manager == 1), unit_of(found.unit_code))
    return account.c.role == Role.NATIONAL.value
