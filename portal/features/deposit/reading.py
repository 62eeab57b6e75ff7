"""What becomes of a batch: its report is read, or it never arrived; and a title that is obtained no longer was taken back."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, bindparam, select, update

from portal.core.outcomes import NotThere, Saved, Unchanged
from portal.core.telling import Message, centre_of, tell
from portal.features.deposit.making import digest_of_lines
from portal.files.report import BadReport, Report, read
from portal.rules.deposit import State
from portal.rules.duties import Duty
from portal.rules.french import plural
from portal.store.batches import batches
from portal.store.deposits import deposit, deposit_line
from portal.store.sessions import exam_session
from portal.store.work import Work

line = deposit_line.c


@dataclass(frozen=True)
class Told:
    """What a report said of a batch; `waiting`: lines of which no report has spoken yet; `again`: it was read before."""

    number: int
    accepted: int
    rejected: int
    waiting: int
    again: bool = False

    @property
    def message(self) -> str:
        """What is said of it."""
        said = f"{plural(self.accepted, 'acceptée')}, {plural(self.rejected, 'rejetée')}, {self.waiting} sans réponse"
        return (
            f"Ce rapport du lot n° {self.number} était déjà lu : {said}."
            if self.again
            else f"Rapport du lot n° {self.number} : {said}."
        )


def read_report(work: Work, data: bytes) -> Told:
    """Keep what a report says, all or nothing. Raises BadReport with a sentence, NotThere."""
    if not work.actor.may(Duty.DEPOSIT):
        raise NotThere
    report = read(data)
    with work.db.writing() as tx:
        number = tx.execute(select(deposit.c.id).where(deposit.c.flux == report.flux).with_for_update()).scalar()
        if number is None:
            raise BadReport(f"Ce rapport est celui du flux « {report.flux[:60]} », que ce portail n’a pas envoyé.")
        states = _states(tx, number)
        new = _new(report, states)
        if new:
            _keep(tx, number, new, report.rejected)
            if rejected := [session for session, candidate in new if new[session, candidate] is State.REJECTED]:
                _tell(tx, work, rejected)
            told = {"deposit": number, "report": sha256(data).hexdigest(), "accepted": len(report.accepted)}
            told |= {"rejected": len(report.rejected), "digest": digest_of_lines(tx, number)}
            work.record(tx, "deposit_read", subject=f"deposit {number}", after=told)
        waiting = sum(state is State.SENT for state in (states | new).values())
        return Told(number, len(report.accepted), len(report.rejected), waiting, again=not new)


Key = tuple[int, int]  # of a line: session, candidate
NAMED = re.compile("([1-9][0-9]{0,9})-([1-9][0-9]{0,9})")


def _states(tx: Connection, number: int) -> dict[Key, State]:
    query = select(line.session_id, line.candidate_id, line.state).where(line.deposit_id == number)
    return {(session, candidate): State(state) for session, candidate, state in tx.execute(query)}


def _new(report: Report, states: Mapping[Key, State]) -> dict[Key, State]:
    """What the report says that is not known yet. Raises BadReport where it is of another batch, or says otherwise than one before."""
    told = dict.fromkeys(report.accepted, State.ACCEPTED) | dict.fromkeys(report.rejected, State.REJECTED)
    found: dict[Key, State] = {}
    for key, state in told.items():
        plain = NAMED.fullmatch(key)  # as we write it, and in no other way: « 01-2 » is no line of ours
        of = (int(plain[1]), int(plain[2])) if plain else (0, 0)
        if of not in states:
            raise BadReport(f"Ce rapport parle de « {key[:40]} », que son lot ne contient pas : il n’est pas lu.")
        if states[of] not in (state, State.SENT):
            raise BadReport(f"Ce rapport dit de « {key} » autre chose que ce qui est déjà connu ({states[of].label.lower()}).")
        if states[of] is State.SENT:
            found[of] = state
    return found


def _keep(tx: Connection, number: int, new: Mapping[Key, State], reasons: Mapping[str, str]) -> None:
    """The state of each of these lines, and the reasons of those that are rejected."""
    accepted = [candidate for (_, candidate), state in new.items() if state is State.ACCEPTED]
    own = update(deposit_line).where(line.deposit_id == number)
    for some in batches(accepted):
        tx.execute(own.where(line.candidate_id.in_(some)).values(state=State.ACCEPTED.value))
    rejected = [
        {"of": candidate, "why": reasons[f"{session}-{candidate}"]}
        for (session, candidate), state in new.items()
        if state is State.REJECTED
    ]
    told = own.where(line.candidate_id == bindparam("of")).values(state=State.REJECTED.value, reason=bindparam("why"))
    for part in batches(rejected):
        tx.execute(told, part)
    _look_again(tx, number, State.REJECTED)


def _look_again(tx: Connection, number: int, state: State) -> None:
    """The next batch looks at the sessions of the lines of this batch that are in this state."""
    own = select(line.session_id).where(line.deposit_id == number, line.state == state.value)
    tx.execute(update(exam_session).where(exam_session.c.id.in_(own)).values(deposited_version=0))


def _tell(tx: Connection, work: Work, sessions: Iterable[int]) -> None:
    """The centres of these sessions: how many of their titles are rejected, and where that is read."""
    counts = Counter(sessions)
    for some in batches(sorted(counts)):
        query = select(exam_session.c.id, exam_session.c.centre_id).where(exam_session.c.id.in_(some))
        for number, centre_id in tx.execute(query).all():
            many = plural(counts[number], "titre rejeté", "titres rejetés")
            body = "Le motif de la Caisse des Dépôts se lit sur la page des candidats. Corrigez l’état civil : le titre repart avec le prochain lot."
            tell(tx, work, centre_of(centre_id), Message(f"Session {number} : {many}", body, f"/sessions/{number}/candidats"))


def give_up(work: Work, number: int) -> Saved | Unchanged:
    """A batch that never arrived, or of which no report comes any more: its lines that wait go with the next one. Raises NotThere."""
    if not work.actor.may(Duty.DEPOSIT):
        raise NotThere
    with work.db.writing() as tx:
        if tx.execute(select(deposit.c.id).where(deposit.c.id == number).with_for_update()).scalar() is None:
            raise NotThere
        waiting = update(deposit_line).where(line.deposit_id == number, line.state == State.SENT.value)
        count = tx.execute(waiting.values(state=State.LOST.value)).rowcount
        if not count:
            return Unchanged("Plus aucune ligne de ce lot n’attend de rapport.")
        _look_again(tx, number, State.LOST)
        told = {"deposit": number, "count": count, "digest": digest_of_lines(tx, number)}
        work.record(tx, "deposit_lost", subject=f"deposit {number}", after=told)
    return Saved(f"{plural(count, 'ligne repart', 'lignes repartent')} avec le prochain lot.")


def withdrawn(work: Work, number: int) -> Saved | Unchanged:
    """The Caisse des Dépôts was asked to take this line's title back. Raises NotThere."""
    if not work.actor.may(Duty.DEPOSIT):
        raise NotThere
    with work.db.writing() as tx:
        row = tx.execute(select(deposit_line).where(line.id == number, line.latest).with_for_update()).one_or_none()
        if row is None:
            raise NotThere
        if row.state in (State.WITHDRAWN.value, State.SENT.value):
            return Unchanged("C’est déjà noté, ou un lot l’a repris entre-temps.")
        tx.execute(update(deposit_line).where(line.id == number).values(state=State.WITHDRAWN.value))
        told = {"deposit": row.deposit_id, "candidate": row.candidate_id, "session": row.session_id}
        told["digest"] = digest_of_lines(tx, row.deposit_id)
        work.record(tx, "deposit_withdrawn", subject=f"deposit {row.deposit_id}", after=told)
    return Saved("C’est noté : ce titre n’est plus à retirer.")
