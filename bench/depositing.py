"""Run as a program: deposits 150,000 titles of the database of the settings, and prints seconds, lines, bytes and memory."""

import json
import os
import resource
import time

from sqlalchemy import text

from portal.certifier import Certifier
from portal.cli.tool import Tool
from portal.features.deposit.making import make
from portal.store.database import Database

TITLES = int(os.environ.get("BENCH_TITLES", "150000"))
OBTAINED = (
    "UPDATE title SET rncp_code = 'RNCP' || (1000 + id)",
    "UPDATE candidate SET birth_name = substr(last_name, 1, 60), sex = 'F', birth_postcode = '94000', birth_commune = 'Créteil', "
    "access = 'continue' WHERE id IN (SELECT c.id FROM candidate c JOIN exam_session s ON s.id = c.session_id "
    "WHERE s.status = 'verrouillee' AND s.id >= 300000 ORDER BY c.id LIMIT :most)",
    "DELETE FROM result",
    "INSERT INTO result (session_id, candidate_id, outcome, definitive) SELECT session_id, id, 'titre', true FROM candidate "
    "WHERE sex = 'F' AND session_id >= 300000 ORDER BY id LIMIT :most",
)


def obtain(db: Database) -> None:
    """So many candidates of locked sessions have obtained their title, and lack nothing."""
    with db.writing() as tx:
        for statement in OBTAINED:
            tx.execute(text(statement), {"most": TITLES} if ":most" in statement else {})
    db.analyze()


def rss() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


tool, written = Tool(), 0


def count(piece: str) -> None:
    global written
    written += len(piece.encode())


obtain(tool.db)
begun = time.perf_counter()
made = make(tool.work(), Certifier("BENCH001", "", "CONTRAT"), count)
print(json.dumps({"seconds": time.perf_counter() - begun, "lines": made.lines, "bytes": written, "most": rss()}))
