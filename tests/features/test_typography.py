"""No line of a page begins with a sign, or ends with « : and what people typed goes back as they typed it. A word that is too
long for any column has places where it may be cut."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from portal.features.sessions.actions import Practical, edit_practical
from tests.support.world import World

LOOSE = re.compile(r"\S (?=[:;?!»](?:\s|$|[.,)]))|« ")
LETTER = ("ATTENTION !", "fin de session ?")


class Text(HTMLParser):
    """The texts of a page; `held`: what its fields hold."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.held: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.held += [value or "" for name, value in attrs if name == "value"]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "02/03/2020", "20/04/2020")
    world.measure()
    yield world
    world.close()


def read(w: World, path: str, who: str = "centre") -> Text:
    text = Text()
    text.feed(w.browser(who).get(path).data.decode())
    return text


@pytest.mark.parametrize("path", ["", "/historique", "/date-reelle", "/resultats", "/annulation"])
def test_a_sign_stays_with_its_word(w: World, path: str) -> None:
    texts = read(w, f"/sessions/1{path}").texts
    assert any("\u00a0" in text for text in texts)
    assert [text for text in texts if LOOSE.search(text) and not any(words in text for words in LETTER)] == []


def test_what_the_newsletter_prints_stands_to_the_letter(w: World) -> None:
    assert any(text.startswith("ATTENTION !") for text in read(w, "/sessions/1/resultats").texts)


def test_what_a_field_holds_is_sent_back_as_it_was_typed(w: World) -> None:
    typed = "« Salle » : 12 rue ; 94000 Créteil !"
    edit_practical(w.as_("centre"), 1, w.get(1).version, Practical(None, None, typed, "08:30", "Roux"))
    page = read(w, "/sessions/1/informations")
    assert typed in page.held
    assert "«\u00a0Salle\u00a0»\u00a0: 12 rue\u00a0; 94000 Créteil\u00a0!" in "".join(read(w, "/sessions/1").texts)


def test_a_word_too_long_for_any_column_may_be_cut_where_it_is_shown_alone(w: World) -> None:
    place, email = "Wolfeschlegelsteinhausenbergerdorff", "prenom.nom-a-rallonge@formation.exemple.fr"
    edit_practical(w.as_("centre"), 1, w.get(1).version, Practical(None, None, f"{place} anticonstitutionnel", "08:30", email))
    page = w.browser("centre").get("/sessions/1").data.decode()
    assert "Wolfeschlege<wbr>lsteinhausen<wbr>bergerdorff anticonstitutionnel" in page
    assert "rallonge@<wbr>formation.<wbr>exemple.<wbr>fr" in page
    assert f"{place} anticonstitutionnel" in read(w, "/sessions/1/informations").held
    assert "<wbr>" not in page.partition("</title>")[0]
