from portal.app import create_app
from portal.settings import read
from portal.web.observe import set_up_logs

if not read().demo:
    set_up_logs()
app = create_app()
