"""Pages in w3m and lynx, which know neither a style nor a script: nothing lost, nothing twice, nothing that only a script can use."""

from collections import Counter

import pytest

from tests.support.demonstration import SIGNED_OUT, Demonstration
from tests.support.text_browsers import LYNX, W3M, shown, words_meant, words_shown
from tests.support.visible import PARTING

PAGES = (
    (SIGNED_OUT, "/connexion"),
    ("centre", "/"),
    ("centre", "/sessions"),
    ("centre", "/sessions/224561"),
    ("centre", "/sessions/224561/date-reelle"),
    ("centre", "/sessions/224561/candidats/1"),
    ("centre", "/aide"),
    ("centre", "/communication"),
    ("centre", "/compte"),
    ("centre", "/compte/second-facteur/application"),
    ("ud94", "/"),
    ("ud94", "/chiffres"),
)


@pytest.mark.parametrize(("who", "address"), PAGES)
def test_w3m_and_lynx_show_each_word_once(demo: Demonstration, who: str, address: str) -> None:
    answer = demo.client(who).get(address)
    meant = words_meant(answer.data)
    assert answer.status_code == 200 and len(meant) > 30
    assert Counter(words_shown(shown(W3M, answer.data))) == Counter(meant), "in columns: a table is not read cell by cell"
    assert words_shown(shown(LYNX, answer.data)) == meant


def test_what_nobody_has_answered_has_no_answer_there(demo: Demonstration) -> None:
    """lynx takes the first of several choices for chosen where none is."""
    for address, first, words in (
        ("/sessions/224562/resultats", "titre", "Titre obtenu"),
        ("/sessions/224571/jour", "present", "Présent"),
        ("/sessions/224565/demande-correction", "titre", "Titre obtenu"),
    ):
        page = demo.client("centre").get(address).data
        in_lynx = demo.client("centre").get(address, headers={"User-Agent": "Lynx/2.9.0 libwww-FM/2.14"}).data
        chosen = page.count(f'value="{first}" checked'.encode())
        assert page.count(f'value="{first}"'.encode()) > chosen and "À choisir" not in page.decode()
        assert shown(W3M, page).count(f"(*) {words}") == shown(LYNX, in_lynx).count(f"(*) {words}") == chosen, address


@pytest.mark.parametrize("program", [W3M, LYNX], ids=["w3m", "lynx"])
def test_what_the_guard_of_all_pages_takes_to_part_words_parts_them_there(program: tuple[str, ...]) -> None:
    tags = PARTING - {"caption", "dd", "dt", "hr", "li", "tbody", "td", "tfoot", "th", "thead", "tr"}  # which stand in others
    page = "".join(f"<div>avant<{tag}>{tag}</{tag}>après</div>" for tag in tags)
    assert words_shown(shown(program, page.encode())) == [word for tag in tags for word in ("avant", tag, "après")]
