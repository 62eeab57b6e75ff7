"""« Annuler », in the message that says what was done: offered once to whoever did it, as the act that takes it back."""

from typing import TypedDict, cast

from flask import session

_KEY = "undo"


class Offered(TypedDict):
    """The address that takes it back, the fields that are sent there, and in which of the messages that wait."""

    to: str
    fields: dict[str, str]
    message: int


def offer_undo(to: str, **fields: object) -> None:
    """The message that is flashed next offers to send these fields to this address: a version among them, so that it is refused once
    anything else has changed."""
    waiting = len(session.get("_flashes", ()))
    session[_KEY] = {"to": to, "fields": {name: str(value) for name, value in fields.items()}, "message": waiting}


def undo_offered() -> Offered | None:
    """What the page offers to take back, once; None where nothing is."""
    return cast(Offered | None, session.pop(_KEY, None))
