"""A small world to test in: built through the same actions as real use."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from tempfile import gettempdir
from typing import TypedDict, Unpack

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.clock import PARIS, Clock
from portal.core.finding import find
from portal.core.outcomes import Saved
from portal.core.session import SessionRow
from portal.demo.load import invented_siret
from portal.features.access.inviting import invite
from portal.features.accounts.queries import by_email
from portal.features.candidates.importing import import_candidates
from portal.features.jury.members import Kept, accredit
from portal.features.jury.members import add as add_juror
from portal.features.jury.seats import seat as seat_juror
from portal.features.measures.actions import Applied, apply
from portal.features.measures.catalogue import find as find_measure
from portal.features.reference.approvals import import_approvals
from portal.features.reference.importing import import_centres, import_titles
from portal.features.sessions.actions import Practical, edit_practical
from portal.features.sessions.importing import import_sessions
from portal.rules.lifecycle import Role
from portal.settings import Settings
from portal.store.actors import Occasion, Source, operator
from portal.store.database import Database
from portal.store.work import Work
from portal.web.arriving import SEEN
from portal.web.signed import Visits

PASSWORD, SECRET = "a fine long password", "a secret for tests"
PEOPLE: dict[str, tuple[Role, dict[str, int | str]]] = {
    "ud94": (Role.UD, {"department_code": "94"}),
    "centre": (Role.CENTRE, {"siret": 0}),
    "other": (Role.CENTRE, {"siret": 1}),
    "ud75": (Role.UD, {"department_code": "75"}),
    "region": (Role.REGION, {"region_name": "Île-de-France"}),
    "national": (Role.NATIONAL, {}),
}


@dataclass(frozen=True)
class Visit:
    """What a browser holds of a person who is signed in: its cookies, by name, and what its forms send against forgery."""

    cookies: dict[str, str]
    sent: str


class Taken(TypedDict, total=False):
    """What else is told of a session that is taken over: `centre` is the place of its own among the world's."""

    kind: str
    centre: int
    candidates: int


@cache
def made() -> tuple[Flask, dict[str, object], dict[str, object]]:
    """The application that one world after the other is served by, with what it holds and how it is configured at the start."""
    app = create_app(Settings("demo", f"sqlite:///{gettempdir()}/none.sqlite", SECRET, date(2020, 6, 15)))
    return app, dict(app.extensions), dict(app.config)


class World:
    """`visits`: of a copy of a world that was settled before, what the browsers hold of its people, who are signed in already."""

    def __init__(self, db: Database, today: date, visits: dict[str, Visit] | None = None) -> None:
        self.db, self.today, self.settled = db, today, today
        self.visits = visits or {}
        self._app: Flask | None = None
        self.sirets = [invented_siret(1), invented_siret(2)]
        if visits is not None:
            return
        start = self.operator()
        import_centres(start, f"siret;name;department\n{self.sirets[0]};CENTRE A;94\n{self.sirets[1]};CENTRE B;75\n".encode())
        titles = (
            "code;decree_version;label;level;certificates\nTP-01303;20/04/2016;Enseignant de la conduite;5;Former|Sensibiliser\n"
        )
        import_titles(start, titles.encode())

    def operator(self) -> Work:
        return Work(self.db, Occasion(operator(), Source.CLI, self.now(), self.today))

    def now(self) -> datetime:
        return datetime.combine(self.today, time(9), PARIS)

    def as_(self, who: str) -> Work:
        """The hands of one of PEOPLE, today."""
        role, scope = PEOPLE[who]
        email = f"{who}@test.example"
        with self.db.reading() as conn:
            actor = by_email(conn, email, ("UD", "DIRECCTE"))
        if actor is None:
            chosen = {k: self.sirets[v] if isinstance(v, int) else v for k, v in scope.items()}
            invite(self.operator(), email, role, password=PASSWORD, name=who, **chosen)
            with self.db.reading() as conn:
                actor = by_email(conn, email, ("UD", "DIRECCTE"))
        assert actor
        return Work(self.db.seen_by(actor), Occasion(actor, Source.WEB, self.now(), self.today))

    def session(self, number: int, start: str, end: str, status: str = "convocations_envoyees", **more: Unpack[Taken]) -> int:
        """A session taken over; dates jj/mm/aaaa."""
        self.sessions([number], start, end, status, **more)
        return number

    def sessions(
        self,
        numbers: Iterable[int],
        start: str,
        end: str,
        status: str = "convocations_envoyees",
        *,
        kind: str = "titre",
        centre: int = 0,
        candidates: int = 2,
    ) -> None:
        """Sessions taken over from one file, which takes little longer than one."""
        taken = [*numbers]
        rows = "".join(f"{number};{self.sirets[centre]};TP-01303;{kind};{start};{end};{status};\n" for number in taken)
        import_sessions(self.operator(), f"id;siret;title;kind;starts_on;ends_on;status;actual_end_on\n{rows}".encode())
        if candidates:
            lines = "".join(f"{number};Nom{i:02};Prénom;01/02/1990;\n" for number in taken for i in range(candidates))
            import_candidates(self.operator(), f"session;last_name;first_name;born_on;email\n{lines}".encode())

    def tell(self, number: int, place: str = "12 rue des Écoles, 94000 Créteil", hour: str = "08:30") -> None:
        """The centre says where and when people meet, and whom they call."""
        who = "centre" if self.get(number).siret == self.sirets[0] else "other"
        wanted = Practical(None, None, place, hour, "C. Roux, 01 00 00 00 00")
        told = edit_practical(self.as_(who), number, self.get(number).version, wanted)
        assert isinstance(told, Saved), told

    def approve(self, start: str = "01/01/2016", end: str = "31/12/2021", *, centre: int = 0, title: str = "TP-01303") -> None:
        """An approval of a centre for a title; dates jj/mm/aaaa."""
        row = f"A-{centre}-{title}-{start};{self.sirets[centre]};{title};{start};{end}"
        import_approvals(self.operator(), f"number;siret;title;valid_from;valid_to\n{row}\n".encode())

    def title(self, code: str, expires: str) -> None:
        """Another title, with its expiry jj/mm/aaaa and the usual prolongation."""
        row = f"{code};20/04/2016;Titre {code};5;Former|Sensibiliser;{expires}"
        import_titles(self.operator(), f"code;decree_version;label;level;certificates;expires_on\n{row}\n".encode())

    def juror(self, name: str, start: str = "2016-01-01", end: str = "2022-12-31", *, unit: str = "ud94") -> int:
        """A member kept by a unit, accredited from a day to a day."""
        kept = add_juror(self.as_(unit), name, "Membre", "")
        assert isinstance(kept, Kept)
        days = date.fromisoformat(start), date.fromisoformat(end)
        accredited = accredit(self.as_(unit), kept.member_id, 1, "TP-01303", *days)
        assert isinstance(accredited, Saved), accredited
        return kept.member_id

    def seat(self, number: int, *names: str) -> list[int]:
        """Two accredited members sit on a session of the first centre."""
        found = [self.juror(name) for name in names or (f"Un{number}", f"Deux{number}")]
        for member_id in found:
            done = seat_juror(self.as_("centre"), number, self.get(number).version, member_id)
            assert isinstance(done, Saved), done
        return found

    def measure(self) -> int:
        done = apply(self.as_("national"), *find_measure("confinement-2020"))
        assert isinstance(done, Applied)
        return done.run_id

    def get(self, number: int) -> SessionRow:
        with self.db.reading() as conn:
            return find(conn, operator(), number, "UD")

    def scalar(self, sql: str) -> object:
        with self.db.reading() as conn:
            return conn.execute(text(sql)).scalar()

    # ---- through HTTP

    def app(self) -> Flask:
        if self._app is None:
            url = self.db.url.render_as_string(hide_password=False)
            self._app, held, configured = made()
            self._app.config.clear()
            self._app.config.update(configured)
            told = {
                "portal_settings": Settings("demo", url, SECRET, self.today),
                "portal_db": self.db.seen_by(None),  # its connections know the tables already
                "portal_clock": Clock(self.today),
            }
            self._app.extensions.clear()
            self._app.extensions.update(held | told)
        return self._app

    def browser(self, who: str | None = None, *, anew: bool = False) -> "Browser":
        """`anew`: this person signs in once more, as in another browser."""
        if who and who not in self.visits:
            self.as_(who)
        browser = Browser(self.app().test_client())
        as_then = not anew and self.today == self.settled == self.app().extensions["portal_clock"].today()
        visit = self.visits.get(who) if who and as_then else None
        if visit:
            browser.resume(visit)
        elif who:
            browser.sign_in(f"{who}@test.example", PASSWORD)
        return browser

    def close(self) -> None:
        if self._app is not None:
            self._app.extensions["portal_db"].dispose()


class Browser:
    """A person without JavaScript: opens pages, fills what the page's forms hold, and sends it."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._token = ("", "")  # the secret that the cookie holds, and what forms send for it

    def visit(self) -> Visit:
        sent = self.token()
        held = (cookie for cookie in (self.client.get_cookie(name) for name in ("portail", "appareil")) if cookie)
        return Visit({cookie.key: cookie.value for cookie in held}, sent)

    def resume(self, visit: Visit) -> None:
        """Goes on as the one who was signed in, seen this moment."""
        for name, value in visit.cookies.items():
            self.client.set_cookie(name, value)
        with self.client.session_transaction() as kept:
            kept[SEEN] = self.client.application.extensions["portal_clock"].now().timestamp()
        self._token = (self._secret(), visit.sent)

    def sign_in(self, email: str, password: str) -> TestResponse:
        return self.post("/connexion", email=email, password=password, suite="/sessions")

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def follow(self, path: str) -> TestResponse:
        """Opens a page, and goes where it leads."""
        return self.client.get(path, follow_redirects=True)

    def token(self) -> str:
        """What a form of this person sends against forgery: read from a page when her cookie has a new secret."""
        secret = self._secret()
        if not secret or secret != self._token[0]:
            sent = self._read_token()
            self._token = (self._secret(), sent)
        return self._token[1]

    def _secret(self) -> str:
        cookie, app = self.client.get_cookie("portail"), self.client.application
        signed = Visits().get_signing_serializer(app)
        assert signed
        return str(signed.loads(cookie.value).get("csrf_token", "")) if cookie else ""

    def _read_token(self) -> str:
        page = self.client.get("/sessions").text
        if 'name="csrf_token"' not in page:
            page = self.client.get("/connexion", follow_redirects=True).text
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        return found.group(1)

    def post(self, path: str, **fields: object) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token(), **fields})


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found.group(1)
