"""The members that a local unit keeps, with their accreditations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from portal.core.convening import readdress
from portal.core.links import MEMBER, Key
from portal.core.outcomes import Invalid, NotThere, Saved, Unchanged
from portal.core.people import sort_key
from portal.core.session import SessionRow
from portal.features.jury.queries import Accreditation, Member, member
from portal.features.jury.sittings import lose, sits_on
from portal.rules.duties import Duty
from portal.rules.french import day
from portal.rules.names import full_name
from portal.store.actors import operator
from portal.store.jury import accreditation, jury_member
from portal.store.links import personal_link
from portal.store.places import department as departments
from portal.store.titles import title
from portal.store.walls import beyond
from portal.store.work import Work


@dataclass(frozen=True, kw_only=True)
class Kept(Saved):
    member_id: int


@dataclass(frozen=True)
class Stale:
    """Somebody changed the member since the page was made."""

    member: Member


@dataclass(frozen=True)
class Breaks:
    """These sessions lose a member of their jury with this accreditation, and so many that this person does not see: nothing is
    taken away before the answer."""

    accreditation: Accreditation
    sessions: Sequence[SessionRow]
    elsewhere: int


ELSEWHERE = 0  # the number of no session
MemberOutcome = Saved | Unchanged | Invalid | Stale | Breaks


def add(work: Work, last_name: str, first_name: str, email: str) -> Kept | Invalid:
    """A new member, kept by the unit of the person who adds it."""
    if not work.actor.may(Duty.KEEP_MEMBERS):
        raise NotThere
    key = sort_key(last_name, first_name)
    if not last_name:
        return Invalid({"last_name": "Indiquez le nom."})
    with work.db.writing() as tx:
        if twin := _twin(tx, work.actor.department_code, last_name, first_name, email):
            return twin
        values = {"last_name": last_name, "first_name": first_name, "email": email, "department_code": work.actor.department_code}
        found = tx.execute(insert(jury_member).values(**values, sort_key=key).returning(jury_member.c.id)).scalar_one()
        told = {"member": found, "department_code": values["department_code"]}
        who = _person(last_name, first_name, email)
        work.record(tx, "jury_member_added", subject=f"member {found}", after={**told, "person": who})
    return Kept(f"{full_name(last_name, first_name)} est dans votre liste. Ajoutez ses habilitations.", member_id=found)


def accredit(work: Work, member_id: int, version: int, title_code: str, valid_from: date, valid_to: date) -> MemberOutcome:
    """Add an accreditation for a title, from a day to a day."""
    with work.db.writing() as tx:
        found = member(tx, work.actor, member_id, for_update=True)
        if found is None or not work.actor.may(Duty.KEEP_MEMBERS):
            raise NotThere
        title_id = tx.execute(select(title.c.id).where(title.c.code == title_code)).scalar()
        errors = {}
        if title_id is None:
            errors["title"] = f"Le titre « {title_code} » est inconnu." if title_code else "Choisissez un titre."
        if valid_to < valid_from:
            errors["valid_to"] = f"La fin ne peut pas précéder le début ({day(valid_from)})."
        same = [a for a in found.accreditations if a.title_code == title_code and a.valid_from == valid_from]
        if same and same[0].valid_to == valid_to:
            return Unchanged("Cette habilitation est déjà enregistrée.")
        if same:
            errors["valid_from"] = f"Une habilitation pour ce titre commence déjà ce jour-là (jusqu’au {day(same[0].valid_to)})."
        if errors:
            return Invalid(errors)
        if found.version != version:
            return Stale(found)
        values = {"member_id": member_id, "title_id": title_id, "valid_from": valid_from, "valid_to": valid_to}
        tx.execute(insert(accreditation).values(**values))
        _changed(tx, work, found, "accredited", after={"title": title_code, "valid_from": valid_from, "valid_to": valid_to})
    return Saved("Habilitation enregistrée.")


def correct(work: Work, member_id: int, version: int, last_name: str, first_name: str, email: str) -> MemberOutcome:
    """Correct a member's name or address; what is printed already keeps the name that it had."""
    with work.db.writing() as tx:
        found = member(tx, work.actor, member_id, for_update=True)
        if found is None or not work.actor.may(Duty.KEEP_MEMBERS):
            raise NotThere
        before, after = _person(found.last_name, found.first_name, found.email), _person(last_name, first_name, email)
        if before == after:
            return Unchanged("Rien n’a changé.")
        if not last_name:
            return Invalid({"last_name": "Indiquez le nom."})
        if found.version != version:
            return Stale(found)
        key = sort_key(last_name, first_name)
        if twin := _twin(tx, found.department_code, last_name, first_name, email, but=member_id):
            return twin
        tx.execute(update(jury_member).where(jury_member.c.id == member_id).values(**after, sort_key=key))
        told = {"member": member_id, "department_code": found.department_code, "person": after}
        sent_for = _sent_for(tx, found) if found.email and found.email != email else []
        _changed(tx, work, found, "jury_member_corrected", before={"person": before}, after=told)
        for number in sent_for:
            name = {str(member_id): full_name(last_name, first_name)}
            readdress(tx, work, number, Key(MEMBER, member_id), email, jury=name)
    return Saved(f"Membre corrigé : {full_name(last_name, first_name)}.")


def _sent_for(tx: Connection, found: Member) -> Sequence[int]:
    """The sessions of which this member holds a link, wherever they are; the links are held before the trail is written."""
    link = personal_link.c
    with beyond(tx):
        rows = tx.execute(select(link.session_id).where(link.member_id == found.id).order_by(link.session_id).with_for_update())
        return rows.scalars().all()


def _twin(
    tx: Connection, department: str | None, last_name: str, first_name: str, email: str, *, but: int | None = None
) -> Invalid | None:
    """Why a unit cannot keep this person: another member of its list has this name and address."""
    m, name = jury_member.c, full_name(last_name, first_name)
    own = select(departments.c.code).where(departments.c.code == department)
    tx.execute(own.with_for_update(key_share=True))  # of two at once, the second sees what the first has written
    same = (
        m.department_code == department,
        m.sort_key == sort_key(last_name, first_name),
        m.email == email,
        m.id.is_distinct_from(but),
    )
    if tx.execute(select(m.id).where(*same)).first() is None:
        return None
    return Invalid({"last_name": f"{name} est déjà dans votre liste, avec la même adresse."})


def _person(last_name: str, first_name: str, email: str) -> dict[str, str]:
    return {"last_name": last_name, "first_name": first_name, "email": email}


def withdraw(work: Work, member_id: int, version: int, accreditation_id: int, although: Collection[int] = ()) -> MemberOutcome:
    """Take an accreditation away. Sessions on which the member sits say from then on that it is not accredited: those to come
    are shown first, and `although` answers with their numbers (`ELSEWHERE`: those of others): one that has come meanwhile is shown too."""
    with work.db.writing() as tx:
        found = member(tx, work.actor, member_id, for_update=True)
        if found is None or not work.actor.may(Duty.KEEP_MEMBERS):
            raise NotThere
        gone = next((a for a in found.accreditations if a.id == accreditation_id), None)
        if gone is None:
            return Unchanged("Cette habilitation est déjà retirée.")
        if found.version != version:
            return Stale(found)
        lost = lose(sits_on(tx, work.actor, member_id, work.unit_label), found, gone)
        with beyond(tx):  # other units of the region are concerned, too
            elsewhere = len(lose(sits_on(tx, operator(), member_id, work.unit_label), found, gone)) - len(lost)
        if ({s.number for s in lost} | ({ELSEWHERE} if elsewhere > 0 else set())) - set(although):
            return Breaks(gone, lost, elsewhere)
        tx.execute(delete(accreditation).where(accreditation.c.id == accreditation_id))
        _changed(tx, work, found, "accreditation_withdrawn", before=_told(gone))
    return Saved(f"Habilitation retirée : {gone.title_code}.")


def _told(a: Accreditation) -> dict[str, Any]:
    return {"title": a.title_code, "valid_from": a.valid_from, "valid_to": a.valid_to}


def _changed(tx: Connection, work: Work, found: Member, action: str, **details: Any) -> None:
    tx.execute(update(jury_member).where(jury_member.c.id == found.id).values(version=jury_member.c.version + 1))
    work.record(tx, action, subject=f"member {found.id}", **details)
