"""The names on the screen that people, scripts and help texts rely on, to the letter: what a label, a button or a heading says, no
word more, nor less."""

from collections.abc import Iterator

import pytest

from tests.support.demonstration import SIGNED_OUT, Demonstration
from tests.support.reading import Element, parse

LABELS = ("label", "legend")
DOORS = ("button", "a")  # what leads on, where it stands
HEADINGS = ("h1", "h2", "h3")

DATES = ("Date de début", "Date de fin")
NAMES: dict[tuple[str, str], dict[tuple[str, ...], tuple[str, ...]]] = {
    (SIGNED_OUT, "/connexion"): {
        LABELS: ("Adresse électronique", "Mot de passe"),
        DOORS: ("Se connecter", "Mot de passe oublié"),
    },
    (SIGNED_OUT, "/connexion/oubli"): {LABELS: ("Adresse électronique",), DOORS: ("Recevoir un lien",)},
    (SIGNED_OUT, "/verifier"): {LABELS: ("Code du document",), DOORS: ("Vérifier",)},
    ("centre", "/compte"): {
        LABELS: ("Mot de passe actuel", "Nouveau mot de passe", "Nouveau mot de passe, encore une fois"),
        DOORS: ("Changer le mot de passe", "Activer le second facteur", "Se déconnecter"),
    },
    ("centre", "/sessions/224566"): {HEADINGS: ("Informations pratiques",), DOORS: ("Modifier", "Demander un report")},
    ("centre", "/sessions/224563/informations"): {LABELS: DATES, DOORS: ("Enregistrer",)},
    ("centre", "/sessions/224561"): {LABELS: ("Date réelle de fin de session",), DOORS: ("Enregistrer la date réelle",)},
    ("centre", "/sessions/224562/resultats"): {DOORS: ("Enregistrer le brouillon", "Valider la saisie des résultats")},
    ("centre", "/sessions/224566/demande-report"): {LABELS: ("Date de début souhaitée", "Date de fin souhaitée", "Motif")},
    ("centre", "/sessions/224563"): {DOORS: ("Demander le DTE", "Annuler la session")},
    ("centre", "/sessions/224564"): {DOORS: ("Envoyer les convocations",)},
    ("ud94", "/sessions/224564"): {DOORS: ("Rappeler le DTE",)},
    ("ud94", "/sessions/224564/rappel-dte"): {LABELS: ("Motif",), DOORS: ("Rappeler le DTE",)},
    ("national", "/mesures/passages/1/reprise"): {DOORS: ("Annuler l’application n° 1",)},
    ("centre", "/sessions/224563/annulation"): {LABELS: ("Motif",), DOORS: ("Annuler la session",)},
    ("ud94", "/sessions/224566/report"): {
        LABELS: ("Nouvelle date de début", "Nouvelle date de fin", "Motif"),
        DOORS: ("Enregistrer le report",),
    },
    ("ud94", "/sessions/224566"): {DOORS: ("Reporter la session", "Envoyer le DTE")},
    ("ud94", "/sessions/224565"): {DOORS: ("Corriger les résultats", "Verrouiller la session")},
    ("ud94", "/sessions/224565/resultats/correction"): {LABELS: ("Motif",), DOORS: ("Enregistrer les corrections",)},
    ("ud94", "/sessions/224567/deverrouillage"): {LABELS: ("Motif",), DOORS: ("Déverrouiller la session",)},
    ("ud94", "/demandes/1"): {LABELS: ("Motif du refus",), DOORS: ("Accepter", "Refuser")},
    ("centre", "/sessions/224581/jours-examen"): {LABELS: ("Premier jour", "Dernier jour", "Heure de convocation")},
    ("national", "/comptes/invitation"): {
        LABELS: ("Adresse électronique", "Nom", "Rôle", "Centre (SIRET)", "Département", "Région"),
        DOORS: ("Envoyer l’invitation",),
    },
}


def said(page: str, tags: tuple[str, ...]) -> set[str]:
    """What the tags of these names say, and what a control is called aloud."""

    def words(one: Element) -> Iterator[str]:
        yield from (" ".join(one.words(unseen).split()) for unseen in (True, False))
        yield one.attributes.get("aria-label", "")

    return {name for one in parse(page).all(*tags) for name in words(one)}


@pytest.mark.parametrize(("who", "address"), NAMES, ids=[f"{who}{address.replace('/', '-')}" for who, address in NAMES])
def test_what_is_relied_on_is_called_so_to_the_letter(demo: Demonstration, who: str, address: str) -> None:
    page = demo.client(who).get(address)
    assert page.status_code == 200
    for tags, names in NAMES[who, address].items():
        assert set(names) <= said(page.text, tags), (tags, sorted(set(names) - said(page.text, tags)))
