"""Convocations that are sent: who is mailed what, what is handed over, and the private pages behind the links."""

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Barrier

import pytest

from portal.clock import PARIS
from portal.core.links import HOLDER
from portal.core.outcomes import Invalid, NotThere, Saved, Unchanged
from portal.features.candidates.importing import import_candidates
from portal.features.convocations.actions import NOT_YET, hand_over, make_link, note_returned, share, unshare, withdraw_link
from portal.features.convocations.reminding import remind
from portal.features.notices.outbox import send_due
from portal.features.privacy.erasing import apply
from portal.features.standing.checking import verify
from portal.rules.retention import Kind
from portal.settings import Settings
from portal.store.actors import Occasion, Source
from portal.store.work import Work
from tests.conftest import KEY
from tests.support.lived import after
from tests.support.papers import text_of, unprinted
from tests.support.reading import remembered
from tests.support.world import Browser, World


class Own(Settings):
    """The settings of the worker: its trail has the key of the test's database."""

    audit_key = KEY


SETTINGS = Own("demo", "", "a secret for tests", None, public_url="https://portail.example", mail_from="p@test.example")
PEOPLE = "1;Aubigné;Éloïse;01/02/1990;eloise@x.example\n1;Nguyễn;Hương;02/02/1990;huong@x.example\n1;Sukarno;;03/02/1990;\n"


def ready(world: World) -> None:
    """A session that is ready to be convened: two candidates with an address, one without, two members of the jury."""
    world.session(1, "22/06/2020", "26/06/2020", "dte_envoye", candidates=0)
    import_candidates(world.operator(), f"session;last_name;first_name;born_on;email\n{PEOPLE}".encode())
    world.tell(1)
    world.seat(1, "Brun", "Roux")
    with world.db.writing() as tx:
        tx.exec_driver_sql("UPDATE jury_member SET email = lower(last_name) || '@x.example'")


@pytest.fixture
def w(world: World, shared: Path) -> Iterator[World]:
    yield after(world, shared, ready)
    with world.db.writing() as tx:
        tx.exec_driver_sql("UPDATE jury_member SET email = ''")
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


class Box:
    """A server of mails in memory, which knows the token of each link that it was sent. `reads`: whether anybody reads the papers."""

    def __init__(self, w: World, *, reads: bool = False) -> None:
        self.w, self.taken, self.papers = w, list[EmailMessage](), nullcontext if reads else unprinted

    def __call__(self, message: EmailMessage) -> None:
        self.taken.append(message)

    def sent(self, after: int = 0) -> list[str]:
        """To whom something left, in order of addresses."""
        self.taken.clear()
        later = datetime.combine(self.w.today, datetime.min.time(), PARIS) + timedelta(hours=12 + after)
        with self.papers():
            send_due(self.w.db, lambda: later, SETTINGS, self)
        return sorted(str(message["To"]) for message in self.taken)

    def to(self, address: str) -> EmailMessage:
        return next(message for message in self.taken if message["To"] == address)

    def link(self, address: str) -> str:
        body = self.to(address).get_body(("plain",))
        assert body
        found = re.search(r"(/[cj]/[\w-]+)", body.get_content())
        assert found
        return found[1]


def told_plainly(page: str) -> str:
    """The words of a page, one after the other."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split()).replace(" .", ".")


def convene(w: World, step: str = "convocations") -> Browser:
    b = w.browser("centre")
    assert b.post(f"/sessions/1/{step}", version=w.get(1).version).status_code == 303
    return b


def rows(page: str) -> dict[str, str]:
    """What the centre's page says of each person."""
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.S):
        if name := re.search(r'<th scope="row"[^>]*>(.*?)</th>', row, re.S):
            found[name[1]] = " ".join(re.sub(r"<[^>]+>", " ", row).split())
    return found


ALL = ["brun@x.example", "eloise@x.example", "huong@x.example", "roux@x.example"]


def test_each_candidate_with_an_address_is_mailed_its_paper_and_its_link(w: World, tmp_path: Path) -> None:
    b, box = convene(w), Box(w, reads=True)
    page = b.get("/sessions/1/candidats/convocations").text
    assert "le courriel part" in rows(page)["AUBIGNÉ Éloïse"] and "à remettre en main propre" in rows(page)["SUKARNO"]
    assert box.sent() == ALL
    mail = box.to("eloise@x.example")
    (paper,) = list(mail.iter_attachments())
    said = text_of(paper.get_content(), tmp_path)
    assert paper.get_content_type() == "application/pdf" and "AUBIGNÉ Éloïse" in said and "NGUYỄN" not in said
    body = mail.get_body(("plain",))
    assert body and "lundi 22 juin 2020" in body.get_content() and "SUKARNO" not in body.get_content()
    assert "envoyée le" in rows(b.get("/sessions/1/candidats/convocations").text)["AUBIGNÉ Éloïse"]
    assert w.scalar("SELECT count(*) FROM document WHERE kind = 'convocation'") == 3, "the papers of all are told with the first"
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'documents_made'") == 2, "and the jury's"
    assert box.sent(after=24) == []


def test_the_link_opens_the_candidates_own_page_and_that_is_told(w: World, tmp_path: Path) -> None:
    b, box, visitor = convene(w), Box(w), w.browser()
    box.sent()
    link = box.link("eloise@x.example")
    assert visitor.client.head(link).status_code == 200
    assert "page ouverte" not in b.get("/sessions/1/candidats/convocations").text, "HEAD leaves nothing"
    page = visitor.get(link)
    for said in ("Éloïse", "AUBIGNÉ", "12 rue des Écoles, 94000 Créteil", "8 h 30", "C. Roux", "Former", "à obtenir"):
        assert said in page.text, said
    for kept in ("NGUYỄN", "Nguyễn", "SUKARNO", "huong@", "Votre résultat", "/sessions/1"):
        assert kept not in page.text, kept
    assert page.headers["Cache-Control"] == "no-store" and page.headers["Referrer-Policy"] == "strict-origin"
    assert "noindex" in page.headers["X-Robots-Tag"]
    told = rows(b.get("/sessions/1/candidats/convocations").text)
    assert "page ouverte" in told["AUBIGNÉ Éloïse"] and "page ouverte" not in told["NGUYỄN Hương"]
    visitor.get(link)
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'link_opened'") == 1
    assert "AUBIGNÉ" in text_of(visitor.get(f"{link}/convocation.pdf").data, tmp_path)
    agenda = visitor.get(f"{link}/agenda.ics")
    assert agenda.text.count("BEGIN:VEVENT") == 5 and "AUBIGN" not in agenda.text
    assert visitor.get(f"{link}/attestation.pdf").status_code == 404


def changed(link: str) -> str:
    """The same address, changed by one sign."""
    return link[:-1] + ("A" if link[-1] != "A" else "B")


def test_a_link_that_is_none_is_withdrawn_or_over_opens_nothing(w: World) -> None:
    b, box, visitor = convene(w), Box(w), w.browser()
    box.sent()
    link, jurors = box.link("eloise@x.example"), box.link("brun@x.example")
    for wrong in (changed(link), link + "A", "/c/x", link.replace("/c/", "/j/"), jurors.replace("/j/", "/c/")):
        answer = visitor.get(wrong)
        assert answer.status_code == 404 and "Aubign" not in answer.text and "Le centre qui vous a convoqué" in answer.text
        assert not wrong.startswith("/c/") or visitor.get(f"{wrong}/convocation.pdf").status_code == 404
    key = "c1"
    for _ in range(2):
        assert b.post("/sessions/1/candidats/convocations", retirer=key).status_code == 303
    for address in (link, f"{link}/convocation.pdf", f"{link}/agenda.ics"):
        assert visitor.get(address).status_code == visitor.client.head(address).status_code == 410
    assert b.post("/sessions/1/candidats/convocations", renouveler=key).status_code == 303
    assert box.sent(after=1) == ["eloise@x.example"]
    assert visitor.get(link).status_code == 404 and visitor.get(box.link("eloise@x.example")).status_code == 200
    w.today = w.today.replace(year=2021, month=6, day=26)
    w.close()
    assert w.browser().get(box.link("eloise@x.example")).status_code == 200, "the last day"
    w.today += timedelta(days=1)
    w._app = None
    assert w.browser().get(box.link("eloise@x.example")).status_code == 410
    done = {one.line.kind: one.count for one in apply(w.operator())}
    assert done[Kind.LINKS] == 5 and w.scalar("SELECT count(*) FROM personal_link") == 0


def test_a_link_that_came_with_a_slash_more_opens_too_and_one_that_is_spoilt_leads_into_no_other_address(w: World) -> None:
    """As some programs of mail make it. What stands in the address of the sign-in, logs keep."""
    convene(w)
    box, visitor = Box(w), w.browser()
    box.sent()
    for address in ("eloise@x.example", "brun@x.example"):
        link = box.link(address)
        assert visitor.get(f"{link}/").status_code == 200
        for spoilt in (f"{link}/x", f"{link}/convocation", f"/x{link}"):
            answer = visitor.get(spoilt)
            assert (answer.status_code, answer.headers["Location"]) == (302, "/connexion")


def test_whoever_tries_links_is_refused_before_long(w: World) -> None:
    visitor = w.browser()
    statuses = [visitor.get(f"/c/{'A' * 41}{i:02}").status_code for i in range(35)]
    assert statuses[:30] == [404] * 30 and 429 in statuses
    refused = visitor.get(f"/c/{'A' * 43}")
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0


def test_paper_is_ticked_off_one_by_one_or_all_at_once(w: World) -> None:
    with w.db.writing() as tx:
        tx.exec_driver_sql("UPDATE candidate SET email = ''")
    b = convene(w)
    here = "/sessions/1/candidats/convocations"
    assert "3 convocations sont à remettre" in b.get(here).text and remembered(b.get(here).text) == []
    b.post(here, remise=["c1", "c2", "c99", "m1", "x"])
    told = rows(b.get(here).text)
    assert "remise le" in told["AUBIGNÉ Éloïse"] and "à remettre" in told["SUKARNO"]
    assert "3 candidats : 1 à remettre, 2 remises." in told_plainly(b.get(here).text)
    b.post(here, remise=["c2"])
    assert "à remettre" in rows(b.get(here).text)["AUBIGNÉ Éloïse"]
    for _ in range(2):
        b.post(here, toutes=1)
    assert "à remettre en main propre" not in b.get(here).text
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'handed_over'") == 3
    with w.db.writing() as tx:
        tx.exec_driver_sql("UPDATE candidate SET email = 'eloise@x.example' WHERE id = 1")
        tx.exec_driver_sql("UPDATE candidate SET email = 'huong@x.example' WHERE id = 2")


def test_what_changes_is_sent_again_to_those_concerned_and_to_nobody_else(w: World) -> None:
    b, box = convene(w), Box(w)
    box.sent()
    link = box.link("huong@x.example")
    fields = {"last_name": "Nguyễn", "first_name": "Thị Hương", "born_on": "1990-02-02", "email": "huong@x.example"}
    edited = b.post("/sessions/1/candidats/2/modifier", version=w.get(1).version, **fields)
    assert edited.status_code == 303 and w.get(1).unconvened == 1
    assert "une nouvelle convocation vous sera envoyée" in w.browser().get(link).text
    assert w.browser().get(f"{link}/convocation.pdf").status_code == 404
    convene(w, "nouvelle-convocation")
    assert box.sent(after=1) == ["huong@x.example"] and box.link("huong@x.example") == link
    b.post("/sessions/1/candidats", version=w.get(1).version, last_name="Venu", first_name="", born_on="1991-01-01",
           email="venu@x.example")  # fmt: skip
    convene(w, "nouvelle-convocation")
    assert box.sent(after=2) == ["venu@x.example"]
    place = {"place": "2 rue Neuve, 75019 Paris", "hour": "08:30", "session_manager": "C. Roux, 01 00 00 00 00"}
    assert b.post("/sessions/1/informations", version=w.get(1).version, **place).status_code == 303
    convene(w, "nouvelle-convocation")
    assert box.sent(after=3) == sorted([*ALL, "venu@x.example"])


def test_whoever_had_the_wrong_address_reads_nothing_once_it_is_corrected(w: World) -> None:
    b, box = convene(w), Box(w)
    box.sent()
    links = {who: box.link(f"{who}@x.example") for who in ("huong", "eloise", "brun")}
    fields = {"last_name": "Nguyễn", "first_name": "Hương", "born_on": "1990-02-02", "email": "right@x.example"}
    assert b.post("/sessions/1/candidats/2/modifier", version=w.get(1).version, **fields).status_code == 303
    again = PEOPLE.splitlines()[0].replace("eloise@", "nouvelle@")
    import_candidates(w.operator(), f"session;last_name;first_name;born_on;email\n{again}\n".encode())
    number = w.scalar("SELECT id FROM jury_member WHERE email = 'brun@x.example'")
    unit = {"last_name": "Brun", "first_name": "Membre", "email": "neuve@x.example", "corriger": 1}
    version = w.scalar("SELECT version FROM jury_member WHERE email = 'brun@x.example'")
    assert w.browser("ud94").post(f"/jury/{number}", version=version, **unit).status_code == 303
    assert {who: w.browser().get(link).status_code for who, link in links.items()} == dict.fromkeys(links, 404)
    assert box.sent(after=1) == ["neuve@x.example", "nouvelle@x.example", "right@x.example"]
    assert all(w.browser().get(box.link(str(message["To"]))).status_code == 200 for message in box.taken)
    assert w.browser("ud94").post(f"/jury/{number}", **unit | {"version": int(str(version)) + 1, "email": ""}).status_code == 303


def test_a_mail_that_waits_for_an_address_that_is_corrected_does_not_leave(w: World) -> None:
    b, box = convene(w), Box(w)
    fields = {"last_name": "Nguyễn", "first_name": "Hương", "born_on": "1990-02-02", "email": ""}
    assert b.post("/sessions/1/candidats/2/modifier", version=w.get(1).version, **fields).status_code == 303
    assert "huong@x.example" not in box.sent()


def test_a_mail_of_what_changed_meanwhile_does_not_leave(w: World) -> None:
    b, box = convene(w), Box(w)
    place = {"place": "2 rue Neuve, 75019 Paris", "hour": "08:30", "session_manager": "C. Roux, 01 00 00 00 00"}
    assert b.post("/sessions/1/informations", version=w.get(1).version, **place).status_code == 303
    assert "eloise@x.example" not in box.sent()
    convene(w, "nouvelle-convocation")
    assert box.sent(after=1) == ALL and len(box.taken) == 4
    assert w.scalar("SELECT count(*) FROM mail WHERE address IS NOT NULL AND sent_at IS NULL") == 0


def test_an_address_that_no_server_takes_is_told_to_the_centre(w: World) -> None:
    b = convene(w)

    def refuse(message: EmailMessage) -> None:
        raise ValueError("nobody")

    with unprinted():
        send_due(w.db, w.now, SETTINGS, refuse)
    told = rows(b.get("/sessions/1/candidats/convocations").text)
    assert "n’est pas parti" in told["AUBIGNÉ Éloïse"]
    assert b.post("/sessions/1/candidats/convocations", remise=["c1"]).status_code == 303
    assert "remise le" in rows(b.get("/sessions/1/candidats/convocations").text)["AUBIGNÉ Éloïse"]


def test_a_mail_that_came_back_is_noted_and_its_paper_handed_over(w: World) -> None:
    page, b, box = "/sessions/1/candidats/convocations", convene(w), Box(w)
    assert "Le courriel est revenu" not in b.get(page).text, "it has not left yet"
    box.sent()
    assert b.get(page).text.count(">Le courriel est revenu<") == 4
    for _ in range(2):
        assert b.post(page, revenu="c1").status_code == 303
    told = rows(b.get(page).text)["AUBIGNÉ Éloïse"]
    assert (
        "revenue, noté le 15/06/2020 : vérifiez l’adresse" in told and "envoyée le" not in told and "Il n’est pas revenu" in told
    )
    assert "remise à AUBIGNÉ Éloïse" in told and "1 revenue, 1 envoyée" in told_plainly(b.get(page).text)
    assert "Courriel revenu : AUBIGNÉ Éloïse." in b.get("/sessions/1/historique").text
    assert b.post(page, arrive="c1").status_code == 303
    assert "envoyée le" in rows(b.get(page).text)["AUBIGNÉ Éloïse"]
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'mail_returned'") == 2
    b.post(page, revenu="c1")
    assert b.post(page, revenu="c3").status_code == 422, "nothing went by mail to whoever has no address"
    assert b.post(page, revenu="c9").status_code == w.browser("ud94").post(page, revenu="c1").status_code == 404
    b.post(page, renouveler="c1")
    assert "le courriel part" in rows(b.get(page).text)["AUBIGNÉ Éloïse"]


def test_a_member_of_the_jury_answers_and_a_no_is_shown_at_once(w: World) -> None:
    b, box, unit, visitor = convene(w), Box(w), w.browser("ud94"), w.browser()
    box.sent()
    link = box.link("brun@x.example")
    page = visitor.get(link)
    assert "BRUN Membre" in page.text and "AUBIGN" not in page.text and page.headers["Cache-Control"] == "no-store"
    assert visitor.post(link, reponse="peut-être").status_code == 422
    for _ in range(2):
        assert visitor.post(link, reponse="non").status_code == 303
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'juror_answered'") == 1
    for reader in (b, unit):
        assert "ne viendra pas" in reader.get("/sessions/1").text
        assert "un membre du jury ne viendra pas" in reader.get("/avis").text
    assert "Remplacez un membre du jury" in b.get("/sessions/1").text and "/sessions/1/jury" in b.get("/sessions/1").text
    assert "Changer le jury" not in unit.get("/sessions/1").text and "Le centre en est averti" in visitor.get(link).text
    assert "2 membres : BRUN Membre ne viendra pas." in told_plainly(b.get("/sessions/1/candidats/convocations").text)
    assert visitor.post(link, reponse="oui").status_code == 303
    assert "Rien à faire jusqu’au" in b.get("/sessions/1").text
    assert "ne viendra pas" not in re.sub(r'(?s)<h2 id="hist".*', "", b.get("/sessions/1").text)
    assert w.app().test_client().post(link, data={"reponse": "non"}).status_code == 400, "without the form's token"


def test_nobody_but_the_centre_sends_hands_over_or_withdraws(w: World) -> None:
    convene(w)
    here = "/sessions/1/candidats/convocations"
    for who, seen in (("ud94", 200), ("region", 200), ("other", 404), ("ud75", 404)):
        b = w.browser(who)
        assert b.get(here).status_code == seen
        for act in ({"toutes": 1}, {"renouveler": "c1"}, {"retirer": "c1"}):
            assert b.post(here, **act).status_code == 404
    b = w.browser("centre")
    for nonsense in ("c99", "m99", "x", "c1x", ""):
        assert b.post(here, renouveler=nonsense).status_code == 404


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_nobody_has_a_link_before_the_convocations_are_sent(w: World) -> None:
    centre, anybody = w.as_("centre"), f"c{w.scalar('SELECT min(id) FROM candidate')}"
    assert make_link(centre, 1, anybody) == hand_over(centre, 1, [anybody]) == NOT_YET
    assert note_returned(centre, 1, anybody, returned=True) == NOT_YET
    assert withdraw_link(centre, 1, anybody) == Unchanged("Ce lien n’ouvre déjà plus rien.")
    assert w.scalar("SELECT count(*) FROM personal_link") == 0


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_is_done_with_a_link_is_said_once_of_people_of_this_session_alone(w: World) -> None:
    convene(w)
    w.session(2, "22/06/2020", "26/06/2020", candidates=1)
    member, unseated, centre = w.scalar("SELECT min(id) FROM jury_member"), w.juror("Ailleurs"), w.as_("centre")
    done = Unchanged("C’est déjà noté.")
    assert [make_link(centre, 1, "c1"), make_link(centre, 1, "c3")] == [
        Saved("Le nouveau lien part par courriel. L’ancien n’ouvre plus rien."),
        Saved("L’ancien lien n’ouvre plus rien. Sans adresse électronique, le nouveau n’est envoyé à personne."),
    ]
    gone = Unchanged("Ce lien n’ouvre déjà plus rien.")
    assert [withdraw_link(centre, 1, "c1") for _ in range(2)] == [Saved("Le lien est retiré : il n’ouvre plus rien."), gone]
    assert note_returned(centre, 1, "c3", returned=True) == Invalid({"key": "Aucun courriel n’est parti pour cette personne."})
    came = Saved("C’est noté : le courriel est revenu. Corrigez l’adresse, ou remettez le papier.")
    assert [note_returned(centre, 1, "c2", returned=returned) for returned in (False, True, True, False)] == [
        done, came, done, Saved("C’est noté : le courriel n’est pas revenu."),
    ]  # fmt: skip
    handed = Saved("C’est noté : 1 convocation remise en main propre.")
    assert [hand_over(centre, 1, ["c3"]), hand_over(centre, 1, [], all_of_them=True)] == [handed, done]
    assert isinstance(make_link(centre, 1, f"m{member}"), Saved)
    rows = w.scalar("SELECT group_concat(after, '|') FROM audit_event WHERE action = 'link_made'")
    assert [("jury" in told, told.count('"whose"')) for told in str(rows).split("|")] == [(False, 1), (False, 1), (True, 1)]
    for stranger in ("c4", f"m{unseated}"):
        for act in (make_link, withdraw_link):
            with pytest.raises(NotThere):
                act(centre, 1, stranger)


# ---- once there are results


def finished(w: World, *outcomes: str, lock: bool = True) -> Box:
    """The exam is over: what each candidate obtained is entered, and the session locked."""
    convene(w)
    box = Box(w)
    box.sent()
    w.today = w.today.replace(month=6, day=26)
    w.close()
    w._app = None
    fields: dict[str, object] = {f"resultat-{i}": outcome for i, outcome in enumerate(outcomes, 1)}
    fields |= {f"ccp-{i}": 1 for i, outcome in enumerate(outcomes, 1) if outcome == "partiel"}
    b = w.browser("centre")
    assert b.post("/sessions/1/resultats", action="validate", version=w.get(1).version, **fields).status_code == 303
    if lock:
        assert w.browser("ud94").post("/sessions/1/verrouillage", version=w.get(1).version, reason="Vu").status_code == 303
    return box


def read_qr(pdf: bytes, folder: Path) -> str:
    """What a real reader reads from the first page."""
    (folder / "x.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "120", "-png", "-singlefile", folder / "x.pdf", folder / "x"], check=True)
    return subprocess.run(["zbarimg", "-q", "--raw", folder / "x.png"], capture_output=True, check=True).stdout.decode().strip()


def test_the_page_tells_the_result_once_it_is_definitive_and_gives_the_attestation(w: World, tmp_path: Path) -> None:
    box = finished(w, "titre", "partiel", "echec", lock=False)
    visitor = w.browser()
    link = box.link("eloise@x.example")
    page = visitor.get(link).text
    assert "Titre obtenu" in page and visitor.get(f"{link}/attestation.pdf").status_code == 404
    assert page.index("Votre résultat") < page.index("Votre convocation") and "Dans mon agenda" not in page
    jurys = w.browser("centre").get("/sessions/1/candidats/convocations").text
    assert "à convoquer" not in jurys and "Convoquer de nouveau" not in jurys
    assert w.browser("ud94").post("/sessions/1/verrouillage", version=w.get(1).version, reason="Vu").status_code == 303
    said = text_of(visitor.get(f"{link}/attestation.pdf").data, tmp_path)
    assert "AUBIGNÉ" in said and "NGUYỄN" not in said
    other = visitor.get(box.link("huong@x.example"))
    assert "Réussite partielle : Former" in other.text and "Titre obtenu" not in other.text
    assert re.search(r"Former.*?acquis.*?Sensibiliser.*?à obtenir", other.text, re.S)
    assert visitor.get(f"{box.link('huong@x.example')}/livret.pdf").status_code == 200


def test_a_draft_is_not_told(w: World) -> None:
    convene(w)
    box = Box(w)
    box.sent()
    w.today = w.today.replace(month=6, day=26)
    w.close()
    w._app = None
    b = w.browser("centre")
    drafted = b.post("/sessions/1/resultats", action="draft", version=w.get(1).version, **{"resultat-1": "titre"})
    assert drafted.status_code == 303
    page = w.browser().get(box.link("eloise@x.example")).text
    assert "Titre obtenu" not in page and "Votre résultat" not in page and "Prouver" not in page


def test_a_proof_is_shared_read_and_withdrawn(w: World) -> None:
    box = finished(w, "titre", "echec", "echec")
    visitor, link = w.browser(), box.link("eloise@x.example")
    for _ in range(2):
        assert visitor.post(link, partager=1).status_code == 303
    code = re.search(r"[2-9A-HJKMNP-Z]{4}(?:-[2-9A-HJKMNP-Z]{4}){3}", visitor.get(link).text)
    assert code and w.scalar("SELECT count(*) FROM audit_event WHERE action = 'proof_shared'") == 1
    employer = w.browser()
    page = employer.get(f"/verifier/{code[0]}").text
    for said in ("Justificatif de réussite", "Titre obtenu", "É. A.", "TP-01303", "26/06/2020"):
        assert said in page, said
    assert "ubign" not in page and "01/02/1990" not in page and "AUBIGN" not in page
    for _ in range(2):
        assert visitor.post(link, retirer=1).status_code == 303
    assert employer.get(f"/verifier/{code[0]}").status_code == 404
    failed = box.link("huong@x.example")
    assert "Prouver" not in visitor.get(failed).text and visitor.post(failed, partager=1).status_code == 422
    assert w.app().test_client().post(link, data={"partager": 1}).status_code == 400, "without the form's token"


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_qr_code_of_a_paper_leads_to_its_check(w: World, tmp_path: Path) -> None:
    b = convene(w)
    pdf = b.get("/sessions/1/candidats/1/convocation.pdf").data
    address = read_qr(pdf, tmp_path)
    assert re.search(r"/verifier/([2-9A-HJKMNP-Z]{4}-?){4}$", address) and address.rpartition("/")[2] in text_of(pdf, tmp_path)
    assert "Document authentique" in w.browser().get(address[address.index("/verifier") :]).text
    sheet = b.get("/sessions/1/documents/emargement.pdf").data
    assert "/verifier/" in read_qr(sheet, tmp_path)


def test_whoever_types_the_bearers_name_and_birth_date_is_told_whether_they_fit(w: World, tmp_path: Path) -> None:
    b = convene(w)
    code = read_qr(b.get("/sessions/1/candidats/1/convocation.pdf").data, tmp_path).rpartition("/")[2]
    employer = w.browser()
    true = {"name": "eloise aubigne", "born_on": "1990-02-01"}
    fits = employer.post(f"/verifier/{code}", **true)
    assert fits.status_code == 200 and "<strong>Correspond</strong>" in fits.text
    for other in ({"name": "Aubigné"}, {"name": "Hương Nguyễn"}, {"born_on": "1990-02-02"}, {"name": "Aubigné Éloïse Marie"}):
        told = employer.post(f"/verifier/{code}", **{**true, **other})
        assert ("Ne correspond pas" in told.text and "1990-02-01" in told.text) or "born_on" in other
        assert "Aubigné" not in told.text.replace(str(other.get("name", "x")), "")
    assert employer.post(f"/verifier/{code}", name="", born_on="31/02/1990").status_code == 422
    statuses = [employer.post(f"/verifier/{code}", **true).status_code for _ in range(8)]
    assert statuses[-1] == 429 and "rien n’a été comparé" in employer.post(f"/verifier/{code}", **true).text
    assert employer.get(f"/verifier/{code}").status_code == 200
    whole = read_qr(b.get("/sessions/1/documents/emargement.pdf").data, tmp_path).rpartition("/")[2]
    page = employer.post(f"/verifier/{whole}", **true)
    assert page.status_code == 200 and "Est-ce bien son porteur" not in page.text


# ---- adjustments

MARK = "MARQUEAMENAGEMENT"


def adjusted(w: World) -> Browser:
    """Something is noted of the first candidate, before anybody is convened."""
    b = w.browser("centre")
    page = "/sessions/1/candidats/1/amenagements"
    assert b.post(page, version=w.get(1).version, note=f"Tiers temps {MARK}").status_code == 303
    assert MARK in b.get(page).text
    return b


def test_adjustments_stand_on_the_papers_of_that_candidate_and_of_the_jury(w: World, tmp_path: Path) -> None:
    b, box = adjusted(w), Box(w, reads=True)
    convene(w)
    assert box.sent() == ALL

    def paper(address: str) -> str:
        (attached,) = list(box.to(address).iter_attachments())
        return text_of(attached.get_content(), tmp_path)

    assert MARK in paper("eloise@x.example") and MARK not in paper("huong@x.example")
    said = paper("brun@x.example")
    assert MARK in said and "AUBIGNÉ" in said and "BRUN Membre" in said and "01/02/1990" not in said
    visitor = w.browser()
    assert MARK in text_of(visitor.get(f"{box.link('eloise@x.example')}/convocation.pdf").data, tmp_path)
    assert MARK not in visitor.get(box.link("brun@x.example")).text
    assert MARK not in "".join(str(message.get_body(("plain",))) for message in box.taken)
    assert MARK in text_of(b.get("/sessions/1/documents/convocation-jury.pdf").data, tmp_path)


def test_adjustments_come_back_nowhere_else(w: World, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    adjusted(w)
    convene(w)
    pages = [
        *("/sessions", "/sessions/1", "/sessions/1/historique", "/sessions/1/candidats", "/sessions/1/candidats/1", "/avis"),
        *("/sessions/1/candidats/convocations", "/sessions/1/jury", "/sessions/1/documents", "/sessions/1/preuve.json"),
        *("/sessions/export?quoi=candidats", "/sessions/export?quoi=candidats&pour=lecture", "/sessions/1/candidats/1/modifier"),
    ]
    papers = [f"/sessions/1/documents/{kind}.pdf" for kind in ("liste-candidats", "emargement")]
    own = ["/sessions/1/documents/convocation-jury.pdf", "/sessions/1/candidats/1/convocation.pdf"]
    for who in ("centre", "ud94", "region", "national"):
        b = w.browser(who)
        assert [page for page in pages if MARK in b.get(page).get_data(as_text=True)] == []
        papers_of = papers if who == "centre" else [*papers, *own]
        assert [page for page in papers_of if MARK in text_of(b.get(page).data, tmp_path)] == []
    given = {who: w.browser(who).post("/sessions/1/candidats/1/donnees").get_data(as_text=True) for who in ("centre", "ud94")}
    assert MARK in given["centre"] and "AUBIGN" in given["ud94"].upper() and MARK not in given["ud94"]
    for who in ("ud94", "region", "national", "other"):
        b = w.browser(who)
        assert b.get("/sessions/1/candidats/1/amenagements").status_code == 404
        assert b.post("/sessions/1/candidats/1/amenagements", version=w.get(1).version, note="x").status_code == 404
    assert MARK not in caplog.text and MARK not in str(w.scalar("SELECT group_concat(after) FROM audit_event") if w.db.is_sqlite
                                                       else w.scalar("SELECT string_agg(after, '') FROM audit_event"))  # fmt: skip
    looked = "SELECT sum(times) FROM security_entry WHERE kind = 'looked' AND subject LIKE '%/amenagements'"
    before = w.scalar(looked)
    w.browser("centre").get("/sessions/1/candidats/1/amenagements")
    assert w.scalar(looked) == int(str(before)) + 1


def test_adjustments_that_change_are_sent_again_and_erased_in_time(w: World, tmp_path: Path) -> None:
    b, box = adjusted(w), Box(w)
    convene(w)
    box.sent()
    code = read_qr(b.get("/sessions/1/candidats/1/convocation.pdf").data, tmp_path).rpartition("/")[2]
    assert b.post("/sessions/1/candidats/1/amenagements", version=w.get(1).version, note="").status_code == 303
    assert w.get(1).unconvened == 1 and "n’est plus à jour" in w.browser().get(f"/verifier/{code}").text
    assert b.post("/sessions/1/candidats/1/amenagements", version=w.get(1).version, note=MARK).status_code == 303
    convene(w, "nouvelle-convocation")
    assert box.sent(after=1) == ["eloise@x.example"]
    code = read_qr(b.get("/sessions/1/candidats/1/convocation.pdf").data, tmp_path).rpartition("/")[2]
    w.today = w.today.replace(month=9, day=27)
    done = {one.line.kind: one.count for one in apply(w.operator())}
    assert done[Kind.ADJUSTMENTS] == 1 and w.scalar("SELECT note FROM adjustment") is None
    assert "Document authentique.</strong>" in w.browser().get(f"/verifier/{code}").text


# ---- reminders, and what happens at once


@pytest.mark.parametrize(("on", "reminded"), [(18, 0), (19, 2), (21, 2), (22, 0)])
def test_the_centre_has_candidates_reminded_three_days_before_once(w: World, on: int, reminded: int) -> None:
    b, box = convene(w), Box(w)
    box.sent()
    here = "/sessions/1/candidats/convocations"
    assert remind(w.operator()) == 0
    for _ in range(2):
        assert b.post(here, rappel="oui").status_code == 303
    assert "seront rappelés" in b.get(here).text
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'reminder_set'") == 1
    b.post(here, retirer="c2")
    b.post("/sessions/1/candidats/3/modifier", version=w.get(1).version, last_name="Sukarno", first_name="",
           born_on="1990-02-03", email="s@x.example")  # fmt: skip
    w.today = w.today.replace(day=on)
    assert remind(w.operator()) == reminded and remind(w.operator()) == 0
    assert box.sent() == ["eloise@x.example", "s@x.example"][:reminded]
    if reminded:
        assert str(box.taken[0]["Subject"]).startswith("Rappel") and not list(box.taken[0].iter_attachments())
        assert w.browser().get(box.link("eloise@x.example")).status_code == 200


def test_nobody_is_reminded_of_what_was_cancelled_or_is_not_wanted_any_more(w: World) -> None:
    b, box = convene(w), Box(w)
    box.sent()
    here = "/sessions/1/candidats/convocations"
    b.post(here, rappel="oui")
    b.post(here, rappel="non")
    w.today = w.today.replace(day=20)
    assert remind(w.operator()) == 0
    b.post(here, rappel="oui")
    assert remind(w.operator()) == 2
    assert b.post("/sessions/1/annulation", version=w.get(1).version, reason="Salle").status_code == 303
    assert box.sent() == [], "written, and not to leave any more"


def test_a_no_of_the_jury_is_a_signal_as_long_as_it_stands(w: World) -> None:
    convene(w)
    box, unit = Box(w), w.browser("ud94")
    box.sent()
    visitor, link = w.browser(), box.link("brun@x.example")
    assert "a répondu" not in unit.get("/supervision").text
    visitor.post(link, reponse="non")
    told = unit.get("/supervision?signal=jury_decline").text
    assert "1 membre du jury a répondu « non »" in told and "BRUN" not in told
    visitor.post(link, reponse="oui")
    assert "a répondu" not in unit.get("/supervision?signal=jury_decline").text


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_by_a_link_that_is_withdrawn_or_over_nobody_does_anything(w: World) -> None:
    box = finished(w, "titre", "echec", "echec")
    token = box.link("eloise@x.example").removeprefix("/c/")

    def hands(year: int) -> Work:
        return Work(w.db.seen_by(HOLDER), Occasion(HOLDER, Source.WEB, w.now(), w.today.replace(year=year)))

    with pytest.raises(NotThere):
        share(hands(2022), token)
    assert isinstance(share(hands(2020), token), Saved)
    assert w.browser("centre").post("/sessions/1/candidats/convocations", retirer="c1").status_code == 303
    with pytest.raises(NotThere):
        unshare(hands(2020), token)


def test_two_clicks_at_once_make_one_proof_and_one_answer(w: World) -> None:
    box = finished(w, "titre", "echec", "echec")
    token = box.link("eloise@x.example").removeprefix("/c/")
    now = datetime.combine(w.today, datetime.min.time(), PARIS)
    hands = Work(w.db.seen_by(HOLDER), Occasion(HOLDER, Source.WEB, now, w.today))
    start = Barrier(2)

    def at_once(_: int) -> object:
        start.wait()
        return share(hands, token)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(at_once, range(2)))
    assert sorted(type(one).__name__ for one in done) == ["Saved", "Unchanged"]
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'proof_shared'") == 1
