"""An address that leads to the exam, and somebody who can be called: both sides of each bound (domain.md 8a)."""

import pytest

from portal.rules.reaching import address_lacks, can_be_called

TOWN, STREET = "la ville", "la rue"
POSTCODE = "le code postal suivi de la ville"


@pytest.mark.parametrize(
    ("address", "lacks"),
    [
        ("12 rue des Écoles, 94000 Créteil", []),
        ("12 rue des Écoles 94 000 Créteil CEDEX", []),
        ("Salle 3, 12 rue des Écoles, 94000 Créteil", []),
        ("Zone d’activité des Prés, bâtiment B, 80190 Y", []),
        ("", [POSTCODE]),
        ("Salle 3", [POSTCODE]),
        ("12 rue des Écoles, Créteil", [POSTCODE]),
        ("12 rue des Écoles, 9400 Créteil", [POSTCODE]),
        ("12 rue des Écoles, 940000 Créteil", [POSTCODE]),
        ("94000 Créteil", [STREET]),
        ("Salle 3, 94000 Créteil", [STREET]),
        ("12, 94000 Créteil", [STREET]),
        ("12 rue des Écoles, 94000", [TOWN]),
        ("94000", [STREET, TOWN]),
    ],
)
def test_an_address_has_a_street_a_postcode_and_a_town(address: str, lacks: list[str]) -> None:
    assert address_lacks(address) == lacks


@pytest.mark.parametrize(
    ("manager", "reachable"),
    [
        ("C. Roux, 01 00 00 00 00", True),
        ("C. Roux (0100000000)", True),
        ("C. Roux 01.00.00.00.00", True),
        ("C. Roux, +33 1 00 00 00 00", True),
        ("C. Roux, +33 (0)1 00 00 00 00", True),
        ("C. Roux, 0033 1 00 00 00 00", True),
        ("C. Roux <roux@centre.example>", True),
        ("", False),
        ("Roux", False),
        ("C. Roux, 01 00 00 00 0", False),
        ("C. Roux, 01 00 00 00 00 0", False),
        ("C. Roux, poste 4012", False),
        ("C. Roux, roux@centre", False),
    ],
)
def test_whom_to_call_has_a_telephone_number_or_an_email_address(manager: str, reachable: bool) -> None:
    assert can_be_called(manager) is reachable
