"""Looking changes nothing: GET, HEAD and OPTIONS of every address, by everyone; and HEAD answers with the status of GET."""

import re
import sqlite3
from contextlib import closing

import pytest

from portal.features.documents.routes import KINDS
from tests.guard.addresses import LEFT_OUT, PAGES
from tests.guard.made import made
from tests.support.demonstration import EMAILS, SIGNED_OUT, Demonstration
from tests.support.world import hidden

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


def left_by(rule: str, get: dict[tuple[str, str], int]) -> set[str]:
    """What asking for these leaves: a signed-in person who is told 404 is kept, too (`portal.web.noting`)."""
    refused = rule not in UNKNOWN_LINKS and any(who != SIGNED_OUT and code == 404 for (who, _), code in get.items())
    return LEFT_BY_READING.get(rule, set()) | ({JOURNAL} if refused else set())


MOST = 3
MORE = {
    f"/sessions/<number:number>/documents/<{KINDS}:kind>.pdf": ["/sessions/224566/documents/liste-candidats.pdf"],
    f"/sessions/<number:number>/candidats/<number:candidate_id>/<{KINDS}:kind>.pdf": [
        "/sessions/224571/candidats/89/convocation.pdf",
        "/sessions/224573/candidats/93/attestation.pdf",
    ],
    "/avis/<number:notice_id>": ["/avis/2", "/avis/3"],
}
# Where a kept form comes back to after a sign-in: it is shown again, and writes nothing.
RESUMED = {
    "centre": (
        "/calendrier/adresse",
        "/avis",
        "/demandes/1/retrait",
        "/sessions/224563/annulation",
        "/sessions/224563/candidats",
    ),
    "ud94": ("/demandes", "/demandes/1/acceptation", "/demandes/1/refus", "/supervision/tirages", "/jury", "/jury/1"),
    "national": (
        "/centres/1", "/centres/1/reouverture", "/titres/TP-01303/certificats", "/titres/TP-01303/certificats/1", "/unites/94",
        "/agrements", "/reglages", "/reglages/conservation", "/mesures/fichier", "/mesures/nouvelle", "/communication/fermeture", "/connexion",
    ),
}  # fmt: skip


def addresses(demo: Demonstration, rule: str) -> list[str]:
    """A few of a route's addresses, from the first to the last that is kept; for what only takes a form, one with numbers."""
    known = PAGES.get(rule) or [re.sub(r"<number:[a-z_]+>", "1", rule)]
    return [*made(demo, rule), *MORE.get(rule, []), *known[:: max(1, len(known) // MOST)]]


class Tables:
    """What every table holds; read again only when SQLite says that another connection has written since."""

    def __init__(self, demo: Demonstration) -> None:
        self._file = sqlite3.connect(demo.file)
        self._version, self._known = self._now(), self._rows()

    def close(self) -> None:
        """Before the file is put back as it was, under which none may be looking."""
        self._file.close()

    def _now(self) -> int:
        return int(self._file.execute("PRAGMA data_version").fetchone()[0])

    def _rows(self) -> dict[str, list[tuple[object, ...]]]:
        names = [name for (name,) in self._file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: self._file.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}

    def changed(self) -> set[str]:
        """The tables that hold something else than when this was asked before."""
        version, before = self._now(), self._known
        if version == self._version:
            return set()
        self._version, self._known = version, self._rows()
        return {name for name, rows in self._known.items() if before.get(name) != rows}


def rules(demo: Demonstration) -> list[str]:
    return sorted({rule.rule for rule in demo.app.url_map.iter_rules()} - set(LEFT_OUT))


def statuses(demo: Demonstration, method: str, asked: list[str]) -> dict[tuple[str, str], int]:
    return {(who, address): demo.client(who).open(address, method=method).status_code for who in ROLES for address in asked}


def test_what_is_left_by_reading_is_told_of_routes_that_are_there(loaded: Demonstration) -> None:
    assert set(LEFT_BY_READING) <= set(rules(loaded))


def test_looking_changes_nothing_and_head_answers_as_get(demo: Demonstration) -> None:
    told: list[str] = []
    with closing(Tables(demo)) as tables:
        for rule in rules(demo):
            asked = addresses(demo, rule)
            tables.changed()
            head, _ = statuses(demo, "HEAD", asked), statuses(demo, "OPTIONS", asked)
            if left := tables.changed():
                told.append(f"HEAD or OPTIONS {rule} changes {left}")
            get = statuses(demo, "GET", asked)
            if (left := tables.changed()) != left_by(rule, get):
                told.append(f"GET {rule} changes {left}")
            told += [f"HEAD {where} answers {head[where]}, GET {get[where]}" for where in get if get[where] != head[where]]
    assert not told, "\n".join(told)


@pytest.mark.parametrize(("who", "address"), [(who, address) for who, some in RESUMED.items() for address in some])
def test_what_comes_back_after_a_sign_in_writes_nothing(demo: Demonstration, who: str, address: str) -> None:
    client = demo.client(who)
    token = hidden(client.get("/").text, "csrf_token")
    typed = {"last_name": "Nouvel", "born_on": "04/11/1995", "lus": "999", "mailing": "aucun", "retirer": "1", "demande": "1",
             "version-1": "1", "version": "1", "department": "94", "start": "2020-06-01", "end": "2020-07-31", "size": "3",
             "starts_on": "2020-09-01", "ends_on": "2020-09-02", "refusal": "Non.", "annuler": "1", "dte": "ud", "nom": "Essai"}  # fmt: skip
    with closing(Tables(demo)) as tables:
        answer = client.post(address, data={"csrf_token": token, "_reprise": "1", **typed})
        assert answer.status_code in (200, 302, 303, 403)
        assert not tables.changed()
