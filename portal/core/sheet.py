"""The sheet of results of one session: the candidates, the certificates, and what is known of each candidate."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from sqlalchemy import Connection, bindparam, select

from portal.core.people import Person
from portal.core.session import SessionRow
from portal.rules.french import plural
from portal.rules.lifecycle import Kind
from portal.rules.names import full_name
from portal.rules.outcomes import Entry, Outcome, choices, in_words, problem
from portal.store.candidates import candidate, result
from portal.store.titles import CertificateKind, certificate

Entries = Mapping[int, Entry]
TITLE = "title"


@dataclass(frozen=True)
class Typed:
    """What was typed on the sheet of this version of the session; `nonsense`, by candidate, where a value is none of the list."""

    entries: Entries
    version: int
    nonsense: Mapping[int, str] = field(default_factory=dict)

    def on(self, _sheet: "Sheet") -> "Typed":
        """Itself: it was read already."""
        return self


@dataclass(frozen=True)
class Candidate:
    id: int
    last_name: str
    first_name: str
    born_on: date
    email: str
    convened_for: int | None = None  # the count of the session's convocations that it was convened for

    @property
    def name(self) -> str:
        """NOM Prénom"""
        return full_name(self.last_name, self.first_name)

    @property
    def identity(self) -> tuple[str, date]:
        """Who is the same person in another session."""
        return Person(self.last_name, self.first_name, self.born_on).identity


@dataclass(frozen=True)
class Certificate:
    id: int
    label: str


@dataclass(frozen=True)
class Sheet:
    kind: Kind
    candidates: Sequence[Candidate]
    certificates: Sequence[Certificate]
    stored: Entries
    definitive: bool
    version: int  # of the session, as it was read with its sheet

    @property
    def choices(self) -> tuple[Outcome, ...]:
        """The outcomes that this session offers."""
        return choices(self.kind, len(self.certificates))

    def problems(self, entries: Entries) -> dict[int, str]:
        """A sentence for each candidate whose entry is not complete."""
        ids = {c.id for c in self.certificates}
        found = {c.id: (problem(self.kind, entries.get(c.id, {}), ids), c.name) for c in self.candidates}
        return {number: f"{text} pour {name}." for number, (text, name) in found.items() if text}

    def in_words(self, entry: Entry) -> str:
        """« Réussite partielle : CCP … »; empty when nothing is known."""
        return in_words(self.kind, entry, {c.id: c.label for c in self.certificates})

    def coded(self, entries: Entries) -> dict[str, dict[str, str]]:
        """The entries as the audit trail keeps them: candidate's number, certificate's number (« title »: the titre), outcome."""
        return {
            str(c.id): {str(number or TITLE): str(outcome) for number, outcome in entries[c.id].items()}
            for c in self.candidates
            if entries.get(c.id)
        }

    @property
    def stamp(self) -> str:
        """A digest of what is kept of it: by this a browser knows whether what it kept was typed beside the same."""
        return sha256(json.dumps(self.coded(self.stored), sort_keys=True).encode()).hexdigest()[:12]

    def named(self, *several: Entries) -> dict[str, str]:
        """What the certificates of these entries are called today, by number."""
        numbers = {number for entries in several for entry in entries.values() for number in entry}
        return {str(c.id): c.label for c in self.certificates if c.id in numbers}

    def tally(self, entries: Entries) -> str:
        """« 9 titres, 1 réussite partielle, 1 échec, 1 absent »"""
        counts = Counter(o for e in entries.values() for c, o in e.items() if self.kind is not Kind.TITLE or c is None)
        return ", ".join(plural(counts[o], *WORDS[o]) for o in (*choices(Kind.TITLE, 2), *choices(Kind.CCP, 0)[:2]) if counts[o])


def decoded(coded: Mapping[str, str]) -> Entry:
    """The entry that `Sheet.coded` wrote down."""
    numbers = sorted((None if key == TITLE else int(key) for key in coded), key=lambda number: number or 0)
    return {number: Outcome(coded[str(number or TITLE)]) for number in numbers}


WORDS = {
    Outcome.TITLE: ("titre", "titres"),
    Outcome.PARTIAL: ("réussite partielle", "réussites partielles"),
    Outcome.FAILED: ("échec", "échecs"),
    Outcome.ABSENT: ("absent", "absents"),
    Outcome.ACQUIRED: ("certificat acquis", "certificats acquis"),
    Outcome.NOT_ACQUIRED: ("certificat non acquis", "certificats non acquis"),
}


# Built once: these are asked for on every page of a session.
_CANDIDATES = (
    select(
        candidate.c.id,
        candidate.c.last_name,
        candidate.c.first_name,
        candidate.c.born_on,
        candidate.c.email,
        candidate.c.convened_for,
    )
    .where(candidate.c.session_id == bindparam("number"))
    .order_by(candidate.c.sort_key, candidate.c.born_on)
)
_RESULTS = _CANDIDATES.add_columns(result.c.certificate_id, result.c.outcome, result.c.definitive).outerjoin(
    result, (result.c.candidate_id == candidate.c.id) & (result.c.session_id == candidate.c.session_id)
)
_CERTIFICATES = (
    select(certificate.c.id, certificate.c.label)
    .where(certificate.c.title_id == bindparam("title"), certificate.c.kind == bindparam("kind"))
    .order_by(certificate.c.position)
)


def load(conn: Connection, session: SessionRow, *, labels_only: bool = False) -> Sheet:
    """Two queries, whatever the number of candidates. `labels_only`: the certificates are asked for only where a result
    names one; enough to tell the results, not to enter them."""
    people: list[Candidate] = []
    stored: dict[int, dict[int | None, Outcome]] = {}
    last, final = 0, False
    for *person, certificate_id, outcome, definitive in conn.execute(_RESULTS, {"number": session.number}):
        number = person[0]
        if number != last:
            people.append(Candidate(*person))
            last = number
        if outcome is not None:
            stored.setdefault(number, {})[certificate_id] = Outcome(outcome)
            final = final or definitive
    named = not labels_only or any(number is not None for entry in stored.values() for number in entry)
    return Sheet(session.kind, people, certificates(conn, session) if named else (), stored, final, session.version)


def candidates(conn: Connection, number: int) -> list[Candidate]:
    """The candidates of a session, in French order of names."""
    return [Candidate(*row) for row in conn.execute(_CANDIDATES, {"number": number})]


def certificates(conn: Connection, session: SessionRow) -> list[Certificate]:
    """The certificates that a session examines: the title's CCP, or its CCS in a CCS session."""
    kind = CertificateKind.CCS if session.kind is Kind.CCS else CertificateKind.CCP
    return [Certificate(*row) for row in conn.execute(_CERTIFICATES, {"title": session.title_id, "kind": kind})]
