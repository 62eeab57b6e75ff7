"""What the browser, the file system, the log and the server of mails are told, so that nobody else reads what is here."""

import json
import logging
import re
import smtplib
import ssl
import stat
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from itsdangerous import URLSafeTimedSerializer
from prometheus_client import generate_latest
from sqlalchemy import insert

from portal.app import create_app
from portal.clock import Clock
from portal.core import invitations
from portal.features.notices.outbox import smtp
from portal.front import HEALTHY, PLAIN
from portal.paths import STATIC
from portal.settings import Settings
from portal.store.database import Database
from portal.store.places import region
from portal.web.observe import JsonLines
from tests.support.world import PASSWORD, Browser, World

SECRET = "0123456789abcdef" * 4


def in_production(w: World) -> Browser:
    url = w.db.url.render_as_string(hide_password=False)
    app = create_app(Settings("production", url, SECRET, None), Clock(w.today))
    app.extensions["portal_db"].audit_key = w.db.audit_key
    w._app = app
    return Browser(app.test_client())


def test_in_production_cookies_are_this_hosts_alone_and_the_browser_stays_on_https(world: World) -> None:
    world.as_("centre")
    b = in_production(world)
    page = b.get("/connexion").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    fields = {"email": "centre@test.example", "password": PASSWORD, "suite": "/sessions", "csrf_token": token}
    answer = b.client.post("/connexion", data=fields)
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert {c.split("=")[0] for c in cookies} == {"__Host-portail", "__Host-appareil"}
    for cookie in cookies:
        parts = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts and "Domain" not in cookie
        assert "centre" not in cookie
    assert b.get("/sessions").status_code == 200
    for path in ("/sessions", "/healthz", "/nulle-part", "/static/icon.svg"):
        assert b.get(path).headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    world.close()


def test_nothing_that_holds_a_person_is_kept_by_a_browser_or_a_proxy(world: World) -> None:
    world.session(1, "01/06/2020", "12/06/2020")
    b = world.browser("centre")
    paths = ["/sessions/1", "/sessions/1/candidats", "/sessions/export?quoi=candidats", "/sessions/1/candidats/modele.csv"]
    paths += ["/sessions/1/documents/liste-candidats.pdf", "/sessions/1/preuve.json", "/chiffres.csv", "/compte", "/nulle-part"]
    for path in paths:
        assert b.get(path).headers["Cache-Control"] == "no-store", path
    assert "max-age" in b.get("/static/icon.svg").headers["Cache-Control"], "what is everybody's stays in the browser"
    world.close()


def test_figures_do_not_grow_with_invented_methods(world: World) -> None:
    b = world.browser()
    for method in ("MARKDOWNLOAD", "MARKUPLOAD"):
        b.client.open("/healthz", method=method)
    told = generate_latest().decode()
    assert "MARK" not in told and 'method="(other)"' in told
    world.close()


def test_the_database_of_sqlite_is_its_owners_alone(tmp_path: Path) -> None:
    for old in (False, True):
        file = tmp_path / f"{old}.sqlite"
        if old:
            file.touch(mode=0o644)
        db = Database(f"sqlite:///{file}")
        with db.writing() as tx:
            tx.exec_driver_sql("CREATE TABLE t (a)")
            assert {stat.S_IMODE(f.stat().st_mode) for f in tmp_path.glob(f"{old}.sqlite*")} == {0o600}
        db.dispose()


def test_the_server_of_mails_proves_who_it_is_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[ssl.SSLContext] = []

    class Server:
        def __init__(self, *_: object, **__: object) -> None: ...
        def __enter__(self) -> "Server":
            return self

        def __exit__(self, *_: object) -> None: ...
        def starttls(self, *, context: ssl.SSLContext) -> None:
            seen.append(context)

        def send_message(self, _message: EmailMessage) -> None:
            assert seen

    monkeypatch.setattr(smtplib, "SMTP", Server)
    smtp(replace(Settings("production", "", SECRET, None), smtp_host="mail.example"))(EmailMessage())
    assert seen[0].verify_mode is ssl.CERT_REQUIRED and seen[0].check_hostname


def test_what_the_database_says_of_a_fault_is_logged_without_values(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = "".join(reversed("EUQRAM"))  # not in the lines of the program that a trace shows

    def trial() -> str:
        with world.app().extensions["portal_db"].writing() as tx:
            for code in ("98", "99"):
                tx.execute(insert(region), {"code": code, "name": typed})
        return ""

    monkeypatch.setitem(world.app().view_functions, "reference.index", trial)
    assert world.browser("centre").get("/agrements").status_code == 500
    told = [JsonLines().format(record) for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(told) == 1 and "IntegrityError" in told[0] and "INSERT INTO region" in told[0] and typed not in told[0]
    world.close()


# ---- what an answer says of itself

PATHS = ("/sessions", "/sessions/1", "/nulle-part", "/sessions/export?quoi=candidats", "/sessions/1/preuve.json", "/static/portal.css",
         "/sessions/1/documents/liste-candidats.pdf", "/verifier", "/connexion/oubli", "/journal")  # fmt: skip


def test_every_answer_says_what_it_is_and_who_may_show_it(world: World) -> None:
    world.session(1, "01/06/2020", "12/06/2020")
    b = world.browser("centre")
    for path in PATHS:
        answer = b.client.get(path, headers={"Origin": "https://evil.example"})
        text = answer.mimetype.startswith("text/") or answer.mimetype == "image/svg+xml"  # type: ignore[union-attr]
        assert "charset=utf-8" in answer.headers["Content-Type"] or not text, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Referrer-Policy"] == "strict-origin", path
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        assert {policy[name] for name in ("default-src", "frame-ancestors", "base-uri")} == {"'none'"}, path
        assert "unsafe" not in str(policy) and {policy[name] for name in ("script-src", "form-action")} == {"'self'"}, path
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")], path
    for path in PATHS[3:5]:
        assert b.get(path).headers["Content-Disposition"].startswith("attachment; filename="), path
    world.close()


def test_what_front_answers_by_itself_is_dressed_too() -> None:
    for headers in (HEALTHY, PLAIN):
        assert dict(headers).keys() >= {"strict-transport-security", "x-content-type-options", "content-security-policy"}
        assert dict(headers)["cache-control"] == "no-store"


def test_nothing_lies_about_and_nothing_is_listed(world: World) -> None:
    b = world.browser()
    for path in ("/.git/config", "/static/", "/static/../pyproject.toml", "/static/%2e%2e/pyproject.toml", "/static//etc/passwd"):
        assert b.get(path).status_code in (302, 404) and "[project]" not in b.follow(path).text, path
    assert world.browser("centre").client.open("/sessions", method="TRACE").status_code == 405
    world.close()


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:1"]
)
def test_a_sign_in_leads_to_no_other_site(world: World, elsewhere: str) -> None:
    b = world.browser()
    world.as_("centre")
    answer = b.post("/connexion", email="centre@test.example", password=PASSWORD, suite=elsewhere)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    world.close()


def test_passwords_are_hidden_and_managers_of_passwords_help(world: World) -> None:
    b = world.browser("centre")
    pages = {"/connexion": world.browser(), "/compte": b, "/compte/adresse": b}
    for path, who in pages.items():
        fields = re.findall(r"<input[^>]*assword[^>]*>", who.get(path).text)
        assert fields, path
        assert all('type="password"' in f and re.search(r'autocomplete="(current|new)-password"', f) for f in fields), fields
        assert not [f for f in fields if "maxlength" in f or "onpaste" in f]
    world.close()


# What a browser keeps, and for how long; nothing else does.
KEPT_BY = {
    "portal.js": "the sessions opened last: until the sign-out; whose account it was last, by number: until then too; whether « / » leads to the search, which is of nobody: for good",
    "draft.js": "the outcomes ticked on a sheet, by number: until they are saved, twelve hours, or the sign-out",
    "attendance.js": "ticks that wait for the line, with whom they are of: until they are sent, or wiped where they are taken no more",
    "waiting.js": "the same, shown while there is no line",
}


def test_the_browser_keeps_what_has_its_reason_and_runs_nothing_that_was_typed() -> None:
    scripts = {path.name: path.read_text("utf-8") for path in STATIC.glob("*.js") if not path.name.startswith("htmx")}
    for name, script in scripts.items():
        runs = r"sessionStorage|indexedDB|document\.cookie|postMessage|\beval\(|new Function|insertAdjacentHTML"
        assert not re.search(runs, script), name
    assert {name for name, script in scripts.items() if "localStorage" in script} == set(KEPT_BY)


def test_our_scripts_are_sent_without_what_is_for_people(world: World) -> None:
    b = world.browser()
    for path in STATIC.glob("*.js"):
        sent, kept = b.get(f"/static/{path.name}").text, path.read_text("utf-8")
        if path.name.startswith("htmx"):
            assert sent == kept
            continue
        assert not re.search(r"^(//|[ \t])", sent, re.M), path.name
        lines = (re.sub(r"[ \t]+// .*", "", line.strip()) for line in kept.splitlines())
        assert sent.splitlines() == [line for line in lines if not line.startswith("//")], path.name
    world.close()


def test_what_comes_back_to_us_is_signed_with_sha_256_and_what_sha_1_signed_is_still_read(world: World) -> None:
    made, before = invitations.signer(["k"]).dumps([1, 1]), URLSafeTimedSerializer("k", salt="invitation").dumps([1, 1])
    assert len(str(made).rpartition(".")[2]) == 43, "the signature has 256 bits"
    assert invitations.invitation(["k"], str(made)) == invitations.invitation(["k"], str(before)) == (1, 1)
    assert invitations.invitation(["other"], str(before)) is None
    cookie = world.browser("centre").client.get_cookie("portail")
    assert cookie and len(cookie.value.rpartition(".")[2]) == 43
    world.close()


def test_a_line_of_the_log_says_when_wherever_it_is_written_and_is_one_line() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "one\ntwo", (), None)
    record.created = 1_600_000_000.5
    line = JsonLines().format(record)
    assert json.loads(line)["at"] == "2020-09-13T12:26:40.500+00:00" and "\n" not in line
