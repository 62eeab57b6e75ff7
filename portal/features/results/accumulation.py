"""What a correction changes beyond its own session: CCP that are held, and the titre by accumulation."""

from collections.abc import Sequence

from sqlalchemy import Connection

from portal.core.session import SessionRow
from portal.core.sheet import Entries, Sheet
from portal.features.candidates.queries import certificates_of, past_of
from portal.rules.lifecycle import Kind
from portal.rules.outcomes import Past, Standing, standing


def effects_of(conn: Connection, s: SessionRow, sheet: Sheet, entries: Entries, changed: Sequence[int]) -> list[str]:
    """A sentence for each candidate whose standing towards the titre changes by more than the result that was typed."""
    if s.kind is Kind.CCS:
        return []
    labels = dict(certificates_of(conn, s.title_id))
    people = {c.id: c for c in sheet.candidates if c.id in changed}
    identities = {c.id: c.identity for c in people.values()}
    past = past_of(conn, s.title_id, list(identities.values()))
    told = []
    for number, person in people.items():
        elsewhere = [p for p in past.get(identities[number], []) if p.session != s.number]
        if not elsewhere and s.kind is not Kind.CCP:
            continue
        now, then = (
            standing(list(labels), [*elsewhere, Past(s.number, s.kind, s.facts.effective_end_on, entry)])
            for entry in (sheet.stored.get(number, {}), entries.get(number, {}))
        )
        if said := _difference(now, then, labels):
            told.append(f"{person.name} {said}.")
    return told


def _difference(now: Standing, then: Standing, labels: dict[int, str]) -> str:
    lost = [f"« {labels[c]} »" for c in labels if c in now.held and c not in then.held]
    if now.title and not then.title:
        will_lack = "manquera" if len(lost) == 1 else "manqueront"
        return f"n’aura plus le titre : {_list(lost)} lui {will_lack} de nouveau" if lost else "n’aura plus le titre"
    if then.title and not now.title:
        return "obtiendra le titre par cumul de ses CCP" if then.accumulated else "obtiendra le titre"
    if now.title and then.title and (now.title.session, now.accumulated) != (then.title.session, then.accumulated):
        return f"gardera le titre, par la session {then.title.session}"
    if lost:
        return f"ne détiendra plus {_list(lost)}"
    gained = [f"« {labels[c]} »" for c in labels if c in then.held and c not in now.held]
    return f"détiendra {_list(gained)}" if gained else ""


def _list(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} et {items[-1]}"
