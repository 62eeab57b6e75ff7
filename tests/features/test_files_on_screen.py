"""Files taken over on screen by the national account: shown with what they would change, then taken over whole, or not at all."""

import io
import re
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from portal.core.imports import Imported
from portal.core.outcomes import NotThere
from portal.features.taking_over import actions as taking_over
from portal.features.taking_over.kinds import ALL, KINDS, Kind
from portal.files.found import Found
from tests.support.visible import visible
from tests.support.world import Browser, World, hidden


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    world.close()


def send(b: Browser, what: str, data: str | bytes, name: str = "f.csv") -> TestResponse:
    content = data if isinstance(data, bytes) else data.encode()
    fields = {"csrf_token": b.token(), "file": (io.BytesIO(content), name)}
    return b.client.post(f"/{what}/fichier", data=fields, content_type="multipart/form-data")


def take_over(b: Browser, what: str, data: str) -> TestResponse:
    preview = send(b, what, data)
    assert preview.status_code == 200, preview.text
    return b.post(f"/{what}/fichier", content=hidden(preview.text, "content"))


def count(w: World, table: str) -> object:
    return w.scalar(f"SELECT count(*) FROM {table}")


def of_each(w: World) -> dict[str, tuple[str, str, str, str]]:
    """Of each kind: its table, a good file, one with a wrong line 3, and what is said of that line."""
    siret = f"{w.sirets[0][:3]} {w.sirets[0][3:]}"
    session = f"7;{siret};TP-01303;titre;14/09/2020;18/09/2020;En préparation;"
    sessions = "numéro;SIRET;titre;type;date de début;date de fin;statut;date réelle de fin"
    return {
        "centres": ("centre", "siret;nom;département\n356 000 000 00048;LA POSTE;94\n", "356;X;999\n", "département : le département « 999 »"),
        "titres": ("title", "code;arrêté du;intitulé;niveau;certificats\nTP-9;;Car;3;Conduire\n", "TP-8;;Car;9;\n", "le niveau « 9 »"),
        "agrements": (
            "approval", f"numéro;SIRET;titre;valable du;au\nAG-1;{siret};TP-01303;01/01/2020;31/12/2021\n",
            f"AG-2;{siret};TP-7;01/01/2020;31/12/2021\n", "titre : Le titre « TP-7 » est inconnu",
        ),
        "sessions": ("exam_session", f"{sessions}\n{session}\n", f"{session}\n".replace("18/09", "31/09"), "date de fin : « 31/09/2020 »"),
        "candidats": ("candidate", "session;nom;prénom;date de naissance\n1;Sall;Fatou;02/03/1990\n", "9;A;B;x\n", "la session 9 n’existe pas"),
    }  # fmt: skip


@pytest.mark.parametrize("what", KINDS)
def test_a_file_is_shown_and_then_taken_over_or_wholly_refused(w: World, what: str) -> None:
    w.session(1, "14/09/2020", "18/09/2020", "en_preparation", candidates=0)
    b = w.browser("national")
    table, good, bad, said = of_each(w)[what]
    before, events = count(w, table), count(w, "audit_event")
    refused = send(b, what, good + bad)
    assert refused.status_code == 422 and "rien n’a été enregistré" in refused.text
    lines = re.findall(r"Ligne (\d+)</strong> : (.*?)\.</li>", refused.text)
    assert {line for line, _ in lines} == {"3"} and any(said in why for _, why in lines), lines
    preview = send(b, what, good)
    assert preview.status_code == 200 and "1 nouvelle ligne" in preview.text and "rien n’est encore enregistré" in preview.text
    assert (count(w, table), count(w, "audit_event")) == (before, events), "a preview writes nothing"
    content = hidden(preview.text, "content")
    for _ in range(2):  # a double click
        assert b.post(f"/{what}/fichier", content=content).status_code == 303
    assert "Ce fichier est déjà importé" in b.get("/sessions").text
    assert count(w, table) == int(str(before)) + 1
    assert w.scalar("SELECT actor_id FROM audit_event ORDER BY id DESC LIMIT 1") == w.as_("national").actor.id
    assert b.post(f"/{what}/fichier", content=content + "x").status_code == 422
    other = next(key for key in KINDS if key != what)
    assert b.post(f"/{other}/fichier", content=content).status_code == 422, "the preview of another kind"


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", KINDS)
def test_the_example_is_read_and_the_page_offers_it(w: World, what: str) -> None:
    b = w.browser("national")
    page = b.get(f"/{what}/fichier").text
    assert "Exemple à télécharger" in page
    if what == "agrements":
        take_over(b, "centres", b.get("/centres/fichier/exemple.csv").get_data(as_text=True))
    for ending in ("csv", "xlsx", "ods"):
        assert f"/{what}/fichier/exemple.{ending}" in page
        answer = send(b, what, b.get(f"/{what}/fichier/exemple.{ending}").data, f"x.{ending}")
        if what == "candidats":  # of a session that is not there: read, and told
            assert answer.status_code == 422 and answer.text.count("la session 300001 n’existe pas") == 1, answer.text
        else:
            assert "Ce qui est nouveau" in answer.text or "Ce qui change" in answer.text, answer.text


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_file_with_the_columns_of_a_former_example_is_read(w: World) -> None:
    answer = send(w.browser("national"), "centres", f"SIRET;nom;département;adresse;courriel\n{w.sirets[0]};A;94;;a@exemple.fr\n")
    assert "adresse électronique" in visible(answer.text).main and "a@exemple.fr" in answer.text


def test_what_changes_is_shown_beside_what_it_was_and_told_by_its_history(w: World) -> None:
    b = w.browser("national")
    siret = w.sirets[0]
    preview = send(
        b, "centres", f"SIRET;nom;département;téléphone\n{siret};CENTRE A BIS;94;01 02 03 04 05\n{w.sirets[1]};CENTRE B;75;\n"
    )
    page = visible(preview.text).main
    assert "1 ligne qui change ce qui est connu, 1 ligne déjà enregistrée." in page
    assert "CENTRE A → CENTRE A BIS" in page and "(vide) → 01 02 03 04 05" in page and "75" not in page
    b.post("/centres/fichier", content=hidden(preview.text, "content"))
    told = visible(b.get("/centres/1").text).main
    assert "Nom : « CENTRE A » → « CENTRE A BIS »" in told and "national" in told
    titles = visible(
        send(b, "titres", "code;arrêté du;intitulé;niveau;certificats\nTP-01303;21/04/2016;Autre;5;Former|De plus\n").text
    ).main
    assert "20/04/2016 → 21/04/2016" in titles and "Enseignant de la conduite → Autre" in titles


def test_a_file_without_numbers_sent_twice_makes_no_twins(w: World) -> None:
    b = w.browser("national")
    head = "id;siret;title;kind;starts_on;ends_on;status;actual_end_on"
    preview = send(b, "sessions", f"{head}\n;{w.sirets[0]};TP-01303;titre;14/09/2020;18/09/2020;en_preparation;\n")
    content = hidden(preview.text, "content")
    for _ in range(2):
        assert b.post("/sessions/fichier", content=content).status_code == 303
    assert count(w, "exam_session") == 1
    assert (
        take_over(b, "sessions", f"{head}\n;{w.sirets[0]};TP-01303;titre;14/09/2020;18/09/2020;en_preparation;\n").status_code
        == 303
    )
    assert count(w, "exam_session") == 2, "another file is another file"


def test_what_came_since_the_preview_is_told_and_nothing_is_written(w: World) -> None:
    b = w.browser("national")
    head = "id;siret;title;kind;starts_on;ends_on;status;actual_end_on"
    lines = "".join(f"{n};{w.sirets[0]};TP-01303;titre;14/09/2020;18/09/2020;en_preparation;\n" for n in (7, 8))
    preview = send(b, "sessions", f"{head}\n{lines}")
    w.session(8, "14/09/2020", "18/09/2020", candidates=0)
    late = b.post("/sessions/fichier", content=hidden(preview.text, "content"))
    assert late.status_code == 409 and "la session 8 existe déjà" in late.text and count(w, "exam_session") == 1


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("data", [b"", b"\x00", b"%PDF-1.7", b"PK\x03\x04", b"nom;nom\n1;2\n", b"x" * 200_000])
def test_what_is_no_table_gets_a_sentence(w: World, data: bytes) -> None:
    answer = send(w.browser("national"), "centres", data)
    assert answer.status_code == 422 and "à corriger" in answer.text


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_missing_column_is_called_as_the_screen_calls_it(w: World) -> None:
    answer = send(w.browser("national"), "centres", "SIRET;nom\n356 000 000 00048;LA POSTE\n")
    assert "la colonne « département » manque" in answer.text and "department" not in visible(answer.text).main


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_preview_counts_all_and_shows_fifty_of_what_is_new_and_fifty_of_what_changes(w: World) -> None:
    work, kind, head = w.as_("national"), KINDS["titres"], (1, ["code", "decree_version", "label", "level", "certificates"])

    def found(first: int, last: int, label: str) -> Found:
        return Found([head, *((n + 1, [f"TP-{n:05}", "", f"{label} {n}", "3", "Conduire"]) for n in range(first, last + 1))])

    before = taking_over.rehearse(work, kind, found(1, 51, "Titre"))
    assert isinstance(before, taking_over.Preview)
    assert (before.added, before.changed, before.same, len(before.fresh)) == (51, 0, 0, 50)
    assert w.scalar("SELECT count(*) FROM title") == 1, "nothing is written"
    taking_over.take_over(work, kind, found(1, 52, "Titre"), "k")
    after = taking_over.rehearse(work, kind, Found([head, *found(1, 51, "Autre").rows[1:], *found(52, 53, "Titre").rows[1:]]))
    assert isinstance(after, taking_over.Preview)
    assert (after.added, after.changed, after.same, len(after.differing)) == (1, 51, 1, 50)
    assert after.differing[0].was == {"intitulé": "Titre 1"} and after.differing[0].cells["intitulé"] == "Autre 1"
    assert taking_over.told(Imported(0, 0)) == "Ce fichier est déjà importé : rien n’a changé."
    assert taking_over.told(Imported(0, 2)) == "Fichier importé : 0 nouvelle ligne, 2 lignes modifiées."
    assert taking_over.told(Imported(2, 0)) == "Fichier importé : 2 nouvelles lignes, 0 ligne modifiée."


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", ["centre", "ud94", "region"])
@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.key)
def test_what_a_file_holds_is_nobody_elses_to_take_over_or_to_try(w: World, who: str, kind: Kind) -> None:
    work, found = w.as_(who), Found([(1, list(kind.columns))])
    with pytest.raises(NotThere):
        taking_over.take_over(work, kind, found, "k")
    with pytest.raises(NotThere):
        taking_over.rehearse(work, kind, found)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", ["centre", "ud94", "region"])
def test_nobody_else_takes_files_over(w: World, who: str) -> None:
    b = w.browser(who)
    for kind in ALL:
        assert b.get(f"/{kind.key}/fichier").status_code == 404 and send(b, kind.key, "x").status_code == 404
        assert f"/{kind.key}/fichier" not in b.get("/sessions").text
