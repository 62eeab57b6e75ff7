"""The departments and titles that a measure names: one that nobody knows would describe no session, and nobody would see it."""

from sqlalchemy import Connection, select

from portal.rules.measure_files import Problem
from portal.rules.measures import Measure
from portal.store.places import department
from portal.store.titles import title


def unknown_codes(conn: Connection, measure: Measure) -> list[Problem]:
    """What is wrong of the codes that the cases name."""
    departments = set(conn.execute(select(department.c.code)).scalars())
    titles = set(conn.execute(select(title.c.code)).scalars())
    problems = []
    for position, case in enumerate(measure.cases, 1):
        for code in case.when.departments or ():
            if code not in departments:
                problems.append(
                    Problem(f"le département « {code} » est inconnu : vérifiez son numéro.", "departements", position)
                )
        for code in case.when.titles or ():
            if code not in titles:
                problems.append(
                    Problem(f"le titre « {code} » est inconnu : vérifiez le code, par exemple TP-01303.", "titres", position)
                )
    return problems
