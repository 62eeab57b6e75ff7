"""What somebody typed never reaches the log, whatever breaks: every form of the demonstration, with a mark in every field."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from portal.web.forms import Form
from portal.web.observe import JsonLines
from tests.guard.addresses import LEFT_OUT, PAGES
from tests.support.demonstration import EMAILS, SIGNED_OUT, Demonstration
from tests.support.filling import TYPED, PostForm, post_forms

MARK = "MARQUESECRETE"
SIGNS = {"text", "textarea", "search", "password", "email", "tel"}


def marked(form: PostForm) -> dict[str, str]:
    """The form with the mark in every field into which somebody types; dates and numbers as they stand."""
    sent = {f.name: f.value for f in form.fields if f.kind == "hidden" or f.kind in TYPED or f.chosen}
    return sent | {f.name: f"{MARK}@test.example" if f.kind == "email" else MARK for f in form.fields if f.kind in SIGNS}


def forms(clients: dict[str, FlaskClient]) -> list[tuple[str, str, PostForm]]:
    """Each form once: whose, its address, itself."""
    found: dict[tuple[str, ...], tuple[str, str, PostForm]] = {}
    for rule, addresses in PAGES.items():
        for address in addresses[:3] if rule not in LEFT_OUT else ():
            for who, client in clients.items():
                page = client.get(address)
                if page.status_code == 200 and page.mimetype == "text/html":
                    for form in post_forms(page.text):
                        found.setdefault(form.shape(), (who, form.action or address, form))
    return list(found.values())


def logged(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(JsonLines().format(record) for record in caplog.records)


def test_a_mark_in_every_field_of_every_form_is_in_no_log(
    demo: Demonstration, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = {who: demo.client(who) for who in (SIGNED_OUT, *EMAILS)}
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

    def broken(form: Form) -> bool:
        raise RuntimeError(f"cannot read {[field.data for field in form]}")

    monkeypatch.setattr(Form, "validate", broken)
    answers = [clients[who].post(address, data=marked(form)).status_code for who, address, form in tried]
    assert answers.count(500) > 15
    told = logged(caplog)
    assert "RuntimeError" in told and "INSERT INTO nowhere" in told, "the faults themselves are logged"
    assert MARK not in told
