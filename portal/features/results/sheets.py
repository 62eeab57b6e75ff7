"""The results of one session as a spreadsheet: the sheet to fill in, and what a filled one says, line by line. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.core.people import sort_key
from portal.core.sheet import Candidate, Sheet
from portal.files.errors import BadCell, Errors
from portal.files.reading import Line, named
from portal.files.table import found
from portal.rules.french import day
from portal.rules.lifecycle import Kind
from portal.rules.outcomes import Outcome
from portal.store.text import fold

NUMBER, OUTCOME, CCP, CERTIFICATE = "n°", "résultat", "ccp obtenus", "certificat"
WHO = ("nom", "prénom", "date de naissance")
ALSO = {"no": NUMBER, "numéro": NUMBER, "resultat": OUTCOME, "prenom": "prénom"}
BETWEEN = "|"


@dataclass
class Read:
    """What a file says: the entries, what of its lines cannot be taken, and how many candidates it says something of."""

    entries: dict[int, dict[int | None, Outcome]] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    notes: Sequence[str] = ()


def columns(sheet: Sheet) -> tuple[str, ...]:
    """What stands in the first row of a sheet of this session."""
    return (NUMBER, *WHO, *((OUTCOME, CCP) if sheet.kind is Kind.TITLE else (CERTIFICATE, OUTCOME)))


def model(sheet: Sheet) -> list[tuple[str, ...]]:
    """The sheet to fill in, with its candidates and what is known of them: a line each, or one for each certificate."""
    labels = {c.id: c.label for c in sheet.certificates}
    rows: list[tuple[str, ...]] = [columns(sheet)]
    for c in sheet.candidates:
        who, entry = (str(c.id), c.last_name, c.first_name, day(c.born_on)), sheet.stored.get(c.id, {})
        if sheet.kind is Kind.TITLE:
            outcome = entry.get(None)
            held = f" {BETWEEN} ".join(labels[n] for n in entry if n is not None)
            rows.append((*who, outcome.label if outcome else "", held))
        else:
            rows += [(*who, label, entry[n].label if n in entry else "") for n, label in labels.items()]
    return rows


def read(data: bytes, sheet: Sheet) -> Read:
    """What a filled sheet says. A line without a result says nothing. Raises BadFile where the table itself cannot be read."""
    required = (NUMBER, OUTCOME) if sheet.kind is Kind.TITLE else (NUMBER, CERTIFICATE, OUTCOME)
    optional = (*WHO, CCP) if sheet.kind is Kind.TITLE else WHO
    lines, told = named(found(data, len(required)), required, optional, ALSO), Read()
    people, said = {c.id: c for c in sheet.candidates}, dict[tuple[int, int | None], int]()
    for line in lines:
        errors = Errors()
        who = _candidate(line, people, errors)
        entry = _entry(line, sheet, errors) if who else {}
        for key in ((who.id, certificate) for certificate in entry) if who else ():
            if key[1] is None or sheet.kind is not Kind.TITLE:
                if key in said:
                    errors.add(line.number, f"déjà à la ligne {said[key]}")
                said.setdefault(key, line.number)
        told.problems += [(e.line, e.message) for e in errors.found]
        if who and entry and not errors.found:
            told.entries.setdefault(who.id, {}).update(entry)
    told.notes = lines.notes
    return told


def _candidate(line: Line, people: Mapping[int, Candidate], errors: Errors) -> Candidate | None:
    """Whom this line is of: by number, and by name where it says one, so that a column that slipped shows."""
    cell = line.cells[NUMBER]
    who = people.get(int(cell)) if cell.isascii() and cell.isdecimal() and len(cell) < 10 else None
    if who is None:
        errors.add(line.number, f"{NUMBER} « {cell} » n’est celui d’aucun candidat de cette session")
        return None
    last, first = line.cells["nom"], line.cells["prénom"]
    if last and sort_key(last, first) not in (sort_key(who.last_name, who.first_name), sort_key(who.last_name, "")):
        errors.add(line.number, f"le {NUMBER} {cell} est celui de {who.name}, et non de {last} {first}".rstrip())
        return None
    return who


def _entry(line: Line, sheet: Sheet, errors: Errors) -> dict[int | None, Outcome]:
    outcome = line.get(OUTCOME, lambda cell: _outcome(cell, sheet), errors)
    if outcome is None:
        return {}
    if sheet.kind is not Kind.TITLE:
        certificate = line.get(CERTIFICATE, lambda cell: _certificate(cell, sheet), errors)
        return {certificate: outcome} if certificate is not None else {}
    ticked = [part for part in line.cells[CCP].split(BETWEEN) if part.strip()]
    held = [_held(line, part, sheet, errors) for part in ticked] if outcome is Outcome.PARTIAL else []
    return {None: outcome, **{number: Outcome.ACQUIRED for number in held if number is not None}}


def _held(line: Line, part: str, sheet: Sheet, errors: Errors) -> int | None:
    try:
        return _certificate(part, sheet)
    except BadCell as error:
        errors.add(line.number, f"{CCP} : {error}")
        return None


def _outcome(cell: str, sheet: Sheet) -> Outcome | None:
    if not cell.strip():
        return None
    known = {fold(word): o for o in sheet.choices for word in (o.label, o.value, o.value.replace("_", " "))}
    if fold(cell) not in known:
        raise BadCell(f"« {cell[:40]} » n’est pas un résultat ({', '.join(o.label for o in sheet.choices)})")
    return known[fold(cell)]


def _certificate(cell: str, sheet: Sheet) -> int:
    found = next((c.id for c in sheet.certificates if fold(c.label) == fold(cell)), None)
    if found is None:
        raise BadCell(f"« {cell.strip()[:60]} » n’est pas un certificat de cette session")
    return found
