"""What htmx asks for is answered by the block alone: no frame around it, few bytes, the words of the whole page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from unittest.mock import patch

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from portal.paths import STATIC, TEMPLATES
from tests.guard.addresses import ALL
from tests.support.demonstration import SIGNED_OUT, Demonstration
from tests.support.filling import post_forms
from tests.support.visible import visible
from tests.support.world import hidden

MOST_BYTES = 5_000
# The templates that ask in place: for each, a test below asks as it does.
ASKING = {
    "components/weighed.html",
    "sessions/_parts.html",
    "sessions/_form.html",
    "sessions/_next.html",
    "preparation/new.html",
    "results/enter.html",
    "results/question.html",
}
PAGES = [(who, f"/sessions/{number}") for who in ("centre", "ud94") for number in ALL] + [("centre", "/sessions/nouvelle")]
RESULTS, CANDIDATES = "/sessions/224562/resultats", 40


@dataclass(frozen=True)
class Asked:
    verb: str
    address: str
    target: str

    def headers(self, page: str) -> dict[str, str]:
        """What htmx sends: the tag and the name of the place that is swapped."""
        name = self.target.removeprefix("closest ")
        place = re.search(rf'<(\w+)[^>]*id="{name[1:]}"', page)
        assert place, f"no place {name}"
        return {"HX-Request": "true", "HX-Target": place[1] + name}


def asked(page: str, verb: str) -> Iterator[Asked]:
    for tag in re.findall(r"<\w+[^>]*\bhx-(?:get|post)=[^>]*>", page):
        address, target = re.search(rf'hx-{verb}="([^"]+)"', tag), re.search(r'hx-target="([^"]+)"', tag)
        if address:
            assert target, tag
            yield Asked(verb, address[1], target[1])


def words(block: str) -> str:
    return visible(f"<html><body><main>{block}</main></body></html>").main


def told_alone(block: TestResponse, whole: TestResponse) -> str:
    """The words of a block, once it is found to be one, and few bytes."""
    assert block.status_code == whole.status_code
    assert "HX-Request" in block.vary and "HX-Request" in whole.vary
    assert all(found in whole.text for found in ("<html", "<header", "<footer"))
    assert not re.search(r"<(html|head|header|footer|main|title)\b", block.text)
    assert "HX-Reselect" not in block.headers
    # The figures of docs/performance.md, shown by pytest -s.
    print(f"{len(block.data)} bytes of {len(whole.data)}: {block.request.method} {block.request.path}")
    assert len(block.data) <= MOST_BYTES
    assert words(block.text)
    return words(block.text)


def same_words(block: TestResponse, whole: TestResponse) -> None:
    """The page says in its block what the block says alone; the heading in place is the page's own."""
    lines = told_alone(block, whole).splitlines()
    page = visible(whole.text).main.splitlines()
    if block.text.lstrip().startswith("<h2>"):
        assert lines.pop(0).removeprefix("#") in page
    assert "\n".join(lines) in "\n".join(page)


def test_each_template_that_asks_in_place_is_tried_here() -> None:
    files = sorted(TEMPLATES.rglob("*.html"))
    found = {str(p.relative_to(TEMPLATES)) for p in files if re.search(r"\bhx-(get|post)=", p.read_text("utf-8"))}
    assert found == ASKING


def test_no_page_is_cut_down_in_the_browser() -> None:
    for path in [*TEMPLATES.rglob("*.html"), STATIC / "portal.js"]:
        assert not re.search(r"hx-select\b|reselect", path.read_text("utf-8"), re.IGNORECASE), path


def test_links_open_a_block_that_says_what_its_page_says(demo: Demonstration) -> None:
    opened = set()
    for who, address in PAGES:
        client = demo.client(who)
        page = client.get(address, follow_redirects=True).text  # a new session's address gets a key
        for link in asked(page, "get"):
            query = "&starts_on=2020-09-14" if "nouvelle" in link.address else ""
            block = client.get(link.address + query, headers=link.headers(page))
            same_words(block, client.get(link.address + query))
            opened.add(re.sub(r"\d+", "N", link.address.partition("?")[0]))
    assert opened == {
        "/sessions/N/informations",
        "/sessions/N/date-reelle",
        "/sessions/N/date-reelle/verification",
        "/sessions/N/demande-correction",
        "/sessions/N/demande-report",
        "/sessions/N/jours-examen",
        "/sessions/N/rappel-dte",
        "/sessions/N/report",
        "/sessions/N/deverrouillage",
        "/sessions/nouvelle",
    }


@pytest.mark.parametrize("address", ["/sessions/224566/report", "/demandes/1"])
def test_dates_typed_anew_send_back_what_they_change_alone(demo: Demonstration, address: str) -> None:
    client = demo.client("ud94")
    page = client.get(address).text
    [dates] = [link for link in asked(page, "get") if link.target == "#suites"]
    query = "?starts_on=2020-09-14&ends_on=2020-09-18"
    block = client.get(dates.address + query, headers=dates.headers(page))
    same_words(block, client.get(dates.address + query))
    assert block.text.lstrip().startswith('<div id="suites"')


FORMS = [
    ("centre", "/sessions/224563/informations", ""),
    ("centre", "/sessions/224572/informations", ""),
    ("centre", "/sessions/224562/date-reelle", ""),
    ("centre", "/sessions/224566/demande-report", ""),
    ("ud94", "/sessions/224566/report", ""),
    ("ud94", "/sessions/224567/deverrouillage", ""),
    ("ud94", "/sessions/224644/verrouillage", ""),
    ("ud94", "/sessions/224780/verrouillage", "/sessions/224780"),
    ("centre", "/sessions/224566/candidats/68/modifier", ""),
    ("centre", "/sessions/224566/candidats/68/retrait", ""),
    ("centre", "/sessions/224561/date-reelle", "/sessions/224561"),  # its form stands on the session's page
]


@pytest.mark.parametrize(("who", "address", "stands_on"), FORMS, ids=[address for _, address, _ in FORMS])
@pytest.mark.parametrize("way", ["vide", "absurde", "périmé"])
def test_forms_that_cannot_be_taken_come_back_alone_and_as_typed(
    demo: Demonstration, who: str, address: str, stands_on: str, way: str
) -> None:
    client = demo.client(who)
    page = client.get(stands_on or address).text
    [form] = [form for form in asked(page, "post") if form.address == address]
    ways = [fill for sent in post_forms(page) if sent.action == address for fill in sent.ways()]
    [typed] = [{**filled, "calculer": []} for told, filled in ways if told.partition(",")[0] == way]
    block = client.post(address, data=typed, headers=form.headers(page))
    done = block.headers.get("HX-Redirect")
    if done:
        demo.restore()
    whole = client.post(address, data=typed)
    if done:
        assert (block.status_code, whole.status_code, done) == (200, 303, whole.location)
    else:
        same_words(block, whole)
        assert (block.text.count("autofocus") == 1) is (block.status_code == 422)


def results(client: FlaskClient, in_place: bool, missing: int = 0, **more: str) -> TestResponse:
    """A sheet is sent, with so many of its results left out."""
    page = client.get(RESULTS).text
    rows = re.findall(r'id="c-(\d+)"', page)
    assert len(rows) == CANDIDATES
    typed = {f"resultat-{row}": "titre" for row in rows[missing:]} | {
        name: hidden(page, name) for name in ("csrf_token", "version")
    }
    headers = {"HX-Request": "true", "HX-Target": "div#question"} if in_place else {}
    return client.post(RESULTS, data={**typed, "action": "validate", **more}, headers=headers)


def test_results_are_asked_about_by_the_question_alone(demo: Demonstration) -> None:
    client = demo.client("centre")
    block, whole = results(client, True), results(client, False)
    same_words(block, whole)
    assert block.headers["HX-Retarget"] == "#question"
    assert block.text.lstrip().startswith("<dialog")
    assert "<dialog" not in whole.text


def test_results_of_which_one_is_missing_send_back_its_row_alone(demo: Demonstration) -> None:
    client = demo.client("centre")
    block, whole = results(client, True, missing=1), results(client, False, missing=1)
    for line in told_alone(block, whole).splitlines():
        assert line in visible(whole.text).main
    assert block.headers["HX-Retarget"] == "#manques"
    assert re.findall(r'class="row wrong" id="c-\d+"[^>]* hx-swap-oob="outerHTML"', block.text)
    assert "hx-swap-oob" not in whole.text


def test_results_that_were_wrong_come_back_right(demo: Demonstration) -> None:
    client = demo.client("centre")
    first, second = re.findall(r'id="c-(\d+)"', client.get(RESULTS).text)[:2]
    block = results(client, True, missing=1, wrong=second)
    assert f'class="row wrong" id="c-{first}"' in block.text
    assert f'class="row" id="c-{second}"' in block.text


def test_results_answered_no_send_back_the_date_alone(demo: Demonstration) -> None:
    client = demo.client("centre")
    block, whole = results(client, True, answer="non"), results(client, False, answer="non")
    same_words(block, whole)
    assert block.headers["HX-Retarget"] == "#attention"


def test_results_on_a_sheet_that_changed_send_back_the_sheet(demo: Demonstration) -> None:
    client = demo.client("centre")
    block, whole = results(client, True, version="0"), results(client, False, version="0")
    assert (block.status_code, block.headers["HX-Retarget"]) == (409, "#saisie")
    assert words(block.text) in visible(whole.text).main
    assert len(block.data) < len(whole.data)


HTMX = {"HX-Request": "true", "HX-Target": "div#bloc", "X-Request-Id": "a-request-of-the-guard"}
ALONE = {"X-Request-Id": "a-request-of-the-guard"}


def takes_the_content(block: TestResponse, whole: TestResponse, status: int, says: str) -> None:
    same_words(block, whole)
    assert block.status_code == status
    assert says in block.text
    assert block.headers["HX-Retarget"] == "#contenu"


def test_what_is_not_there_takes_the_content_of_the_page(demo: Demonstration) -> None:
    client, address = demo.client("centre"), "/sessions/999999/informations"
    takes_the_content(client.get(address, headers=HTMX), client.get(address), 404, "Page introuvable")


@pytest.mark.parametrize(("who", "status"), [("centre", 400), (SIGNED_OUT, 401)])
def test_what_was_typed_too_long_ago_takes_the_content_and_is_kept(demo: Demonstration, who: str, status: int) -> None:
    client, address, typed = demo.client(who), "/sessions/224563/informations", {"place": "12 rue des Écoles"}
    block = client.post(address, data=typed, headers=HTMX)
    takes_the_content(block, client.post(address, data=typed), status, "est conservée")
    assert "12 rue des Écoles" in block.text


@pytest.mark.parametrize(
    ("fault", "status", "says"),
    [(RuntimeError("fault"), 500, "Incident"), (OperationalError("", {}, Exception()), 503, "La base de données ne répond pas")],
    ids=["500", "503"],
)
def test_a_fault_takes_the_content_of_the_page(demo: Demonstration, fault: Exception, status: int, says: str) -> None:
    client, address = demo.client("centre"), "/sessions/224563/informations"

    def fail(number: int) -> None:
        raise fault

    with patch.dict(demo.app.view_functions, {"sessions.edit_practical": fail}):
        block, whole = client.get(address, headers=HTMX), client.get(address, headers=ALONE)
    assert block.status_code == whole.status_code == status
    assert words(block.text) == visible(whole.text).main
    assert says in block.text
    assert "<html" not in block.text
    assert block.headers["HX-Retarget"] == "#contenu"


def test_an_address_that_no_page_asks_in_place_answers_with_its_page(demo: Demonstration) -> None:
    answer = demo.client("centre").get("/sessions/224566/candidats", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<header" in answer.text
