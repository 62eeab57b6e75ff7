"""What the centre does about convocations that are sent, and what their people do by their links."""

from collections.abc import Collection

from sqlalchemy import Connection, select, update

from portal.core.convening import send_for
from portal.core.finding import find
from portal.core.holding import hold
from portal.core.links import CANDIDATE, MEMBER, Kept, Key, by_token, digest, key_in, key_of, lasts, of_session
from portal.core.outcomes import Invalid, NotThere, Saved, Unchanged
from portal.core.session import SessionRow
from portal.core.sheet import load
from portal.core.telling import Message, centre_of, tell, unit_of
from portal.features.convocations.queries import people
from portal.features.documents.actions import new_code
from portal.features.documents.checking import proved
from portal.rules.duties import Duty
from portal.rules.french import plural
from portal.rules.lifecycle import Status
from portal.rules.names import full_name
from portal.store.candidates import candidate
from portal.store.jury import jury_member, session_jury
from portal.store.links import personal_link
from portal.store.work import Work

Done = Saved | Unchanged | Invalid
LINKED = (Status.CONVOKED, Status.RESULTS, Status.LOCKED)  # a session whose people may have links
NOT_YET = Invalid({"key": "Les convocations de cette session ne sont pas envoyées : personne n’a encore de lien."})


def hand_over(work: Work, number: int, handed: Collection[str], *, all_of_them: bool = False) -> Done:
    """Say to whom the paper was handed over: of those who have no other, these and nobody else; or all of them. Raises NotThere."""
    _only(work)
    with hold(work, number) as (tx, s):
        if s.status not in LINKED:
            return NOT_YET
        on_paper = [p for p in people(tx, s) if p.to_hand_over or p.handed_at]
        wanted = {p.key for p in on_paper} if all_of_them else {p.key for p in on_paper} & set(handed)
        now = sorted(p.key for p in on_paper if p.key in wanted and p.handed_at is None)
        back = sorted(p.key for p in on_paper if p.key not in wanted and p.handed_at is not None)
        if not now and not back:
            return Unchanged("C’est déjà noté.")
        links = of_session(tx, number)
        for keys, at in ((now, work.on.now), (back, None)):
            ids = [links[key].id for key in keys]
            tx.execute(update(personal_link).where(personal_link.c.id.in_(ids)).values(handed_at=at))
        names = _names(tx, [key_in(key) for key in (*now, *back)])
        work.record(tx, "handed_over", session_id=number, after={"handed": now, "taken_back": back, **names})
        return Saved(f"C’est noté : {plural(len(wanted), 'convocation remise', 'convocations remises')} en main propre.")


def make_link(work: Work, number: int, key: str) -> Done:
    """Another link for this person, by mail where there is an address; the one there was opens nothing any more. Raises NotThere."""
    _only(work)
    with hold(work, number) as (tx, s):
        whose, address = _person(tx, s, key)
        if s.status not in LINKED:
            return NOT_YET
        told = send_for(tx, work, s, {whose: address}, anew=True)
        work.record(tx, "link_made", session_id=number, after={"whose": key, **told, **_names(tx, [whose])})
        if address:
            return Saved("Le nouveau lien part par courriel. L’ancien n’ouvre plus rien.")
        return Saved("L’ancien lien n’ouvre plus rien. Sans adresse électronique, le nouveau n’est envoyé à personne.")


def withdraw_link(work: Work, number: int, key: str) -> Done:
    """The link of this person opens nothing any more. Raises NotThere."""
    _only(work)
    with hold(work, number) as (tx, s):
        whose, _ = _person(tx, s, key)
        row = of_session(tx, number).get(key)
        if row is None or row.withdrawn_at is not None:
            return Unchanged("Ce lien n’ouvre déjà plus rien.")
        tx.execute(update(personal_link).where(personal_link.c.id == row.id).values(withdrawn_at=work.on.now))
        work.record(tx, "link_withdrawn", session_id=number, after={"whose": key, **_names(tx, [whose])})
        return Saved("Le lien est retiré : il n’ouvre plus rien.")


def note_returned(work: Work, number: int, key: str, *, returned: bool) -> Done:
    """The mail of this person's convocation came back, or did not after all; whoever it does not reach is handed the paper. Raises
    NotThere."""
    _only(work)
    with hold(work, number) as (tx, s):
        whose, _ = _person(tx, s, key)
        if s.status not in LINKED:
            return NOT_YET
        row = of_session(tx, number).get(key)
        if row is None or row.message_id is None:
            return Invalid({"key": "Aucun courriel n’est parti pour cette personne."})
        if (row.returned_at is not None) is returned:
            return Unchanged("C’est déjà noté.")
        at = work.on.now if returned else None
        tx.execute(update(personal_link).where(personal_link.c.id == row.id).values(returned_at=at))
        work.record(tx, "mail_returned", session_id=number, after={"whose": key, "returned": returned, **_names(tx, [whose])})
        if returned:
            return Saved("C’est noté : le courriel est revenu. Corrigez l’adresse, ou remettez le papier.")
        return Saved("C’est noté : le courriel n’est pas revenu.")


def _only(work: Work) -> None:
    if not work.actor.may(Duty.KEEP_LINKS):
        raise NotThere


def _person(tx: Connection, s: SessionRow, text: str) -> tuple[Key, str]:
    """Whose this key is, on this session, with the address. Raises NotThere."""
    key = key_in(text)
    if key is None:
        raise NotThere
    if key.kind == CANDIDATE:
        query = select(candidate.c.email).where(candidate.c.id == key.number, candidate.c.session_id == s.number)
    else:
        seats = select(session_jury.c.member_id).where(session_jury.c.session_id == s.number)
        query = select(jury_member.c.email).where(jury_member.c.id == key.number, jury_member.c.id.in_(seats))
    found = tx.execute(query).scalar()
    if found is None:
        raise NotThere
    return key, found


def _names(tx: Connection, keys: Collection[Key | None]) -> dict[str, dict[str, str]]:
    """What an event keeps of the members of the jury that it names by number; nothing where it names none."""
    numbers = [key.number for key in keys if key and key.kind == MEMBER]
    if not numbers:
        return {}
    m = jury_member.c
    rows = tx.execute(select(m.id, m.last_name, m.first_name).where(m.id.in_(numbers)))
    return {"jury": {str(row.id): full_name(row.last_name, row.first_name) for row in rows}}


# ---- by the link itself


def note_opened(work: Work, link_id: int) -> None:
    """The link was opened: the first time since the convocation that stands is kept. Nothing for the next ones."""
    with work.db.writing() as tx:
        fresh = (personal_link.c.id == link_id, personal_link.c.opened_at.is_(None))
        opened = update(personal_link).where(*fresh).values(opened_at=work.on.now).returning(personal_link)
        row = tx.execute(opened).one_or_none()
        if row is not None:
            key = key_of(row)
            work.record(tx, "link_opened", session_id=row.session_id, after={"whose": str(key), **_names(tx, [key])})


def _held(tx: Connection, work: Work, kind: str, token: str) -> tuple[Kept, SessionRow]:
    """The link of this token, and its session, which nobody else changes meanwhile. Raises NotThere where it opens nothing."""
    found = by_token(tx, kind, token)
    if found is None:
        raise NotThere
    s = find(tx, work.actor, found.session_id, work.unit_label, for_update=True)
    link = by_token(tx, kind, token)  # as it stands once the session is held
    if link is None or link.withdrawn_at is not None or not lasts(tx, s, work.on.today):
        raise NotThere
    return link, s


def share(work: Work, token: str) -> Done:
    """A candidate shares its result, under a code of its own. Raises NotThere."""
    with work.db.writing() as tx:
        link, s = _held(tx, work, CANDIDATE, token)
        if link.proof:
            return Unchanged()
        if not proved(load(tx, s), link.candidate_id):
            return Invalid({"justificatif": "Il n’y a pas encore de réussite définitive à prouver."})
        code = new_code()
        tx.execute(update(personal_link).where(personal_link.c.id == link.id).values(proof=code))
        after = {"whose": str(key_of(link)), "proof": digest(code)}
        work.record(tx, "proof_shared", session_id=s.number, after=after)
        return Saved("Votre justificatif est prêt. Vous pouvez le retirer quand vous voulez.")


def unshare(work: Work, token: str) -> Done:
    """The code under which a candidate shared its result says nothing any more. Raises NotThere."""
    with work.db.writing() as tx:
        link, s = _held(tx, work, CANDIDATE, token)
        if not link.proof:
            return Unchanged()
        tx.execute(update(personal_link).where(personal_link.c.id == link.id).values(proof=None))
        work.record(tx, "proof_withdrawn", session_id=s.number, after={"whose": str(key_of(link))})
        return Saved("Votre justificatif est retiré : son code ne dit plus rien.")


def answer(work: Work, token: str, will_come: str) -> Done:
    """A member of the jury says whether it will sit; centre and unit are told of a « non ». Raises NotThere."""
    with work.db.writing() as tx:
        link, s = _held(tx, work, MEMBER, token)
        if s.status is not Status.CONVOKED:
            return Invalid({"reponse": "La session n’attend plus de réponse."})
        if link.answer == will_come:
            return Unchanged()
        values = {"answer": will_come, "answered_at": work.on.now}
        tx.execute(update(personal_link).where(personal_link.c.id == link.id).values(**values))
        names = _names(tx, [Key(MEMBER, link.member_id)])
        after = {"member": link.member_id, "answer": will_come, **names}
        work.record(tx, "juror_answered", session_id=s.number, after=after)
        if will_come == "non":
            name = names["jury"][str(link.member_id)]
            message = Message(
                f"Session {s.number} : un membre du jury ne viendra pas",
                f"{name} ne siégera pas au jury. Il faut deux membres habilités : choisissez un remplaçant.",
                f"/sessions/{s.number}",
            )
            for who in (centre_of(s.centre_id), unit_of(s.department_code)):
                tell(tx, work, who, message)
        return Saved()
