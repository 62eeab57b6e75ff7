"""A long trail: what the proof of one session costs among a million events of others."""

import time

from bench.data import SECRET
from portal.clock import PARIS, Clock
from portal.core.finding import find
from portal.core.heads import signer
from portal.features.past.proof_checks import Held, as_bytes, check
from portal.features.past.proofs import proof
from portal.settings import DEMO_DAY, Settings
from portal.store.actors import Occasion, Source, operator
from portal.store.audit import Event, record
from portal.store.database import Database

SESSION, OWN = 224565, 30  # how many events of the trail are this session's, spread over it
AT_ONCE = 5_000


def lengthen(db: Database, events: int) -> None:
    """So many events more; the session's own lie far apart."""
    on = Occasion(operator(), Source.CLI, Clock(DEMO_DAY).now().astimezone(PARIS), DEMO_DAY)
    every = max(events // OWN, 1)
    for start in range(0, events, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, events))
        told = [Event("lock", SESSION) if n % every == 0 else Event("letter_published", subject=f"letter {n}") for n in numbers]
        with db.writing() as tx:
            record(tx, db.audit_key, on, told)


def proof_ms(db: Database) -> float:
    """Milliseconds for the proof of that session, signed, as JSON; it is checked afterwards."""
    signs = signer(Settings("demo", "", SECRET, DEMO_DAY))
    with db.reading() as conn:
        s = find(conn, operator(), SESSION, "UD")
        begun = time.perf_counter()
        text = as_bytes(proof(conn, signs, s, Clock(DEMO_DAY).now()))
        taken = time.perf_counter() - begun
    found = check(text, signs.key)
    assert isinstance(found, Held) and found.events > OWN, found
    return taken * 1000
