"""What French does to words that stand beside others."""

import pytest

from portal.rules.french import of


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Camille Roux", "de Camille Roux"),
        ("Andréa Colin", "d’Andréa Colin"),
        ("ÉLUARD Paul", "d’ÉLUARD Paul"),
        ("ŒRSTED Søren", "d’ŒRSTED Søren"),
        ("ŁUKASIEWICZ Zbigniew", "de ŁUKASIEWICZ Zbigniew"),
        ("Hugo Martin", "de Hugo Martin"),
        ("", "de "),
    ],
)
def test_a_name_that_begins_with_a_vowel_takes_the_one_before_it(name: str, said: str) -> None:
    assert of(name) == said
