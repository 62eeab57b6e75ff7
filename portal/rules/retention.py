"""How long what is kept of people is kept, and why: the national account may set each duration, between bounds."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.rules.french import plural


class Kind(StrEnum):
    """What is kept of people, by what happens to it in the end."""

    SIGN_INS = "sign_ins"
    JOURNAL = "journal"
    MAILS = "mails"
    LINKS = "links"
    ADJUSTMENTS = "adjustments"
    NOTICES = "notices"
    SIGNALS = "signals"
    CENTRES = "centres"
    ACCOUNTS = "accounts"
    MEMBERS = "members"
    CANDIDATES = "candidates"


@dataclass(frozen=True)
class Duration:
    """For how long one kind is kept. `since`: what it is counted from; `years`: counted so, or else in months; `erased`: made
    anonymous, or else deleted; `why`: the reason of the default, for everybody to read."""

    kind: Kind
    what: str
    since: str
    default: int
    least: int
    most: int
    why: str
    years: bool = False
    erased: bool = False

    @property
    def setting(self) -> str:
        """The key of the setting that holds it."""
        return f"keep_{self.kind.value}"

    def in_words(self, number: int) -> str:
        """« 12 mois », « 50 ans »"""
        return plural(number, "an") if self.years else plural(number, "mois", "mois")

    def before(self, number: int, today: date) -> date:
        """What is older than this day is past its time; that of the day itself is kept."""
        return back(today, number * 12 if self.years else number)


TABLE = (
    Duration(
        Kind.SIGN_INS,
        "Connexions",
        "depuis la connexion",
        default=12,
        least=6,
        most=24,
        why="Le temps de retrouver d’où vient un accès anormal, souvent vu des mois plus tard ; au-delà, elles ne servent plus à rien.",
    ),
    Duration(
        Kind.JOURNAL,
        "Journal de sécurité",
        "depuis le fait",
        default=12,
        least=6,  # younger, the database itself lets none of it go (portal.store.security)
        most=24,
        why="Un an : qui s’est connecté, a été refusé ou a lu des personnes se demande souvent bien après.",
    ),
    Duration(
        Kind.MAILS,
        "Courriels envoyés",
        "depuis leur envoi",
        default=6,
        least=1,
        most=24,
        why="Le temps de répondre à qui dit n’avoir rien reçu : ce qu’ils annoncent reste sur le portail.",
    ),
    Duration(
        Kind.LINKS,
        "Pages personnelles des candidats et du jury",
        "depuis la fin de la session",
        default=12,
        least=1,
        most=36,
        why="Le temps de lire son résultat et de le prouver ; ensuite, le centre ou l’unité remet ce qui est gardé.",
    ),
    Duration(
        Kind.ADJUSTMENTS,
        "Aménagements d’épreuves",
        "depuis la fin de la session",
        default=3,
        least=1,
        most=12,
        erased=True,
        why="Le temps d’une contestation : ils peuvent toucher à la santé, et ne servent plus une fois l’examen passé.",
    ),
    Duration(
        Kind.NOTICES,
        "Avis",
        "depuis l’avis",
        default=12,
        least=3,
        most=36,
        why="Une année d’examens : ce qui attend encore est rappelé par un autre avis.",
    ),
    Duration(
        Kind.SIGNALS,
        "Notes de supervision",
        "depuis la clôture du signal",
        default=5,
        least=1,
        most=10,
        years=True,
        erased=True,
        why="Le temps de voir un signal revenir, et ce qui fut vérifié ; ensuite le signal reste clos, sans sa note.",
    ),
    Duration(
        Kind.CENTRES,
        "Adresse électronique et téléphone des centres fermés",
        "depuis la fermeture du centre",
        default=3,
        least=1,
        most=10,
        years=True,
        erased=True,
        why="Le temps de joindre le centre sur ses dernières sessions.",
    ),
    Duration(
        Kind.ACCOUNTS,
        "Comptes fermés",
        "depuis la fermeture",
        default=3,
        least=1,
        most=10,
        years=True,
        erased=True,
        why="Le temps de dire à un candidat ou à un juge qui a saisi un résultat contesté.",
    ),
    Duration(
        Kind.MEMBERS,
        "Membres de jury",
        "depuis la fin de leur dernière habilitation, et de la dernière session où ils ont siégé",
        default=10,
        least=3,
        most=50,
        years=True,
        erased=True,
        why="Le temps de répondre d’une décision de jury ; après, le procès-verbal signé suffit.",
    ),
    Duration(
        Kind.CANDIDATES,
        "Candidats, et ce que l’historique dit d’eux",
        "depuis la fin de la session",
        default=50,
        least=5,
        most=99,
        years=True,
        erased=True,
        why="Une vie professionnelle : un titre se fait attester, et un CCP reste acquis, toute la carrière. Après, plus aucun cumul "
        "n’est reconnu.",
    ),
)
LINE: Mapping[Kind, Duration] = {line.kind: line for line in TABLE}
DEFAULTS: Mapping[Kind, int] = {line.kind: line.default for line in TABLE}


def back(today: date, months: int) -> date:
    """The same day so many months before; the last of the month where it has no such day."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
