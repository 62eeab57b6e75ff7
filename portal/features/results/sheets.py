"""The results of one session as a spreadsheet: the sheet to fill in, and what a filled one says, line by line. Nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from portal.core.people import sort_key
from portal.core.sheet import Candidate, Sheet
from portal.files.errors import BadCell, Errors
from portal.files.reading import Line, named
from portal.files.table import found
from portal.rules.french import day, of
from portal.rules.lifecycle import Kind
from portal.rules.outcomes import Outcome
from portal.store.text import fold

NUMBER, OUTCOME, CCP, CERTIFICATE = "n°", "résultat", "ccp obtenus", "certificat"
WHO = ("nom", "prénom", "date de naissance")
ALSO = {"no": NUMBER, "numéro": NUMBER, "resultat": OUTCOME, "prenom": "prénom"}
BETWEEN = "|"
LONGEST = 300  # signs of a cell that are looked at: more name nothing


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
    words, said = Words(sheet), dict[tuple[int, int | None], int]()
    for line in lines:
        errors = Errors()
        who = _candidate(line, words, errors)
        entry = _entry(line, words, errors) if who else {}
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


class Words:
    """What may stand in the cells of this session, as it is compared: folded once for the whole file, not for each line."""

    def __init__(self, sheet: Sheet) -> None:
        self.whole, self.choices = sheet.kind is Kind.TITLE, sheet.choices
        self.people = {c.id: c for c in sheet.candidates}
        self.names = {c.id: (sort_key(c.last_name, c.first_name), sort_key(c.last_name, "")) for c in sheet.candidates}
        self.outcomes = {fold(word): o for o in sheet.choices for word in (o.label, o.value, o.value.replace("_", " "))}
        self.certificates = {fold(c.label): c.id for c in reversed(sheet.certificates)}

    def outcome(self, cell: str) -> Outcome | None:
        """The outcome that a cell says, None for an empty one. Raises BadCell."""
        if not cell.strip():
            return None
        if (known := self.outcomes.get(fold(cell[:LONGEST]))) is None:
            raise BadCell(f"« {cell[:40]} » n’est pas un résultat ({', '.join(o.label for o in self.choices)})")
        return known

    def certificate(self, cell: str) -> int:
        """The certificate that a cell names. Raises BadCell."""
        if (known := self.certificates.get(fold(cell[:LONGEST]))) is None:
            raise BadCell(f"« {cell.strip()[:60]} » n’est pas un certificat de cette session")
        return known

    def held(self, cell: str) -> list[int]:
        """The certificates that a cell names, one after the other. Raises BadCell."""
        ticked = [part for part in cell.split(BETWEEN) if part.strip()]
        if len(ticked) > len(self.certificates):
            raise BadCell(f"{len(ticked)} CCP, et le titre en a {len(self.certificates)}")
        return [self.certificate(part) for part in ticked]


def _candidate(line: Line, words: Words, errors: Errors) -> Candidate | None:
    """Whom this line is of: by number, and by name where it says one, so that a column that slipped shows."""
    cell = line.cells[NUMBER]
    who = words.people.get(int(cell)) if cell.isascii() and cell.isdecimal() and len(cell) < 10 else None
    if who is None:
        errors.add(line.number, f"{NUMBER} « {cell[:40]} » n’est celui d’aucun candidat de cette session")
        return None
    last, first = line.cells["nom"][:LONGEST], line.cells["prénom"][:LONGEST]
    if last and sort_key(last, first) not in words.names[who.id]:
        errors.add(line.number, f"le {NUMBER} {cell} est celui {of(who.name)}, et non de {last} {first}".rstrip())
        return None
    return who


def _entry(line: Line, words: Words, errors: Errors) -> dict[int | None, Outcome]:
    outcome = line.get(OUTCOME, words.outcome, errors)
    if outcome is None:
        return {}
    if not words.whole:
        certificate = line.get(CERTIFICATE, words.certificate, errors)
        return {certificate: outcome} if certificate is not None else {}
    held = line.get(CCP, words.held, errors) if outcome is Outcome.PARTIAL else []
    return {None: outcome, **dict.fromkeys(held or (), Outcome.ACQUIRED)}
