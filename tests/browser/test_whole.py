"""A session from its creation to the employer who checks the proof and the deposit that is accepted, as all the people concerned:
on a phone, with JavaScript and without, on both databases."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
import xmlschema
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect
from werkzeug.serving import make_server

from portal.certifier import Certifier
from portal.clock import PARIS
from portal.demo.signed import signed_minutes
from portal.features.notices.outbox import send_due, smtp
from portal.features.standing.checking import verify
from portal.settings import Settings
from tests.browser.people import question, sign_in
from tests.conftest import KEY
from tests.features.test_deposit import SCHEMAS_THERE, report
from tests.support.clock import Handed, at
from tests.support.mails import Mails, mails
from tests.support.papers import text_of
from tests.support.world import PASSWORD, World

NARROW = ViewportSize(width=360, height=740)
ELOISE, JUROR = "eloise@x.example", "brun@x.example"
ADJUSTED, BORN_AS, OTHER = "Tiers temps accordé", "Jeunefille", "Sukarno"  # each for whom it concerns, and for nobody else


class Own(Settings):
    """The settings of the worker: its trail has the key of the test's database."""

    audit_key = KEY


@dataclass
class Place:
    """The portal where it is served, with a clock and mails in the test's hands; whoever opens it holds a narrow phone."""

    w: World
    base: str
    clock: Handed
    mails: Mails
    chromium: Browser
    script: bool
    number: int = 0
    too_wide: set[str] = field(default_factory=set)

    def phone(self, address: str = "") -> Page:
        context = self.chromium.new_context(java_script_enabled=self.script, locale="fr-FR", base_url=self.base, viewport=NARROW)
        page = context.new_page()
        if address:
            page.goto(address)
        return page

    def as_(self, who: str) -> Page:
        """One of the world's people, before the session: signed in by the form where there is none yet, and without it later."""
        self.w.as_(who)
        if self.number:
            page = self.phone()
            sign_in(page.context.request, f"{who}@test.example", PASSWORD)
            page.goto(f"/sessions/{self.number}")
            return page
        page = self.phone("/connexion")
        page.get_by_label("Adresse électronique").fill(f"{who}@test.example")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        expect(page.get_by_role("heading", name="Bonjour. Voici")).to_be_visible()
        return page

    def fits(self, page: Page) -> None:
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.too_wide.add(page.url)

    def press(self, page: Page, words: str, said: str) -> None:
        """A button or a link, and what is read then and was not before, all of it within the screen."""
        assert not page.get_by_text(said).count(), f"« {said} » is there already"
        named = page.get_by_role("button", name=words, exact=True).or_(page.get_by_role("link", name=words, exact=True))
        named.first.click()
        expect(page.get_by_text(said).first).to_be_visible()
        self.fits(page)

    def go_to(self, day: str) -> None:
        """It is nine o'clock of this day for everybody."""
        now = datetime.fromisoformat(day).replace(hour=9, tzinfo=PARIS)
        self.clock.go_on(now - self.clock.now())
        self.w.today = now.date()

    def post(self) -> None:
        """What waits in the outbox leaves, through the real server."""
        settings = Own("demo", "", "a secret for tests", None, public_url=self.base, mail_from="p@test.example")
        server = replace(settings, smtp_host="127.0.0.1", smtp_port=self.mails.port, smtp_starttls=False)
        later = self.clock.now() + timedelta(minutes=5)
        assert send_due(self.w.db, lambda: later, settings, smtp(server))[1] == 0


@pytest.fixture
def place(world: World, chromium: Browser, script: bool) -> Iterator[Place]:
    """A centre with its approval, two accredited members of the jury, and nothing else."""
    world.today = world.today.replace(month=3, day=10)
    world.approve()
    for name in ("Brun", "Roux"):
        world.juror(name)
    with world.db.writing() as tx:
        tx.exec_driver_sql("UPDATE jury_member SET email = lower(last_name) || '@x.example'")
    clock, app = at(world), world.app()
    with mails() as box:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        base = f"http://127.0.0.1:{server.server_port}"
        given = app.extensions["portal_settings"]
        app.extensions["portal_settings"] = replace(given, public_url=base, certifier=Certifier("TEST0001", "", "CONTRAT-1"))
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Place(world, base, clock, box, chromium, script)
        server.shutdown()
        thread.join()
    with world.db.writing() as tx:
        tx.exec_driver_sql("UPDATE jury_member SET email = ''")
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


def fill(page: Page, **fields: str) -> None:
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(value)


# ---- one function a person and a day


def create(p: Place) -> None:
    """The centre creates the session and enrols two people: one with all there is to say, one without an address."""
    centre = p.as_("centre")
    centre.goto("/sessions/nouvelle")
    fill(centre, Date_de_début="2020-05-18", Date_de_fin="2020-05-20", Lieu="12 rue des Écoles, 94000 Créteil")
    fill(centre, Responsable_de_session="C. Roux, 01 00 00 00 00")
    centre.get_by_label("Titre professionnel").select_option(index=1)
    p.press(centre, "Créer la session", "Session créée. Inscrivez les candidats")
    p.number = int(re.findall(r"/sessions/(\d+)", centre.url)[0])
    centre.goto(f"/sessions/{p.number}/candidats")
    fill(centre, Nom="Aubigné", Prénom="Éloïse", Date_de_naissance="1990-02-01", Adresse_électronique=ELOISE)
    p.press(centre, "Ajouter le candidat", "AUBIGNÉ Éloïse est sur la liste")
    fill(centre, Nom=OTHER, Date_de_naissance="1991-03-02")
    p.press(centre, "Ajouter le candidat", "SUKARNO est sur la liste")
    p.press(centre, "AUBIGNÉ Éloïse", "Né(e) le 01/02/1990")
    p.press(centre, "Compléter", "État civil d’AUBIGNÉ Éloïse")
    fill(centre, Nom_de_naissance=BORN_AS, Commune_de_naissance="Créteil", Code_INSEE_de_cette_commune="94028")
    centre.get_by_label("Sexe").select_option(label="Femme")
    centre.get_by_label("Voie d’accès").select_option(index=1)
    p.press(centre, "Enregistrer", "Rien ne manque")
    p.press(centre, "Aménagements d’épreuves", "jamais la raison médicale")
    fill(centre, Aménagements=ADJUSTED)
    p.press(centre, "Enregistrer", "Aménagements enregistrés.")


def convene(p: Place) -> None:
    """Once the measure has moved it: a jury, the DTE, the days of the exam, and the convocations leave."""
    centre = p.as_("centre")
    expect(centre.get_by_text("Reportée automatiquement").first).to_be_visible()
    p.press(centre, "Choisir le jury", "0 sur 2 au moins")
    for name in ("BRUN", "ROUX"):
        centre.get_by_label("Membre habilité").select_option(index=1)
        p.press(centre, "Ajouter au jury", f"{name} Membre siège au jury")
    centre.goto(f"/sessions/{p.number}")
    p.press(centre, "Demander le DTE", "Attendez le DTE")
    p.press(p.as_("ud94"), "Envoyer le DTE", "maintenant au statut « DTE envoyé »")
    centre.reload()
    p.press(centre, "Indiquer les jours d’examen", "Premier jour")
    fill(centre, Premier_jour="2020-06-22", Dernier_jour="2020-06-22", Heure_de_convocation="08:30")
    p.press(centre, "Enregistrer les jours d’examen", "Envoyez les convocations")
    p.press(centre, "Envoyer les convocations", "part par courriel")
    p.press(centre, "Tout est remis", "1 convocation remise en main propre")
    p.post()


def answer_by_links(p: Place, folder: Path) -> Page:
    """A member of the jury answers, a candidate finds its page; each has a paper, with what concerns it."""
    for address in (ELOISE, JUROR):
        (paper,) = p.mails.to(address).iter_attachments()
        said = text_of(paper.get_content(), folder)
        assert ADJUSTED in said and BORN_AS not in said and "08" in said
        assert address == JUROR or "SUKARNO" not in said
    juror = p.phone(p.mails.link(JUROR))
    juror.get_by_label("Oui, je viendrai").check()
    p.press(juror, "Répondre", "votre réponse est enregistrée")
    candidate = p.phone(p.mails.link(ELOISE))
    expect(candidate.get_by_role("heading", name="Votre convocation")).to_be_visible()
    p.fits(candidate)
    return candidate


def tick(page: Page, half: str, *states: str) -> None:
    page.get_by_text(half, exact=True).first.click()
    part = page.locator(f".of-{'matin' if half == 'Matin' else 'apres_midi'} .row")
    for row, state in zip(part.all(), states, strict=True):
        row.get_by_text(state, exact=True).click()


def examine(p: Place) -> None:
    """The day: who is there, and the results, once the real end is entered and confirmed."""
    centre = p.as_("centre")
    expect(centre.get_by_text("✓ viendra")).to_be_visible()
    p.press(centre, "Noter les présences", "2 candidats · jour 1 sur 1")
    tick(centre, "Matin", "Présent", "Absent")
    tick(centre, "Après-midi", "Présent", "Absent")
    if p.script:
        expect(centre.get_by_role("status")).to_have_text("Tout est enregistré.")
    else:
        p.press(centre, "Enregistrer", "4 présences enregistrées")
    centre.goto(f"/sessions/{p.number}")
    fill(centre, Date_réelle_de_fin_de_session="2020-06-22")
    p.press(centre, "Enregistrer la date réelle", "Date réelle de fin enregistrée : 22/06/2020")
    centre.goto(f"/sessions/{p.number}/resultats")
    rows = centre.locator(".row")
    expect(rows.nth(1).get_by_label("Absent")).to_be_checked()
    rows.nth(0).get_by_label("Titre obtenu").check()
    centre.get_by_role("button", name="Valider la saisie des résultats").click()
    expect(question(centre)).to_be_visible()
    p.press(centre, "Oui, valider les résultats", "Résultats enregistrés.")


def prove(p: Place, candidate: Page, folder: Path) -> None:
    """The candidate shares a proof, whose QR code leads an employer to it; nothing of anybody else is in it."""
    candidate.reload()
    expect(candidate.get_by_text("Titre obtenu").first).to_be_visible()
    p.press(candidate, "Créer mon justificatif", "Un employeur lit ce code")
    candidate.locator("#prouver img").screenshot(path=folder / "qr.png")
    read = subprocess.run(["zbarimg", "-q", "--raw", folder / "qr.png"], capture_output=True, check=True).stdout.decode().strip()
    employer = p.phone(read)
    expect(employer.get_by_text("Document authentique.")).to_be_visible()
    for name, said in ((f"Éloïse {BORN_AS}", "Ne correspond pas"), ("Éloïse Aubigné", "née ce jour-là")):
        fill(employer, Nom_et_prénom_du_porteur=name, Sa_date_de_naissance="1990-02-01")
        p.press(employer, "Comparer", said)
        expect(employer.get_by_text(said)).to_be_in_viewport()
    for page in (candidate, employer):
        assert not [kept for kept in (ADJUSTED, BORN_AS, OTHER, OTHER.upper()) if kept in page.content()]


def deposit(p: Place) -> None:
    """The nation gives the title its code, makes a batch, and reads what the Caisse des Dépôts says of it."""
    nation = p.as_("national")
    nation.goto("/depot")
    p.press(nation, "TP-01303", "Mois de prolongation")
    nation.get_by_label("Code RNCP").fill("RNCP31127")
    p.press(nation, "Enregistrer le titre", "Titre enregistré.")
    nation.goto("/depot")
    p.press(nation, "Faire un lot", "1 ligne")
    flow = nation.request.get(nation.get_by_role("link", name="Télécharger le fichier").get_attribute("href") or "").text()
    assert BORN_AS in flow and ADJUSTED not in flow
    assert [e.reason for path in SCHEMAS_THERE for e in xmlschema.XMLSchema(path).iter_errors(flow)] == []
    nation.goto("/depot")
    chosen = nation.get_by_label("Rapport de la Caisse des Dépôts")
    chosen.set_input_files({"name": "rapport.xml", "mimeType": "application/xml", "buffer": report(flow)})
    p.press(nation, "Lire le rapport", "Rapport du lot n° 1 : 1 acceptée, 0 rejetée, 0 sans réponse.")


def sign(p: Place) -> None:
    """The centre deposits what the jury has signed; the unit compares it with the results, and locks."""
    centre, unit = p.as_("centre"), p.as_("ud94")
    p.press(centre, "Déposer le procès-verbal", "5 Mo au plus")
    paper: FilePayload = {"name": "pv.pdf", "mimeType": "application/pdf", "buffer": signed_minutes(p.number)}
    centre.get_by_label("Procès-verbal signé (PDF)").set_input_files(paper)
    p.press(centre, "Déposer le procès-verbal", "Procès-verbal déposé.")
    unit.reload()
    p.press(unit, "Vérifier le procès-verbal", "Comparez le procès-verbal")
    p.press(unit, "PV vérifié", "la session peut être verrouillée")
    p.press(unit, "Aller verrouiller la session", "plus personne ne la modifie")
    p.press(unit, "Verrouiller la session", "maintenant au statut « Verrouillée »")


# What the browser runs and what the database is know nothing of each other: each is walked once.
@pytest.mark.parametrize(
    ("db", "script"), [("sqlite", True), ("postgresql", False)], indirect=["db"], ids=["sqlite-javascript", "postgresql-plain"]
)
def test_a_session_from_its_creation_to_the_deposit_that_is_accepted(place: Place, tmp_path: Path) -> None:
    create(place)
    place.go_to("2020-06-12")
    place.w.measure()
    convene(place)
    candidate = answer_by_links(place, tmp_path)
    place.go_to("2020-06-22")
    examine(place)
    sign(place)
    prove(place, candidate, tmp_path)
    deposit(place)
    assert not place.too_wide
