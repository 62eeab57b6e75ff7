"""Taking candidates over from a CSV: `session;last_name;first_name;born_on;email`, and at need their civil status (`files.civil`)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select, update

from portal.core import links
from portal.core.convening import readdress
from portal.core.imports import TAKEN_OVER, Imported, Progress
from portal.core.keeping import differing
from portal.core.people import sort_key
from portal.features.candidates.recorded import Values, added, put
from portal.files.civil import CELLS
from portal.files.errors import Errors
from portal.files.found import Found
from portal.files.parsers import born_before, email_of, number_of, text_of
from portal.files.reading import Line, read
from portal.rules.civil import Civil, contradiction
from portal.rules.french import day
from portal.store.audit import Event
from portal.store.batches import batches
from portal.store.candidates import candidate, result
from portal.store.sessions import exam_session
from portal.store.work import Work

COLUMNS = ("session", "last_name", "first_name", "born_on", "email")
Key = tuple[int, str, date]  # of a candidate: the session, the name as it is sorted, the birth date


def import_candidates(work: Work, data: bytes | Found, progress: Progress = iter) -> Imported:
    """All or nothing. A candidate already on the session (same name, accents and case aside, same birth date) is
    updated; an empty cell of the civil status leaves what is known. Once the results of a session are saved, its candidates'
    civil status alone is completed. Raises BadFile with every error on its line; then nothing is written."""
    lines = read(data, ("session", "last_name", "first_name", "born_on"), ("email", *CELLS))
    errors = Errors()
    rows: dict[Key, dict[str, Any]] = {}
    at: dict[Key, int] = {}
    session_lines: dict[int, int] = {}
    for line in lines:
        number = line.get("session", number_of, errors)
        last = line.get("last_name", text_of(120), errors)
        first = line.get("first_name", text_of(120, required=False), errors)
        born = line.get("born_on", born_before(work.on.today), errors)
        email = line.get("email", email_of, errors)
        civil = civil_of(line, errors)
        if number is None:
            if not line.cells["session"]:
                errors.add(line.number, "session : le numéro manque")
            continue
        session_lines.setdefault(number, line.number)
        if last is None or first is None or born is None:
            continue
        key = (number, sort_key(last, first), born)
        if key in rows:
            errors.add(line.number, f"{last} {first}, né(e) le {day(born)}, est déjà à la ligne {at[key]}")
        at[key] = line.number
        rows[key] = {"last_name": last, "first_name": first, **({"email": email} if "email" in lines.columns else {}), **civil}
    with work.db.writing() as tx:
        done = _check_sessions(tx, session_lines, errors)
        known = _known(tx, rows)
        for number, key in ((key[0], key) for key in rows if key[0] in done):
            if key not in known or differing(known[key], {n: v for n, v in rows[key].items() if n not in CELLS}):
                reason = f"les résultats de la session {number} sont enregistrés, ses candidats ne changent plus"
                errors.add(at[key], f"session : {reason}, hors leur état civil")
        errors.stop_if_any()
        fresh, was = _write(tx, work, rows, known, progress)
    told = {at[key]: values for key, values in was.items()}
    return Imported(len(fresh), len(told), lines.notes, told, {at[key] for key in fresh})


def civil_of(line: Line, errors: Errors) -> dict[str, str]:
    """What the cells of this line say of a civil status, by column; nothing of those that are empty or wrong."""
    read = {
        name: line.get(cell.heading if cell.heading in line.cells else name, cell.parse, errors) for name, cell in CELLS.items()
    }
    found = {name: value for name, value in read.items() if value}
    for why in contradiction(Civil(**found)).values():
        errors.add(line.number, why.removesuffix("."))
    return found


def _check_sessions(tx: Connection, lines: dict[int, int], errors: Errors) -> set[int]:
    """Every session exists. Holds the sessions; gives those that have results, which cover the candidates that there are."""
    finished: set[int] = set()
    for some in batches(sorted(lines)):
        query = select(exam_session.c.id).where(exam_session.c.id.in_(some)).order_by(exam_session.c.id).with_for_update()
        known = set(tx.execute(query).scalars())
        saved = select(result.c.session_id).where(result.c.session_id.in_(some), result.c.definitive).distinct()
        finished |= set(tx.execute(saved).scalars())
        for number in some:
            if number not in known:
                errors.add(lines[number], f"session : la session {number} n’existe pas")
    return finished


def _known(tx: Connection, rows: Iterable[Key]) -> dict[Key, Row[Any]]:
    """The candidates that are on these sessions already."""
    return {
        (c.session_id, c.sort_key, c.born_on): c
        for some in batches(sorted({number for number, _, _ in rows}))
        for c in tx.execute(select(candidate).where(candidate.c.session_id.in_(some)))
    }


def _write(
    tx: Connection, work: Work, rows: dict[Key, dict[str, Any]], known: dict[Key, Row[Any]], progress: Progress
) -> tuple[list[Key], dict[Key, dict[str, Any]]]:
    """Those that are new, and of those that were known and change what they were."""
    fresh: dict[Key, dict[str, Any]] = {}
    was: dict[Key, dict[str, Any]] = {}
    updated: dict[int, dict[int, tuple[Values, Values]]] = defaultdict(dict)
    for key, row in rows.items():
        number, folded, born = key
        old = known.get(key)
        if old is None:
            nothing = dict.fromkeys(("email", *CELLS), "")  # rows of one statement have the same columns
            fresh[key] = {**nothing, **row, "session_id": number, "sort_key": folded, "born_on": born}
        elif changed := differing(old, row):
            was[key] = {name: getattr(old, name) for name in changed}
            void = {"convened_for": None} if changed.keys() & {"last_name", "first_name"} else {}  # its paper bears another
            tx.execute(update(candidate).where(candidate.c.id == old.id).values(**row, **void))
            updated[number][old.id] = (old._asdict(), row)
    put_in: dict[int, dict[int, Values]] = defaultdict(dict)
    for part in progress(list(batches(list(fresh.values())))):
        for candidate_id, row in zip(put(tx, part), part, strict=True):
            put_in[row["session_id"]][candidate_id] = row
    touched = sorted(put_in.keys() | updated.keys())
    for some in batches(touched):
        tx.execute(update(exam_session).where(exam_session.c.id.in_(some)).values(version=exam_session.c.version + 1))
    # Who is taken over with a session that was convened elsewhere was convened there, for what stood then.
    for some in batches([candidate_id for people in put_in.values() for candidate_id in people]):
        stands = select(exam_session.c.convocation).where(
            exam_session.c.id == candidate.c.session_id,
            exam_session.c.status_by == TAKEN_OVER,
            exam_session.c.convocation == 1,
        )
        tx.execute(update(candidate).where(candidate.c.id.in_(some)).values(convened_for=stands.scalar_subquery()))
    # A file's names are shown as the file writes them.
    told = {number: {"from_file": True, **added(put_in[number], updated[number])} for number in touched}
    work.record_all(tx, [Event("candidates", number, after=after) for number, after in told.items()])
    for number, people in updated.items():
        for candidate_id, (before, now) in people.items():
            if before["email"] and now.get("email", before["email"]) != before["email"]:
                readdress(tx, work, number, links.Key(links.CANDIDATE, candidate_id), now["email"])
    return list(fresh), was
