"""What one cell may hold: each parser gives the value, or raises BadCell with a French sentence."""

import re
from collections.abc import Callable
from datetime import date

from stdnum.fr import siret as siret_rule

from portal.emails import is_email
from portal.files.errors import BadCell
from portal.rules.french import day, number

EARLIEST, LATEST = date(1900, 1, 1), date(2099, 12, 31)
LARGEST_NUMBER = 999_999_999  # of a session


def text_of(longest: int, *, required: bool = True) -> Callable[[str], str]:
    """A parser of text of at most `longest` signs, spaces folded. It raises BadCell."""

    def parse(cell: str) -> str:
        value = " ".join(cell.split())
        if required and not value:
            raise BadCell("la cellule est vide")
        if len(value) > longest:
            raise BadCell(f"{number(len(value))} caractères, pour {number(longest)} au plus : raccourcissez")
        if any(ord(c) < 32 or ord(c) == 127 for c in value):
            raise BadCell("un caractère de commande s’y trouve")
        return value

    return parse


def day_of(cell: str) -> date:
    """A date written jj/mm/aaaa between 1900 and 2099. Raises BadCell."""
    if re.fullmatch(r"[0-9]{5}", cell):
        raise BadCell(f"« {cell} » est un nombre, pas une date : mettez la colonne au format Date dans le tableur")
    if not re.fullmatch(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", cell):
        raise BadCell(f"« {cell} » n’est pas une date jj/mm/aaaa" if cell else "la date manque")
    d, m, y = map(int, cell.split("/"))
    try:
        value = date(y, m, d)
    except ValueError:
        raise BadCell(f"« {cell} » n’existe pas au calendrier") from None
    if not EARLIEST <= value <= LATEST:
        raise BadCell(f"l’année de « {cell} » n’est pas entre {EARLIEST.year} et {LATEST.year} : corrigez-la")
    return value


def day_or_none(cell: str) -> date | None:
    """A date, or None for an empty cell. Raises BadCell."""
    return day_of(cell) if cell else None


def number_of(cell: str) -> int | None:
    """A session's number; None for an empty cell. Raises BadCell."""
    if not cell:
        return None
    if not (cell.isascii() and cell.isdecimal() and 1 <= int(cell[:12]) <= LARGEST_NUMBER and len(cell) < 12):
        raise BadCell(f"« {cell} » n’est pas un numéro de session")
    return int(cell)


def siret_of(cell: str) -> str:
    """14 digits with a valid key; La Poste's own rule is the known exception."""
    digits = re.sub(r"[\s\u00a0\u202f.]", "", cell)
    if re.fullmatch(r"[0-9],[0-9]+E\+?[0-9]+", digits, re.IGNORECASE):
        raise BadCell(f"« {cell} » : le tableur a arrondi ce SIRET ; mettez la colonne au format Texte")
    if not siret_rule.is_valid(digits):
        raise BadCell(f"« {cell} » n’est pas un SIRET (14 chiffres, clé valide) : relisez-le, chiffre par chiffre")
    return digits


def code_of(cell: str) -> str:
    """A title's code, such as TP-01303. Raises BadCell."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/-]{1,19}", cell):
        raise BadCell(f"« {cell} » n’est pas un code de titre : écrivez-le comme TP-01303")
    return cell


def level_of(cell: str) -> int | None:
    """A level from 3 to 6; None for an empty cell. Raises BadCell."""
    if cell and cell not in ("3", "4", "5", "6"):
        raise BadCell(f"le niveau « {cell} » n’est pas de 3 à 6")
    return int(cell) if cell else None


def months_of(cell: str) -> int:
    """A number of months from 0 to 120. Raises BadCell."""
    if not (cell.isascii() and cell.isdecimal() and len(cell) < 4 and int(cell) <= 120):
        raise BadCell(f"« {cell} » n’est pas un nombre de mois de 0 à 120")
    return int(cell)


def rncp_of(cell: str) -> str:
    """« RNCP35250 », however it is typed; empty for an empty cell. Raises BadCell."""
    found = re.fullmatch(r"(?:RNCP)?0*([1-9][0-9]{0,5})", re.sub(r"\s", "", cell), re.IGNORECASE)
    if cell and not found:
        raise BadCell(f"« {cell} » n’est pas un code RNCP : écrivez-le comme RNCP35250")
    return f"RNCP{found[1]}" if found else ""


def phone_of(cell: str) -> str:
    """A telephone number as it is written, of 6 to 15 digits; empty for an empty cell. Raises BadCell."""
    value = text_of(40, required=False)(cell)
    if value and not (re.fullmatch(r"[0-9+(). /-]+", value) and 6 <= sum(c.isdecimal() for c in value) <= 15):
        raise BadCell(f"« {cell} » n’est pas un numéro de téléphone : écrivez-le comme 01 02 03 04 05")
    return value


def email_of(cell: str) -> str:
    """An e-mail address; empty for an empty cell. Raises BadCell."""
    value = text_of(254, required=False)(cell)
    if value and not is_email(value):
        raise BadCell(f"« {cell} » n’est pas une adresse électronique")
    return value


def born_before(today: date) -> Callable[[str], date]:
    """A parser of birth dates before `today`. It raises BadCell."""

    def parse(cell: str) -> date:
        value = day_of(cell)
        if value >= today:
            raise BadCell(f"né(e) le {day(value)}, une date à venir : vérifiez l’année")
        return value

    return parse
