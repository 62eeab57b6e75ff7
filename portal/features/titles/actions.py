"""Opening and changing a title, and its certificates: by the national account, each with an event in the title's own history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from portal.core.keeping import about, keep
from portal.core.outcomes import Invalid, NotThere, Saved, Stale, Unchanged
from portal.core.sealing import is_sealed, seal
from portal.core.telling import Message, tell
from portal.features.reference.importing import add_certificates, add_title, certificates_told, title_key
from portal.features.titles.queries import Stranded, certificates, stranded
from portal.rules.duties import Duty
from portal.rules.french import day
from portal.store.accounts import account
from portal.store.titles import CertificateKind, approval, certificate, title
from portal.store.work import Work


@dataclass(frozen=True)
class Card:
    """What may change of a title; its code stays."""

    label: str
    decree_on: date | None
    level: int | None
    expires_on: date | None
    extension_months: int
    rncp_code: str

    @property
    def columns(self) -> dict[str, Any]:
        return dict(self.__dict__)


@dataclass(frozen=True, kw_only=True)
class Opened(Saved):
    code: str


@dataclass(frozen=True)
class Asked:
    """What another expiry would leave without a day, before it is saved; the answer comes back under this seal."""

    stranded: Stranded
    seal: str


TWICE = "Ce titre a déjà un certificat de cet intitulé."
Outcome = Saved | Unchanged | Invalid | Stale


def open_title(work: Work, code: str, card: Card) -> Opened | Invalid:
    """A new title, without certificates yet. Raises NotThere."""
    if not work.actor.may(Duty.KEEP_TITLES):
        raise NotThere
    with work.db.writing() as tx:
        if tx.execute(select(title.c.id).where(title.c.code == code)).first():
            return Invalid({"code": f"Le titre « {code} » existe déjà."})
        add_title(tx, work, {"code": code, **card.columns, "search_key": title_key(code, card.label)}, [])
    return Opened(f"Titre ouvert : {code}. Ajoutez ses certificats.", code=code)


def change(work: Work, code: str, version: int, card: Card, confirmed: str) -> Outcome | Asked:
    """Other dates or words of a title. `confirmed`: the seal of the question about what they leave. Raises NotThere."""
    with work.db.writing() as tx:
        row = _held(tx, work, code)
        left = stranded(tx, row, card.expires_on, card.extension_months)
        content = {"title": code, "version": version, **card.columns, "sessions": left.sessions, "approvals": left.approvals}
        if left and row.version == version and not is_sealed(work, "title", content, confirmed):
            return Asked(left, seal(work, "title", content))
        wanted = {**card.columns, "search_key": title_key(code, card.label)}
        done = keep(tx, work, title, row, wanted, version, "title_changed", about("title", code))
        if isinstance(done, Saved):
            _tell(tx, work, row, card)
            return Saved("Titre enregistré.")
        return done


def _tell(tx: Connection, work: Work, row: Row[Any], card: Card) -> None:
    """The people of the centres that examine for a title whose end has moved."""
    if (row.expires_on, row.extension_months) == (card.expires_on, card.extension_months):
        return
    until = f"arrive à échéance le {day(card.expires_on)}" if card.expires_on else "n’a plus d’échéance connue"
    prolonged = f", avec {card.extension_months} mois de prolongation" if card.expires_on and card.extension_months else ""
    body = f"Le titre {row.code} {card.label} {until}{prolonged}."
    holders = account.c.centre_id.in_(select(approval.c.centre_id).where(approval.c.title_id == row.id))
    tell(tx, work, holders, Message(f"Titre {row.code} : nouvelle échéance", body, f"/titres/{row.code}"))


# ---- its certificates


def add_certificate(work: Work, code: str, version: int, kind: CertificateKind, label: str) -> Outcome:
    """One more CCP or CCS. Raises NotThere."""
    with work.db.writing() as tx:
        row = _held(tx, work, code)
        there = certificates(tx, row.id)
        if any(c.label == label for c in there):
            return Invalid({"certificate_label": TWICE})
        fresh = [(kind, label)]
        done = _kept(tx, work, row, version, certificates_told(added=fresh))
        if isinstance(done, Saved):
            add_certificates(tx, row.id, fresh, max((c.position for c in there), default=0))
            return Saved("Certificat ajouté.")
        return done


def rename_certificate(work: Work, code: str, version: int, certificate_id: int, label: str) -> Outcome:
    """Another label of a certificate; results and history keep pointing to it. Raises NotThere."""
    with work.db.writing() as tx:
        row, one, there = _certificate(tx, work, code, certificate_id)
        if label == one.label:
            return Unchanged("C’est déjà enregistré.")
        if any(c.label == label for c in there):
            return Invalid({"renamed": TWICE})
        told = {"renamed": [{"kind": one.kind, "was": one.label, "label": label}]}
        done = _kept(tx, work, row, version, told)
        if isinstance(done, Saved):
            tx.execute(update(certificate).where(certificate.c.id == one.id).values(label=label))
            return Saved("Certificat renommé.")
        return done


def remove_certificate(work: Work, code: str, version: int, certificate_id: int) -> Outcome:
    """Take a certificate away that no result says. Raises NotThere."""
    with work.db.writing() as tx:
        row, one, _ = _certificate(tx, work, code, certificate_id)
        if one.results:
            return Invalid({"certificate": WHY_KEPT})
        told = {"removed": [{"kind": one.kind, "label": one.label}]}
        done = _kept(tx, work, row, version, told)
        if isinstance(done, Saved):
            tx.execute(delete(certificate).where(certificate.c.id == one.id))
            return Saved("Certificat retiré.")
        return done


WHY_KEPT = "Ce certificat ne se retire pas : des résultats le portent."


def _certificate(tx: Connection, work: Work, code: str, certificate_id: int) -> tuple[Row[Any], Row[Any], Sequence[Row[Any]]]:
    """The title, one of its certificates, and all of them. Raises NotThere."""
    row = _held(tx, work, code)
    there = certificates(tx, row.id)
    one = next((c for c in there if c.id == certificate_id), None)
    if one is None:
        raise NotThere
    return row, one, there


def _kept(tx: Connection, work: Work, row: Row[Any], version: int, besides: dict[str, Any]) -> Saved | Unchanged | Stale:
    return keep(tx, work, title, row, {}, version, "title_changed", about("title", row.code), besides=besides)


def _held(tx: Connection, work: Work, code: str) -> Row[Any]:
    """The title, which nobody else changes before the transaction ends. Raises NotThere, also for who keeps no titles."""
    row = tx.execute(select(title).where(title.c.code == code).with_for_update()).one_or_none()
    if row is None or not work.actor.may(Duty.KEEP_TITLES):
        raise NotThere
    return row
