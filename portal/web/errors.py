"""Every fault is a page in French, with a way on."""

from typing import Any

from flask import Flask, g, request
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from portal.core.outcomes import NotThere
from portal.web.fragments import page
from portal.web.kept import kept_fields, sent_as_it_was
from portal.web.noting import note_refused
from portal.web.observe import request_number
from portal.web.sizes import allowed


def register(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        if error.code == 404:
            note_refused()
        return _bare(403) if error.code == 403 else _page(error.code)

    @app.errorhandler(NotThere)
    def on_not_there(_error: NotThere) -> ResponseReturnValue:
        """The very page of an address that does not exist: nobody learns what there is for others."""
        note_refused()
        return _page(404)

    @app.errorhandler(CSRFError)
    def on_csrf(_error: CSRFError) -> ResponseReturnValue:
        """The form is older than the sign-in: it comes back as typed, and nothing was saved."""
        try:
            kept = kept_fields()
        except RequestEntityTooLarge:
            return _page(413)
        return _within("resume.html", 400, action=_here(), kept=kept, why="stale")

    @app.errorhandler(DBAPIError)
    @app.errorhandler(PoolTimeout)
    def on_database(error: Exception) -> ResponseReturnValue:
        app.logger.error("database", exc_info=error, extra={"fields": _of_database(error)})
        if isinstance(error, DBAPIError) and not (error.connection_invalidated or type(error).__name__ in ("OperationalError",)):
            return _bare(500)
        return _bare(503)

    @app.errorhandler(Exception)
    def on_fault(error: Exception) -> ResponseReturnValue:
        app.logger.exception("fault", exc_info=error, extra={"fields": {"request": request_number()}})
        return _bare(500)


def _of_database(error: Exception) -> dict[str, str]:
    """What may be logged of it: the statement without its values, and the code of the fault. Its message may hold values."""
    told = {"request": request_number()}
    if isinstance(error, DBAPIError):
        code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
        told |= {"statement": str(error.statement or ""), "code": str(code or "")}
    return told


def _here() -> str:
    return request.full_path.rstrip("?")


def _page(code: int) -> ResponseReturnValue:
    return _within("error.html", code, most=allowed())


def _within(template: str, code: int, **shown: Any) -> ResponseReturnValue:
    """A page with all that stands around it; the bare one where that cannot be read."""
    try:
        return page(template, code, code=code, **shown)
    except (DBAPIError, PoolTimeout):
        return _bare(503)


def _bare(code: int) -> ResponseReturnValue:
    """A page that asks nothing of the database, not even who is signed in, and sends again what was sent."""
    g._login_user = AnonymousUserMixin()
    sent = sent_as_it_was() if request.method == "POST" and code >= 500 else []
    response = page("bare.html", code, code=code, number=request_number(), action=_here(), sent=sent)
    if code == 503:
        response.headers["Retry-After"] = "60"
    return response
