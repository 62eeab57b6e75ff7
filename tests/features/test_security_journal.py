"""The security journal: what it keeps of whom, from where; who reads it; that it stays small, and that nothing waits for it."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from portal.core.outcomes import Saved
from portal.features.access import keeping as accounts
from portal.features.accounts.actions import sign_in_with
from portal.rules.retention import LINE as LINE_OF_RETENTION
from portal.rules.retention import Kind as Retained
from portal.rules.security import BY_STRANGERS, LINE, TABLE, Kind
from portal.store.actors import Device
from portal.store.security import MONTHS_AT_LEAST, Entry, enter, note, note_once, security_entry
from tests.support.postgres import as_owner
from tests.support.world import PASSWORD, World

HERE, THERE = Device("192.0.2.1", "Firefox, Windows"), Device("198.51.100.7", "Chrome, Linux")
FIREFOX = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0"}


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "22/06/2020", "26/06/2020")
    world.session(2, "22/06/2020", "26/06/2020", centre=1)
    yield world
    world.close()


def kept(w: World, kind: Kind) -> list[tuple[int | None, int | None, str, int]]:
    """Who, whose account, on what, how often; in the order in which the rows were made."""
    t = security_entry.c
    with w.db.reading() as conn:
        rows = conn.execute(select(t.account_id, t.about_id, t.subject, t.times).where(t.kind == kind.value).order_by(t.id))
        return [tuple(row) for row in rows]


def number(w: World, who: str) -> int:
    return w.as_(who).actor.id or 0


# ---- what is kept


# Rows of one person in one hour, whether a stranger makes some too, and whether each place has its own.
BOUNDS = {
    Kind.SIGNED_IN: (100, False, True),
    Kind.WRONG_PASSWORD: (100, True, True),
    Kind.SLOWED: (1, True, False),
    Kind.WRONG_CODE: (100, True, True),
    Kind.NO_ACCOUNT: (100, True, True),
    Kind.FOREIGN: (50, False, True),
    Kind.MISSING: (50, False, True),
    Kind.EXPORTED: (200, False, True),
    Kind.LOOKED: (500, False, True),
    Kind.CHANGED: (500, False, True),
}


def test_every_kind_has_a_line_a_name_and_a_bound() -> None:
    assert [(line.kind, (line.most, not line.known, line.by_place)) for line in TABLE] == list(BOUNDS.items())
    assert list(BOUNDS) == list(Kind) and BY_STRANGERS == 5_000
    assert all(line.label for line in TABLE) and len({line.label for line in TABLE}) == len(TABLE)


@pytest.mark.bare
def test_a_sign_in_and_a_wrong_password_are_kept_with_whose_and_from_where(w: World) -> None:
    me = number(w, "centre")
    sign_in_with(w.db, w.now(), "centre@test.example", "guess", THERE)
    sign_in_with(w.db, w.now(), "nobody@test.example", "guess", THERE)
    sign_in_with(w.db, w.now(), "centre@test.example", PASSWORD, HERE)
    assert kept(w, Kind.WRONG_PASSWORD) == [(None, me, "", 1), (None, None, "", 1)]
    assert kept(w, Kind.SIGNED_IN) == [(me, me, "", 1)]
    assert (
        w.scalar("SELECT address || '|' || device FROM security_entry WHERE kind = 'signed_in'") == "192.0.2.1|Firefox, Windows"
    )


def test_what_was_typed_is_not_kept(w: World) -> None:
    sign_in_with(w.db, w.now(), "a-secret-in-the-wrong-field", "guess", HERE)
    with w.db.reading() as conn:
        assert "a-secret" not in str(conn.execute(select(security_entry)).all())


@pytest.mark.bare
def test_guesses_refused_unseen_are_one_row_an_hour_and_cost_no_write_after_it(w: World) -> None:
    me = number(w, "centre")
    for i in range(40):
        sign_in_with(w.db, w.now(), "centre@test.example", "guess", Device(f"192.0.2.{i % 2}"))
    assert kept(w, Kind.SLOWED) == [(None, me, "", 1)]
    assert len(kept(w, Kind.WRONG_PASSWORD)) == 2
    sign_in_with(w.db, w.now() + timedelta(hours=1), "centre@test.example", PASSWORD, HERE)
    assert kept(w, Kind.SIGNED_IN) == [(me, me, "", 1)]


def test_what_is_anothers_and_what_is_not_there_are_told_apart_and_what_is_typed_is_not_told(w: World) -> None:
    b, me = w.browser("centre"), number(w, "centre")
    for address in ("/sessions/2", "/sessions/2", "/sessions/999", "/mesures", "/comptes/999", "/titres/secret"):
        assert b.get(address).status_code == 404
    assert b.post("/sessions/2/annulation", version=1, reason="x").status_code == 404
    assert kept(w, Kind.FOREIGN) == [
        (me, None, "/sessions/2", 2),
        (me, None, "/mesures", 1),
        (me, None, "/sessions/2/annulation", 1),
    ]
    assert kept(w, Kind.MISSING) == [(me, None, "/sessions/999", 1), (me, None, "/comptes/999", 1), (me, None, "/titres/…", 1)]


def test_a_missing_thing_is_asked_for_at_the_price_of_a_foreign_one(w: World) -> None:
    b, asked = w.browser("centre"), list[str]()
    assert b.get("/sessions/2").status_code == b.get("/sessions/999").status_code == 404
    event.listen(w.app().extensions["portal_db"].engine, "before_cursor_execute", lambda c, cur, sql, *rest: asked.append(sql))
    told = []
    for address in ("/sessions/2", "/sessions/999"):
        asked.clear()
        b.get(address)
        told.append(list(asked))
    assert told[0] and told[0] == told[1]


def test_head_a_visitor_and_an_unknown_address_leave_nothing(w: World) -> None:
    b, before = w.browser("centre"), w.scalar("SELECT count(*) FROM security_entry")
    assert b.client.head("/sessions/2").status_code == 404
    assert b.client.head("/sessions/1/candidats/1").status_code == 200
    assert b.client.head("/sessions/export?quoi=candidats").status_code == 200
    assert b.get("/nulle-part").status_code == 404
    assert w.browser().get("/sessions/2").status_code == 302
    assert w.scalar("SELECT count(*) FROM security_entry") == before


def test_looks_at_a_candidate_and_exports_of_people_are_kept(w: World) -> None:
    b, me = w.browser("centre"), number(w, "centre")
    for address in ("/sessions/1/candidats/1", "/sessions/1/candidats/1", "/sessions/1/candidats/2/modifier"):
        assert b.get(address).status_code == 200
    assert kept(w, Kind.LOOKED) == [
        (me, None, "/sessions/1/candidats/1", 2),
        (me, None, "/sessions/1/candidats/2/modifier", 1),
    ]
    for address in ("quoi=candidats", "quoi=resultats&format=xlsx&pour=lecture", "quoi=sessions"):
        assert b.get(f"/sessions/export?{address}").status_code == 200
    assert b.get("/sessions/1/preuve.json").status_code == 200
    paper = "/sessions/1/documents/liste-candidats.pdf"
    assert b.client.head(paper).status_code == b.get(paper).status_code == 200
    told = [row[2] for row in kept(w, Kind.EXPORTED)]
    assert told == ["candidats, csv", "resultats, xlsx", "preuve, session 1, json", paper]


def test_a_changed_account_is_told_by_the_trail_and_the_journal_says_from_where(w: World) -> None:
    nation, other = number(w, "national"), number(w, "other")
    b = w.browser("national")
    page = b.get(f"/comptes/{other}/fermeture").text
    stands = re.search(r'name="version" value="(\d+)"', page)
    assert stands
    data = {"csrf_token": b.token(), "version": stands[1], "reason": "Départ"}
    assert b.client.post(f"/comptes/{other}/fermeture", data=data, headers=FIREFOX).status_code == 303
    with w.db.reading() as conn:
        query = (
            "SELECT s.account_id, s.about_id, s.device, e.action FROM security_entry s JOIN audit_event e ON e.id = s.event_id"
        )
        row = conn.execute(text(f"{query} ORDER BY s.id DESC")).first()
    assert row is not None and tuple(row) == (nation, other, "Firefox, Windows", "account_closed")


def test_what_the_command_line_changes_is_kept_as_such(w: World) -> None:
    other = number(w, "other")
    assert isinstance(accounts.close(w.operator(), other, None, "Départ"), Saved)
    rows = w.browser("national").get("/securite/journal").text
    assert "exploitant du portail" in rows and "Compte fermé" in rows


# ---- how little it is


def test_an_hour_of_one_person_has_a_bound_and_the_rest_is_counted(w: World) -> None:
    me, other, most = number(w, "centre"), number(w, "other"), LINE[Kind.FOREIGN].most
    with w.db.writing() as tx:
        for i in range(most + 20):
            enter(tx, w.now(), Entry(Kind.FOREIGN, me, subject=f"/sessions/{i}", device=HERE))
    rows = kept(w, Kind.FOREIGN)
    assert len(rows) == most + 1 and rows[-1] == (me, None, "", 20)
    with w.db.writing() as tx:
        enter(tx, w.now(), Entry(Kind.FOREIGN, other, subject="/sessions/1", device=HERE))
        enter(tx, w.now() + timedelta(hours=1), Entry(Kind.FOREIGN, me, subject="/sessions/1", device=HERE))
    assert len(kept(w, Kind.FOREIGN)) == most + 3, "another person, and another hour, have rows of their own"


def test_a_flood_of_strangers_has_a_bound_and_each_account_keeps_its_row(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.store.security.BY_STRANGERS", 10)
    me = number(w, "centre")
    with w.db.writing() as tx:
        for i in range(30):
            enter(tx, w.now(), Entry(Kind.WRONG_PASSWORD, device=Device(f"192.0.2.{i}")))
        for i in range(5):
            enter(tx, w.now(), Entry(Kind.WRONG_PASSWORD, about_id=me, device=Device(f"198.51.100.{i}")))
    rows = kept(w, Kind.WRONG_PASSWORD)
    assert len(rows) == 12 and rows[-2:] == [(None, None, "", 20), (None, me, "", 5)]


def test_a_journal_that_cannot_be_written_makes_nothing_fail(w: World, caplog: pytest.LogCaptureFixture) -> None:
    b = w.browser("centre")
    entry = Entry(Kind.LOOKED, number(w, "centre"), subject="x" * 500, device=Device("y" * 90, "z" * 90))
    note(w.db, w.now(), entry)
    assert kept(w, Kind.LOOKED)[0][2] == "x" * 120, "cut to fit"
    with as_owner(w.db) as own, own.writing() as tx:
        tx.execute(text("DROP TABLE security_entry"))
    assert b.get("/sessions/1/candidats/1").status_code == 200
    assert b.get("/sessions/2").status_code == 404
    assert "left out of the security journal" in caplog.text


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_journal_whose_database_is_held_by_another_waits_a_moment_alone(w: World, caplog: pytest.LogCaptureFixture) -> None:
    b = w.browser("centre")
    with w.db.writing():
        assert b.get("/sessions/1/candidats/1").status_code == 200
    assert "left out of the security journal" in caplog.text and not kept(w, Kind.LOOKED)


# ---- for how long


def test_it_grows_and_counts_and_lets_go_of_nothing_young(w: World) -> None:
    me, young = number(w, "centre"), "datetime('now')" if w.db.is_sqlite else "now() AT TIME ZONE 'utc'"
    columns = "(key, kind, first_at, last_at, times, subject, address, device)"
    with w.db.writing() as tx:
        enter(tx, w.now(), Entry(Kind.LOOKED, me, device=HERE))
        tx.execute(text(f"INSERT INTO security_entry {columns} VALUES ('k', 'looked', {young}, {young}, 2, '', '', '')"))
    for refused in (
        "UPDATE security_entry SET device = 'other'",
        "UPDATE security_entry SET times = times",
        "UPDATE security_entry SET times = times - 1 WHERE key = 'k'",
        "UPDATE security_entry SET times = times + 1, account_id = 1",
        "DELETE FROM security_entry WHERE key = 'k'",
        *([f"INSERT OR REPLACE INTO security_entry {columns} VALUES ('k', 'looked', 1, 1, 1, '', '', '')"] * w.db.is_sqlite),
    ):
        with pytest.raises(DBAPIError, match="append-only"), w.db.writing() as tx:
            tx.execute(text(refused))


def test_the_database_lets_go_of_nothing_that_its_shortest_duration_keeps() -> None:
    assert LINE_OF_RETENTION[Retained.JOURNAL].least == MONTHS_AT_LEAST


def test_what_is_kept_once_an_hour_is_written_once(w: World) -> None:
    entry = Entry(Kind.SLOWED, about_id=number(w, "centre"), device=HERE)
    for later in (0, 1, 59, 60):
        note_once(w.db, w.now() + timedelta(minutes=later), entry)
    assert [row[3] for row in kept(w, Kind.SLOWED)] == [1, 1]


# ---- who reads it


def test_the_national_account_reads_all_by_person_kind_and_day(w: World) -> None:
    w.browser("other").get("/sessions/1")
    w.browser("centre").get("/sessions/1/candidats/1")
    b = w.browser("national")

    def shown(asked: str) -> list[str]:
        page = b.get(f"/securite/journal?{asked}").text
        return re.findall(r'data-label="Quoi">\s*([^<\n]+?)\s*<', page)

    assert {"Connexion", "Accès refusé", "Page d’un candidat consultée"} <= set(shown(""))
    assert set(shown("q=other&nature=foreign")) == {"Accès refusé"} and shown("q=other&nature=looked") == []
    day = w.today.isoformat()
    assert shown(f"nature=looked&du={day}&au={day}") == ["Page d’un candidat consultée"]
    assert shown(f"nature=looked&du={(w.today + timedelta(days=1)).isoformat()}") == []
    assert shown(f"nature=looked&au={(w.today - timedelta(days=1)).isoformat()}") == []
    wrong = b.get("/securite/journal?du=31/02/2020")
    assert wrong.status_code == 422 and "« 31/02/2020 » n’est pas une date" in wrong.text.replace("\u00a0", " ").replace(
        "\u202f", " "
    )


def test_pages_follow_each_other_without_a_gap(w: World) -> None:
    me = number(w, "centre")
    with w.db.writing() as tx:
        for i in range(120):
            enter(tx, w.now() + timedelta(seconds=i // 10), Entry(Kind.LOOKED, me, subject=f"/s/{i}", device=HERE))
    b, address, seen = w.browser("national"), "/securite/journal?nature=looked", []
    while address:
        page = b.get(address).text
        seen += re.findall(r'href="/s/(\d+)"', page)
        more = re.search(r'href="([^"]+)" rel="next"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert sorted(map(int, seen)) == list(range(120)) and seen[0] == "119"


def test_its_export_says_the_same_and_is_told_itself(w: World) -> None:
    w.browser("other").get("/sessions/1")
    answer = w.browser("national").get("/securite/journal.csv?nature=foreign")
    header, *lines = answer.text.removeprefix("\ufeff").splitlines()
    assert header.startswith("Première fois;Dernière fois;Fois;Nature;Personne") and len(lines) == 1
    assert "Accès refusé;other;other@test.example;;;/sessions/1;" in lines[0]
    assert kept(w, Kind.EXPORTED) == [(number(w, "national"), None, "journal, csv", 1)]


@pytest.mark.parametrize("who", ["centre", "ud94", "region"])
def test_nobody_else_reads_the_journal(w: World, who: str) -> None:
    b = w.browser(who)
    assert [b.get(f"/securite/journal{rest}").status_code for rest in ("", ".csv")] == [404, 404]


def test_a_person_reads_what_concerns_it_and_nobody_elses_place(w: World) -> None:
    me = number(w, "centre")
    sign_in_with(w.db, w.now(), "centre@test.example", "guess", THERE)
    w.browser("other").get("/sessions/1")
    closer = w.browser("national")
    closer.client.post(
        f"/comptes/{me}",
        data={"csrf_token": closer.token(), "lien": "1", "version": "1"},
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )
    b = w.browser("centre")
    assert "/compte/activite" in b.get("/compte").text
    page = b.get("/compte/activite").text
    assert "Mot de passe refusé" in page and "198.51.100.7" in page and "Chrome sur Linux" in page
    assert "Lien de mot de passe envoyé" in page and "par national" in page
    assert "203.0.113.9" not in page and "Accès refusé" not in page and "other" not in page
    assert "203.0.113.9" in w.browser("national").get("/securite/journal").text
