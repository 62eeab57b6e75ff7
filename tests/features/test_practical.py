"""The block « Informations pratiques » and the steps, asked of directly: what is said of each, and whom it concerns."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portal.core.outcomes import Invalid, Saved, Unchanged
from portal.features.sessions.actions import LOST, Practical, advance, check_actual_end, edit_practical, set_actual_end
from portal.rules.lifecycle import Action
from portal.rules.rights import Refused
from tests.features.test_acts import D
from tests.support.world import World

PLACE, HOUR, WHO = "12 rue des Écoles, 94000 Créteil", "08:30", "C. Roux, 01 00 00 00 00"
STANDS = Practical(None, None, PLACE, HOUR, WHO)
KEPT = "Informations pratiques enregistrées."


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    world.close()


def but(**changes: Any) -> Practical:
    """What stands, with these changes."""
    return replace(STANDS, **changes)


def edit(w: World, wanted: Practical, who: str = "centre") -> object:
    return edit_practical(w.as_(who), 1, w.get(1).version, wanted)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("field", ["place", "hour", "session_manager"])
@pytest.mark.parametrize("status", ["dte_envoye", "convocations_envoyees"])
def test_what_convened_people_know_may_change_and_not_be_emptied(w: World, status: str, field: str) -> None:
    w.session(1, "22/06/2020", "26/06/2020", status)
    assert isinstance(edit(w, but(**{field: ""})), Saved), "what was never told stays so"
    w.tell(1)
    told = edit(w, but(**{field: ""}))
    assert told == Invalid({field: LOST}) if status == "convocations_envoyees" else isinstance(told, Saved)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_stands_already_is_unchanged_for_its_centre_alone(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "en_preparation")
    assert edit(w, STANDS) == Saved(KEPT)
    assert edit(w, STANDS) == Unchanged() and isinstance(edit(w, STANDS, "ud94"), Refused)
    assert edit(w, Practical(D("2020-06-22"), D("2020-06-26"), PLACE, HOUR, WHO)) == Unchanged()
    missing = "L’adresse du lieu n’est pas complète : il manque la rue et la ville."
    assert edit(w, but(place="94000")) == Saved(f"{KEPT} Avant les convocations : {missing}")
    assert edit(w, Practical(D("2020-06-23"), None, PLACE, HOUR, WHO)) == Saved(KEPT) and w.get(1).starts_on == D("2020-06-23")


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_each_step_says_where_the_session_stands_and_a_reason_that_is_asked_for(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")

    def step(action: Action, who: str, reason: str = "") -> object:
        return advance(w.as_(who), 1, w.get(1).version, action, reason)

    at = "C’est enregistré : la session est maintenant au statut « {} »."
    assert step(Action.SEND_DTE, "ud94") == Saved(at.format("DTE envoyé"))
    missing = Invalid({"reason": "Indiquez le motif du rappel : le centre le lit."})
    assert step(Action.RECALL_DTE, "ud94") == missing
    assert step(Action.RECALL_DTE, "ud94", "Erreur") == Saved(at.format("Demande de DTE envoyée"))
    w.as_("centre")
    step(Action.SEND_DTE, "ud94")
    step(Action.RECALL_DTE, "ud94", "Mauvais sujet")
    assert str(w.scalar("SELECT body FROM notice ORDER BY id DESC LIMIT 1")).endswith("Motif : Mauvais sujet")
    assert step(Action.CANCEL, "centre", "Salle fermée") == Saved(at.format("Annulée"))


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_real_end_that_was_looked_at_leaves_a_note_and_one_that_changes_is_looked_at_again(w: World) -> None:
    w.session(1, "02/03/2020", "20/04/2020")
    w.measure()
    centre, unit = w.as_("centre"), w.as_("ud94")
    assert isinstance(set_actual_end(centre, 1, w.get(1).version, D("2020-05-11")), Saved)
    missing = check_actual_end(unit, 1, w.get(1).version, "")
    assert missing == Invalid({"note": "Indiquez ce que vous avez vérifié : la note reste dans l’historique."})
    done = Saved("Date réelle vérifiée. Votre note est dans l’historique.")
    assert check_actual_end(unit, 1, w.get(1).version, "Vu le registre") == done
    assert check_actual_end(unit, 1, w.get(1).version - 1, "Vu le registre") == Unchanged()
    assert isinstance(check_actual_end(unit, 1, w.get(1).version, "Encore"), Refused), "it was looked at"
    assert isinstance(set_actual_end(centre, 1, w.get(1).version, D("2020-05-10")), Saved) and w.get(1).facts.end_in_doubt


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "void"),
    [
        ({"place": "2 rue Neuve, 75019 Paris"}, True),
        ({"hour": "09:00"}, True),
        ({"session_manager": "A. Blanc, 01 00 00 00 00"}, False),
    ],
)
def test_papers_are_void_once_what_stood_on_them_changes_and_not_when_it_is_completed(
    w: World, changes: dict[str, str], void: bool
) -> None:
    w.session(1, "22/06/2020", "26/06/2020")
    assert edit(w, STANDS) == Saved(KEPT)
    again = " Les convocations déjà remises ne valent plus : convoquez de nouveau." if void else ""
    before = w.get(1).convocation
    assert edit(w, but(**changes)) == Saved(f"{KEPT}{again}") and w.get(1).convocation == before + void


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_is_empty_on_both_sides_of_a_conflict_reads_the_same(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "en_preparation")
    stale = w.get(1).version
    edit(w, Practical(None, None, "Autre lieu", "", ""))
    told = w.browser("centre").post("/sessions/1/informations", version=stale, place=PLACE, hour="", session_manager="")
    assert told.status_code == 409
    for label in ("Heure de convocation", "Responsable"):
        assert re.search(
            rf'{label}</th>\s*<td data-label="Enregistrée">\(vide\)</td>\s*<td data-label="Saisie">\(vide\)</td>', told.text
        )
