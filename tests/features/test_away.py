"""The database is away, held by another, or frozen: people are told, and what they typed is not lost."""

import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from sqlalchemy import event, make_url
from sqlalchemy.exc import DBAPIError

from portal.app import create_app
from portal.clock import Clock
from portal.rules.lifecycle import Status
from portal.settings import Settings
from portal.store.database import HELD_UP, Database
from tests.support.visible import visible
from tests.support.world import Browser, World, hidden


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "01/06/2020", "12/06/2020")
    yield world
    world.close()


@contextmanager
def away(db: Database) -> Iterator[None]:
    """Nothing answers where the database was."""
    fault = sqlite3.OperationalError("unable to open") if db.is_sqlite else psycopg.OperationalError("refused")

    def refuse(*_: object) -> None:
        raise fault

    event.listen(db.engine, "do_connect", refuse)
    db.engine.dispose()
    yield
    event.remove(db.engine, "do_connect", refuse)


@pytest.mark.parametrize("path", ["/", "/sessions", "/sessions/1", "/compte", "/nulle-part", "/sessions/999"])
def test_every_page_says_that_the_database_is_away_and_asks_nothing_of_it(w: World, path: str) -> None:
    b = w.browser("centre")
    with away(w.db):
        answer = b.get(path)
        assert answer.status_code == 503 and answer.headers["Retry-After"] == "60"
        assert "Service momentanément indisponible" in answer.text and "Rien n’a été enregistré" in answer.text
        assert b.get("/readyz").status_code == 503 and b.get("/healthz").status_code == 200
    assert b.get("/sessions").status_code == 200, "it goes on by itself"


def test_what_was_typed_is_in_the_page_and_one_click_sends_it_again(w: World) -> None:
    b = w.browser("centre")
    page = b.get("/sessions/1/resultats").text
    radios = sorted({part.partition('"')[0] for part in page.split('type="radio" name="')[1:]})
    assert len(radios) == 2
    typed = {"version": hidden(page, "version"), "action": "brouillon", radios[0]: "titre", radios[1]: "echec"}
    token = b.token()
    with away(w.db):
        told = b.client.post("/sessions/1/resultats", data={"csrf_token": token, "password": "x", **typed})
    assert told.status_code == 503 and "Réessayer" in visible(told.text).main
    kept = {name: hidden(told.text, name) for name in ("csrf_token", *typed)}
    assert {n: kept[n] for n in typed} == typed and 'name="password"' not in told.text
    assert 'action="/sessions/1/resultats"' in told.text
    assert b.client.post("/sessions/1/resultats", data=kept).status_code in (200, 303)
    assert w.scalar("SELECT count(*) FROM result") == 2, "the draft is there"


def test_a_form_without_its_token_is_told_too(w: World) -> None:
    b = w.browser("centre")
    with away(w.db):
        assert b.client.post("/sessions/1/resultats", data={"x": "y"}).status_code == 503


def test_a_lock_that_lasts_is_a_page_and_not_a_wait(w: World) -> None:
    assert HELD_UP <= 2.5, "with the rest of the answer it is told within three seconds"
    url = w.db.url.render_as_string(hide_password=False)
    app = create_app(Settings("demo", url, "a secret for tests", w.today), Clock(w.today))
    impatient = Database(url, w.db.audit_key, held_up=0.05)
    app.extensions["portal_db"] = impatient
    b = w.browser("centre")
    impatient_browser = Browser(app.test_client())
    impatient_browser.client.set_cookie("portail", b.client.get_cookie("portail").value)  # type: ignore[union-attr]
    with w.db.writing() as tx:
        tx.exec_driver_sql("UPDATE exam_session SET place = 'tenue' WHERE id = 1")
        answer = impatient_browser.post("/sessions/1/annulation", version=1, reason="x")
        assert answer.status_code == 503 and "Réessayer" in answer.text
    assert impatient_browser.post("/sessions/1/annulation", version=w.get(1).version, reason="x").status_code == 303
    assert w.get(1).status is Status.CANCELLED
    impatient.dispose()


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_file_that_is_moved_away_is_missed_and_found_again_and_none_is_made_in_its_place(w: World) -> None:
    file = Path(str(w.db.url.database))
    own = Database(w.db.url.render_as_string(hide_password=False), w.db.audit_key, held_up=HELD_UP)
    w.app().extensions["portal_db"] = own
    b, elsewhere = w.browser("centre"), file.with_name("elsewhere")
    w.db.dispose()
    file.rename(elsewhere)
    assert b.get("/sessions").status_code == 503 and not file.exists()
    shutil.copy(elsewhere, file)  # another file under the same name: what was open of the first one is let go
    elsewhere.unlink()
    assert b.get("/sessions").status_code == 200, "it goes on by itself"
    with own.writing() as tx:
        tx.exec_driver_sql("UPDATE exam_session SET place = 'ici' WHERE id = 1")
    with closing(sqlite3.connect(file)) as read:
        assert read.execute("SELECT place FROM exam_session WHERE id = 1").fetchone() == ("ici",)
    own.dispose()


class Line:
    """A way to a server that can be frozen: what is sent is taken, and nothing comes back."""

    def __init__(self, host: str, port: int) -> None:
        self.to = (host, port)
        self.frozen = Event()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.door.getsockname()[1])
        Thread(target=self._let_in, daemon=True).start()

    def _let_in(self) -> None:
        with suppress(OSError):
            while True:
                inside, _ = self.door.accept()
                if self.frozen.is_set():
                    self.kept = inside  # open, and nobody speaks
                    continue
                outside = socket.create_connection(self.to)
                for a, b in ((inside, outside), (outside, inside)):
                    Thread(target=self._carry, args=(a, b), daemon=True).start()

    def _carry(self, a: socket.socket, b: socket.socket) -> None:
        with suppress(OSError):
            while data := a.recv(65536):
                if self.frozen.is_set():
                    continue
                b.sendall(data)
            b.close()


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_a_frozen_server_is_noticed_and_whoever_waits_is_told(w: World) -> None:
    """A statement that was sent, one that is sent then, and a connection that is asked for."""
    at = make_url(w.db.url)
    line = Line(str(at.host), int(at.port or 5432))
    behind = Database(at.set(host="127.0.0.1", port=line.port).render_as_string(hide_password=False), b"k", held_up=2.5)
    with behind.reading() as conn:
        assert conn.exec_driver_sql("SELECT 1").scalar() == 1
        line.frozen.set()
        with pytest.raises(DBAPIError):
            conn.exec_driver_sql("SELECT 2")
    with pytest.raises(DBAPIError), behind.reading() as conn:
        conn.exec_driver_sql("SELECT 3")
    line.frozen.clear()
    behind.dispose()
    with behind.reading() as conn:
        assert conn.exec_driver_sql("SELECT 4").scalar() == 4, "it goes on by itself"
    behind.dispose()
    line.door.close()


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_a_statement_that_is_merely_slow_goes_on(w: World) -> None:
    own = Database(w.db.url.render_as_string(hide_password=False), b"k", held_up=2.5)
    with own.reading() as conn:
        assert conn.exec_driver_sql("SELECT 5 FROM pg_sleep(1.2)").scalar() == 5
    own.dispose()


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_the_limits_of_a_page_are_set_on_each_connection_and_a_command_has_none(w: World) -> None:
    own = Database(w.db.url.render_as_string(hide_password=False), b"k", held_up=HELD_UP)
    asked = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    with own.reading() as page, w.db.reading() as command:
        assert [page.exec_driver_sql(f"SHOW {name}").scalar() for name in asked] == ["2500ms", "5min", "30s"]
        assert [command.exec_driver_sql(f"SHOW {name}").scalar() for name in asked] == ["0", "0", "0"]
    own.dispose()
