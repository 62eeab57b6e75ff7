"""All that is kept of a person with an account, as values to be written to a file; the names of things are French, for its reader."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, or_, select

from portal.clock import PARIS
from portal.features.access.queries import find_any
from portal.features.access.told import history
from portal.rules.security import LINE, Kind
from portal.rules.whereabouts import device_in_words
from portal.store.accounts import account, sign_in
from portal.store.actors import Actor
from portal.store.audit import audit_event
from portal.store.calendars import calendar_feed
from portal.store.factors import factor, recovery_code
from portal.store.notices import letter_reading, mail, notice
from portal.store.security import security_entry

Values = dict[str, Any]


def of_account(conn: Connection, actor: Actor, now: datetime) -> Values:
    """What is kept of the person who asks: secrets (passwords, codes) are named, and not told."""
    me = actor.id or 0
    kept = find_any(conn, me)
    return {
        "établi le": _moment(now),
        "compte": _account(conn, actor, me),
        "seconds facteurs": [
            {"nature": f.kind, "ajouté le": _moment(f.added_at), "sur": f.browser, "utilisé le": _moment(f.used_at)}
            for f in _own(conn, factor, me, factor.c.id)
        ],
        "codes de secours restants": sum(code.used_at is None for code in _own(conn, recovery_code, me)),
        "connexions": [
            {
                "le": _moment(s.at),
                "jusqu’au": _moment(s.ended_at or s.last_at),
                "appareil": device_in_words(s.browser),
                "adresse": s.address,
            }
            for s in _own(conn, sign_in, me, sign_in.c.at)
        ],
        **_told(conn, me),
        "historique du compte": [
            {"le": _moment(t.at), "par": t.who, "événement": t.text, "détails": list(t.details), "motif": t.reason}
            for t in (history(conn, kept) if kept else ())
        ],
        "journal de sécurité": _security(conn, me),
        "ce que vous avez fait": _acts(conn, me),
    }


def _account(conn: Connection, actor: Actor, me: int) -> Values:
    row = conn.execute(select(account).where(account.c.id == me)).one()
    return {
        "numéro": row.id,
        "nom": row.name,
        "adresse électronique": row.email,
        "adresse qui attend d’être confirmée": row.next_email,
        "rôle": actor.post.label,
        "organisation": actor.organisation,
        "invité le": _moment(row.invited_at),
        "mot de passe": "gardé sous une forme que personne ne peut relire" if row.password_hash else "aucun",
        "courriels": row.mailing,
    }


def _told(conn: Connection, me: int) -> Values:
    """What the service told this person, and what of it was read."""
    return {
        "avis": [
            {"le": _moment(n.at), "objet": n.subject, "texte": n.body, "lu le": _moment(n.read_at)}
            for n in _own(conn, notice, me, notice.c.id)
        ],
        "courriels": [
            {"le": _moment(m.at), "objet": m.subject, "texte": m.body, "envoyé le": _moment(m.sent_at)}
            for m in _own(conn, mail, me, mail.c.id)
        ],
        "lettres d’information lues": [
            {"lettre": r.letter_id, "le": _moment(r.at)} for r in _own(conn, letter_reading, me, letter_reading.c.at)
        ],
        "adresse privée de calendrier, depuis": [_moment(f.created_at) for f in _own(conn, calendar_feed, me)],
    }


def _security(conn: Connection, me: int) -> list[Values]:
    t = security_entry.c
    rows = conn.execute(select(security_entry).where(or_(t.account_id == me, t.about_id == me)).order_by(t.first_at, t.id))
    return [
        {
            "le": _moment(r.first_at),
            "nature": LINE[Kind(r.kind)].label,
            "fois": r.times,
            "objet": r.subject,
            "appareil": device_in_words(r.device) if r.account_id == me else "",
            "adresse": r.address if r.account_id == me else "",
        }
        for r in rows
    ]


def _acts(conn: Connection, me: int) -> list[Values]:
    """Each event of the trail that this person signed; what it says of others, the history of the session tells those who see it."""
    e = audit_event.c
    rows = conn.execute(select(e.id, e.at, e.session_id, e.subject).where(e.actor_id == me).order_by(e.id))
    return [{"le": _moment(r.at), "événement du journal": r.id, "session": r.session_id, "sur": r.subject} for r in rows]


def _own(conn: Connection, table: Table, me: int, *order: ColumnElement[Any]) -> Iterable[Row[Any]]:
    return conn.execute(select(table).where(table.c.account_id == me).order_by(*order))


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(PARIS).isoformat(timespec="seconds") if at else None
