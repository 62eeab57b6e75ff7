"""`make gallery`: a picture of every page and state, as each role, into gallery/ (ignored).

`--quick` makes three pictures of one role; `--out` puts them elsewhere.
"""

import argparse
import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from portal.demo.data import PASSWORD
from portal.paths import ROOT
from tests.support.server import Scheme, chromium, demonstration

Looks = tuple[int, Scheme, bool]  # how wide, in which colours, with JavaScript or without
PAGES = {
    "centre@demo.example": {
        "accueil": "/",
        "demandes": "/demandes?vue=toutes",
        "demande": "/demandes/1",
        "demander-un-report": "/sessions/224566/demande-report",
        "titre-echu": "/demandes/titre-echu",
        "avis": "/avis",
        "courriels": "/courriels-de-demonstration",
        "lettres": "/communication",
        "lettre": "/communication/1",
        "session-au": "/sessions/224561?au=13/06/2020",
        "liste": "/sessions",
        "a-faire": "/sessions?vue=a-faire",
        "liste-erreur": "/sessions?du=31/02/2020&statut=perdu",
        "liste-vide": "/sessions?q=introuvable",
        "session-date-reelle": "/sessions/224561",
        "session-224566": "/sessions/224566",
        "session-preparation": "/sessions/224563",
        "session-en-retard": "/sessions/224575",
        "nouvelle": "/sessions/nouvelle",
        "copie": "/sessions/nouvelle?modele=224563",
        "sessions-fichier": "/sessions/nouvelles",
        "annulation": "/sessions/224563/annulation",
        "candidats-modifiables": "/sessions/224563/candidats?q=bernard",
        "candidats-fichier": "/sessions/224563/candidats/import",
        "jury": "/sessions/224563/jury",
        "documents": "/sessions/224573/documents",
        "documents-quarante": "/sessions/224562/documents",
        "calendrier": "/calendrier",
        "agrements": "/agrements",
        "informations": "/sessions/224563/informations",
        "date-reelle": "/sessions/224561/date-reelle",
        "resultats-bloques": "/sessions/224561/resultats",
        "resultats-quarante": "/sessions/224562/resultats",
        "resultats-ccp": "/sessions/224568/resultats",
        "candidats": "/sessions/224561/candidats",
        "historique": "/sessions/224565/historique",
        "convocations": "/sessions/224584/candidats/convocations",
        "jour": "/sessions/224571/jour",
        "etat-civil": "/sessions/224565/candidats/64/etat-civil",
        "pv-a-deposer": "/sessions/224565/proces-verbal",
        "resultats-fichier": "/sessions/224562/resultats/fichier",
        "introuvable": "/sessions/1",
    },
    "ud94@demo.example": {
        "accueil": "/",
        "demandes": "/demandes",
        "demande": "/demandes/2",
        "demande-titre-echu": "/demandes/5",
        "supervision": "/supervision",
        "tirages": "/supervision/tirages",
        "chiffres": "/chiffres",
        "liste": "/sessions",
        "session-a-verrouiller": "/sessions/224565",
        "correction": "/sessions/224565/resultats/correction",
        "report": "/sessions/224566/report",
        "jurys": "/jury",
        "jury-membre": "/jury/1",
        "en-retard": "/sessions?vue=en-retard",
        "pv": "/sessions/224565/proces-verbal",
        "pv-attendus": "/sessions?vue=pv-attendus",
        "lettre": "/communication/1",
        "report-refuse": "/sessions/224564/report",
        "deverrouillage": "/sessions/224567/deverrouillage",
    },
    "region-idf@demo.example": {"accueil": "/", "liste": "/sessions", "session": "/sessions/224561", "chiffres": "/chiffres"},
    "national@demo.example": {
        "accueil": "/",
        "comptes": "/comptes",
        "lettre-nouvelle": "/communication/nouvelle",
        "fermeture": "/communication/fermeture",
        "liste": "/sessions",
        "mesures": "/mesures",
        "reglages": "/reglages",
        "agrements": "/agrements",
        "verifier": "/verifier",
        "depot": "/depot",
        "lot": "/depot/1",
        "titre": "/titres/TP-01303",
        "unites": "/unites",
        "journal-de-securite": "/securite/journal",
        "essai": "/mesures/confinement-2020",
        "passage": "/mesures/passages/1",
        "mesure-nouvelle": "/mesures/nouvelle",
        "reprise": "/mesures/passages/1/reprise",
    },
}


def sign_in(page: Page, base: str, email: str) -> None:
    page.goto(f"{base}/connexion")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Bonjour. Voici")).to_be_visible()


def walk(browser: Browser, base: str, folder: Path, looks: Looks, email: str, pages: Mapping[str, str]) -> Iterator[str]:
    """Take a picture of each page as one person; give the paths of those that run off the screen."""
    width, scheme, script = looks
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script, locale="fr-FR"
    )
    page = context.new_page()
    sign_in(page, base, email)
    for name, path in pages.items():
        page.goto(base + path)
        page.screenshot(path=folder / f"{email.split('@')[0]}-{name}.png", full_page=True)
        if script and page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            yield path
    context.close()


def states(browser: Browser, base: str, folder: Path, looks: Looks) -> None:
    """What no address shows: the sign-in, and the question before results are saved."""
    width, scheme, script = looks
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script, locale="fr-FR"
    )
    page = context.new_page()
    page.goto(f"{base}/connexion")
    page.screenshot(path=folder / "connexion.png", full_page=True)
    sign_in(page, base, "centre@demo.example")
    page.goto(base + "/sessions/224562/resultats")
    for row in page.locator(".row").all():
        row.get_by_label("Titre obtenu").check()
    page.get_by_role("button", name="Valider la saisie").click()
    page.get_by_role("heading", name="Êtes-vous sûr").wait_for()
    page.screenshot(path=folder / "centre-question.png")
    context.close()


def draw(browser: Browser, base: str, out: Path, *, quick: bool) -> None:
    schemes: list[Scheme] = ["light", "dark"]
    every = [(1280, schemes[0], True)] if quick else product((1280, 360), schemes, (True, False))
    people = {email: dict(list(pages.items())[:3]) for email, pages in list(PAGES.items())[:1]} if quick else PAGES
    for looks in every:
        width, scheme, script = looks
        folder = out / f"{width}-{scheme}-{'js' if script else 'sans-js'}"
        for email, pages in people.items():
            for path in walk(browser, base, folder, looks, email, pages):
                print(f"déborde à {width} : {path}")
        if not quick:
            states(browser, base, folder, looks)


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    words = argparse.ArgumentParser(description="Une image de chaque page, par rôle.")
    words.add_argument("--quick", action="store_true", help="trois pages d’un seul rôle")
    words.add_argument("--out", type=Path, default=ROOT / "gallery", help="dossier des images")
    given = words.parse_args()
    shutil.rmtree(given.out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder, demonstration(Path(folder)) as base, sync_playwright() as playwright:
        browser = chromium(playwright)
        draw(browser, base, given.out, quick=given.quick)
        browser.close()
    print(f"{len(list(given.out.rglob('*.png')))} images dans {given.out}/")


if __name__ == "__main__":
    main()
