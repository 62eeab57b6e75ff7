"""Nobody is stuck: from every status, moved or not, a session comes to its end by what its pages say, and by nothing else."""

from collections.abc import Iterator
from datetime import date

import pytest

from portal.clock import Clock
from portal.features.candidates.importing import import_candidates
from portal.features.sessions.importing import import_sessions
from portal.features.standing.checking import verify
from portal.rules.lifecycle import ACTIVE, Status
from tests.support.hands import Hands, Reader
from tests.support.journey import CENTRE, Journey
from tests.support.world import PASSWORD, World

HEAD = "id;siret;title;kind;starts_on;ends_on;status;actual_end_on;planned_end_on;postponed_by"
# Start, end, and what says that a measure moved the end, of a session as it is taken over: nothing else is known of it.
WHEN = {
    "moved": ("02/03/2020;24/08/2020", "20/04/2020;confinement-2020"),
    "to come": ("06/07/2020;10/07/2020", ";"),
    "past": ("18/05/2020;20/05/2020", ";"),
}


@pytest.fixture
def w(world: World) -> Iterator[World]:
    for name in ("Delorme", "Haddad"):
        world.juror(name)
    yield world
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


def taken_over(w: World, when: str, status: Status, number: int = 1, *, candidates: int = 0, real: str = "") -> None:
    dates, measure = WHEN[when]
    row = f"{number};{w.sirets[0]};TP-01303;titre;{dates};{status};{real};{measure}"
    import_sessions(w.operator(), f"{HEAD}\n{row}\n".encode())
    if candidates:
        import_candidates(w.operator(), b"session;last_name;first_name;born_on\n1;Sall;Fatou;01/02/1990\n")


def people(w: World) -> dict[str, Hands]:
    """The centre and its unit, each in a browser without JavaScript."""
    found: dict[str, Hands] = {}
    for name, who in ((CENTRE, "centre"), ("UD 94", "ud94")):
        found[name] = Reader(w.browser(who).client, f"{who}@test.example", PASSWORD)
    return found


def journey(w: World, number: int = 1, walkers: dict[str, Hands] | None = None) -> Journey:
    def pass_days(to: date) -> None:
        w.today = to
        w.app().extensions["portal_clock"] = Clock(to)

    return Journey(number, walkers or people(w), w.today, pass_days)


@pytest.mark.parametrize("status", ACTIVE)
def test_a_session_comes_to_its_end(w: World, status: Status) -> None:
    walkers = people(w)
    for number, when in enumerate(WHEN, 1):
        taken_over(w, when, status, number)
        walked = journey(w, number, walkers).go()
        assert w.get(number).status is Status.LOCKED
        assert w.scalar(f"select count(*) from candidate where session_id = {number}") == 1, walked
    assert w.scalar("select count(*) from result where outcome = 'titre'") == len(WHEN)


def test_a_real_end_in_doubt_is_ticked_off_by_the_unit_on_the_way(w: World) -> None:
    taken_over(w, "moved", Status.CONVOKED, candidates=1, real="20/03/2020")
    going = journey(w)
    going.who = "UD 94"
    assert "UD 94 : Vérifiez la date réelle de fin → vérifiée" in going.go()
    assert w.get(1).actual_end_checked


@pytest.mark.parametrize("status", ACTIVE)
def test_a_session_is_called_off(w: World, status: Status) -> None:
    walkers = people(w)
    centre, unit = walkers.values()
    for number, when in enumerate(WHEN, 1):
        taken_over(w, when, status, number)
        centre.open(f"/sessions/{number}")
        centre.press("Annuler la session")
        centre.fill("Motif", "Plus de salle")
        centre.press("Annuler la session")
        for hands in walkers.values():
            hands.open(f"/sessions/{number}")
            assert (hands.status(), hands.heading()) == ("Annulée", "Rien à faire")
            assert "rien ne la rétablit" in hands.block()
        assert "Copier cette session" in centre.offers() and "Le centre peut en créer une autre" in unit.block()


def correct(unit: Hands) -> None:
    unit.tick_each("Échec")
    unit.fill("Motif", "Erreur de lecture du procès-verbal")
    unit.press("Enregistrer les corrections")


@pytest.mark.parametrize("when", ["moved", "past"])
def test_an_error_is_corrected_after_the_results_and_after_the_lock(w: World, when: str) -> None:
    taken_over(w, when, Status.CONVOKED)
    going = journey(w)
    going.go("Résultats saisis")
    centre, unit = going.people.values()
    centre.open("/sessions/1")
    assert "Demandez-en la correction à l’UD 94" in centre.block()
    centre.press("Demander une correction")
    centre.pick("Candidat")
    centre.tick_each("Échec")
    centre.fill("Motif", "Erreur de saisie")
    centre.press("Envoyer la demande")
    unit.open("/sessions/1")
    assert unit.heading() == "Répondez à la demande du centre"
    unit.press("Lire la demande n° 1 et répondre")
    unit.press("Accepter")
    unit.fill("Motif", "Vu au procès-verbal")
    unit.press("Enregistrer les corrections")
    assert w.scalar("select outcome from result") == "echec"
    going.go()
    centre.open("/sessions/1")
    assert "Adressez-vous à l’UD 94 : elle peut la déverrouiller" in centre.block()
    unit.open("/sessions/1")
    unit.press("Déverrouiller la session")
    unit.fill("Motif", "Recours du candidat")
    unit.press("Déverrouiller la session")
    unit.open("/sessions/1")
    assert unit.status() == "Résultats saisis"
    unit.press("Corriger les résultats")
    unit.tick_each("Titre obtenu")
    unit.fill("Motif", "Recours accepté")
    unit.press("Enregistrer les corrections")
    going.go()
    assert w.scalar("select outcome from result") == "titre"


@pytest.mark.parametrize("when", ["moved", "past"])
@pytest.mark.parametrize("status", [Status.RESULTS, Status.LOCKED])
def test_what_was_taken_over_without_its_results_is_filled_in_by_the_unit(w: World, when: str, status: Status) -> None:
    taken_over(w, when, status, candidates=1)
    going = journey(w)
    unit = going.people["UD 94"]
    unit.open("/sessions/1")
    if status is Status.LOCKED:
        unit.press("Déverrouiller la session")
        unit.fill("Motif", "Les résultats manquent")
        unit.press("Déverrouiller la session")
        unit.open("/sessions/1")
    unit.press("Corriger les résultats")
    correct(unit)
    going.go()
    assert w.scalar("select outcome from result") == "echec"


def test_a_dte_that_has_left_is_recalled_and_the_session_postponed(w: World) -> None:
    taken_over(w, "to come", Status.DTE_SENT)
    going = journey(w)
    centre, unit = going.people.values()
    centre.open("/sessions/1")
    assert "Demandez à l’UD 94 de rappeler le DTE" in centre.block()
    unit.open("/sessions/1")
    assert "Vous pouvez rappeler le DTE" in unit.block()
    unit.press("Rappeler le DTE")
    unit.fill("Motif", "La salle est fermée")
    unit.press("Rappeler le DTE")
    unit.open("/sessions/1")
    unit.press("Reporter la session")
    unit.fill("Nouvelle date de début", "2020-09-07")
    unit.fill("Nouvelle date de fin", "2020-09-09")
    unit.fill("Motif", "La salle est fermée")
    unit.press("Enregistrer le report")
    assert "Session reportée : du 07/09/2020 au 09/09/2020" in unit.words()
    going.go()
    assert going.today == date(2020, 9, 9)


def test_a_convened_session_is_postponed_on_request_and_its_candidates_are_convened_again(w: World) -> None:
    taken_over(w, "to come", Status.DTE_SENT)
    going = journey(w)
    going.go("Convocations envoyées")
    centre, unit = going.people.values()
    centre.open("/sessions/1")
    centre.press("Demander un report")
    centre.fill("Date de début souhaitée", "2020-09-07")
    centre.fill("Date de fin souhaitée", "2020-09-09")
    centre.fill("Motif", "La salle est fermée")
    centre.press("Envoyer la demande")
    unit.open("/sessions/1")
    assert unit.heading() == "Répondez à la demande du centre"
    unit.press("Lire la demande n° 1 et répondre")
    unit.press("Accepter")
    centre.open("/sessions/1")
    assert centre.heading() == "Convoquez de nouveau"
    walked = going.go()
    assert "centre : Convoquez de nouveau → Convocations envoyées" in walked and going.today == date(2020, 9, 9)


def test_without_anybody_accredited_the_centre_is_told_whom_to_ask(world: World) -> None:
    taken_over(world, "to come", Status.PREPARATION, candidates=1)
    going = journey(world)
    centre, unit = going.people.values()
    centre.open("/sessions/1")
    centre.press("Choisir le jury")
    assert "L’UD 94 tient la liste des membres" in centre.words()
    for name in ("Delorme", "Haddad"):
        unit.open("/")
        unit.press("Jurys")
        unit.fill("Nom", name)
        unit.press("Ajouter le membre")
        unit.pick("Titre professionnel")
        unit.fill("Habilité(e) du", "2020-01-01")
        unit.fill("Habilité(e) jusqu’au", "2021-12-31")
        unit.press("Ajouter l’habilitation")
    going.go()
    world.close()
