from functools import partial

from portal.app import create_app
from portal.front import Front
from portal.settings import read
from portal.web import sizes
from portal.web.observe import set_up_logs

if not read().demo:
    set_up_logs()
app = create_app()
front = Front(app, partial(sizes.takes, app))
