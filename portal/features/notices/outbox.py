"""The outbox: e-mails leave one by one, each marked as soon as the server has taken it.

A worker takes a mail for itself (a claim that ends by itself), hands it to the server, and marks it sent. Killed before the
server took it, the mail leaves when the claim has ended; killed after it and before the mark, it leaves a second time under
the same Message-ID; once marked, never again.
"""

import html
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, or_, select, update

from portal.core.invitations import address_of
from portal.features.notices.papers import Superseded, attach
from portal.rules.french import unbroken
from portal.settings import Settings
from portal.store.accounts import account
from portal.store.batches import batches
from portal.store.database import Database
from portal.store.notices import mail

CLAIM = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=6)
TRIES = 12  # over some two days; then a mail is set aside, and the nation is told
AT_ONCE = 10  # mails on their way at once: a server that takes two seconds for each takes three hundred a minute

Send = Callable[[EmailMessage], None]


@dataclass(frozen=True)
class Claimed:
    """One e-mail to send: a mail, or all that waits for a person's daily one."""

    rows: Sequence[Row[Any]]
    attempts: int

    @property
    def ids(self) -> list[int]:
        return [row.id for row in self.rows]


def waits(attempts: int) -> timedelta:
    """How long a mail waits after so many attempts that failed: 2, 4, 8 minutes… up to six hours."""
    return min(timedelta(minutes=2 ** min(attempts, 12)), LONGEST_WAIT)


def claim(db: Database, now: datetime) -> Claimed | None:
    """Take the mail that waits longest for oneself; other workers skip it."""
    with db.writing() as tx:
        unclaimed = or_(mail.c.claimed_until.is_(None), mail.c.claimed_until <= now)
        free = (mail.c.sent_at.is_(None), mail.c.set_aside_at.is_(None), mail.c.due_at <= now, unclaimed)
        query = select(mail).where(*free).order_by(mail.c.due_at, mail.c.id).with_for_update(skip_locked=True)
        first = tx.execute(query.limit(1)).one_or_none()
        if first is None:
            return None
        rows: Sequence[Row[Any]] = [first]
        if first.daily:
            rows = tx.execute(query.where(mail.c.account_id == first.account_id, mail.c.daily == 1)).all()
        claimed = Claimed(rows, first.attempts + 1)
        for part in batches(claimed.ids):
            values = {"claimed_until": now + CLAIM, "attempts": mail.c.attempts + 1}
            tx.execute(update(mail).where(mail.c.id.in_(part)).values(**values))
        return claimed


def sent(db: Database, ids: Sequence[int], now: datetime) -> None:
    with db.writing() as tx:
        for part in batches(ids):
            tx.execute(update(mail).where(mail.c.id.in_(part)).values(sent_at=now, claimed_until=None, problem=None))


def drop(db: Database, ids: Sequence[int]) -> None:
    """What they say holds no longer."""
    with db.writing() as tx:
        for part in batches(ids):
            tx.execute(delete(mail).where(mail.c.id.in_(part)))


def failed(db: Database, claimed: Claimed, now: datetime, error: Exception) -> None:
    """It waits longer each time, up to so many; one that no server will ever take is set aside at once."""
    over = claimed.attempts >= TRIES or for_good(error)
    values = {"claimed_until": None, "due_at": now + waits(claimed.attempts), "problem": f"{type(error).__name__}: {error}"[:300]}
    with db.writing() as tx:
        for part in batches(claimed.ids):
            tx.execute(update(mail).where(mail.c.id.in_(part)).values(**values, set_aside_at=now if over else None))


def for_good(error: Exception) -> bool:
    """Whether trying again is in vain: it cannot be written, or the server says that there is nobody of this address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, ValueError)


def send_due(
    db: Database,
    clock: Callable[[], datetime],
    settings: Settings,
    send: Send,
    most: int = 1000,
    at_once: int = 1,
    go_on: Callable[[], bool] = lambda: True,
) -> tuple[int, int]:
    """Send what is due, so many at once, while `go_on` says so: how many left, how many failed. One that cannot be written holds
    up no other."""
    turns = iter(range(most))  # handed out under the interpreter's lock

    def some(_: int) -> tuple[int, int]:
        left = problems = 0
        while go_on() and next(turns, None) is not None and (claimed := claim(db, clock())):
            went = _sent(db, clock, settings, send, claimed)
            left += went is True
            problems += went is False
        return left, problems

    if at_once == 1:
        return some(0)
    with ThreadPoolExecutor(at_once) as pool:
        done = list(pool.map(some, range(at_once)))
    return sum(left for left, _ in done), sum(problems for _, problems in done)


def _sent(db: Database, clock: Callable[[], datetime], settings: Settings, send: Send, claimed: Claimed) -> bool | None:
    """Whether it left; None: it is not to leave any more."""
    try:
        with db.reading() as conn:
            message = written(conn, claimed.rows, settings)
        attach(db, settings, clock(), claimed.rows[0], message)
        send(message)
    except Superseded:
        drop(db, claimed.ids)
        return None
    except (OSError, smtplib.SMTPException, ValueError) as error:
        failed(db, claimed, clock(), error)
        return False
    sent(db, claimed.ids, clock())
    return True


# ---- what an e-mail says

NOT_YET = "Courriel automatique : n’y répondez pas."  # to an account that nobody can enter, invited or closed
NO_ACCOUNT = "Courriel automatique : pour toute question, adressez-vous à la personne qui y est indiquée."
ENTERS = and_(account.c.password_hash.is_not(None), account.c.closed_at.is_(None)).label("enters")
Part = tuple[str, str, str]  # a mail's subject, what it says, and where it leads


def written(conn: Connection, rows: Sequence[Row[Any]], settings: Settings) -> EmailMessage:
    """The e-mail of one mail, or of all the mails of a person's day: text and HTML, in French, with the links."""
    own = select(account.c.email, ENTERS).where(account.c.id == rows[0].account_id)
    email, enters = conn.execute(own).one_or_none() or ("", None)
    to = rows[0].address or email
    one = len(rows) == 1
    message = EmailMessage()
    message["Subject"] = unbroken(" ".join(rows[0].subject.split())) if one else f"{len(rows)} nouvelles du portail des sessions"
    message["From"] = settings.mail_from
    message["To"] = to
    message["Message-ID"] = f"<{rows[0].message_id}@{settings.mail_domain}>"
    message["Date"] = format_datetime(rows[0].at)
    message["Auto-Submitted"] = "auto-generated"
    parts, foot = [_part(row, settings) for row in rows], _foot(enters, settings)
    message.set_content(_text(parts, foot))
    message.add_alternative(_html(parts, foot, one), subtype="html")
    return message


def plain(row: Row[Any], enters: bool | None, settings: Settings) -> str:
    """What the e-mail of one mail says to whoever reads it as text. `enters`: whether its account can be entered; None: it has none."""
    return _text([_part(row, settings)], _foot(enters, settings))


def _part(row: Row[Any], settings: Settings) -> Part:
    return unbroken(row.subject), unbroken(row.body), address_of(settings, row.link, row.at)


def _foot(enters: bool | None, settings: Settings) -> str:
    chosen = f"Choisir ce que vous recevez : {settings.public_url}/avis"
    return unbroken(NO_ACCOUNT if enters is None else chosen if enters else NOT_YET)


def _text(parts: Sequence[Part], foot: str) -> str:
    told = "\n\n".join(f"{'' if len(parts) == 1 else subject + chr(10)}{body}\n{link}" for subject, body, link in parts)
    return f"Bonjour,\n\n{told}\n\n-- \nPortail des sessions d’examen\n{foot}\n"


def _html(parts: Sequence[Part], foot: str, one: bool) -> str:
    e = html.escape
    body = "".join(
        f"<h2 style='font-size:18px;margin:24px 0 8px'>{e(subject)}</h2>"
        + "".join(f"<p style='margin:0 0 12px'>{e(line)}</p>" for line in text.split("\n") if line)
        + f"<p style='margin:0 0 24px'><a href='{e(link)}' style='color:#1c4f7c;font-weight:bold'>Ouvrir dans le portail</a></p>"
        for subject, text, link in parts
    )
    return (
        "<!doctype html><html lang='fr'><body style='font-family:sans-serif;color:#17212f;max-width:36em;line-height:1.5'>"
        f"<p>Bonjour,</p>{body}<hr style='border:0;border-top:1px solid #d9d7cf'>"
        f"<p style='color:#4a5668;font-size:14px'>Portail des sessions d’examen. {e(foot)}</p></body></html>"
    )


def way_out(settings: Settings) -> Send | None:
    """How a mail leaves: through the server of the settings; a demonstration without one shows it on its page, which is where it
    arrives. None: mails wait."""
    if settings.smtp_host:
        return smtp(settings)
    return (lambda message: None) if settings.shows_mails else None


def smtp(settings: Settings) -> Send:
    """Sends through the server of the settings, one connection a mail."""

    def send(message: EmailMessage) -> None:
        with server(settings) as reached:
            reached.send_message(message)

    return send


@contextmanager
def server(settings: Settings, seconds: float = 20) -> Iterator[smtplib.SMTP]:
    """The server of the settings, which has proved who it is and knows who we are."""
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=seconds) as reached:
        if settings.smtp_starttls:
            reached.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            reached.login(settings.smtp_user, settings.smtp_password)
        yield reached
