"""The one place that says which sessions a person may see (domain.md 1)."""

from sqlalchemy import ColumnElement, false, select, true

from portal.rules.lifecycle import Role
from portal.store.actors import Actor
from portal.store.places import department
from portal.store.sessions import exam_session


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """A condition on exam_session."""
    match actor.role:
        case Role.CENTRE:
            return exam_session.c.centre_id == actor.centre_id
        case Role.UD:
            return exam_session.c.department_code == actor.department_code
        case Role.REGION:
            own = select(department.c.code).where(department.c.region_code == actor.region_code)
            return exam_session.c.department_code.in_(own)
        case Role.NATIONAL:
            return true()
    return false()
