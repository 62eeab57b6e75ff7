"""What those who watch the service see: a number for each request, one line of log, and figures in Prometheus' format.

No personal data: a request is told by its route (`/sessions/<number>`), never by its address, and nobody by name.
"""

import json
import logging
import re
import secrets
import time
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram
from sqlalchemy import Connection, Engine, event

REQUESTS = Counter("portal_requests", "Requests answered", ("route", "method", "status"))
SECONDS = Histogram("portal_request_seconds", "Time to answer", ("route",), buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5))
SLOW_SECONDS = 0.2
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}  # others are invented: a figure each would have no end
log = logging.getLogger("portal.requests")


class JsonLines(logging.Formatter):
    """One JSON object a line; `fields` of a record are added as they are."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"at": _at(record), "level": record.levelname, "message": record.getMessage()}
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["fault"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Where it happened and of what kind each fault was: never its message, which may hold what somebody typed."""
        told, error = [], ei[1]
        while error is not None:
            told.append(
                f"{type(error).__module__}.{type(error).__qualname__}\n" + "".join(traceback.format_tb(error.__traceback__))
            )
            error = error.__cause__ or error.__context__
        return "".join(told)


def _at(record: logging.LogRecord) -> str:
    """« 2026-11-29T21:20:43.123+00:00 »: of whichever node, one after the other."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def set_up_logs(level: int = logging.INFO) -> None:
    """Called by the production server alone: tests and commands keep their own manners."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)


def watch(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)


def request_number() -> str:
    """The number of this request, as its log line and its answer carry it."""
    return str(g.get("request_number", ""))


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_number = given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else secrets.token_hex(6)
    g.request_begun = time.perf_counter()


def _end(response: Response) -> Response:
    if "request_begun" not in g:
        return response
    seconds = time.perf_counter() - g.request_begun
    route = request.url_rule.rule if request.url_rule else "(none)"
    method = request.method if request.method in METHODS else "(other)"
    REQUESTS.labels(route, method, str(response.status_code)).inc()
    SECONDS.labels(route).observe(seconds)
    response.headers["X-Request-Id"] = g.request_number
    fields = {
        "request": g.request_number,
        "method": method,
        "route": route,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
    }
    if route not in ("/healthz", "/readyz", "/static/<path:filename>"):
        log.info("request", extra={"fields": fields})
    return response


def tell_slow_queries(engine: Engine, is_sqlite: bool, seconds: float = SLOW_SECONDS) -> None:
    """In development: a query that takes long is logged with its plan, without its values."""

    @event.listens_for(engine, "before_cursor_execute")
    def before(
        conn: Connection, cursor: object, sql: str, values: Sequence[object] | Mapping[str, object], context: object, many: bool
    ) -> None:
        conn.info["begun"] = time.perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def after(
        conn: Connection, cursor: object, sql: str, values: Sequence[object] | Mapping[str, object], context: object, many: bool
    ) -> None:
        taken = time.perf_counter() - conn.info["begun"]
        if taken < seconds or many or not sql.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "INSERT", "DELETE")):
            return
        plan = conn.connection.cursor()
        try:
            plan.execute(("EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN ") + sql, values or ())
            rows = [re.sub(r"'[^']*'", "'…'", str(row[-1])) for row in plan.fetchall()]
        finally:
            plan.close()
        fields = {"ms": round(taken * 1000, 1), "sql": sql, "plan": rows}
        logging.getLogger("portal.slow").warning("slow query", extra={"fields": fields})
