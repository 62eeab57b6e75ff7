"""Every word that a page shows, to everyone who may open it: a page moved or laid out anew says what it said before.

Each route's text stands in `__snapshots__/test_pages/`, a file a route. Where words changed on purpose, look at what
`.venv/bin/pytest tests/guard/test_pages.py` shows, take it over with
`.venv/bin/pytest tests/guard/test_pages.py --snapshot-update`, and commit the files with the change.
"""

import re
from collections.abc import Mapping
from contextlib import closing
from io import BytesIO
from unittest.mock import patch

import pytest
from sqlalchemy.exc import OperationalError
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex
from werkzeug.test import TestResponse

from tests.guard.addresses import FILES, FORMS, LEFT_OUT, PAGES, file_name
from tests.guard.made import sent
from tests.guard.visits import ROLES, Visits
from tests.support.demonstration import EMAILS, SIGNED_OUT, Demonstration, without_chance
from tests.support.filling import PostForm, Sent, post_forms
from tests.support.reading import asking, refused_unsaid, remembered, unfocused, unsaid, untied
from tests.support.world import hidden

Forms = dict[tuple[str, ...], tuple[str, str, PostForm]]
# A file is named after its route, not after the test that keeps it.
pytestmark = pytest.mark.filterwarnings("ignore:\\s*Can not relate snapshot")


class TextFile(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT
    file_extension = "txt"

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        return str(index)


@pytest.fixture
def text(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(TextFile)


def grouped(answers: dict[str, str]) -> str:
    """Those who read the same stand together."""
    together: dict[str, list[str]] = {}
    for who in sorted(answers):
        together.setdefault(answers[who], []).append(who)
    return "\n".join(f"---- {', '.join(who)} : {told}\n" for told, who in together.items())


def pages(demo: Demonstration, addresses: list[str], visits: Visits | None = None, forms: Forms | None = None) -> str:
    """What stands on these pages for each; `forms`: by shape, who sees a form, where, and which, are noted there."""
    told, get = [], visits.get if visits else demo.get
    for position, address in enumerate(addresses):
        roles = ROLES if position == 0 else tuple(EMAILS)  # a visitor is sent to the sign-in, whatever the number
        answers = {}
        for role in roles:
            answer = get(role, address)
            answers[role] = demo.told(answer, role)
            if forms is not None and answer.mimetype == "text/html" and asking(answer.text):
                forms |= {form.shape(): (role, address, form) for form in post_forms(answer.text) if form.shape() not in forms}
        told.append(f"======== {without_chance(address)}\n\n{grouped(answers)}")
    return "\n".join(told)


def test_every_route_that_answers_get_is_kept_as_text_or_left_out_with_a_reason(loaded: Demonstration) -> None:
    routes = {rule.rule for rule in loaded.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert routes == set(PAGES) | set(LEFT_OUT)
    assert len({file_name(rule) for rule in PAGES}) == len(PAGES)


@pytest.mark.parametrize("rule", PAGES, ids=file_name)
def test_a_page_says_to_each_what_it_said(demo: Demonstration, text: SnapshotAssertion, rule: str) -> None:
    """And looking changes nothing: all that `tests.guard.visits` watches."""
    forms: Forms = {}
    with closing(Visits(demo, rule)) as visits:
        assert pages(demo, visits.addresses, visits, forms) == text(name=file_name(rule))
        assert not (wrong := visits.wrong()), "\n".join(wrong)
    for shape in forms.keys() - TRIED:
        TRIED.add(shape)
        role, address, form = forms[shape]
        answer = sent_empty(demo, role, address, form)
        assert not (why := refused_unsaid(answer.text)), (role, address, why)
        beside = {value == NEVER for name, value in STATE.findall(answer.text) if name == "version" and name in emptied(form)}
        assert beside <= {answer.status_code != 409}, (role, address, "typed beside one state, shown again beside another")


def test_a_field_of_which_nothing_says_whether_it_must_be_filled_in_is_found() -> None:
    email = '<label for="b">Adresse électronique</label><input id="b" name="b"{}>'
    name = '<label for="a">Nom</label><input id="a" name="a" aria-required="true">'
    head = '<p class="must">Sauf mention contraire, tous les champs sont obligatoires.</p>'
    form = '<form method="post">{}</form>'.format
    beside = email + '<span id="b-note">(facultatif)</span>'
    told = ' aria-describedby="b-note"'
    assert unsaid(form(head + name + beside.format(told))) == []
    assert unsaid(form(head + name + beside.format(""))) == ["Adresse électronique: not said"]
    assert len(unsaid(form(name + beside.format(told)))) == 1  # the head is missing
    assert unsaid(form(email.format(' aria-required="true"'))) == []  # alone
    assert refused_unsaid(form(beside.format(told + ' aria-invalid="true"'))) == ["Adresse électronique"]
    assert refused_unsaid(form(email.format(' aria-invalid="true" aria-required="true"'))) == []


def test_a_form_that_a_browser_may_fill_in_beside_a_newer_version_is_found() -> None:
    version, rows = '<input type="hidden" name="version" value="1"{}>', '<input type="hidden" name="version-1" value="1">'
    place, stamped = '<input name="lieu">', version.format(" data-version")
    tick = '<input type="checkbox" name="remise" value="c1"{0}><input type="checkbox" name="remise" value="c2"{0}>'
    ticks, kept = tick.format(""), tick.format(' autocomplete="off"')
    off, plain = '<form autocomplete="off">{}</form>'.format, "<form>{}</form>".format
    good = [off(stamped + place), off(stamped + kept), off(rows + place), off(ticks), plain(kept), plain(stamped), plain(place)]
    bad = [off(version.format("") + place), off(stamped + ticks), plain(stamped + place), plain(rows + place), plain(ticks)]
    assert [len(remembered(form)) for form in good + bad] == [0] * len(good) + [1] * len(bad)


TRIED: set[tuple[str, ...]] = set()
NEVER = "987654321"  # the version of nothing
STATE = re.compile(r'name="(\w+)" value="([^"]*)" data-version>')


def emptied(form: PostForm) -> Mapping[str, str | list[Sent]]:
    return next(data for way, data in form.ways() if way.startswith("vide"))


def sent_empty(demo: Demonstration, who: str, address: str, form: PostForm) -> TestResponse:
    """The answer to a form of which nothing was filled in, beside no state that ever was."""
    empty = emptied(form)
    client = demo.client(who)
    token = hidden(client.get(address, follow_redirects=True).text, "csrf_token")
    stale = {"version": NEVER} if "version" in empty else {}
    return client.post(form.action or address, data={**empty, **stale, "csrf_token": token}, content_type="multipart/form-data")


def test_the_frame_around_the_pages_says_to_each_what_it_said(demo: Demonstration, text: SnapshotAssertion) -> None:
    assert grouped(demo.frames) == text(name="cadre")


@pytest.mark.parametrize(("who", "address"), FORMS, ids=[f"{who}-{file_name(address)}" for who, address in FORMS])
def test_a_form_that_is_refused_says_why_as_it_did(demo: Demonstration, text: SnapshotAssertion, who: str, address: str) -> None:
    client = demo.client(who)
    forms = post_forms(client.get(address, follow_redirects=True).text)
    assert forms, address
    told = []
    for position in range(len(forms)):
        for way, _ in forms[position].ways():
            demo.restore()
            client = demo.client(who)
            form = post_forms(client.get(address, follow_redirects=True).text)[position]  # what it holds hidden fits this visit
            answer = client.post(form.action or address, data=dict(form.ways())[way], content_type="multipart/form-data")
            assert untied(answer.text) == unfocused(answer.text) == []
            with client.session_transaction() as session:
                said = "".join(f"\n« {words} »" for _, words in session.get("_flashes", []))
            told.append(f"======== {form.action or address} : {way}\n\n{demo.told(answer, who)}{without_chance(said)}\n")
    assert "\n".join(told) == text(name=f"formulaire-{who}-{file_name(address)}")


def test_what_is_wrong_of_an_address_is_where_typing_goes_on(demo: Demonstration) -> None:
    asked = {
        "ud94": (
            "/sessions?statut=x&du=x",
            "/sessions?au=x",
            "/chiffres?du=x&au=x",
            "/chiffres?au=x",
            "/sessions?departement=zz",
        ),
        "national": ("/securite/journal?au=x", "/sessions?departement=zz", "/chiffres?departement=zz"),
        "centre": ("/sessions?departement=zz&statut=x", "/chiffres?departement=zz"),
        SIGNED_OUT: ("/verifier?code=", "/verifier?code=abc", "/verifier/ABCD-EFGH-JKMN-PQRS"),
    }
    for who, addresses in asked.items():
        for address in addresses:
            answer = demo.client(who).get(address)
            assert answer.status_code in (422, 404) and answer.text.count(" autofocus") == 1, address


@pytest.mark.parametrize(("who", "address", "lines"), FILES, ids=[file_name(address) for _, address, _ in FILES])
def test_a_file_is_shown_as_read_before_it_is_taken_over(
    demo: Demonstration, text: SnapshotAssertion, who: str, address: str, lines: tuple[str, ...]
) -> None:
    told = []
    for name, kept in (("juste", lines[:-1]), ("avec une faute", lines)):
        client = demo.client(who)
        token = hidden(client.get(address).text, "csrf_token")
        sheet = BytesIO("\n".join(kept).encode()), "essai.csv"
        answer = client.post(address, data={"csrf_token": token, "file": sheet}, content_type="multipart/form-data")
        told.append(f"======== {address} : {name}\n\n{demo.told(answer, who)}\n")
    assert "\n".join(told) == text(name=f"fichier-{file_name(address)}")


def test_each_fault_has_its_page_that_says_what_it_said(demo: Demonstration, text: SnapshotAssertion) -> None:
    centre, visitor = demo.client("centre"), demo.client(SIGNED_OUT)
    token = {"csrf_token": hidden(centre.get("/sessions/224563/informations").text, "csrf_token")}
    answers = {
        "400, jeton périmé": centre.post("/sessions/224563/informations", data={"place": "12 rue des Écoles"}),
        "401, envoyé sans être connecté": visitor.post("/sessions/224563/informations", data={"place": "12 rue des Écoles"}),
        "404": centre.get("/inconnue"),
        "405": centre.post("/chiffres", data=token),
        "413": centre.post("/sessions/224563/informations", data={"place": "x" * 2_100_000, **token}),
    }
    endpoint = demo.app.url_map.bind("").match("/agrements")[0]
    for code, fault in ((500, RuntimeError("fault")), (503, OperationalError("", {}, Exception()))):

        def fail(fault: Exception = fault) -> None:
            raise fault

        with patch.dict(demo.app.view_functions, {endpoint: fail}):
            answers[str(code)] = centre.get("/agrements", headers={"X-Request-Id": "a-request-of-the-guard"})
    told = [f"======== {what}\n\n{demo.told(answer, 'centre')}\n" for what, answer in answers.items()]
    assert "\n".join(told) == text(name="erreurs")


def test_a_closing_is_announced_and_then_kept_to_as_it_was(demo: Demonstration, text: SnapshotAssertion) -> None:
    page, fields = "/communication/fermeture", {"end_day": "", "reason": "Mise en ligne de la version suivante."}
    sent(demo, "national", page, page, day="2020-06-16", start="12:00", end="15:00", **fields)
    coming = pages(demo, ["/healthz", "/communication", "/agrements?q=introuvable"])
    sent(demo, "national", page, page, day="2020-06-15", start="09:00", end="11:00", **fields)
    assert coming + "\n" + pages(demo, ["/agrements?q=introuvable", "/connexion"]) == text(name="fermeture")
