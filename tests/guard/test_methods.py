"""Looking changes nothing, also where there is no page: pages are visited by test_pages (`tests.guard.visits`)."""

from contextlib import closing

import pytest

from tests.guard.addresses import LEFT_OUT, PAGES
from tests.guard.visits import LEFT_BY_READING, Tables, Visits
from tests.support.demonstration import Demonstration
from tests.support.world import hidden

# Where a kept form comes back to after a sign-in: it is shown again, and writes nothing.
RESUMED = {
    "centre": (
        "/calendrier/adresse",
        "/avis",
        "/demandes/1/retrait",
        "/sessions/224563/annulation",
        "/sessions/224563/candidats",
    ),
    "ud94": ("/demandes", "/demandes/1/acceptation", "/demandes/1/refus", "/supervision/tirages", "/jury", "/jury/1"),
    "national": (
        "/centres/1", "/centres/1/reouverture", "/titres/TP-01303/certificats", "/titres/TP-01303/certificats/1", "/unites/94",
        "/agrements", "/reglages", "/reglages/conservation", "/mesures/fichier", "/mesures/nouvelle", "/communication/fermeture", "/connexion",
    ),
}  # fmt: skip


def rules(demo: Demonstration) -> list[str]:
    return sorted({rule.rule for rule in demo.app.url_map.iter_rules()} - set(LEFT_OUT))


def test_what_is_left_by_reading_is_told_of_routes_that_are_there(loaded: Demonstration) -> None:
    assert set(LEFT_BY_READING) <= set(rules(loaded))


def test_looking_changes_nothing_and_head_answers_as_get_where_there_is_no_page(demo: Demonstration) -> None:
    """What only takes a form; pages are visited by test_pages."""
    told: list[str] = []
    taking = set(rules(demo)) - set(PAGES)
    for rule in sorted(taking):
        demo.restore()
        with closing(Visits(demo, rule)) as visits:
            told += visits.wrong()
    assert not told, "\n".join(told)
    assert len(taking) > 15


@pytest.mark.parametrize(("who", "address"), [(who, address) for who, some in RESUMED.items() for address in some])
def test_what_comes_back_after_a_sign_in_writes_nothing(demo: Demonstration, who: str, address: str) -> None:
    client = demo.client(who)
    token = hidden(client.get("/").text, "csrf_token")
    typed = {"last_name": "Nouvel", "born_on": "04/11/1995", "lus": "999", "mailing": "aucun", "retirer": "1", "demande": "1",
             "version-1": "1", "version": "1", "department": "94", "start": "2020-06-01", "end": "2020-07-31", "size": "3",
             "starts_on": "2020-09-01", "ends_on": "2020-09-02", "refusal": "Non.", "annuler": "1", "dte": "ud", "nom": "Essai"}  # fmt: skip
    with closing(Tables(demo)) as tables:
        answer = client.post(address, data={"csrf_token": token, "_reprise": "1", **typed})
        assert answer.status_code in (200, 302, 303, 403)
        assert not tables.changed()
