"""The demonstration as each of its people sees it, at ten o'clock on its day: put back as it was before each test."""

import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, time
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.clock import PARIS, Clock
from portal.demo.data import PASSWORD
from portal.settings import DEMO_DAY
from tests.support.reading import remembered, unsaid
from tests.support.server import settings_in
from tests.support.visible import Visible, visible
from tests.support.world import Browser

EMAILS = {
    "centre": "centre@demo.example",
    "autre-centre": "autre-centre@demo.example",
    "ud94": "ud94@demo.example",
    "ud75": "ud75@demo.example",
    "region": "region-idf@demo.example",
    "national": "national@demo.example",
}
SIGNED_OUT = "visiteur"
COOKIE = "portail"
READ = ("text/csv", "text/plain", "text/calendar", "application/json", "application/toml")
MOST_LINES = 25
# What is drawn at random, and so differs from one run to the next.
RANDOM = (
    (re.compile(r"/calendrier/[\w.-]+\.ics"), "/calendrier/ADRESSE.ics"),
    (re.compile(r"cle=(?!0)[0-9a-f]{32}"), "cle=CLÉ"),
    (re.compile(r"/invitation/[\w.-]+"), "/invitation/JETON"),
    (re.compile(r"/([cj])/[\w-]{43}"), r"/\1/JETON"),
    (re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}"), "CLÉ EN GROUPES DE QUATRE"),
    (re.compile(r"secret=[A-Z2-7]{32}"), "secret=CLÉ"),
    (re.compile(r"(?<=\")[0-9a-f]{64}"), "EMPREINTE"),
    (re.compile(r"(?<=\"point\": \")[^\"]+"), "POINT"),
    (re.compile(r"x{100,}"), "xxx…"),
)


class StoppedClock(Clock):
    def now(self) -> datetime:
        return datetime.combine(DEMO_DAY, time(10), PARIS)


class Demonstration:
    def __init__(self, loaded: Path, folder: Path, people: Iterable[str] = EMAILS) -> None:
        self.file = Path(shutil.copy(loaded, folder / "demo.sqlite"))
        self.app = create_app(settings_in(folder), StoppedClock())
        self.cookies: dict[str, str] = {}
        for role in people:
            client = self.app.test_client()
            assert Browser(client).sign_in(EMAILS[role], PASSWORD).status_code == 303
            cookie = client.get_cookie(COOKIE)
            assert cookie
            self.cookies[role] = cookie.value
        with self.app.extensions["portal_db"].engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.app.extensions["portal_db"].dispose()
        self.template = folder / "as-it-was.sqlite"
        shutil.copyfile(self.file, self.template)
        self.frames = {role: self.seen(self.client(role).get("/sessions")).frame for role in people}
        self.frames[SIGNED_OUT] = self.seen(self.client(SIGNED_OUT).get("/connexion")).frame

    def restore(self) -> None:
        """As it was when loaded, with its people signed in."""
        self.app.extensions["portal_db"].dispose()
        for more in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                self.file.with_name(self.file.name + more).unlink()
        shutil.copyfile(self.template, self.file)

    def client(self, role: str) -> FlaskClient:
        """A browser in which this person is signed in."""
        client = self.app.test_client()
        if role != SIGNED_OUT:
            client.set_cookie(COOKIE, self.cookies[role])
        return client

    def get(self, role: str, address: str) -> TestResponse:
        return self.client(role).get(address)

    def seen(self, answer: TestResponse) -> Visible:
        return visible(answer.text)

    def told(self, answer: TestResponse, role: str) -> str:
        """An answer as text: its status, where it sends on, or what stands on its page. The frame stands there when it is unusual."""
        lines = [str(answer.status_code)]
        if answer.location:
            lines.append(f"→ {answer.location}")
        elif answer.mimetype == "text/html":
            page = self.seen(answer)
            assert not page.wrong, page.wrong
            assert not (missing := unsaid(answer.text)), missing
            assert not (blind := remembered(answer.text)), blind
            here = f" (rubrique : {', '.join(page.here)})" if page.here else ""
            lines += [f"{page.title}{here}", page.main]
            if page.frame != self.frames.get(role):
                lines += ["~ cadre", page.frame or "aucun"]
        elif answer.mimetype in READ:
            text = answer.get_data(as_text=True).removeprefix("\ufeff").splitlines()
            lines += [answer.mimetype, *(line.rstrip() for line in text[:MOST_LINES])]
            if len(text) > MOST_LINES:
                lines.append(f"… {len(text)} lignes")
        else:
            lines.append(f"{answer.mimetype} {answer.headers.get('Content-Disposition', '')}".strip())
        return without_chance("\n".join(lines))


def without_chance(text: str) -> str:
    for pattern, instead in RANDOM:
        text = pattern.sub(instead, text)
    return text
