"""The PDF that is chosen for a letter, kept while its form is filled in: a browser gives a file once, and previews come between."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, or_, select
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is SQLite’s, too

from portal.store.notices import kept_paper
from portal.store.work import Work

KEPT = timedelta(days=1)
LARGEST = 5_000_000  # bytes


def not_a_letter(data: bytes) -> str:
    """Why this file cannot go with a letter; empty where it can."""
    if not data.startswith(b"%PDF-"):
        return "Ce fichier n’est pas un PDF : enregistrez la lettre en PDF depuis votre traitement de texte, puis choisissez-la."
    return "Ce PDF dépasse 5 Mo." if len(data) > LARGEST else ""


class Paper(NamedTuple):
    name: str
    pdf: bytes


def keep(work: Work, key: str, paper: Paper) -> None:
    """Keep it under the key of its form, in place of the one before; those that nobody came back for within a day go."""
    with work.db.writing() as tx:
        tx.execute(delete(kept_paper).where(or_(kept_paper.c.key == key, kept_paper.c.at < work.on.now - KEPT)))
        new = insert(kept_paper).values(key=key, name=paper.name, pdf=paper.pdf, at=work.on.now)
        tx.execute(new.on_conflict_do_nothing())  # the same form, twice at once


def kept(conn: Connection, key: str) -> Paper | None:
    """The one that is kept under the key of a form."""
    row = conn.execute(select(kept_paper.c.name, kept_paper.c.pdf).where(kept_paper.c.key == key)).one_or_none()
    return Paper(*row) if row else None


def drop(tx: Connection, key: str) -> None:
    """Its letter has it now."""
    tx.execute(delete(kept_paper).where(kept_paper.c.key == key))
