"""A password that is forgotten or changed, one's own sign-ins, an account that is closed and opened again."""

import re
from collections.abc import Callable
from datetime import timedelta
from subprocess import CompletedProcess

import pytest

from portal.core import invitations
from portal.features.accounts import own, passwords
from portal.features.accounts.actions import SignedIn, TooSoon, WrongPassword, invite, sign_in_with
from portal.features.accounts.own import CannotChange
from portal.rules.lifecycle import Role
from tests.features.test_command_line import portal  # noqa: F401
from tests.support.clock import at
from tests.support.world import PASSWORD, World

OWNER, NEW = "ud94@test.example", "quatre girafes sur un toit"


@pytest.fixture
def w(world: World) -> World:
    world.as_("ud94")
    world.as_("national")
    return world


def link(w: World, email: str = OWNER) -> str:
    """Where the newest mail to this address leads."""
    page = w.browser("national").get("/courriels-de-demonstration").text
    assert email in page
    found = re.search(r"/connexion/oubli/[\w.-]+", page)
    assert found
    return found[0]


def ask(w: World, email: str = OWNER) -> str:
    """What the page says, without what differs from one visit to the next."""
    answer = w.browser().post("/connexion/oubli", email=email)
    assert answer.status_code == 200
    return re.sub(r'name="csrf_token" value="[^"]*"', "", answer.text).replace(email, "ADDRESS")


def change_while_the_password_is_looked_at(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> None:
    """The next password is looked at, and before anything comes of it, this happens."""
    real = passwords.fits

    def slow(stands: str | None, typed: str) -> bool:
        right = real(stands, typed)
        monkeypatch.setattr(passwords, "fits", real)
        meanwhile()
        return right

    monkeypatch.setattr(passwords, "fits", slow)


def close_account(w: World) -> None:
    own.close(w.operator(), OWNER)


def change_password(w: World) -> None:
    assert own.change(w.as_("ud94"), PASSWORD, NEW, "192.0.2.1", "none") is None


@pytest.mark.parametrize("meanwhile", [close_account, change_password])
def test_a_sign_in_under_way_does_not_outlive_the_password_or_the_account(
    w: World, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[World], None]
) -> None:
    change_while_the_password_is_looked_at(monkeypatch, lambda: meanwhile(w))
    assert isinstance(sign_in_with(w.db, w.now(), OWNER, PASSWORD, "192.0.2.9"), WrongPassword)
    assert w.scalar("SELECT count(*) FROM sign_in WHERE ended_at IS NULL") == 0


def test_of_two_changes_at_once_one_is_made_and_told(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    change_while_the_password_is_looked_at(monkeypatch, lambda: change_password(w))
    second = own.change(w.as_("ud94"), PASSWORD, "un autre zèbre au violon", "192.0.2.9", "mine")
    assert isinstance(second, WrongPassword)
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'password_chosen'") == 1
    assert isinstance(sign_in_with(w.db, w.now(), OWNER, NEW, "192.0.2.9"), SignedIn)


def test_a_forgotten_password_is_chosen_anew_by_a_link_that_comes_by_mail(w: World) -> None:
    at(w)
    elsewhere = w.browser("ud94")
    ask(w)
    b, address = w.browser(), link(w)
    assert b.get(address).status_code == 200
    assert b.post(address, password=NEW, password2=NEW + ".").status_code == 422
    assert b.post(address, password="motdepasse123", password2="motdepasse123").status_code == 422
    assert b.post(address, password=NEW, password2=NEW).headers["Location"] == "/connexion"
    assert elsewhere.get("/sessions").status_code == 302, "every sign-in ended"
    assert b.sign_in(OWNER, PASSWORD).status_code == 422 and b.sign_in(OWNER, NEW).status_code == 303
    assert w.scalar("select count(*) from mail where subject = 'Votre mot de passe a changé'") == 1
    over = w.browser().get(address)
    assert over.status_code == 410 and "sert une fois" in over.text, "a link serves once"


def test_a_link_lasts_thirty_minutes_and_cannot_be_made_up(w: World) -> None:
    clock = at(w)
    ask(w)
    address = link(w)
    clock.go_on(timedelta(minutes=30))
    assert w.browser().get(address).status_code == 200
    clock.go_on(timedelta(minutes=1))
    assert w.browser().post(address, password=NEW, password2=NEW).status_code == 410
    assert w.browser().get("/connexion/oubli/x").status_code == 410
    number = w.as_("ud94").actor.id
    invitation = invitations.signer("a secret for tests").dumps(number)
    assert w.browser().get(f"/connexion/oubli/{invitation}").status_code == 410


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(w: World) -> None:
    own.close(w.operator(), invited(w))
    assert ask(w) == ask(w, "nobody@test.example") == ask(w, "neuf@test.example")
    assert w.scalar("select count(*) from mail where link like 'password:%'") == 1


def invited(w: World) -> str:
    invite(w.operator(), "neuf@test.example", Role.NATIONAL)
    return "neuf@test.example"


def test_who_was_invited_and_lost_the_mail_is_invited_again(w: World) -> None:
    ask(w, invited(w))
    assert w.scalar("select count(*) from mail where link like 'invitation:%'") == 2


def test_no_address_is_flooded_with_links(w: World) -> None:
    answers = [own.ask_link(w.db, w.now(), OWNER, f"192.0.2.{i}") for i in range(10)]
    assert answers[:3] == [None] * 3 and all(isinstance(a, TooSoon) for a in answers[3:])
    assert w.scalar("select count(*) from mail") == 3
    unknown = [own.ask_link(w.db, w.now(), "nobody@test.example", f"192.0.3.{i}") for i in range(10)]
    assert [a is None for a in unknown] == [a is None for a in answers], "and it tells no more than before"


def test_who_chose_a_password_by_a_link_gets_in_while_others_guess(w: World) -> None:
    at(w)
    for i in range(100):
        sign_in_with(w.db, w.now(), OWNER, "guess", f"192.0.2.{i}")
    ask(w)
    b = w.browser()
    b.post(link(w), password=NEW, password2=NEW)
    assert b.sign_in(OWNER, NEW).status_code == 303


def test_one_changes_ones_password_with_the_one_that_stands(w: World) -> None:
    at(w)
    mine, other = w.browser("ud94"), w.browser("ud94")
    for current, new, again, why in (
        ("guess guess guess", NEW, NEW, "pas votre mot de passe actuel"),
        (PASSWORD, NEW, NEW + ".", "Les deux saisies diffèrent"),
        (PASSWORD, "azertyuiop12", "azertyuiop12", "se devine"),
    ):
        refused = mine.post("/compte", current_password=current, password=new, password2=again)
        assert refused.status_code == 422 and why in refused.text and NEW not in refused.text
    assert mine.post("/compte", current_password=PASSWORD, password=NEW, password2=NEW).status_code == 303
    assert "Votre mot de passe a changé" in mine.get("/compte").text, "this sign-in goes on"
    assert other.get("/compte").status_code == 302
    assert isinstance(sign_in_with(w.db, w.now(), OWNER, NEW, "192.0.2.1"), SignedIn)
    assert isinstance(sign_in_with(w.db, w.now(), OWNER, PASSWORD, "192.0.2.1"), WrongPassword)


def test_guesses_at_the_password_that_stands_are_bounded_too(w: World) -> None:
    at(w)
    mine = w.browser("ud94")
    codes = [mine.post("/compte", current_password="guess", password=NEW, password2=NEW).status_code for _ in range(30)]
    assert codes.count(429) == 10 and codes[-1] == 429


def test_ones_sign_ins_are_told_and_the_others_are_ended(w: World) -> None:
    at(w)
    mine, other = w.browser("ud94"), w.browser()
    other.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"
    other.sign_in(OWNER, PASSWORD)
    page = mine.get("/compte").text
    assert page.count("Depuis le 15/06/2020 à 09:00") == 2 and page.count("(celle-ci)") == 1 and "Firefox, Windows" in page
    assert mine.post("/compte/connexions").status_code == 303
    assert other.get("/compte").status_code == 302 and mine.get("/compte").text.count("Depuis le") == 1


def test_a_closed_account_has_no_sign_in_and_no_way_back_until_it_is_opened_again(w: World) -> None:
    at(w)
    mine = w.browser("ud94")
    ask(w)
    address = link(w)
    own.close(w.operator(), " UD94@test.example ")
    assert mine.get("/sessions").status_code == 302 and mine.sign_in(OWNER, PASSWORD).status_code == 422
    assert w.browser().post(address, password=NEW, password2=NEW).status_code == 410
    for act in (own.close, own.link_for):
        with pytest.raises(CannotChange, match="fermé"):
            act(w.operator(), OWNER)
    own.reopen(w.operator(), OWNER)
    assert mine.sign_in(OWNER, PASSWORD).status_code == 303
    with pytest.raises(CannotChange, match="est ouvert"):
        own.reopen(w.operator(), OWNER)
    with pytest.raises(CannotChange, match="Aucun compte"):
        own.close(w.operator(), "nobody@test.example")


def test_the_last_national_account_is_never_closed(w: World) -> None:
    invited(w)  # who has no password yet could open nothing again
    with pytest.raises(CannotChange, match="dernier compte national"):
        own.close(w.operator(), "national@test.example")
    invite(w.operator(), "second@test.example", Role.NATIONAL, password=PASSWORD)
    own.close(w.operator(), "national@test.example")
    with pytest.raises(CannotChange, match="dernier compte national"):
        own.close(w.operator(), "second@test.example")


def test_the_operator_lists_resets_closes_and_reopens(portal: Callable[..., CompletedProcess[str]]) -> None:  # noqa: F811
    portal("migrate")
    portal("users", "add", "a@test.example", "--role", "national", "--password-stdin", typed=f"{PASSWORD}\n")
    portal("users", "add", "b@test.example", "--role", "national")
    assert portal("users", "list").stdout == "a@test.example\tnational\touvert\t-\nb@test.example\tnational\tinvité\t-\n"
    assert "30 minutes : http://127.0.0.1:8000/connexion/oubli/" in portal("users", "reset", "a@test.example").stdout
    assert "14 jours : http://127.0.0.1:8000/invitation/" in portal("users", "reset", "b@test.example").stdout
    refused = portal("users", "close", "a@test.example")
    assert refused.returncode == 1 and "dernier compte national" in refused.stderr
    assert portal("users", "close", "b@test.example").returncode == 0
    assert "fermé" in portal("users", "list").stdout
    assert portal("users", "reopen", "b@test.example").returncode == 0
    assert portal("users", "reopen", "nobody@test.example").returncode == 1
