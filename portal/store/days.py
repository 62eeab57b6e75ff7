"""A day so many days later, said in each database's own words."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement


class later(FunctionElement[date]):
    """later(day, days)"""

    type = Date()
    inherit_cache = True

    def __init__(self, day: ColumnElement[date] | ColumnElement[date | None], days: int) -> None:
        super().__init__(day, literal(days, Integer))


@compiles(later, "sqlite")
def _sqlite(element: later, compiler: SQLCompiler, **kw: Any) -> str:
    day, days = element.clauses
    return f"date({compiler.process(day, **kw)}, '+' || {compiler.process(days, **kw)} || ' days')"


@compiles(later, "postgresql")
def _postgresql(element: later, compiler: SQLCompiler, **kw: Any) -> str:
    day, days = element.clauses
    return f"({compiler.process(day, **kw)} + CAST({compiler.process(days, **kw)} AS integer))"
