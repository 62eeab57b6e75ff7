"""Run as a program: verifies the database of the settings, and prints seconds and memory."""

import json
import resource
import time

from portal.cli.tool import Tool
from portal.features.standing.checking import verify


def rss() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


tool = Tool()
with tool.db.reading() as conn:
    conn.exec_driver_sql("SELECT count(*) FROM measure_run").all()
rest = rss()
begun = time.perf_counter()
with tool.db.snapshot() as conn:
    found = verify(conn, tool.db.audit_key)
assert found.broken is None, found.broken
print(json.dumps({"seconds": time.perf_counter() - begun, "rest": rest, "most": rss()}))
