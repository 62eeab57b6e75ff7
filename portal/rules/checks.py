"""What else must hold for a right, beside its role and its statuses: each check gives None, or why it does not."""

from collections.abc import Callable
from datetime import date

from portal.rules.facts import Facts
from portal.rules.french import day, plural
from portal.rules.lifecycle import ACTIVE, Status
from portal.rules.lines import ASK, CENTRE_KNOWS, CENTRE_TELLS, DOUBT, Check, Why
from portal.rules.minutes import KEPT, Minutes
from portal.rules.reaching import address_lacks, can_be_called

SMALLEST_JURY = 2


def start_may_move(f: Facts, today: date) -> Why | None:
    """No measure has moved the session: its start is not a date left behind."""
    if not f.postponed:
        return None
    why = "La session a été reportée automatiquement : sa date de début ne change plus, ses jours d’examen s’indiquent à part."
    return Why(why, f"Un doute ? {ASK}")


def start_stays_or(otherwise: Why) -> Callable[[Facts, date], Why]:
    """The start of a moved session is fixed at every status; of the others `otherwise` says why."""
    return lambda f, today: start_may_move(f, today) or otherwise


def unit_postpones(f: Facts, today: date) -> Why:
    """What the unit reads of the dates in the practical block: it postpones, where a postponement is still open to it."""
    if f.postponed and not_started_for_the_unit(f, today):
        why = "L’{unit} ne modifie pas ce bloc : d’une session reportée automatiquement, le centre indique les jours d’examen."
        return Why(why, CENTRE_KNOWS)
    return Why("L’{unit} ne modifie pas ce bloc : elle procède par un report de session.", CENTRE_KNOWS)


def moved_by_a_measure(f: Facts, today: date) -> Why | None:
    """A measure has moved the session (domain.md 4)."""
    if f.postponed:
        return None
    return Why("La session n’a pas été reportée automatiquement : sa date de fin fait foi.", DOUBT)


def not_started(helper: str, moved: str) -> Check:
    """The session has not begun; `helper` tells the person who asks what is left to do, `moved` the same of a session that a
    measure has moved."""

    def check(f: Facts, today: date) -> Why | None:
        if today < f.starts_on:
            return None
        if f.postponed and f.status in ACTIVE:
            return Why("La session a été reportée automatiquement : ses jours d’examen se choisissent sans report.", moved)
        when = "commence aujourd’hui" if today == f.starts_on else "a commencé le {start}"
        return Why(f"La session {when} : un report n’est possible que jusqu’à la veille de son début.", helper)

    return check


not_started_for_the_unit = not_started(CENTRE_TELLS, "Le responsable de session du centre les indique lui-même.")
not_started_for_the_centre = not_started(DOUBT, f"Indiquez-les dans « Jours d’examen ». {DOUBT}")


def dte_has_left(recall: str, not_started: Check) -> Callable[[Facts, date], Why]:
    """« DTE envoyé » is not in the newsletter's list of statuses; `recall` names the way out, while there is one."""

    def words(f: Facts, today: date) -> Why:
        begun = not_started(f, today)
        return begun or Why("Le DTE est déjà envoyé : à ce statut, la session ne peut pas être reportée.", recall)

    return words


RECALL = "rappeler le DTE : la session reviendra au statut « Demande de DTE envoyée », et pourra être reportée."
recall_first = dte_has_left(f"Vous pouvez {RECALL}", not_started_for_the_unit)
ask_to_recall = dte_has_left(f"Demandez à l’{{unit}} de {RECALL}", not_started_for_the_centre)


def only_the_unit_moves(f: Facts, today: date) -> Why | None:
    """The centre could not simply change the dates itself."""
    if f.status is not Status.PREPARATION or f.postponed:
        return None
    return Why("La session est « En préparation » : ses dates se modifient directement, dans « Informations pratiques ».", DOUBT)


def real_end_known(f: Facts, today: date) -> Why | None:
    """The real end date of a moved session is entered (domain.md 6)."""
    if not f.postponed or f.actual_end_on is not None:
        return None
    return Why(
        "La session a été reportée automatiquement : la date réelle de fin de session doit être saisie avant les résultats.",
        f"Saisissez-la d’abord sur cette page. {DOUBT}",
    )


def end_reached(f: Facts, today: date) -> Why | None:
    """The (real) end date is today or past."""
    if today >= f.effective_end_on:
        return None
    which = "date réelle de fin" if f.actual_end_on else "date de fin"
    return Why(f"La saisie des résultats ouvre le {{end}}, {which} de la session.", DOUBT)


def has_candidates(f: Facts, today: date) -> Why | None:
    """Somebody is on the session."""
    if f.candidates:
        return None
    return Why("Aucun candidat n’est inscrit à cette session.", f"Ajoutez d’abord les candidats. {DOUBT}")


def somebody_stays(f: Facts, today: date) -> Why | None:
    """A convened session keeps a candidate: without any it would have neither results nor an end (domain.md 3)."""
    if f.status is not Status.CONVOKED or f.candidates != 1:
        return None
    return Why(
        "C’est le dernier candidat d’une session dont les convocations sont envoyées : elle ne peut pas rester sans candidat.",
        f"Inscrivez d’abord une autre personne ou, si l’examen n’a pas lieu, annulez la session. {DOUBT}",
    )


def request_answered(f: Facts, today: date) -> Why | None:
    """No request of the centre waits for its unit: once locked, nothing could be corrected (domain.md 7)."""
    if f.open_request is None:
        return None
    return Why(
        f"La demande n° {f.open_request} du centre attend une réponse : une session verrouillée ne se corrige plus.",
        "Répondez-y d’abord : acceptée, refusée ou retirée, elle n’empêche plus de verrouiller.",
    )


def has_days(f: Facts, today: date) -> Why | None:
    """The days of the exam are known (domain.md 8a)."""
    if f.first_day is not None:
        return None
    return Why(
        "Les jours d’examen ne sont pas indiqués : la mesure n’a reporté que la date de fin.",
        f"Indiquez d’abord le premier et le dernier jour. {DOUBT}",
    )


def days_to_come(f: Facts, today: date) -> Why | None:
    """The days that the centre of a moved session has stated are not all past; where its exam did take place, its real end date
    says so, and whoever came is then recorded as convened."""
    if not f.postponed or f.exam_ends_on is None or today <= f.exam_ends_on or f.actual_end_on:
        return None
    why = f"Les jours d’examen indiqués sont passés (le dernier était le {day(f.exam_ends_on)}) : personne n’y est plus convoqué."
    helper = f"Indiquez les jours d’examen à venir ; si l’examen a eu lieu, saisissez d’abord sa date réelle de fin. {DOUBT}"
    return Why(why, helper)


def has_hour(f: Facts, today: date) -> Why | None:
    """The hour of the convocation is known."""
    return None if f.hour else Why("L’heure de convocation n’est pas indiquée.", f"Indiquez d’abord l’heure. {DOUBT}")


def has_place(f: Facts, today: date) -> Why | None:
    """The address is known, and whole."""
    helper = f"Indiquez d’abord l’adresse complète. {DOUBT}"
    if not f.place:
        return Why("Le lieu n’est pas indiqué.", helper)
    lacks = address_lacks(f.place)
    if not lacks:
        return None
    return Why(f"L’adresse du lieu n’est pas complète : il manque {' et '.join(lacks)}.", helper)


def has_manager(f: Facts, today: date) -> Why | None:
    """It is known whom to call, and how."""
    helper = f"Indiquez d’abord qui appeler. {DOUBT}"
    if not f.manager:
        return Why("Le responsable de session n’est pas indiqué.", helper)
    if can_be_called(f.manager):
        return None
    return Why("Il manque un téléphone ou une adresse électronique pour joindre le responsable de session.", helper)


def incomplete(f: Facts, today: date) -> list[str]:
    """What is written of the place and of whom to call, and will not do for a convocation: each as a sentence."""
    return [why.reason for check, told in ((has_place, f.place), (has_manager, f.manager)) if told and (why := check(f, today))]


def where_and_whom(f: Facts, today: date) -> bool:
    """Whether the practical block tells all that a convocation needs of it: hour, address, whom to call."""
    return not any(check(f, today) for check in (has_hour, has_place, has_manager))


def somebody_unconvened(f: Facts, today: date) -> Why | None:
    """Somebody holds no convocation that still stands."""
    return None if f.unconvened else Why("Tous les candidats sont convoqués pour ces jours.", DOUBT)


def real_end_to_check(f: Facts, today: date) -> Why | None:
    """The real end date lies past the postponed one or within the lockdown, and the unit has not looked at it."""
    if f.end_in_doubt:
        return None
    return Why("Aucune date réelle de fin n’est à vérifier sur cette session.", CENTRE_TELLS)


def has_jury(f: Facts, today: date) -> Why | None:
    """At least two members of the jury are accredited (domain.md 2)."""
    if f.jury >= SMALLEST_JURY:
        return None
    counted = plural(f.jury, "membre habilité", "membres habilités")
    when = "au premier jour de l’examen" if f.postponed else "à la date de début"
    return Why(
        f"Le jury compte {counted} {when} : il en faut deux.",
        f"Complétez d’abord le jury. {DOUBT}",
    )


def jury_is_independent(f: Facts, today: date) -> Why | None:
    """No candidate was trained by two members of the jury or more."""
    if not f.own_trainers:
        return None
    who = plural(f.own_trainers, "candidat a été formé", "candidats ont été formés")
    return Why(
        f"{who} par deux membres du jury : un seul de ses formateurs peut y siéger.",
        f"Remplacez d’abord l’un de ces membres, ou corrigez le lien déclaré. {DOUBT}",
    )


def not_verified(f: Facts, today: date) -> Why | None:
    """The unit has not found the signed minutes good: they are replaced no more (domain.md 8a)."""
    if f.minutes is not Minutes.VERIFIED:
        return None
    return Why(
        "L’{unit} a vérifié le procès-verbal : il ne se remplace plus.",
        "S’il y a une erreur, adressez-vous à l’{unit} : elle peut le refuser, et vous en déposez un autre.",
    )


def deposited(f: Facts, today: date) -> Why | None:
    """Signed minutes are there to be checked."""
    return None if f.minutes in KEPT else Why("Aucun procès-verbal signé n’est déposé.", CENTRE_TELLS)
