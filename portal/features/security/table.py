"""The security journal as a table for a spreadsheet."""

from collections.abc import Iterable, Iterator

from portal.features.security.queries import Told

COLUMNS = (
    "Première fois", "Dernière fois", "Fois", "Nature", "Personne", "Adresse électronique", "Compte concerné",
    "Son adresse électronique", "Objet", "Appareil", "Lieu",
)  # fmt: skip


def rows(told: Iterable[Told]) -> Iterator[tuple[object, ...]]:
    """One row of the table for each of the journal."""
    for t in told:
        when = f"{t.at:%d/%m/%Y %H:%M:%S}", f"{t.last_at:%d/%m/%Y %H:%M:%S}"
        yield (*when, t.times, t.label, t.who, t.who_email, t.about, t.about_email, t.what, t.device, t.place)
