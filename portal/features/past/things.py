"""The history of a thing of reference (a centre, a title, a unit, a region): the trail's events of one subject, in words."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from portal.clock import PARIS
from portal.features.past.history import Told
from portal.features.past.shown import Sentence, shown
from portal.rules.french import number
from portal.rules.retention import LINE as DURATION
from portal.rules.retention import TABLE as DURATIONS
from portal.rules.retention import Kind
from portal.store.audit import OF_NO_SESSION, audit_event
from portal.store.personal import Shown, events_of

MOST = 200
Values = Mapping[str, Any]

# What the columns of these things are called.
COLUMNS = {
    "name": "Nom",
    "label": "Intitulé",
    "department_code": "Département",
    "address": "Adresse",
    "email": "Adresse électronique",
    "phone": "Téléphone",
    "decree_on": "Date de l’arrêté",
    "level": "Niveau",
    "expires_on": "Échéance",
    "extension_months": "Mois de prolongation",
    "rncp_code": "Code RNCP",
    "unit_name": "Nom de l’unité",
    "unit_email": "Adresse électronique",
    "unit_phone": "Téléphone",
    "valid_from": "Début",
    "valid_to": "Fin",
}


def history(conn: Connection, subject: str) -> list[Told]:
    """What happened to this thing, newest first, two hundred events at most. One query."""
    rows = conn.execute(
        select(audit_event).where(audit_event.c.subject == subject, OF_NO_SESSION).order_by(audit_event.c.id.desc()).limit(MOST)
    )
    return [_told(row, before, after) for row, before, after in events_of(conn, rows.all())]


def _told(row: Shown, before: Values, after: Values) -> Told:
    text, details = WORDS[row.action](before, after)
    return Told(row.at.astimezone(PARIS), row.actor, text, details, row.reason, action=row.action)


def value(name: str, found: object) -> str:
    """One value of a column as it is shown."""
    return str(found) if isinstance(found, int) else shown(found)


def changes(before: Values, after: Values) -> Iterator[str]:
    """« Nom : « A » → « B » », for each column that an event holds."""
    for name, label in COLUMNS.items():
        if name in after:
            yield f"{label} : {value(name, before.get(name))} → {value(name, after[name])}"


def _given(after: Values) -> Iterator[str]:
    for name, label in COLUMNS.items():
        if after.get(name) not in (None, ""):
            yield f"{label} : {value(name, after[name])}"


def _certificates(after: Values) -> Iterator[str]:
    for how, words in (("added", "ajouté"), ("removed", "retiré"), ("renamed", "renommé")):
        for one in after.get(how, ()):
            was = f"« {one['was']} » → " if "was" in one else ""
            yield f"{one['kind'].upper()} {words} : {was}« {one['label']} »"


def _opened(what: str) -> Callable[[Values, Values], Sentence]:
    return lambda before, after: (what, (*_given(after), *_certificates(after)))


def _changed(what: str) -> Callable[[Values, Values], Sentence]:
    return lambda before, after: (what, (*changes(before, after), *_certificates(after)))


def _approval(how: str) -> Callable[[Values, Values], Sentence]:
    def told(before: Values, after: Values) -> Sentence:
        dates = f"du {shown(after['valid_from'])} au {shown(after['valid_to'])}"
        was = f"Auparavant : du {shown(before['valid_from'])} au {shown(before['valid_to'])}" if before else ""
        return f"Agrément n° {after['approval']} {how}, pour {after['title']} : {dates}.", (was,) if was else ()

    return told


def _closed(_before: Values, after: Values) -> Sentence:
    return f"Centre fermé le {shown(after['closed_on'])} : il ne prépare plus de session.", ()


def _durations(before: Values, after: Values) -> Sentence:
    both = (line for line in DURATIONS if line.setting in before)  # what had none yet was not set
    changed = [line for line in both if before[line.setting] != after[line.setting]]
    told = (f"{d.what} : {d.in_words(before[d.setting])} → {d.in_words(after[d.setting])}" for d in changed)
    return "Durées de conservation modifiées.", tuple(told)


def _let_go(_before: Values, after: Values) -> Sentence:
    line = DURATION[Kind(after["kind"])]
    return f"{line.what} : {number(after['count'])} d’avant le {shown(after['before'])} ; suppression au terme de leur durée.", ()


WORDS: dict[str, Callable[[Values, Values], Sentence]] = {
    "centre_opened": _opened("Centre ouvert."),
    "centre_changed": _changed("Fiche du centre modifiée."),
    "centre_closed": _closed,
    "centre_contact_erased": lambda _before, _after: ("Adresse électronique et téléphone effacés, au terme de leur durée.", ()),
    "centre_reopened": lambda _before, _after: ("Centre rouvert.", ()),
    "title_opened": _opened("Titre ouvert."),
    "title_changed": _changed("Titre modifié."),
    "approval_opened": _approval("enregistré"),
    "approval_changed": _approval("modifié"),
    "unit_changed": _changed("Coordonnées de l’unité modifiées."),
    "durations_set": _durations,
    "retention_applied": _let_go,
    "region_changed": _changed("Coordonnées de la région modifiées."),
}
