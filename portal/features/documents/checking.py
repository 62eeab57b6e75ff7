"""« Vérifier un document »: what a document with this code says, to anybody who holds it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, exists, select

from portal.clock import PARIS
from portal.core.finding import find
from portal.core.links import by_proof, lasts
from portal.core.sheet import Sheet, load
from portal.features.documents.actions import LENGTH, SIGNS
from portal.features.documents.contents import Content, contents, initials
from portal.rules.documents import LINE, Document, not_yet
from portal.rules.french import day
from portal.rules.lifecycle import ACTIVE, Status
from portal.rules.names import ERASED
from portal.rules.outcomes import Outcome
from portal.store.actors import operator
from portal.store.audit import audit_event
from portal.store.candidates import candidate
from portal.store.documents import document
from portal.store.text import fold
from portal.store.walls import beyond


@dataclass(frozen=True)
class Checked:
    """`current` is false when the facts have changed since: corrected results, an unlocked session, another date."""

    said: Mapping[str, str]
    made_at: datetime | None  # none: a proof is of now
    current: bool
    personal: bool = False  # of one person, whose name and birth date can still be compared
    void: str = ""  # why nobody may rely on it any more, as a sentence


def normal(text: str) -> str | None:
    """The code as it is kept, from what a person typed: dashes, spaces and small letters aside. None: no code at all."""
    code = "".join(c for c in text.upper() if c.isalnum())
    return code if len(code) == LENGTH and all(c in SIGNS for c in code) else None


def check(conn: Connection, code: str, unit_label: str, today: date) -> Checked | None:
    """What the document, or the proof, of this code says; None when there is none."""
    with beyond(conn):  # it is for anybody who holds the code
        return _check(conn, code, unit_label, today)


def _check(conn: Connection, code: str, unit_label: str, today: date) -> Checked | None:
    row = conn.execute(select(document).where(document.c.code == code)).one_or_none()
    if row is None:
        return _shared(conn, code, unit_label, today)
    kind = Document(row.kind)
    s = find(conn, operator(), row.session_id, unit_label)
    said = json.loads(row.said)
    own = conn.execute(select(candidate.c.last_name).where(candidate.c.id == row.candidate_id)).scalar()
    # Whom it is about stands nowhere any more: what was made of it since, the trail tells.
    if s.people_erased_at or own == ERASED:
        changed = exists().where(audit_event.c.session_id == s.number, audit_event.c.action == "results_corrected")
        later = bool(conn.execute(select(changed.where(audit_event.c.at > row.made_at))).scalar())
        return Checked(said, row.made_at.astimezone(PARIS), not later)
    found = contents(conn, operator(), s, kind, row.candidate_id or None)
    now = next((c for c in found if c.candidate_id == row.candidate_id), None)
    given = not_yet(kind, s.status) is None
    # While a moved session has no days, its convocations name days that a measure left behind.
    dated = kind is not Document.CONVOCATION or s.facts.first_day is not None or s.status not in ACTIVE
    current = now is not None and given and dated and now.is_of(row.digest)
    void = "" if current else _void(kind, s.status, said, now)
    return Checked(said, row.made_at.astimezone(PARIS), current, own is not None, void)


def _shared(conn: Connection, code: str, unit_label: str, today: date) -> Checked | None:
    """The proof that a candidate shares under this code: the result as it stands now."""
    link = by_proof(conn, code)
    s = find(conn, operator(), link.session_id, unit_label) if link else None
    sheet = load(conn, s) if s else None
    c = next((c for c in sheet.candidates if c.id == link.candidate_id), None) if link and sheet else None
    if not link or not s or not sheet or not c or not lasts(conn, s, today) or not (result := proved(sheet, c.id)):
        return None
    titre = f"{s.title_code} {s.title_label}"
    told = {"Document": PROOF, "Titre professionnel": titre, "Session": f"terminée le {day(s.exam_end_on)}"}
    return Checked({**told, "Candidat": initials(c), "Résultat": result}, None, current=True, personal=True)


PROOF = "Justificatif de réussite"


def proved(sheet: Sheet, candidate_id: int) -> str:
    """What this candidate may prove, in words; empty where nothing definitive was obtained."""
    entry = sheet.stored.get(candidate_id, {}) if sheet.definitive else {}
    return sheet.in_words(entry) if {Outcome.TITLE, Outcome.ACQUIRED} & set(entry.values()) else ""


def is_of(conn: Connection, code: str, name: str, born_on: date) -> bool:
    """Whether the paper, or the proof, of this code is of the person of this whole name, in any order, born on this day."""
    with beyond(conn):
        number = conn.execute(select(document.c.candidate_id).where(document.c.code == code)).scalar()
        link = by_proof(conn, code) if number is None else None
        c = candidate.c
        found = conn.execute(select(c.sort_key, c.born_on).where(c.id == (link.candidate_id if link else number))).one_or_none()
    return found is not None and sorted(fold(name).split()) == sorted(found.sort_key.split()) and found.born_on == born_on


# What makes a convocation void when it changes.
BINDING = ("Session", "Heure", "Lieu")


def _void(kind: Document, status: Status, said: Mapping[str, str], now: Content | None) -> str:
    """Why nobody may rely on a paper that is not current any more; empty where it is only out of date."""
    line = LINE[kind]
    if not line.void:
        return ""
    if status is Status.CANCELLED:
        return "La session est annulée."
    if now is None:
        return "Cette personne n’est plus sur la liste de la session."
    if not_yet(kind, status):
        return "Le dossier technique d’évaluation a été rappelé : la personne sera convoquée de nouveau."
    changed = any(name in said and said[name] != now.said.get(name) for name in BINDING)
    return line.void if changed else ""
