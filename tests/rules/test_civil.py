"""What the deposit lacks of a candidate, and what cannot hold together."""

from dataclasses import replace

import pytest

from portal.rules.civil import LABELS, NO_FIRST_NAME, NO_PLACE, Access, Civil, contradiction, missing, words

WHOLE = Civil("Durand", "", "F", "94028", "", "", "", "continue")


@pytest.mark.parametrize(
    ("changes", "first_name", "lacks"),
    [
        ({}, "Léa", ()),
        ({}, "", (NO_FIRST_NAME,)),
        ({"birth_name": ""}, "Léa", ("Nom de naissance",)),
        ({"sex": ""}, "Léa", ("Sexe",)),
        ({"access": ""}, "Léa", ("Voie d’accès",)),
        ({"birth_insee": ""}, "Léa", (NO_PLACE,)),
        ({"birth_insee": "", "birth_commune": "Créteil"}, "Léa", (NO_PLACE,)),
        ({"birth_insee": "", "birth_postcode": "94000"}, "Léa", ()),
        ({"birth_insee": "", "birth_country": "Vietnam"}, "Léa", ()),
        ({"birth_insee": "99243"}, "Léa", (NO_PLACE,)),
        ({"birth_insee": "99243", "birth_country": "Vietnam"}, "Léa", ()),
    ],
)
def test_what_is_missing_is_named_and_a_place_is_a_commune_or_a_country(
    changes: dict[str, str], first_name: str, lacks: tuple[str, ...]
) -> None:
    assert missing(replace(WHOLE, **changes), first_name) == lacks


def test_nobody_is_born_in_a_commune_of_france_abroad() -> None:
    assert set(contradiction(replace(WHOLE, birth_country="Vietnam"))) == {"birth_country"}
    assert set(contradiction(Civil(birth_postcode="94000", birth_country="Vietnam"))) == {"birth_country"}
    assert contradiction(Civil(birth_insee="99243", birth_country="Vietnam")) == contradiction(WHOLE) == {}


def test_every_column_and_every_way_has_its_words() -> None:
    assert list(LABELS) == list(vars(Civil()))
    assert len({way.label for way in Access}) == len(Access) == 7
    assert [words("sex", "M"), words("access", "vae"), words("access", ""), words("birth_name", "F")] == [
        "Homme", Access.EXPERIENCE.label, "", "F",
    ]  # fmt: skip
