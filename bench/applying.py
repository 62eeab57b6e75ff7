"""Run as a program: applies the measure of 2020 to the database of the settings, and prints seconds, sessions, and memory."""

import json
import resource
import time

from portal.cli.tool import Tool
from portal.features.measures.actions import Applied, apply
from portal.features.measures.catalogue import find


def rss() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


tool = Tool()
measure, text = find("confinement-2020")
with tool.db.reading() as conn:
    conn.exec_driver_sql("SELECT count(*) FROM measure_run").all()
rest = rss()
begun = time.perf_counter()
done = apply(tool.work(), measure, text)
taken = time.perf_counter() - begun
assert isinstance(done, Applied)
print(json.dumps({"seconds": taken, "touched": done.plan.touched, "rest": rest, "most": rss()}))
