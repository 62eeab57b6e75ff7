"""Notices, the outbox and its worker, letters of information, closings of the service."""

import re
import smtplib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage, Message
from socket import socket
from threading import Barrier
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from sqlalchemy import text

from portal.clock import PARIS, Clock
from portal.core.invitations import signer
from portal.core.outcomes import Saved
from portal.core.telling import next_daily
from portal.features.access import keeping
from portal.features.access.inviting import invite
from portal.features.communication.closings import announce
from portal.features.communication.letters import NewLetter, as_html, publish, summary
from portal.features.notices import outbox
from portal.features.notices.outbox import claim, send_due, smtp, waits
from portal.features.notices.queries import choose_mailing
from portal.features.notices.stuck import tell_set_aside
from portal.features.notices.waiting import tell_waiting
from portal.features.requests.actions import Made, ask_postponement, refuse
from portal.features.sessions.actions import advance
from portal.metrics import Waiting
from portal.rules.lifecycle import Action, Role
from portal.settings import Settings
from portal.store.notices import Mailing
from tests.features.test_away import away
from tests.support.clock import at
from tests.support.visible import visible
from tests.support.world import World

D = date.fromisoformat
SETTINGS = Settings(
    "demo", "", "a secret for tests", None, public_url="https://portail.example", mail_from="portail@test.example"
)


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.as_("centre")
    world.as_("ud94")
    yield world
    world.close()


def ask(w: World) -> int:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    days: dict[str, Any] = {"starts_on": D("2020-07-06"), "ends_on": D("2020-07-10")}
    made = ask_postponement(w.as_("centre"), 1, w.get(1).version, reason="Salle fermée", key="k", **days)
    assert isinstance(made, Made)
    return made.request_id


def body_of(message: EmailMessage, kind: str = "plain") -> str:
    """What a mail says, as sentences are read."""
    return as_sent(message, kind).replace("\u00a0", " ")


def as_sent(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body, f"no {kind} text"
    return str(body.get_content())


class Box:
    """A server of mails in memory."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []

    def __call__(self, message: EmailMessage) -> None:
        self.taken.append(message)

    @property
    def subjects(self) -> list[str]:
        return [str(m["Subject"]).replace("\u00a0", " ") for m in self.taken]


# ---- on the site


def test_a_request_and_its_answer_are_told_counted_and_read(w: World) -> None:
    number = ask(w)
    unit, centre = w.browser("ud94"), w.browser("centre")
    page = unit.get("/demandes").text
    assert re.search(r'Avis <strong class="count">1<', page)
    listed = unit.get("/avis").text
    assert "Session 1 : demande de report" in listed and "Nouveau" in listed
    assert unit.get("/avis/1").headers["Location"] == f"/demandes/{number}"
    assert 'class="count"' not in unit.get("/demandes").text and "Nouveau" not in unit.get("/avis").text
    assert centre.get("/avis/1").status_code == 404
    refuse(w.as_("ud94"), number, "Jury indisponible")
    assert "Motif du refus : Jury indisponible" in centre.get("/avis").text
    assert centre.post("/avis", lus=99).status_code == 303
    assert w.scalar("SELECT count(*) FROM notice WHERE read_at IS NULL") == 0


def test_whoever_acts_is_not_told_and_others_of_the_same_unit_are(w: World) -> None:
    invite(w.operator(), "second94@test.example", Role.UD, department_code="94", password="a fine long password")
    refuse(w.as_("ud94"), ask(w), "Non")
    told = w.scalar("SELECT count(*) FROM notice JOIN account ON account.id = account_id WHERE role = 'ud'")
    assert told == 2  # the request, to both agents; the refusal to none of them


def test_a_measure_is_told_once_a_centre_however_many_sessions(w: World) -> None:
    for number in range(1, 6):
        w.session(number, "02/03/2020", "20/04/2020")
    w.session(9, "02/03/2020", "13/03/2020", "en_preparation")
    w.measure()
    assert w.scalar("SELECT count(*) FROM mail") == 1
    assert "5 sessions reportées, 1 session annulée" in str(w.scalar("SELECT subject FROM mail"))


def test_locking_and_the_dte_are_told_to_the_centre(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    advance(w.as_("ud94"), 1, w.get(1).version, Action.SEND_DTE)
    assert w.scalar("SELECT subject FROM notice") == "Session 1 : le DTE est envoyé"


def test_waiting_results_are_told_once_a_week(w: World) -> None:
    w.session(1, "01/06/2020", "15/06/2020")  # over today
    w.session(2, "01/06/2020", "16/06/2020")  # tomorrow
    assert tell_waiting(w.as_("national")) == 1 and tell_waiting(w.as_("national")) == 0
    assert "1 session attend" in str(w.scalar("SELECT subject FROM notice"))
    w.today = date(2020, 6, 22)
    assert tell_waiting(w.as_("national")) == 1
    assert w.scalar("SELECT count(*) FROM mail") == 2


# ---- e-mails


@pytest.mark.parametrize(("mailing", "mails", "daily"), [(Mailing.AT_ONCE, 1, 0), (Mailing.DAILY, 1, 1), (Mailing.NONE, 0, 0)])
def test_a_person_chooses_at_once_daily_or_none(w: World, mailing: Mailing, mails: int, daily: int) -> None:
    unit = w.browser("ud94")
    assert unit.post("/avis", mailing="pigeon").status_code == 422
    assert unit.post("/avis", mailing=mailing.value).status_code == 303
    ask(w)
    assert w.scalar("SELECT count(*) FROM notice") == 1 and w.scalar("SELECT count(*) FROM mail") == mails
    assert (w.scalar("SELECT sum(daily) FROM mail") or 0) == daily


def test_the_daily_mail_gathers_and_waits_for_seven_in_the_morning(w: World) -> None:
    choose_mailing(w.as_("ud94"), Mailing.DAILY)
    ask(w)
    refused = w.as_("ud94")
    refuse(refused, 1, "Non")
    days: dict[str, Any] = {"starts_on": D("2020-07-13"), "ends_on": D("2020-07-17")}
    ask_postponement(w.as_("centre"), 1, w.get(1).version, reason="Encore", key="2", **days)
    box = Box()
    seven = datetime(2020, 6, 16, 7, tzinfo=PARIS)
    send_due(w.db, lambda: seven - timedelta(seconds=1), SETTINGS, box)
    assert box.subjects == ["Demande n° 1 (session 1) refusée"]  # the centre's, at once
    send_due(w.db, lambda: seven, SETTINGS, box)
    assert box.subjects[1:] == ["2 nouvelles du portail des sessions"]
    body = body_of(box.taken[1])
    assert "Salle fermée" in body and "Encore" in body and "https://portail.example/demandes/2" in body
    send_due(w.db, lambda: seven + timedelta(days=2), SETTINGS, box)
    assert len(box.taken) == 2
    assert next_daily(seven) == seven + timedelta(days=1) and next_daily(seven - timedelta(seconds=1)) == seven


def test_a_mail_is_text_and_html_in_french_with_its_link(w: World) -> None:
    ask(w)
    box = Box()
    assert send_due(w.db, w.now, SETTINGS, box) == (1, 0)
    message = box.taken[0]
    plain, rich = body_of(message), body_of(message, "html")
    assert (
        message["To"] == "ud94@test.example" and "https://portail.example/demandes/1" in plain and "Motif : Salle fermée" in plain
    )
    assert "Choisir ce que vous recevez : https://portail.example/avis" in plain
    assert "href='https://portail.example/demandes/1'" in rich and "lang='fr'" in rich


def test_no_line_of_a_mail_begins_with_a_sign(w: World) -> None:
    ask(w)
    box = Box()
    send_due(w.db, w.now, SETTINGS, box)
    for part in ("plain", "html"):
        said = as_sent(box.taken[0], part)
        assert "Motif\u00a0: Salle fermée" in said and not re.search(r"\S [:;?!»](?=[\s<])|« ", said)
    assert box.taken[0]["Subject"] == "Session 1\u00a0: demande de report"


def test_what_is_written_by_a_person_is_text_in_the_html(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    days: dict[str, Any] = {"starts_on": D("2020-07-06"), "ends_on": D("2020-07-10")}
    ask_postponement(w.as_("centre"), 1, w.get(1).version, reason="<script>x</script>\r\nBcc: a@b.c", key="k", **days)
    box = Box()
    send_due(w.db, w.now, SETTINGS, box)
    assert "<script>" not in body_of(box.taken[0], "html")
    assert box.taken[0]["Bcc"] is None


def test_an_invitation_is_mailed_with_a_link_that_works(w: World) -> None:
    invite(w.operator(), "neuf@test.example", Role.NATIONAL)
    box = Box()
    send_due(w.db, w.now, SETTINGS, box)
    link = re.search(r"https://portail.example(/invitation/\S+)", body_of(box.taken[0]))
    assert link and "invitation" in str(box.taken[0]["Subject"])
    assert "/avis" not in body_of(box.taken[0]), "who cannot sign in yet has nothing to choose there"
    assert w.browser().get(link[1]).status_code == 200


def test_an_invited_person_chooses_a_password_once_and_signs_in_with_it(w: World) -> None:
    number = invite(w.operator(), "neuf@test.example", Role.NATIONAL)
    other = invite(w.operator(), "autre@test.example", Role.NATIONAL)
    b, link = w.browser(), f"/invitation/{signer('a secret for tests').dumps(number)}"
    fine = "une longue phrase à moi"
    different = b.post(link, password=fine, password2=fine + ".")
    assert different.status_code == 422 and "Les deux saisies diffèrent." in different.text
    assert b.post(link, password="court", password2="court").status_code == 422
    assert b.sign_in("neuf@test.example", fine).status_code == 422, "nothing is chosen yet"
    assert b.post(link, password=fine, password2=fine).headers["Location"] == "/connexion"
    assert b.sign_in("neuf@test.example", fine).status_code == 303
    assert w.scalar("select count(*) from audit_event where action = 'password_chosen'") == 1
    late = w.browser().post(link, password="une autre phrase longue", password2="une autre phrase longue")
    assert late.status_code == 410 and w.browser().sign_in("neuf@test.example", fine).status_code == 303
    assert w.scalar(f"select password_hash from account where id = {other}") is None
    assert w.browser().get("/invitation/x").status_code == 404


class Killed(BaseException):
    """The worker is killed here."""


@pytest.mark.parametrize("after_the_server_took_it", [False, True])
def test_killed_while_sending_it_leaves_later_under_the_same_name(w: World, after_the_server_took_it: bool) -> None:
    ask(w)
    box = Box()

    def killed(message: EmailMessage) -> None:
        if after_the_server_took_it:
            box(message)
        raise Killed

    with pytest.raises(Killed):
        send_due(w.db, w.now, SETTINGS, killed)
    send_due(w.db, lambda: w.now() + outbox.CLAIM - timedelta(seconds=1), SETTINGS, box)
    assert len(box.taken) == after_the_server_took_it  # it is still claimed: nobody else sends it
    send_due(w.db, lambda: w.now() + outbox.CLAIM, SETTINGS, box)
    assert len(box.taken) == 1 + after_the_server_took_it and len({m["Message-ID"] for m in box.taken}) == 1
    send_due(w.db, lambda: w.now() + timedelta(days=9), SETTINGS, box)
    assert len(box.taken) == 1 + after_the_server_took_it


def test_killed_between_two_mails_none_leaves_twice(w: World) -> None:
    for number in (1, 2, 3):
        invite(w.operator(), f"n{number}@test.example", Role.NATIONAL)
    box = Box()

    def second_kills(message: EmailMessage) -> None:
        if len(box.taken) == 1:
            raise Killed
        box(message)

    with pytest.raises(Killed):
        send_due(w.db, w.now, SETTINGS, second_kills)
    send_due(w.db, lambda: w.now() + outbox.CLAIM, SETTINGS, box)
    assert sorted(str(m["To"]) for m in box.taken) == [f"n{i}@test.example" for i in (1, 2, 3)]


def test_a_server_that_does_not_answer_is_asked_again_with_growing_waits(w: World) -> None:
    ask(w)

    def down(message: EmailMessage) -> None:
        raise ConnectionRefusedError("down")

    assert send_due(w.db, w.now, SETTINGS, down) == (0, 1)
    assert "ConnectionRefusedError" in str(w.scalar("SELECT problem FROM mail"))
    box = Box()
    assert send_due(w.db, lambda: w.now() + timedelta(seconds=119), SETTINGS, box) == (0, 0)
    assert send_due(w.db, lambda: w.now() + timedelta(seconds=120), SETTINGS, box) == (1, 0)
    assert [waits(n).total_seconds() / 60 for n in (1, 2, 3, 50)] == [2, 4, 8, 360]


@pytest.mark.parametrize("subject", ["La gr\nève", "La gr\r\nBcc: x@test.example", "La grève"])
def test_a_subject_is_one_line_whatever_was_kept(w: World, subject: str) -> None:
    invite(w.operator(), "n@test.example", Role.NATIONAL)
    with w.db.writing() as tx:
        tx.execute(text("UPDATE mail SET subject = :s"), {"s": subject})
    box = Box()
    assert send_due(w.db, w.now, SETTINGS, box) == (1, 0)
    assert str(box.taken[0]["Subject"]) == " ".join(subject.split()) and box.taken[0]["Bcc"] is None


def test_a_mail_that_cannot_be_written_holds_up_no_other(w: World) -> None:
    for number in (1, 2):
        invite(w.operator(), f"n{number}@test.example", Role.NATIONAL)
    with w.db.writing() as tx:
        tx.execute(text("UPDATE account SET email = :e WHERE email = 'n1@test.example'"), {"e": "n1@test\n.example"})
    box = Box()
    assert send_due(w.db, w.now, SETTINGS, box) == (1, 1)
    assert [str(m["To"]) for m in box.taken] == ["n2@test.example"]
    assert "ValueError" in str(w.scalar("SELECT problem FROM mail WHERE problem IS NOT NULL"))


def test_a_mail_that_no_server_takes_is_set_aside_and_the_nation_is_told_once_a_day(w: World) -> None:
    invite(w.operator(), "n@test.example", Role.CENTRE, siret=w.sirets[0])
    w.as_("national")

    def refuses(message: EmailMessage) -> None:
        raise smtplib.SMTPRecipientsRefused({str(message["To"]): (550, b"nobody here")})

    assert send_due(w.db, w.now, SETTINGS, refuses) == (0, 1)
    assert send_due(w.db, lambda: w.now() + timedelta(days=30), SETTINGS, refuses) == (0, 0), "nobody tries again by itself"
    assert [tell_set_aside(w.operator()) for _ in range(2)] == [True, True]
    assert w.scalar("SELECT count(*) FROM notice WHERE subject = '1 courriel ne part pas'") == 1
    national = w.browser("national")
    assert "1 courriel qui ne part pas" in visible(national.get("/").text).main
    page = visible(national.get("/courriels").text).main
    assert "n@test.example" in page and "nobody here" in page and "mis de côté" in page
    national.post("/courriels")
    assert "Tous les courriels essayés sont partis" in national.get("/courriels").text
    box = Box()
    assert send_due(w.db, lambda: w.now() + timedelta(days=1), SETTINGS, box)[1] == 0
    assert "n@test.example" in [str(m["To"]) for m in box.taken]


def figures(w: World, now: Callable[[], datetime]) -> dict[str, float]:
    return {one.name: one.samples[0].value for one in Waiting(w.db, now).collect()}


def test_what_waits_is_told_to_the_nation_and_to_whoever_watches(w: World) -> None:
    invite(w.operator(), "n@test.example", Role.CENTRE, siret=w.sirets[0])
    clock = at(w)
    count = int(str(w.scalar("SELECT count(*) FROM mail")))
    due = {"portal_database_up": 1, "portal_mails_due": count, "portal_mails_late": 0, "portal_mails_set_aside": 0}
    assert figures(w, clock.now) == due
    clock.go_on(timedelta(minutes=16))
    assert figures(w, clock.now) == {**due, "portal_mails_late": count}
    national = w.browser("national")
    assert "courriel en retard" not in national.get("/").text, "where mails are shown and not sent, none is late"
    given = w.app().extensions["portal_settings"]
    w.app().extensions["portal_settings"] = replace(given, smtp_host="127.0.0.1")
    assert "1 courriel en retard" in visible(national.get("/").text).main
    assert "l’envoi est arrêté" in visible(national.get("/courriels").text).main
    assert send_due(w.db, clock.now, SETTINGS, Box()) == (count, 0)
    assert "courriel en retard" not in national.get("/").text and "l’envoi est arrêté" not in national.get("/courriels").text
    assert figures(w, clock.now) == {**due, "portal_mails_due": 0}
    with away(w.db):
        assert figures(w, clock.now) == {"portal_database_up": 0}


def test_a_mail_is_tried_twelve_times_and_then_set_aside(w: World) -> None:
    invite(w.operator(), "n@test.example", Role.NATIONAL)
    moment, tries = w.now(), 0

    def down(message: EmailMessage) -> None:
        raise ConnectionRefusedError("down")

    while w.scalar("SELECT count(*) FROM mail WHERE set_aside_at IS NULL"):
        moment += outbox.LONGEST_WAIT
        tries += send_due(w.db, lambda: moment, SETTINGS, down)[1]
    assert tries == outbox.TRIES == 12
    assert tell_set_aside(w.operator()) is False, "a mail to the nation is not told to the nation by another mail"


def test_a_mail_that_waits_holds_up_no_other(w: World) -> None:
    """Ten are on their way at once: each waits until all ten are, which of one after the other none would."""
    for number in range(10):
        invite(w.operator(), f"n{number}@test.example", Role.NATIONAL)
    gate, box = Barrier(10, timeout=60), Box()

    def together(message: EmailMessage) -> None:
        gate.wait()
        box(message)

    assert send_due(w.db, w.now, SETTINGS, together, at_once=10) == (10, 0)
    assert len({str(m["To"]) for m in box.taken}) == 10


def test_several_workers_share_the_work(w: World) -> None:
    for number in range(12):
        invite(w.operator(), f"n{number}@test.example", Role.NATIONAL)
    box, gate = Box(), Barrier(3)

    def work() -> int:
        gate.wait()
        return send_due(w.db, w.now, SETTINGS, box)[0]

    with ThreadPoolExecutor(3) as pool:
        assert sum(f.result() for f in [pool.submit(work) for _ in range(3)]) == 12
    assert len({str(m["To"]) for m in box.taken}) == 12 == len(box.taken)


def test_a_claim_skips_what_another_holds(w: World) -> None:
    for number in (1, 2):
        invite(w.operator(), f"n{number}@test.example", Role.NATIONAL)
    first, second = claim(w.db, w.now()), claim(w.db, w.now())
    assert first and second and not set(first.ids) & set(second.ids)
    assert claim(w.db, w.now()) is None


def test_it_leaves_through_a_real_server_of_mails(w: World) -> None:
    box = Box()

    class Handler(MessageHandler):
        def handle_message(self, message: Message) -> None:
            assert isinstance(message, EmailMessage)
            box(message)

    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Handler(EmailMessage), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        ask(w)
        server = replace(SETTINGS, smtp_host="127.0.0.1", smtp_port=port)
        assert send_due(w.db, w.now, SETTINGS, smtp(server)) == (0, 1) and not box.taken, "nothing leaves in clear by itself"
        later = w.now() + timedelta(hours=1)
        assert send_due(w.db, lambda: later, SETTINGS, smtp(replace(server, smtp_starttls=False))) == (1, 0)
    finally:
        controller.stop()
    assert box.subjects and box.taken[0]["To"] == "ud94@test.example"
    assert w.scalar("SELECT count(*) FROM mail WHERE sent_at IS NULL") == 0


def test_nothing_is_told_of_what_was_not_done(w: World) -> None:
    """The notice and the mail are of the same transaction as what they tell."""
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    work = w.as_("centre")
    days: dict[str, Any] = {"starts_on": D("2020-07-06"), "ends_on": D("2020-07-05")}
    ask_postponement(work, 1, w.get(1).version, reason="x", key="k", **days)
    assert w.scalar("SELECT count(*) FROM notice") == w.scalar("SELECT count(*) FROM mail") == 0


def test_the_demonstration_shows_its_mails_and_production_does_not(w: World) -> None:
    ask(w)
    page = w.browser("centre").get("/courriels-de-demonstration").text
    assert "Session 1 : demande de report" in page and "ud94@test.example" in page
    app = w.app()
    app.extensions["portal_settings"] = replace(app.extensions["portal_settings"], env="production")
    assert w.browser("centre").get("/courriels-de-demonstration").status_code == 404


# ---- letters


def test_a_letter_is_for_whom_it_is_addressed_counted_and_told(w: World) -> None:
    for who in ("other", "ud75", "region", "national"):
        w.as_(who)
    national = w.browser("national")
    page = national.post(
        "/communication/nouvelle",
        title="Pour le 94",
        text="## Bonjour\n\n**Fort**",
        departments="94",
        roles=["centre", "ud"],
        key="k",
    )
    assert page.status_code == 303
    again = national.post("/communication/nouvelle", title="Pour le 94", text="x", departments="94", key="k")
    assert again.headers["Location"] == page.headers["Location"] and w.scalar("SELECT count(*) FROM letter") == 1
    readers = {who: w.browser(who).get("/communication/1").status_code for who in ("centre", "ud94", "other", "ud75", "region")}
    assert readers == {"centre": 200, "ud94": 200, "other": 404, "ud75": 404, "region": 404}
    w.browser("centre").get("/communication/1")
    assert w.scalar("SELECT count(*) FROM letter_reading") == 2
    assert "ouverte par 2 personnes" in national.get("/communication").text
    assert w.scalar("SELECT count(*) FROM notice WHERE subject LIKE 'Lettre%'") == 2
    assert "À lire" not in w.browser("centre").get("/communication").text


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_letter_is_addressed_to_whom_can_read_it(w: World) -> None:
    for who in ("centre", "ud75", "region"):
        w.as_(who)
    national = w.browser("national")
    national.post("/comptes/invitation", email="neuf@test.example", name="Noa Lambert", role="ud", department="93")
    keeping.close(w.operator(), w.as_("ud75").actor.id or 0, None, "Départ")
    national.post("/communication/nouvelle", title="Pour tous", text="Texte", key="k")
    able = w.scalar("SELECT count(*) FROM account WHERE closed_at IS NULL AND password_hash IS NOT NULL")
    assert w.scalar("SELECT count(*) FROM account") == int(str(able)) + 2
    assert f"Adressée à {able} comptes" in national.get("/communication/1").text


def test_each_letter_has_a_number_of_its_own_and_is_called_by_it(w: World) -> None:
    national = w.browser("national")
    typed = {"title": "La version 1.9", "text": "Bonjour"}
    assert 'name="number" type="text" value="1"' in national.get("/communication/nouvelle").text
    assert national.post("/communication/nouvelle", number="13", key="a", **typed).status_code == 303
    for wrong, said in (
        ("13", "Une lettre n° 13 existe déjà : la prochaine serait la n° 14."),
        ("0", "n’est pas un numéro de lettre"),
    ):
        refused = national.post("/communication/nouvelle", number=wrong, key="b", **typed)
        assert refused.status_code == 422 and said in refused.text and f'value="{wrong}"' in refused.text
    assert national.post("/communication/nouvelle", number="", key="c", **typed).status_code == 303
    assert (
        w.scalar(
            "SELECT group_concat(number) FROM letter" if w.db.is_sqlite else "SELECT string_agg(number::text, ',') FROM letter"
        )
        == "13,14"
    )
    centre = w.browser("centre")
    assert "Lettre d’information n° 13 · lundi 15 juin 2020" in centre.get("/communication/1").text
    page = centre.get("/communication").text
    assert "<h1>Communication</h1>" in page and "Lettre d’information n° 14" in page and ">Communication</a>" in page
    assert "lettre d’information n° 14 du 15/06/2020" in centre.get("/").text
    subjects = "SELECT count(DISTINCT subject) FROM notice WHERE subject LIKE 'Lettre d’information n° 1_ : La version 1.9'"
    assert w.scalar(subjects) == 2


def test_two_letters_at_once_get_two_numbers_or_a_sentence(w: World) -> None:
    work = w.as_("national")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda i: publish(work, NewLetter("x", "y", [], [], number=7), f"k{i}"), range(4)))
    assert [type(d).__name__ for d in done].count("Published") == 1 and w.scalar("SELECT count(*) FROM letter") == 1


def test_a_letter_is_summed_up_in_one_line_without_its_marks() -> None:
    assert summary("# Titre\n\n\n**Fort**, puis\n- un point") == "Fort, puis un point"
    assert summary("# Titre") == "Titre"
    long = "mot " * 100
    assert summary(long).endswith("mot…") and len(summary(long)) <= 300


def test_a_letter_without_roles_or_departments_is_for_all(w: World) -> None:
    publish(w.as_("national"), NewLetter("À tous", "Bonjour", [], []), "k")
    for who in ("centre", "other", "ud94", "region", "national"):
        assert w.browser(who).get("/communication/1").status_code == 200, who


@pytest.mark.parametrize(
    "nasty",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "[x](data:text/html,x)",
        '<a onclick="x">y</a>',
    ],
)
def test_a_letter_holds_nothing_that_acts(nasty: str) -> None:
    shown = as_html(f"# Titre\n\n{nasty}\n\n- un\n- deux")
    assert not re.search(r"<script|<img|<a [^>]*(onclick|javascript|data:)", shown)
    assert shown.startswith("<h2>") and "<li>" in shown


def test_a_bad_letter_loses_nothing_and_a_pdf_is_a_pdf(w: World) -> None:
    from io import BytesIO

    national = w.browser("national")
    bad = national.post(
        "/communication/nouvelle", title="", text="Gardé", departments="1000", key="k", pdf=(BytesIO(b"MZ"), "x.pdf")
    )
    assert bad.status_code == 422 and "Gardé</textarea>" in bad.text
    for sentence in ("Indiquez le titre", "Aucun département n’a le code « 1000 »", "n’est pas un PDF"):
        assert sentence in bad.text
    sent = national.post(
        "/communication/nouvelle", title="T", text="x", departments="", key="k", pdf=(BytesIO(b"%PDF-1.7"), "é/../x.pdf")
    )
    assert sent.status_code == 303
    got = w.browser("centre").get("/communication/1.pdf")
    assert got.data == b"%PDF-1.7" and got.mimetype == "application/pdf"
    assert w.browser("centre").post("/communication/nouvelle", title="T", text="x", key="z").status_code == 404


# ---- closings


def close(w: World, start: str, end: str) -> None:
    first, last = (datetime.combine(w.today, time.fromisoformat(t), PARIS) for t in (start, end))
    assert isinstance(announce(w.as_("national"), first, last, "Mise en ligne de la version 1.9."), Saved)


class At(Clock):
    def __init__(self, at: datetime) -> None:
        super().__init__(at.date())
        self.at = at

    def now(self) -> datetime:
        return self.at


@pytest.mark.bare
@pytest.mark.parametrize(("hour", "closed"), [("11:59", False), ("12:00", True), ("14:59", True), ("15:00", False)])
def test_the_service_is_closed_between_its_hours_for_all_but_the_national_account(w: World, hour: str, closed: bool) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    at = datetime.combine(w.today, datetime.strptime(hour, "%H:%M").time(), PARIS)
    w.app().extensions["portal_clock"] = At(at - timedelta(hours=1))
    centre, national = w.browser("centre"), w.browser("national")
    token = centre.token()
    close(w, "12:00", "15:00")
    w.app().extensions["portal_clock"] = At(at)
    answer = centre.get("/sessions/1")
    assert (answer.status_code == 503) is closed
    assert national.get("/sessions/1").status_code == 200 and centre.get("/connexion").status_code in (200, 302)
    assert ("entre 12 h et 15 h" in answer.text) is (hour != "15:00")
    if closed:
        assert answer.headers["Retry-After"] == str(
            int((datetime.combine(w.today, datetime.strptime("15:00", "%H:%M").time(), PARIS) - at).total_seconds())
        )
        typed = centre.client.post(
            "/sessions/1/demande-report", data={"csrf_token": token, "reason": "Gardé pour après", "version": 1}
        )
        assert (
            typed.status_code == 503
            and 'name="reason" value="Gardé pour après"' in typed.text
            and 'name="_reprise"' in typed.text
        )
        w.app().extensions["portal_clock"] = At(at + timedelta(hours=4))
        fields = {"csrf_token": token, "reason": "Gardé pour après", "version": 1, "_reprise": 1}
        resumed = centre.client.post("/sessions/1/demande-report", data=fields)
        assert resumed.status_code == 200 and "Gardé pour après</textarea>" in resumed.text


def test_every_answer_during_a_closing_says_when_to_come_back(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    noon = datetime.combine(w.today, time(12), PARIS)
    w.app().extensions["portal_clock"] = At(noon - timedelta(hours=1))
    centre, national, visitor = w.browser("centre"), w.browser("national"), w.browser()
    token = centre.token()
    close(w, "12:00", "15:00")
    w.app().extensions["portal_clock"] = At(noon + timedelta(hours=1))
    htmx = {"HX-Request": "true"}
    answers = [
        centre.client.get("/sessions"),
        centre.client.head("/sessions"),
        centre.client.get("/sessions/1", headers=htmx),
        centre.client.post("/sessions/1/demande-report", data={"csrf_token": token}),
        centre.client.post("/sessions/1/demande-report", data={"csrf_token": token}, headers=htmx),
        centre.client.post("/sessions/1/demande-report", data={}),
        centre.client.get("/nulle-part"),
        centre.client.get("/static/rien.css"),
        centre.client.head("/static/rien.css"),
        centre.client.get("/sessions/export?quoi=rien"),
        visitor.client.get("/static/rien.css"),
        visitor.client.get("/sessions"),
        visitor.client.get("/verifier"),
        visitor.client.post("/connexion", data={"email": "x", "password": "y"}),
    ]
    assert [(a.request.path, a.status_code, a.headers.get("Retry-After")) for a in answers] == [
        (a.request.path, a.status_code, "7200") for a in answers
    ]
    assert all(a.status_code >= 300 for a in answers)
    for given in (visitor.get("/healthz"), national.get("/sessions"), national.get("/nulle-part"), visitor.get("/connexion")):
        assert "Retry-After" not in given.headers, given.request.path
    w.app().extensions["portal_clock"] = At(noon + timedelta(hours=3))
    assert all("Retry-After" not in centre.get(path).headers for path in ("/sessions", "/nulle-part", "/static/rien.css"))


@pytest.mark.bare
def test_a_closing_is_announced_seven_days_before_and_can_be_called_off(w: World) -> None:
    national = w.browser("national")
    bad = national.post("/communication/fermeture", day="2020-06-22", start="25:00", end="15h", end_day="", reason="")
    assert bad.status_code == 422 and "n’est pas une heure" in bad.text and "Indiquez la raison" in bad.text
    assert (
        national.post(
            "/communication/fermeture", day="2020-06-23", start="8h", end="9:30", end_day="", reason="Essai"
        ).status_code
        == 303
    )
    banner = "entre 8 h et 9 h 30"
    w.app().extensions["portal_clock"] = At(datetime(2020, 6, 16, 7, 59, tzinfo=PARIS))
    centre, national = w.browser("centre"), w.browser("national")
    assert banner not in centre.get("/sessions").text
    w.app().extensions["portal_clock"] = At(datetime(2020, 6, 16, 8, 1, tzinfo=PARIS))
    assert banner in centre.get("/sessions").text
    assert national.post("/communication/fermeture", annuler=1).status_code == 303
    assert banner not in centre.get("/sessions").text
    assert centre.post("/communication/fermeture", annuler=1).status_code == 404


def test_mails_wait_where_no_server_is_set(w: World) -> None:
    ask(w)
    with w.db.reading() as conn:
        row = conn.execute(text("SELECT sent_at, attempts FROM mail")).one()
    assert tuple(row) == (None, 0)
