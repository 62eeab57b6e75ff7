"""What else must hold for a right, beside its role and its statuses: each check gives None, or why it does not."""

from datetime import date

from portal.rules.facts import Facts
from portal.rules.french import plural
from portal.rules.lifecycle import Status
from portal.rules.lines import CENTRE_TELLS, DOUBT, Check, Why

SMALLEST_JURY = 2


def start_may_move(f: Facts, today: date) -> Why | None:
    if not f.postponed:
        return None
    return Why("La session a été reportée automatiquement : sa date de début ne change plus.", "Adressez une demande à l’{unit}.")


def moved_by_a_measure(f: Facts, today: date) -> Why | None:
    if f.postponed:
        return None
    return Why("La session n’a pas été reportée automatiquement : sa date de fin fait foi.", DOUBT)


def not_started(helper: str) -> Check:
    """The session has not begun; `helper` tells the person who asks what is left to do."""

    def check(f: Facts, today: date) -> Why | None:
        if today < f.starts_on:
            return None
        when = "commence aujourd’hui" if today == f.starts_on else "a commencé le {start}"
        return Why(f"La session {when} : un report n’est possible que jusqu’à la veille de son début.", helper)

    return check


not_started_for_the_unit = not_started(CENTRE_TELLS)
not_started_for_the_centre = not_started(DOUBT)


def only_the_unit_moves(f: Facts, today: date) -> Why | None:
    if f.status is not Status.PREPARATION or f.postponed:
        return None
    return Why("La session est « En préparation » : ses dates se modifient directement, dans « Informations pratiques ».", DOUBT)


def real_end_known(f: Facts, today: date) -> Why | None:
    if not f.postponed or f.actual_end_on is not None:
        return None
    return Why(
        "La session a été reportée automatiquement : la date réelle de fin de session doit être saisie avant les résultats.",
        f"Saisissez-la d’abord sur cette page. {DOUBT}",
    )


def end_reached(f: Facts, today: date) -> Why | None:
    if today >= f.effective_end_on:
        return None
    which = "date réelle de fin" if f.actual_end_on else "date de fin"
    return Why(f"La saisie des résultats ouvre le {{end}}, {which} de la session.", DOUBT)


def has_candidates(f: Facts, today: date) -> Why | None:
    if f.candidates:
        return None
    return Why("Aucun candidat n’est inscrit à cette session.", f"Ajoutez d’abord les candidats. {DOUBT}")


def has_jury(f: Facts, today: date) -> Why | None:
    if f.jury >= SMALLEST_JURY:
        return None
    counted = plural(f.jury, "membre habilité", "membres habilités")
    return Why(
        f"Le jury compte {counted} à la date de début : il en faut deux.",
        f"Complétez d’abord le jury. {DOUBT}",
    )


def jury_is_independent(f: Facts, today: date) -> Why | None:
    if not f.own_trainers:
        return None
    who = plural(f.own_trainers, "candidat a été formé", "candidats ont été formés")
    return Why(
        f"{who} par deux membres du jury : un seul de ses formateurs peut y siéger.",
        f"Remplacez d’abord l’un de ces membres, ou corrigez le lien déclaré. {DOUBT}",
    )
