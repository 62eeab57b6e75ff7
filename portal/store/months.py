"""The month of a day (« 2020-06 »), said in each database's own words."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement


class month_of(FunctionElement[str]):
    """month_of(day)"""

    type = String()
    inherit_cache = True


@compiles(month_of, "sqlite")
def _sqlite(element: month_of, compiler: SQLCompiler, **kw: Any) -> str:
    (day,) = element.clauses
    return f"strftime('%Y-%m', {compiler.process(day, **kw)})"


@compiles(month_of, "postgresql")
def _postgresql(element: month_of, compiler: SQLCompiler, **kw: Any) -> str:
    (day,) = element.clauses
    return f"to_char({compiler.process(day, **kw)}, 'YYYY-MM')"
