"""What requests and their states are called, on pages and in the sentences of acts."""

from portal.store.requests import RequestKind, RequestStatus

STATES = {
    RequestStatus.OPEN: "Ouverte",
    RequestStatus.ACCEPTED: "Acceptée",
    RequestStatus.REFUSED: "Refusée",
    RequestStatus.WITHDRAWN: "Retirée",
}
KINDS = {
    RequestKind.POSTPONEMENT: "Report de session",
    RequestKind.EXPIRED: "Session sur un titre échu",
    RequestKind.CORRECTION: "Correction de résultats",
}
