"""Small acts, asked of directly: who comes from the identity provider, the address of a calendar, how units are reached, a draw."""

import json
from collections.abc import Iterator
from datetime import date

import pytest

from portal.core.outcomes import Invalid, Saved, Stale, Unchanged
from portal.features.accounts.actions import SignedIn
from portal.features.calendars.actions import give, revoke
from portal.features.centres import actions as centres
from portal.features.oversight.actions import draw_sessions
from portal.features.provider.actions import NoAccount, sign_in_as
from portal.features.provider.asking import Identity
from portal.features.second_factor.actions import add_passkey
from portal.features.second_factor.passkeys import Passkey
from portal.features.units.actions import SAVED, set_region, set_unit
from portal.store.actors import Device
from tests.support.world import World

SQLITE = pytest.mark.parametrize("db", ["sqlite"], indirect=True)
D = date.fromisoformat


@pytest.fixture
def w(world: World) -> Iterator[World]:
    for who in ("ud94", "centre", "region", "national"):
        world.as_(who)
    yield world
    world.close()


def journal(w: World) -> list[tuple[object, ...]]:
    """What it keeps: what, who did it, whose account it is about, and how."""
    with w.db.reading() as conn:
        rows = conn.exec_driver_sql(
            "SELECT kind, account_id, about_id, subject FROM security_entry WHERE kind IN ('no_account', 'signed_in') ORDER BY id"
        )
        return [tuple(row) for row in rows]


@SQLITE
@pytest.mark.bare
def test_the_provider_signs_in_people_of_the_state_with_an_open_account_and_the_journal_says_who(w: World) -> None:
    me, centre = (w.as_(who).actor.id for who in ("ud94", "centre"))

    def come(email: str, *, twice: bool = False) -> object:
        return sign_in_as(w.db, w.now(), Identity(f"{email}@test.example", twice), Device("192.0.2.1", "Firefox"))

    assert come("nobody") == NoAccount("nobody@test.example") and come("centre") == NoAccount("centre@test.example")
    assert journal(w) == [("no_account", None, None, ""), ("no_account", None, centre, "")]
    one, two = come("ud94"), come("ud94", twice=True)
    assert isinstance(one, SignedIn) and isinstance(two, SignedIn) and not one.awaits_code and one.account_id == me
    with w.db.reading() as conn:
        rows = conn.exec_driver_sql(
            "SELECT awaits_code, elsewhere, checked_at IS NULL, browser, address FROM sign_in ORDER BY elsewhere"
        ).all()
    assert [tuple(row) for row in rows] == [(0, 0, 1, "Firefox", "192.0.2.1"), (0, 1, 0, "Firefox", "192.0.2.1")]
    assert journal(w)[2:] == [("signed_in", me, me, "fournisseur d’identité")], "alike within an hour"
    add_passkey(w.as_("ud94"), "none", Passkey("key", "public", 0), "Firefox")
    waits, proved = come("ud94"), come("ud94", twice=True)
    assert isinstance(waits, SignedIn) and isinstance(proved, SignedIn)
    assert (waits.awaits_code, proved.awaits_code) == (True, False), "its own code, or that of the provider"
    for change in ("closed_at = '2020-06-01 00:00:00'", "closed_at = NULL, password_hash = NULL"):
        with w.db.writing() as tx:
            tx.exec_driver_sql(f"UPDATE account SET {change} WHERE id = {me}")
        assert isinstance(come("ud94"), NoAccount), change


@SQLITE
def test_the_address_of_a_calendar_is_given_replaced_and_taken_back_of_oneself_alone(w: World) -> None:
    nonce = "SELECT group_concat(account_id || nonce) FROM calendar_feed WHERE account_id {} (SELECT id FROM account WHERE name = 'centre')"
    give(w.as_("ud94"))
    hers = w.scalar(nonce.format("<>"))
    assert revoke(w.as_("centre")) is False
    give(w.as_("centre"))
    first = w.scalar(nonce.format("="))
    give(w.as_("centre"))
    assert w.scalar(nonce.format("=")) not in (first, None)
    assert revoke(w.as_("centre")) is True and revoke(w.as_("centre")) is False
    assert w.scalar(nonce.format("=")) is None and w.scalar(nonce.format("<>")) == hers
    told = "SELECT group_concat(action, ' ') FROM audit_event WHERE subject = 'account {}' AND action LIKE 'calendar%'"
    number = w.as_("centre").actor.id
    assert w.scalar(told.format(number)) == "calendar_given calendar_replaced calendar_revoked"


@SQLITE
def test_how_a_unit_and_a_region_are_reached_is_kept_once_and_an_older_page_is_told(w: World) -> None:
    wanted = {"unit_name": "DDETS", "unit_email": "", "unit_phone": "01 02 03 04 05"}
    version = int(str(w.scalar("SELECT version FROM department WHERE code = '94'")))
    assert set_unit(w.as_("ud94"), "94", version, wanted) == Saved(SAVED)
    assert isinstance(set_unit(w.as_("ud94"), "94", version + 1, wanted), Unchanged)
    assert isinstance(set_unit(w.as_("national"), "94", version, {**wanted, "unit_name": "UD"}), Stale)
    kept = "SELECT unit_name || unit_phone FROM department WHERE code = '94' AND unit_email IS NULL"
    assert w.scalar(kept) == "DDETS01 02 03 04 05" and w.scalar("SELECT count(*) FROM department WHERE unit_name = 'DDETS'") == 1
    version = int(str(w.scalar("SELECT version FROM region WHERE code = '11'")))
    contact = {"email": "r@etat.example", "phone": ""}
    assert set_region(w.as_("region"), "11", version, contact) == Saved(SAVED)
    assert isinstance(set_region(w.as_("national"), "11", version, {**contact, "phone": "01"}), Stale)
    assert w.scalar("SELECT count(*) FROM region WHERE email = 'r@etat.example'") == 1


@SQLITE
def test_a_draw_is_from_the_sessions_of_its_days_and_its_event_says_how(w: World) -> None:
    for number, start in ((1, "21/06/2020"), (2, "22/06/2020"), (3, "23/06/2020"), (4, "24/06/2020")):
        w.session(number, start, "26/06/2020", candidates=0)
    w.session(5, "22/06/2020", "26/06/2020", "annulee", candidates=0)
    unit = w.as_("ud94")
    wrong = draw_sessions(unit, "94", D("2020-06-23"), D("2020-06-22"), 1)
    assert wrong == Invalid({"end": "La fin de la période suit son début."})
    none = draw_sessions(unit, "94", D("2020-06-20"), D("2020-06-20"), 1)
    assert none == Invalid({"start": "Aucune session ne commence dans cette période : élargissez-la."})
    assert draw_sessions(unit, "94", D("2020-06-22"), D("2020-06-23"), 5) == 1
    assert draw_sessions(unit, "94", D("2020-06-21"), D("2020-06-21"), 1) == 2, "one day is a period"
    with w.db.reading() as conn:
        rows = conn.exec_driver_sql("SELECT drawn_from, drawn, starts_from, starts_to FROM draw ORDER BY id").all()
    assert [tuple(row) for row in rows] == [
        ("2 3", "2 3", "2020-06-22", "2020-06-23"), ("1", "1", "2020-06-21", "2020-06-21"),
    ]  # fmt: skip
    event = json.loads(str(w.scalar("SELECT after FROM audit_event WHERE action = 'sessions_drawn' ORDER BY id LIMIT 1")))
    assert (event["draw"], event["among"], event["drawn"]) == (1, 2, [2, 3])


@SQLITE
def test_a_centre_is_opened_changed_closed_and_reopened_once_each_and_those_concerned_are_told(w: World) -> None:
    for who in ("other", "ud75"):
        w.as_(who)
    nation, card = w.as_("national"), centres.Card("CENTRE A BIS", "", "", "")
    taken = centres.open_centre(nation, w.sirets[0], "94", card)
    assert taken == Invalid({"siret": "Ce SIRET est déjà celui du centre « CENTRE A »."})
    opened = centres.open_centre(nation, "35600000000048", "75", centres.Card("LA POSTE", "", "", ""))
    told = "Centre ouvert : LA POSTE. Enregistrez ses agréments, puis invitez ses personnes."
    assert opened == centres.Opened(told, centre_id=3)
    assert centres.change(nation, 1, 1, card) == Saved("Fiche enregistrée.")
    assert isinstance(centres.change(nation, 1, 2, card), Unchanged)
    assert isinstance(centres.change(nation, 1, 1, centres.Card("X", "", "", "")), Stale)
    assert centres.reopen(nation, 1, 2) == Unchanged("Ce centre est déjà ouvert.")
    closed = "Centre fermé : CENTRE A BIS. Ses sessions en cours restent à mener à leur terme."
    assert centres.close(nation, 1, 2, "Fin") == Saved(closed)
    assert centres.close(nation, 1, 3, "Fin") == Unchanged("Ce centre est déjà fermé, depuis le 15/06/2020.")
    assert centres.reopen(nation, 1, 3) == Saved("Centre rouvert : CENTRE A BIS.")
    with w.db.reading() as conn:
        sql = "SELECT account.name, notice.subject FROM notice JOIN account ON account.id = notice.account_id ORDER BY notice.id"
        told_ = sorted({tuple(row) for row in conn.exec_driver_sql(sql)})
    subjects = ("CENTRE A : fiche modifiée", "CENTRE A BIS : le centre est fermé", "CENTRE A BIS : le centre est rouvert")
    assert told_ == sorted([*((who, s) for who in ("centre", "ud94") for s in subjects), ("ud75", "Nouveau centre : LA POSTE")])
