"""What each kind of event says, as a table: from numbers and codes to a sentence and its details."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.sheet import TITLE, decoded
from portal.features.past import before_codes
from portal.features.past.names import of_candidate, person, said
from portal.features.past.shown import Sentence, fields, shown
from portal.rules import civil
from portal.rules.attendance import Half
from portal.rules.documents import Document
from portal.rules.effects import Change, Effect, in_words
from portal.rules.french import hour, plural
from portal.rules.lifecycle import Action, Kind, Status
from portal.rules.names import ERASED
from portal.rules.outcomes import in_words as outcome_in_words
from portal.rules.steps import STEP, STEPS
from portal.store.requests import RequestKind

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """What an event holds; `names`: of the session's candidates at that moment, by number."""

    action: str
    before: Values
    after: Values
    names: Mapping[int, str]

    def candidate(self, number: int) -> str:
        return of_candidate(self.names, number)

    def member(self, number: int) -> str:
        """A member of the jury as it was called on that day: the event says so itself."""
        name = str(self.after.get("jury", {}).get(str(number), f"Membre n° {number}"))
        return f"Membre n° {number} ({ERASED})" if name == ERASED else name

    @property
    def certificates(self) -> dict[int, str]:
        """What the certificates were called on that day."""
        return {int(number): label for number, label in self.after.get("certificates", {}).items()}


Words = Callable[[Said], Sentence]


def in_french(e: Said) -> Sentence:
    """The sentence of an event and its details; an event of before codes in the words that it always had."""
    if before_codes.is_old(e.action, e.before, e.after):
        return before_codes.WORDS[e.action](e.before, e.after)
    return WORDS.get(e.action, _other)(e)


def entry_in_words(coded: Mapping[str, str], labels: Mapping[int, str], kind: Kind | None = None) -> str:
    """One candidate's results. `kind`: of the session; without it, of results that were complete."""
    whole = Kind.TITLE if TITLE in coded else Kind.CCP
    return outcome_in_words(kind or whole, decoded(coded), labels)


def _practical(e: Said) -> Sentence:
    return "Informations pratiques modifiées.", fields(e.before, e.after)


def _actual_end(e: Said) -> Sentence:
    if e.before.get("actual_end_on"):
        return f"Date réelle de fin corrigée : {shown(e.before['actual_end_on'])} → {shown(e.after['actual_end_on'])}.", ()
    return f"Date réelle de fin saisie : {shown(e.after['actual_end_on'])}.", ()


def _exam_days(e: Said) -> Sentence:
    first, last = e.after["exam_starts_on"], e.after["exam_ends_on"]
    days = f"le {shown(first)}" if first == last else f"du {shown(first)} au {shown(last)}"
    at = f", convocation à {hour(e.after['hour'])}" if e.after.get("hour") else ""
    was = (f"Auparavant : du {shown(e.before['exam_starts_on'])} au {shown(e.before['exam_ends_on'])}",)
    return f"Jours d’examen indiqués : {days}{at}.", was if e.before.get("exam_starts_on") else ()


def _postponed(e: Said) -> Sentence:
    old = f"du {shown(e.before['starts_on'])} au {shown(e.before['ends_on'])}"
    new = f"du {shown(e.after['starts_on'])} au {shown(e.after['ends_on'])}"
    asked = f" à la demande n° {e.after['request']} du centre" if e.after.get("request") else ""
    behind = [f"Date réelle de fin saisie : {shown(e.before['actual_end_on'])}"] if e.before.get("actual_end_on") else []
    if e.before.get("exam_starts_on"):
        behind.append(f"Jours d’examen indiqués : du {shown(e.before['exam_starts_on'])} au {shown(e.before['exam_ends_on'])}")
    return f"Session reportée{asked} : elle allait {old}, elle va {new}.", tuple(f"{told} ; ne vaut plus" for told in behind)


def _asked(e: Said) -> Sentence:
    if e.after.get("kind") == RequestKind.CORRECTION:
        outcome = entry_in_words(e.after["wanted"], e.certificates)
        return f"Demande de correction n° {e.after['request']} : {e.candidate(e.after['candidate'])}, {outcome}.", ()
    wanted = f"du {shown(e.after['wanted_start'])} au {shown(e.after['wanted_end'])}"
    what = "de report" if e.after.get("kind") == RequestKind.POSTPONEMENT else "sur un titre échu"
    declared = (
        ("Le centre déclare que les candidats étaient inscrits avant l’échéance du titre.",) if e.after.get("registered") else ()
    )
    return f"Demande {what} n° {e.after['request']} : le centre souhaite {wanted}.", declared


def _answered(what: str) -> Words:
    return lambda e: (f"Demande n° {e.after['request']} {what}.", ())


def _granted(e: Said) -> Sentence:
    if e.after.get("kind") == RequestKind.CORRECTION:
        return f"Demande n° {e.after['request']} acceptée : la correction est enregistrée.", ()
    dates = f"du {shown(e.after['granted_start'])} au {shown(e.after['granted_end'])}"
    return f"Demande n° {e.after['request']} acceptée : dates accordées {dates}.", ()


def _draft(e: Said) -> Sentence:
    return f"Brouillon des résultats enregistré ({plural(len(e.after['results']), 'candidat')}).", ()


def _saved(e: Said) -> Sentence:
    text = f"{plural(len(e.after['results']), 'résultat enregistré', 'résultats enregistrés')}."
    if confirmed := e.after.get("confirmed_end_on"):
        text += f" Date réelle de fin confirmée : {shown(confirmed)}."
    return text, ()


def _corrected(e: Said) -> Sentence:
    old, new = e.before["results"], e.after["results"]
    lines = []
    for number in sorted(old.keys() | new.keys(), key=lambda n: e.candidate(int(n))):
        if old.get(number) != new.get(number):
            was = f"{entry_in_words(old[number], e.certificates)} → " if number in old else ""
            now = entry_in_words(new[number], e.certificates) if number in new else "(retiré)"
            lines.append(f"{e.candidate(int(number))} : {was}{now}")
    effects = [(e.candidate(int(number)), told) for number, told in e.after.get("effects", {}).items()]
    told = [f"{name} {in_words(_effect(told), e.certificates)}." for name, told in sorted(effects, key=lambda pair: pair[0])]
    asked = f" à la demande n° {e.after['request']} du centre" if e.after.get("request") else ""
    return f"{plural(len(lines), 'résultat corrigé', 'résultats corrigés')}{asked}.", (*lines, *told)


def _effect(told: Values) -> Effect:
    return Effect(Change(told["change"]), told["ccp"], told["session"])


def _imported(e: Said) -> Sentence:
    text = f"Session reprise d’un fichier, au statut « {Status(e.after['status']).label} »."
    if key := e.after.get("postponed_by"):
        text += f" La mesure « {key} » avait déjà reporté sa fin, prévue le {shown(e.after['planned_end_on'])}."
    return text, ()


def _candidates(e: Said) -> Sentence:
    added, updated = e.after["added"], e.after["updated"]
    parts = [plural(len(added), "candidat ajouté", "candidats ajoutés")] if added else []
    parts += [plural(len(updated), "candidat mis à jour", "candidats mis à jour")] if updated else []
    names = (said(e.after, number, "is", as_written=e.after.get("from_file", False)) for number in added)
    return f"{', '.join(parts)}.".capitalize(), tuple(names)


def _edited(e: Said) -> Sentence:
    number = e.after["candidate"]
    was, now = person(e.after, number, "was"), person(e.after, number, "is")
    return f"{said(e.after, number, 'was')} : fiche corrigée.", fields(was, now, e.after["fields"])


def _removed(e: Said) -> Sentence:
    return f"{said(e.after, e.after['candidate'], 'was')} retiré(e) de la session.", ()


def _civil(e: Said) -> Sentence:
    """Which fields, and not what they hold: who reads a history does not need it."""
    given = ", ".join(civil.LABELS[name].lower() for name in e.after["fields"])
    return f"{e.candidate(e.after['candidate'])} : état civil complété ({given}).", ()


def _seated(e: Said) -> Sentence:
    warned = ("Siégeait déjà ailleurs ces jours-là : ajouté quand même.",) if e.after["elsewhere"] else ()
    return f"{e.member(e.after['member'])} siège au jury.", warned


def _unseated(e: Said) -> Sentence:
    return f"{e.member(e.after['member'])} ne siège plus au jury.", ()


def _links(e: Said) -> Sentence:
    told = sorted(f"{e.member(m)} : {e.candidate(c)}" for m, c in e.after["links"])
    return f"{plural(len(told), 'lien déclaré', 'liens déclarés')} entre jury et candidats.", tuple(told)


def _convened(text: str) -> Words:
    def words(e: Said) -> Sentence:
        told = [
            plural(number, one, many) + how
            for how, key, one, many in (
                (" par courriel", "mailed", "convocation", "convocations"),
                (" à remettre en main propre", "paper", "convocation", "convocations"),
            )
            if (number := sum(whose.startswith("c") for whose in e.after.get(key, ())))
        ]
        return text, tuple(told)

    return words


def _whose(e: Said, key: str) -> str:
    return e.candidate(int(key[1:])) if key.startswith("c") else e.member(int(key[1:]))


def _handed(e: Said) -> Sentence:
    handed, back = (sorted(_whose(e, key) for key in e.after[name]) for name in ("handed", "taken_back"))
    details = [f"{name} : remise" for name in handed] + [f"{name} : pas remise" for name in back]
    return "Remise des convocations en main propre notée.", tuple(details)


def _link(text: str) -> Words:
    return lambda e: (text.format(_whose(e, e.after["whose"])), ())


def _answered_seat(e: Said) -> Sentence:
    will = "viendra" if e.after["answer"] == "oui" else "ne viendra pas"
    return f"{e.member(e.after['member'])} répond : {will}.", ()


def _attendance(e: Said) -> Sentence:
    told = [
        f"{Half(half).label} : {e.candidate(int(number))}, {'présent(e)' if present else 'absent(e)'}"
        for half, people in e.after["noted"].items()
        for number, present in sorted(people.items(), key=lambda one: e.candidate(int(one[0])))
    ]
    noted = plural(len(told), "demi-journée notée", "demi-journées notées")
    return f"Présences du {shown(e.after['day'])} : {noted}.", tuple(told)


def _documents(e: Said) -> Sentence:
    number = e.after["count"]
    return f"Document édité : {Document(e.after['document']).label}{f' ({number})' if number > 1 else ''}.", ()


def _erased(e: Said) -> Sentence:
    count = plural(e.after["candidates"], "candidat")
    return f"Données personnelles effacées, au terme de leur durée de conservation ({count}).", ()


def _plain(text: str) -> Words:
    return lambda e: (text, ())


def _other(e: Said) -> Sentence:
    return "Session modifiée.", fields(e.before, e.after)


WORDS: dict[str, Words] = {
    **{step.action.value: _plain(step.history) for step in STEPS},
    Action.CONVOKE.value: _convened(STEP[Action.CONVOKE].history),
    Action.CONVOKE_AGAIN.value: _convened(STEP[Action.CONVOKE_AGAIN].history),
    "handed_over": _handed,
    "link_made": _link("Lien personnel renouvelé : {}."),
    "link_withdrawn": _link("Lien personnel retiré : {}."),
    "mail_returned": lambda e: (f"Courriel {'' if e.after['returned'] else 'non '}revenu : {_whose(e, e.after['whose'])}.", ()),
    "link_opened": _link("Page personnelle ouverte : {}."),
    "juror_answered": _answered_seat,
    "adjustments_noted": lambda e: (f"{e.candidate(e.after['candidate'])} : aménagements d’épreuves mis à jour.", ()),
    "adjustments_erased": _plain("Aménagements d’épreuves effacés, au terme de leur durée."),
    "attendance_noted": _attendance,
    "incident_noted": lambda e: (f"Incident noté : {shown(e.after['day'])}, {hour(e.after['at'])}.", ()),
    "incident_corrected": lambda e: (f"Incident corrigé : {shown(e.after['day'])}, {hour(e.after['at'])}.", ()),
    "minutes_deposited": _plain("Procès-verbal signé déposé."),
    "minutes_verified": _plain("PV vérifié."),
    "minutes_refused": _plain("PV refusé : un autre est attendu."),
    "reminder_set": lambda e: (f"Rappel de l’examen {'demandé, trois jours avant' if e.after['reminds'] else 'abandonné'}.", ()),
    "reminded": lambda e: (f"Rappel de l’examen : {plural(e.after['count'], 'courriel')}.", ()),
    "proof_shared": _link("Justificatif pour un employeur créé : {}."),
    "proof_withdrawn": _link("Justificatif pour un employeur retiré : {}."),
    "links_ended": _plain("Liens personnels supprimés, au terme de leur durée."),
    "imported": _imported,
    "created": _plain("Session créée."),
    "candidates": _candidates,
    "candidate_edited": _edited,
    "candidate_removed": _removed,
    "civil_given": _civil,
    "jury_seated": _seated,
    "jury_unseated": _unseated,
    "jury_links": _links,
    "documents_made": _documents,
    "practical": _practical,
    "actual_end": _actual_end,
    "actual_end_checked": _plain("Date réelle de fin vérifiée par l’unité."),
    "exam_days": _exam_days,
    "send_dte_automatic": _plain("DTE envoyé automatiquement."),
    "postponed": _postponed,
    "request_made": _asked,
    "request_refused": _answered("refusée"),
    "request_withdrawn": _answered("retirée par le centre"),
    "request_accepted": _granted,
    "results_draft": _draft,
    "results_saved": _saved,
    "results_corrected": _corrected,
    "people_erased": _erased,
    "candidate_erased": lambda e: (f"Données personnelles du candidat n° {e.after['candidate']} effacées, sur demande.", ()),
    "data_given": lambda e: (f"Données de {e.candidate(e.after['candidate'])} remises à la personne.", ()),
}
