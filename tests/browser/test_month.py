"""A month of the national administration, from the screen alone: with JavaScript and without, and never a command."""

import pyotp
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import person

NEW, SIRET = "quatre girafes sur un toit", "356 000 000 00048"


def go(page: Page, place: str, then: str = "") -> None:
    """By the links on top, and the tab of that place."""
    page.get_by_role("navigation", name="Navigation principale").get_by_role("link", name=place).click()
    if then:
        page.get_by_role("navigation", name=place).get_by_role("link", name=then).click()


def fill(page: Page, **fields: str) -> None:
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(value)


def press(page: Page, button: str, said: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text(said).first).to_be_visible()


def take_over(page: Page, link: str, lines: str, said: str) -> None:
    page.get_by_role("link", name=link).click()
    page.get_by_label("Fichier Excel").set_input_files({"name": "f.csv", "mimeType": "text/csv", "buffer": lines.encode()})
    press(page, "Voir l’aperçu", "Ce qui est nouveau")
    press(page, "Importer ce fichier", said)


def invite(page: Page, email: str, name: str, role: str, **scope: str) -> None:
    page.get_by_role("banner").get_by_role("link", name="Comptes").click()
    page.get_by_role("link", name="Inviter une personne").click()
    fill(page, Adresse_électronique=email, Nom=name, **scope)
    page.get_by_label("Rôle").select_option(label=role)
    press(page, "Envoyer l’invitation", f"Invitation envoyée à {email}")


def open_reference(page: Page) -> None:
    """A centre by its form and one by a file, a title with its certificate, an approval, how a unit is reached."""
    go(page, "Centres et titres")
    page.get_by_role("link", name="Ouvrir un centre").click()
    fill(page, SIRET="356 000", Nom_du_centre="LA POSTE FORMATION")
    page.get_by_label("Département").select_option("93")
    press(page, "Ouvrir le centre", "n’est pas un SIRET")
    fill(page, SIRET=SIRET)
    press(page, "Ouvrir le centre", "Centre ouvert : LA POSTE FORMATION.")
    go(page, "Centres et titres")
    lines = "SIRET;nom;département\n900 002 197 00011;ATELIERS DE BOBIGNY;93\n"
    take_over(page, "Importer un fichier", lines, "Fichier importé : 1 nouvelle ligne")
    go(page, "Centres et titres", "Titres")
    page.get_by_role("link", name="Ouvrir un titre").click()
    fill(page, Code="TP-00900", Intitulé="Facteur")
    press(page, "Ouvrir le titre", "Titre ouvert : TP-00900.")
    fill(page, Intitulé_du_certificat="Distribuer le courrier")
    press(page, "Ajouter le certificat", "Certificat ajouté.")
    go(page, "Centres et titres", "Agréments")
    page.locator("summary", has_text="Enregistrer un agrément").click()
    fill(
        page,
        **{"Numéro d’agrément": "AG-900", "SIRET du centre": SIRET, "Valable du": "2020-01-01", "Valable jusqu’au": "2021-12-31"},
    )
    page.get_by_label("Titre professionnel").select_option("TP-00900")
    press(page, "Enregistrer l’agrément", "Agrément AG-900 enregistré.")
    go(page, "Centres et titres", "Unités et régions")
    page.get_by_role("link", name="UD 93").click()
    fill(page, Adresse_électronique="contact93@demo.example")
    press(page, "Enregistrer les coordonnées", "Coordonnées enregistrées.")


def bring_sessions(page: Page) -> None:
    go(page, "Sessions")
    head = "numéro;SIRET;titre;type;date de début;date de fin;statut;date réelle de fin\n"
    line = f"30000{{}};{SIRET};TP-00900;titre;06/07/2020;10/07/2020;En préparation;\n"
    take_over(page, "Importer des sessions", head + line.format(1) + line.format(2), "2 nouvelles lignes")
    people = "session;nom;prénom;date de naissance\n300001;Nguyễn;Thị Hương;23/02/1988\n"
    take_over(page, "Importer des candidats", people, "Fichier importé : 1 nouvelle ligne")
    fill(page, Rechercher=SIRET)
    page.get_by_role("button", name="Filtrer").click()
    expect(page.get_by_role("link", name="300002")).to_be_visible()
    link = page.get_by_role("link", name="CSV des candidats, pour un autre import").get_attribute("href") or ""
    assert "300001;Nguyễn;Thị Hương;23/02/1988" in page.request.get(link).text()


def run_a_measure(page: Page) -> None:
    """Written with what is wrong of it said at once, tried, applied, taken back."""
    go(page, "Mesures")
    page.get_by_role("link", name="Écrire une mesure").click()
    fill(page, Nom="grève des postes", Source="Décision d’essai", Nom_du_cas="1", En_clair="Juillet", Début_du="2020-07-01")
    fill(page, Départements="999", Titres="TP-99999", Nombre_de_jours="14")
    page.get_by_label("Décaler début et fin").check()
    press(page, "Ajouter un cas", "Cas n° 2")
    page.get_by_role("button", name="Retirer ce cas n° 2").click()
    press(page, "Enregistrer et voir l’essai à blanc", "Le département « 999 » est inconnu")
    expect(page.get_by_role("link", name="« TP-99999 » est inconnu")).to_be_visible()
    fill(page, Départements="93", Titres="TP-00900")
    press(page, "Enregistrer et voir l’essai à blanc", "Essai à blanc : « grève des postes »")
    page.get_by_label("Tapez le nombre de sessions").fill("2")
    press(page, "Appliquer la mesure", "Mesure appliquée : 2 sessions modifiées.")
    page.get_by_role("link", name="Annuler l’application").click()
    page.get_by_label("Tapez le nombre de sessions à rétablir").fill("2")
    press(page, "Annuler l’application", "annulée : 2 sessions rétablies.")


def tell_everybody(page: Page) -> None:
    go(page, "Réglages")
    page.get_by_label("Demander le DTE").fill("21")
    press(page, "Enregistrer les réglages", "Réglages enregistrés.")
    go(page, "Communication")
    page.get_by_role("link", name="Écrire une lettre").click()
    fill(page, Titre="Un mois de plus", Lettre="Tout se fait à l’écran.")
    press(page, "Publier", "Un mois de plus")
    go(page, "Communication")
    page.get_by_role("link", name="Annoncer une fermeture").click()
    fill(page, Jour="2020-06-30", De="12:00", À="13:00", Raison="Mise à jour")
    press(page, "Annoncer la fermeture", "Mise à jour")
    press(page, "Annuler cette fermeture", "annulée le 15/06/2020")


def help_a_person(page: Page) -> None:
    """Whose telephone is lost, whose password is forgotten, whose name changes, and who leaves and comes back."""
    page.get_by_role("banner").get_by_role("link", name="Comptes").click()
    fill(page, Rechercher="ud94@")
    page.get_by_role("button", name="Filtrer").click()
    page.get_by_role("link", name="Sacha Morel").click()
    press(page, "Retirer le second facteur perdu", "Son second facteur est retiré")
    press(page, "Envoyer un lien de mot de passe", "Lien envoyé à ud94@demo.example.")
    page.get_by_role("link", name="Modifier le compte").click()
    fill(page, Nom="Sacha Morel-Roux")
    press(page, "Enregistrer", "Enregistré. La personne est prévenue.")
    page.get_by_role("link", name="Fermer le compte").click()
    fill(page, Motif="Mutation")
    press(page, "Fermer le compte", "Compte fermé. Toutes ses connexions ont pris fin.")
    press(page, "Rouvrir le compte", "Compte rouvert, avec le mot de passe qu’il avait.")
    expect(page.get_by_text("Motif : « Mutation »")).to_be_visible()


def lost_telephone(page: Page) -> None:
    page.get_by_role("link", name="Sacha Morel").click()
    page.get_by_role("link", name="Activer le second facteur").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("Code à six chiffres").fill(pyotp.TOTP(secret).now())
    press(page, "Valider", "Ils ne seront plus jamais montrés.")


def test_a_whole_month_of_the_national_administration(chromium: Browser, base: str, script: bool) -> None:
    unit, page = person(chromium, base, "ud94", script), person(chromium, base, "national", script)
    page.set_viewport_size({"width": 1280, "height": 900})
    for each in (unit, page):
        each.goto("/sessions")
    places = page.get_by_role("navigation", name="Navigation principale").get_by_role("listitem")
    assert len({place.evaluate("e => e.offsetTop") for place in places.all()}) == 1, "the links on top stand in one line"
    lost_telephone(unit)
    open_reference(page)
    invite(page, "poste@demo.example", "Charlie Facteur", "Responsable du centre", **{"Centre (SIRET)": SIRET})
    invite(page, "ud93@demo.example", "Lou Bobigny", "Unité locale (UD)", Département="93")
    bring_sessions(page)
    run_a_measure(page)
    tell_everybody(page)
    help_a_person(page)
    page.goto("/courriels-de-demonstration")
    link = page.locator("a[href*='/invitation/']").first.get_attribute("href") or ""
    new = chromium.new_context(java_script_enabled=script, base_url=base).new_page()
    new.goto("/invitation/" + link.rpartition("/")[2])
    fill(new, Mot_de_passe=NEW, **{"Mot de passe, encore une fois": NEW})
    press(new, "Enregistrer le mot de passe", "Votre mot de passe est enregistré.")
    fill(new, Adresse_électronique="ud93@demo.example", Mot_de_passe=NEW)
    new.get_by_role("button", name="Se connecter").click()
    expect(new.get_by_role("link", name="Lou Bobigny")).to_be_visible()
    go(new, "Sessions")
    expect(new.get_by_role("link", name="300001")).to_be_visible()
