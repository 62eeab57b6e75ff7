"""The cells of a candidate’s civil status: each parser gives the value as it is kept, empty for an empty cell, or raises BadCell."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.files.errors import BadCell
from portal.files.parsers import text_of
from portal.rules.civil import LABELS, Access, Sex
from portal.rules.names import name_problem

LONGEST = 60  # of each of them in the deposit
SEXES = {
    **dict.fromkeys(("f", "femme", "féminin", "feminin", "madame", "mme"), Sex.WOMAN.value),
    **dict.fromkeys(("m", "h", "homme", "masculin", "monsieur"), Sex.MAN.value),
}
WAYS = {way.value: way.value for way in Access} | {way.label.casefold(): way.value for way in Access}


def name_of(cell: str) -> str:
    """A person's name. Raises BadCell."""
    value = text_of(LONGEST, required=False)(cell)
    if why := name_problem(value):
        raise BadCell(why.removesuffix("."))
    return value


def place_of(cell: str) -> str:
    """The name of a commune. Raises BadCell."""
    value = text_of(LONGEST, required=False)(cell)
    if value and not any(c.isalpha() for c in value):
        raise BadCell(f"« {cell} » ne contient aucune lettre")
    if value[:1] in "=+-@" and value:
        raise BadCell(f"« {cell} » commence comme une formule de tableur")
    return value


def country_of(cell: str) -> str:
    """The name of a country; empty for France. Raises BadCell."""
    value = name_of(cell)
    return "" if value.casefold() == "france" else value


def insee_of(cell: str) -> str:
    """« 94028 », « 2A004 »; four digits have lost their zero in a spreadsheet. Raises BadCell."""
    value = re.sub(r"\s", "", cell).upper()
    value = f"0{value}" if re.fullmatch(r"[1-9][0-9]{3}", value) else value
    if value and not re.fullmatch(r"[0-9][0-9AB][0-9]{3}", value):
        raise BadCell(f"« {cell} » n’est pas un code INSEE de commune (94028, 2A004)")
    return value


def postcode_of(cell: str) -> str:
    """« 94000 »; four digits have lost their zero in a spreadsheet. Raises BadCell."""
    value = re.sub(r"\s", "", cell)
    value = f"0{value}" if re.fullmatch(r"[1-9][0-9]{3}", value) else value
    if value and not re.fullmatch(r"[0-9]{5}", value):
        raise BadCell(f"« {cell} » n’est pas un code postal de cinq chiffres")
    return value


def _one_of(known: Mapping[str, str], which: str) -> Callable[[str], str]:
    def parse(cell: str) -> str:
        value = " ".join(cell.split()).casefold()
        if value and value not in known:
            raise BadCell(f"« {cell} » n’est pas {which}")
        return known.get(value, "")

    return parse


@dataclass(frozen=True)
class Cell:
    """A column: how a spreadsheet calls it, and how its cells are read."""

    heading: str
    parse: Callable[[str], str]


CELLS: Mapping[str, Cell] = {
    name: Cell(LABELS[name].casefold(), parse)
    for name, parse in {
        "birth_name": name_of,
        "usage_name": name_of,
        "sex": _one_of(SEXES, "un sexe (F ou M)"),
        "birth_insee": insee_of,
        "birth_postcode": postcode_of,
        "birth_commune": place_of,
        "birth_country": country_of,
        "access": _one_of(WAYS, f"une voie d’accès ({', '.join(way.value for way in Access)})"),
    }.items()
}
