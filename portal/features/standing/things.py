"""What stands besides sessions, against what the trail says of it: kinds of things, each a line of `kinds.KINDS`."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select

from portal.features.past.shown import FIELDS
from portal.features.past.things import COLUMNS
from portal.features.standing.streams import Streams
from portal.features.standing.values import erased_signature, same, worded
from portal.store.personal import events_of

Values = Mapping[str, Any]
AT_ONCE = 500
LABELS = {
    **COLUMNS,
    **FIELDS,
    "siret": "SIRET",
    "region_code": "Région",
    "role": "Rôle",
    "centre_id": "Centre",
    "manager": "Tient les comptes du centre",
    "invited_by": "Invité par",
    "kind": "Type",
    "status": "Réponse",
    "reason": "Motif",
    "answer": "Motif de la réponse",
    "wanted_start": "Début souhaité",
    "wanted_end": "Fin souhaitée",
    "granted_start": "Début accordé",
    "granted_end": "Fin accordée",
    "number": "Numéro",
    "title": "Titre",
    "note": "Note",
    "value": "Valeur",
    "erased_at": "Données effacées le",
}
SIGNED = ("by", "actor", "written_by", "made_by", "answered_by")
# What is compared as a whole, and not shown.
WHOLES = {
    "closed": "sa fermeture",
    "password": "son mot de passe",
    "digest": "son texte",
    "pdf_digest": "son PDF",
    "drawn": "ce qui a été tiré",
    "definition": "sa définition",
}


@dataclass(frozen=True)
class Heard:
    """An event, with what it says of people as far as that is kept; `key`: what its subject says after its first word."""

    id: int
    at: datetime
    by: str
    by_id: int | None
    action: str
    session: int | None
    key: str
    before: Values
    after: Values
    reason: str


Said = Mapping[Hashable, Values]
# What an event says, by what was said before: of which thing, and the values of its columns; None: it is gone.
Hears = Callable[[Heard, Said], Iterator[tuple[Hashable, Values | None]]]


@dataclass(frozen=True)
class Kind:
    """A kind of thing: what one is called, by its key; its rows, and their key; which events tell of it, and how; what else than a
    column a value is compared with; rows that stand without any event; what is known of some before any event."""

    words: str
    rows: Select[Any]
    key: Callable[[Row[Any]], Hashable]
    hears: Mapping[str, Hears]
    also: Mapping[str, Callable[[Row[Any]], object]] = field(default_factory=dict)
    untold: Callable[[Row[Any]], bool] = lambda row: False
    known: Mapping[Hashable, Values] = field(default_factory=dict)
    always: bool = False  # events have told of it since the first version
    older: Callable[[Row[Any]], str] | None = None  # the key of events that version 1.11.0 or an earlier one wrote


class Things:
    """What the trail says of all of them, after the events that were heard."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self.kinds = kinds
        self.told: list[dict[Hashable, dict[str, Any]]] = [{key: dict(v) for key, v in kind.known.items()} for kind in kinds]
        self.last: list[dict[Hashable, int]] = [{} for _ in kinds]
        self._waiting: list[Row[Any]] = []
        self._actions = {action for kind in kinds for action in kind.hears}

    def hear(self, conn: Connection, e: Row[Any]) -> None:
        """One event more; some at once are read."""
        if e.action in self._actions:
            self._waiting.append(e)
        if len(self._waiting) == AT_ONCE:
            self.listen(conn)

    def listen(self, conn: Connection) -> None:
        """Read the events that wait."""
        rows, self._waiting = self._waiting, []
        for e, (shown, before, after) in zip(rows, events_of(conn, rows), strict=True):
            key = e.subject.partition(" ")[2]
            heard = Heard(e.id, e.at, e.actor, e.actor_id, e.action, e.session_id, key, before, after, shown.reason)
            for kind, told, last in zip(self.kinds, self.told, self.last, strict=True):
                if e.action in kind.hears:
                    for of, values in list(kind.hears[e.action](heard, told)):
                        last[of] = e.id
                        if values is None:
                            told.pop(of, None)
                        else:
                            told.setdefault(of, {}).update(values)

    def of(self, kind: Kind) -> dict[Hashable, dict[str, Any]]:
        """What is told of the things of one kind, by key."""
        return self.told[self.kinds.index(kind)]

    def differing(self, conn: Connection, whole: bool) -> Iterator[str]:
        """Each thing that is not what the trail says, as a sentence. `whole`: this trail tells of every thing there is."""
        streams = Streams(conn)
        for kind, told, last in zip(self.kinds, self.told, self.last, strict=True):
            for row in streams.rows(kind.rows):
                key = kind.key(row)
                said = told.pop(key, None)
                if kind.older and (before := told.pop(kind.older(row), None)):
                    said = {**before, **(said or {})}
                words = kind.words.format(key)
                if said is not None:
                    yield from (f"{words} : {why} (événement {last.get(key, 0)})" for why in differing_of(kind, row, said))
                elif (whole or kind.always) and not kind.untold(row):
                    yield f"{words} : aucun événement n’en parle"
            gone = [key for key in told if not (kind.older and isinstance(key, str))]
            yield from (f"{kind.words.format(key)} : le journal en parle, et il n’y en a plus trace" for key in gone)


def differing_of(kind: Kind, row: Row[Any], said: Values) -> Iterator[str]:
    """What of a thing is not what was said."""
    for name, value in said.items():
        stands = kind.also[name](row) if name in kind.also else row._mapping[name]
        if same(stands, value) or (name in SIGNED and erased_signature(stands, value)):
            continue
        if name in kind.also:
            yield f"{WHOLES[name]} n’est pas ce que dit le journal"
        else:
            label = LABELS.get(name, f"ce qu’il garde ({name})")
            yield f"{label} : {worded(stands)} dans la base, {worded(value)} dans le journal"
