"""« Annuler », in the message that says what was done: offered once to whoever did it, as the act that takes it back."""

from typing import TypedDict, cast

from flask import session

_KEY = "undo"


class Offered(TypedDict):
    """The address that takes it back, and the fields that are sent there."""

    to: str
    fields: dict[str, str]


def offer_undo(to: str, **fields: object) -> None:
    """The next page offers to send these fields to this address: a version among them, so that it is refused once anything else
    has changed."""
    session[_KEY] = {"to": to, "fields": {name: str(value) for name, value in fields.items()}}


def undo_offered() -> Offered | None:
    """What the page offers to take back, once; None where nothing is."""
    return cast(Offered | None, session.pop(_KEY, None))
