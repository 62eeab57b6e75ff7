"""The proof of a session's history: its events, what leads from each to the signed head of the trail, and the head.

Anybody checks it, without a secret and without the portal (docs/proof.md): a leaf of the tree holds what an event says, the path
leads from it to the root, the head signs the root, and one more signature covers the whole file, so that an event left out shows.
What the events commit to of people is told beside them, with its salts, as long as it is kept (`portal.store.personal`); their
civil status, which the deposit alone needs, is not.
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from portal.clock import PARIS
from portal.core.heads import handovers, head
from portal.core.session import SessionRow
from portal.features.past.history import history
from portal.features.past.proof_checks import FORMAT, signed_text
from portal.files import printer
from portal.files.note import Signer
from portal.rules.french import day
from portal.rules.merkle import inclusion
from portal.store import personal
from portal.store.audit import audit_event
from portal.store.measures import measure_line, measure_run
from portal.store.nodes import Tree
from portal.store.tree import leaf_held


def proof(conn: Connection, signer: Signer, s: SessionRow, now: datetime) -> dict[str, Any]:
    """All that the trail holds of a session, told in words too, with what shows that the trail holds it."""
    tree = Tree(conn)
    events = select(audit_event).where(audit_event.c.session_id == s.number, audit_event.c.id < tree.size)
    lines = conn.execute(
        select(measure_line, measure_run.c.label, measure_run.c.at, measure_run.c.actor)
        .join(measure_run, measure_run.c.id == measure_line.c.run_id)
        .where(measure_line.c.session_id == s.number)
        .order_by(measure_line.c.run_id)
    ).all()
    rows = conn.execute(events.order_by(audit_event.c.id)).all()
    apart = personal.apart(rows)
    values = {
        digest: row
        for digest, row in personal.values(conn, [*rows, *lines]).items()
        if digest not in apart and personal.fits(row)
    }
    body = {
        "format": FORMAT,
        "session": s.number,
        "titre": f"{s.title_code} {s.title_label}",
        "centre": f"{s.centre_name}, SIRET {s.siret}",
        "etablie": now.astimezone(PARIS).isoformat(timespec="seconds"),
        "point": signer.note(head(tree, signer.key.name)),
        "cle": signer.key.line,
        "passations": [
            {"de": one.old.line, "a": one.new.line, "signature": b64encode(one.signature).decode()} for one in handovers(conn)
        ],
        "evenements": [_event(tree, row) for row in rows],
        "valeurs": [dict(values[digest]._mapping) for digest in sorted(values)],
        "mesures": [{name: _plain(value) for name, value in row._mapping.items()} for row in lines],
        "en_clair": [
            {"le": day(t.at), "par": t.who, "texte": t.text, "motif": t.reason} for t in reversed(history(conn, s.number))
        ],
    }
    return {**body, "signature": b64encode(signer.sign(signed_text(body))).decode()}


def _event(tree: Tree, row: Row[Any]) -> dict[str, Any]:
    path = inclusion(tree.node, row.id, tree.size)
    return {"evenement": leaf_held(dict(row._mapping)), "chemin": [b64encode(beside).decode() for beside in path]}


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def as_pdf(made: Mapping[str, Any], text: bytes, now: datetime) -> bytes:
    """The same for people: the history in words, the digests, and the JSON itself (`text`) as an attachment."""
    shown = {**made, "json": text.decode(), "tete": made["point"].splitlines()}
    return printer.pdf("preuve", f"Preuve de l’historique de la session {made['session']}", [shown], now)
