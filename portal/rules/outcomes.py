"""Results (domain.md 8): which outcomes there are, and when a candidate's entry is complete."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.rules.lifecycle import Kind


class Outcome(StrEnum):
    TITLE = "titre"
    PARTIAL = "partiel"
    FAILED = "echec"
    ABSENT = "absent"
    ACQUIRED = "acquis"
    NOT_ACQUIRED = "non_acquis"

    @property
    def label(self) -> str:
        """What it is called on the screen."""
        return LABELS[self]


LABELS = {
    Outcome.TITLE: "Titre obtenu",
    Outcome.PARTIAL: "Réussite partielle",
    Outcome.FAILED: "Échec",
    Outcome.ABSENT: "Absent",
    Outcome.ACQUIRED: "Acquis",
    Outcome.NOT_ACQUIRED: "Non acquis",
}

FOR_TITLE = (Outcome.TITLE, Outcome.PARTIAL, Outcome.FAILED, Outcome.ABSENT)
FOR_CERTIFICATE = (Outcome.ACQUIRED, Outcome.NOT_ACQUIRED, Outcome.ABSENT)

# What is known of one candidate: the outcome of the titre under None, the outcome of a certificate under its number.
Entry = Mapping[int | None, Outcome]


def choices(kind: Kind, certificates: int) -> tuple[Outcome, ...]:
    """The outcomes that a session of this kind offers. A titre with fewer than two CCP has no partial success."""
    if kind is not Kind.TITLE:
        return FOR_CERTIFICATE
    return FOR_TITLE if certificates >= 2 else tuple(o for o in FOR_TITLE if o is not Outcome.PARTIAL)


def all_obtained(candidates: Iterable[int], stored: Mapping[int, Entry]) -> dict[int, Entry]:
    """What stands, and for everybody else the titre: where almost all have obtained it, the few are corrected."""
    return {**{number: {None: Outcome.TITLE} for number in candidates}, **stored}


def in_words(kind: Kind, entry: Entry, labels: Mapping[int, str]) -> str:
    """« Réussite partielle : CCP … »; empty when nothing is known. `labels`: of the certificates, by number."""
    if kind is not Kind.TITLE:
        return " ; ".join(f"{labels.get(c or 0, '?')} : {o.label.lower()}" for c, o in sorted(entry.items(), key=str))
    outcome = entry.get(None)
    acquired = [labels.get(c, "?") for c in entry if c is not None]
    return (outcome.label if outcome else "") + (f" : {' ; '.join(acquired)}" if acquired else "")


def problem(kind: Kind, entry: Entry, certificates: Collection[int]) -> str | None:
    """What is still missing or wrong in a candidate's entry, as a sentence that goes on with the name; None when complete."""
    if kind is not Kind.TITLE:
        if not entry:
            return "Indiquez le résultat d’au moins un certificat présenté"
        known = all(c in certificates and o in FOR_CERTIFICATE for c, o in entry.items())
        return None if known else "Choisissez un résultat de la liste"
    outcome = entry.get(None)
    if outcome is None:
        return "Choisissez un résultat"
    if outcome not in choices(kind, len(certificates)):
        return "Choisissez un résultat de la liste"
    acquired = [c for c in entry if c is not None]
    if outcome is not Outcome.PARTIAL:
        return "Les CCP ne se cochent que pour une réussite partielle" if acquired else None
    if not acquired:
        return "Cochez au moins un CCP obtenu"
    if not set(acquired) <= set(certificates):
        return "Choisissez les CCP dans la liste"
    if len(acquired) >= len(certificates):
        return "Tous les CCP sont cochés : choisissez « Titre obtenu », ou décochez-en un"
    return None


@dataclass(frozen=True)
class Past:
    """The definitive results of one person in one session, which ended on `on` (the real end date when there is one)."""

    session: int
    kind: Kind
    on: date
    entry: Entry


@dataclass(frozen=True)
class Standing:
    """Where a person stands on the way to one title.

    `held`: each CCP obtained, with the session in which it first was. `title`: the session that gave the titre;
    `accumulated` when that was a CCP session, after which none was missing. `return_by`: one year after the last partial success.
    """

    held: Mapping[int, Past]
    missing: Sequence[int]
    title: Past | None = None
    accumulated: bool = False
    return_by: date | None = None


def standing(certificates: Sequence[int], past: Iterable[Past]) -> Standing:
    """What the results of a person for a title of these CCP amount to. A CCP, once obtained, is kept for good."""
    held: dict[int, Past] = {}
    title: Past | None = None
    accumulated = False
    return_by: date | None = None
    for p in sorted(past, key=lambda p: (p.on, p.session)):
        whole = p.entry.get(None) is Outcome.TITLE
        for c in certificates:
            if whole or p.entry.get(c) is Outcome.ACQUIRED:
                held.setdefault(c, p)
        if whole and title is None:
            title, accumulated = p, False
        elif title is None and p.kind is Kind.CCP and Outcome.ACQUIRED in p.entry.values() and len(held) == len(certificates):
            title, accumulated = p, True
        if p.entry.get(None) is Outcome.PARTIAL:
            return_by = one_year_after(p.on)
    missing = [c for c in certificates if c not in held]
    return Standing(held, missing, title, accumulated, return_by if missing and title is None else None)


def one_year_after(day: date) -> date:
    """The same day a year later; 28 February for a 29th."""
    return date(day.year + 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
