"""What a session's candidates were called: from what they are called today, event by event back.

The names stand in the events of candidates alone, under `people`; every other event says a candidate's number.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from portal.core.sheet import candidates
from portal.features.past import before_codes
from portal.rules.names import ERASED, full_name

Values = Mapping[str, Any]
Names = dict[int, str]


def today(conn: Connection, number: int) -> Names:
    """« NOM Prénom » of the candidates on the session's list, by number."""
    return {c.id: c.name for c in candidates(conn, number)}


def of_candidate(names: Mapping[int, str], number: int) -> str:
    return names.get(number, f"Candidat n° {number}")


def erased(number: int) -> str:
    """How a candidate is called whose name was erased."""
    return f"Candidat n° {number} ({ERASED})"


def person(after: Values, number: int, when: str) -> Values:
    """What an event says of a candidate as it `was` or `is`; nothing where that was erased."""
    people = after.get("people", {})
    found: Values = people.get(str(number), {}).get(when, {}) if isinstance(people, Mapping) else {}
    return found


def said(after: Values, number: int, when: str, *, as_written: bool = False) -> str:
    """« NOM Prénom » as an event of candidates gives it; `as_written`: in the case in which it was written."""
    known = person(after, number, when)
    if "last_name" not in known:
        return erased(number) if "people" in after else of_candidate({}, number)
    if as_written:
        return f"{known['last_name']} {known['first_name']}".strip()
    return full_name(known["last_name"], known["first_name"])


def take_back(names: Names, action: str, before: Values, after: Values) -> None:
    """Give `names` what they were before this event."""
    if before_codes.is_old(action, before, after):
        before_codes.take_back(names, action, before, after)
    elif action == "candidates":
        for number in after["added"]:
            names.pop(number, None)
        for number in after["updated"]:
            names[number] = said(after, number, "was")
    elif action in ("candidate_edited", "candidate_removed"):
        names[after["candidate"]] = said(after, after["candidate"], "was")
