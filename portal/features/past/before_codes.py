"""Events written up to version 1.11.0, which hold names and sentences where today's hold numbers and codes.

They stand in trails for good and are shown as they always were. Today's events of the same action are told from them by the
key that each of them holds.
"""

from collections.abc import Callable, Mapping
from typing import Any

from portal.features.past.shown import Sentence, fields, shown
from portal.rules.french import plural
from portal.rules.names import full_name
from portal.store.text import fold

Values = Mapping[str, Any]

# The key that every event of the action holds since events are in codes.
KEY = {
    "candidates": "added",
    "candidate_edited": "candidate",
    "candidate_removed": "candidate",
    "jury_seated": "member",
    "jury_unseated": "member",
    "jury_links": "links",
    "documents_made": "count",
    "results_draft": "results",
    "results_saved": "results",
    "results_corrected": "results",
    "request_made": "request",
    "request_refused": "request",
    "request_withdrawn": "request",
    "request_accepted": "request",
}


def is_old(action: str, before: Values, after: Values) -> bool:
    if action == "postponed":
        return "demande" in after
    return action in KEY and KEY[action] not in after


# ---- in words


def _postponed(before: Values, after: Values) -> Sentence:
    old = f"du {shown(before['starts_on'])} au {shown(before['ends_on'])}"
    new = f"du {shown(after['starts_on'])} au {shown(after['ends_on'])}"
    return f"Session reportée à la demande n° {after['demande']} du centre : elle allait {old}, elle va {new}.", ()


def _asked(before: Values, after: Values) -> Sentence:
    wanted = f"du {shown(after['wanted_start'])} au {shown(after['wanted_end'])}"
    what = "de report" if after.get("kind") == "report" else "sur un titre échu"
    return f"Demande {what} n° {after['demande']} : le centre souhaite {wanted}.", ()


def _answered(what: str) -> Callable[[Values, Values], Sentence]:
    return lambda before, after: (f"Demande n° {after['demande']} {what}.", ())


def _granted(before: Values, after: Values) -> Sentence:
    dates = f"du {shown(after['granted_start'])} au {shown(after['granted_end'])}"
    return f"Demande n° {after['demande']} acceptée : dates accordées {dates}.", ()


def _draft(before: Values, after: Values) -> Sentence:
    return f"Brouillon des résultats enregistré ({plural(len(after.get('resultats', {})), 'candidat')}).", ()


def _saved(before: Values, after: Values) -> Sentence:
    text = f"{plural(len(after.get('resultats', {})), 'résultat enregistré', 'résultats enregistrés')}."
    if confirmed := after.get("date_reelle_confirmee"):
        text += f" Date réelle de fin confirmée : {shown(confirmed)}."
    return text, ()


def _corrected(before: Values, after: Values) -> Sentence:
    old, new = before.get("resultats", {}), after.get("resultats", {})
    lines = []
    for key in sorted(old.keys() | new.keys(), key=lambda k: k.split(" ", 1)[-1]):
        if old.get(key) != new.get(key):
            was = f"{old[key]} → " if key in old else ""
            lines.append(f"{key.split(' ', 1)[-1]} : {was}{new.get(key, '(retiré)')}")
    return f"{plural(len(lines), 'résultat corrigé', 'résultats corrigés')}.", (*lines, *after.get("consequences", ()))


def _candidates(before: Values, after: Values) -> Sentence:
    added, updated = after.get("ajoutes", []), after.get("mis_a_jour", [])
    parts = [plural(len(added), "candidat ajouté", "candidats ajoutés")] if added else []
    parts += [plural(len(updated), "candidat mis à jour", "candidats mis à jour")] if updated else []
    return f"{', '.join(parts)}.".capitalize(), tuple(added)


def _edited(before: Values, after: Values) -> Sentence:
    return f"{before.get('candidat', 'Candidat')} : fiche corrigée.", fields(before, after)


def _removed(before: Values, after: Values) -> Sentence:
    return f"{before['candidat']} retiré(e) de la session.", ()


def _seated(before: Values, after: Values) -> Sentence:
    warned = ("Siégeait déjà ailleurs ces jours-là : ajouté quand même.",) if after.get("siege_ailleurs") else ()
    return f"{after['membre']} siège au jury.", warned


def _unseated(before: Values, after: Values) -> Sentence:
    return f"{before['membre']} ne siège plus au jury.", ()


def _links(before: Values, after: Values) -> Sentence:
    told = after.get("liens", [])
    return f"{plural(len(told), 'lien déclaré', 'liens déclarés')} entre jury et candidats.", tuple(told)


def _documents(before: Values, after: Values) -> Sentence:
    number = after.get("nombre", 1)
    return f"Document édité : {after.get('document', '')}{f' ({number})' if number > 1 else ''}.", ()


WORDS: dict[str, Callable[[Values, Values], Sentence]] = {
    "candidates": _candidates,
    "candidate_edited": _edited,
    "candidate_removed": _removed,
    "jury_seated": _seated,
    "jury_unseated": _unseated,
    "jury_links": _links,
    "documents_made": _documents,
    "postponed": _postponed,
    "request_made": _asked,
    "request_refused": _answered("refusée"),
    "request_withdrawn": _answered("retirée par le centre"),
    "request_accepted": _granted,
    "results_draft": _draft,
    "results_saved": _saved,
    "results_corrected": _corrected,
}


# ---- taken back: a name is all there is to find whom they mean


def take_back(names: dict[int, str], action: str, before: Values, after: Values) -> None:
    """Give the candidates' `names` what they were before this event. Who was removed has no number: it gets one below zero."""
    if action == "candidates":
        for name in after.get("ajoutes", ()):
            _drop(names, name)
    elif action == "candidate_removed":
        _back(names, before["candidat"])
    elif action == "candidate_edited" and "candidat" in before:
        number = _drop(names, _renamed(before, after))
        _back(names, before["candidat"], number)


def jury_back(jury: dict[int, str], action: str, before: Values, after: Values) -> None:
    """The same for the members of the jury."""
    if action == "jury_seated":
        _drop(jury, after["membre"])
    elif action == "jury_unseated":
        _back(jury, before["membre"])


def results_of(values: Values) -> dict[int, str]:
    """The results in words, by the candidate's number."""
    return {int(key.split(" ", 1)[0]): words for key, words in values.get("resultats", {}).items()}


def _drop(names: dict[int, str], name: str) -> int | None:
    """Take one of that name away: two may bear the same."""
    number = next((n for n, known in names.items() if fold(known) == fold(name)), None)
    if number is not None:
        del names[number]
    return number


def _back(names: dict[int, str], name: str, number: int | None = None) -> None:
    names[min((0, *names)) - 1 if number is None else number] = name


def _renamed(before: Values, after: Values) -> str:
    """The name that a correction gave: the event keeps the old name whole, and of the new one what changed."""
    name = str(before["candidat"])
    if "last_name" in before:
        first = name[len(before["last_name"]) :].strip()
        last = str(after["last_name"])
    else:
        first = str(before.get("first_name", ""))
        last = name.removesuffix(first).strip()
    return full_name(last, str(after.get("first_name", first)))
