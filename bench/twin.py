"""The portal with three more addresses that render the same pages from constants: what a page costs without its database.

`/bench/sessions` and `/bench/session` hand the template what the real page handed it once, for the same signed-in person.
"""

import os
from functools import partial
from unittest.mock import patch

from flask import g, render_template

from portal.app import create_app
from portal.demo.data import PASSWORD
from portal.features.accounts import routes as account_routes
from portal.features.accounts.queries import by_email
from portal.front import Front
from portal.web import sizes
from portal.web.arriving import SignedInUser

WHO = "ud94@demo.example"

app = create_app()
CAPTURED: dict[str, tuple[str, dict[str, object]]] = {}


def _twin(which: str) -> str:
    g._login_user = USER
    name, context = CAPTURED[which]
    return render_template(name, **context)


app.add_url_rule("/bench/sessions", "bench_list", lambda: _twin("list"))
app.add_url_rule("/bench/session", "bench_session", lambda: _twin("session"))
account_routes.OPEN |= {"bench_list", "bench_session"}


def _capture(which: str, path: str) -> None:
    real = render_template

    def keep(name: str, **context: object) -> str:
        CAPTURED[which] = (name, context)
        return real(name, **context)

    with patch("portal.features.sessions.routes.render_template", keep):
        assert client.get(path).status_code == 200


client = app.test_client()
token = client.get("/connexion").text.split('name="csrf_token" value="')[1].split('"')[0]
client.post("/connexion", data={"csrf_token": token, "email": WHO, "password": PASSWORD, "suite": "/sessions"})
_capture("list", "/sessions")
_capture("session", f"/sessions/{os.environ['BENCH_SESSION']}")
with app.extensions["portal_db"].reading() as conn:
    actor = by_email(conn, WHO, ("UD", "DIRECCTE"))
assert actor
USER = SignedInUser(actor, "twin")
app.extensions["portal_db"].dispose()
front = Front(app, partial(sizes.takes, app))
