"""All that is kept of a candidate, in the sessions that whoever gives it sees, as values to be written to a file."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from portal.clock import PARIS
from portal.core.civil import of_row
from portal.core.finding import find, find_several
from portal.core.minutes import paper_of
from portal.core.outcomes import NotThere
from portal.core.session import SessionRow
from portal.core.sheet import load
from portal.features.past import before_codes
from portal.features.past.shown import FIELDS, shown
from portal.features.past.words import entry_in_words
from portal.features.requests.words import KINDS, STATES
from portal.rules import civil
from portal.rules.attendance import Half
from portal.rules.documents import LINE, Document
from portal.rules.duties import Duty
from portal.rules.french import day
from portal.store.adjustments import adjustment
from portal.store.attendance import attendance
from portal.store.audit import audit_event
from portal.store.candidates import candidate
from portal.store.documents import document
from portal.store.jury import trainer_link
from portal.store.personal import events_of
from portal.store.requests import RequestKind, RequestStatus, request
from portal.store.scope import visible_to
from portal.store.sessions import exam_session
from portal.store.work import Work

Values = dict[str, Any]


def give(work: Work, number: int, candidate_id: int) -> Values:
    """What is kept of this candidate, and of the same person in other sessions of one's scope; the trail says that it was given.
    Raises NotThere."""
    if not work.actor.may(Duty.GIVE_DATA):
        raise NotThere
    c = candidate.c
    with work.db.writing() as tx:
        s = find(tx, work.actor, number, work.unit_label)
        who = tx.execute(select(candidate).where(c.id == candidate_id, c.session_id == number)).one_or_none()
        if who is None:
            raise NotThere
        same = select(candidate).join(exam_session, exam_session.c.id == c.session_id)
        same = same.where(c.sort_key == who.sort_key, c.born_on == who.born_on, visible_to(work.actor)).order_by(c.session_id)
        rows = tx.execute(same).all()
        sessions = find_several(tx, work.actor, [row.session_id for row in rows], work.unit_label)
        told = [_registration(tx, sessions[r.session_id], r) for r in rows]
        for r, one in zip(rows, told, strict=True) if work.actor.may(Duty.KEEP_ADJUSTMENTS) else ():  # they alone read them
            own = select(adjustment.c.note).where(adjustment.c.candidate_id == r.id)
            one["aménagements d’épreuves"] = tx.execute(own).scalar()
        work.record(tx, "data_given", session_id=s.number, after={"candidate": candidate_id})
    return {
        "établi le": work.on.now.astimezone(PARIS).isoformat(timespec="seconds"),
        "personne": {"nom": who.last_name, "prénom": who.first_name, "date de naissance": day(who.born_on)},
        "inscriptions": told,
    }


def _registration(conn: Connection, s: SessionRow, who: Row[Any]) -> Values:
    sheet, number = load(conn, s), who.id
    entry = sheet.stored.get(number, {})
    d, r, a = document.c, request.c, attendance.c
    papers = select(d.kind, d.code, d.made_at).where(d.session_id == s.number, d.candidate_id == number).order_by(d.made_at)
    asked = select(r.kind, r.status, r.made_at, r.reason, r.answer).where(r.candidate_id == number).order_by(r.id)
    there = select(a.day, a.half, a.present, a.noted_at).where(a.candidate_id == number).order_by(a.day, a.half.desc())
    trained = select(trainer_link.c.member_id).where(trainer_link.c.candidate_id == number).limit(1)
    minutes = paper_of(conn, s.number)
    return {
        "session": s.number,
        "titre": f"{s.title_code} {s.title_label}",
        "type": s.kind.label,
        "centre": f"{s.centre_name}, SIRET {s.siret}",
        "dates": f"du {day(s.starts_on)} au {day(s.actual_end_on or s.ends_on)}",
        "statut": s.status.label,
        "numéro de candidat": number,
        "adresse électronique": who.email,
        "état civil": {civil.LABELS[name]: civil.words(name, value) for name, value in of_row(who).known.items()},
        "convoqué(e)": who.convened_for is not None,
        "formé(e) par un membre du jury": conn.execute(trained).first() is not None,
        "résultat": sheet.in_words(entry) or None,
        "définitif": sheet.definitive if entry else None,
        "présences": [
            {"le": day(p.day), "demi-journée": Half(p.half).label, "présent(e)": p.present, "noté le": _moment(p.noted_at)}
            for p in conn.execute(there)
        ],
        "procès-verbal signé, déposé le": _moment(minutes.deposited_at) if minutes else None,
        "documents": [
            {"document": LINE[Document(p.kind)].label, "code": p.code, "établi le": _moment(p.made_at)}
            for p in conn.execute(papers)
        ],
        "demandes de correction": [
            {
                "demande": KINDS[RequestKind(a.kind)],
                "état": STATES[RequestStatus(a.status)],
                "faite le": _moment(a.made_at),
                "motif": a.reason,
                "réponse": a.answer,
            }
            for a in conn.execute(asked)
        ],
        "historique": list(_past(conn, s, number)),
    }


def _past(conn: Connection, s: SessionRow, number: int) -> Iterator[Values]:
    """What the session's history says of this candidate, and of nobody else."""
    e = audit_event.c
    rows = conn.execute(select(audit_event).where(e.session_id == s.number).order_by(e.id)).all()
    for event, before, after in events_of(conn, rows):
        if before_codes.is_old(event.action, before, after):
            continue  # it says people by their names alone
        for key, called, fields in (("people", "Inscription ou fiche", FIELDS), ("civil", "État civil", civil.LABELS)):
            people = after.get(key, {})
            own = people.get(str(number)) if isinstance(people, Mapping) else None
            if own:
                was, now = own.get("was", {}), own.get("is", {})
                said = {fields[name]: [shown(was.get(name)), shown(now.get(name))] for name in fields if name in {**was, **now}}
                yield {"le": _moment(event.at), "événement": called, "avant et après": said}
        entry = after.get("results", {}).get(str(number))
        if entry:
            labels = {int(key): label for key, label in after.get("certificates", {}).items()}
            words = entry_in_words(entry, labels, s.kind)
            yield {"le": _moment(event.at), "événement": RESULTS[event.action], "résultat": words}


RESULTS = {
    "results_draft": "Brouillon du résultat",
    "results_saved": "Résultat enregistré",
    "results_corrected": "Résultat corrigé",
}


def _moment(at: datetime | date) -> str:
    return at.astimezone(PARIS).isoformat(timespec="seconds") if isinstance(at, datetime) else at.isoformat()
