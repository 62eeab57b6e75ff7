"""Exports: exactly what the filters show and the person may see; and the calendar."""

import csv
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest
from icalendar import Calendar
from python_calamine import CalamineWorkbook

from portal.features.exports.sheets import xlsx
from portal.paths import ROOT
from tests.support.heaviest import written
from tests.support.world import World


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "01/06/2020", "05/06/2020")
    world.session(2, "06/07/2020", "10/07/2020", "en_preparation", candidates=1)
    world.session(3, "06/07/2020", "10/07/2020", centre=1)
    yield world
    world.close()


@pytest.mark.parametrize(
    ("who", "query", "sessions", "candidates"),
    [
        ("centre", "", {"1", "2"}, 3),
        ("centre", "&statut=en_preparation", {"2"}, 1),
        ("centre", "&du=2020-06-02", {"2"}, 1),
        ("other", "", {"3"}, 2),
        ("ud75", "", {"3"}, 2),
        ("region", "", {"1", "2", "3"}, 5),
        ("region", "&departement=75", {"3"}, 2),
        ("centre", "&vue=resultats", {"1"}, 2),
        ("centre", "&q=introuvable", set(), 0),
    ],
)
def test_an_export_holds_what_the_list_shows(w: World, who: str, query: str, sessions: set[str], candidates: int) -> None:
    b = w.browser(who)
    shown = set(re.findall(r'class="id" href="[^"]+">(\d+)<', b.get(f"/sessions?x=1{query}").text))
    assert shown == sessions
    csv = b.get(f"/sessions/export?quoi=sessions{query}").text.splitlines()
    assert {line.split(";")[0] for line in csv[1:]} == sessions
    people = b.get(f"/sessions/export?quoi=candidats{query}").text.splitlines()
    assert len(people) - 1 == candidates and {line.split(";")[0] for line in people[1:]} == sessions
    book = CalamineWorkbook.from_filelike(io.BytesIO(b.get(f"/sessions/export?quoi=candidats&format=xlsx{query}").data))
    assert len(book.get_sheet_by_index(0).to_python()) - 1 == candidates


def test_results_go_out_as_drafts_or_for_good(w: World) -> None:
    b = w.browser("centre")
    b.post("/sessions/1/resultats", action="draft", version=w.get(1).version, **{"resultat-1": "titre"})
    assert "1;Nom00;Prénom;;titre;non" in b.get("/sessions/export?quoi=resultats").text
    b.post(
        "/sessions/1/resultats", action="validate", version=w.get(1).version, **{"resultat-1": "titre", "resultat-2": "absent"}
    )
    rows = b.get("/sessions/export?quoi=resultats").text.splitlines()
    assert rows[1:] == ["1;Nom00;Prénom;;titre;oui", "1;Nom01;Prénom;;absent;oui"]
    assert w.browser("other").get("/sessions/export?quoi=resultats").text.splitlines()[1:] == []


READ = ["Numéro", "Centre", "SIRET", "Département", "Titre", "Intitulé"]


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_people_read_french_words_and_the_take_over_keeps_its_columns(w: World) -> None:
    w.session(4, "02/03/2020", "20/04/2020", "en_preparation", candidates=0)
    w.measure()
    b = w.browser("region")
    header, *rows = rows_of(b.get("/sessions/export?pour=lecture").data)
    assert header[:6] == READ and header[6:12] == ["Type", "Début", "Fin", "Fin prévue", "Date réelle", "Statut"]
    told = [dict(zip(header, row, strict=True)) for row in rows]
    assert [t["Numéro"] for t in told] == ["1", "2", "3", "4"]
    assert (told[1]["Centre"], told[1]["Département"], told[1]["Intitulé"]) == ("CENTRE A", "94", "Enseignant de la conduite")
    assert (told[1]["Type"], told[1]["Statut"], told[1]["Candidats"]) == ("Titre complet", "En préparation", "1")
    assert (told[1]["Jours d’examen"], told[1]["Fin prévue"]) == ("du 06/07/2020 au 10/07/2020", "")
    assert (told[3]["Fin"], told[3]["Fin prévue"], told[3]["Jours d’examen"]) == ("24/08/2020", "20/04/2020", "")
    assert told[3]["Reportée par la mesure"] and not told[1]["Reportée par la mesure"]
    whole = b.get("/sessions/export")
    assert whole.data == b.get("/sessions/export?pour=reprise&quoi=sessions").data
    assert whole.text.splitlines()[0].lstrip("\ufeff").startswith("id;siret;title;kind;starts_on;ends_on;status;actual_end_on")


def test_candidates_and_results_are_read_in_words_too(w: World) -> None:
    b = w.browser("centre")
    b.post("/sessions/1/resultats", action="draft", version=w.get(1).version, **{"resultat-1": "partiel"})
    results = rows_of(b.get("/sessions/export?pour=lecture&quoi=resultats").data)
    assert results[0] == [*READ, "Nom", "Prénom", "Certificat", "Résultat", "État"]
    assert results[1][6:] == ["Nom00", "Prénom", "Titre complet", "Réussite partielle", "brouillon"]
    people = rows_of(b.get("/sessions/export?pour=lecture&quoi=candidats&statut=en_preparation").data)
    assert people == [
        [*READ, "Nom", "Prénom", "Date de naissance", "Adresse électronique"],
        ["2", "CENTRE A", w.sirets[0], "94", "TP-01303", "Enseignant de la conduite", "Nom00", "Prénom", "01/02/1990", ""],
    ]
    book = b.get("/sessions/export?pour=lecture&quoi=candidats&format=xlsx")
    assert book.headers["Content-Disposition"] == "attachment; filename=candidats-2020-06-15.xlsx"
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_index(0).to_python()
    assert sheet[0] == people[0] and sheet[1][8] == date(1990, 2, 1)
    page = b.get("/sessions?statut=en_preparation").text
    assert "Pour la lecture" in page and "Pour un autre import" in page
    assert "/sessions/export?statut=en_preparation&amp;pour=lecture&amp;quoi=resultats&amp;format=xlsx" in page


def test_nonsense_is_not_found(w: World) -> None:
    b = w.browser("centre")
    assert b.get("/sessions/export?quoi=comptes").status_code == 404
    assert b.get("/sessions/export?format=exe").status_code == 404
    assert b.get("/sessions/export?pour=rire").status_code == 404


def test_a_hundred_thousand_lines_are_written_in_flat_memory() -> None:
    assert written(500) > 500
    command = [sys.executable, "-m", "tests.support.heaviest", "500", "100000"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    small, large = map(int, done.stdout.split())
    assert large - small < 512, "KiB; a list of their rows alone takes more, and so does the workbook"


def test_a_formula_in_a_name_stays_a_text_in_the_workbook() -> None:
    data = b"".join(xlsx("x", ("a",), [("=1+1",), ("http://x",), ("12",)]))
    assert CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1:] == [
        ["=1+1"],
        ["http://x"],
        ["12"],
    ]


# ---- calendar


def test_the_month_shows_own_sessions_only(w: World) -> None:
    page = w.browser("centre").get("/calendrier?mois=2020-07").text
    assert "Juillet 2020" in page and "/sessions/2" in page and "/sessions/3" not in page
    assert "lundi 6 juillet 2020" in page and "mois=2020-06" in page and "mois=2020-08" in page
    for nonsense in ("2020-13", "x", "1999-01", "%00"):
        assert w.browser("centre").get(f"/calendrier?mois={nonsense}").status_code == 200


def address(w: World, who: str) -> str:
    found = re.search(r"/calendrier/[^\"]+\.ics", w.browser(who).get("/calendrier").text)
    return found.group(0) if found else ""


def test_a_private_address_gives_dates_without_names_and_can_be_revoked(w: World) -> None:
    b, visitor = w.browser("centre"), w.browser()
    assert address(w, "centre") == ""
    assert b.post("/calendrier/adresse", action="donner").status_code == 303
    first = address(w, "centre")
    answer = visitor.get(first)
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    events = list(Calendar.from_ical(answer.data).walk("VEVENT"))
    assert [str(e["summary"]).split(" ·")[0] for e in events] == ["Session 1", "Session 2"]
    assert (events[0].decoded("dtstart"), events[0].decoded("dtend")) == (date(2020, 6, 1), date(2020, 6, 6))
    assert b"Nom00" not in answer.data
    b.post("/calendrier/adresse", action="donner")
    second = address(w, "centre")
    assert visitor.get(first).status_code == 404 and visitor.get(second).status_code == 200
    b.post("/calendrier/adresse", action="supprimer")
    assert visitor.get(second).status_code == 404 and address(w, "centre") == ""
    assert visitor.get("/calendrier/abc.ics").status_code == 404


def test_who_takes_the_private_address_back_reads_whether_there_was_one(w: World) -> None:
    b = w.browser("centre")
    b.post("/calendrier/adresse", action="donner")
    said = []
    for _ in range(2):
        b.post("/calendrier/adresse", action="supprimer")
        said.append(b.get("/calendrier").text)
    assert "L’adresse privée est supprimée : elle ne sert plus." in said[0]
    assert "Il n’y avait pas d’adresse privée." in said[1]
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'calendar_revoked'") == 1


def test_a_cancelled_session_leaves_the_calendar(w: World) -> None:
    b = w.browser("centre")
    b.post("/sessions/2/annulation", version=w.get(2).version, reason="x")
    assert "/sessions/2" not in b.get("/calendrier?mois=2020-07").text
