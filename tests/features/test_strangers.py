"""What a stranger sends costs little, and another website does nothing in a person's name."""

import re

import pytest

from tests.support.world import Browser, World


@pytest.fixture
def w(world: World) -> World:
    world.session(1, "01/06/2020", "12/06/2020")
    return world


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "address", ["/sessions/1/resultats", "/sessions/1/informations", "/sessions/1/candidats/import", "/nulle-part"]
)
@pytest.mark.parametrize("body", ["a=" + "x" * 100_000, "&".join(f"f{i}=1" for i in range(1001))], ids=["large", "many"])
def test_a_visitor_sends_little_and_is_told_the_limit(w: World, address: str, body: str) -> None:
    refused = w.browser().client.post(address, data=body, content_type=FORM)
    assert refused.status_code == 413 and "100 Ko et 1\u202f000 champs au plus" in refused.text
    assert len(refused.data) < 10_000, "nothing is sent back"


def test_many_parts_are_refused_as_many_fields_are(w: World) -> None:
    parts = {f"f{i}": "1" for i in range(1001)}
    assert w.browser().client.post("/sessions/1/resultats", data=parts, content_type="multipart/form-data").status_code == 413


def test_what_a_visitor_had_typed_within_the_limit_is_kept_through_the_sign_in(w: World) -> None:
    w.as_("centre")
    typed = {f"field-{i}": "é" for i in range(999)}
    visitor = w.browser()
    asked = visitor.client.post("/sessions/1/resultats", data=typed)
    assert asked.status_code == 401 and asked.text.count('name="kept-field-') == 999
    kept = {f"kept-{name}": value for name, value in typed.items()}
    page = visitor.post("/connexion", email="centre@test.example", password="a fine long password", suite="/sessions", **kept)
    assert page.status_code == 200 and page.text.count('name="field-') == 999


def test_a_sheet_of_results_may_be_larger_for_who_is_signed_in(w: World) -> None:
    centre = w.browser("centre")
    many = {f"f{i}": "x" * 100 for i in range(2_000)}
    assert centre.post("/sessions/1/resultats", **many).status_code not in (400, 413)
    assert centre.post("/sessions/1/informations", **many).status_code == 413
    assert "2 Mo" in centre.post("/sessions/1/resultats", a="x" * 2_100_000).text


ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", ELSEWHERE)
@pytest.mark.parametrize("address", ["/deconnexion", "/connexion", "/sessions/1/informations", "/invitation/x"])
def test_another_website_does_nothing_and_signs_nobody_out(w: World, headers: dict[str, str], address: str) -> None:
    centre = w.browser("centre")
    # The browser leaves the cookie at home (SameSite), and would take any that the answer brings.
    refused = w.app().test_client().post(address, data={"email": "a"}, headers=headers)
    assert refused.status_code == 403 and "Set-Cookie" not in refused.headers and "autre site" in refused.text
    assert centre.client.post(address, data={"csrf_token": centre.token()}, headers=headers).status_code == 403
    assert centre.get("/sessions").status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"}, {}], ids=str
)
def test_ones_own_forms_come_through(w: World, headers: dict[str, str]) -> None:
    centre = w.browser("centre")
    assert centre.client.post("/deconnexion", data={"csrf_token": centre.token()}, headers=headers).status_code == 303
    assert centre.get("/sessions").status_code == 302


def test_a_link_from_another_site_opens(w: World) -> None:
    assert isinstance(centre := w.browser("centre"), Browser)
    assert centre.client.get("/sessions/1", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_a_sign_that_no_database_keeps_is_of_no_address(w: World) -> None:
    national = w.browser("national")
    rules = [rule for rule in w.app().url_map.iter_rules() if "<" in rule.rule and "GET" in (rule.methods or ())]
    for word in ("a%00b", "%00"):
        for address in {re.sub(r"<[^>]*>", word, rule.rule) for rule in rules}:
            assert national.get(address).status_code == 404, address


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_from_which_nobody_counts_on_is_of_no_address(w: World, day: str) -> None:
    national, unit = w.browser("national"), w.browser("ud94")
    for who, address in (
        (national, "/securite/journal?du={0}&au={0}"),
        (unit, "/chiffres?du={0}&au={0}"),
        (unit, "/sessions/1/report?starts_on={0}&ends_on={0}"),
    ):
        assert who.get(address.format(day)).status_code in (200, 422), address
