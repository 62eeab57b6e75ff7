"""What is watched while everybody visits a route's pages: one visit serves all that asks for a page as it stands.

Looking changes nothing, by GET, HEAD or OPTIONS; HEAD answers with the status of GET; a browser's tab says of which session a page
is; and a page loads the stylesheet of what it is made of.
"""

import re
import sqlite3
from functools import cache
from pathlib import Path

from werkzeug.test import TestResponse

from portal.features.documents.routes import KINDS
from portal.paths import STATIC
from tests.guard.addresses import PAGES
from tests.guard.made import made
from tests.support.demonstration import EMAILS, SIGNED_OUT, Demonstration

ROLES = (*EMAILS, SIGNED_OUT)
TOLD = ("audit_event", "audit_head")
HANDED_OUT = {"document", *TOLD}
JOURNAL = "security_entry"
# What being read leaves behind, and why. HEAD leaves it alone here too.
LEFT_BY_READING = {
    "/avis/<number:notice_id>": {"notice"},  # read, from now on
    "/communication/<number:letter_id>": {"letter_reading"},  # opened: the national administration counts it
    # A document is kept with its code when it is handed out, so that it can be checked.
    f"/sessions/<number:number>/documents/<{KINDS}:kind>.pdf": HANDED_OUT | {JOURNAL},
    f"/sessions/<number:number>/candidats/<number:candidate_id>/<{KINDS}:kind>.pdf": HANDED_OUT | {JOURNAL},
    # A convoked person's own page: that it was opened is told, and each token that is none is counted.
    "/c/<token>": {"personal_link", "guess", *TOLD},
    "/c/<token>/<any('convocation','attestation','livret'):kind>.pdf": HANDED_OUT | {"guess"},
    "/c/<token>/agenda.ics": {"guess"},
    "/j/<token>": {"personal_link", "clear_value", "guess", *TOLD},
    # Who looked at a person, and who took people away, the security journal keeps.
    "/sessions/<number:number>/candidats/<number:candidate_id>": {JOURNAL},
    "/sessions/<number:number>/candidats/<number:candidate_id>/modifier": {JOURNAL},
    "/sessions/<number:number>/candidats/<number:candidate_id>/amenagements": {JOURNAL},
    "/sessions/<number:number>/candidats/<number:candidate_id>/retrait": {JOURNAL},
    "/sessions/export": {JOURNAL},
    "/sessions/<number:number>/preuve.<any('json','pdf'):kind>": {JOURNAL},
    "/securite/journal.csv": {JOURNAL},
    "/compte/donnees.json": {JOURNAL},
}
# Links that their own page calls unknown, to everybody alike: nobody was refused what is another's.
UNKNOWN_LINKS = (
    *("/compte/adresse/<token>", "/invitation/<token>", "/verifier/<code>", "/static/<path:filename>", "/j/<token>"),
    *("/c/<token>", "/c/<token>/<any('convocation','attestation','livret'):kind>.pdf", "/c/<token>/agenda.ics"),
)
MOST = 3
MORE = {
    f"/sessions/<number:number>/documents/<{KINDS}:kind>.pdf": ["/sessions/224566/documents/liste-candidats.pdf"],
    f"/sessions/<number:number>/candidats/<number:candidate_id>/<{KINDS}:kind>.pdf": [
        "/sessions/224571/candidats/89/convocation.pdf",
        "/sessions/224573/candidats/93/attestation.pdf",
    ],
    "/avis/<number:notice_id>": ["/avis/2", "/avis/3"],
}
SHEETS = ("portal.css", "rooms.css")

Statuses = dict[tuple[str, str], int]
Rows = dict[str, list[tuple[object, ...]]]


class Tables:
    """What every table holds, from the moment when the demonstration was put back; read again only when SQLite says that another
    connection has written since."""

    def __init__(self, demo: Demonstration) -> None:
        self._file = sqlite3.connect(demo.file)
        self._version, self._known = self._now(), as_loaded(demo.template)

    def close(self) -> None:
        """Before the file is put back as it was, under which none may be looking."""
        self._file.close()

    def _now(self) -> int:
        return int(self._file.execute("PRAGMA data_version").fetchone()[0])

    def changed(self) -> set[str]:
        """The tables that hold something else than when this was asked before."""
        version, before = self._now(), self._known
        if version == self._version:
            return set()
        self._version, self._known = version, rows(self._file)
        return {name for name, found in self._known.items() if before.get(name) != found}


def rows(conn: sqlite3.Connection) -> Rows:
    names = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: conn.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}


@cache
def as_loaded(file: Path) -> Rows:
    conn = sqlite3.connect(file)
    found = rows(conn)
    conn.close()
    return found


class Visits:
    """The addresses of a route, asked for by everyone: first by what must leave nothing, then as the pages that they are."""

    def __init__(self, demo: Demonstration, rule: str) -> None:
        self.rule, self._demo, self._tables = rule, demo, Tables(demo)
        acted = made(demo, rule)
        self.addresses = [*acted, *PAGES.get(rule, [])]
        # From the first to the last that is kept; for what only takes a form, one with numbers.
        known = PAGES.get(rule) or [re.sub(r"<number:[a-z_]+>", "1", rule)]
        self._few = [*acted, *MORE.get(rule, []), *known[:: max(1, len(known) // MOST)]]
        self._tables.changed()
        self._head, _ = self._asked("HEAD"), self._asked("OPTIONS")
        left = self._tables.changed()
        self._told = [f"HEAD or OPTIONS {rule} changes {left}"] if left else []
        self._seen: Statuses = {}

    def close(self) -> None:
        self._tables.close()

    def _asked(self, method: str) -> Statuses:
        return {
            (who, address): self._demo.client(who).open(address, method=method).status_code
            for who in ROLES
            for address in self._few
        }

    def get(self, who: str, address: str) -> TestResponse:
        answer = self._demo.client(who).get(address)
        self._seen[who, address] = answer.status_code
        if answer.status_code == 200 and answer.mimetype == "text/html":
            self._told += wrong(self.rule, address, answer.text)
        return answer

    def wrong(self) -> list[str]:
        """What was seen that should not be, once what nobody has asked for yet is asked for too."""
        for who, address in self._head:
            if (who, address) not in self._seen:
                self.get(who, address)
        if (left := self._tables.changed()) != left_by(self.rule, self._seen):
            self._told.append(f"GET {self.rule} changes {left}")
        for where, code in self._head.items():
            self._told += [f"HEAD {where} answers {code}, GET {self._seen[where]}"] if code != self._seen[where] else []
        return [*dict.fromkeys(self._told)]


def left_by(rule: str, get: Statuses) -> set[str]:
    """What asking for these leaves: a signed-in person who is told 404 is kept, too (`portal.web.noting`)."""
    refused = rule not in UNKNOWN_LINKS and any(who != SIGNED_OUT and code == 404 for (who, _), code in get.items())
    return LEFT_BY_READING.get(rule, set()) | ({JOURNAL} if refused else set())


def wrong(rule: str, address: str, page: str) -> list[str]:
    """What is not as it should be on a page that was opened."""
    told = [f"{address} has the class {name} of a stylesheet that it does not load" for name in sorted(unstyled(page))]
    if rule.startswith("/sessions/<number:number>") and (number := re.findall(r"\d+", address)[0]) not in title(page):
        told.append(f"{address} is called {title(page)}, without {number}")
    return told


def title(page: str) -> str:
    """What a browser's tab says."""
    found = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert found
    return found[1].replace("\xa0", " ")


def classes(page: str) -> set[str]:
    return {name for value in re.findall(r'class="([^"]*)"', page) for name in value.split()}


def unstyled(page: str) -> set[str]:
    """The classes of a page that do nothing there: they are of the small stylesheet, and it loads the large one alone."""
    return set() if "rooms" in page.partition("<body")[0] else classes(page) & of_the_small_sheet()


@cache
def of_the_small_sheet() -> set[str]:
    large, small = (re.sub(r"/\*.*?\*/", "", (STATIC / name).read_text("utf-8"), flags=re.DOTALL) for name in SHEETS)
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", small)) - set(re.findall(r"\.([a-zA-Z][\w-]*)", large))
