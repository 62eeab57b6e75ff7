"""The demonstration, made by code with a fixed seed through the same actions as real use: its audit trail is true."""

import csv
import random
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select, update
from stdnum import luhn

from portal.clock import PARIS
from portal.core.finding import find
from portal.core.outcomes import Doubtful
from portal.core.session import SessionRow
from portal.core.sheet import Typed
from portal.core.sheet import load as load_sheet
from portal.demo import bulk, cases, colleagues, data, depositing, exchanges, moved, preparing, signed
from portal.features.access.inviting import invite
from portal.features.accounts.queries import by_email
from portal.features.attendance.actions import note_incident
from portal.features.candidates.importing import COLUMNS as CANDIDATE_COLUMNS
from portal.features.candidates.importing import import_candidates
from portal.features.measures.actions import apply
from portal.features.measures.catalogue import find as find_measure
from portal.features.reference.approvals import import_approvals
from portal.features.reference.importing import import_centres, import_titles
from portal.features.results.actions import correct_results, enter_results, save_draft, seal
from portal.features.sessions.actions import Practical, advance, edit_practical, set_actual_end
from portal.features.sessions.importing import REQUIRED as SESSION_COLUMNS
from portal.features.sessions.importing import import_sessions
from portal.files.cells import lines
from portal.paths import ROOT
from portal.rules.civil import COLUMNS as CIVIL
from portal.rules.french import parse_day
from portal.rules.lifecycle import Action, Kind, Role, Status
from portal.rules.outcomes import Outcome
from portal.store.actors import Occasion, Source, operator
from portal.store.database import Database
from portal.store.places import department
from portal.store.sessions import exam_session
from portal.store.summing import fold
from portal.store.work import Work

Progress = Callable[[Iterable[Any], str], Iterable[Any]]
S = Status


class DatabaseNotEmpty(Exception):
    pass


def load(db: Database, today: date, unit_label: str, sessions: int | None, progress: Progress) -> int:
    """Fill an empty database; how many sessions it has comes back. Raises DatabaseNotEmpty."""
    with db.reading() as conn:
        if conn.execute(select(func.count()).select_from(exam_session)).scalar():
            raise DatabaseNotEmpty
    return _Loader(db, today, unit_label, progress).run(sessions)


class _Loader:
    def __init__(self, db: Database, today: date, unit_label: str, progress: Progress) -> None:
        self.db, self.today, self.unit, self.progress = db, today, unit_label, progress
        self.random = random.Random(224566)  # noqa: S311
        self.sirets: list[str] = []
        self.titles: list[str] = []

    def at(self, day: str | date, who: str | None = None, hour: int = 9, source: Source = Source.WEB) -> Work:
        """The hands of somebody, on a day."""
        when = date.fromisoformat(day) if isinstance(day, str) else day
        if who is None:
            actor, source = operator("REPRISE"), Source.CLI
        else:
            with self.db.reading() as conn:
                found = by_email(conn, who, (self.unit, "DIRECCTE"))
            assert found, who
            actor = found
        return Work(self.db, Occasion(actor, source, datetime.combine(when, time(hour), PARIS), when), self.unit)

    def run(self, sessions: int | None) -> int:
        self.reference()
        rows = [
            *cases.specials(self.sirets),
            *cases.grid(self.sirets, self.titles),
            *cases.asked(self.sirets),
            *moved.rows(self.sirets[0]),
        ]
        self.sessions("2020-01-02", [r for r in rows if r[0] != 224566])
        self.sessions("2020-03-02", [r for r in rows if r[0] == 224566])
        self.candidates("2020-01-03", rows)
        self.juries(rows)
        for number, siret, *_, end, status in self.progress(self.finished(rows), "Résultats"):
            self.finish(number, siret, end, status)
        self.practical_details()
        measure, text = find_measure("confinement-2020")
        apply(self.at("2020-06-14", "national@demo.example", 7), measure, text)
        self.after_the_measure()
        since = cases.since(self.sirets, self.titles)
        self.sessions(self.today, since)
        self.candidates(self.today, since)
        exchanges.write(self.at, self.today)
        colleagues.write(self.at, self.sirets[2])
        depositing.write(self.at, self.today)
        with self.db.reading() as conn:
            total = conn.execute(select(func.count()).select_from(exam_session)).scalar_one()
        fold(self.db)
        if sessions:
            total += bulk.load(self.at(self.today), sessions - total, len(self.titles), data.FIRST, self.progress)
        return total

    # ---- reference data and accounts

    def reference(self) -> None:
        start = self.at("2020-01-02")
        self.sirets = [invented_siret(i) for i in range(len(data.CENTRES))]
        centres = [(siret, name, code) for siret, (name, code) in zip(self.sirets, data.CENTRES, strict=True)]
        import_centres(start, _csv(("siret", "name", "department"), centres))
        titles = (ROOT / "portal/demo/titles.csv").read_bytes()
        import_titles(start, titles)
        known = {row["code"]: row["expires_on"] for row in csv.DictReader(titles.decode().splitlines(), delimiter=";")}
        expiries = {code: parse_day(expiry) for code, expiry in known.items()}
        self.titles = [code for code in known if code not in (data.EXPIRED, data.PROLONGED)]
        columns = ("number", "siret", "title", "valid_from", "valid_to")
        import_approvals(start, _csv(columns, preparing.approvals(self.sirets, expiries)))
        with self.db.writing() as tx:
            tx.execute(
                update(department)
                .where(department.c.unit_email.is_(None))
                .values(unit_email="ud" + func.lower(department.c.code) + "@demo.example")
            )
        for email, name, role, scope in data.ACCOUNTS:
            scopes = {
                "siret": self.sirets[scope] if role == "centre" and isinstance(scope, int) else None,
                "department_code": scope if role == "ud" else None,
                "region_name": scope if role == "region" else None,
            }
            invite(start, email, Role(role), name=name, password=data.PASSWORD, **scopes)  # type: ignore[arg-type]
        for i in range(2, len(self.sirets)):
            invite(start, f"secretariat{i}@demo.example", Role.CENTRE, siret=self.sirets[i], name=f"Secrétariat {i}")

    def owner(self, siret: str) -> str:
        i = self.sirets.index(siret)
        return ("centre@demo.example", "autre-centre@demo.example")[i] if i < 2 else f"secretariat{i}@demo.example"

    def finished(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [r for r in rows if r[6] in (S.RESULTS, S.LOCKED)]

    def sessions(self, day: str | date, rows: list[tuple[Any, ...]]) -> None:
        """Taken over as they stood; those with results come in before their results, which are entered as a centre does."""
        shown = [(*r[:6], S.CONVOKED if r[6] in (S.RESULTS, S.LOCKED) else r[6], None) for r in rows]
        import_sessions(
            self.at(day), _csv(SESSION_COLUMNS, [tuple(str(v) if isinstance(v, Status) else v for v in r) for r in shown])
        )

    def candidates(self, day: str | date, rows: list[tuple[Any, ...]]) -> None:
        people = [(*c, *data.civil(c[1], c[3])) for r in rows for c in self.people(r[0])]
        import_candidates(self.at(day), _csv((*CANDIDATE_COLUMNS, *CIVIL), people))

    def people(self, number: int) -> Iterator[tuple[Any, ...]]:
        if number in preparing.PEOPLE:
            yield from ((number, *person) for person in preparing.PEOPLE[number])
            return
        if number in moved.NUMBERS:
            yield from moved.people(number)
            return
        count = {224561: 12, 224562: 40, 224566: 8, 224572: 0, 224575: 0}.get(number, self.random.randint(2, 6))
        hurting = list(data.NAMES) if 224561 <= number <= 224571 else []
        ordinary = [(last, first) for last in data.LAST for first in data.FIRST]
        self.random.shuffle(ordinary)
        for i, (last, first) in enumerate((hurting + ordinary)[:count]):
            born = date(1962, 1, 1) + timedelta(days=self.random.randint(0, 14000))
            yield number, last, first, born, f"candidat{number}-{i + 1}@demo.example"

    # ---- what people did

    def juries(self, rows: list[tuple[Any, ...]]) -> None:
        """Two members sit on each session that is shown first; the late one still has none."""
        free = {
            code: preparing.keep_jury(self.at("2020-01-03", f"ud{code}@demo.example"), code, self.titles) for code in ("94", "75")
        }
        for i, row in enumerate(r for r in rows if 224561 <= r[0] <= 224574 or r[0] in moved.NUMBERS):
            work = self.at("2020-01-06", self.owner(row[1]), 14)
            pair = free["75" if row[1] == self.sirets[1] else "94"]
            preparing.seat_two(work, row[0], self.session(work, row[0]).version, pair[i % 2 :] + pair[: i % 2])

    def session(self, work: Work, number: int) -> SessionRow:
        with self.db.reading() as conn:
            return find(conn, work.actor, number, self.unit)

    def entries(self, s: SessionRow, share: float = 1.0) -> dict[int, dict[int | None, Outcome]]:
        with self.db.reading() as conn:
            sheet = load_sheet(conn, s)
        told = preparing.entries(s.number, [c.id for c in sheet.candidates], [c.id for c in sheet.certificates])
        if told is not None:
            return told
        found: dict[int, dict[int | None, Outcome]] = {}
        for c in sheet.candidates[: max(1, int(len(sheet.candidates) * share))]:
            if s.kind is not Kind.TITLE:
                found[c.id] = {cert.id: Outcome.ACQUIRED for cert in sheet.certificates}
                continue
            outcome = self.random.choices(sheet.choices, [6, 2, 1, 1][: len(sheet.choices)])[0]
            found[c.id] = {None: outcome}
            if outcome is Outcome.PARTIAL:
                found[c.id][sheet.certificates[0].id] = Outcome.ACQUIRED
        return found

    def finish(self, number: int, siret: str, end: date, status: Status) -> None:
        work = self.at(max(end, date(2020, 1, 6)), self.owner(siret), 16)
        s = self.session(work, number)
        enter_results(work, number, s.version, Typed(self.entries(s), s.version))
        code = dict(zip(self.sirets, data.CENTRES, strict=True))[siret][1]
        unit = self.at(work.on.today + timedelta(days=2), f"ud{code}@demo.example", 10) if code in ("94", "75") else None
        signed.go_on(work, unit, number)
        if status is S.LOCKED and unit:
            advance(unit, number, self.session(unit, number).version, Action.LOCK)

    def practical_details(self) -> None:
        """Where, when and whom to call: known of the sessions that are shown first, but for one whose centre still has to tell."""
        for number, owner in data.TOLD:
            work = self.at("2020-03-03", f"{owner}@demo.example", 11)
            edit_practical(work, number, self.session(work, number).version, Practical(None, None, *data.WHERE))

    def after_the_measure(self) -> None:
        alarm = "Alarme incendie : épreuve interrompue vingt minutes, et prolongée d’autant."
        note_incident(self.at("2020-06-02", "centre@demo.example", 11), 224571, date(2020, 6, 2), "10:20", alarm)
        centre = self.at(self.today, "centre@demo.example", 8)
        for number, end in ((224562, date(2020, 6, 12)), (224569, date(2020, 9, 1))):
            asked = set_actual_end(centre, number, self.session(centre, number).version, end)
            if isinstance(asked, Doubtful):
                set_actual_end(centre, number, self.session(centre, number).version, end, asked.seal)
        s = self.session(centre, 224562)
        save_draft(centre, 224562, s.version, Typed(self.entries(s, 0.25), s.version))
        unit = self.at("2020-06-11", "ud94@demo.example", 15)
        s = self.session(unit, 224565)
        with self.db.reading() as conn:
            sheet = load_sheet(conn, s)
        first = sheet.candidates[0].id
        other = Outcome.FAILED if sheet.stored[first].get(None) is not Outcome.FAILED else Outcome.TITLE
        typed = Typed({**sheet.stored, first: {None: other}}, s.version)
        correct_results(unit, 224565, s.version, typed, "Erreur de report du procès-verbal")
        over = next(r for r in self.moved_and_convoked() if r not in (224561, 224562, 224569, *moved.NUMBERS))
        s = self.session(centre, over)
        set_actual_end(centre, over, s.version, max(s.starts_on, date(2020, 6, 10)))
        s = self.session(centre, over)
        entries = self.entries(s)
        enter_results(centre, over, s.version, Typed(entries, s.version), seal(centre, s, entries))
        moved.go_on(self.at, self.today)

    def moved_and_convoked(self) -> list[int]:
        with self.db.reading() as conn:
            query = select(exam_session.c.id).where(
                exam_session.c.postponed_run_id.is_not(None),
                exam_session.c.status == S.CONVOKED.value,
                exam_session.c.department_code == "94",
                exam_session.c.centre_id == self.at(self.today, "centre@demo.example").actor.centre_id,
            )
            return list(conn.execute(query.order_by(exam_session.c.id)).scalars())


def _csv(columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> bytes:
    return "".join(lines(list(columns), rows)).encode()


def invented_siret(position: int) -> str:
    """An invented SIRET with valid keys: 9000010.. is a range in which no company stands."""
    siren = next(n for n in range(900_001_000 + 10 * position, 900_001_010 + 10 * position) if luhn.is_valid(str(n)))
    return next(f"{siren}{nic:05}" for nic in range(10, 20) if luhn.is_valid(f"{siren}{nic:05}"))
