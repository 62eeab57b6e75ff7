"""The status of a session as lists and pages show it: a mark, its word, its tone. Made once: a list shows fifty."""

from markupsafe import Markup

from portal.rules.lifecycle import Status

S = Status
MARKS = {
    S.PREPARATION: "○",
    S.DTE_REQUESTED: "▶",
    S.DTE_SENT: "▶",
    S.CONVOKED: "▶",
    S.RESULTS: "✓",
    S.LOCKED: "■",
    S.CANCELLED: "✕",
}
TONES = {S.DTE_REQUESTED: "accent", S.DTE_SENT: "accent", S.CONVOKED: "accent", S.RESULTS: "good", S.LOCKED: "good"}

MOVED = Markup('<span class="tag warn"><span aria-hidden="true">↷</span> Reportée</span>')
STATUS_TAGS = {
    status.value: Markup('<span class="tag {}"><span aria-hidden="true">{}</span> {}</span>').format(
        TONES.get(status, ""), MARKS[status], status.label
    )
    for status in Status
}
