"""What the README and the demonstration's own page say to try is walked, each line word for word, by the person to whom it says so."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.demo.data import PASSWORD
from tests.support.demonstration import EMAILS, SIGNED_OUT, Demonstration
from tests.support.hands import Reader
from tests.support.reading import parse

README = (Path(__file__).parents[2] / "README.md").read_text()
Walk = Callable[[Reader], None]
WALKS: dict[tuple[str, str], Walk] = {}


def lines() -> set[tuple[str, str]]:
    """Who is told to try what."""
    rows = re.findall(r"^\| `([\w-]+@demo\.example)` \|.*?\| (.*) \|$", README, re.MULTILINE)
    roles = {email: role for role, email in EMAILS.items()}
    found = {(roles[email], words) for email, cell in rows for words in cell.split(" ; ")}
    moved = re.search(r"une par étape \(compte `centre@demo\.example`\) : (.*?)\n\n", README, re.DOTALL)
    assert moved
    found |= {("centre", words) for words in re.split(r" ; |\. ", " ".join(moved[1].split()).rstrip("."))}
    return found


def offered(demo: Demonstration) -> dict[tuple[str, str], str]:
    """What the page « À essayer » says to try, and to whom: where each line leads."""
    page = parse(demo.client(SIGNED_OUT).get("/a-essayer").text)
    roles = {email: role for role, email in EMAILS.items()}
    sections = [one for one in page.all("section") if "aria-labelledby" in one.attributes]
    return {
        (roles[next(section.all("code")).words()], link.words()): link.attributes["href"]
        for section in sections
        for link in section.all("a")
    }


def tries(who: str, words: str) -> Callable[[Walk], Walk]:
    """This line of the README, as a walk."""

    def keep(walk: Walk) -> Walk:
        WALKS[who, words] = walk
        return walk

    return keep


def reads(who: str, words: str, path: str, *said: str) -> None:
    """A line that is tried by reading a page: what it must say."""

    def walk(hands: Reader) -> None:
        hands.open(path)
        for one in said:
            assert one in hands.words(), one

    WALKS[who, words] = walk


def does(who: str, words: str, number: int, heading: str, *presses: str) -> None:
    """A line about a session: what its next step says, and what is pressed there."""

    def walk(hands: Reader) -> None:
        hands.open(f"/sessions/{number}")
        assert hands.heading().startswith(heading), hands.heading()
        for one in presses:
            hands.press(one)

    WALKS[who, words] = walk


reads("centre", "l’accueil et ce qui attend", "/", "Voici ce qui attend votre centre", "À faire, par date")
reads(
    "centre",
    "224575 : en retard, sans candidat ni jury",
    "/sessions/224575",
    "En retard de",
    "Aucun candidat",
    "Personne ne siège",
)
reads("autre-centre", "ne voit que ses sessions", "/sessions", "224574")
reads("autre-centre", "224574 : la réussite partielle que 224573 complète", "/sessions/224574", "ABEILLE", "Réussite partielle")
reads("ud94", "Supervision", "/supervision", "Supervision")
reads("ud75", "les sessions de Paris", "/sessions", "(75)")
does("centre", "224581, demander le DTE", 224581, "Demandez le DTE", "Demander le DTE")
does("centre", "224582, le DTE est attendu", 224582, "Attendez le DTE")
does("centre", "224583, indiquer les jours d’examen", 224583, "Envoyez les convocations", "Indiquer les jours d’examen")
does("centre", "224584, convoquer", 224584, "Envoyez les convocations", "Envoyer les convocations")
does("centre", "224586, convoquer de nouveau", 224586, "Convoquez de nouveau", "Convoquer de nouveau")
does("centre", "224585, attendre le dernier jour", 224585, "Rien à faire jusqu’au 03/07/2020")
does("centre", "224587 : un DTE rappelé", 224587, "Attendez le DTE")
reads("centre", "224849 : une session sur un titre en prolongation", "/sessions/224849", "TP-EX002")
reads("centre", "Titre échu depuis l’urgence sanitaire (TP-EX001) : « Demandes »", "/demandes", "titre échu", "TP-EX001")


@tries("centre", "session 224561 : saisir la date réelle, puis les résultats")
def _(hands: Reader) -> None:
    hands.open("/sessions/224561")
    hands.fill("Date réelle de fin de session", "2020-06-12")
    hands.press("Enregistrer la date réelle")
    hands.press("Saisir les résultats")
    hands.tick_each("Titre obtenu")
    hands.press("Valider la saisie des résultats")
    hands.press("Oui, valider les résultats")
    assert hands.status() == "Résultats saisis"


@tries("centre", "224566 : « Demander un report »")
def _(hands: Reader) -> None:
    hands.open("/sessions/224566")
    hands.press("Demander un report")
    hands.fill("Date de début souhaitée", "2020-07-06")
    hands.fill("Date de fin souhaitée", "2020-07-10")
    hands.fill("Motif", "Salle fermée")
    hands.press("Envoyer la demande")
    assert "Demande envoyée" in hands.words()


@tries("centre", "224562 : quarante résultats et la question")
def _(hands: Reader) -> None:
    hands.open("/sessions/224562")
    hands.press("Saisir les résultats")
    assert hands.words().count("Titre obtenu") == 1 + 40
    hands.tick_each("Absent")
    hands.press("Valider la saisie des résultats")
    assert "Êtes-vous sûr d’avoir saisi la date RÉELLE de fin de session ?" in hands.words()


@tries("centre", "224573 : un titre obtenu par cumul de CCP, et son attestation")
def _(hands: Reader) -> None:
    hands.open("/sessions/224573")
    hands.press("Tous les documents")
    assert "Attestation de réussite" in hands.words()
    hands.open("/sessions/224573/candidats")
    hands.press("ABEILLE Maïwenn")
    assert "Titre obtenu par cumul" in hands.words()


@tries("centre", "« Créer une session »")
def _(hands: Reader) -> None:
    hands.open("/")
    hands.press("Sessions")
    hands.press("Créer une session")
    hands.fill("Date de début", "2020-09-14")
    hands.fill("Date de fin", "2020-09-18")
    hands.pick("Titre professionnel")
    hands.fill("Lieu", "12 rue des Écoles, 94000 Créteil")
    hands.press("Créer la session")
    assert "Session créée" in hands.words()


@tries("ud94", "répondre aux demandes depuis l’accueil")
def _(hands: Reader) -> None:
    hands.open("/")
    hands.press("Accepter la demande n° 1")
    assert "Demande acceptée" in hands.words()


@tries("ud94", "224565 : corriger un résultat, verrouiller")
def _(hands: Reader) -> None:
    hands.open("/sessions/224565")
    hands.press("Corriger les résultats")
    hands.tick_each("Absent")
    hands.fill("Motif", "Erreur de lecture")
    hands.press("Enregistrer les corrections")
    assert "Corrections enregistrées" in hands.words()
    hands.press("Verrouiller la session")
    assert hands.status() == "Verrouillée"


@tries("ud94", "224566 : reporter")
def _(hands: Reader) -> None:
    hands.open("/sessions/224566")
    hands.press("Reporter la session")
    hands.fill("Nouvelle date de début", "2020-07-06")
    hands.fill("Nouvelle date de fin", "2020-07-10")
    hands.fill("Motif", "Salle fermée")
    hands.press("Enregistrer le report")
    assert "Session reportée : du 06/07/2020 au 10/07/2020" in hands.words()


@tries("ud94", "Jurys : membres et habilitations")
def _(hands: Reader) -> None:
    hands.open("/")
    hands.press("Jurys")
    assert "Habilitations" in hands.words()
    hands.fill("Nom", "Nouvelle")
    hands.press("Ajouter le membre")
    hands.pick("Titre professionnel")
    hands.fill("Habilité(e) du", "2020-01-01")
    hands.fill("Habilité(e) jusqu’au", "2021-12-31")
    hands.press("Ajouter l’habilitation")
    assert "31/12/2021" in hands.words()


@tries("region", "les départements côte à côte, Supervision, Chiffres, exporter")
def _(hands: Reader) -> None:
    hands.open("/")
    assert "Département par département" in hands.words()
    for rubric in ("Supervision", "Chiffres", "Sessions"):
        hands.press(rubric)
    assert "Exporter ce que montre cette liste" in hands.words()


@tries("national", "Mesures : essai à blanc, appliquer, annuler une application")
def _(hands: Reader) -> None:
    hands.open("/")
    hands.press("Mesures")
    hands.press("Essai à blanc")
    assert "Rien n’a été modifié" in hands.words()
    for label, act in (
        ("Tapez le nombre de sessions", "Appliquer la mesure"),
        ("Tapez le nombre de sessions à rétablir", "Annuler l’application n° 2"),
    ):
        if act.startswith("Annuler"):
            hands.press(act)
        number = re.search(r"(\d+), pour confirmer que vous l’avez lu", hands.words())
        assert number, hands.words()
        hands.fill(label, number[1])
        hands.press(act)
    assert "Application n° 2 annulée" in hands.words()


@tries("national", "Lettres : écrire, annoncer une fermeture")
def _(hands: Reader) -> None:
    hands.open("/")
    hands.press("Communication")
    hands.press("Écrire une lettre")
    hands.fill("Titre", "Une version 1.10")
    hands.fill("Lettre", "Bonjour.")
    hands.press("Publier la lettre")
    assert "Une version 1.10" in hands.words()
    hands.press("Communication")
    hands.press("Annoncer une fermeture")
    hands.fill("Jour", "2020-06-22")
    hands.fill("De", "12:00")
    hands.fill("À", "15:00")
    hands.fill("Raison", "Nouvelle version")
    hands.press("Annoncer la fermeture")
    assert "Fermeture annoncée" in hands.words()


for rubric in ("Comptes", "Agréments", "Réglages"):
    reads("national", rubric, f"/{rubric.lower().replace('é', 'e')}", rubric)


# ---- what the rules say, on the page alone

does("centre", "224564 : DTE envoyé ; pour changer de dates, l’UD le rappelle", 224564, "Envoyez les convocations")
does("centre", "224563 : « Copier cette session »", 224563, "Demandez le DTE", "Copier cette session")
reads(
    "centre",
    "224571 : des résultats sans question ; la page dit qui les corrigera ensuite",
    "/sessions/224571/resultats",
    "Ensuite, seule l’UD 94 pourra corriger",
)
reads("centre", "« abeille » dans la recherche : la liste dit quel candidat", "/sessions?q=abeille", "candidat : ABEILLE Maïwenn")
reads(
    "centre",
    "224561 telle qu’elle était le 17/03/2020",
    "/sessions/224561?au=17/03/2020",
    "lundi 20 avril 2020",
    "aujourd’hui : lundi 24 août 2020",
)
reads(
    "ud94",
    "« En retard » : depuis quand, et à qui d’agir",
    "/sessions?vue=en-retard",
    "En retard depuis le",
    "c’est au centre de convoquer",
)
reads("ud94", "demande n° 5, sur un titre échu : elle s’examine seule", "/demandes", "À examiner seule")
reads("region", "224582 : qui est attendu, et pour quoi", "/sessions/224582", "L’UD 94 doit envoyer le DTE.")
reads("national", "importer des sessions déjà reportées ailleurs, par un fichier", "/sessions/fichier", "la clé de cette mesure")
reads(
    "national", "une mesure ne touche rien de ce qui est clos", "/mesures/nouvelle", "verrouillée ou annulée n’est jamais touchée"
)


@tries("centre", "224566 : un report demandé pour un samedi se confirme, la date en toutes lettres")
def _(hands: Reader) -> None:
    hands.open("/sessions/224566/demande-report")
    hands.fill("Date de début souhaitée", "2020-07-11")
    hands.fill("Date de fin souhaitée", "2020-07-17")
    hands.fill("Motif", "Salle fermée")
    hands.press("Envoyer la demande")
    assert "samedi 11 juillet 2020" in hands.words() and "Rien n’est encore enregistré" in hands.words()


@tries("centre", "224565 : « Demander une correction » d’un résultat enregistré")
def _(hands: Reader) -> None:
    hands.open("/sessions/224565")
    hands.press("Demander une correction")
    hands.pick("Candidat")
    hands.tick_each("Absent")
    hands.fill("Motif", "Erreur de saisie")
    hands.press("Envoyer la demande")
    assert "Demande envoyée" in hands.words()


@tries("centre", "224585 : retirer un candidat après les convocations, avec un motif")
def _(hands: Reader) -> None:
    hands.open("/sessions/224585/candidats")
    hands.press("Retirer MARTIN Léa")
    hands.fill("Motif", "Inscrite par erreur")
    hands.press("Retirer de la session")
    assert "2 candidats" in hands.words()


@tries("ud94", "224564 : rappeler le DTE, avec un motif")
def _(hands: Reader) -> None:
    hands.open("/sessions/224564")
    hands.press("Rappeler le DTE")
    hands.fill("Motif", "Le sujet n’est pas le bon")
    hands.press("Rappeler le DTE")
    assert hands.status() == "Demande de DTE envoyée"


@tries("ud94", "224569 : vérifier une date réelle qui dépasse la fin reportée, avec une note")
def _(hands: Reader) -> None:
    hands.open("/sessions/224569")
    hands.press("Marquer comme vérifiée")
    hands.fill("Ce que vous avez vérifié", "Le responsable le confirme.")
    hands.press("Marquer comme vérifiée")
    assert "Date réelle vérifiée" in hands.words()


@tries("ud94", "demande n° 1 : ce que d’autres dates changent se lit avant d’accepter")
def _(hands: Reader) -> None:
    hands.open("/demandes/1")
    hands.fill("Date de début accordée", "2020-07-18")
    hands.press("Voir ce que cela change")
    assert "samedi 18 juillet 2020" in hands.words() and "Accepter" in hands.words()


@tries("ud94", "224567 : déverrouiller, avec un motif")
def _(hands: Reader) -> None:
    hands.open("/sessions/224567")
    hands.press("Déverrouiller la session")
    hands.fill("Motif", "Recours d’un candidat")
    hands.press("Déverrouiller la session")
    assert hands.status() == "Résultats saisis"


@tries("national", "une mesure appliquée deux fois : la seconde n’a rien à appliquer")
def _(hands: Reader) -> None:
    hands.open("/mesures/confinement-2020")
    number = re.search(r"(\d+), pour confirmer que vous l’avez lu", hands.words())
    assert number, hands.words()
    hands.fill("Tapez le nombre de sessions", number[1])
    hands.press("Appliquer la mesure")
    hands.open("/mesures/confinement-2020")
    assert "Rien à appliquer : aucune session ne changerait." in hands.words(), hands.words()


def test_every_line_is_walked(demo: Demonstration) -> None:
    assert set(WALKS) == set(offered(demo))


def test_what_the_readme_says_first_stands_on_the_page_too(demo: Demonstration) -> None:
    assert lines() <= set(offered(demo))
    page = demo.client(SIGNED_OUT).get("/a-essayer").text
    assert PASSWORD in page and PASSWORD in README


def test_each_line_begins_on_a_page_that_its_person_may_open(demo: Demonstration) -> None:
    found = {
        (who, path): demo.client(who).get(path, follow_redirects=True).status_code for (who, _), path in offered(demo).items()
    }
    assert set(found.values()) == {200}, found


@pytest.mark.parametrize(("who", "words"), sorted(WALKS))
def test_a_line_holds_word_for_word(demo: Demonstration, who: str, words: str) -> None:
    WALKS[who, words](Reader(demo.client(who), "", ""))
    if words == "ne voit que ses sessions":
        assert demo.client(who).get("/sessions/224573").status_code == 404


def test_the_mails_are_where_the_readme_says(demo: Demonstration) -> None:
    assert "`/courriels-de-demonstration`" in README
    assert demo.client("centre").get("/courriels-de-demonstration").status_code == 200


def test_anybody_checks_a_document_by_the_code_at_its_foot(demo: Demonstration, tmp_path: Path) -> None:
    assert "« Vérifier un document », avec le code porté au bas d’un PDF" in README
    (tmp_path / "x.pdf").write_bytes(demo.client("centre").get("/sessions/224573/documents/attestation.pdf").data)
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "x.pdf", "-"], capture_output=True, check=True).stdout.decode()
    code = re.search(r"code ([0-9A-Z-]{19})", text)
    assert code
    visitor = Reader(demo.client(SIGNED_OUT), "", "")
    visitor._go("/connexion")
    visitor.press("Vérifier un document")
    visitor.fill("Code du document", code[1])
    visitor.press("Vérifier")
    assert "Document authentique." in visitor.words()


def test_a_session_on_an_expired_title_is_asked_for_granted_and_created(demo: Demonstration) -> None:
    """From the centre's first page to the session, by what the pages say and nothing else."""
    centre, unit = (Reader(demo.client(who), "", "") for who in ("centre", "ud94"))
    centre.open("/")
    centre.press("Demandes")
    centre.press("Demander une session sur un titre échu")
    assert "Fin de la prolongation" in centre.words(), "the one title that can be meant is chosen, and its dates are shown"
    centre.fill("Date de début souhaitée", "2020-07-06")
    centre.fill("Date de fin souhaitée", "2020-07-10")
    centre.fill("Motif", "Le centre était fermé en avril.")
    centre.tick_each("Je déclare que le confinement est la cause de cette demande")
    centre.tick_each(
        "Les candidats étaient inscrits avant l’échéance du titre (déjà en formation, en échec ou en réussite partielle)"
    )
    centre.press("Envoyer la demande")
    assert "Demande envoyée. L’UD 94 vous répond ici" in centre.words()
    asked = centre.address.rpartition("/")[2]
    unit.open("/")
    unit.press(f"Examiner la demande n° {asked}")
    unit.press("Accepter")
    assert "Demande acceptée" in unit.words()
    centre.open("/")
    centre.press("Demandes")
    centre.press("Acceptées 1")
    centre.press(asked)
    assert "du lundi 6 juillet 2020 au vendredi 10 juillet 2020" in centre.words()
    centre.press("Créer la session")
    centre.fill("Lieu", "12 rue des Écoles, 94000 Créteil")
    centre.press("Créer la session")
    assert "Session créée" in centre.words() and centre.status() == "En préparation"
    assert "TP-EX001" in centre.words() and "lundi 6 juillet 2020" in centre.words()
