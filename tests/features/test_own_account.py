"""A password that is forgotten or changed, one's own sign-ins, an account that is closed and opened again."""

import re
from collections.abc import Callable
from datetime import timedelta
from subprocess import CompletedProcess

import pytest
from sqlalchemy import event

from portal.core import invitations
from portal.core.outcomes import Saved, Unchanged
from portal.features.access import keeping
from portal.features.access.holding import Outcome
from portal.features.access.inviting import invite
from portal.features.access.queries import find_by_email
from portal.features.accounts import own, passwords, throttle
from portal.features.accounts.actions import SignedIn, TooSoon, WrongPassword, sign_in_with
from portal.rules.lifecycle import Role
from portal.rules.lines import Refused
from portal.store.actors import Device
from tests.features.test_command_line import portal  # noqa: F401
from tests.support.clock import at
from tests.support.world import PASSWORD, World

OWNER, NEW = "ud94@test.example", "quatre girafes sur un toit"


@pytest.fixture
def w(world: World) -> World:
    world.as_("ud94")
    world.as_("national")
    return world


def number_of(w: World, email: str) -> int:
    with w.db.reading() as conn:
        found = find_by_email(conn, w.operator().actor, email)
    assert found
    return found.id


def close(w: World, email: str) -> Outcome:
    return keeping.close(w.operator(), number_of(w, email), None, "")


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
    close(w, OWNER)


def change_password(w: World) -> None:
    assert own.change(w.as_("ud94"), PASSWORD, NEW, "192.0.2.1", "none") is None


@pytest.mark.bare
@pytest.mark.parametrize("meanwhile", [close_account, change_password])
def test_a_sign_in_under_way_does_not_outlive_the_password_or_the_account(
    w: World, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[World], None]
) -> None:
    change_while_the_password_is_looked_at(monkeypatch, lambda: meanwhile(w))
    assert isinstance(sign_in_with(w.db, w.now(), OWNER, PASSWORD, Device("192.0.2.9")), WrongPassword)
    assert w.scalar("SELECT count(*) FROM sign_in WHERE ended_at IS NULL") == 0


def test_of_two_changes_at_once_one_is_made_and_told(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    change_while_the_password_is_looked_at(monkeypatch, lambda: change_password(w))
    second = own.change(w.as_("ud94"), PASSWORD, "un autre zèbre au violon", "192.0.2.9", "mine")
    assert isinstance(second, WrongPassword)
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'password_chosen'") == 1
    assert isinstance(sign_in_with(w.db, w.now(), OWNER, NEW, Device("192.0.2.9")), SignedIn)


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
    close(w, invited(w))
    assert ask(w) == ask(w, "nobody@test.example") == ask(w, "neuf@test.example")
    assert w.scalar("select count(*) from mail where link like 'password:%'") == 1


def invited(w: World) -> str:
    invite(w.operator(), "neuf@test.example", Role.NATIONAL)
    return "neuf@test.example"


def test_who_was_invited_and_lost_the_mail_is_invited_again(w: World) -> None:
    ask(w, invited(w))
    assert w.scalar("select count(*) from mail where link like 'invitation:%'") == 2


def test_no_address_is_flooded_with_links(w: World) -> None:
    answers = [own.ask_link(w.db, w.now(), OWNER, f"192.0.2.{i}") for i in range(20)]
    assert answers[:10] == [None] * 10 and all(isinstance(a, TooSoon) for a in answers[10:])
    assert w.scalar("select count(*) from mail") == 10
    unknown = [own.ask_link(w.db, w.now(), "nobody@test.example", f"192.0.3.{i}") for i in range(20)]
    assert [a is None for a in unknown] == [a is None for a in answers], "and it tells no more than before"


def test_strangers_never_use_up_the_links_of_the_owner(w: World) -> None:
    clock, mine, stranger = at(w), w.browser("ud94"), w.browser()
    for _ in range(3):
        assert stranger.post("/connexion/oubli", email=OWNER).status_code == 200
    assert w.browser().post("/connexion/oubli", email=OWNER).status_code == 200, "from the same place, in another browser"
    for i in range(20):
        own.ask_link(w.db, clock.now(), OWNER, f"192.0.2.{i}")
    refused = w.browser().post("/connexion/oubli", email=OWNER)
    assert refused.status_code == 429 and "le plus récent est dans ses courriels" in refused.text
    assert w.browser().get(link(w)).status_code == 200, "and it serves"
    assert mine.post("/connexion/oubli", email=OWNER).status_code == 200, "a browser that the account knows has places of its own"


def test_a_refused_asking_leaves_a_link_that_serves(w: World) -> None:
    """A place comes back sooner than a link ends: whoever is refused has a link in the mailbox, whenever it is asked."""
    for bound in (throttle.LINK_HERE, throttle.LINK, throttle.LINK_KNOWN):
        assert bound.every < timedelta(minutes=invitations.PASSWORD_MINUTES)


def test_an_address_that_nobody_has_makes_the_same_work(w: World) -> None:
    def work(email: str) -> list[str]:
        said: list[str] = []
        event.listen(w.db.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
        own.ask_link(w.db, w.now(), email, "192.0.2.1")
        return said

    assert len(work(OWNER)) == len(work("nobody@test.example")) > 0


def test_who_chose_a_password_by_a_link_gets_in_while_others_guess(w: World) -> None:
    at(w)
    for i in range(100):
        sign_in_with(w.db, w.now(), OWNER, "guess", Device(f"192.0.2.{i}"))
    ask(w)
    b = w.browser()
    b.post(link(w), password=NEW, password2=NEW)
    assert b.sign_in(OWNER, NEW).status_code == 303


def test_one_changes_ones_password_with_the_one_that_stands(w: World) -> None:
    at(w)
    mine, other = w.browser("ud94"), w.browser("ud94", anew=True)
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
    assert isinstance(sign_in_with(w.db, w.now(), OWNER, NEW, Device("192.0.2.1")), SignedIn)
    assert isinstance(sign_in_with(w.db, w.now(), OWNER, PASSWORD, Device("192.0.2.1")), WrongPassword)


def test_guesses_at_the_password_that_stands_are_bounded_too(w: World) -> None:
    at(w)
    mine = w.browser("ud94")
    codes = [mine.post("/compte", current_password="guess", password=NEW, password2=NEW).status_code for _ in range(30)]
    assert codes.count(429) == 10 and codes[-1] == 429


@pytest.mark.bare
def test_ones_sign_ins_are_told_and_the_others_are_ended(w: World) -> None:
    at(w)
    mine, other = w.browser("ud94"), w.browser()
    other.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"
    other.sign_in(OWNER, PASSWORD)
    page = mine.get("/compte").text
    assert (
        page.count('data-label="Depuis">15/06/2020 à 09:00') == 2
        and page.count("celle-ci") == 1
        and "Firefox sur Windows" in page
    )
    assert mine.post("/compte/connexions").status_code == 303
    assert other.get("/compte").status_code == 302 and mine.get("/compte").text.count('data-label="Depuis"') == 1


def test_a_closed_account_has_no_sign_in_and_no_way_back_until_it_is_opened_again(w: World) -> None:
    at(w)
    mine = w.browser("ud94")
    ask(w)
    address = link(w)
    close(w, " UD94@test.example ")
    assert mine.get("/sessions").status_code == 302 and mine.sign_in(OWNER, PASSWORD).status_code == 422
    assert w.browser().post(address, password=NEW, password2=NEW).status_code == 410
    number = number_of(w, OWNER)
    assert isinstance(close(w, OWNER), Unchanged)
    assert isinstance(keeping.send_link(w.operator(), number, None), Refused)
    assert isinstance(keeping.reopen(w.operator(), number, None), Saved)
    assert mine.sign_in(OWNER, PASSWORD).status_code == 303
    assert isinstance(keeping.reopen(w.operator(), number, None), Unchanged)
    assert w.browser().post(address, password=NEW, password2=NEW).status_code == 410, "a link of before the closing"
    ask(w)
    assert w.browser().post(link(w), password=NEW, password2=NEW).status_code == 303


def test_the_last_national_account_is_never_closed(w: World) -> None:
    invited(w)  # who has no password yet could open nothing again
    last = close(w, "national@test.example")
    assert isinstance(last, Refused) and "dernier compte de l’administration centrale" in last.reason
    invite(w.operator(), "second@test.example", Role.NATIONAL, password=PASSWORD)
    assert isinstance(close(w, "national@test.example"), Saved)
    assert isinstance(close(w, "second@test.example"), Refused)


def test_the_operator_lists_resets_closes_and_reopens(portal: Callable[..., CompletedProcess[str]]) -> None:  # noqa: F811
    portal("migrate")
    portal("users", "add", "a@test.example", "--role", "national", "--password-stdin", typed=f"{PASSWORD}\n")
    portal("users", "add", "b@test.example", "--role", "national")
    assert portal("users", "list").stdout == "a@test.example\tnational\touvert\t-\nb@test.example\tnational\tinvité\t-\n"
    assert "30 minutes : http://127.0.0.1:8000/connexion/oubli/" in portal("users", "reset", "a@test.example").stdout
    assert "14 jours : http://127.0.0.1:8000/invitation/" in portal("users", "reset", "b@test.example").stdout
    refused = portal("users", "close", "a@test.example")
    assert refused.returncode == 1 and "dernier compte de l’administration centrale" in refused.stderr
    assert portal("users", "close", "b@test.example").returncode == 0
    assert "fermé" in portal("users", "list").stdout
    assert portal("users", "reopen", "b@test.example").returncode == 0
    assert portal("users", "reopen", "nobody@test.example").returncode == 1
