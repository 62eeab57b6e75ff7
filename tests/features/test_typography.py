"""No line of a page begins with a sign, or ends with « : and what people typed goes back as they typed it. A word that is too
long for any column has places where it may be cut."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typst

from portal.features.sessions.actions import Practical, edit_practical
from portal.paths import TEMPLATES
from portal.rules.abbreviations import ABBREVIATIONS
from portal.rules.french import unbroken
from tests.support.papers import text_of
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


def test_an_apostrophe_is_a_curved_one_but_in_fields_and_addresses(w: World) -> None:
    edit_practical(
        w.as_("centre"), 1, w.get(1).version, Practical(None, None, "12 rue de l'Yser", "08:30", "d'O, jean.d'o@exemple.fr")
    )
    assert "12 rue de l’Yser" in "".join(read(w, "/sessions/1").texts)
    assert "d’O, jean.d'o@exemple.fr" in "".join(read(w, "/sessions/1").texts)
    assert "12 rue de l'Yser" in read(w, "/sessions/1/informations").held


def test_an_address_that_is_cut_keeps_its_apostrophe(w: World) -> None:
    email = "jean.d'ormesson.rallonge@formation.exemple.fr"
    edit_practical(w.as_("centre"), 1, w.get(1).version, Practical(None, None, "12 rue de l'Yser", "08:30", email))
    page = read(w, "/sessions/1").texts
    assert email in "".join(page) and email not in page


def test_an_abbreviation_is_spelt_out_where_a_page_first_has_it(w: World) -> None:
    page = w.browser("centre").get("/sessions/1").data.decode().partition("<main")[2]
    assert page.count(f'<abbr title="{ABBREVIATIONS["DTE"]}">DTE</abbr>') == 1
    assert page.index(">DTE<") < page.index("DTE envoyé")
    assert ">UD 94</abbr>" in page


def test_a_mail_has_its_spaces_and_apostrophes() -> None:
    assert unbroken("« l'UD » : à jean.d'o@exemple.fr !") == "«\u00a0l’UD\u00a0»\u00a0: à jean.d'o@exemple.fr\u00a0!"


def test_a_paper_has_its_apostrophes(w: World, tmp_path: Path) -> None:
    edit_practical(w.as_("centre"), 1, w.get(1).version, Practical(None, None, "12 rue de l'Yser", "08:30", "Roux"))
    text = text_of(w.browser("centre").get("/sessions/1/documents/liste-candidats.pdf").data, tmp_path)
    assert "12 rue de l’Yser" in text and "'" not in text


def test_no_line_of_a_paper_begins_with_a_sign(tmp_path: Path) -> None:
    """On lines of every width: where a line could break before a sign, it breaks before the word."""
    (tmp_path / "french.typ").write_bytes((TEMPLATES / "documents/french.typ").read_bytes())

    blocks = "".join(f"#block(width: {width}mm)[Motif : non ; oui ! Soit « Salle » ?]" for width in range(12, 40))
    (tmp_path / "x.typ").write_text(f'#import "french.typ": french\n#set text(lang: "fr")\n#show: french\n{blocks}')
    pdf = typst.compile(str(tmp_path / "x.typ"))
    assert isinstance(pdf, bytes)
    lines = [line.strip() for line in text_of(pdf, tmp_path).splitlines()]
    assert len(lines) > 60
    assert [line for line in lines if line.startswith((":", ";", "!", "?", "»")) or line.endswith("«")] == []


def test_a_word_too_long_for_any_column_may_be_cut_where_it_is_shown_alone(w: World) -> None:
    place, email = "Wolfeschlegelsteinhausenbergerdorff", "prenom.nom-a-rallonge@formation.exemple.fr"
    edit_practical(w.as_("centre"), 1, w.get(1).version, Practical(None, None, f"{place} anticonstitutionnel", "08:30", email))
    page = w.browser("centre").get("/sessions/1").data.decode()
    assert "Wolfeschlege<wbr>lsteinhausen<wbr>bergerdorff anticonstitutionnel" in page
    assert "rallonge@<wbr>formation.<wbr>exemple.<wbr>fr" in page
    assert f"{place} anticonstitutionnel" in read(w, "/sessions/1/informations").held
    assert "<wbr>" not in page.partition("</title>")[0]
