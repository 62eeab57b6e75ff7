"""The security journal: what is kept of who came in, was refused, looked at people and took them away, and how much of it. For
how long: `rules.retention`.

What one person does alike, from one place, in one hour, is one row with a count. Beyond `most` rows of a kind in an hour, what
else the same person does of that kind is one more row, without place or object: no flood fills the disk, and none is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

BY_STRANGERS = 5_000  # rows of a kind that all whom nobody knows make in an hour


class Kind(StrEnum):
    """What the journal tells of."""

    SIGNED_IN = "signed_in"
    WRONG_PASSWORD = "wrong_password"
    SLOWED = "slowed"
    WRONG_CODE = "wrong_code"
    NO_ACCOUNT = "no_account"
    FOREIGN = "foreign"
    MISSING = "missing"
    EXPORTED = "exported"
    LOOKED = "looked"
    CHANGED = "changed"


@dataclass(frozen=True)
class Line:
    """A kind, its name on the screen, and its bound. `known`: whoever does it is signed in; `by_place`: each place has its row."""

    kind: Kind
    label: str
    most: int
    known: bool = True
    by_place: bool = True


TABLE = (
    Line(Kind.SIGNED_IN, "Connexion", 100),
    Line(Kind.WRONG_PASSWORD, "Mot de passe refusé", 100, known=False),
    # Refused unseen, and so at no cost: whoever tries has as many as it likes.
    Line(Kind.SLOWED, "Essais de mot de passe refusés sans être lus", 1, known=False, by_place=False),
    Line(Kind.WRONG_CODE, "Second facteur refusé", 100, known=False),
    Line(Kind.NO_ACCOUNT, "Identité sans compte", 100, known=False),
    Line(Kind.FOREIGN, "Accès refusé", 50),
    # What does not exist is kept like what is another's: nobody tells one from the other by how long the answer takes.
    Line(Kind.MISSING, "Adresse qui n’existe pas", 50),
    Line(Kind.EXPORTED, "Export de personnes", 200),
    Line(Kind.LOOKED, "Page d’un candidat consultée", 500),
    Line(Kind.CHANGED, "Compte ou droits changés", 500),  # one event of the trail each
)
LINE: Mapping[Kind, Line] = {line.kind: line for line in TABLE}
