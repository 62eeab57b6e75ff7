"""Who is convened for what: a session counts what is printed on its convocations, and each candidate keeps the number it was
convened for. When days, hour or place change, the count goes up, and the papers handed out are void.

Whoever is convened has a private link; to whoever has an address it goes by mail at once, with the paper (`features.notices.papers`).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from portal.core.finding import find
from portal.core.links import CANDIDATE, MEMBER, Key, fresh, key_of, of_session
from portal.core.session import SessionRow
from portal.core.telling import Message, mail_row
from portal.rules.french import hour, long_day
from portal.rules.lifecycle import Status
from portal.store.actors import operator
from portal.store.batches import batches
from portal.store.candidates import candidate
from portal.store.jury import jury_member, session_jury
from portal.store.links import personal_link
from portal.store.notices import mail
from portal.store.walls import beyond
from portal.store.work import Work


def void_papers(s: SessionRow) -> dict[str, Any]:
    """The columns that change with what a convocation says; none before anybody was convened."""
    return {"convocation": s.convocation + 1} if s.status is Status.CONVOKED else {}


def told_void(s: SessionRow, void: dict[str, Any], last_day: date, today: date) -> str:
    """What whoever voided papers reads of them: to convene again, while the exam is still to come."""
    if not void or not s.candidates or today >= last_day:
        return ""
    return " Les convocations déjà remises ne valent plus : convoquez de nouveau."


def convene(tx: Connection, work: Work, s: SessionRow, convocation: int) -> dict[str, Any]:
    """Every candidate of the session is convened for this count; those who were not yet, and the jury, are sent for. What the
    event tells of it."""
    c = candidate.c
    concerned = (c.session_id == s.number, c.convened_for.is_distinct_from(convocation))
    people = {Key(CANDIDATE, row.id): row.email for row in tx.execute(select(c.id, c.email).where(*concerned).order_by(c.id))}
    all_anew = s.convocation != convocation or len(people) == s.candidates
    people |= _members(tx, s.number, all_anew=all_anew)
    tx.execute(update(candidate).where(c.session_id == s.number).values(convened_for=convocation))
    return send_for(tx, work, s, people)


def _members(tx: Connection, number: int, *, all_anew: bool) -> dict[Key, str]:
    """The jury, with their addresses: all, or those who were never sent for."""
    m, linked = jury_member.c, personal_link.c
    there = select(linked.id).where(linked.session_id == number, linked.member_id == m.id).exists()
    query = select(m.id, m.email).join(session_jury, session_jury.c.member_id == m.id).where(session_jury.c.session_id == number)
    rows = tx.execute((query if all_anew else query.where(~there)).order_by(m.id))
    return {Key(MEMBER, row.id): row.email for row in rows}


def send_for(tx: Connection, work: Work, s: SessionRow, people: Mapping[Key, str], *, anew: bool = False) -> dict[str, Any]:
    """A link each, by mail to whoever has an address; what was said of an earlier paper is forgotten. `anew`: another link takes
    the place of the one there was. What the event tells of it."""
    known = {key_of(row): row for row in tx.execute(select(personal_link).where(personal_link.c.session_id == s.number))}
    told = invitation(s)
    made, again, mails = [], [], []
    digests: dict[str, str] = {}
    for key, address in people.items():
        new = fresh(work.db.audit_key, work.on.now) if anew or key not in known else {}
        nonce = new.get("nonce") or known[key].nonce
        sent = mail_row(work.on.now, None, Message(*told[key.kind], f"{key.kind}{key.number}:{nonce}"), daily=False)
        sent |= {"address": address}
        mails += [sent] if address else []
        digests |= {str(key): new["digest"]} if new else {}
        values = {"message_id": sent["message_id"] if address else None}
        if key in known:
            again.append(
                {**{n: getattr(known[key], n) for n in ("nonce", "digest", "made_at")}, **new, **values, "which": known[key].id}
            )
        else:
            made.append({"candidate_id": None, "member_id": None, **key.columns, "session_id": s.number, **new, **values})
    _keep(tx, made, again, mails)
    return {
        "digests": digests,
        "mailed": [str(key) for key, address in people.items() if address],
        "paper": [str(key) for key, address in people.items() if not address],
    }


def readdress(tx: Connection, work: Work, number: int, key: Key, address: str, **named: Any) -> bool:
    """This person of the session has another address: what went to the old one opens nothing any more, and another link goes to the
    new one while people are convened. `named`: what the event says besides. Whether there was a link."""
    with beyond(tx):  # a member also sits where the unit that keeps it does not look
        link = of_session(tx, number).get(str(key))
        if link is None or link.withdrawn_at is not None:
            return False
        s, told = find(tx, operator(), number, work.unit_label), {"whose": str(key), **named}
        if s.status is Status.CONVOKED:
            work.record(tx, "link_made", session_id=number, after=told | send_for(tx, work, s, {key: address}, anew=True))
        else:
            tx.execute(update(personal_link).where(personal_link.c.id == link.id).values(withdrawn_at=work.on.now))
            work.record(tx, "link_withdrawn", session_id=number, after=told)
        return True


FORGOTTEN = dict.fromkeys(("handed_at", "returned_at", "opened_at", "withdrawn_at", "answer", "answered_at"))


def _keep(tx: Connection, made: list[dict[str, Any]], again: list[dict[str, Any]], mails: list[dict[str, Any]]) -> None:
    for part in batches(mails):
        tx.execute(insert(mail), part)
    for part in batches(made):
        tx.execute(insert(personal_link), part)
    taken: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("nonce", "digest", "made_at", "message_id")}
    query = update(personal_link).where(personal_link.c.id == bindparam("which")).values(**taken, **FORGOTTEN)
    for row in again:
        tx.execute(query, {"which": row["which"], **{f"new_{name}": row[name] for name in taken}})


def invitation(s: SessionRow) -> dict[str, tuple[str, str]]:
    """Subject and body of the mail, by kind of person."""
    first, last = s.facts.first_day, s.facts.last_day
    days = (
        "" if not first or not last else f"le {long_day(first)}" if first == last else f"du {long_day(first)} au {long_day(last)}"
    )
    where = " ".join(part for part in (f"à {hour(s.hour)}" if s.hour else "", f"({s.place})" if s.place else "") if part)
    call = f"Un empêchement ? Prévenez sans tarder : {s.session_manager}." if s.session_manager else ""
    exam = f"{s.title_label} ({s.title_code})"
    said = "Votre convocation est jointe (PDF). Votre page personnelle dit les jours, l’heure et le lieu, puis votre résultat."
    own = "Ce lien est personnel : ne le transmettez à personne."
    asked = "Votre convocation est jointe (PDF). Dites par ce lien, personnel, si vous viendrez : le centre et l’unité locale le lisent aussitôt."
    return {
        CANDIDATE: (
            f"Votre convocation : {s.title_label}",
            _paragraphs((f"Vous êtes convoqué(e) à l’examen du titre professionnel {exam}, {days}, {where}.", said, call, own)),
        ),
        MEMBER: (
            f"Jury du titre {s.title_label} : pourrez-vous siéger ?",
            _paragraphs(
                (f"{s.centre_name} vous convoque au jury de la session {s.number}, {exam}, {days}, {where}.", asked, call)
            ),
        ),
    }


def _paragraphs(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)
