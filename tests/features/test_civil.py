"""The civil status of candidates: given on its page and by file, asked for and stopping nothing, told where it must be alone."""

import json
import re
from collections.abc import Iterator

import pytest

from portal.features.candidates.importing import import_candidates
from portal.features.past.proof_checks import Held, as_bytes, check
from portal.features.past.proofs import proof
from portal.features.privacy.anonymous import erase_sessions
from portal.features.standing.checking import verify
from portal.files.errors import BadFile
from portal.files.note import Signer
from portal.rules.civil import COLUMNS
from tests.features.test_candidates import HEAD, send
from tests.support.world import Browser, World, hidden

FACTS = {"birth_name": "Jeunefille", "usage_name": "Épouse", "sex": "F", "birth_commune": "Villesecrète", "birth_insee": "2a004",
         "birth_postcode": "", "birth_country": "", "access": "vae"}  # fmt: skip
KEPT = ("Jeunefille", "Épouse", "F", "2A004", "", "Villesecrète", "", "vae")
CODES = ";".join(COLUMNS)
HERE = "/sessions/1/candidats/1/etat-civil"


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "01/06/2020", "02/06/2020", candidates=0)
    put(world, 1)
    yield world
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


def put(w: World, number: int) -> None:
    lines = "".join(f"{number};{name};Prénom;01/02/1990\n" for name in ("Nomun", "Nomdeux"))
    import_candidates(w.operator(), f"session;last_name;first_name;born_on\n{lines}".encode())


def stored(w: World, number: int = 1) -> tuple[object, ...]:
    return tuple(w.scalar(f"SELECT {name} FROM candidate WHERE id = {number}") for name in COLUMNS)


def give(w: World, b: Browser, path: str = HERE, **changes: str) -> int:
    return b.post(path, version=w.get(1).version, **{**FACTS, **changes}).status_code


def rows(w: World, *lines: str, head: str = f"session;last_name;first_name;born_on;{CODES}") -> None:
    import_candidates(w.operator(), "\n".join((head, *lines, "")).encode())


def test_it_is_given_on_its_page_and_only_the_fields_are_told(w: World) -> None:
    b = w.browser("centre")
    assert 'value="Nomun"' in b.get(HERE).text, "the name on the list is where the birth name begins"
    assert give(w, b) == 303 and stored(w) == KEPT
    page = b.get("/sessions/1/candidats/1").text
    assert "Rien ne manque" in page and "Jeunefille" not in page
    assert 'value="Jeunefille"' in b.get(HERE).text
    told = b.get("/sessions/1/historique").text
    assert "NOMUN Prénom : état civil complété (nom de naissance, nom d’usage, sexe" in told and "Jeunefille" not in told
    assert give(w, b) == 303 and w.get(1).version == 3, "the same again changes nothing"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("birth_name", "=1+1", "formule de tableur"),
        ("birth_name", "x" * 61, "60 au plus"),
        ("sex", "X", "Choisissez dans la liste"),
        ("access", "magie", "Choisissez dans la liste"),
        ("birth_insee", "940281", "n’est pas un code INSEE"),
        ("birth_postcode", "ABCDE", "code postal de cinq chiffres"),
        ("birth_country", "Vietnam", "ne vont pas ensemble"),
        ("birth_commune", "=HYPERLINK()", "formule de tableur"),
        ("birth_commune", "12", "aucune lettre"),
    ],
)
@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_is_wrong_is_said_on_its_field(w: World, field: str, typed: str, said: str) -> None:
    b = w.browser("centre")
    answer = b.post(HERE, version=w.get(1).version, **{**FACTS, field: typed})
    assert answer.status_code == 422 and f'href="#{field}"' in answer.text and said in answer.text.replace(" ", " ")
    assert stored(w) == ("",) * 8


def test_it_is_asked_for_beside_the_results_and_stops_nothing_not_even_afterwards(w: World) -> None:
    b = w.browser("centre")
    give(w, b)
    page = b.get("/sessions/1/resultats").text
    assert "1 candidat dont l’état civil est incomplet" in page and re.search(
        r"NOMDEUX Prénom<span[^>]*>, état civil</span></a> : Nom de naissance, Sexe", page
    )
    saved = b.post("/sessions/1/resultats", action="validate", version=w.get(1).version,
                   **{"resultat-1": "titre", "resultat-2": "titre"})  # fmt: skip
    assert saved.status_code == 303
    assert "dont l’état civil est incomplet" in b.get("/sessions/1").text
    assert give(w, b, "/sessions/1/candidats/2/etat-civil", usage_name="") == 303
    assert "l’état civil est incomplet" not in b.get("/sessions/1").text
    w.browser("ud94").post("/sessions/1/verrouillage", version=w.get(1).version, reason="Vu")
    assert give(w, b, sex="M") == 303 and stored(w)[2] == "M", "a locked session too"


def test_who_failed_or_was_absent_is_not_asked_for(w: World) -> None:
    b = w.browser("centre")
    b.post(
        "/sessions/1/resultats", action="validate", version=w.get(1).version, **{"resultat-1": "echec", "resultat-2": "absent"}
    )
    assert "état civil de" not in b.get("/sessions/1").text and "#depot" not in b.get("/sessions/1").text


def test_the_unit_reads_that_it_is_the_centres_and_sees_nothing_of_it(w: World) -> None:
    give(w, w.browser("centre"))
    page = w.browser("ud94").get(HERE)
    assert page.status_code == 200 and "donné par le centre" in page.text and "Jeunefille" not in page.text
    assert [w.browser(who).get(HERE).status_code for who in ("region", "national", "other")] == [404] * 3


def test_what_the_centre_told_of_the_person_in_another_session_is_where_the_form_begins(w: World) -> None:
    give(w, w.browser("centre"))
    w.session(2, "01/07/2020", "02/07/2020", candidates=0)
    w.session(3, "01/07/2020", "02/07/2020", centre=1, candidates=0)
    put(w, 2)
    put(w, 3)
    assert 'value="Jeunefille"' in w.browser("centre").get("/sessions/2/candidats/3/etat-civil").text
    assert 'value="Jeunefille"' not in w.browser("other").get("/sessions/3/candidats/5/etat-civil").text


# ---- files


def test_the_take_over_reads_it_and_an_empty_cell_leaves_what_is_known(w: World) -> None:
    rows(w, "1;Nomun;Prénom;01/02/1990;Jeunefille;;Madame;;1000;;France;Apprentissage")
    assert stored(w) == ("Jeunefille", "", "F", "", "01000", "", "", "apprentissage")
    rows(w, "1;Nomun;Prénom;01/02/1990;;;M;;;;;")
    assert stored(w) == ("Jeunefille", "", "M", "", "01000", "", "", "apprentissage")
    rows(w, "1;Nomun;Prénom;01/02/1990;x@test.example", head="session;last_name;first_name;born_on;email")
    assert stored(w)[2] == "M", "the five columns of before change nothing of it"
    assert w.scalar("SELECT count(*) FROM candidate") == 2


def test_the_take_over_names_the_line_and_writes_nothing(w: World) -> None:
    with pytest.raises(BadFile) as found:
        rows(w, "1;Nomun;Prénom;01/02/1990;J;;X;;;;;", "1;Nomdeux;Prénom;01/02/1990;J;;F;94028;;;Vietnam;vae")
    assert [e.line for e in found.value.errors] == [2, 3] and "sex : « X » n’est pas un sexe" in str(found.value)
    assert stored(w) == stored(w, 2) == ("",) * 8


def test_once_results_are_saved_a_file_completes_the_civil_status_and_nothing_else(w: World) -> None:
    b = w.browser("centre")
    b.post("/sessions/1/resultats", action="validate", version=w.get(1).version, **{"resultat-1": "titre", "resultat-2": "echec"})
    rows(w, "1;Nomun;Prénom;01/02/1990;Jeunefille;;F;94028;;;;vae")
    assert stored(w)[0] == "Jeunefille"
    for line in ("1;NOMUN;Prénom;01/02/1990;;;;;;;;", "1;Nouveau;Venu;01/02/1990;;;;;;;;"):
        with pytest.raises(BadFile, match="hors leur état civil"):
            rows(w, line)
    preview = send(b, f"{HEAD.strip()};sexe\nNomun;Prénom;01/02/1990;;M\nAutre;Venu;01/02/1990;;M\n".encode())
    assert "état civil complété" in preview.text
    refused = b.post("/sessions/1/candidats/import", content=hidden(preview.text, "content"))
    assert refused.status_code == 403 and stored(w)[2] == "F", "a new candidate comes too late"
    preview = send(b, f"{HEAD.strip()};sexe\nNomun;Prénom;01/02/1990;;M\n".encode())
    assert b.post("/sessions/1/candidats/import", content=hidden(preview.text, "content")).status_code == 303
    assert stored(w)[2] == "M"


def test_a_centres_file_adds_and_completes_and_tells_what_is_wrong(w: World) -> None:
    b = w.browser("centre")
    head = "nom;prénom;date de naissance;Nom de naissance;Sexe;pays de naissance;voie d’accès\n"
    preview = send(
        b, f"{head}Nomun;Prénom;01/02/1990;Jeune;F;Vietnam;vae\nNeuf;Léa;01/02/1990;Neuf;;;\nLu;Zoé;1/2/1990;=A;;;\n".encode()
    )
    assert "2 candidats à ajouter ou à compléter" in preview.text and "formule de tableur" in preview.text
    assert b.post("/sessions/1/candidats/import", content=hidden(preview.text, "content")).status_code == 303
    assert stored(w) == ("Jeune", "", "F", "", "", "", "Vietnam", "vae") and stored(w, 3)[0] == "Neuf"
    again = send(b, f"{head}Nomun;Prénom;01/02/1990;Jeune;F;;\n".encode())
    assert "déjà sur la liste de cette session" in again.text


# ---- where it is told, and where not


def test_the_person_takes_it_along_and_no_proof_holds_it(w: World) -> None:
    b = w.browser("centre")
    give(w, b)
    given = json.loads(b.post("/sessions/1/candidats/1/donnees").text)["inscriptions"][0]
    assert given["état civil"]["Voie d’accès"] == "Validation des acquis de l’expérience (VAE)"
    assert given["historique"][-1]["avant et après"]["Nom de naissance"] == ["(vide)", "« Jeunefille »"]
    with w.db.reading() as conn:
        made = as_bytes(proof(conn, Signer("x", b"x" * 32), w.get(1), w.now()))
    held = check(made)
    assert isinstance(held, Held) and held.erased == 1 and "Jeunefille" not in made.decode() and "NOMUN" in made.decode()


def test_when_a_session_is_past_its_time_it_goes(w: World) -> None:
    give(w, w.browser("centre"))
    with w.db.writing() as tx:
        erase_sessions(tx, w.operator(), [1])
    assert stored(w) == ("",) * 8
    assert w.scalar("SELECT count(*) FROM clear_value WHERE value LIKE '%Jeunefille%'") == 0
