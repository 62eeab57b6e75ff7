"""What goes with a mail to whoever is convened: the paper, made as it leaves, so that it says what holds at that moment."""

from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Row

from portal.clock import PARIS
from portal.core import links
from portal.core.finding import find
from portal.core.outcomes import NotThere
from portal.features.documents.actions import Made, make
from portal.rules.documents import Document
from portal.rules.lifecycle import Status
from portal.settings import Settings
from portal.store.actors import Occasion, Source, operator
from portal.store.database import Database
from portal.store.work import Work


class Superseded(Exception):
    """What the mail says no longer holds, or its link was withdrawn: it does not leave."""


def attach(db: Database, settings: Settings, now: datetime, row: Row[Any], message: EmailMessage) -> None:
    """Add to the mail of this row what goes with it; nothing to a mail of another kind. Raises Superseded."""
    kind, _, rest = row.link.partition(":")
    if f"{kind}:" not in links.PATHS:
        return
    number, _, nonce = rest.partition(":")
    work = Work(db.seen_by(operator()), Occasion(operator(), Source.CLI, now, now.astimezone(PARIS).date()), settings.unit_label)
    with work.db.reading() as conn:
        link = links.by_nonce(conn, nonce)
        reminder = f"{kind}:" == links.REMINDER
        if link is None or not (reminder or link.message_id == row.message_id):
            raise Superseded
        try:
            s = find(conn, work.actor, link.session_id, work.unit_label)
        except NotThere:
            raise Superseded from None
    own = f"{kind}:" != links.MEMBER
    void = link.convened_for != s.convocation if own else bool(s.candidates) and s.unconvened == s.candidates
    if s.status is Status.CANCELLED or void:
        raise Superseded
    if reminder:
        return
    if own:
        made = make(work, s.number, Document.CONVOCATION, int(number), settings.public_url, keep_all=True)
    else:
        made = make(work, s.number, Document.JURY, None, settings.public_url)
    if not isinstance(made, Made):
        raise Superseded
    message.add_attachment(made.pdf, maintype="application", subtype="pdf", filename=made.name)
