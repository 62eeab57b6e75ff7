"""What a request needs: the settings, the database, the day, and who asks."""

from typing import cast

from flask import abort, current_app, g
from flask_login import current_user
from sqlalchemy import Connection

from portal.clock import Clock
from portal.rules.duties import Duty
from portal.settings import Settings
from portal.store.actors import Actor, Occasion, Source
from portal.store.database import Database
from portal.store.work import Work
from portal.web.whence import device


def settings() -> Settings:
    return cast(Settings, current_app.extensions["portal_settings"])


def db() -> Database:
    """The database, as whoever is signed in sees it."""
    found = cast(Database, current_app.extensions["portal_db"])
    return found.seen_by(g.sees) if "sees" in g else found


def see_as(person: Actor) -> None:
    """From now on this request sees what this person sees, wherever the database keeps a wall of its own."""
    g.sees = person
    if "reading" in g:
        db().see(g.reading)


def clock() -> Clock:
    return cast(Clock, current_app.extensions["portal_clock"])


def labels() -> tuple[str, str]:
    return settings().unit_label, settings().region_label


def reading() -> Connection:
    """One connection for reading, for the length of the request."""
    if "reading" not in g:
        g.reading_scope = db().reading()
        g.reading = g.reading_scope.__enter__()
    return cast(Connection, g.reading)


def close_reading(_error: BaseException | None = None) -> None:
    scope = g.pop("reading_scope", None)
    g.pop("reading", None)
    if scope is not None:
        scope.__exit__(None, None, None)


def db_to_write() -> Database:
    """The database for an act of somebody who is not signed in; for all others it is in `work()`."""
    close_reading()
    return db()


def actor() -> Actor:
    return cast(Actor, current_user.actor)


def is_of_another(account_id: int) -> bool:
    """Whether somebody else than this account is signed in here: a link in a mail is for its own person."""
    return bool(current_user.is_authenticated) and actor().id != account_id


def only(duty: Duty) -> None:
    """404, exactly as for an address that does not exist, unless this person has this duty."""
    if not actor().may(duty):
        g.setdefault("of_another_role", True)  # the security journal tells it from what does not exist
        abort(404)


def work() -> Work:
    """The hands of an act. The connection for reading goes back first: an act takes its own, and never waits for two."""
    return hands_of(actor())


def hands_of(person: Actor) -> Work:
    """The hands of somebody who is not signed in, and has shown by a link or a password who it is."""
    now = clock().now()
    return Work(db_to_write().seen_by(person), Occasion(person, Source.WEB, now, now.date(), device()), settings().unit_label)
