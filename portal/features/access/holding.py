"""How every change of an account is made by those who keep it: one transaction, the rule, the version, one event, one e-mail."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select, update

from portal.core.outcomes import Invalid, NotThere, Saved, Unchanged
from portal.core.telling import Message, mail_now
from portal.features.access import queries
from portal.features.access.queries import Kept
from portal.rules.keeping import Act, may_act
from portal.rules.lines import Refused
from portal.store.accounts import account, sign_in
from portal.store.audit import OF_NO_SESSION, audit_event
from portal.store.work import Work


@dataclass(frozen=True)
class Changed:
    """Somebody changed the account since the page was made; `account` is as it stands now."""

    account: Kept


Outcome = Saved | Unchanged | Changed | Invalid | Refused


@contextmanager
def hold(work: Work, number: int) -> Iterator[tuple[Connection, Kept]]:
    """One write transaction, and the account with those without which its post would be left, and whoever acts: nobody else
    changes them before it ends. Raises NotThere: for what this person does not keep, and for a person who keeps nothing any more."""
    with work.db.writing() as tx:
        before = queries.find(tx, work.actor, number)
        if before is None:
            raise NotThere
        rows = or_(account.c.id.in_((number, work.actor.id or 0)), queries.peers(before))
        tx.execute(select(account.c.id).where(rows).order_by(account.c.id).with_for_update())
        found = queries.find(tx, work.actor, number)
        if found is None or not _still_keeps(tx, work):
            raise NotThere
        yield tx, found


def _still_keeps(tx: Connection, work: Work) -> bool:
    """Whether the account that acts is still open, and what it was when the act began."""
    who = work.actor
    if who.id is None:
        return True
    query = select(account.c.id).where(account.c.id == who.id, account.c.closed_at.is_(None), account.c.role == who.role.value)
    return tx.execute(query.where(account.c.manager == int(who.manager))).first() is not None


def stop(tx: Connection, work: Work, found: Kept, version: int | None, act: Act) -> Unchanged | Refused | Changed | None:
    """Why the act stops here: it was sent twice, the rule refuses it, or somebody changed the account since the page of `version`
    was made (None: there was no page)."""
    if version is not None and version + 1 == found.version and _last(tx, found.id) == (work.actor.id, EVENT[act]):
        return Unchanged("C’est déjà fait.")
    verdict = may_act(act, queries.seen(tx, work.actor, found, work.unit_label), work.actor.post)
    if isinstance(verdict, Refused):
        return verdict
    return Changed(found) if version not in (None, found.version) else None


EVENT: Mapping[Act, str] = {
    Act.RESEND: "invitation_sent_again",
    Act.WITHDRAW: "invitation_withdrawn",
    Act.CHANGE: "account_changed",
    Act.SEND_LINK: "password_link_made",
    Act.CLOSE: "account_closed",
    Act.REOPEN: "account_reopened",
}


def _last(tx: Connection, number: int) -> tuple[int | None, str] | None:
    """Who did what to this account last."""
    query = select(audit_event.c.actor_id, audit_event.c.action).where(
        OF_NO_SESSION, audit_event.c.subject == f"account {number}", audit_event.c.action.in_(EVENT.values())
    )
    row = tx.execute(query.order_by(audit_event.c.id.desc()).limit(1)).one_or_none()
    return (row.actor_id, row.action) if row else None


def write(
    tx: Connection,
    work: Work,
    found: Kept,
    act: Act,
    values: Mapping[str, Any],
    message: Message,
    **details: Any,
) -> None:
    """Set these columns, count the version up, record the act, and tell the person by an e-mail."""
    changed = update(account).where(account.c.id == found.id)
    tx.execute(changed.values(**values, version=account.c.version + 1))
    mail_now(tx, work.on.now, found.id, message)
    work.record(tx, EVENT[act], subject=f"account {found.id}", **details)


def end_sign_ins(tx: Connection, work: Work, number: int) -> None:
    """End every sign-in of an account, at once."""
    tx.execute(update(sign_in).where(sign_in.c.account_id == number, sign_in.c.ended_at.is_(None)).values(ended_at=work.on.now))
