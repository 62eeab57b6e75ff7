"""Results (domain.md 8): which outcomes there are, and when a candidate's entry is complete."""

from collections.abc import Collection, Mapping
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
