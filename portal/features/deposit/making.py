"""A batch is made: what is due is written, checked under the schema, and kept as sent, in one transaction."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from portal.certifier import Certifier
from portal.clock import PARIS
from portal.core.outcomes import NotThere
from portal.features.deposit.titles import Sessions, Title, digest, titles, to_look_at
from portal.files.flux import CLOSING, Head, certifications, opening
from portal.files.schema import BadSchema, Schema
from portal.rules.deposit import As, Due, State
from portal.rules.duties import Duty
from portal.rules.french import plural
from portal.store.batches import batches
from portal.store.database import STREAM
from portal.store.deposits import deposit, deposit_line
from portal.store.personal import new_salt
from portal.store.sessions import exam_session
from portal.store.work import Work

MOST_LINES = 150_000  # in one batch: some 165 MB
AT_ONCE = 500
Write = Callable[[str], object]
line = deposit_line.c


@dataclass(frozen=True)
class Left:
    """A title that this batch leaves: of whom, in which session, and what is missing."""

    name: str
    session: int
    missing: tuple[str, ...]


@dataclass
class Made:
    """A batch: its number (0: nothing was due), how many lines as new and as corrections, and what it leaves for the next."""

    number: int = 0
    new: int = 0
    corrections: int = 0
    left: list[Left] = field(default_factory=list)
    more: bool = False  # it is full: another may be made at once

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.new + self.corrections

    @property
    def message(self) -> str:
        """What is said of it, and of what it leaves."""
        if not self.number:
            return "Rien n’est à déposer : aucun lot n’est fait."
        left = plural(len(self.left), "titre attend ce qui lui manque", "titres attendent ce qui leur manque")
        told = f"Lot n° {self.number} : {plural(self.lines, 'ligne')}. Téléchargez son fichier, et déposez-le."
        return f"{told} {left}." if self.left else told


class CannotDeposit(Exception):
    """Nothing is deposited: why, as a sentence."""


def make(work: Work, who: Certifier, write: Write = len, most: int = MOST_LINES) -> Made:
    """Send what is due: `write` is given the flow piece by piece, and the lines are kept as sent. Raises CannotDeposit, NotThere."""
    if not work.actor.may(Duty.DEPOSIT):
        raise NotThere
    if who.missing:
        raise CannotDeposit(who.missing)
    try:
        schema = Schema(who.schema)
        with work.db.writing() as tx:
            return _make(tx, work, who, schema, write, most)
    except BadSchema as error:
        raise CannotDeposit(str(error)) from None


def _make(tx: Connection, work: Work, who: Certifier, schema: Schema, write: Write, most: int) -> Made:
    if tx.dialect.name == "postgresql":  # two batches at once would send the same lines
        tx.execute(text("LOCK TABLE deposit IN EXCLUSIVE MODE"))
    number = int(tx.execute(select(func.coalesce(func.max(deposit.c.id), 0))).scalar_one()) + 1
    now = work.on.now.astimezone(PARIS)
    flux = f"depot-{number}-{now:%Y%m%d-%H%M%S}"
    head = Head(flux, now, who.client, who.certifier or who.client, who.contract)
    called = {"flux": flux, "client": head.client, "certifier": head.certifier, "contract": head.contract}
    made, batch = Made(), _Batch(tx, {**called, "id": number, "lines": 1, "at": work.on.now, "by": work.actor.signature})
    with work.db.snapshot() as conn:
        write(opening(head))
        sessions = to_look_at(who.since)
        due = _due(titles(conn, sessions), batch, made)
        for piece in certifications(_checked(schema, head, due, batch, made, most)):
            write(piece)
        write(CLOSING)
        batch.settle(conn, None if made.more else sessions)
    if made.lines:
        made.number = number
        tx.execute(update(deposit).where(deposit.c.id == number).values(lines=made.lines))
        told = {**called, "deposit": number, "lines": made.lines, "digest": digest_of_lines(tx, number)}
        work.record(tx, "deposit_made", subject=f"deposit {number}", after=told)
    return made


def _due(found: Iterable[Title], batch: "_Batch", made: Made) -> Iterator[tuple[Title, As]]:
    """Those that are sent; what is missing of the others is told."""
    for one in found:
        what = one.due
        batch.look_at(one)
        if what in (Due.NEW, Due.CORRECTION):
            yield one, As(what.value)
        elif what is Due.INCOMPLETE:
            made.left.append(Left(one.name, one.row.session_id, one.missing))


def _checked(
    schema: Schema, head: Head, due: Iterator[tuple[Title, As]], batch: "_Batch", made: Made, most: int
) -> Iterator[tuple[str, str]]:
    """The lines that the schema takes, some at once; what it refuses of the others is told, and they are left."""
    while made.lines < most and (some := list(islice(due, min(AT_ONCE, most - made.lines)))):
        lines = [(one.code, one.text) for one, _ in some]
        refused = schema.refused(head, lines)
        taken = [(one, sent_as, lines[i]) for i, (one, sent_as) in enumerate(some) if i not in refused]
        batch.open.update(some[i][0].row.session_id for i in refused)
        made.left += [
            Left(some[i][0].name, some[i][0].row.session_id, (f"« {what} », que le schéma refuse",))
            for i, what in refused.items()
        ]
        batch.keep([(one, sent_as, written) for one, sent_as, (_, written) in taken])
        corrections = sum(sent_as is As.CORRECTION for _, sent_as, _ in taken)
        made.new, made.corrections = made.new + len(taken) - corrections, made.corrections + corrections
        yield from (written for _, _, written in taken)
    made.more = made.lines >= most and next(due, None) is not None


@dataclass
class _Batch:
    """The rows of a batch, as they come in."""

    tx: Connection
    values: dict[str, Any]
    begun: bool = False
    looked_at: dict[int, int] = field(default_factory=dict)  # sessions, and their versions
    open: set[int] = field(default_factory=set)  # of which something waits

    def look_at(self, one: Title) -> None:
        """Keep in mind that its session was looked at, and whether something of it waits."""
        self.looked_at[one.row.session_id] = one.row.version
        if not one.settled:
            self.open.add(one.row.session_id)

    def keep(self, lines: list[tuple[Title, As, str]]) -> None:
        """These lines are sent; those before them of the same people are no longer the last."""
        if not lines:
            return
        if not self.begun:
            self.tx.execute(insert(deposit).values(self.values))
            self.begun = True
        again = [one.row.line_id for one, _, _ in lines if one.row.line_id]
        if again:
            self.tx.execute(update(deposit_line).where(line.id.in_(again)).values(latest=False))
        self.tx.execute(insert(deposit_line), [self._row(one, sent_as, written) for one, sent_as, written in lines])

    def settle(self, conn: Connection, sessions: Sessions | None) -> None:
        """Nothing of these sessions waits before they change. None: the batch was full, and the last may be sent in part."""
        if sessions is None:
            self.open.add(list(self.looked_at)[-1])
        seen = self.looked_at.items() if sessions is None else ((row.id, row.version) for row in conn.execute(sessions))
        of_version: dict[int, array[int]] = defaultdict(lambda: array("l"))
        for number, version in seen:
            if number not in self.open:
                of_version[version].append(number)
        of_version[0].extend(self.open)  # what another session took away is looked at until it is taken back
        for version, numbers in of_version.items():
            for some in batches(numbers):
                self.tx.execute(update(exam_session).where(exam_session.c.id.in_(some)).values(deposited_version=version))

    def _row(self, one: Title, sent_as: As, written: str) -> dict[str, Any]:
        salt = new_salt()
        return {
            "deposit_id": self.values["id"],
            "session_id": one.row.session_id,
            "candidate_id": one.row.id,
            "code": one.code,
            "sent_as": sent_as.value,
            "state": State.SENT.value,
            "latest": True,
            "salt": salt,
            "digest": digest(salt, written),
        }


def digest_of_lines(conn: Connection, number: int) -> str:
    """What the trail keeps of the lines of a batch and of what has become of each: whoever changes one changes this."""
    columns = (line.candidate_id, line.session_id, line.code, line.sent_as, line.state, line.digest)
    query = select(*columns).where(line.deposit_id == number).order_by(line.candidate_id)
    held = sha256()
    for row in conn.execute(query, execution_options=STREAM):
        held.update(f"{':'.join(map(str, row))}\n".encode())
    return held.hexdigest()
