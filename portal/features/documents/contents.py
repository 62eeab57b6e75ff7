"""What each document of a session says, as plain values: the same facts always give the same content."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, select

from portal.core.attendance import Incident, incidents
from portal.core.session import SessionRow
from portal.core.sheet import Candidate, Sheet, load
from portal.features.candidates.queries import certificates_of, standings
from portal.features.jury.queries import seated
from portal.rules.documents import LINE, Document
from portal.rules.duties import Duty
from portal.rules.french import DAYS, day, hour, long_day
from portal.rules.lifecycle import Kind
from portal.rules.outcomes import Outcome, Standing, one_year_after
from portal.store.actors import Actor
from portal.store.adjustments import adjustment
from portal.store.personal import in_json

DAYS_A_PAGE = 5  # of two half-days each


@dataclass(frozen=True)
class Content:
    """One document. `candidate_id` is 0 for one of the whole session; `said` is what a check of its code tells, and
    tells it by: hour and place of a convocation are compared, not shown."""

    kind: Document
    candidate_id: int
    data: Mapping[str, Any]
    said: Mapping[str, str]
    earlier: Mapping[str, Any] | None = None  # the same content, as earlier versions laid it out
    aside: Mapping[str, Any] = field(default_factory=dict)  # printed too, and kept in no digest: adjustments

    @property
    def digest(self) -> str:
        return _digest(self.kind, self.data)

    def is_of(self, digest: str) -> bool:
        """Whether a document of this digest says what this content says, in this layout or in an earlier one."""
        return digest == self.digest or (self.earlier is not None and digest == _digest(self.kind, self.earlier))


def _digest(kind: Document, data: Mapping[str, Any]) -> str:
    return sha256(in_json({"kind": kind.value, **data}).encode()).hexdigest()


@dataclass(frozen=True)
class _Facts:
    """All that documents of one session are made of."""

    s: SessionRow
    sheet: Sheet
    jury: Sequence[str]
    titled: Mapping[int, Standing]  # the candidates who hold the titre through this session: their standing
    certificates: Mapping[int, str]
    incidents: Sequence[Incident]  # told in the minutes
    adjusted: Mapping[int, Row[Any]]  # by candidate: for the papers of that candidate and of the jury alone


def contents(
    conn: Connection, actor: Actor, s: SessionRow, kind: Document, only: int | None = None, *, sheet: Sheet | None = None
) -> list[Content]:
    """The documents of this kind: one for the session, or one for each candidate concerned (`only` one of them). `sheet`: of
    the session, where it is at hand."""
    facts = _facts(conn, actor, s, kind, sheet or load(conn, s))
    if LINE[kind].personal:
        people = [c for c in facts.sheet.candidates if only in (None, c.id)]
        made = [content for c in people if (content := BUILDERS[kind](facts, c))]
    else:
        made = [_session_document(kind, facts)]
    # Adjustments are read by their centre, and by whom the paper is for (who holds a link, the mail to the jury: no account).
    reads = actor.id is None or actor.may(Duty.KEEP_ADJUSTMENTS)
    return made if reads else [replace(content, aside={}) for content in made]


def _facts(conn: Connection, actor: Actor, s: SessionRow, kind: Document, sheet: Sheet) -> _Facts:
    jury = [seat.name for seat in seated(conn, actor, s)] if kind in (Document.MINUTES, Document.JURY) else []
    adjusted: dict[int, Row[Any]] = {}
    if kind in ADJUSTED:
        rows = conn.execute(select(adjustment).where(adjustment.c.session_id == s.number))
        adjusted = {row.candidate_id: row for row in rows}
    titled: dict[int, Standing] = {}
    labels: dict[int, str] = {}
    if kind is Document.AWARD:
        labels = dict(certificates_of(conn, s.title_id))
        found = standings(conn, s.title_id, [c.identity for c in sheet.candidates])
        for c in sheet.candidates:
            standing = found[c.identity]
            if standing.title and standing.title.session == s.number:
                titled[c.id] = standing
    happened = incidents(conn, s.number) if kind is Document.MINUTES else []
    return _Facts(s, sheet, jury, titled, labels, happened, adjusted)


ADJUSTED = (Document.CONVOCATION, Document.JURY)
# What is said to the people before the exam: its days, as stated; whatever is said afterwards goes up to its real end.
BEFORE = (Document.CONVOCATION, Document.JURY, Document.ATTENDANCE)


def _span(s: SessionRow, kind: Document) -> tuple[date | None, date | None]:
    """First and last day of the exam as this paper names them: never a day that a measure left behind."""
    facts = s.facts
    return facts.first_day, facts.last_day if kind in BEFORE else s.actual_end_on or facts.last_day


def _when(s: SessionRow, kind: Document) -> dict[str, Any]:
    """The days as the frame prints them: « du … au … », « le … », or in words where the centre has stated none."""
    first, last = _span(s, kind)
    if first and last:
        return {"starts": long_day(first), "ends": long_day(last), "one_day": first == last}
    return {"when": f"terminée le {long_day(last)}" if last else "à indiquer par le centre"}


def _session(s: SessionRow, kind: Document) -> dict[str, Any]:
    return {
        "number": s.number,
        "session_kind": s.kind.word,
        "title_code": s.title_code,
        "title_label": s.title_label,
        "decree": day(s.decree_on) if s.decree_on else "",
        **_when(s, kind),
        **({"hour": s.hour.replace(":", " h ")} if s.hour else {}),
        "place": s.place,
        "manager": s.session_manager,
        "centre": s.centre_name,
        "siret": s.siret,
        "unit": s.unit,
    }


def _earlier(s: SessionRow, data: Mapping[str, Any]) -> dict[str, Any]:
    """The same content as version 1.11.0 laid it out: from the start of the session to its end as far as it was known."""
    kept = {name: value for name, value in data.items() if name not in ("when", "hour")}
    end = s.actual_end_on or s.planned_end_on or s.ends_on
    return {**kept, "starts": long_day(s.starts_on), "ends": long_day(end), "one_day": s.starts_on == end}


def _said(s: SessionRow, kind: Document, **more: str) -> dict[str, str]:
    first, last = _span(s, kind)
    told = f"du {day(first)} au {day(last)}" if first and last else _when(s, kind)["when"]
    return {
        "Document": LINE[kind].label,
        "Titre professionnel": f"{s.title_code} {s.title_label}",
        "Session": told,
        **more,
    }


def _person(c: Candidate) -> dict[str, str]:
    return {"name": c.name, "born": day(c.born_on)}


def initials(c: Candidate) -> str:
    """« É. D. »: the first letter of each, as an employer can compare."""
    return " ".join(f"{part.strip('’‘ -')[:1].upper()}." for part in (c.first_name, c.last_name) if part)


def _convocation(f: _Facts, c: Candidate) -> Content:
    said = _said(f.s, Document.CONVOCATION, Candidat=initials(c), Heure=f.s.hour, Lieu=f.s.place)
    own = f.adjusted.get(c.id)
    data = {**_session(f.s, Document.CONVOCATION), **_person(c), **({"adjusted": own.digest} if own else {})}
    made = _content(f.s, Document.CONVOCATION, c.id, data, said)
    return replace(made, aside={"adjustments": own.note}) if own and own.note else made


def _ccp(f: _Facts, c: Candidate) -> Content | None:
    """The certificates obtained in this session; none where there are none. The whole titre has its own attestation."""
    entry = f.sheet.stored.get(c.id, {})
    obtained = [cert.label for cert in f.sheet.certificates if entry.get(cert.id) is Outcome.ACQUIRED]
    if not obtained or not f.sheet.definitive:
        return None
    back = day(one_year_after(f.s.exam_end_on)) if entry.get(None) is Outcome.PARTIAL else ""
    word = "CCS" if f.s.kind is Kind.CCS else "CCP"
    data = {**_session(f.s, Document.CCP), **_person(c), "obtained": obtained, "word": word, "return_by": back}
    said = _said(f.s, Document.CCP, Candidat=initials(c), Résultat=_obtained(word, obtained))
    return _content(f.s, Document.CCP, c.id, data, said)


def _obtained(word: str, labels: Sequence[str]) -> str:
    return f"{word} obtenu{'s' if len(labels) > 1 else ''} : {' ; '.join(labels)}"


def _award(f: _Facts, c: Candidate) -> Content | None:
    standing = f.titled.get(c.id)
    if standing is None:
        return None
    steps = []
    if standing.accumulated:
        steps = [{"label": label, "on": day(standing.held[i].on)} for i, label in f.certificates.items()]
    data = {
        **_session(f.s, Document.AWARD),
        **_person(c),
        "on": long_day(f.s.exam_end_on),
        "accumulated": standing.accumulated,
        "steps": steps,
    }
    outcome = "Titre obtenu par cumul de CCP" if standing.accumulated else "Titre obtenu"
    return _content(f.s, Document.AWARD, c.id, data, _said(f.s, Document.AWARD, Candidat=initials(c), Résultat=outcome))


BUILDERS: dict[Document, Callable[[_Facts, Candidate], Content | None]] = {
    Document.CONVOCATION: _convocation,
    Document.CCP: _ccp,
    Document.AWARD: _award,
}


def _session_document(kind: Document, f: _Facts) -> Content:
    people: list[dict[str, str]] = []
    for c in f.sheet.candidates:
        row = {"name": c.name} if kind is Document.JURY else _person(c)
        if c.id in f.adjusted:
            row["adjusted"] = f.adjusted[c.id].digest
        if kind is Document.CANDIDATES:
            row["email"] = c.email
        if kind is Document.MINUTES:
            row["outcome"] = f.sheet.in_words(f.sheet.stored.get(c.id, {}))
        people.append(row)
    data: dict[str, Any] = {**_session(f.s, kind), "people": people}
    said = _said(f.s, kind, Candidats=str(len(people)))
    if kind is Document.MINUTES:
        data["jury"] = list(f.jury)
        if f.incidents:
            data["incidents"] = [{"when": f"{_column(i.day)}, {hour(i.hour)}", "text": i.text} for i in f.incidents]
        said["Résultats"] = f.sheet.tally(f.sheet.stored) or "aucun"
    if kind is Document.JURY:
        data["jury"] = list(f.jury)
    made = _content(f.s, kind, 0, data, said)
    notes = [{"name": c.name, "note": own.note} for c in f.sheet.candidates if (own := f.adjusted.get(c.id)) and own.note]
    made = replace(made, aside={"adjustments": notes}) if notes else made
    return _with_days(made, f.s) if kind is Document.ATTENDANCE else made


def _content(s: SessionRow, kind: Document, candidate_id: int, data: Mapping[str, Any], said: Mapping[str, str]) -> Content:
    return Content(kind, candidate_id, data, said, _earlier(s, data))


def _with_days(made: Content, s: SessionRow) -> Content:
    """An attendance sheet with every day of the exam, a page for each few of them."""
    first, last = _span(s, made.kind)
    days = _days(first, last) if first and last else []
    sheets = [[_column(d) for d in days[i : i + DAYS_A_PAGE]] for i in range(0, len(days), DAYS_A_PAGE)]
    before = _first_ten_working_days(_days(s.starts_on, s.actual_end_on or s.planned_end_on or s.ends_on))
    return replace(made, data={**made.data, "sheets": sheets}, earlier={**(made.earlier or {}), "days": before})


def _days(first: date, last: date) -> list[date]:
    return [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]


def _column(on: date) -> str:
    """« lun. 06/07 »"""
    return f"{DAYS[on.weekday()][:3]}. {day(on)[:5]}"


def _first_ten_working_days(days: Sequence[date]) -> list[str]:
    """The columns of a sheet as versions before the half-days made them: they are checked by the digest of that content."""
    working = [d for d in days if d.weekday() < 5] or days
    return [day(d)[:5] for d in working[:10]]
