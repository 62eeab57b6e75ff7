"""What each check says of a session, word for word, and of which sessions it says nothing."""

from datetime import date
from typing import Any

import pytest

from portal.rules import checks
from portal.rules.attendance import Half
from portal.rules.centres import may_begin
from portal.rules.lifecycle import Status
from portal.rules.lines import Allowed, Check, Refused
from portal.rules.minutes import Minutes
from portal.rules.whereabouts import device_in_words, place_in_words
from tests.support.facts import TODAY, facts_of

D = date.fromisoformat
S, M = Status, Minutes
EVE, MORROW = D("2020-06-14"), D("2020-06-16")


@pytest.mark.parametrize(
    ("check", "more", "says"),
    [
        (checks.start_may_move, {"postponed": False}, ""),
        (checks.start_may_move, {"postponed": True}, "La session a été reportée automatiquement : sa date de début ne change plus"),
        (checks.unit_postpones, {"starts_on": MORROW}, "elle procède par un report de session."),
        (checks.unit_postpones, {"starts_on": TODAY}, "elle procède par un report de session."),
        (checks.unit_postpones, {"postponed": True, "starts_on": MORROW}, "elle procède par un report de session."),
        (checks.unit_postpones, {"postponed": True, "starts_on": TODAY}, "le centre indique les jours d’examen."),
        (checks.moved_by_a_measure, {"postponed": True}, ""),
        (checks.moved_by_a_measure, {"postponed": False}, "n’a pas été reportée automatiquement : sa date de fin fait foi."),
        (checks.not_started_for_the_unit, {"starts_on": MORROW}, ""),
        (checks.not_started_for_the_unit, {"starts_on": TODAY}, "La session commence aujourd’hui : un report"),
        (checks.not_started_for_the_unit, {"starts_on": EVE}, "La session a commencé le {start} : un report"),
        (checks.not_started_for_the_unit, {"starts_on": EVE, "postponed": True}, "ses jours d’examen se choisissent sans report."),
        (
            checks.not_started_for_the_unit,
            {"starts_on": EVE, "postponed": True, "status": S.RESULTS},
            "La session a commencé le {start} : un report",
        ),
        (checks.only_the_unit_moves, {"status": S.PREPARATION}, "ses dates se modifient directement"),
        (checks.only_the_unit_moves, {"status": S.PREPARATION, "postponed": True}, ""),
        (checks.only_the_unit_moves, {"status": S.CONVOKED}, ""),
        (checks.real_end_known, {"postponed": False}, ""),
        (checks.real_end_known, {"postponed": True}, "la date réelle de fin de session doit être saisie avant les résultats."),
        (checks.real_end_known, {"postponed": True, "actual_end_on": TODAY}, ""),
        (checks.end_reached, {"ends_on": TODAY}, ""),
        (checks.end_reached, {"ends_on": MORROW}, "ouvre le {end}, date de fin de la session."),
        (checks.end_reached, {"ends_on": EVE, "actual_end_on": MORROW}, "ouvre le {end}, date réelle de fin de la session."),
        (checks.has_candidates, {"candidates": 1}, ""),
        (checks.has_candidates, {"candidates": 0}, "Aucun candidat n’est inscrit à cette session."),
        (checks.somebody_stays, {"candidates": 1}, "C’est le dernier candidat d’une session"),
        (checks.somebody_stays, {"candidates": 2}, ""),
        (checks.somebody_stays, {"candidates": 1, "status": S.DTE_SENT}, ""),
        (checks.request_answered, {"open_request": None}, ""),
        (checks.request_answered, {"open_request": 3}, "La demande n° 3 du centre attend une réponse"),
        (checks.has_days, {"postponed": True}, "Les jours d’examen ne sont pas indiqués"),
        (checks.has_days, {"postponed": True, "exam_starts_on": TODAY}, ""),
        (checks.days_to_come, {"postponed": True, "exam_ends_on": EVE}, "sont passés (le dernier était le 14/06/2020)"),
        (checks.days_to_come, {"postponed": True, "exam_ends_on": TODAY}, ""),
        (checks.days_to_come, {"postponed": True, "exam_ends_on": None}, ""),
        (checks.days_to_come, {"postponed": False, "exam_ends_on": EVE}, ""),
        (checks.days_to_come, {"postponed": True, "exam_ends_on": EVE, "actual_end_on": EVE}, ""),
        (checks.has_hour, {"hour": ""}, "L’heure de convocation n’est pas indiquée."),
        (checks.has_place, {"place": ""}, "Le lieu n’est pas indiqué."),
        (checks.has_place, {"place": "94000"}, "n’est pas complète : il manque la rue et la ville."),
        (checks.has_manager, {"manager": ""}, "Le responsable de session n’est pas indiqué."),
        (checks.has_manager, {"manager": "Mme Martin"}, "Il manque un téléphone ou une adresse électronique"),
        (checks.somebody_unconvened, {"unconvened": 1}, ""),
        (checks.somebody_unconvened, {"unconvened": 0}, "Tous les candidats sont convoqués pour ces jours."),
        (checks.real_end_to_check, {"actual_end_on": MORROW}, ""),
        (checks.real_end_to_check, {}, "Aucune date réelle de fin n’est à vérifier"),
        (checks.has_jury, {"jury": 2}, ""),
        (checks.has_jury, {"jury": 1}, "Le jury compte 1 membre habilité à la date de début : il en faut deux."),
        (checks.has_jury, {"jury": 0, "postponed": True}, "Le jury compte 0 membre habilité au premier jour de l’examen"),
        (checks.jury_is_independent, {"own_trainers": 0}, ""),
        (checks.jury_is_independent, {"own_trainers": 2}, "2 candidats ont été formés par deux membres du jury"),
        (checks.not_verified, {"minutes": M.REFUSED}, ""),
        (checks.not_verified, {"minutes": M.VERIFIED}, "L’{unit} a vérifié le procès-verbal"),
        (checks.deposited, {"minutes": M.DEPOSITED}, ""),
        (checks.deposited, {"minutes": M.AWAITED}, "Aucun procès-verbal signé n’est déposé."),
    ],
)  # fmt: skip
def test_each_check_says_why_not_or_nothing(check: Check, more: dict[str, Any], says: str) -> None:
    why = check(facts_of(**more), TODAY)
    assert (says in why.reason and why.helper.endswith(".")) if why and says else (why is None and not says)


@pytest.mark.parametrize(
    ("more", "lacks", "whole"),
    [
        ({}, 0, True),
        ({"place": "", "manager": "", "hour": ""}, 0, False),  # what is not written yet is not incomplete
        ({"place": "94000"}, 1, False),
        ({"place": "94000", "manager": "Mme Martin"}, 2, False),
        ({"hour": ""}, 0, False),
    ],
)
def test_what_is_written_of_the_place_and_of_whom_to_call_is_incomplete_or_whole(
    more: dict[str, Any], lacks: int, whole: bool
) -> None:
    facts = facts_of(**more)
    assert len(checks.incomplete(facts, TODAY)) == lacks and checks.where_and_whom(facts, TODAY) is whole


def test_a_centre_that_is_closed_begins_nothing_and_each_half_day_has_its_name() -> None:
    assert isinstance(may_begin(None, "UD 94"), Allowed)
    closed = may_begin(TODAY, "UD 94")
    assert isinstance(closed, Refused) and "depuis le 15/06/2020" in closed.reason and closed.ask_unit
    assert [half.label for half in Half] == ["Matin", "Après-midi"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1", "depuis la machine du portail"),
        ("10.0.0.7", "réseau interne, adresse 10.0.0.7"),
        ("93.184.216.34", "adresse 93.184.216.34"),
        ("", "adresse inconnue"),
    ],
)
def test_an_address_says_what_kind_of_place_it_is(address: str, words: str) -> None:
    assert place_in_words(address) == words
    assert [device_in_words(called) for called in ("Firefox, Windows", "")] == ["Firefox sur Windows", "Navigateur inconnu"]
