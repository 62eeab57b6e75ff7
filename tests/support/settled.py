"""The small world with its people invited and signed in: made once a run, and each test goes on from a copy."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

from portal.store.actors import operator
from portal.store.database import Database
from tests.support.world import PEOPLE, Visit, World

DAY = date(2020, 6, 15)
VISITS = "visits.json"


def settle(db: Database, folder: Path) -> None:
    """Fill an empty database with that world, and keep beside it what the browsers of its people hold."""
    world = World(db.seen_by(operator()), DAY)
    visits = {who: asdict(world.browser(who).visit()) for who in PEOPLE}
    world.close()
    (folder / VISITS).write_text(json.dumps(visits), "utf-8")


def settled(db: Database, folder: Path) -> World:
    """That world, of a copy of the database."""
    visits = json.loads((folder / VISITS).read_text("utf-8"))
    return World(db.seen_by(operator()), DAY, {who: Visit(**kept) for who, kept in visits.items()})
