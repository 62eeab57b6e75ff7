"""What was typed and is shown again stays beside the state that it was typed beside: what a colleague saved meanwhile is told."""

import re
from collections.abc import Iterator

import pytest

from portal.features.sessions.actions import Practical, edit_practical
from portal.rules.retention import DEFAULTS
from tests.support.world import Browser, World, hidden

FORM = "/sessions/1/informations"
MINE, THEIRS = "1 rue de qui se trompe", "2 rue du collègue"


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "06/07/2020", "10/07/2020", "en_preparation", candidates=2)
    yield world
    world.close()


def typed(page: str, **more: str) -> dict[str, str]:
    """The form as it stands on the page, with what is typed into it."""
    found = re.search(r'name="version" value="(\d+)" data-version', page)
    assert found
    return {"version": found[1], "place": MINE, **more}


def theirs(w: World) -> None:
    edit_practical(w.as_("centre"), 1, w.get(1).version, Practical(None, None, THEIRS, "08:30", ""))


def save(b: Browser, fields: dict[str, str]) -> tuple[int, str]:
    answer = b.post(FORM, **fields)
    return answer.status_code, answer.text


def told(w: World, page: str) -> None:
    """The comparison, and from then on one's own choice."""
    assert "modifiée entre-temps" in page and THEIRS in page and MINE in page and w.get(1).place == THEIRS


def test_a_form_that_was_refused_does_not_overwrite_what_was_saved_before(w: World) -> None:
    b = w.browser("centre")
    first = typed(b.get(FORM).text, hour="25:99")
    theirs(w)
    status, page = save(b, first)
    assert status == 422
    status, page = save(b, typed(page))
    assert status == 409
    told(w, page)
    assert save(b, typed(page))[0] == 303 and w.get(1).place == MINE


def test_what_was_sent_while_signed_out_does_not_either(w: World) -> None:
    b = w.browser("centre")
    first = typed(b.get(FORM).text)
    theirs(w)
    again = b.post(FORM, **first, _reprise="1")
    assert again.status_code == 200 and MINE in again.text
    status, page = save(b, typed(again.text))
    assert status == 409
    told(w, page)


def test_a_state_that_was_made_up_is_sent_back_as_text(w: World) -> None:
    b = w.browser("centre")
    status, page = save(b, {**typed(b.get(FORM).text, hour="25:99"), "version": '"><script>1</script>'})
    assert status == 422 and "<script>1" not in page and "&lt;script&gt;1" in page


SETTINGS = {
    "/reglages": ({"dte_days": "15", "convocation_days": "7", "dte": "automatique"}, "dte_days", "14", "16"),
    "/reglages/conservation": ({kind.value: str(number) for kind, number in DEFAULTS.items()}, "journal", "12", "14"),
}


@pytest.mark.parametrize("address", SETTINGS)
def test_settings_that_somebody_else_changed_meanwhile_are_compared(w: World, address: str) -> None:
    """They have no version of their own: the page is told from another by what it showed."""
    fields, name, mine, other = SETTINGS[address]
    a, b = w.browser("national"), w.browser("national", anew=True)
    shown = state_shown(a.get(address).text)
    assert b.post(address, **{**fields, **state_shown(b.get(address).text), name: other}).status_code == 303
    answer = a.post(address, **{**fields, **shown, name: mine})
    assert answer.status_code == 409 and "modifié" in answer.text and f'value="{mine}"' in answer.text
    row = re.search(r"Enregistrée\">([^<]*)</td>\s*<td data-label=\"Saisie\">([^<]*)<", answer.text)
    assert row and row.groups() == (other, mine)
    assert field(b.get(address).text, name) == other
    assert a.post(address, **{**fields, **state_shown(answer.text), name: mine}).status_code == 303
    assert field(b.get(address).text, name) == mine


def test_how_the_dte_is_sent_is_compared_in_words(w: World) -> None:
    a = w.browser("national")
    shown = state_shown(a.get("/reglages").text)
    assert a.post("/reglages", **shown, dte_days="15", convocation_days="7", dte="automatique").status_code == 303
    answer = a.post("/reglages", **shown, dte_days="15", convocation_days="8", dte="ud")
    assert answer.status_code == 409 and "automatique<" not in answer.text.partition("<form")[0]
    assert "Il part dès la demande</td>" in answer.text and "L’unité locale l’envoie</td>" in answer.text


def state_shown(page: str) -> dict[str, str]:
    return {"version": hidden(page, "version")}


def field(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found
    return found[0].partition('value="')[2].partition('"')[0]
