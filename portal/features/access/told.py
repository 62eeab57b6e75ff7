"""The history of one account: the events of the trail in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from portal.clock import PARIS
from portal.features.access.queries import Kept
from portal.rules.keeping import post_of
from portal.rules.lifecycle import Role
from portal.rules.names import ERASED
from portal.store.audit import OF_NO_SESSION, audit_event
from portal.store.france import DEPARTMENTS
from portal.store.personal import events_of
from portal.store.places import centre, region

MOST = 200
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """One line of an account's history."""

    at: datetime
    who: str
    text: str
    details: tuple[str, ...]
    reason: str


PLAIN = {
    "account_invited": "Compte créé.",
    "invitation_sent_again": "Invitation renvoyée.",
    "invitation_withdrawn": "Invitation retirée.",
    "invitation_asked": "La personne demande une nouvelle invitation.",
    "account_changed": "Compte modifié.",
    "name_changed": "Nom changé.",
    "email_change_asked": "Autre adresse demandée : elle attend d’être confirmée.",
    "email_changed": "Autre adresse confirmée.",
    "password_link_made": "Lien de mot de passe envoyé.",
    "password_chosen": "Mot de passe choisi.",
    "account_closed": "Compte fermé ; ses connexions ont pris fin.",
    "account_reopened": "Compte rouvert.",
    "account_erased": "Données personnelles effacées, au terme de leur durée de conservation.",
    "factor_added": "Second facteur activé.",
    "factor_removed": "Second facteur retiré par la personne.",
    "factors_reset": "Second facteur retiré ; ses connexions ont pris fin.",
    "recovery_codes_made": "Codes de secours créés.",
    "recovery_code_used": "Code de secours utilisé.",
    "calendar_given": "Adresse privée de calendrier créée.",
    "calendar_replaced": "Adresse privée de calendrier remplacée.",
    "calendar_revoked": "Adresse privée de calendrier retirée.",
}


def said(action: str, after: Values) -> str:
    """What happened to an account, in a sentence."""
    return "Invitation acceptée : mot de passe choisi." if _accepted(action, after) else PLAIN.get(action, "Compte modifié.")


def history(conn: Connection, of: Kept) -> list[Told]:
    """What happened to this account, newest first."""
    subjects = (f"account {of.id}", f"compte {of.email}")
    query = select(audit_event).where(OF_NO_SESSION, audit_event.c.subject.in_(subjects))
    rows = events_of(conn, conn.execute(query.order_by(audit_event.c.id.desc()).limit(MOST)).all())
    names = _Names(conn)
    told = []
    for row, before, after in rows:
        text = said(row.action, after)
        details = _details(before, after, names) if row.action != "password_chosen" else ()
        told.append(Told(row.at.astimezone(PARIS), row.actor, text, details, row.reason))
    return told


def _accepted(action: str, after: Values) -> bool:
    return action == "password_chosen" and "invitation" in after


class _Names:
    """What centres and regions are called, asked once where an event says one."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.known: dict[tuple[str, object], str] = {}

    def of(self, column: str, value: int | str | None) -> str:
        if value is None:
            return "aucun"
        if column == "department_code":
            return f"{value} {DEPARTMENTS.get(str(value), ('', ''))[0]}".strip()
        if (column, value) not in self.known:
            name = select(centre.c.name).where(centre.c.id == value)
            if column == "region_code":
                name = select(region.c.name).where(region.c.code == value)
            self.known[column, value] = self.conn.execute(name).scalar() or f"n° {value}"
        return self.known[column, value]


SCOPES = {"centre_id": "Centre", "department_code": "Département", "region_code": "Région"}


def _details(before: Values, after: Values, names: _Names) -> tuple[str, ...]:
    """« Nom : « A » → « B » », for each thing that the event says."""
    was, now = _person(before), _person(after)
    found = [_changed(label, was.get(n), now[n]) for n, label in (("name", "Nom"), ("email", "Adresse électronique")) if n in now]
    if "role" in after:
        found.append(_changed("Rôle", _post(before), _post(after) or ""))
    for column, label in SCOPES.items():
        if column in after and (after[column] is not None or before.get(column) is not None):
            old = names.of(column, before[column]) if column in before else None
            found.append(_changed(label, old, names.of(column, after[column])))
    return tuple(found)


def _person(values: Values) -> Values:
    """The name and the address that an event says; both erased where it said one."""
    found: Values | str = values.get("person", {})
    return dict.fromkeys(("name", "email"), ERASED) if isinstance(found, str) else found


def _post(values: Values) -> str | None:
    return post_of(Role(values["role"]), bool(values.get("manager"))).label if "role" in values else None


def _changed(label: str, old: str | None, new: str) -> str:
    return f"{label} : « {old} » → « {new} »" if old is not None and old != new else f"{label} : {new}"
