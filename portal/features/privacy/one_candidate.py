"""One candidate becomes nobody's on request, before the time of the session has come.

Several people often stand under one commitment of the trail: a list, a file. Their values are told anew without the one who goes,
under another salt; the event of the erasure says, digest by digest, what is gone and what the others have become, so that
`portal audit verify` still finds whatever else is changed.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, or_, select, update

from portal.core.holding import hold, setting
from portal.core.outcomes import Invalid, NotThere, Saved, Unchanged
from portal.features.privacy.anonymous import unname
from portal.features.privacy.erasing import scrub
from portal.rules.lifecycle import ACTIVE
from portal.rules.names import ERASED, full_name
from portal.store.adjustments import adjustment
from portal.store.attendance import incident
from portal.store.audit import audit_event
from portal.store.batches import batches
from portal.store.candidates import candidate
from portal.store.deposits import deposit_line
from portal.store.links import personal_link
from portal.store.minutes import minutes
from portal.store.notices import mail, notice
from portal.store.personal import about, clear_value, digest, in_json, new_salt, values
from portal.store.requests import RequestKind, request
from portal.store.text import fold
from portal.store.work import Work

SHORT = 3  # letters: so short a name is a word of many sentences


@dataclass(frozen=True)
class Known:
    """A candidate as today and the trail know it: its names, the newest first."""

    number: int
    listed: bool
    names: Sequence[tuple[str, str]]

    @property
    def name(self) -> str:
        """« NOM Prénom »; nothing where it was erased."""
        return full_name(*self.names[0]) if self.names else ""

    def is_named(self, text: str | None) -> bool:
        """Whether this text names it: by its last name, or where that is short by both."""
        said = f" {fold(text or '')} "
        return any(
            f" {fold(last)} " in said and (len(fold(last)) > SHORT or f" {fold(first)} " in said) for last, first in self.names
        )


def known_as(conn: Connection, number: int, candidate_id: int) -> Known:
    """Who the candidate of this number is, on the list of the session or taken off it. Raises NotThere."""
    c = candidate.c
    row = conn.execute(select(candidate).where(c.id == candidate_id, c.session_id == number)).one_or_none()
    told = [said for _, said in _told(conn, _events(conn, number)) if isinstance(said, dict)]
    names = [(row.last_name, row.first_name)] if row is not None and row.last_name != ERASED else []
    for said in reversed(told):
        one = said.get(str(candidate_id), {})
        names += [(v["last_name"], v["first_name"]) for v in (one.get("is", {}), one.get("was", {})) if "last_name" in v]
    if row is None and not names:
        raise NotThere
    return Known(candidate_id, row is not None, list(dict.fromkeys(names)))


def elsewhere(conn: Connection, number: int, candidate_id: int) -> list[int]:
    """The other sessions on which the same person is listed."""
    c, same = candidate.c, candidate.alias("same").c
    query = select(same.session_id).where(same.sort_key == c.sort_key, same.born_on == c.born_on, same.id != c.id)
    return list(conn.execute(query.where(c.id == candidate_id, c.session_id == number).order_by(same.session_id)).scalars())


def erase(work: Work, number: int, candidate_id: int, reason: str) -> Saved | Unchanged | Invalid:
    """Whoever this candidate is, nothing says so any more; its result stays, as nobody's. Raises NotThere."""
    with hold(work, number) as (tx, s):
        if work.db.is_sqlite:
            tx.exec_driver_sql("PRAGMA secure_delete = ON")
        who = known_as(tx, number, candidate_id)
        if s.people_erased_at is not None or not who.names:
            return Unchanged("Ces données sont déjà effacées.")
        if who.listed and s.status in ACTIVE:
            return Invalid({"status": "La session est en cours : le centre retire d’abord cette personne de sa liste."})
        r, i = request.c, incident.c
        # One on an expired title was made before there was a session: no candidate stands in it.
        asked = tx.execute(
            select(request).where(r.session_id == number, r.kind != RequestKind.EXPIRED.value).order_by(r.id)
        ).all()
        requests = [q.id for q in asked if q.candidate_id == candidate_id or who.is_named(q.reason) or who.is_named(q.answer)]
        happened = tx.execute(select(incident).where(i.session_id == number).order_by(i.id)).all()
        incidents = [one.id for one in happened if who.is_named(one.text)]
        paper = tx.execute(select(minutes.c.reason).where(minutes.c.session_id == number)).scalar()
        refusal = who.is_named(paper)
        if refusal:
            tx.execute(update(minutes).where(minutes.c.session_id == number).values(reason=ERASED))
        gone, anew = _forget(tx, number, who, requests)
        _rows(tx, number, who, requests, incidents)
        after = {"candidate": candidate_id, "gone": gone, "anew": anew, "requests": requests, "incidents": incidents}
        after["minutes"] = refusal
        work.record(tx, "candidate_erased", (setting(), {"held": number}), session_id=number, after=after, reason=reason)
    scrub(work.db)
    signed = "" if paper is None else " Le procès-verbal signé porte encore son nom : il part avec ceux de toute la session."
    return Saved(f"Candidat n° {candidate_id} de la session {number} : données effacées, son résultat reste sans nom.{signed}")


def _events(conn: Connection, number: int) -> Sequence[Row[Any]]:
    return conn.execute(select(audit_event).where(audit_event.c.session_id == number).order_by(audit_event.c.id)).all()


def _told(conn: Connection, events: Sequence[Row[Any]]) -> Iterator[tuple[Row[Any], str | dict[str, Any]]]:
    """What these events say of people, as far as it is kept: the row, and what it holds. Whom to call, and who acted, aside."""
    kept = values(conn, ([e.before, e.after, e.reason] for e in events))
    cells = [json.loads(cell).get("session_manager") for e in events for cell in (e.before, e.after)]
    managers = {said["sha256"] for said in cells if isinstance(said, dict)}
    for fingerprint, row in kept.items():
        if row.of.startswith("session ") and fingerprint not in managers:
            yield row, json.loads(row.value)


def _forget(tx: Connection, number: int, who: Known, requests: Sequence[int]) -> tuple[list[str], dict[str, str]]:
    """Take this candidate out of what the trail says: the digests of what is gone, and what others have become."""
    events, own = _events(tx, number), set[str]()
    for e in events:  # why something was done to this candidate alone
        after = json.loads(e.after)
        if after.get("candidate") == who.number or after.get("request") in requests:
            own |= set(re.findall(r'"sha256":"([0-9a-f]{64})"', e.reason))
    gone, anew = [], dict[str, str]()
    for row, said in _told(tx, events):
        rest = {n: v for n, v in said.items() if n != str(who.number)} if isinstance(said, dict) else said
        if rest == {} or row.digest in own or (isinstance(said, str) and who.is_named(said)):
            gone.append(row.digest)
        elif rest != said:
            value, salt = in_json(rest), new_salt()
            anew[row.digest] = digest(salt, value)
            tx.execute(update(clear_value).where(clear_value.c.digest == row.digest).values(salt=salt, value=value))
    for some in batches(sorted(gone)):
        tx.execute(delete(clear_value).where(clear_value.c.digest.in_(some), clear_value.c.of == about(number, "")))
    return sorted(gone), anew


def _rows(tx: Connection, number: int, who: Known, requests: Sequence[int], incidents: Sequence[int]) -> None:
    """The rows of today: the candidate is nobody, and what named it says nothing."""
    unname(
        tx,
        candidates=candidate.c.id == who.number,
        lines=deposit_line.c.candidate_id == who.number,
        requests=request.c.id.in_(requests),
        incidents=incident.c.id.in_(incidents),
    )
    tx.execute(update(adjustment).where(adjustment.c.candidate_id == who.number).values(note=None, salt=None))
    links = (f"candidat:{who.number}:", f"rappel:{who.number}:")
    tx.execute(delete(mail).where(or_(*(mail.c.link.startswith(link) for link in links))))
    tx.execute(delete(personal_link).where(personal_link.c.candidate_id == who.number))
    places = [f"/sessions/{number}", *(f"/demandes/{n}" for n in requests)]
    for table in (notice, mail):
        t = table.c
        told = tx.execute(
            select(t.id, t.subject, t.body, t.link).where(or_(t.link.in_(places), t.link.startswith(f"{places[0]}/")))
        )
        naming = [row.id for row in told if row.link in places[1:] or who.is_named(f"{row.subject} {row.body}")]
        tx.execute(delete(table).where(t.id.in_(naming)))
