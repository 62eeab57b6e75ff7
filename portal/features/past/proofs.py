"""The proof of a session's history: its events with their digests, under a seal, checked without the database.

Each event's digest covers it and the digest before it in the trail (`portal.store.audit`); the seal covers the whole list, so
that an event left out of the file shows too. The key is that of the service: only who holds it can make or check a proof.
"""

import hmac
import json
import re
import zlib
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from portal.clock import PARIS
from portal.core.session import SessionRow
from portal.features.past.history import history
from portal.files import printer
from portal.rules.french import day
from portal.store.audit import audit_event, audit_head, digest_of
from portal.store.measures import measure_line, measure_run
from portal.store.tree import COVERED

FORMAT = "preuve d’historique, version 1"


def proof(conn: Connection, key: bytes, s: SessionRow, now: datetime) -> dict[str, Any]:
    """All that the trail holds of a session, with its digests, told in words too, under a seal."""
    rows = conn.execute(select(audit_event).where(audit_event.c.session_id == s.number).order_by(audit_event.c.id)).all()
    lines = conn.execute(
        select(measure_line, measure_run.c.label, measure_run.c.at, measure_run.c.actor)
        .join(measure_run, measure_run.c.id == measure_line.c.run_id)
        .where(measure_line.c.session_id == s.number)
        .order_by(measure_line.c.run_id)
    ).all()
    head = conn.execute(select(audit_head)).first()
    body = {
        "format": FORMAT,
        "session": s.number,
        "titre": f"{s.title_code} {s.title_label}",
        "centre": f"{s.centre_name}, SIRET {s.siret}",
        "etablie": now.astimezone(PARIS).isoformat(timespec="seconds"),
        "journal": {"evenements": head._mapping["count"] if head else 0, "tete": head.digest if head else ""},
        "evenements": [
            {**{n: _plain(row._mapping[n]) for n in COVERED}, "previous": row.previous, "digest": row.digest} for row in rows
        ],
        "mesures": [{name: _plain(value) for name, value in row._mapping.items()} for row in lines],
        "en_clair": [
            {"le": day(t.at), "par": t.who, "texte": t.text, "motif": t.reason} for t in reversed(history(conn, s.number))
        ],
    }
    return {**body, "sceau": _seal(key, body)}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if hasattr(value, "isoformat") else value


def _seal(key: bytes, body: Mapping[str, Any]) -> str:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, b"proof:" + text.encode(), sha256).hexdigest()


def as_bytes(made: Mapping[str, Any]) -> bytes:
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()


def as_pdf(made: Mapping[str, Any], now: datetime) -> bytes:
    """The same for people: the history in words, the digests, and the JSON itself as an attachment."""
    shown = {**made, "json": as_bytes(made).decode()}
    return printer.pdf("preuve", f"Preuve de l’historique de la session {made['session']}", [shown], now)


def check(key: bytes, data: bytes) -> tuple[int, int] | str:
    """The session and how many events hold; or what is broken, as a sentence. `data`: the JSON, or the PDF that carries it."""
    text = _attached(data) if data.startswith(b"%PDF-") else data
    if text is None:
        return "ce PDF ne porte pas de preuve"
    try:
        made = json.loads(text)
        seal = made.pop("sceau")
        events = made["evenements"]
        known = made["format"] == FORMAT
    except (ValueError, KeyError, TypeError, AttributeError):
        return "ce fichier n’est pas une preuve d’historique"
    if not known:
        return "ce fichier n’est pas une preuve d’historique de cette version"
    for event in events:
        try:
            row = {**event, "at": datetime.fromisoformat(event["at"])}
            fits = hmac.compare_digest(str(event["digest"]), digest_of(key, event["previous"], row))
        except (KeyError, ValueError, TypeError):
            fits = False
        if not fits:
            return (
                f"événement {event.get('id', '?') if isinstance(event, dict) else '?'} : son contenu ou son sceau a été modifié"
            )
    if not hmac.compare_digest(str(seal), _seal(key, made)):
        return "le sceau ne correspond pas : un événement a été retiré ou ajouté, ou la clé n’est pas celle de ce service"
    return int(made["session"]), len(events)


def _attached(pdf: bytes) -> bytes | None:
    """The proof among the streams of a PDF."""
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        for read in (zlib.decompress, bytes):
            try:
                content = read(match[1])
            except zlib.error:
                continue
            if content.startswith(b'{\n "format": "preuve'):
                return content
    return None
