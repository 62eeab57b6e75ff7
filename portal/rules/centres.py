"""What a closed centre still does: all that brings its sessions to their end, and nothing that begins."""

from datetime import date

from portal.rules.french import day
from portal.rules.lines import Allowed, Refused, Verdict

REOPENS = "L’administration centrale peut le rouvrir ; l’{unit} vous dit comment la joindre."


def may_begin(closed_on: date | None, unit: str) -> Verdict:
    """Whether a centre begins something new: a session, a request for one. `unit`: its own, « UD 94 »."""
    if closed_on is None:
        return Allowed()
    reason = (
        f"Votre centre est fermé depuis le {day(closed_on)} : il ne prépare plus de session. "
        "Celles qui existent se mènent à leur terme comme avant."
    )
    return Refused(reason, REOPENS.format(unit=unit), ask_unit=True)
