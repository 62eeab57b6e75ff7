"""« Annuler », in the message that says what was done: for what comes back whole, and as long as nothing else has changed."""

import re
from collections.abc import Iterator

import pytest

from portal.core.outcomes import Saved
from portal.features.documents.contents import contents
from portal.features.jury.seats import seat
from portal.rules.documents import Document
from portal.store.actors import operator
from tests.support.by_hand import by_hand
from tests.support.hands import Reader
from tests.support.reading import parse, sent
from tests.support.world import Browser, World

PERSON = {"last_name": "D’Aubigné", "first_name": "Éloïse", "born_on": "1995-11-04", "email": "e@test.example"}


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "15/09/2020", "18/09/2020", "en_preparation")
    yield world
    world.close()


def hands(w: World, who: str = "centre") -> Reader:
    """Somebody signed in who reads pages and presses buttons."""
    return Reader(w.browser(who).client, "", "")


def added(w: World, b: Browser, **changes: str) -> object:
    """The number of a person just put on the list."""
    assert b.post("/sessions/1/candidats", version=w.get(1).version, **{**PERSON, **changes}).status_code == 303
    return w.scalar("SELECT max(id) FROM candidate")


def removed(w: World, b: Browser, candidate: object) -> str:
    """The page that follows the removal of a candidate."""
    answer = b.post(f"/sessions/1/candidats/{candidate}/retrait", version=w.get(1).version, reason="Erreur de saisie")
    assert answer.status_code == 303
    return b.get(answer.headers["Location"]).text


def undo(b: Browser, page: str):  # type: ignore[no-untyped-def]
    """Press « Annuler » on this page, and nothing else meanwhile."""
    button = next(one for one in parse(page).all("button") if one.called("Annuler"))
    form = button.around("form")
    assert form is not None
    return b.client.post(form.attributes["action"], data=sent(form, button))


def test_a_candidate_just_taken_off_the_list_is_put_back_by_one_button(w: World) -> None:
    b = w.browser("centre")
    number = added(w, b)
    centre = Reader(b.client, "", "")
    centre.open(f"/sessions/1/candidats/{number}/retrait")
    centre.press("Retirer de la session")
    assert "D’AUBIGNÉ Éloïse n’est plus sur la liste" in centre.words()
    centre.press("Annuler")
    assert "D’AUBIGNÉ Éloïse est sur la liste" in centre.words() and "04/11/1995" in centre.words()
    assert w.scalar("SELECT email FROM candidate ORDER BY id DESC LIMIT 1") == "e@test.example"
    assert all(one.words() != "Annuler" for one in centre.page.all("button")), "once"


def test_it_is_refused_with_its_reason_once_the_session_has_changed(w: World) -> None:
    b = w.browser("centre")
    page = removed(w, b, added(w, b))
    added(w, b, last_name="Autre")
    late = undo(b, page)
    assert late.status_code == 409 and "modifiée entre-temps" in late.text
    assert w.scalar("SELECT count(*) FROM candidate WHERE last_name = 'D’Aubigné'") == 0


@pytest.mark.parametrize("beside", ["etat-civil", "amenagements", "formateur", "convocation"])
def test_whoever_would_not_come_back_whole_has_no_such_button(w: World, beside: str) -> None:
    b = w.browser("centre")
    number, (member, *_) = added(w, b), w.seat(1)
    fields = {
        "etat-civil": (f"/candidats/{number}/etat-civil", {"sex": "F", "access": ""}),
        "amenagements": (f"/candidats/{number}/amenagements", {"note": "Tiers temps"}),
        "formateur": ("/jury", {"action": "liens", f"lien-{member}": str(number)}),
    }
    if beside == "convocation":
        with w.db.writing() as tx:
            tx.exec_driver_sql(f"UPDATE candidate SET convened_for = 1 WHERE id = {number}")
    else:
        path, typed = fields[beside]
        assert b.post(f"/sessions/1{path}", version=w.get(1).version, **typed).status_code == 303
    page = removed(w, b, number)
    assert "n’est plus sur la liste" in page and ">Annuler<" not in page


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_whoever_holds_a_paper_or_was_taken_over_with_a_name_that_no_form_takes_has_none_either(w: World) -> None:
    """A paper is of one number, and whoever is added has another: it would say that its person is not on the list."""
    w.session(2, "15/09/2020", "18/09/2020", "dte_envoye", candidates=4)
    w.tell(2)
    b = w.browser("centre")
    first = w.scalar("SELECT min(id) FROM candidate WHERE session_id = 2")
    assert isinstance(first, int)
    papers, odd, plain = first, first + 1, first + 2
    by_hand(w.db, f"UPDATE candidate SET last_name = 'Roux' WHERE id IN ({papers}, {plain})")
    assert b.get(f"/sessions/2/candidats/{papers}/convocation.pdf").status_code == 200
    for number, offered in ((papers, False), (odd, False), (plain, True)):
        answer = b.post(f"/sessions/2/candidats/{number}/retrait", version=w.get(2).version, reason="x")
        page = b.get(answer.headers["Location"]).text
        assert "n’est plus sur la liste" in page and (">Annuler<" in page) is offered, number


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_member_who_may_sit_no_more_is_not_offered_back(w: World) -> None:
    one, _ = w.seat(1)
    by_hand(w.db, f"UPDATE accreditation SET valid_to = '2020-07-01' WHERE member_id = {one}")
    b = w.browser("centre")
    b.post("/sessions/1/jury", version=w.get(1).version, action="retirer", member=one)
    page = b.get("/sessions/1/jury").text
    assert "ne siège plus au jury" in page and ">Annuler<" not in page


SHOWN = (
    "/sessions/1/candidats",
    "/sessions/1/jury",
    "/sessions/1/documents",
    "/sessions/export?quoi=candidats",
    "/sessions/1/jour",
)
PAPERS = (Document.CANDIDATES, Document.CONVOCATION, Document.JURY, Document.ATTENDANCE)


def everywhere(w: World, b: Browser) -> list[str]:
    """What pages, exports and papers say of the people of the session, whatever their numbers."""
    main = (
        re.sub(r'<input type="hidden"[^>]*>|<div class="notice.*?</div>', "", b.get(path).text, flags=re.DOTALL) for path in SHOWN
    )
    with w.db.reading() as conn:
        papers = [str(contents(conn, operator(), w.get(1), kind)) for kind in PAPERS]
    shown = (" ".join((one.partition("<main")[2] or one).split()) for one in (*main, *papers))
    return [re.sub(r'(candidats/|candidate_id=|value=")\d+', r"\1N", one) for one in shown]


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", ["candidate", "member"])
def test_who_is_put_back_stands_where_it_stood_on_each_page_in_each_export_and_on_each_paper(w: World, who: str) -> None:
    w.tell(1)
    w.seat(1, "Aubin", "Zola")
    b = w.browser("centre")
    number = added(w, b)
    w.seat(1, "Martin")
    before = everywhere(w, b)
    assert all("AUBIGNÉ" in one or "D’Aubigné" in one for one in (before[0], before[3], *before[5:7])) and "MARTIN" in before[1]
    if who == "candidate":
        page = removed(w, b, number)
    else:
        member = w.scalar("SELECT max(id) FROM jury_member")
        b.post("/sessions/1/jury", version=w.get(1).version, action="retirer", member=member)
        page = b.get("/sessions/1/jury").text
    gone = everywhere(w, b)
    assert gone != before and undo(b, page).status_code == 303
    b.get("/sessions")
    assert everywhere(w, b) == before


def test_a_member_just_taken_off_the_jury_sits_again(w: World) -> None:
    one, two = w.seat(1)
    centre = hands(w)
    centre.open("/sessions/1/jury")
    centre.press("Retirer")
    assert w.get(1).jury == 1
    centre.press("Annuler")
    assert "siège au jury" in centre.words() and w.get(1).jury == 2
    b = w.browser("centre")
    b.post("/sessions/1/jury", version=w.get(1).version, action="liens", **{f"lien-{one}": "1", f"lien-{two}": "2"})
    b.post("/sessions/1/jury", version=w.get(1).version, action="retirer", member=one)
    assert ">Annuler<" not in b.get("/sessions/1/jury").text, "what was declared of it is gone"


def test_a_member_who_sits_elsewhere_since_is_asked_about_before_it_sits_again(w: World) -> None:
    one, _ = w.seat(1)
    b = w.browser("centre")
    b.post("/sessions/1/jury", version=w.get(1).version, action="retirer", member=one)
    page = b.get("/sessions/1/jury").text
    w.session(2, "15/09/2020", "18/09/2020", "en_preparation")
    assert isinstance(seat(w.as_("centre"), 2, w.get(2).version, one), Saved)
    asked = undo(b, page)
    assert asked.status_code == 422 and "Ce membre siège déjà ces jours-là" in asked.text and w.get(1).jury == 1


def test_it_stands_in_the_message_of_what_it_takes_back_alone(w: World) -> None:
    """The page that was to say so never came: the next one says two things, of which it takes back the first."""
    b = w.browser("centre")
    number = added(w, b)
    b.get("/sessions")
    assert b.post(f"/sessions/1/candidats/{number}/retrait", version=w.get(1).version, reason="").status_code == 303
    added(w, b, last_name="Zola")
    said = [one for one in parse(b.get("/sessions/1/candidats").text).all("div") if one.attributes.get("role") == "status"]
    gone, came = said
    assert "n’est plus sur la liste" in gone.words() and "Annuler" in gone.words()
    assert "ZOLA" in came.words() and "Annuler" not in came.words()


def test_notices_marked_as_read_are_new_again_and_those_read_before_are_not(w: World) -> None:
    unit, centre = w.browser("ud94"), w.browser("centre")
    for number in (2, 3):
        w.session(number, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
        asked = {"starts_on": "2020-07-06", "ends_on": "2020-07-10", "reason": "Salle fermée", "key": str(number) * 32}
        assert centre.post(f"/sessions/{number}/demande-report", version=w.get(number).version, **asked).status_code == 303
    unit.get("/avis/1")
    reader = Reader(unit.client, "", "")
    reader.open("/avis")
    reader.press("Tout marquer comme lu")
    assert w.scalar("SELECT count(*) FROM notice WHERE read_at IS NULL") == 0
    page = reader.page
    reader.press("Annuler")
    assert "1 avis est de nouveau à lire" in reader.words()
    assert w.scalar("SELECT max(id) FROM notice WHERE read_at IS NULL") == 2
    reader.page = page
    reader.press("Annuler")
    assert "Rien n’est annulé" in reader.words()
    assert unit.post("/avis", remettre="0001-01-01T00:00:00+14:00").status_code == 422
