"""Results by file: the sheet with its candidates, what a filled one says, and « Tous : Titre obtenu »; nothing is kept by them."""

import csv
import io
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from portal.features.candidates.importing import import_candidates
from portal.features.results import sheets
from portal.files.models import model
from portal.store.text import fold
from tests.support.world import Browser, World

FILE = "/sessions/1/resultats/fichier"


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "01/06/2020", "02/06/2020", candidates=0)
    rows = "".join(f"1;{name};Prénom;01/02/1990;\n" for name in ("Alpha", "Bravo", "Charlie"))
    import_candidates(world.operator(), f"session;last_name;first_name;born_on;email\n{rows}".encode())
    yield world
    world.close()


def send(b: Browser, data: bytes) -> TestResponse:
    fields = {"csrf_token": b.token(), "file": (io.BytesIO(data), "f.csv")}
    return b.client.post(FILE, data=fields, content_type="multipart/form-data")


def table(b: Browser) -> list[list[str]]:
    text = b.get("/sessions/1/resultats/modele.csv").data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def kept(w: World) -> object:
    return w.scalar("SELECT count(*) FROM result")


def checked(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="resultat-')[1:] if "checked" in part.split(">")[0]]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_the_model_filled_in_fills_the_page_and_keeps_nothing(w: World, kind: str) -> None:
    b = w.browser("centre")
    head, *rows = table(b)
    assert head == ["n°", "nom", "prénom", "date de naissance", "résultat", "ccp obtenus"] and len(rows) == 3
    for row, outcome, held in zip(rows, ("Titre obtenu", "réussite partielle", "ECHEC"), ("", "former", ""), strict=True):
        row[4:] = [outcome, held]
    page = send(b, model(kind, [head, *rows]))
    assert page.status_code == 200 and "3 résultats repris ci-dessous" in page.text and kept(w) == 0
    assert checked(page.text) == ["1", "2", "3"] and 'name="ccp-2" value="1" checked' in page.text
    sheet = {"resultat-1": "titre", "resultat-2": "partiel", "ccp-2": "1", "resultat-3": "echec"}
    assert b.post("/sessions/1/resultats", action="validate", version=w.get(1).version, **sheet).status_code == 303
    assert [row[4] for row in table(b)[1:]] == ["Titre obtenu", "Réussite partielle", "Échec"] and table(b)[2][5] == "Former"


def test_each_line_that_cannot_be_taken_says_why_and_the_others_are(w: World) -> None:
    lines = ("1;Alpha;Prénom;;titre;", "2;Charlie;Prénom;;echec;", "9;;;;absent;", "3;Charlie;;;gagné;",
             "1;Alpha;Prénom;;echec;", "2;;;;partiel;Inconnu", "3;;;;;")  # fmt: skip
    head = "n°;nom;prénom;date de naissance;résultat;ccp obtenus"
    page = send(w.browser("centre"), "\n".join((head, *lines)).encode()).text.replace(" ", " ")
    assert "1 résultat repris ci-dessous, 5 lignes laissées de côté" in page and kept(w) == 0
    for line, said in ((3, "est celui de BRAVO Prénom, et non de Charlie"), (4, "n’est celui d’aucun candidat"),
                       (5, "n’est pas un résultat (Titre obtenu, "), (6, "déjà à la ligne 2"), (7, "n’est pas un certificat")):  # fmt: skip
        assert f"Ligne {line}</strong>" in page and said in page, said


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_a_file_repeats_costs_no_more_than_to_read_it(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    folded = 0

    def counted(text: str) -> str:
        nonlocal folded
        folded += len(text)
        return fold(text)

    monkeypatch.setattr(sheets, "fold", counted)
    lines = ["1;;;;partiel;" + "|".join(["x"] * 4900), *["2;;;;absent;"] * 500, "3;;;;" + "y" * 9000 + ";"]
    page = send(w.browser("centre"), "\n".join(("n°;nom;prénom;date de naissance;résultat;ccp obtenus", *lines)).encode()).text
    assert "4900 CCP, et le titre en a 2" in page and folded < 10_000


def test_a_session_of_certificates_has_a_line_for_each(w: World) -> None:
    w.session(2, "01/06/2020", "02/06/2020", kind="ccp", candidates=1)
    b = w.browser("centre")
    text = b.get("/sessions/2/resultats/modele.csv").data.decode("utf-8-sig")
    assert text.splitlines()[0].endswith("certificat;résultat") and len(text.splitlines()) == 3
    fields = {
        "csrf_token": b.token(),
        "file": (io.BytesIO("n°;certificat;résultat\n4;Former;Acquis\n4;Sensibiliser;non acquis\n".encode()), "f"),
    }
    page = b.client.post("/sessions/2/resultats/fichier", data=fields, content_type="multipart/form-data").text
    assert "1 résultat repris" in page and checked(page)[:2] == ["4-1", "4-2"]


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_file_that_is_no_table_or_comes_from_somebody_else_is_refused(w: World) -> None:
    b = w.browser("centre")
    assert send(b, b"\0\1\2").status_code == 422 and send(b, b"a;b\n1;2\n").status_code == 422
    assert b.post(FILE).status_code == 422
    assert [send(w.browser(who), b"n\xc2\xb0;r\xc3\xa9sultat\n1;titre\n").status_code for who in ("ud94", "other")] == [403, 404]
    assert kept(w) == 0


def test_all_obtained_fills_what_is_empty_and_the_few_are_corrected(w: World) -> None:
    b = w.browser("centre")
    b.post("/sessions/1/resultats", action="draft", version=w.get(1).version, **{"resultat-2": "absent"})
    assert "Tous : Titre obtenu" in b.get("/sessions/1/resultats").text
    page = b.get("/sessions/1/resultats?tous=titre").text
    assert 'name="resultat-1" value="titre" checked' in page and 'name="resultat-2" value="absent" checked' in page
    assert "Tous : Titre obtenu" not in page and kept(w) == 1
