import sys

from portal.app import create_app
from portal.settings import read
from portal.web.observe import set_up_logs

# A thread that comes back from the database waits for the others' Python no longer than this: it may hold a lock there.
sys.setswitchinterval(0.0005)
if not read().demo:
    set_up_logs()
app = create_app()
