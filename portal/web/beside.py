"""What was typed stays beside the state that it was typed beside, on each page that shows it again: a form that is refused, or comes
back after a sign-in. Shown beside a newer one it would be saved over what a colleague saved meanwhile, and nobody would be told."""

import re

from flask import Response, request
from markupsafe import escape

_STATE = re.compile(r'name="([^"]*)" value="[^"]*" data-version>')  # as `ui.version` writes it
COMPARED = 409  # the page shows what stands beside what was typed: from here on both are known


def keep_state(response: Response) -> Response:
    """The page with the states that were sent, unless it shows what has become of them."""
    shown = response.mimetype == "text/html" and not response.is_streamed and not response.direct_passthrough
    if shown and request.method == "POST" and response.status_code != COMPARED:
        response.set_data(_STATE.sub(_sent, response.get_data(as_text=True)))
    return response


def _sent(state: re.Match[str]) -> str:
    name = state[1]
    return f'name="{name}" value="{escape(request.form[name])}" data-version>' if name in request.form else state[0]
