"""Candidates of a session: add, edit, remove, and many from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from portal.core.civil import of_row
from portal.core.convening import readdress
from portal.core.holding import hold, sent_twice, stop, write
from portal.core.keeping import differing
from portal.core.links import CANDIDATE, Key
from portal.core.outcomes import Invalid, Outcome, Saved, Unchanged
from portal.core.people import Person
from portal.features.candidates.queries import Identity, find
from portal.features.candidates.recorded import Values, added, put, told_of
from portal.rules.civil import COLUMNS as CIVIL
from portal.rules.civil import Civil, contradiction
from portal.rules.french import day, plural
from portal.rules.lifecycle import Action, Status
from portal.rules.rights import Refused, does
from portal.store.candidates import candidate, result
from portal.store.work import Work


def add(work: Work, number: int, version: int, person: Person) -> Outcome:
    """Put one person on the session's list. Raises NotThere."""
    with hold(work, number) as (tx, s):
        same = _find(tx, number, person)
        again = same is not None and (same.first_name, same.email) == (person.first_name, person.email)
        if again and sent_twice(work, s, version, Action.EDIT_CANDIDATES):
            return Unchanged(f"{person.name} est déjà sur la liste.")
        if stopped := stop(work, s, version, Action.EDIT_CANDIDATES):
            return stopped
        if same:
            return Invalid({"last_name": already_there(person)})
        query = insert(candidate).values(session_id=number, **person.columns).returning(candidate.c.id)
        write(tx, work, s, "candidates", {}, after=added({tx.execute(query).scalar_one(): person.columns}))
        return Saved(f"{person.name} est sur la liste.")


def edit(work: Work, number: int, version: int, candidate_id: int, person: Person) -> Outcome:
    """Correct a person's name, birth date or address. Raises NotThere."""
    with hold(work, number) as (tx, s):
        if stopped := stop(work, s, version, Action.EDIT_CANDIDATES):
            return stopped
        old = find(tx, number, candidate_id)
        if old is None:
            return Invalid({"last_name": "Ce candidat a été retiré de la session entre-temps."})
        same = _find(tx, number, person)
        if same is not None and same.id != candidate_id:
            return Invalid({"last_name": already_there(person)})
        changed = {name: value for name, value in person.columns.items() if getattr(old, name) != value}
        if not changed:
            return Unchanged()
        # Whose name or birth date changes holds a paper of another: this person is convened again, and nobody else.
        void = {"convened_for": None} if old.convened_for is not None and changed.keys() & PRINTED else {}
        tx.execute(update(candidate).where(candidate.c.id == candidate_id).values(**changed, **void))
        told = [name for name in changed if name != "sort_key"]
        people = told_of(candidate_id, ("last_name", "first_name", *told), was=old._asdict(), became=person.columns)
        write(tx, work, s, "candidate_edited", {}, after={"candidate": candidate_id, "fields": told, **people})
        again = " Sa convocation ne vaut plus : convoquez de nouveau." if void and s.status is Status.CONVOKED else ""
        if old.email and "email" in changed and readdress(tx, work, number, Key(CANDIDATE, candidate_id), person.email):
            again += " Le lien envoyé à l’ancienne adresse n’ouvre plus rien."
        return Saved(f"{person.name} : modification enregistrée.{again}")


PRINTED = {"last_name", "first_name", "born_on"}  # on a convocation


def remove(work: Work, number: int, version: int, candidate_id: int, reason: str = "") -> Outcome:
    """Take a person off the list; once the convocations are sent, for a reason, and as long as no result of the person is
    there, draft included. Raises NotThere."""
    with hold(work, number) as (tx, s):
        old = find(tx, number, candidate_id)
        if old is None and does(work.actor.role, Action.REMOVE_CANDIDATE):
            return Unchanged("Ce candidat n’est pas, ou n’est plus, sur la liste.")
        if stopped := stop(work, s, version, Action.REMOVE_CANDIDATE):
            return stopped
        assert old  # the rule has refused everybody else
        person = Person(old.last_name, old.first_name, old.born_on, old.email)
        if tx.execute(select(result.c.id).where(result.c.candidate_id == candidate_id)).first():
            return Refused(
                f"Un résultat est déjà saisi pour {person.name}, même au brouillon : la personne reste sur la liste.",
                f"Si elle n’est pas venue, son résultat est « Absent ». En cas de doute, l’{s.unit} peut vous aider.",
                ask_unit=True,
            )
        if s.status is Status.CONVOKED and not reason:
            return Invalid({"reason": "Indiquez pourquoi vous retirez cette personne, déjà convoquée ou inscrite après coup."})
        tx.execute(delete(candidate).where(candidate.c.id == candidate_id, candidate.c.session_id == number))
        people = told_of(candidate_id, ("last_name", "first_name", "born_on", "email"), was=old._asdict())
        write(tx, work, s, "candidate_removed", {}, reason=reason, after={"candidate": candidate_id, **people})
        return Saved(f"{person.name} n’est plus sur la liste.")


def add_all(
    work: Work, number: int, version: int, people: Sequence[Person], civil: Mapping[Identity, Values] | None = None
) -> Outcome:
    """Put the people of a file on the list, all or none; those already there are left as they are, but for what `civil` completes
    of them. Raises NotThere."""
    given = civil or {}
    with hold(work, number) as (tx, s):
        known = listed(tx, number)
        fresh = list({p.identity: p for p in people if p.identity not in known}.values())
        changed = {who: new for who, new in given.items() if who in known and differing(known[who], new)}
        if people and not fresh and not changed and does(work.actor.role, Action.EDIT_CANDIDATES):
            return Unchanged("Ces candidats sont déjà sur la liste.")
        if stopped := stop(work, s, version, Action.EDIT_CANDIDATES if fresh or not changed else Action.GIVE_CIVIL):
            return stopped
        if not fresh and not changed:
            return Invalid({"file": "Le fichier n’apporte aucun nouveau candidat."})
        if wrong := next((why for who, new in changed.items() for why in contradiction(_with(known[who], new)).values()), None):
            return Invalid({"file": wrong})
        rows = [{"session_id": number, **p.columns, **dict.fromkeys(CIVIL, ""), **given.get(p.identity, {})} for p in fresh]
        for who, new in changed.items():
            tx.execute(update(candidate).where(candidate.c.id == known[who].id).values(**new))
        updated = {known[who].id: (known[who]._asdict(), known[who]._asdict() | dict(new)) for who, new in changed.items()}
        write(tx, work, s, "candidates", {}, after=added(dict(zip(put(tx, rows), rows, strict=True)), updated))
        told = [plural(len(fresh), "candidat ajouté", "candidats ajoutés")] if fresh else []
        told += [plural(len(changed), "état civil complété", "états civils complétés")] if changed else []
        return Saved(f"{', '.join(told)}.")


def _with(old: Row[Any], new: Values) -> Civil:
    return replace(of_row(old), **new)


def listed(conn: Connection, number: int) -> dict[Identity, Row[Any]]:
    """Who is on the session's list already."""
    rows = conn.execute(select(candidate).where(candidate.c.session_id == number))
    return {(r.sort_key, r.born_on): r for r in rows}


def already_there(person: Person) -> str:
    return f"{person.name}, né(e) le {day(person.born_on)}, est déjà sur la liste (accents et majuscules mis à part)."


def _find(tx: Connection, number: int, person: Person) -> Row[Any] | None:
    query = select(candidate).where(
        candidate.c.session_id == number, candidate.c.sort_key == person.sort_key, candidate.c.born_on == person.born_on
    )
    return tx.execute(query).one_or_none()
