"""What the deposit with the Caisse des Dépôts asks of a candidate besides name and birth date (domain.md 8c), and what is missing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum


class Sex(StrEnum):
    WOMAN = "F"
    MAN = "M"

    @property
    def label(self) -> str:
        """What it is called on the screen."""
        return "Femme" if self is Sex.WOMAN else "Homme"


class Access(StrEnum):
    """How a candidate came to the certification."""

    INITIAL = "initiale"
    APPRENTICE = "apprentissage"
    CONTINUING = "continue"
    CONTRACT = "professionnalisation"
    EXPERIENCE = "vae"
    FOREIGN = "equivalence"
    FREE = "libre"

    @property
    def label(self) -> str:
        """What it is called on the screen."""
        return ACCESS[self]


ACCESS: Mapping[Access, str] = {
    Access.INITIAL: "Formation initiale, hors apprentissage",
    Access.APPRENTICE: "Apprentissage",
    Access.CONTINUING: "Formation continue, hors contrat de professionnalisation",
    Access.CONTRACT: "Contrat de professionnalisation",
    Access.EXPERIENCE: "Validation des acquis de l’expérience (VAE)",
    Access.FOREIGN: "Équivalence d’un diplôme étranger",
    Access.FREE: "Candidat libre",
}

LABELS = {
    "birth_name": "Nom de naissance",
    "usage_name": "Nom d’usage",
    "sex": "Sexe",
    "birth_insee": "Code INSEE de naissance",
    "birth_postcode": "Code postal de naissance",
    "birth_commune": "Commune de naissance",
    "birth_country": "Pays de naissance",
    "access": "Voie d’accès",
}
ABROAD = "99"  # with what an INSEE code begins that is no commune's
NO_PLACE = "Commune de naissance (code INSEE ou postal), ou pays"
NO_FIRST_NAME = "Prénom, sans lequel la Caisse des Dépôts n’inscrit personne"


@dataclass(frozen=True)
class Civil:
    """What is known of one candidate, each empty where it is not; `birth_country`: empty for whoever was born in France."""

    birth_name: str = ""
    usage_name: str = ""
    sex: str = ""
    birth_insee: str = ""
    birth_postcode: str = ""
    birth_commune: str = ""
    birth_country: str = ""
    access: str = ""

    @property
    def known(self) -> dict[str, str]:
        """What of it is known, by column."""
        return {name: value for name, value in asdict(self).items() if value}


COLUMNS = tuple(field.name for field in fields(Civil))


def missing(civil: Civil, first_name: str) -> tuple[str, ...]:
    """What the deposit lacks of this candidate, as the screen calls it; nothing where it can be made."""
    found = [] if first_name else [NO_FIRST_NAME]
    found += [LABELS[name] for name in ("birth_name", "sex", "access") if not getattr(civil, name)]
    in_france = civil.birth_postcode or (civil.birth_insee and not civil.birth_insee.startswith(ABROAD))
    return (*found, *([] if civil.birth_country or in_france else [NO_PLACE]))


def contradiction(civil: Civil) -> dict[str, str]:
    """What cannot hold together, as a sentence by column."""
    if civil.birth_country and (civil.birth_postcode or (civil.birth_insee and not civil.birth_insee.startswith(ABROAD))):
        return {
            "birth_country": "Un pays étranger et le code d’une commune de France ne vont pas ensemble : videz l’un des deux."
        }
    return {}


def words(name: str, value: str) -> str:
    """A value of one of the columns as the screen says it."""
    if name == "access" and value:
        return Access(value).label
    return Sex(value).label if name == "sex" and value else value
