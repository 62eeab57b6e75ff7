"""What somebody typed never reaches the log, whatever breaks; and what is another's comes back nowhere, in no form.

Every form of the demonstration, with a mark in every field; then every address by people who are out of scope, in a database in
which each centre's, unit's and region's words bear a mark that says whose they are.
"""

import io
import re
import subprocess
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import request
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from portal.core.things import NAMED, PLACE
from portal.store.tables import metadata
from portal.web.forms import Form
from portal.web.observe import JsonLines
from tests.guard.addresses import LEFT_OUT, PAGES, kept
from tests.guard.made import RULES
from tests.support.demonstration import EMAILS, SIGNED_OUT, Demonstration, without_chance
from tests.support.filling import TYPED, PostForm, post_forms
from tests.support.marks import CIVIL, LEFT, MARK, OWNED, allowed, plant, unknown
from tests.support.world import hidden

TYPED_MARK = "MARQUESECRETE"
ROLES = (SIGNED_OUT, *EMAILS)
SIGNS = {"text", "textarea", "search", "password", "email", "tel"}


def marked(form: PostForm) -> dict[str, str]:
    """The form with the mark in every field into which somebody types; dates and numbers as they stand."""
    sent = {f.name: f.value for f in form.fields if f.kind == "hidden" or f.kind in TYPED or f.chosen}
    return sent | {
        f.name: f"{TYPED_MARK}@test.example" if f.kind == "email" else TYPED_MARK for f in form.fields if f.kind in SIGNS
    }


def readers(rule: str, address: str) -> list[str]:
    """Of those who read the same on a page, as test_pages keeps it, one each."""
    _, there, told = kept(rule).partition(f"======== {without_chance(address)}\n")
    assert there, address
    alike = re.findall("^---- (.+) : 200$", told.partition("\n======== ")[0], re.MULTILINE)
    return sorted((min(who.split(", "), key=ROLES.index) for who in alike), key=ROLES.index)


def forms(clients: dict[str, FlaskClient]) -> list[tuple[str, str, PostForm]]:
    """Each form once: whose, its address, itself."""
    found: dict[tuple[str, ...], tuple[str, str, PostForm]] = {}
    for rule in RULES:  # files are no pages
        for address in PAGES[rule][:3]:
            for who in readers(rule, address):
                page = clients[who].get(address)
                if page.status_code == 200 and page.mimetype == "text/html":
                    for form in post_forms(page.text):
                        found.setdefault(form.shape(), (who, form.action or address, form))
    return list(found.values())


def logged(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(JsonLines().format(record) for record in caplog.records)


def test_a_mark_in_every_field_of_every_form_is_in_no_log(
    demo: Demonstration, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = {who: demo.client(who) for who in ROLES}
    tried = forms(clients)
    assert len({form.action for _, _, form in tried}) > 25
    engine = demo.app.extensions["portal_db"].engine

    def elsewhere(_c: object, _cursor: object, sql: str, values: object, _context: object, _many: bool) -> tuple[str, object]:
        return (sql.replace("INTO audit_event", "INTO nowhere"), values)

    event.listen(engine, "before_cursor_execute", elsewhere, retval=True)
    try:
        answers = [clients[who].post(address, data=marked(form)).status_code for who, address, form in tried]
    finally:
        event.remove(engine, "before_cursor_execute", elsewhere)
    assert answers.count(503) > 5, "the database refuses what reaches the trail"

    def broken(_form: Form) -> bool:
        raise RuntimeError(f"cannot read {request.form}")

    monkeypatch.setattr(Form, "validate", broken)
    answers = [clients[who].post(address, data=marked(form)).status_code for who, address, form in tried]
    assert answers.count(500) > 15
    told = logged(caplog)
    assert "builtins.RuntimeError" in told and "INSERT INTO nowhere" in told, "the faults themselves are logged"
    assert TYPED_MARK not in told


def test_a_mark_in_every_address_and_filter_is_in_no_log(
    demo: Demonstration, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands in an address, before or after its « ? », when the page breaks on it."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(TYPED_MARK)

    monkeypatch.setattr(demo.app, "dispatch_request", broken)
    names = ("q", "statut", "du", "au", "suite", "departement", "titre", "code", "mois", "vue", "nature", "jeton")
    asked = "&".join(f"{name}={TYPED_MARK}" for name in names)
    client = demo.client("national")
    rules = [rule.rule for rule in demo.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    for rule in rules:
        address = re.sub(r"<number:\w+>", "1", re.sub(r"<any\('([^']+)'[^)]*\):\w+>", r"\1", rule))
        client.get(f"{re.sub('<[^>]+>', TYPED_MARK, address)}?{asked}")
    told = logged(caplog)
    assert "RuntimeError" in told and TYPED_MARK not in told


# ---- what is another's

OWN = {"centre": "þc1þ", "ud94": "þd94þ", "region": "þr11þ"}  # who reads, and its own mark
# What shows everybody's to everybody, and why.
FOR_ALL = {"/courriels-de-demonstration": "the demonstration shows all mails to all, so that links can be tried"}
# Marks of others that a page shows by its rule.
SHOWN = {
    "/sessions/<number:number>/jury": ("þd75þ", "who may sit is accredited by any unit of the region"),
    "/sessions/<number:number>/candidats/<number:candidate_id>/etat-civil": (CIVIL, "the centre gives the civil status there"),
}
# Addresses that ask for what is another's in a filter.
FILTERED = ("/sessions/export?quoi=candidats&q=224574", "/sessions/export?quoi=resultats&departement=75", "/sessions?q=224605",
            "/chiffres?departement=75", "/calendrier?mois=2020-07", "/sessions/nouvelle?modele=224574", "/demandes?departement=75",
            "/centres?departement=75", "/jury?q=75", "/comptes?q=autre")  # fmt: skip


@pytest.fixture
def marked_demo(demo: Demonstration) -> Demonstration:
    with demo.app.extensions["portal_db"].writing() as tx:
        plant(tx)
    return demo


def told_by(answer: TestResponse, folder: Path) -> str:
    """All that an answer says: its text and its headers, the cells of a workbook, the words of a PDF."""
    head = str(answer.headers)
    if answer.mimetype == "application/pdf":
        (file := folder / "read.pdf").write_bytes(answer.data)
        return head + subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True).stdout.decode()
    if any(word in (answer.mimetype or "") for word in ("spreadsheet", "opendocument")):
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            return head + "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return unquote(head + answer.get_data(as_text=True))


def foreign(told: str, own: set[str]) -> set[str]:
    return {mark.lower() for mark in MARK.findall(told)} - own


def asked(demo: Demonstration) -> dict[str, set[str]]:
    """Three addresses of each rule, its first and its last, which are another's, and what each shows of others by its rule."""
    rules = sorted({rule.rule for rule in demo.app.url_map.iter_rules()} - set(LEFT_OUT) - set(FOR_ALL))
    known = {rule: dict.fromkeys((*PAGES.get(rule, [])[:1], *PAGES.get(rule, [])[-2:])) for rule in rules}
    return {a: {*SHOWN.get(rule, ("",))[:1]} for rule, some in known.items() for a in some} | {a: set() for a in FILTERED}


def test_every_column_of_words_is_marked_or_left_out_with_a_reason() -> None:
    assert unknown() == []
    columns = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.c}
    assert {name for name in LEFT if "." in name} | {f"{t}.{c}" for t, (_, cs) in OWNED.items() for c in cs} <= columns


def test_a_persons_own_marks_come_back_or_the_test_would_see_nothing(marked_demo: Demonstration, tmp_path: Path) -> None:
    client = marked_demo.client("centre")
    for address in ("/sessions/224566", "/sessions/224566/candidats", "/sessions/224563/documents/liste-candidats.pdf",
                    "/sessions/export?quoi=candidats&format=xlsx", "/sessions/export?quoi=candidats", "/compte"):  # fmt: skip
        assert OWN["centre"] in told_by(client.get(address), tmp_path).lower(), address
    assert CIVIL in client.get("/sessions/224566/candidats/68/etat-civil").text


def test_the_nation_reads_of_a_civil_status_in_the_deposited_file_alone(marked_demo: Demonstration, tmp_path: Path) -> None:
    client = marked_demo.client("national")
    assert CIVIL in client.get("/depot/1.xml").text
    for address in ("/depot", "/depot/1", "/sessions/224567", "/sessions/224567/candidats", "/sessions/224567/historique",
                    "/sessions/224567/preuve.json", "/sessions/224567/documents/proces-verbal.pdf", "/sessions/export?quoi=candidats",
                    "/sessions/export?quoi=resultats&format=xlsx", "/sessions/export?quoi=candidats&pour=lecture&format=xlsx"):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200 and CIVIL not in told_by(answer, tmp_path).lower(), address


@pytest.mark.parametrize("who", ["centre", "ud94"])
def test_no_foreign_mark_comes_back(
    marked_demo: Demonstration, who: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with marked_demo.app.extensions["portal_db"].reading() as conn:
        own = allowed(conn, OWN[who] + EMAILS[who])
    client = marked_demo.client(who)
    caplog.set_level("INFO")
    leaks = {
        address: found
        for address, shown in asked(marked_demo).items()
        if (found := foreign(told_by(client.get(address), tmp_path), own | shown))
    }
    assert leaks == {}
    assert foreign(logged(caplog), set()) == set()


def places(demo: Demonstration, own: set[str]) -> dict[str, tuple[int | str, int | str]]:
    """For each word of an address: something that is another's, and something that is not there."""
    tables = {column.table.name: (word, column) for word, column in NAMED.items() if column.table.name in OWNED}
    found: dict[str, tuple[int | str, int | str]] = {}
    with demo.app.extensions["portal_db"].reading() as conn:
        for name, (word, column) in tables.items():
            owner = OWNED[name][0]
            rows = conn.exec_driver_sql(f"SELECT {column.name}, 'þ' || {owner} || 'þ' AS mark FROM {name} ORDER BY 1").all()
            others = [key for key, mark in rows if mark not in own]
            if others:
                found[word] = (others[0], 999999 if isinstance(others[0], int) else "ZZ")
    return found


def by_hand(rule: str, words: dict[str, tuple[int | str, int | str]], which: int) -> str | None:
    """The address of this rule with what is another's (0), or what is not there (1), in its first place."""
    first = next(((word, place) for word, place in PLACE.findall(rule) if word in words), None)
    if first is None:
        return None
    put = re.sub(rf"<(?:[^<>]*:)?{first[1]}>", str(words[first[0]][which]), rule, count=1)
    return re.sub(r"<number:\w+>", "1", re.sub(r"<any\('([^']+)'[^)]*\):\w+>", r"\1", put))


@pytest.mark.parametrize("who", OWN)
def test_what_is_anothers_answers_as_what_is_not_there_whatever_is_asked_of_it(marked_demo: Demonstration, who: str) -> None:
    with marked_demo.app.extensions["portal_db"].reading() as conn:
        own = allowed(conn, OWN[who] + EMAILS[who])
    client, words = marked_demo.client(who), places(marked_demo, own)
    token = hidden(client.get("/compte").text, "csrf_token")
    tried, told = 0, []
    for rule in marked_demo.app.url_map.iter_rules():
        theirs, nowhere = by_hand(rule.rule, words, 0), by_hand(rule.rule, words, 1)
        if theirs is None or nowhere is None:
            continue
        for method in ("GET", "POST", "PUT"):
            data = {"csrf_token": token, "version": "1"} if method == "POST" else {}
            one, other = (client.open(address, method=method, data=data) for address in (theirs, nowhere))
            expected = (404,) if method in (rule.methods or ()) else (400, 405)
            same = without_numbers(one, theirs) == without_numbers(other, nowhere)
            if one.status_code not in expected or one.status_code != other.status_code or not same:
                told.append(f"{method} {theirs} {one.status_code}, {nowhere} {other.status_code}, {same}")
            tried += 1
    assert not told, "\n".join(told)
    assert tried > 90


def without_numbers(answer: TestResponse, address: str) -> str:
    """A page without its own address and without what is drawn for each answer."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", answer.get_data(as_text=True).replace(address, "ADRESSE"))
