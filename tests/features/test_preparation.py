"""Creating, copying, cancelling and importing sessions, and what the settings change, through HTTP."""

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from werkzeug.test import TestResponse

from portal.features.preparation.actions import Created, NewSession, create
from portal.features.reference.approvals import import_approvals
from portal.features.standing.checking import verify
from portal.files.errors import BadFile
from portal.rules.lifecycle import Kind, Status
from tests.support.world import Browser, World, hidden

FORM = {"kind": "titre", "starts_on": "2020-09-14", "ends_on": "2020-09-18", "place": "Créteil", "session_manager": "C. Roux"}


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.approve("01/07/2020", "31/12/2020")
    yield world
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


def new(b: Browser, **changes: object) -> TestResponse:
    key = hidden(b.follow("/sessions/nouvelle").text, "key")
    return b.post("/sessions/nouvelle", **{**FORM, "key": key, "title": 1, **changes})


def test_a_centre_creates_a_session_and_its_history_begins(w: World) -> None:
    b = w.browser("centre")
    done = new(b)
    assert done.status_code == 303
    number = int(done.headers["Location"].rsplit("/", 1)[1])
    s = w.get(number)
    assert (s.status, s.place, s.centre_name, s.department_code) == (Status.PREPARATION, "Créteil", "CENTRE A", "94")
    assert "Session créée." in b.get(f"/sessions/{number}/historique").text


def test_a_double_click_creates_once(w: World) -> None:
    b = w.browser("centre")
    key = hidden(b.follow("/sessions/nouvelle").text, "key")
    first, second = (b.post("/sessions/nouvelle", **FORM, key=key, title=1) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert w.scalar("select count(*) from exam_session") == 1
    assert new(b).headers["Location"] != first.headers["Location"], "another form creates another session"


def test_whoever_comes_back_to_the_form_finds_it_again_and_makes_no_twin(w: World) -> None:
    b = w.browser("centre")
    address = b.get("/sessions/nouvelle?modele=").headers["Location"]
    key = hidden(b.get(address).text, "key")
    assert hidden(b.get(address).text, "key") == key, "Back asks for the same address"
    made = b.post("/sessions/nouvelle", **FORM, key=key, title=1).headers["Location"]
    number = made.rsplit("/", 1)[1]
    assert f'a déjà créé la <a href="/sessions/{number}">session {number}</a>' in b.get(address).text
    again = b.post("/sessions/nouvelle", **{**FORM, "place": "Ailleurs"}, key=key, title=1)
    assert again.headers["Location"] == made and "Pour une autre" in b.get(made).text
    assert w.scalar("select count(*) from exam_session") == 1
    assert "a déjà créé" not in w.browser("other").get(address).text, "another's key is another key"


def test_a_fresh_form_creates_another_session_on_purpose(w: World) -> None:
    b = w.browser("centre")
    assert new(b).headers["Location"] != new(b).headers["Location"]
    assert b.get("/sessions/nouvelle?cle=abc").headers["Location"].count("cle=") == 1, "what is no key is not taken over"
    for _ in range(2):  # sent by hand, without a key
        assert b.post("/sessions/nouvelle", **FORM, title=1).status_code == 303
    assert w.scalar("select count(*) from exam_session") == 4


def test_the_titles_asked_for_another_day_keep_the_one_that_was_chosen(w: World) -> None:
    b = w.browser("centre")
    for day in ("2020-09-14", "2021-06-14"):  # on the second the title is not offered any more, and is kept all the same
        page = b.follow(f"/sessions/nouvelle?starts_on={day}&title=1").text
        assert re.search(r'<option value="1" selected>TP-01303', page), day
    assert not re.search(r'<option value="\d+" selected>', b.follow("/sessions/nouvelle?starts_on=2020-09-14").text)


def test_eight_centres_people_at_once_get_eight_numbers(w: World) -> None:
    def one(i: int) -> object:
        new_one = NewSession(1, Kind.TITLE, date(2020, 9, 14), date(2020, 9, 18), "x", "y")
        return create(w.as_("centre"), [new_one], f"form {i // 2}")  # each form is sent twice

    w.as_("centre")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(one, range(16)))
    assert len({m.numbers[0] for m in made if isinstance(m, Created)}) == 8
    assert w.scalar("select count(*) from exam_session") == 8


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"starts_on": "2020-06-30"}, "title", "Aucun agrément de votre centre pour ce titre n’est valable le 30/06/2020"),
        ({"starts_on": "2021-01-01", "ends_on": "2021-01-02"}, "title", "valable le 01/01/2021"),
        ({"starts_on": "2020-06-14"}, "starts_on", "ne se crée pas dans le passé"),
        ({"ends_on": "2020-09-13"}, "ends_on", "ne peut pas précéder"),
        ({"kind": "ccs"}, "kind", "Ce titre n’a pas de CCS"),
        ({"title": ""}, "title", "Choisissez un titre"),
        ({"title": "99"}, "title", "n’a pas d’agrément"),
        ({"place": " "}, "place", "Indiquez le lieu"),
        ({"session_manager": ""}, "session_manager", "Indiquez le responsable"),
        ({"starts_on": "31/02/2020"}, "starts_on", "n’est pas une date"),
        ({"kind": "x"}, "kind", "Choisissez un type"),
    ],
)
def test_what_is_wrong_is_said_on_its_field_and_nothing_is_lost(
    w: World, changes: dict[str, str], field: str, sentence: str
) -> None:
    answer = new(w.browser("centre"), **{"place": "12 rue des Écoles", **changes})
    assert answer.status_code == 422 and sentence in answer.text and f'href="#{field}"' in answer.text
    assert "C. Roux" in answer.text or field == "session_manager"
    assert w.scalar("select count(*) from exam_session") == 0


@pytest.mark.parametrize(("start", "end"), [("2020-07-01", "2020-07-03"), ("2020-12-31", "2021-01-05")])
def test_the_first_and_the_last_day_of_an_approval_are_in_it(w: World, start: str, end: str) -> None:
    assert new(w.browser("centre"), starts_on=start, ends_on=end).status_code == 303


def test_the_titles_that_are_not_offered_are_told_with_their_reason(w: World) -> None:
    b = w.browser("centre")
    assert "Aucun agrément de votre centre pour ce titre n’est valable le 15/06/2020" in b.follow("/sessions/nouvelle").text
    page = b.follow("/sessions/nouvelle?starts_on=2020-09-14").text
    assert "(agrément A-0-TP-01303" in page and "ne sont pas proposés" not in page


@pytest.mark.parametrize("who", ["ud94", "region", "national"])
def test_only_a_centre_creates(w: World, who: str) -> None:
    assert w.browser(who).post("/sessions/nouvelle", **FORM, key="k", title=1).status_code == 404


def test_the_start_of_a_created_session_stays_within_the_approval(w: World) -> None:
    b = w.browser("centre")
    number = int(new(b).headers["Location"].rsplit("/", 1)[1])
    path = f"/sessions/{number}/informations"
    fields = {"place": "Créteil", "session_manager": "C. Roux", "version": 1}
    refused = b.post(path, starts_on="2021-01-04", ends_on="2021-01-05", **fields)
    assert refused.status_code == 422 and "n’est valable le 04/01/2021" in refused.text
    assert b.post(path, starts_on="2020-12-31", ends_on="2021-01-05", **fields).status_code == 303
    w.session(9, "14/09/2020", "15/09/2020", "en_preparation")  # taken over: no approval is asked for
    assert (
        b.post("/sessions/9/informations", starts_on="2021-01-04", ends_on="2021-01-05", **{**fields, "version": 2}).status_code
        == 303
    )


def test_copying_takes_everything_but_dates_and_candidates(w: World) -> None:
    b = w.browser("centre")
    w.session(9, "14/09/2020", "15/09/2020", "en_preparation", kind="ccp")
    w.seat(9, "Agnès")
    late = w.juror("Trop tard", "2016-01-01", "2020-09-14")
    w.juror("Ailleurs")  # accredited, and not of this jury
    b.post("/sessions/9/jury", version=w.get(9).version, action="ajouter", member=late)
    page = b.follow("/sessions/nouvelle?modele=9").text
    assert 'value="ccp" checked' in page and hidden(page, "model") == "9"
    done = new(b, kind="ccp", model=9, with_jury=1, starts_on="2020-09-15")
    number = int(done.headers["Location"].rsplit("/", 1)[1])
    copy = w.get(number)
    assert (copy.candidates, copy.jury) == (0, 1), "who is not accredited on the new day, or did not sit, does not sit"
    seated = "select after from audit_event where action = 'jury_seated' order by id desc limit 1"
    after = str(w.scalar(seated))
    assert '"again_from":9' in after and '"elsewhere":' in after, "the trail tells from which session"
    assert w.browser("other").get("/sessions/nouvelle?modele=9").status_code == 404


def test_cancelling_asks_for_a_reason_and_is_final(w: World) -> None:
    w.session(9, "14/09/2020", "15/09/2020", "dte_envoye")
    b = w.browser("centre")
    assert b.post("/sessions/9/annulation", version=w.get(9).version, reason=" ").status_code == 422
    version = w.get(9).version
    assert b.post("/sessions/9/annulation", version=version, reason="Moniteur absent").status_code == 303
    assert b.post("/sessions/9/annulation", version=version, reason="Moniteur absent").status_code == 303, "a double click"
    assert w.get(9).status is Status.CANCELLED
    assert b.post("/sessions/9/annulation", version=w.get(9).version, reason="x").status_code == 403
    assert "Moniteur absent" in b.get("/sessions/9").text
    w.session(10, "01/06/2020", "02/06/2020", "resultats_saisis")
    assert b.post("/sessions/10/annulation", version=w.get(10).version, reason="x").status_code == 403


# ---- a file of many


def send(b: Browser, path: str, data: bytes, name: str = "f.csv") -> TestResponse:
    return b.client.post(
        path, data={"csrf_token": b.token(), "file": (io.BytesIO(data), name)}, content_type="multipart/form-data"
    )


HEAD = "titre;type;date de début;date de fin;lieu;responsable\n"


def test_many_sessions_from_a_file_after_a_preview(w: World) -> None:
    b = w.browser("centre")
    rows = "TP-01303;titre;14/09/2020;18/09/2020;Créteil;Roux\nTP-01303;ccp;21/09/2020;22/09/2020;Créteil;Roux\n"
    bad = "TP-9;titre;14/09/2020;18/09/2020;x;y\nTP-01303;titre;14/06/2020;13/06/2020;x;y\n"
    preview = send(b, "/sessions/nouvelles", (HEAD + rows + bad).encode())
    assert preview.status_code == 200 and "rien n’est encore enregistré" in preview.text
    assert (
        "2 sessions à créer" in preview.text
        and "pas d’agrément pour « TP-9 »" in preview.text
        and "dans le passé" in preview.text
    )
    assert w.scalar("select count(*) from exam_session") == 0
    content = hidden(preview.text, "content")
    for _ in range(2):  # a double click
        assert b.post("/sessions/nouvelles", content=content).status_code == 303
    assert w.scalar("select count(*) from exam_session") == 2
    assert b.post("/sessions/nouvelles", content=content + "x").status_code == 422, "a content that is not the preview's"
    assert w.browser("other").post("/sessions/nouvelles", content=content).status_code == 422, "another's preview"
    assert w.scalar("select count(*) from exam_session") == 2


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_the_model_files_are_read_back(w: World, kind: str) -> None:
    b = w.browser("centre")
    model = b.get(f"/sessions/nouvelles/modele.{kind}")
    preview = send(b, "/sessions/nouvelles", model.data, f"m.{kind}")
    assert preview.status_code == 200 and "2 sessions à créer" in preview.text, preview.text


# ---- settings and lateness


def test_the_national_account_sets_the_limits_and_the_unit_sees_who_is_late(w: World) -> None:
    w.session(9, "06/07/2020", "07/07/2020", "en_preparation")  # 21 days to go
    unit, national = w.browser("ud94"), w.browser("national")
    assert "Plus que 7 jours pour demander le DTE" in w.browser("centre").get("/sessions/9").text
    assert not re.search(r">9</a>", unit.get("/sessions?vue=en-retard").text)
    assert national.post("/reglages", dte_days="22", convocation_days="7", dte="ud").status_code == 303
    assert "En retard de 1 jour" in w.browser("centre").get("/sessions/9").text
    assert re.search(r">9</a>", unit.get("/sessions?vue=en-retard").text)
    wrong = national.post("/reglages", dte_days="vingt", convocation_days="7", dte="ud")
    assert wrong.status_code == 422 and 'value="vingt"' in wrong.text
    assert unit.post("/reglages", dte_days="1", convocation_days="1", dte="ud").status_code == 404


@pytest.mark.parametrize(("dte", "status"), [("ud", Status.DTE_REQUESTED), ("automatique", Status.DTE_SENT)])
def test_the_dte_is_sent_by_the_unit_unless_it_is_set_to_automatic(w: World, dte: str, status: Status) -> None:
    w.session(9, "14/09/2020", "15/09/2020", "en_preparation")
    b = w.browser("centre")
    assert b.post("/sessions/9/demande-dte", version=w.get(9).version).status_code == 403, "no jury yet"
    w.seat(9)
    w.browser("national").post("/reglages", dte_days="14", convocation_days="7", dte=dte)
    version = w.get(9).version
    for _ in range(2):  # a double click
        assert b.post("/sessions/9/demande-dte", version=version).status_code == 303
    assert w.get(9).status is status
    assert ("DTE envoyé automatiquement." in b.get("/sessions/9").text) == (dte == "automatique")
    automatic = w.scalar("select count(*) from audit_event where action = 'send_dte_automatic' and before like '%demande_dte%'")
    assert automatic == (dte == "automatique")


def test_the_national_account_enters_approvals_and_each_sees_its_own(w: World) -> None:
    national = w.browser("national")
    fields = {"number": "AG-1", "siret": w.sirets[1], "title": "TP-01303", "valid_from": "2020-01-01", "valid_to": "2019-12-31"}
    wrong = national.post("/agrements", **fields)
    assert wrong.status_code == 422 and 'value="AG-1"' in wrong.text
    assert national.post("/agrements", **{**fields, "siret": "123"}).status_code == 422
    assert national.post("/agrements", **{**fields, "valid_to": "2021-12-31"}).status_code == 303
    assert "AG-1" in w.browser("other").get("/agrements").text and "AG-1" not in w.browser("centre").get("/agrements").text
    assert w.browser("centre").post("/agrements", **fields).status_code == 404


def test_approvals_come_in_all_or_nothing(w: World) -> None:
    head = "number;siret;title;valid_from;valid_to\n"
    good = f"AG-1;{w.sirets[0]};TP-01303;01/01/2021;31/12/2021\n"
    bad = f"AG-2;{w.sirets[0]};TP-9;01/01/2021;31/12/2020\nAG-1;{w.sirets[0]};TP-01303;01/01/2022;31/12/2022\n"
    with pytest.raises(BadFile) as refused:
        import_approvals(w.operator(), (head + good + bad).encode())
    assert {e.line for e in refused.value.errors} == {3, 4}
    assert w.scalar("select count(*) from approval") == 1
    for added, changed in ((1, 0), (0, 0)):
        done = import_approvals(w.operator(), (head + good).encode())
        assert (done.added, done.updated) == (added, changed)
