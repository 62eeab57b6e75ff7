"""A sheet of results as a browser sends it, read against the sheet that the session has once it is held.

Titre: `resultat-CANDIDATE`, and `ccp-CANDIDATE` once for each CCP that is ticked under « Réussite partielle ».
CCP and CCS: `resultat-CANDIDATE-CERTIFICATE`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.core.sheet import Candidate, Sheet, Typed
from portal.rules.lifecycle import Kind
from portal.rules.outcomes import FOR_CERTIFICATE, Entry, Outcome

OUTCOMES = ("resultat-", "ccp-")
_OF_CERTIFICATE = re.compile(r"resultat-([0-9]{1,9})-([0-9]{1,9})")


@dataclass(frozen=True)
class Sent:
    """The fields of a sheet by name, with all that was sent of each."""

    fields: Mapping[str, Sequence[str]]

    def on(self, sheet: Sheet) -> Typed:
        """What was typed, in the terms of this sheet; a certificate that it no longer has is still named, and the act tells."""
        title = sheet.kind is Kind.TITLE
        others = {} if title else self._of_certificates({c.id for c in sheet.certificates})
        entries: dict[int, Entry] = {}
        nonsense: dict[int, str] = {}
        for person in sheet.candidates:
            entry, wrong = self._of_title(person, sheet) if title else self._of_each(person, sheet)
            entry |= others.get(person.id, {})
            if wrong:
                nonsense[person.id] = f"Choisissez un résultat de la liste pour {person.name}."
            if entry:
                entries[person.id] = entry
        return Typed(entries, sheet.version, nonsense)

    def _word(self, name: str) -> str:
        sent = self.fields.get(name)
        return sent[0] if sent else ""

    def _of_title(self, person: Candidate, sheet: Sheet) -> tuple[dict[int | None, Outcome], bool]:
        word = self._word(f"resultat-{person.id}")
        if not word:
            return {}, False
        if word not in sheet.choices:
            return {}, True
        entry: dict[int | None, Outcome] = {None: Outcome(word)}
        if word != Outcome.PARTIAL:
            return entry, False
        known = {str(c.id): c.id for c in sheet.certificates}
        ticked = self.fields.get(f"ccp-{person.id}", ())
        return entry | {known[t]: Outcome.ACQUIRED for t in ticked if t in known}, any(t not in known for t in ticked)

    def _of_each(self, person: Candidate, sheet: Sheet) -> tuple[dict[int | None, Outcome], bool]:
        words = {c.id: self._word(f"resultat-{person.id}-{c.id}") for c in sheet.certificates}
        entry: dict[int | None, Outcome] = {c: Outcome(word) for c, word in words.items() if word in FOR_CERTIFICATE}
        return entry, any(word and word not in FOR_CERTIFICATE for word in words.values())

    def _of_certificates(self, known: set[int]) -> dict[int, dict[int | None, Outcome]]:
        """What was typed of certificates that the sheet does not have, by candidate."""
        found: dict[int, dict[int | None, Outcome]] = {}
        for name in self.fields:
            numbers = _OF_CERTIFICATE.fullmatch(name)
            if numbers and int(numbers[2]) not in known and (word := self._word(name)) in FOR_CERTIFICATE:
                found.setdefault(int(numbers[1]), {})[int(numbers[2])] = Outcome(word)
        return found
