"""Documents, read with a real reader: text, pages, tags, language; and the public page that checks them."""

import re
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.features.candidates.importing import import_candidates
from portal.features.standing.checking import verify
from portal.rules.documents import TABLE, Document
from portal.store.documents import document
from tests.support.papers import text_of
from tests.support.world import Browser, World

NAMES = "D’Aubigné;Éloïse|Nguyễn;Thị Hương|Sukarno;|Łukasiewicz;Zbigniew"


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


def people(w: World, number: int, names: str = NAMES) -> None:
    rows = "".join(f"{number};{name};01/02/1990;\n" for name in names.split("|"))
    import_candidates(w.operator(), f"session;last_name;first_name;born_on;email\n{rows}".encode())


def finished(w: World, number: int, outcomes: list[str], *, kind: str = "titre", lock: bool = True) -> None:
    """A session whose results a centre entered, with the first CCP for a partial success, and which the unit locked."""
    w.session(number, "01/06/2020", "05/06/2020", kind=kind, candidates=0)
    people(w, number, "|".join(NAMES.split("|")[: len(outcomes)]))
    with w.db.reading() as conn:
        ids = conn.exec_driver_sql(f"select id from candidate where session_id = {number} order by sort_key").scalars().all()
    fields: dict[str, object] = {}
    for i, outcome in zip(ids, outcomes, strict=True):
        if kind == "titre":
            fields[f"resultat-{i}"] = outcome
            if outcome == "partiel":
                fields[f"ccp-{i}"] = 1
        else:
            fields[f"resultat-{i}-2"] = outcome
    b = w.browser("centre")
    assert b.post(f"/sessions/{number}/resultats", action="validate", version=w.get(number).version, **fields).status_code == 303
    if lock:
        assert (
            w.browser("ud94").post(f"/sessions/{number}/verrouillage", version=w.get(number).version, reason="Vu").status_code
            == 303
        )


def info(pdf: bytes, tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "x.pdf"
    path.write_bytes(pdf)
    said = subprocess.run(["pdfinfo", path], capture_output=True, check=True).stdout.decode()
    return dict(re.findall(r"^([^:]+):\s*(.*)$", said, re.MULTILINE))


def code_of(text: str) -> str:
    found = re.search(r"[2-9A-HJKMNP-Z]{4}(-[2-9A-HJKMNP-Z]{4}){3}", text)
    assert found, text
    return found.group(0)


def test_a_file_is_named_by_its_kind_its_session_and_its_candidate(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "dte_envoye", candidates=0)
    w.tell(1)
    people(w, 1)
    b = w.browser("centre")
    one = w.scalar("SELECT min(id) FROM candidate")
    paths = {"/sessions/1/documents/convocation.pdf": "convocation-1.pdf",
             f"/sessions/1/candidats/{one}/convocation.pdf": f"convocation-1-{one}.pdf"}  # fmt: skip
    for path, name in paths.items():
        assert f"filename={name}" in b.get(path).headers["Content-Disposition"].replace('"', "")


def test_one_convocation_a_page_for_all_candidates(w: World, tmp_path: Path) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "dte_envoye", candidates=0)
    w.tell(1)
    people(w, 1)
    b = w.browser("centre")
    answer = b.get("/sessions/1/documents/convocation.pdf")
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    text, facts = text_of(answer.data, tmp_path), info(answer.data, tmp_path)
    assert (facts["Pages"], facts["Tagged"], facts["Title"]) == ("4", "yes", "Convocation, session 1")
    about = subprocess.run(["pdfinfo", "-meta", tmp_path / "x.pdf"], capture_output=True, check=True).stdout.decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in about and "<rdf:li>fr-FR</rdf:li>" in about
    for name in ("D’AUBIGNÉ Éloïse", "NGUYỄN Thị Hương", "SUKARNO", "ŁUKASIEWICZ Zbigniew"):
        assert name in text
    assert text.count("du lundi 22 juin 2020 au vendredi 26 juin 2020") == 4 and "ID 1" in text and "CENTRE A" in text
    assert len(set(re.findall(r"[2-9A-HJKMNP-Z]{4}(?:-[2-9A-HJKMNP-Z]{4}){3}", text))) == 4, "a code of its own on each"
    one = b.get("/sessions/1/candidats/2/convocation.pdf")
    assert info(one.data, tmp_path)["Pages"] == "1" and "NGUYỄN" in text_of(one.data, tmp_path)


def test_the_same_content_is_the_same_document_to_the_byte(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "dte_envoye")
    w.tell(1)
    b = w.browser("centre")
    first, again = (b.get("/sessions/1/documents/convocation.pdf").data for _ in range(2))
    assert first == again and w.scalar("select count(*) from document") == 2
    with w.db.reading() as conn:
        assert {made.microsecond for made in conn.execute(select(document.c.made_at)).scalars()} == {0}, (
            "as its PDF tells the time"
        )
    assert w.scalar("select count(*) from audit_event where action = 'documents_made'") == 1
    b.post(
        "/sessions/1/candidats/1/modifier",
        version=w.get(1).version,
        last_name="Autre",
        first_name="",
        born_on="1990-02-01",
        email="",
    )
    assert b.get("/sessions/1/documents/convocation.pdf").data != first and w.scalar("select count(*) from document") == 3


def test_each_document_says_what_it_is_for(w: World, tmp_path: Path) -> None:
    finished(w, 1, ["titre", "partiel", "echec", "absent"])
    b = w.browser("centre")
    said = {}
    for line in TABLE:
        answer = b.get(f"/sessions/1/documents/{line.document}.pdf")
        assert answer.status_code == 200, line
        said[line.document] = text_of(answer.data, tmp_path)
        assert line.label in said[line.document] and info(answer.data, tmp_path)["Tagged"] == "yes"
        assert "CENTRE B" not in said[line.document]
    minutes = said[Document.MINUTES]
    assert "Titre obtenu" in minutes and "Réussite partielle : Former" in minutes and "Échec" in minutes and "Absent" in minutes
    assert "Signatures du jury" in minutes
    assert "D’AUBIGNÉ" in said[Document.AWARD] and "NGUYỄN" not in said[Document.AWARD]
    assert "Enseignant de la conduite" in said[Document.AWARD]
    assert "05/06/2021" in said[Document.CCP] and "Former" in said[Document.CCP] and "D’AUBIGNÉ" not in said[Document.CCP]
    assert "01/06" in said[Document.ATTENDANCE] and "05/06" in said[Document.ATTENDANCE]


def test_a_document_that_is_not_there_yet_says_why(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "en_preparation")
    finished(w, 2, ["echec"], lock=False)
    b = w.browser("centre")
    for path, why in (
        ("/sessions/1/documents/convocation.pdf", "une fois le DTE envoyé"),
        ("/sessions/1/documents/proces-verbal.pdf", "une fois les résultats enregistrés"),
        ("/sessions/2/documents/attestation.pdf", "une fois la session verrouillée"),
        ("/sessions/2/documents/livret.pdf", "Aucun CCP"),
    ):
        answer = b.get(path)
        assert answer.status_code == 409 and why in answer.text
    assert w.scalar("select count(*) from document") == 0


def test_no_document_of_another_centre_nor_of_a_candidate_elsewhere(w: World) -> None:
    finished(w, 1, ["titre"])
    w.session(2, "22/06/2020", "26/06/2020", "dte_envoye")
    for who in ("other", "ud75"):
        b = w.browser(who)
        assert b.get("/sessions/1/documents").status_code == 404
        for line in TABLE:
            assert b.get(f"/sessions/1/documents/{line.document}.pdf").status_code == 404
            assert b.get(f"/sessions/1/candidats/1/{line.document}.pdf").status_code == 404
    b = w.browser("centre")
    assert b.get("/sessions/2/candidats/1/convocation.pdf").status_code == 404, "a candidate of another session"
    assert b.get("/sessions/1/candidats/1/emargement.pdf").status_code == 404, "not a personal document"
    assert b.get("/sessions/1/documents/inconnu.pdf").status_code == 404


def check(visitor: Browser, code: str) -> TestResponse:
    return visitor.get(f"/verifier/{code}")


def test_anybody_can_tell_a_true_document_from_a_forged_one(w: World, tmp_path: Path) -> None:
    finished(w, 1, ["titre"])
    code = code_of(text_of(w.browser("centre").get("/sessions/1/documents/attestation.pdf").data, tmp_path))
    visitor = w.browser()
    page = check(visitor, code)
    assert page.status_code == 200
    for said in ("Document authentique.", "Attestation de réussite", "Titre obtenu", "É. D.", "05/06/2020"):
        assert said in page.text
    for kept in ("AUBIGN", "Éloïse", "01/02/1990", "CENTRE A", "/sessions/1"):
        assert kept not in page.text, f"{kept} is nobody's business"
    typed = visitor.get(
        "/verifier",
    )
    assert typed.status_code == 200
    for spelling in (code.lower(), code.replace("-", ""), f" {code} ".replace("-", " ")):
        found = visitor.client.get("/verifier", query_string={"code": spelling}, follow_redirects=True)
        assert "Document authentique." in found.text
    forged = check(visitor, code[:-1] + ("2" if code[-1] != "2" else "3"))
    assert forged.status_code == 404 and "Aucun document ne porte ce code" in forged.text
    assert visitor.get("/verifier?code=abc").status_code == 422
    assert check(visitor, "'%22<x>").status_code == 404
    assert check(visitor, "%00").status_code == 302  # no address at all: to the sign-in, as every other


def test_a_corrected_result_shows_on_the_document_that_said_otherwise(w: World, tmp_path: Path) -> None:
    finished(w, 1, ["titre"])
    centre, unit, visitor = w.browser("centre"), w.browser("ud94"), w.browser()
    code = code_of(text_of(centre.get("/sessions/1/documents/attestation.pdf").data, tmp_path))
    unit.post("/sessions/1/deverrouillage", version=w.get(1).version, reason="Recours")
    assert "n’est plus à jour" in check(visitor, code).text, "an unlocked session attests nothing"
    fields = {"resultat-1": "echec", "reason": "Erreur"}
    assert unit.post("/sessions/1/resultats/correction", version=w.get(1).version, **fields).status_code == 303
    unit.post("/sessions/1/verrouillage", version=w.get(1).version, reason="Vu")
    assert "n’est plus à jour" in check(visitor, code).text
    unit.post("/sessions/1/deverrouillage", version=w.get(1).version, reason="Recours")
    unit.post("/sessions/1/resultats/correction", version=w.get(1).version, **{**fields, "resultat-1": "titre"})
    unit.post("/sessions/1/verrouillage", version=w.get(1).version, reason="Vu")
    assert "Document authentique.</strong>" in check(visitor, code).text


def moved(w: World, number: int = 1, status: str = "dte_envoye") -> Browser:
    """A session that the measure of 2020 moved, and the browser of its centre."""
    w.session(number, "18/03/2020", "12/05/2020", status)
    w.measure()
    return w.browser("centre")


def state_days(w: World, b: Browser, first: str, last: str, number: int = 1) -> None:
    fields = {"exam_starts_on": first, "exam_ends_on": last, "hour": "08:30"}
    assert b.post(f"/sessions/{number}/jours-examen", version=w.get(number).version, **fields).status_code == 303


LEFT_BEHIND = ("18 mars", "12 mai", "18/03", "12/05", "24 août", "24/08")


def test_a_moved_session_gives_no_paper_before_its_days_and_says_where_to_enter_them(w: World, tmp_path: Path) -> None:
    b = moved(w)
    for kind in (Document.CONVOCATION, Document.ATTENDANCE):
        refused = b.get(f"/sessions/1/documents/{kind}.pdf")
        assert refused.status_code == 409 and "Les jours d’examen ne sont pas indiqués" in refused.text
        assert "L’heure de convocation n’est pas indiquée" in refused.text and "Le lieu n’est pas indiqué" in refused.text
        assert 'href="/sessions/1/jours-examen"' in refused.text and 'href="/sessions/1/informations"' in refused.text
    unit = w.browser("ud94").get("/sessions/1/documents/convocation.pdf")
    assert unit.status_code == 409 and "/sessions/1/jours-examen" not in unit.text
    names = text_of(b.get("/sessions/1/documents/liste-candidats.pdf").data, tmp_path)
    assert "à indiquer par le centre" in names and not [day for day in LEFT_BEHIND if day in names]


def test_the_papers_of_a_moved_session_say_the_days_that_its_centre_stated(w: World, tmp_path: Path) -> None:
    b = moved(w)
    w.tell(1)
    state_days(w, b, "2020-07-06", "2020-07-08")
    paper = text_of(b.get("/sessions/1/documents/convocation.pdf").data, tmp_path)
    for said in (
        "du lundi 6 juillet 2020 au mercredi 8 juillet 2020",
        "Heure de convocation : 08 h 30, le lundi 6 juillet 2020.",
        "12 rue des Écoles, 94000 Créteil",
        "Prévenez sans tarder le responsable de session : C. Roux, 01 00 00 00 00",
    ):
        assert said in paper
    sheet = text_of(b.get("/sessions/1/documents/emargement.pdf").data, tmp_path)
    assert [day for day in ("lun. 06/07", "mar. 07/07", "mer. 08/07") if day in sheet] == [
        "lun. 06/07",
        "mar. 07/07",
        "mer. 08/07",
    ]
    assert (sheet.count("matin"), sheet.count("après-midi")) == (3, 3)
    assert not [day for day in LEFT_BEHIND if day in paper or day in sheet]


@pytest.mark.parametrize("postponed", [False, True])
def test_an_attendance_sheet_holds_every_day_of_the_exam(w: World, tmp_path: Path, postponed: bool) -> None:
    first, last = ("18/03/2020", "12/05/2020") if postponed else ("01/07/2020", "14/08/2020")
    w.session(1, first, last, "dte_envoye", candidates=40)
    w.tell(1)
    b = w.browser("centre")
    if postponed:
        w.measure()
        state_days(w, b, "2020-07-01", "2020-08-14")
    sheet = text_of(b.get("/sessions/1/documents/emargement.pdf").data, tmp_path)
    days = re.findall(r"(?:lun|mar|mer|jeu|ven|sam|dim)\. (\d\d/\d\d)", sheet)
    assert len(days) >= 45 and list(dict.fromkeys(days)) == [
        f"{date.fromordinal(date(2020, 7, 1).toordinal() + i):%d/%m}" for i in range(45)
    ]
    assert sheet.count("NOM39") == 9, "nine pages of five days each"


def convoked(w: World) -> None:
    """A session of today's rules whose convocations are sent."""
    w.session(1, "22/06/2020", "26/06/2020", "dte_envoye")
    w.tell(1)
    assert w.browser("centre").post("/sessions/1/convocations", version=w.get(1).version).status_code == 303


PRACTICAL = {"place": "12 rue des Écoles, 94000 Créteil", "hour": "08:30", "session_manager": "C. Roux, 01 00 00 00 00"}


@pytest.mark.parametrize(
    ("who", "path", "fields"),
    [
        ("ud94", "report", {"starts_on": "2020-07-06", "ends_on": "2020-07-10", "reason": "Salle"}),
        ("centre", "informations", {**PRACTICAL, "place": "2 rue Neuve, 75019 Paris"}),
        ("centre", "informations", {**PRACTICAL, "hour": "14:00"}),
        ("centre", "annulation", {"reason": "Plus de salle"}),
    ],
)
def test_a_convocation_is_void_once_what_it_says_has_changed(
    w: World, tmp_path: Path, who: str, path: str, fields: dict[str, str]
) -> None:
    convoked(w)
    b, visitor = w.browser("centre"), w.browser()
    code = code_of(text_of(b.get("/sessions/1/candidats/1/convocation.pdf").data, tmp_path))
    assert "Document authentique.</strong>" in check(visitor, code).text
    assert w.browser(who).post(f"/sessions/1/{path}", version=w.get(1).version, **fields).status_code == 303
    assert "il ne vaut plus" in check(visitor, code).text
    if path != "annulation":
        assert w.get(1).unconvened == 2 and "Convoquez de nouveau" in b.get("/sessions/1").text
        assert b.post("/sessions/1/nouvelle-convocation", version=w.get(1).version).status_code == 303
        assert w.get(1).unconvened == 0
        fresh = code_of(text_of(b.get("/sessions/1/candidats/1/convocation.pdf").data, tmp_path))
        assert "Document authentique.</strong>" in check(visitor, fresh).text and "il ne vaut plus" in check(visitor, code).text


def test_another_person_to_call_leaves_the_convocations_standing(w: World, tmp_path: Path) -> None:
    convoked(w)
    b = w.browser("centre")
    code = code_of(text_of(b.get("/sessions/1/candidats/1/convocation.pdf").data, tmp_path))
    fields = {**PRACTICAL, "session_manager": "A. Petit, 01 00 00 00 01"}
    assert b.post("/sessions/1/informations", version=w.get(1).version, **fields).status_code == 303
    assert w.get(1).unconvened == 0 and "n’est plus à jour" in check(w.browser(), code).text


def test_a_real_end_date_leaves_the_convocations_standing(w: World, tmp_path: Path) -> None:
    b = moved(w, status="convocations_envoyees")
    w.tell(1)
    state_days(w, b, "2020-06-15", "2020-06-16")
    code = code_of(text_of(b.get("/sessions/1/candidats/1/convocation.pdf").data, tmp_path))
    assert b.post("/sessions/1/date-reelle", version=w.get(1).version, actual_end_on="2020-06-17").status_code == 303
    assert "Document authentique.</strong>" in check(w.browser(), code).text


def test_a_convocation_names_no_day_of_a_dte_that_was_recalled(w: World, tmp_path: Path) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "dte_envoye")
    w.tell(1)
    code = code_of(text_of(w.browser("centre").get("/sessions/1/candidats/1/convocation.pdf").data, tmp_path))
    w.browser("ud94").post("/sessions/1/rappel-dte", version=w.get(1).version, reason="Sujet erroné")
    assert "il ne vaut plus" in check(w.browser(), code).text and "a été rappelé" in check(w.browser(), code).text


def test_a_name_in_an_alphabet_without_a_font_is_no_fault(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "dte_envoye", candidates=0)
    w.tell(1)
    people(w, 1, "王;小明")
    assert w.browser("centre").get("/sessions/1/documents/convocation.pdf").status_code == 200


def test_what_was_handed_out_cannot_be_changed(w: World) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    w.session(1, "22/06/2020", "26/06/2020", "dte_envoye")
    w.tell(1)
    w.browser("centre").get("/sessions/1/documents/convocation.pdf")
    for sql in ("update document set said = '{}'", "delete from document"):
        with pytest.raises(DBAPIError), w.db.writing() as tx:
            tx.execute(text(sql))


def test_the_name_of_a_template_file_is_the_name_of_its_document() -> None:
    folder = Path(__file__).parents[2] / "templates" / "documents"
    assert {p.stem for p in folder.glob("*.typ")} == {"frame", "french", "preuve", *Document}


def test_a_document_made_for_each_candidate_says_when_it_is_made_for_nobody() -> None:
    assert {line.document for line in TABLE if line.personal} == {line.document for line in TABLE if line.nobody}
