"""What stands beside what was typed, where somebody changed a thing since its page was made."""

from collections.abc import Mapping
from datetime import date

from portal.rules.french import day, parse_day
from portal.web.fields import TypedField
from portal.web.forms import Form


def differing(form: Form, stored: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """Label, what stands now, and what was typed, of each field in which the two differ. `stored`: by the field's name."""
    found = [
        (field.label.text, _shown(stored[field.name]), _shown(parse_day(field.plain()) or field.plain()))
        for field in form
        if isinstance(field, TypedField) and field.name in stored
    ]
    return [line for line in found if line[1] != line[2]]


def _shown(value: object) -> str:
    if isinstance(value, date):
        return day(value)
    return "" if value is None else str(value)
