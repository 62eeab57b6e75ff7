"""For those who watch the service: is the process alive, is the database there?"""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from portal.store.migrate import is_current
from portal.web.state import db, reading

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    return {"status": "ok"}


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    reading().execute(text("SELECT 1"))
    return ({"status": "ok"}, 200) if is_current(db()) else ({"status": "schema"}, 503)
