"""Links in mails: of an invitation, to another password, to another address. Whatever is wrong of one, a sentence, and nothing changed."""

import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.core import invitations
from portal.settings import Settings
from portal.store.accounts import account
from tests.features.test_accounts_on_screen import act, close, linked, number_of
from tests.support.clock import at
from tests.support.world import PASSWORD, Browser, World, hidden

NEW = "quatre girafes sur un toit"


@pytest.fixture
def w(world: World) -> World:
    for who in ("ud94", "ud75", "national"):
        world.as_(who)
    return world


@dataclass(frozen=True)
class Kind:
    """One kind of link: whose it is, how it comes, how long it lasts, what is sent to it, and what ends it."""

    whose: str
    asked: Callable[[World], object]
    path: str
    lasts: timedelta
    sent: dict[str, str]
    withdrawn: Callable[[World, Browser, int], object]


def invite(w: World) -> None:
    w.browser("national").post("/comptes/invitation", email="neuf@test.example", name="Noa Lambert", role="ud", department="94")


def ask_password(w: World) -> None:
    w.browser().post("/connexion/oubli", email="ud94@test.example")


def ask_address(w: World) -> None:
    mine = w.browser("ud94")
    seen = hidden(mine.get("/compte/adresse").text, "version")
    mine.post("/compte/adresse", version=seen, email="neuve@test.example", current_password=PASSWORD)


def shut_and_open(w: World, b: Browser, number: int) -> None:
    close(w, b, number)
    act(w, b, number, "rouvrir")


TWICE = {"password": NEW, "password2": NEW}
KINDS = {
    "invitation": Kind(
        "neuf@test.example", invite, "/invitation/", timedelta(days=14), TWICE, lambda w, b, n: act(w, b, n, "retirer")
    ),
    "password": Kind("ud94@test.example", ask_password, "/connexion/oubli/", timedelta(minutes=30), TWICE, shut_and_open),
    "address": Kind("ud94@test.example", ask_address, "/compte/adresse/", timedelta(hours=24), {}, shut_and_open),
}
FAULTS = ("twice", "late", "another's", "withdrawn", "changed by one sign")


def stands(w: World) -> list[object]:
    """Every account, as it may be signed in to."""
    columns = (account.c.id, account.c.email, account.c.password_hash, account.c.closed_at, account.c.next_email)
    with w.db.reading() as conn:
        return list(conn.execute(select(*columns).order_by(account.c.id)))


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_link_that_is_not_good_gets_a_sentence_and_changes_nothing(w: World, kind: Kind, fault: str) -> None:
    clock = at(w)
    kind.asked(w)
    link, b = linked(w, kind.path), w.browser()
    before = stands(w)
    assert b.get(link).status_code == 200 and stands(w) == before, "opening it changes nothing"
    if fault == "twice":
        assert b.post(link, **kind.sent).status_code == 303 and stands(w) != before
        b = w.browser()
    elif fault == "late":
        clock.go_on(kind.lasts + timedelta(minutes=1))
    elif fault == "another's":
        b = w.browser("ud75")
    elif fault == "withdrawn":
        kind.withdrawn(w, w.browser("national"), number_of(w, kind.whose))
    else:
        link = link[:-9] + ("a" if link[-9] != "a" else "b") + link[-8:]
    before = stands(w)
    other = {name: "un autre zèbre au violon" for name in kind.sent}
    for answer in (b.get(link), b.post(link, **other), b.client.head(link)):
        assert answer.status_code in (404, 410)
    said = re.sub("<[^>]+>", " ", b.get(link).text)
    assert re.search("ne sert plus|ne sert pas ici|n’est pas connu", said) and "Incident" not in said
    assert stands(w) == before


def test_a_token_changed_by_any_one_sign_is_not_ours() -> None:
    now, keys = datetime(2020, 6, 15, 9, tzinfo=UTC), Settings("demo", "", "a secret for tests", None).signing_keys
    settings = Settings("demo", "", "a secret for tests", None)
    made: dict[str, Callable[[str], object]] = {
        invitations.address(settings, 7): lambda token: invitations.invitation(keys, token),
        invitations.password_address(settings, 7, "0" * 16, now): lambda token: invitations.password_token(keys, token, now),
        invitations.email_address(settings, 7, "0" * 16, now): lambda token: invitations.email_token(keys, token, now),
    }
    for address, read in made.items():
        token = address.rpartition("/")[2]
        assert read(token)
        others = [(i, sign) for i, old in enumerate(token) for sign in "aZ0-" if sign != old]
        others += [(len(token) - 1, sign) for sign in f"{string.ascii_letters}{string.digits}-_=." if sign != token[-1]]
        assert [token[:i] + sign + token[i + 1 :] for i, sign in others if read(token[:i] + sign + token[i + 1 :])] == []
        assert not read(token + "=") and not read(token[:-1]) and not read("")
