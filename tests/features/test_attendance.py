"""The days of the exam: who is there, by half-day, and the incidents, as the centre notes them and others read them."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portal.core.attendance import Noted, stamp
from portal.core.outcomes import NotThere, Saved, Stale, Unchanged
from portal.features.attendance.actions import Became, Tick, correct_incident, in_words, note, note_incident
from portal.features.candidates.actions import remove
from portal.features.privacy.anonymous import erase_sessions
from portal.features.standing.checking import verify
from portal.rules.attendance import Half
from portal.rules.rights import Refused
from tests.support.papers import text_of
from tests.support.world import Browser, World, hidden

DAY = "/sessions/1/jour"
FIRST, SECOND = "2020-06-15", "2020-06-16"


@pytest.fixture
def w(world: World) -> Iterator[World]:
    """A convened session of two candidates on its first day, and a colleague at the centre."""
    world.today = date(2020, 6, 15)
    world.session(1, "15/06/2020", "17/06/2020")
    world.seat(1)
    world.tell(1)
    yield world
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


def tick(b: Browser, fields: dict[str, object], status: int = 200) -> dict[str, Any]:
    """Send ticks as the page's script does."""
    data = {"csrf_token": b.token(), "date": FIRST, **fields}
    answer = b.client.post(DAY, data=data, headers={"Accept": "application/json"})
    assert answer.status_code == status, answer.text
    told = json.loads(answer.text)
    assert isinstance(told, dict)
    return told


def plain(page: str) -> str:
    """With spaces that break."""
    return page.replace("\u202f", " ").replace("\u00a0", " ")


def events(w: World) -> object:
    return w.scalar("SELECT count(*) FROM audit_event WHERE action = 'attendance_noted'")


def test_the_form_alone_keeps_who_is_there(w: World) -> None:
    b = w.browser("centre")
    page = b.get(DAY).text
    assert "lundi 15 juin 2020" in page and "jour 1 sur 3" in page and page.count('value="present"') == 4
    sent = {"date": FIRST, "matin-1": "present", "vu_matin-1": 0, "matin-2": "absent", "vu_matin-2": 0, "apres_midi-1": "x"}
    done = b.post(DAY, **sent)
    assert done.status_code == 303 and done.headers["Location"].endswith(f"{DAY}?date={FIRST}")
    page = b.follow(DAY).text
    answered = [name for name in re.findall(r'<input type="radio" name="(?:matin|apres_midi)-[^>]*value="(\w+)" checked', page)]
    assert "2 présences enregistrées" in page and sorted(answered) == ["absent", "present"], answered
    assert b.post(DAY, **sent).status_code == 303 and events(w) == 1, "sent twice, kept once"
    assert b.post(DAY, date="demain").status_code == 422
    history = plain(b.get("/sessions/1/historique").text)
    assert "Présences du 15/06/2020" in history and "Matin : NOM00 Prénom, présent(e)" in history


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_large_session_is_noted_handed_over_and_linked_whole(w: World) -> None:
    w.session(2, "15/06/2020", "17/06/2020", candidates=600)
    b, (first, last) = w.browser("centre"), (3, 602)
    halves = {f"{seen}{half}-{n}": 0 if seen else "present" for seen in ("", "vu_") for half in ("matin", "apres_midi")
              for n in range(first, last + 1)}  # fmt: skip
    assert b.post("/sessions/2/jour", date=FIRST, **halves).status_code == 303
    assert w.scalar("SELECT count(*) FROM attendance") == 1200
    everybody = [f"c{n}" for n in range(first, last + 1)] * 2
    assert b.post("/sessions/2/candidats/convocations", remise=everybody).status_code == 303
    links = {f"lien-{member}": list(range(first, last + 1)) for member in (1, 2)}
    assert b.post("/sessions/2/jury", action="liens", version=w.get(2).version, **links).status_code == 303


def test_a_tick_is_kept_by_itself_and_what_another_noted_since_is_not_undone(w: World) -> None:
    one, two = w.browser("centre"), w.browser("centre")
    (name, told), *others = tick(one, {"matin-1": "present", "vu_matin-1": 0})["ticks"].items()
    assert (name, others, told) == ("matin-1", [], {"became": "kept", "value": "present", "version": 1, "words": ""})
    assert tick(two, {"matin-1": "present", "vu_matin-1": 0})["ticks"]["matin-1"]["became"] == "kept", "the same"
    told = tick(two, {"matin-1": "absent", "vu_matin-1": 0})["ticks"]["matin-1"]
    assert told["became"] == "changed" and (told["value"], told["version"]) == ("present", 1)
    assert told["words"].startswith("Modifié entre-temps par centre") and told["words"].endswith(": présent(e).")
    told = tick(two, {"matin-1": "absent", "vu_matin-1": 1})["ticks"]["matin-1"]
    assert (told["became"], told["version"]) == ("kept", 2), "now it is seen"
    stale = one.post(DAY, date=FIRST, **{"matin-1": "present", "vu_matin-1": 1, "matin-2": "present", "vu_matin-2": 0})
    assert stale.status_code == 409 and "Modifié entre-temps par centre" in stale.text and "Le reste est enregistré" in stale.text
    assert w.scalar("SELECT count(*) FROM attendance WHERE present") == 1 and events(w) == 3


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_each_tick_is_answered_and_its_event_says_the_new_ones_alone(w: World) -> None:
    centre, on = w.as_("centre"), date(2020, 6, 15)
    kept, am, pm = Became.KEPT, Half.MORNING, Half.AFTERNOON

    def ticks(*some: Tick) -> object:
        return note(centre, 1, on, some)

    assert ticks(Tick(1, am, True, 0), Tick(2, pm, False, 0), Tick(99, am, True, 0)) == {
        (1, am): kept, (2, pm): kept, (99, am): Became.GONE,
    }  # fmt: skip
    assert ticks(Tick(1, am, True, 0), Tick(1, pm, True, 0)) == {(1, am): kept, (1, pm): kept}
    assert ticks(Tick(1, am, False, 0), Tick(2, am, True, 1)) == {(1, am): Became.CHANGED, (2, am): Became.CHANGED}
    with w.db.reading() as conn:
        told = conn.exec_driver_sql("SELECT after FROM audit_event WHERE action = 'attendance_noted' ORDER BY id").scalars().all()
        rows = conn.exec_driver_sql("SELECT candidate_id, half, present, version FROM attendance ORDER BY 1, 2").all()
    assert [json.loads(after)["noted"] for after in told] == [
        {"matin": {"1": True}, "apres_midi": {"2": False}},
        {"apres_midi": {"1": True}},
    ]
    assert [tuple(row) for row in rows] == [(1, "apres_midi", 1, 1), (1, "matin", 1, 1), (2, "apres_midi", 0, 1)]
    now = Noted(False, 1, w.now(), "centre")
    assert [in_words(became, now) for became in (kept, Became.GONE, Became.CHANGED)] == [
        "", "N’est plus sur la liste des candidats.", "Modifié entre-temps par centre, à 09:00 : absent(e).",
    ]  # fmt: skip
    assert in_words(Became.CHANGED, None) == "Modifié entre-temps."


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_an_incident_is_noted_once_and_corrected_as_it_was_read(w: World) -> None:
    centre, on = w.as_("centre"), date(2020, 6, 15)
    noted_ = Saved("Incident noté : il figurera au procès-verbal.")
    assert [note_incident(centre, 1, on, "10:00", "Panne") for _ in range(2)] == [
        noted_,
        Unchanged("Cet incident est déjà noté."),
    ]
    assert note_incident(centre, 1, on, "11:00", "Panne") == note_incident(centre, 1, on, "10:00", "Bruit") == noted_
    w.session(2, "15/06/2020", "17/06/2020")
    w.tell(2)
    assert note_incident(centre, 2, on, "10:00", "Panne") == noted_, "of another session"

    def correct(seen: str, hour: str, said: str, session: int = 1) -> object:
        return correct_incident(centre, session, 1, seen, hour, said)

    seen = stamp("10:00", "Panne")
    assert isinstance(correct_incident(w.as_("ud94"), 1, 1, seen, "10:15", "Panne"), Refused), "the centre alone"
    assert correct(seen, "10:00", "Panne") == Unchanged("Cet incident est déjà noté ainsi.")
    assert correct("x", "10:15", "Panne") == Stale()
    assert correct(seen, "10:15", "Panne") == Saved("Incident corrigé. L’historique garde ce qui était écrit.")
    with pytest.raises(NotThere):
        correct(seen, "10:30", "Panne", 2)
    event = json.loads(str(w.scalar("SELECT after FROM audit_event WHERE action = 'incident_corrected'")))
    assert (event["incident"], event["day"], event["at"]) == (1, "2020-06-15", "10:15")


def test_days_to_come_and_other_sessions_people_are_not_noted(w: World) -> None:
    b = w.browser("centre")
    assert "est à venir" in tick(b, {"date": SECOND, "matin-1": "present"}, 403)["refused"]
    assert "pas un jour d’examen" in tick(b, {"date": "2020-06-14", "matin-1": "present"}, 403)["refused"]
    assert tick(b, {"matin-99": "present"})["ticks"]["matin-99"]["became"] == "gone"
    assert "est à venir" in b.get(f"{DAY}?date={SECOND}").text
    assert b.post(DAY, date=SECOND, heure="10:00", incident="Panne").status_code == 403
    w.session(2, "15/06/2020", "17/06/2020", "dte_envoye")
    assert b.post("/sessions/2/jour", date=FIRST, **{"matin-3": "present"}).status_code == 403
    assert "une fois les convocations envoyées" in b.get("/sessions/2/jour").text
    assert w.scalar("SELECT count(*) FROM attendance") == 0


def test_others_in_scope_read_and_change_nothing(w: World) -> None:
    b = w.browser("centre")
    tick(b, {"matin-1": "present", "matin-2": "absent"})
    assert b.post(DAY, date=FIRST, heure="10:20", incident="Alarme incendie").status_code == 303
    for who in ("ud94", "region", "national"):
        reader = w.browser(who)
        page = reader.get(DAY).text
        assert "présent(e)" in page and "Alarme incendie" in page and 'type="hidden" name="vu_' not in page
        assert "refused" in tick(reader, {"matin-2": "present"}, 403)
        assert reader.post(DAY, date=FIRST, heure="11:00", incident="Non").status_code == 403
    for who in ("other", "ud75"):
        assert w.browser(who).get(DAY).status_code == 404
    assert w.scalar("SELECT count(*) FROM incident") == 1


def test_incidents_stand_with_their_hour_and_in_the_minutes(w: World, tmp_path: Path) -> None:
    b = w.browser("centre")
    missing = b.post(DAY, date=FIRST, heure="", incident="Alarme")
    assert missing.status_code == 422 and "Indiquez l’heure" in missing.text and ">Alarme</textarea>" in missing.text
    for _ in range(2):
        assert b.post(DAY, date=FIRST, heure="10h20", incident="Alarme incendie : M. Nom00 est sorti").status_code == 303
    assert w.scalar("SELECT count(*) FROM incident") == 1
    assert "15/06/2020, 10 h 20" in plain(b.get(DAY).text)
    assert "Nom00 est sorti" not in str(
        w.scalar("SELECT max(after) || max(reason) FROM audit_event WHERE action LIKE 'incident%'")
    )
    tick(b, {"matin-1": "absent", "matin-2": "present"})
    w.today = date(2020, 6, 17)
    w.close()
    w._app = None
    b = w.browser("centre")
    page = b.get("/sessions/1/resultats").text
    assert "noté absent" in page and "rien n’est encore enregistré" in page and page.count('value="absent" checked') == 1
    assert w.scalar("SELECT count(*) FROM result") == 0
    sent = {"version": w.get(1).version, "resultat-1": "titre", "resultat-2": "titre", "action": "validate"}
    assert b.post("/sessions/1/resultats", **sent).status_code == 303
    paper = " ".join(text_of(b.get("/sessions/1/documents/proces-verbal.pdf").data, tmp_path).split())
    assert "Incidents" in paper and "Alarme incendie : M. Nom00 est sorti" in plain(paper)
    assert "refused" in tick(b, {"matin-1": "present"}, 403), "results end it"


def test_what_is_noted_goes_with_its_candidate_and_is_given_to_it(w: World) -> None:
    b = w.browser("centre")
    tick(b, {"matin-1": "absent", "apres_midi-1": "present", "matin-2": "present"})
    b.post(DAY, date=FIRST, heure="10:20", incident="Malaise de Nom01")
    given = b.post("/sessions/1/candidats/1/donnees", version=w.get(1).version).text
    own = json.loads(given)["inscriptions"][0]["présences"]
    assert [(one["demi-journée"], one["présent(e)"]) for one in own] == [("Matin", False), ("Après-midi", True)]
    done = remove(w.as_("centre"), 1, w.get(1).version, 1, "Désistement")
    assert isinstance(done, Saved) and w.scalar("SELECT count(*) FROM attendance") == 1
    with w.db.writing() as tx:
        assert erase_sessions(tx, w.operator(), [1]) == 1
    assert w.scalar("SELECT text FROM incident") == "effacé"


def test_an_incident_is_corrected_and_its_history_keeps_what_it_said(w: World) -> None:
    b, page = w.browser("centre"), "/sessions/1/jour/incidents/1"
    b.post(DAY, date=FIRST, heure="10:20", incident="Alarme")
    assert f'href="{page}"' in b.get(DAY).text
    seen = hidden(b.get(page).text, "vu")
    for field, sentence in (("heure", "Indiquez l’heure"), ("incident", "Décrivez l’incident")):
        wrong = b.post(page, **{"vu": seen, "heure": "10:30", "incident": "Alarme d’incendie", field: ""})
        assert wrong.status_code == 422 and sentence in wrong.text
    assert b.post(page, vu=seen, heure="10:30", incident="Alarme d’incendie").status_code == 303
    assert b.post(page, vu=seen, heure="10:30", incident="Alarme d’incendie").status_code == 303, "the same click twice"
    told = plain(b.get(DAY).text)
    assert "15/06/2020, 10 h 30" in told and "Alarme d’incendie" in told and "10 h 20" not in told
    past = plain(b.get("/sessions/1/historique").text)
    assert "Incident noté : 15/06/2020, 10 h 20." in past and "Ce qui s’est passé : « Alarme »" in past
    assert past.count("Incident corrigé : 15/06/2020, 10 h 30.") == 1 and "« Alarme d’incendie »" in past and "Motif" not in past
    stale = b.post(page, vu=seen, heure="10:40", incident="Fumée")
    assert stale.status_code == 409 and "Alarme d’incendie" in stale.text and ">Fumée</textarea>" in stale.text
    assert b.post(page, vu=hidden(stale.text, "vu"), heure="10:40", incident="Fumée").status_code == 303


def test_nobody_else_corrects_an_incident(w: World) -> None:
    b = w.browser("centre")
    b.post(DAY, date=FIRST, heure="10:20", incident="Alarme")
    page = "/sessions/1/jour/incidents/1"
    for who, code in (("ud94", 403), ("region", 403), ("other", 404), ("ud75", 404)):
        reader = w.browser(who)
        assert page not in reader.get(DAY).text
        assert reader.post(page, vu="x", heure="11:00", incident="Non").status_code == code
    assert b.get("/sessions/1/jour/incidents/2").status_code == 404
    assert w.scalar("SELECT text FROM incident") == "Alarme"
