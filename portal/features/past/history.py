"""History in plain words: the audit trail and the measures, each event as a sentence."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from portal.clock import PARIS
from portal.rules.french import day, plural
from portal.rules.lifecycle import Status
from portal.rules.measures import words_of_case
from portal.rules.steps import STEPS
from portal.store.audit import audit_event
from portal.store.measures import measure_line, measure_run


@dataclass(frozen=True)
class Told:
    """One line of the history. `status` is the status that the session had from then on, when it changed."""

    at: datetime
    who: str
    text: str
    details: tuple[str, ...] = ()
    reason: str = ""
    by_measure: bool = False
    status: Status | None = None
    action: str = ""


_EVENTS = select(audit_event).where(audit_event.c.session_id == bindparam("number"))
_LINES = (
    select(
        measure_line,
        measure_run.c.label,
        measure_run.c.definition,
        measure_run.c.at,
        measure_run.c.actor,
        measure_run.c.reverts_run_id,
    )
    .join(measure_run, measure_run.c.id == measure_line.c.run_id)
    .where(measure_line.c.session_id == bindparam("number"))
)


def history(conn: Connection, number: int) -> list[Told]:
    """The session's history, newest first. Two queries."""
    events = conn.execute(_EVENTS, {"number": number}).all()
    lines = conn.execute(_LINES, {"number": number}).all()
    told = [((e.at, 0, e.id), _event(e)) for e in events]
    told += [((li.at, 1, li.run_id), _line(li)) for li in lines]
    return [entry for _, entry in sorted(told, key=lambda pair: pair[0], reverse=True)]


def _event(e: Any) -> Told:
    before, after = json.loads(e.before), json.loads(e.after)
    text, details = WORDS.get(e.action, _other)(before, after)
    status = Status(after["status"]) if "status" in after else None
    return Told(e.at.astimezone(PARIS), e.actor, text, details, e.reason, status=status, action=e.action)


def _line(li: Any) -> Told:
    moved = f"la date de fin du {day(li.end_before)} au {day(li.end_after)}"
    if li.start_before and li.start_before != li.start_after:
        moved = f"le début du {day(li.start_before)} au {day(li.start_after)} et {moved}"
    words = words_of_case(li.definition, li.case_name)
    cancelled = li.status_before != li.status_after
    if li.reverts_run_id:
        text = f"La mesure « {li.label} » a été reprise : "
        text += f"statut de nouveau « {Status(li.status_after).label} »." if cancelled else f"{moved}."
    else:
        at = li.at.astimezone(PARIS)
        text = f"Le {day(at)}, la mesure « {li.label} », cas {li.case_name}, a "
        text += "annulé la session." if cancelled else f"reporté {moved}."
    status = Status(li.status_after) if cancelled else None
    told = (f"Cas {li.case_name} : {words}.",) if words and not li.reverts_run_id else ()
    return Told(li.at.astimezone(PARIS), f"mesure « {li.label} »", text, told, by_measure=True, status=status)


Values = Mapping[str, Any]
Words = Callable[[Values, Values], tuple[str, tuple[str, ...]]]

FIELDS = {
    "starts_on": "Date de début",
    "ends_on": "Date de fin",
    "actual_end_on": "Date réelle de fin",
    "place": "Lieu",
    "session_manager": "Responsable de session",
    "last_name": "Nom",
    "first_name": "Prénom",
    "born_on": "Date de naissance",
    "email": "Adresse électronique",
}


def _shown(value: Any) -> str:
    try:
        return day(date.fromisoformat(value))
    except (TypeError, ValueError):
        return f"« {value} »" if value else "(vide)"


def _fields(before: Values, after: Values) -> tuple[str, ...]:
    return tuple(f"{FIELDS[n]} : {_shown(before.get(n))} → {_shown(after[n])}" for n in FIELDS if n in after)


def _results(before: Values, after: Values) -> tuple[str, ...]:
    old, new = before.get("resultats", {}), after.get("resultats", {})
    lines = []
    for key in sorted(old.keys() | new.keys(), key=lambda k: k.split(" ", 1)[-1]):
        if old.get(key) != new.get(key):
            name = key.split(" ", 1)[-1]
            was = f"{old[key]} → " if key in old else ""
            lines.append(f"{name} : {was}{new.get(key, '(retiré)')}")
    return tuple(lines)


def _practical(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    return "Informations pratiques modifiées.", _fields(before, after)


def _actual_end(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    if before.get("actual_end_on"):
        return f"Date réelle de fin corrigée : {_shown(before['actual_end_on'])} → {_shown(after['actual_end_on'])}.", ()
    return f"Date réelle de fin saisie : {_shown(after['actual_end_on'])}.", ()


def _postponed(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    old = f"du {_shown(before['starts_on'])} au {_shown(before['ends_on'])}"
    asked = f" à la demande n° {after['demande']} du centre" if after.get("demande") else ""
    return (
        f"Session reportée{asked} : elle allait {old}, elle va du {_shown(after['starts_on'])} au {_shown(after['ends_on'])}.",
        (),
    )


def _asked(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    wanted = f"du {_shown(after['wanted_start'])} au {_shown(after['wanted_end'])}"
    what = "de report" if after.get("kind") == "report" else "sur un titre échu"
    return f"Demande {what} n° {after['demande']} : le centre souhaite {wanted}.", ()


def _answered(what: str) -> Words:
    return lambda before, after: (f"Demande n° {after['demande']} {what}.", ())


def _granted(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    dates = f"du {_shown(after['granted_start'])} au {_shown(after['granted_end'])}"
    return f"Demande n° {after['demande']} acceptée : dates accordées {dates}.", ()


def _draft(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    return f"Brouillon des résultats enregistré ({plural(len(after.get('resultats', {})), 'candidat')}).", ()


def _saved(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    text = f"{plural(len(after.get('resultats', {})), 'résultat enregistré', 'résultats enregistrés')}."
    if confirmed := after.get("date_reelle_confirmee"):
        text += f" Date réelle de fin confirmée : {_shown(confirmed)}."
    return text, ()


def _corrected(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    lines = _results(before, after)
    return f"{plural(len(lines), 'résultat corrigé', 'résultats corrigés')}.", (*lines, *after.get("consequences", ()))


def _imported(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    return f"Session reprise d’un fichier, au statut « {Status(after['status']).label} ».", ()


def _candidates(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    added, updated = after.get("ajoutes", []), after.get("mis_a_jour", [])
    parts = [plural(len(added), "candidat ajouté", "candidats ajoutés")] if added else []
    parts += [plural(len(updated), "candidat mis à jour", "candidats mis à jour")] if updated else []
    return f"{', '.join(parts)}.".capitalize(), tuple(added)


def _edited(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    return f"{before.get('candidat', 'Candidat')} : fiche corrigée.", _fields(before, after)


def _removed(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    return f"{before['candidat']} retiré(e) de la session.", ()


def _seated(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    warned = ("Siégeait déjà ailleurs ces jours-là : ajouté quand même.",) if after.get("siege_ailleurs") else ()
    return f"{after['membre']} siège au jury.", warned


def _unseated(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    return f"{before['membre']} ne siège plus au jury.", ()


def _links(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    told = after.get("liens", [])
    return f"{plural(len(told), 'lien déclaré', 'liens déclarés')} entre jury et candidats.", tuple(told)


def _documents(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    number = after.get("nombre", 1)
    return f"Document édité : {after.get('document', '')}{f' ({number})' if number > 1 else ''}.", ()


def _plain(text: str) -> Words:
    return lambda before, after: (text, ())


def _other(before: Values, after: Values) -> tuple[str, tuple[str, ...]]:
    return "Session modifiée.", _fields(before, after)


WORDS: dict[str, Words] = {
    **{step.action.value: _plain(step.history) for step in STEPS},
    "imported": _imported,
    "created": _plain("Session créée."),
    "candidates": _candidates,
    "candidate_edited": _edited,
    "candidate_removed": _removed,
    "jury_seated": _seated,
    "jury_unseated": _unseated,
    "jury_links": _links,
    "documents_made": _documents,
    "practical": _practical,
    "actual_end": _actual_end,
    "send_dte_automatic": _plain("DTE envoyé automatiquement."),
    "postponed": _postponed,
    "request_made": _asked,
    "request_refused": _answered("refusée"),
    "request_withdrawn": _answered("retirée par le centre"),
    "request_accepted": _granted,
    "results_draft": _draft,
    "results_saved": _saved,
    "results_corrected": _corrected,
}
