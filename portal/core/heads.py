"""The signed head of the trail, and whether a trail continues one that was kept."""

from sqlalchemy import Connection

from portal.files.note import Head, Signer
from portal.rules.merkle import consistency, continued, root_over
from portal.settings import Settings
from portal.store.nodes import Tree


def signer(settings: Settings) -> Signer:
    """What signs the heads of this service's trail."""
    return Signer(settings.journal_name, settings.signature_seed)


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
