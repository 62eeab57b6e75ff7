"""Opening, changing, closing and reopening a centre: by the national account, each with an event in the centre's own history."""

from dataclasses import dataclass

from sqlalchemy import Connection, Row, insert, select

from portal.core.keeping import about, keep, told
from portal.core.outcomes import Invalid, NotThere, Saved, Stale, Unchanged
from portal.core.telling import Message, centre_of, tell, unit_of
from portal.features.reference.importing import centre_key, centre_values
from portal.rules.duties import Duty
from portal.rules.french import day
from portal.store.places import centre
from portal.store.work import Work


@dataclass(frozen=True)
class Card:
    """What may change of a centre; its SIRET and its department stay."""

    name: str
    address: str
    email: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class Opened(Saved):
    centre_id: int


Outcome = Saved | Unchanged | Stale


def open_centre(work: Work, siret: str, department_code: str, card: Card) -> Opened | Invalid:
    """A new centre. Raises NotThere."""
    if not work.actor.may(Duty.KEEP_CENTRES):
        raise NotThere
    with work.db.writing() as tx:
        if same := tx.execute(select(centre.c.name).where(centre.c.siret == siret)).scalar():
            return Invalid({"siret": f"Ce SIRET est déjà celui du centre « {same} »."})
        row = centre_values(siret, card.name, department_code, address=card.address, email=card.email, phone=card.phone)
        number = int(tx.execute(insert(centre).values(**row).returning(centre.c.id)).scalar_one())
        work.record(tx, "centre_opened", subject=about("centre", number), after=told(row))
        body = f"{card.name} (SIRET {siret}) est ouvert dans votre département."
        tell(tx, work, unit_of(department_code), Message(f"Nouveau centre : {card.name}", body, f"/centres/{number}"))
    return Opened(f"Centre ouvert : {card.name}. Enregistrez ses agréments, puis invitez ses personnes.", centre_id=number)


def change(work: Work, centre_id: int, version: int, card: Card) -> Outcome:
    """Another name, address or contact. Raises NotThere."""
    with work.db.writing() as tx:
        row = _held(tx, work, centre_id)
        wanted = {"name": card.name, "search_key": centre_key(card.name)}
        wanted |= {"address": card.address, "email": card.email, "phone": card.phone}
        done = keep(tx, work, centre, row, wanted, version, "centre_changed", about("centre", centre_id))
        if isinstance(done, Saved):
            _tell(tx, work, row, "fiche modifiée", "L’administration centrale a modifié la fiche du centre.")
            return Saved("Fiche enregistrée.")
        return done


def close(work: Work, centre_id: int, version: int, reason: str) -> Outcome:
    """From today on the centre prepares nothing new; its sessions and accounts stay as they are. Raises NotThere."""
    with work.db.writing() as tx:
        row = _held(tx, work, centre_id)
        if row.closed_on:
            return Unchanged(f"Ce centre est déjà fermé, depuis le {day(row.closed_on)}.")
        wanted = {"closed_on": work.on.today}
        done = keep(tx, work, centre, row, wanted, version, "centre_closed", about("centre", centre_id), reason=reason)
        if isinstance(done, Saved):
            body = f"Il ne prépare plus de session ; celles qui existent se mènent à leur terme. Motif : {reason}"
            _tell(tx, work, row, "le centre est fermé", body)
            return Saved(f"Centre fermé : {row.name}. Ses sessions en cours restent à mener à leur terme.")
        return done


def reopen(work: Work, centre_id: int, version: int) -> Outcome:
    """The centre prepares sessions again. Raises NotThere."""
    with work.db.writing() as tx:
        row = _held(tx, work, centre_id)
        if row.closed_on is None:
            return Unchanged("Ce centre est déjà ouvert.")
        done = keep(tx, work, centre, row, {"closed_on": None}, version, "centre_reopened", about("centre", centre_id))
        if isinstance(done, Saved):
            _tell(tx, work, row, "le centre est rouvert", "Il peut de nouveau préparer des sessions.")
            return Saved(f"Centre rouvert : {row.name}.")
        return done


def _held(tx: Connection, work: Work, centre_id: int) -> Row[tuple[object, ...]]:
    """The centre, which nobody else changes before the transaction ends. Raises NotThere, also for who keeps no centres."""
    row = tx.execute(select(centre).where(centre.c.id == centre_id).with_for_update()).one_or_none()
    if row is None or not work.actor.may(Duty.KEEP_CENTRES):
        raise NotThere
    return row


def _tell(tx: Connection, work: Work, row: Row[tuple[object, ...]], what: str, body: str) -> None:
    """The people of the centre, and its unit."""
    message = Message(f"{row.name} : {what}", body, f"/centres/{row.id}")
    tell(tx, work, centre_of(row.id) | unit_of(row.department_code), message)
