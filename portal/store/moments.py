"""Moments reckoned in each database's own words: the beginning of a day in Paris, and a moment so many minutes later."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

from portal.store.base import Moment


class begins(FunctionElement[datetime]):
    """begins(day): 22:00 UTC of the day before, which is midnight in Paris in summer and 23:00 in winter: never too late."""

    type = Moment()
    inherit_cache = True


@compiles(begins, "sqlite")
def _begins_sqlite(element: begins, compiler: SQLCompiler, **kw: Any) -> str:
    (day,) = element.clauses
    return f"datetime({compiler.process(day, **kw)}, '-2 hours')"


@compiles(begins, "postgresql")
def _begins_postgresql(element: begins, compiler: SQLCompiler, **kw: Any) -> str:
    (day,) = element.clauses
    return f"(CAST({compiler.process(day, **kw)} AS timestamp) - interval '2 hours')"


class minutes_after(FunctionElement[datetime]):
    """minutes_after(moment, minutes)"""

    type = Moment()
    inherit_cache = True

    def __init__(self, moment: ColumnElement[datetime], minutes: int) -> None:
        super().__init__(moment, literal(minutes, Integer))


@compiles(minutes_after, "sqlite")
def _after_sqlite(element: minutes_after, compiler: SQLCompiler, **kw: Any) -> str:
    moment, minutes = element.clauses
    return f"datetime({compiler.process(moment, **kw)}, '+' || {compiler.process(minutes, **kw)} || ' minutes')"


@compiles(minutes_after, "postgresql")
def _after_postgresql(element: minutes_after, compiler: SQLCompiler, **kw: Any) -> str:
    moment, minutes = element.clauses
    return f"({compiler.process(moment, **kw)} + CAST({compiler.process(minutes, **kw)} AS integer) * interval '1 minute')"
