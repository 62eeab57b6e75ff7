"""The signed head of the trail, and whether a trail continues one that was kept."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping

from sqlalchemy import Connection, select

from portal.files.note import Handover, Head, Key, NoHead, Signer, heir, read_head, read_key
from portal.rules.merkle import consistency, continued, root_over
from portal.settings import Settings
from portal.store.audit import OF_NO_SESSION, audit_event
from portal.store.nodes import Tree
from portal.store.work import Work

HANDED_OVER = "signature_handed_over"


def signer(settings: Settings) -> Signer:
    """What signs the heads of this service's trail."""
    return Signer(settings.journal_name, settings.signature_seed)


def handovers(conn: Connection) -> list[Handover]:
    """Which keys have handed the signature over, in turn, as the trail tells."""
    c = audit_event.c
    query = select(c.after).where(OF_NO_SESSION, c.subject == "signature", c.action == HANDED_OVER).order_by(c.id)
    return [_handover(json.loads(after)) for after in conn.execute(query).scalars()]


def _handover(told: Mapping[str, str]) -> Handover:
    return Handover(read_key(told["from"]), read_key(told["to"]), b64decode(told["signature"]))


def hand_over(work: Work, now: Signer, new: Key) -> None:
    """The trail tells that another key signs from now on, under the signature of today's."""
    one = now.hand_over(new)
    told = {"from": one.old.line, "to": one.new.line, "signature": b64encode(one.signature).decode()}
    with work.db.writing() as tx:
        work.record(tx, HANDED_OVER, subject="signature", after=told)


def signs_now(conn: Connection, key: Key) -> bool:
    """Whether the trail knows of no other key that signs today."""
    told = handovers(conn)
    return not told or told[-1].new.public == key.public


def kept_head(conn: Connection, text: str, key: Key) -> Head:
    """The head that somebody kept, signed with the key of today or with one that handed over to it. Raises NoHead."""
    told = handovers(conn)
    older = [one.old for one in reversed(told) if heir(one.old, told).public == key.public]
    for one in (*older, key):
        try:
            return read_head(text, one)
        except NoHead:
            if one is key:
                raise
    raise AssertionError("the last key tells why")


def head(tree: Tree, origin: str) -> Head:
    """The head of the tree as it stands."""
    return Head(origin, tree.size, root_over(tree.node, 0, tree.size))


def differs(kept: Head, today: Head, path: list[bytes]) -> str | None:
    """Why the trail of today does not continue the kept head, as a sentence. `path`: what shows that it does."""
    if kept.size > today.size:
        return (
            f"ce point compte {kept.size - 1} événements et le journal d’aujourd’hui {today.size - 1} : "
            "sa fin a été retirée, ou une copie plus ancienne a été remise en place"
        )
    if not continued(kept.size, kept.root, today.size, today.root, path):
        return f"le journal d’aujourd’hui ne continue pas ce point : un de ses {kept.size - 1} premiers événements a été récrit"
    return None


def path_from(tree: Tree, kept: Head) -> list[bytes]:
    """What shows that the tree continues a kept head; nothing where it is shorter."""
    return consistency(tree.node, kept.size, tree.size) if kept.size <= tree.size else []


def against(conn: Connection, kept: Head) -> tuple[Head, str | None]:
    """The head of today, and why it does not continue the kept one, as a sentence, if so. It reads some tiles of the tree."""
    tree = Tree(conn)
    today = head(tree, kept.origin)
    return today, differs(kept, today, path_from(tree, kept))
