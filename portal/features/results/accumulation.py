"""What a correction changes beyond its own session: CCP that are held, and the titre by accumulation."""

from collections.abc import Sequence

from sqlalchemy import Connection

from portal.core.session import SessionRow
from portal.core.sheet import Entries, Sheet
from portal.features.candidates.queries import certificates_of, past_of
from portal.rules.effects import Effect, effect, in_words
from portal.rules.lifecycle import Kind
from portal.rules.outcomes import Past, standing


def effects_of(conn: Connection, s: SessionRow, sheet: Sheet, entries: Entries, changed: Sequence[int]) -> dict[int, Effect]:
    """By candidate's number: what changes of the standing towards the titre by more than the result that was typed."""
    if s.kind is Kind.CCS:
        return {}
    ccp = [number for number, _ in certificates_of(conn, s.title_id)]
    people = {c.id: c for c in sheet.candidates if c.id in changed}
    identities = {c.id: c.identity for c in people.values()}
    past = past_of(conn, s.title_id, list(identities.values()))
    told = {}
    for number in people:
        elsewhere = [p for p in past.get(identities[number], []) if p.session != s.number]
        if not elsewhere and s.kind is not Kind.CCP:
            continue
        now, then = (
            standing(ccp, [*elsewhere, Past(s.number, s.kind, s.facts.effective_end_on, entry)])
            for entry in (sheet.stored.get(number, {}), entries.get(number, {}))
        )
        if found := effect(ccp, now, then):
            told[number] = found
    return told


def sentences(sheet: Sheet, effects: dict[int, Effect]) -> list[str]:
    """The effects as the unit reads them before it confirms, in the order of the sheet."""
    labels = {c.id: c.label for c in sheet.certificates}
    return [f"{c.name} {in_words(effects[c.id], labels)}." for c in sheet.candidates if c.id in effects]
