"""What requests and their states are called, on pages and in the sentences of acts."""

from portal.rules.french import plural
from portal.store.requests import RequestKind, RequestStatus

STATES = {
    RequestStatus.OPEN: "En attente",
    RequestStatus.ACCEPTED: "Acceptée",
    RequestStatus.REFUSED: "Refusée",
    RequestStatus.WITHDRAWN: "Retirée",
}
KINDS = {
    RequestKind.POSTPONEMENT: "Report de session",
    RequestKind.EXPIRED: "Session sur un titre échu",
    RequestKind.CORRECTION: "Correction de résultats",
}


def answered(count: int, *, refused: bool) -> str:
    """What was done to several requests at once."""
    if refused:
        return f"{plural(count, 'demande refusée', 'demandes refusées')}. Les centres en lisent le motif."
    return f"{plural(count, 'demande acceptée', 'demandes acceptées')}. Les centres sont prévenus."
