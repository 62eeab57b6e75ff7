"""For those who watch the service: is the process alive, is the database there?"""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from portal.store.migrate import is_current, state
from portal.web.state import db, reading

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    return {"status": "ok"}


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """A schema that this version does not know is of the next one, which takes its place node by node: it serves until then."""
    reading().execute(text("SELECT 1"))
    if is_current(db()):
        return {"status": "ok"}
    found = state(reading())
    return ({"status": "newer schema"}, 200) if found.revision and not found.known else ({"status": "schema"}, 503)
