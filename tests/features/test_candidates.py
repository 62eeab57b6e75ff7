"""Candidates: added, edited, removed, taken again, and imported from files, through HTTP."""

import io
from collections.abc import Callable, Iterator
from functools import cache

import pytest
import xlsxwriter
from werkzeug.test import TestResponse

from portal.features.standing.checking import verify
from tests.support.world import Browser, World, hidden

HEAD = "nom;prénom;date de naissance;adresse électronique\n"
PERSON = {"last_name": "D’Aubigné", "first_name": "Éloïse", "born_on": "1995-11-04", "email": "e@test.example"}


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "14/09/2020", "18/09/2020", "en_preparation", candidates=0)
    yield world
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


def add(w: World, b: Browser, number: int = 1, /, **changes: object) -> TestResponse:
    return b.post(f"/sessions/{number}/candidats", version=w.get(number).version, **{**PERSON, **changes})


def send(b: Browser, data: bytes, name: str = "f.csv", number: int = 1) -> TestResponse:
    fields = {"csrf_token": b.token(), "file": (io.BytesIO(data), name)}
    return b.client.post(f"/sessions/{number}/candidats/import", data=fields, content_type="multipart/form-data")


def count(w: World) -> object:
    return w.scalar("select count(*) from candidate where session_id = 1")


def test_a_candidate_is_added_corrected_and_removed_and_the_history_tells(w: World) -> None:
    b = w.browser("centre")
    assert add(w, b).status_code == 303
    page = b.get("/sessions/1/candidats").text
    assert "D’AUBIGNÉ Éloïse" in page
    edit = "/sessions/1/candidats/1/modifier"
    assert b.post(edit, version=2, **{**PERSON, "first_name": "Eloïse-Marie"}).status_code == 303
    assert "Eloïse-Marie" in b.get("/sessions/1/candidats/1").text
    assert b.post("/sessions/1/candidats/1/retrait", version=3).status_code == 303
    assert b.post("/sessions/1/candidats/1/retrait", version=3).status_code == 303, "a double click"
    assert count(w) == 0
    told = b.get("/sessions/1/historique").text
    assert "Prénom : « Éloïse » → « Eloïse-Marie »" in told and "D’AUBIGNÉ Eloïse-Marie retiré(e)" in told


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"last_name": " "}, "last_name"),
        ({"last_name": "=1+1"}, "last_name"),
        ({"last_name": "x" * 121}, "last_name"),
        ({"first_name": "R2D2"}, "first_name"),
        ({"born_on": ""}, "born_on"),
        ({"born_on": "2020-06-15"}, "born_on"),
        ({"born_on": "1899-12-31"}, "born_on"),
        ({"born_on": "31/02/1990"}, "born_on"),
        ({"email": "pas une adresse"}, "email"),
    ],
)
def test_what_is_wrong_is_said_on_its_field_and_what_was_typed_stays(w: World, changes: dict[str, str], field: str) -> None:
    answer = add(w, w.browser("centre"), **changes)
    assert answer.status_code == 422 and f'href="#{field}"' in answer.text and count(w) == 0
    assert f'value="{PERSON["email"] if field != "email" else changes["email"]}"' in answer.text


@pytest.mark.parametrize("born", ["2020-06-14", "1900-01-01", "04/11/1995"])
def test_a_birth_date_is_before_today_and_typed_as_people_do(w: World, born: str) -> None:
    assert add(w, w.browser("centre"), born_on=born).status_code == 303


def test_a_duplicate_is_shown_not_merged(w: World) -> None:
    b = w.browser("centre")
    add(w, b)
    twin = add(w, b, last_name="d'aubigne", first_name="ELOISE", email="autre@test.example")
    assert twin.status_code == 422 and "est déjà sur la liste (accents et majuscules mis à part)" in twin.text
    assert add(w, b, born_on="1995-11-05").status_code == 303, "another birth date is another person"
    assert count(w) == 2


def test_a_person_of_another_session_of_the_same_centre_is_offered(w: World) -> None:
    w.session(2, "01/06/2020", "02/06/2020", candidates=0)
    w.session(3, "01/06/2020", "02/06/2020", candidates=0, centre=1)
    b, other = w.browser("centre"), w.browser("other")
    add(w, b, 2)
    add(w, other, 3, last_name="D’Aubigny")
    page = b.get("/sessions/1/candidats?q=aubign").text
    assert "D’AUBIGNÉ Éloïse" in page and "D’AUBIGNY" not in page, "nothing of another centre"
    preview = send(b, f"{HEAD}D’Aubigné;Éloïse;04/11/1995;\n".encode())
    assert "session 2" in preview.text


def test_a_candidate_is_taken_off_without_a_reason_before_anybody_is_convened(w: World) -> None:
    w.session(2, "01/06/2020", "02/06/2020", "dte_envoye")
    b = w.browser("centre")
    assert 'name="reason"' not in b.get("/sessions/2/candidats/1/retrait").text
    assert b.post("/sessions/2/candidats/1/retrait", version=2).status_code == 303


def test_a_candidate_added_by_mistake_after_the_convocations_is_taken_off_for_a_reason(w: World) -> None:
    w.session(2, "22/06/2020", "23/06/2020")
    b = w.browser("centre")
    b.post("/sessions/2/candidats", version=w.get(2).version, **PERSON)
    page = b.get("/sessions/2/candidats").text
    assert page.count("pas encore convoqué(e)") == 1 and "1 candidat n’a pas de convocation valable" in page
    assert "pas encore convoqué(e)" in b.get("/sessions/2").text and w.get(2).unconvened == 1
    here = "/sessions/2/candidats/3/retrait"
    assert 'name="reason"' in b.get(here).text
    asked = b.post(here, version=w.get(2).version, reason=" ")
    assert asked.status_code == 422 and "Indiquez pourquoi" in asked.text and w.get(2).candidates == 3
    assert b.post(here, version=w.get(2).version, reason="Inscrit par erreur").status_code == 303
    assert (w.get(2).candidates, w.get(2).unconvened) == (2, 0)
    assert "Inscrit par erreur" in b.get("/sessions/2/historique").text


def test_a_candidate_with_a_draft_of_a_result_stays_on_the_list(w: World) -> None:
    w.session(4, "01/06/2020", "02/06/2020")
    b = w.browser("centre")
    b.post("/sessions/4/resultats", action="draft", version=w.get(4).version, **{"resultat-1": "echec"})
    page = b.get("/sessions/4/candidats").text
    assert "/sessions/4/candidats/1/retrait" not in page and "/sessions/4/candidats/2/retrait" in page
    refused = b.post("/sessions/4/candidats/1/retrait", version=w.get(4).version, reason="Erreur")
    assert refused.status_code == 403 and "même au brouillon" in refused.text and "« Absent »" in refused.text
    assert b.post("/sessions/4/candidats/2/retrait", version=w.get(4).version, reason="Erreur").status_code == 303
    assert w.get(4).candidates == 1


@pytest.mark.parametrize("who", ["ud94", "region", "national", "other"])
def test_nobody_else_touches_the_list(w: World, who: str) -> None:
    assert add(w, w.browser(who)).status_code == (404 if who == "other" else 403)
    assert count(w) == 0


def test_the_second_of_two_people_is_told_and_keeps_what_was_typed(w: World) -> None:
    first, second = w.browser("centre"), w.browser("centre")
    add(w, first)
    told = second.post("/sessions/1/candidats", version=1, **{**PERSON, "last_name": "Zola"})
    assert told.status_code == 409 and 'value="Zola"' in told.text and "modifiée entre-temps" in told.text
    again = second.post("/sessions/1/candidats", version=hidden(told.text, "version"), **{**PERSON, "last_name": "Zola"})
    assert again.status_code == 303 and count(w) == 2


# ---- a file


def book(*rows: tuple[object, ...], merge: str = "") -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
        if merge:
            sheet.merge_range(merge, "fusion")
    return out.getvalue()


def test_the_preview_tells_the_good_from_the_bad_and_writes_nothing(w: World) -> None:
    b = w.browser("centre")
    add(w, b)
    rows = "Nguyễn;Thị Hương;23/02/1988;\n;Sans nom;01/01/1990;\nnguyen;thi huong;23/02/1988;\nD'AUBIGNE;Eloise;04/11/1995;\nX;Y;31/02/1990;z\n"
    preview = send(b, (HEAD + rows).encode())
    page = preview.text
    assert preview.status_code == 200 and "1 candidat à ajouter, 2 doublons laissés de côté, 2 lignes à corriger" in page
    assert "nom : la cellule est vide" in page and "n’existe pas au calendrier" in page and "n’est pas une adresse" in page
    assert "doublon de la ligne 2" in page and "déjà sur la liste de cette session" in page
    assert count(w) == 1
    content = hidden(page, "content")
    for _ in range(2):  # a double click
        assert b.post("/sessions/1/candidats/import", content=content, version=2).status_code == 303
    assert count(w) == 2 and "NGUYỄN Thị Hương" in b.get("/sessions/1/candidats").text


def test_a_stale_preview_is_told_again_and_nothing_is_lost(w: World) -> None:
    b = w.browser("centre")
    preview = send(b, f"{HEAD}Nguyễn;Thị Hương;23/02/1988;\nSall;Fatou;01/02/1990;\n".encode())
    add(w, b, last_name="Sall", first_name="Fatou", born_on="1990-02-01")
    told = b.post("/sessions/1/candidats/import", content=hidden(preview.text, "content"))
    assert told.status_code == 409 and "1 candidat à ajouter, 1 doublon laissé de côté" in told.text
    assert b.post("/sessions/1/candidats/import", content=hidden(told.text, "content")).status_code == 303
    assert count(w) == 2


def test_a_preview_is_of_one_session_and_one_person(w: World) -> None:
    w.session(2, "14/09/2020", "18/09/2020", "en_preparation", candidates=0)
    b = w.browser("centre")
    content = hidden(send(b, f"{HEAD}Sall;Fatou;01/02/1990;\n".encode()).text, "content")
    assert b.post("/sessions/2/candidats/import", content=content).status_code == 422
    assert w.browser("ud94").post("/sessions/1/candidats/import", content=content).status_code in (403, 422)
    assert w.scalar("select count(*) from candidate") == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_the_model_files_are_read_back(w: World, kind: str) -> None:
    b = w.browser("centre")
    preview = send(b, b.get(f"/sessions/1/candidats/modele.{kind}").data, f"m.{kind}")
    assert preview.status_code == 200 and "2 candidats à ajouter" in preview.text


def test_a_workbook_with_real_dates_and_other_column_names_is_read(w: World) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ("Prénom", "NOM", "Né(e) le", "Courriel"))
        from datetime import date

        sheet.write_row(1, 0, ("Éloïse", "D’Aubigné"))
        sheet.write_datetime(1, 2, date(1995, 11, 4))
    assert "1 candidat à ajouter" in send(w.browser("centre"), out.getvalue(), "x.xlsx").text


COLUMNS = ("nom", "prénom", "date de naissance", "adresse électronique")


@cache
def bomb() -> bytes:
    """A workbook whose sheet says that it unpacks to 300 MB."""
    import zipfile

    small = book(COLUMNS)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                with archive.open(entry.filename, "w") as file:
                    for _ in range(300):
                        file.write(b" " * 1_000_000)
                continue
            archive.writestr(entry.filename, data)
    return out.getvalue()


def far_corner() -> bytes:
    """Few bytes that claim seventeen billion cells."""
    import zipfile

    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book(COLUMNS, ("Sall", "Fatou", "01/02/1990", "")))) as old,
        zipfile.ZipFile(out, "w") as archive,
    ):
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename.endswith("sheet1.xml"):
                data = data.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
            archive.writestr(entry.filename, data)
    return out.getvalue()


HURTING: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "empty": (b"", "fichier est vide"),
    "fifty megabytes": (HEAD.encode() + b"x" * 50_000_000, "dépasse 10 Mo"),
    "zip bomb": (bomb, "démesuré"),
    "the far corner": (far_corner, "démesuré"),
    "a zip that is no workbook": (b"PK\x03\x04 not a zip", "illisible"),
    "merged cells": (lambda: book(COLUMNS, ("Sall", "Fatou", "01/02/1990", ""), merge="A3:B4"), "cellules fusionnées (A3:B4)"),
    "sixty columns": (
        ";".join([*COLUMNS, *(f"c{i}" for i in range(56))]).encode() + b"\na\n",
        "autres colonnes inconnues : 53",
    ),
    "half Windows-1252, half UTF-8": (HEAD.encode() + "Lefèvre;Zoé;01/02/1990;\n".encode("cp1252"), "n’est pas en UTF-8"),
    "from an old Mac": (f"{HEAD}André;Zoé;01/02/1990;\n".encode("mac-roman"), "n’est pas en UTF-8"),
    "from DOS": (f"{HEAD}Lefèvre;Zoé;01/02/1990;\n".encode("cp850"), "n’est pas en UTF-8"),
    "half of UTF-16": (f"{HEAD}Lefèvre;Zoé;01/02/1990;\n".encode("utf-16")[:-1], "n’est pas en UTF-8"),
    "a hundred and one columns": (
        ";".join([*COLUMNS, *(f"c{i}" for i in range(97))]).encode() + b"\na\n",
        "plus de 100 colonnes",
    ),
    "sixty thousand columns": (";".join(f"c{i}" for i in range(60_000)).encode() + b"\na\n", "plus de 100 colonnes"),
    "a book in a cell": ((HEAD + "x" * 10_001 + ";F;01/02/1990;\n").encode(), "une cellule dépasse 10\u202f000 caractères"),
    "a book in a workbook's cell": (lambda: book(COLUMNS, ("x" * 10_001, "F", "01/02/1990", "")), "une cellule dépasse"),
    "a text shared by all cells": (lambda: book(COLUMNS, *[("x" * 9_000,) * 4] * 1_000), "démesuré"),
    "commas and tabulations": (b"nom,pr\xc3\xa9nom\tdate de naissance,\tx\nSall,Fatou\t01/02/1990\n", "se mêlent"),
    "a photo": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)), "une image"),
    "a png": (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "une image"),
    "no header": (b"Sall;Fatou;01/02/1990\n", "la colonne « nom » manque"),
    "nul": (HEAD.encode() + b"Sa\0ll;F;01/02/1990;\n", "des signes qui ne sont d’aucun texte"),
    "quotes": (HEAD.encode() + b'"Sall;F;01/02/1990;\n', "guillemets"),
}


@pytest.mark.parametrize("name", HURTING)
def test_a_file_that_hurts_gets_a_sentence_and_writes_nothing(w: World, name: str) -> None:
    data, sentence = HURTING[name]
    answer = send(w.browser("centre"), data() if callable(data) else data)
    assert answer.status_code == 422 and sentence in answer.text, answer.text[-3000:]
    assert "rien n’a été enregistré" in answer.text and count(w) == 0


def as_saved(encoding: str, separator: str) -> bytes:
    rows = (
        COLUMNS,
        ("D’Aubigné", "Éloïse", "01/02/1990", "eloise@exemple.fr"),
        ("Šimić-Nœud" if encoding != "cp1252" else "Šimi-Nœud", "Zoé", "03/04/1991", ""),
    )
    return "".join(separator.join(row) + "\r\n" for row in rows).encode(encoding)


WINDOWS = "Le fichier n’était pas en UTF-8 : il a été lu comme Windows-1252, relisez les accents."
WIDE = "Le fichier n’était pas en UTF-8 : il a été lu comme UTF-16."
COMMAS, TABS = (f"Les colonnes étaient séparées par des {sign}" for sign in ("virgules", "tabulations"))


@pytest.mark.parametrize(
    ("encoding", "separator", "notes"),
    [
        ("utf-8", ";", ()),
        ("utf-8-sig", ";", ()),
        ("utf-8", ",", (COMMAS,)),
        ("utf-8", "\t", (TABS,)),
        ("cp1252", ";", (WINDOWS,)),
        ("cp1252", ",", (WINDOWS, COMMAS)),
        ("utf-16", "\t", (WIDE, TABS)),
        ("utf-16", ";", (WIDE,)),
    ],
)
def test_what_an_older_spreadsheet_saves_is_read_and_the_preview_says_how(
    w: World, encoding: str, separator: str, notes: tuple[str, ...]
) -> None:
    b = w.browser("centre")
    preview = send(b, as_saved(encoding, separator))
    assert preview.status_code == 200 and "2 candidats à ajouter" in preview.text
    assert [n for n in (WINDOWS, WIDE, COMMAS, TABS) if n in preview.text] == list(notes)
    assert b.post("/sessions/1/candidats/import", content=hidden(preview.text, "content")).status_code == 303
    assert w.scalar("select first_name from candidate where last_name = 'D’Aubigné'") == "Éloïse"


def test_signs_that_nobody_sees_come_along_in_a_file_and_are_not_read(w: World) -> None:
    b = w.browser("centre")
    preview = send(b, "\ufeffnom;pr\u200bénom;date de naissance\n\u200bSall;Fa\u00adtou;\u200e01/02/1990\n".encode())
    assert "1 candidat à ajouter" in preview.text
    assert b.post("/sessions/1/candidats/import", content=hidden(preview.text, "content")).status_code == 303
    assert w.scalar("select last_name || first_name from candidate") == "SallFatou"


BAD_LINES: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "a formula in a name": (f"{HEAD}=HYPERLINK(1);Fatou;01/02/1990;\n".encode(), "commence comme une formule"),
    "a formula in a workbook": (lambda: book(COLUMNS, ("'=1+1", "Fatou", "01/02/1990", "")), "commence comme une formule"),
    "dates as numbers": (lambda: book(COLUMNS, ("Sall", "Fatou", 32905, "")), "est un nombre, pas une date"),
    "American dates": (f"{HEAD}Sall;Fatou;02/31/1990;\n".encode(), "n’existe pas au calendrier"),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_gets_a_sentence_and_nothing_can_be_imported(w: World, name: str) -> None:
    data, sentence = BAD_LINES[name]
    answer = send(w.browser("centre"), data() if callable(data) else data)
    assert answer.status_code == 200 and sentence in answer.text and 'name="content"' not in answer.text and count(w) == 0


def test_five_thousand_lines_are_one_import(w: World) -> None:
    from portal.rules.french import MONTHS

    letters = "abcdefghijklmnopqrst"
    names = [f"{letters[i // 400]}{letters[i // 20 % 20]}{letters[i % 20]}" for i in range(5000)]
    rows = "".join(f"{n.title()};{MONTHS[i % 12].title()};{1 + i % 28:02}/01/19{50 + i % 50};\n" for i, n in enumerate(names))
    b = w.browser("centre")
    preview = send(b, (HEAD + rows).encode())
    assert "5 000 candidats à ajouter".replace(" ", "\u202f", 1) in preview.text or "5\u202f000 candidats" in preview.text
    assert b.post("/sessions/1/candidats/import", content=hidden(preview.text, "content")).status_code == 303
    assert count(w) == 5000 and w.get(1).version == 2


def test_the_number_of_who_was_removed_is_given_to_nobody_else(w: World) -> None:
    b = w.browser("centre")
    for name in ("Premier", "Second"):
        add(w, b, last_name=name)
        number = w.scalar("SELECT max(id) FROM candidate")
        assert b.post(f"/sessions/1/candidats/{number}/retrait", version=w.get(1).version).status_code == 303
    assert b.post("/sessions/1/candidats", version=w.get(1).version, **PERSON).status_code == 303
    assert w.scalar("SELECT max(id) FROM candidate") == 3
