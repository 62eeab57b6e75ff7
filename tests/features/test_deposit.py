"""The deposit with the Caisse des Dépôts: what goes, what waits, what the report makes of it; on screen and by the command line."""

import io
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import xmlschema
from click.testing import CliRunner, Result
from werkzeug.test import TestResponse

from portal.certifier import Certifier
from portal.cli import cli
from portal.features.candidates.importing import import_candidates
from portal.features.deposit import making
from portal.features.deposit.making import CannotDeposit, Made, make
from portal.features.deposit.reading import Told, read_report
from portal.features.deposit.titles import to_look_at
from portal.features.privacy.anonymous import erase_sessions
from portal.features.standing.checking import verify
from portal.files.report import BadReport
from portal.paths import ROOT, SCHEMAS
from portal.rules.civil import COLUMNS
from portal.settings import Settings
from portal.store.work import Work
from tests.support.by_hand import tried
from tests.support.world import Browser, World

WHO = Certifier("TEST0001", "", "CONTRAT-1")
OWN = SCHEMAS / "deposit.xsd"
# The published schema is not ours to keep: where the environment holds it, ours is held against it.
PUBLIC = Path(os.environ.get("PORTAL_PUBLIC_CDC_SCHEMA") or ROOT.parent / "shared" / "data" / "cdc-accrochage-1.1.2.xsd")
SCHEMAS_THERE = [OWN, *([PUBLIC] if PUBLIC.is_file() else [])]
CIVIL = "Jeunefille;;F;94028;;Créteil;;vae"
ABROAD = "D’Été;Épouse;M;;;Hanoï & <Sud>;Vietnam;continue"
NAMES = ("Alpha", "Bravo", "Charlie")


@pytest.fixture
def w(world: World) -> Iterator[World]:
    with world.db.writing() as tx:
        tx.exec_driver_sql("UPDATE title SET rncp_code = 'RNCP31127'")
    world.app().extensions["portal_settings"] = replace(world.app().extensions["portal_settings"], certifier=WHO)
    yield world
    world.close()


def people(w: World, number: int, *civils: str) -> None:
    """Three people, of whom the first ones have a civil status."""
    head = f"session;last_name;first_name;born_on;{';'.join(COLUMNS)}"
    lines = [f"{number};{name};Prénom;01/02/1990;{civil}" for name, civil in zip(NAMES, (*civils, *[";" * 7] * 3), strict=False)]
    import_candidates(w.operator(), "\n".join((head, *lines, "")).encode())


def examined(w: World, number: int, *outcomes: str, civils: tuple[str, ...] = (CIVIL, ABROAD), kind: str = "titre") -> None:
    """A session of three people, examined and locked."""
    w.session(number, "01/06/2020", "02/06/2020", kind=kind, candidates=0)
    people(w, number, *civils)
    first = int(str(w.scalar(f"SELECT min(id) FROM candidate WHERE session_id = {number}")))
    answer = w.browser("centre").post(f"/sessions/{number}/resultats", action="validate", version=w.get(number).version,
                                      **{f"resultat-{first + i}{'-1' * (kind == 'ccp')}": o for i, o in enumerate(outcomes)})  # fmt: skip
    assert answer.status_code == 303, answer.text
    lock(w, number)


def lock(w: World, number: int) -> None:
    done = w.browser("ud94").post(f"/sessions/{number}/verrouillage", version=w.get(number).version, reason="Vu")
    assert done.status_code == 303 and w.get(number).status.value == "verrouillee"


def correct(w: World, number: int, *outcomes: str) -> None:
    """The unit unlocks, corrects and locks again."""
    b, first = w.browser("ud94"), w.scalar(f"SELECT min(id) FROM candidate WHERE session_id = {number}")
    b.post(f"/sessions/{number}/deverrouillage", version=w.get(number).version, reason="Erreur")
    sheet = {f"resultat-{int(str(first)) + i}": o for i, o in enumerate(outcomes)}
    done = b.post(f"/sessions/{number}/resultats/correction", version=w.get(number).version, reason="Erreur", **sheet)
    assert done.status_code == 303, done.text
    lock(w, number)


def batch(w: World) -> tuple[Made, str]:
    written: list[str] = []
    return make(w.as_("national"), WHO, written.append), "".join(written)


def keys(flow: str) -> list[str]:
    return re.findall(r"<idTechnique>([^<]+)<", flow)


def report(flow: str, *rejected: str, accepted: tuple[str, ...] | None = None) -> bytes:
    """What comes back of a flow: all accepted but these, in the form that the Caisse des Dépôts gives."""
    flux = re.findall(r"<idFlux>([^<]+)<", flow)[0]
    ok = [key for key in keys(flow) if key not in rejected] if accepted is None else accepted
    ko = "".join(
        f"<passage><idTechnique>{k}</idTechnique><messageErreur>Aucun titulaire ne correspond</messageErreur></passage>"
        for k in rejected
    )
    good = "".join(f"<passage><idTechnique>{key}</idTechnique></passage>" for key in ok)
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><rapport xmlns:ns2="urn:cdc:cpf:pc5:rapport:schema">'
        f"<nomFichier>x.xml</nomFichier><idFlux>{flux}</idFlux><idTraitement>13407</idTraitement>"
        f"<PassagesKO>{ko}</PassagesKO><PassagesOK>{good}</PassagesOK></rapport>"
    ).encode()


def told(w: World, data: bytes) -> Told:
    return read_report(w.as_("national"), data)


def whole(w: World) -> bool:
    with w.db.snapshot() as conn:
        return (
            verify(conn, w.db.audit_key).broken
            == "titre TP-01303 : Code RNCP : « RNCP31127 » dans la base, (vide) dans le journal (événement 3)"
        )


# ---- what goes


def test_what_is_written_is_valid_under_our_schema_and_the_published_one(w: World) -> None:
    examined(w, 1, "titre", "titre", "echec")
    made, flow = batch(w)
    assert (made.number, made.new, made.corrections, made.left, made.more) == (1, 2, 0, [], False)
    for path in SCHEMAS_THERE:
        assert [e.reason for e in xmlschema.XMLSchema(path).iter_errors(flow)] == [], path
    assert keys(flow) == ["1-1", "1-2"] and "<code>RNCP31127</code>" in flow and "<idClient>TEST0001</idClient>" in flow
    one, other = flow.splitlines()[3:5]
    assert "<dateDebutValidite>2020-06-02<" in one and "<modaliteAcces>VAE<" in one and '<nomUsage xsi:nil="true"/>' in one
    assert "<anneeNaissance>1990<" in one and "<codeInsee>94028<" in one and "<libelleCommuneNaissance>Créteil<" in one
    assert "<libelleCommuneNaissance>Hanoï &amp; &lt;Sud&gt;<" in other and "<nomUsage>Épouse<" in other
    assert '<codePostal xsi:nil="true"/>' in other and "<libellePaysNaissance>Vietnam<" in other
    assert whole(w)


def test_each_line_goes_once_and_what_is_rejected_goes_again_until_it_is_accepted(w: World) -> None:
    examined(w, 1, "titre", "titre", "absent")
    _, flow = batch(w)
    assert batch(w)[0].lines == 0, "it waits for its report"
    assert told(w, report(flow, "1-2")) == Told(1, 1, 1, 0)
    made, again = batch(w)
    assert (made.number, keys(again)) == (2, ["1-2"])
    told(w, report(again, "1-2"))
    third = batch(w)[1]
    assert keys(third) == ["1-2"] and told(w, report(third)).accepted == 1
    assert batch(w)[0].number == 0 and whole(w)


def test_only_what_is_locked_and_obtained_goes(w: World) -> None:
    examined(w, 1, "echec", "absent", "echec")
    w.session(2, "01/06/2020", "02/06/2020", candidates=0)
    people(w, 2, CIVIL)
    w.browser("centre").post("/sessions/2/resultats", action="draft", version=w.get(2).version, **{"resultat-4": "titre"})
    assert batch(w)[0].number == 0
    sheet = {"resultat-4": "titre", "resultat-5": "echec", "resultat-6": "echec"}
    w.browser("centre").post("/sessions/2/resultats", action="validate", version=w.get(2).version, **sheet)
    assert batch(w)[0].number == 0, "saved, and not locked yet"
    lock(w, 2)
    assert keys(batch(w)[1]) == ["2-4"]


def test_a_missing_fact_names_who_and_what_and_leaves_that_line_alone(w: World) -> None:
    examined(w, 1, "titre", "titre", "titre")
    made, flow = batch(w)
    assert keys(flow) == ["1-1", "1-2"]
    (left,) = made.left
    assert (left.name, left.session) == ("CHARLIE Prénom", 1) and "Nom de naissance" in left.missing
    people(w, 1, CIVIL, ABROAD, CIVIL)
    assert keys(batch(w)[1]) == ["1-3"], "the next batch takes it"


def test_a_title_without_an_rncp_code_waits_for_the_nation(w: World) -> None:
    examined(w, 1, "titre", "echec", "echec")
    with w.db.writing() as tx:
        tx.exec_driver_sql("UPDATE title SET rncp_code = ''")
    assert batch(w)[0].left[0].missing == ("Code RNCP du titre",)
    assert "Titres sans code RNCP" in w.browser("national").get("/depot").text


def test_a_correction_goes_as_such_under_the_code_that_was_accepted(w: World) -> None:
    examined(w, 1, "titre", "echec", "echec")
    told(w, report(batch(w)[1]))
    people(w, 1, CIVIL)  # the same again
    assert batch(w)[0].lines == 0
    people(w, 1, CIVIL.replace("Jeunefille", "Juste"))
    with w.db.writing() as tx:
        tx.exec_driver_sql("UPDATE title SET rncp_code = 'RNCP9'")
    made, flow = batch(w)
    assert (made.corrections, keys(flow)) == (1, ["1-1"]) and "Juste" in flow and "RNCP31127" in flow


def test_what_the_jury_gives_no_longer_is_to_be_taken_back_by_hand(w: World) -> None:
    examined(w, 1, "titre", "titre", "echec")
    told(w, report(batch(w)[1]))
    correct(w, 1, "titre", "echec", "titre")
    people(w, 1, CIVIL, ABROAD, CIVIL)
    assert keys(batch(w)[1]) == ["1-3"]
    b = w.browser("national")
    page = b.get("/depot").text
    assert "À faire retirer" in page and "BRAVO Prénom" in page and "1-2" in page
    line = re.findall(r"/depot/lignes/(\d+)/retiree", page)
    assert len(line) == 1 and b.post(f"/depot/lignes/{line[0]}/retiree").status_code == 303
    assert "À faire retirer" not in b.get("/depot").text and whole(w)


def test_a_title_by_accumulation_goes_with_the_session_that_completed_it(w: World) -> None:
    w.session(1, "02/03/2020", "03/03/2020", kind="ccp", candidates=0)
    people(w, 1, CIVIL)
    b, third = w.browser("centre"), {"resultat-3-1": "absent", "resultat-2-1": "absent"}
    assert (
        b.post(
            "/sessions/1/resultats", action="validate", version=w.get(1).version, **{"resultat-1-1": "acquis", **third}
        ).status_code
        == 303
    )
    lock(w, 1)
    assert batch(w)[0].lines == 0, "one CCP of two"
    w.session(2, "01/06/2020", "02/06/2020", kind="ccp", candidates=0)
    people(w, 2, CIVIL)
    rest = {"resultat-4-2": "acquis", "resultat-5-2": "absent", "resultat-6-2": "absent"}
    assert b.post("/sessions/2/resultats", action="validate", version=w.get(2).version, **rest).status_code == 303
    lock(w, 2)
    flow = batch(w)[1]
    assert keys(flow) == ["2-4"] and told(w, report(flow)).accepted == 1
    assert batch(w)[0].lines == 0


def test_what_changes_while_a_line_waits_goes_as_a_correction_once_it_is_accepted(w: World) -> None:
    examined(w, 1, "titre", "titre", "echec")
    flow = batch(w)[1]
    people(w, 1, CIVIL.replace("Jeunefille", "Juste"))
    correct(w, 1, "titre", "echec", "echec")
    assert batch(w)[0].lines == 0, "nothing goes before the report"
    told(w, report(flow))
    made, again = batch(w)
    assert (made.corrections, keys(again)) == (1, ["1-1"]) and "Juste" in again
    assert "À faire retirer" in w.browser("national").get("/depot").text


def test_a_titre_that_another_session_takes_away_is_to_be_taken_back(w: World) -> None:
    for number, start, ccp in ((1, "02/03/2020", 1), (2, "01/06/2020", 2)):
        w.session(number, start, "02/06/2020", kind="ccp", candidates=0)
        people(w, number, CIVIL)
        first = 3 * number - 2
        sheet = {f"resultat-{first + i}-{ccp}": "absent" if i else "acquis" for i in range(3)}
        w.browser("centre").post(f"/sessions/{number}/resultats", action="validate", version=w.get(number).version, **sheet)
        lock(w, number)
    told(w, report(batch(w)[1]))
    b = w.browser("ud94")
    b.post("/sessions/1/deverrouillage", version=w.get(1).version, reason="Erreur")
    sheet = {"resultat-1-1": "non_acquis", "resultat-2-1": "absent", "resultat-3-1": "absent"}
    asked = b.post("/sessions/1/resultats/correction", version=w.get(1).version, reason="Erreur", **sheet)
    sealed = re.findall(r'name="confirmation" value="([^"]+)"', asked.text)[0]
    done = b.post("/sessions/1/resultats/correction", version=w.get(1).version, reason="Erreur", confirmation=sealed, **sheet)
    assert done.status_code == 303
    lock(w, 1)
    assert batch(w)[0].lines == 0
    page = w.browser("national").get("/depot").text
    assert "À faire retirer" in page and "2-4" in page


def test_what_is_settled_is_not_looked_at_again(w: World) -> None:
    examined(w, 1, "titre", "titre", "echec")
    examined(w, 2, "titre", "titre", "titre")  # somebody lacks something
    flow = batch(w)[1]
    with w.db.reading() as conn:
        assert [row.id for row in conn.execute(to_look_at(None))] == [2]
    told(w, report(flow, "1-1"))
    with w.db.reading() as conn:
        assert [row.id for row in conn.execute(to_look_at(None))] == [2, 1]


def test_a_full_batch_leaves_the_rest_to_the_next_and_older_titles_are_not_ours(w: World) -> None:
    examined(w, 1, "titre", "titre", "echec")
    made = make(w.as_("national"), replace(WHO, since=w.today))
    assert made.lines == 0, "obtained before the day from which it deposits"
    made = make(w.as_("national"), WHO, most=1)
    assert (made.lines, made.more) == (1, True)
    assert (batch(w)[0].lines, batch(w)[0].number) == (1, 0)


def test_what_the_operators_schema_refuses_is_left_and_a_schema_that_refuses_all_is_told(w: World, tmp_path: Path) -> None:
    examined(w, 1, "titre", "titre", "echec")
    strict = tmp_path / "strict.xsd"
    strict.write_text(OWN.read_text().replace('<xs:enumeration value="VAE"/>', ""))
    made = make(w.as_("national"), replace(WHO, schema=str(strict)))
    assert (made.lines, made.left[0].name) == (1, "ALPHA Prénom") and "modaliteAcces" in made.left[0].missing[0]
    for text, said in (("<x/>", "n’est pas un schéma"), (OWN.read_text().replace('"flux"', '"autre"'), "refuse le flux entier")):
        strict.write_text(text)
        with pytest.raises(CannotDeposit, match=said):
            make(w.as_("national"), replace(WHO, schema=str(strict)))
    with pytest.raises(CannotDeposit, match="PORTAL_CDC_CLIENT et PORTAL_CDC_CONTRACT"):
        make(w.as_("national"), Certifier())


def test_nothing_stays_of_a_batch_that_fails(w: World) -> None:
    examined(w, 1, "titre", "titre", "echec")

    def full(text: str) -> None:
        if "idTechnique" in text:
            raise OSError(28, "no space")

    with pytest.raises(OSError):
        make(w.as_("national"), WHO, full)
    assert w.scalar("SELECT count(*) FROM deposit") == w.scalar("SELECT count(*) FROM deposit_line") == 0
    assert batch(w)[0].lines == 2


# ---- the report

ROOTS = "<rapport><idFlux>{flux}</idFlux><PassagesOK>{ok}</PassagesOK></rapport>"
LINE = "<passage><idTechnique>{}</idTechnique></passage>"
BROKEN = {
    "empty": (b"", "est vide"),
    "spaces": (b" \n ", "est vide"),
    "no XML": (b"bonjour", "qui se lit"),
    "a workbook": (b"PK\x03\x04" + b"\0" * 60, "qui se lit"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3", "qui se lit"),
    "cut": (b"<rapport><idFlux>depot", "qui se lit"),
    "two roots": (b"<rapport/><rapport/>", "qui se lit"),
    "another encoding": (b'<?xml version="1.0" encoding="inconnu"?><rapport/>', "qui se lit"),
    "no text of its encoding": (b'<?xml version="1.0" encoding="UTF-8"?><rapport>\xff\xfe</rapport>', "qui se lit"),
    "a control sign": (b"<rapport>\x01</rapport>", "qui se lit"),
    "a page": (b"<!DOCTYPE html><html><body>404</body></html>", "DOCTYPE"),
    "a bomb": (b'<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><r>&b;</r>', "DOCTYPE"),
    "a file of ours": (b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>', "DOCTYPE"),
    "another document": (b"<html><body>404</body></html>", "n’est pas un rapport"),
    "no flow": (ROOTS.format(flux="", ok=LINE.format("1-1")).encode(), "n’est pas un rapport"),
    "no passage": (ROOTS.format(flux="x", ok="").encode(), "n’est pas un rapport"),
    "a passage without its name": (ROOTS.format(flux="x", ok="<passage/>").encode(), "n’est pas un rapport"),
    "too deep": (b"<a>" * 50 + b"</a>" * 50, "démesuré"),
    "another flow": (ROOTS.format(flux="depot-9-x", ok=LINE.format("1-1")).encode(), "n’a pas envoyé"),
}
# Of the flow that was sent.
OF_OURS = {
    "a line of nobody": (LINE.format("1-99"), "que son lot ne contient pas"),
    "a line that is no number": (LINE.format("1-1; DROP"), "que son lot ne contient pas"),
    "a line written otherwise": (
        f"</PassagesOK><PassagesKO><passage><idTechnique>01-1</idTechnique><messageErreur>Non</messageErreur></passage></PassagesKO>"
        f"<PassagesOK>{LINE.format('1-3')}", "que son lot ne contient pas",
    ),
    "a line twice": (LINE.format("1-1") * 2, "parle deux fois"),
    "accepted and rejected": (
        f"{LINE.format('1-1')}</PassagesOK><PassagesKO><passage><idTechnique>1-1</idTechnique><messageErreur>Non</messageErreur>"
        "</passage></PassagesKO><PassagesOK>", "parle deux fois",
    ),
    "a rejection without a reason": (
        f"{LINE.format('1-2')}</PassagesOK><PassagesKO>{LINE.format('1-1')}</PassagesKO><PassagesOK>", "n’est pas un rapport",
    ),
    "otherwise than before": (LINE.format("1-2"), "autre chose que ce qui est déjà connu"),
}  # fmt: skip


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_broken_reports_are_told_in_a_sentence_and_nothing_is_written(w: World) -> None:
    examined(w, 1, "titre", "titre", "titre", civils=(CIVIL, ABROAD, CIVIL))
    flow = batch(w)[1]
    told(w, report(flow, "1-2", accepted=()))
    flux = re.findall(r"<idFlux>([^<]+)<", flow)[0]
    before = w.scalar("SELECT count(*) FROM audit_event"), w.scalar("SELECT group_concat(state) FROM deposit_line")
    given = {**BROKEN, **{name: (ROOTS.format(flux=flux, ok=ok).encode(), said) for name, (ok, said) in OF_OURS.items()}}
    assert len(given) >= 20
    for name, (data, said) in given.items():
        with pytest.raises(BadReport) as found:
            told(w, data)
        sentence = str(found.value)
        assert said in sentence and sentence.count("\n") == 0 and sentence.endswith((".", ")")), (name, sentence)
    after = w.scalar("SELECT count(*) FROM audit_event"), w.scalar("SELECT group_concat(state) FROM deposit_line")
    assert after == before


def test_a_report_that_speaks_of_a_part_leaves_the_rest_waiting_and_is_read_once(w: World) -> None:
    examined(w, 1, "titre", "titre", "echec")
    flow = batch(w)[1]
    part = report(flow, accepted=("1-1",))
    assert told(w, part) == Told(1, 1, 0, 1) and told(w, part) == Told(1, 1, 0, 1, again=True)
    assert told(w, report(flow)) == Told(1, 2, 0, 0) and batch(w)[0].lines == 0
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'deposit_read'") == 2


# ---- on screen


def send(b: Browser, data: bytes) -> TestResponse:
    fields = {"csrf_token": b.token(), "file": (io.BytesIO(data), "rapport.xml")}
    return b.client.post("/depot/rapport", data=fields, content_type="multipart/form-data")


def test_the_nation_walks_from_what_waits_to_what_is_accepted(w: World) -> None:
    examined(w, 1, "titre", "titre", "titre")
    b = w.browser("national")
    page = b.get("/depot").text
    assert "2 titres obtenus à déposer" in page and "CHARLIE Prénom" in page and "CENTRE A : 1 titre" in page
    assert b.post("/depot").headers["Location"] == "/depot/1"
    shown = b.get("/depot/1")
    assert "Lot n° 1 : 2 lignes" in shown.text and "1 titre attend ce qui lui manque" in shown.text
    file = b.get("/depot/1.xml")
    assert file.mimetype == "application/xml" and keys(file.text) == ["1-1", "1-2"]
    assert [e.reason for path in SCHEMAS_THERE for e in xmlschema.XMLSchema(path).iter_errors(file.text)] == []
    wrong = send(b, b"<rapport/>")
    assert wrong.status_code == 422 and "Rien n’a été enregistré" in wrong.text
    assert send(b, report(file.text, "1-2")).headers["Location"] == "/depot/1"
    told_page = b.get("/depot/1").text
    assert "BRAVO Prénom" in told_page and "Aucun titulaire ne correspond" in told_page and "prochain lot" in told_page
    centre = w.browser("centre")
    assert "Session 1 : 1 titre rejeté" in centre.get("/avis").text
    assert "Aucun titulaire ne correspond" in centre.get("/sessions/1/candidats").text
    b.post("/depot")
    assert b.post("/depot/2/perdu").status_code == 303 and "Non parvenue : 1" in b.get("/depot/2").text
    assert keys(batch(w)[1]) == ["1-2"] and whole(w)


def test_nothing_to_deposit_makes_no_batch_and_lacking_settings_are_said(w: World) -> None:
    b = w.browser("national")
    b.post("/depot")
    assert "aucun lot n’est fait" in b.get("/depot").text and b.get("/depot/1").status_code == 404
    w.app().extensions["portal_settings"] = replace(w.app().extensions["portal_settings"], certifier=Certifier())
    assert "Il manque PORTAL_CDC_CLIENT et PORTAL_CDC_CONTRACT" in b.get("/depot").text
    assert b.post("/depot").status_code == 422


def test_when_a_session_is_past_its_time_nothing_of_its_people_stays_in_a_batch(w: World) -> None:
    examined(w, 1, "titre", "titre", "echec")
    told(w, report(batch(w)[1], "1-1"))
    with w.db.writing() as tx:
        erase_sessions(tx, w.operator(), [1])
    assert w.scalar("SELECT count(*) FROM deposit_line WHERE salt <> '' OR reason <> ''") == 0
    assert batch(w)[0].lines == 0 and whole(w)
    assert keys(w.browser("national").get("/depot/1.xml").text) == []


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_line_that_is_changed_by_hand_is_named(w: World) -> None:
    examined(w, 1, "titre", "titre", "echec")
    batch(w)
    with w.db.writing() as tx:
        tx.exec_driver_sql("UPDATE title SET rncp_code = ''")
    for change in ("state = 'acceptee'", "code = 'RNCP1'", "candidate_id = candidate_id + 7", "digest = 'x'"):
        with tried(w.db, f"UPDATE deposit_line SET {change}") as tx:
            assert verify(tx, w.db.audit_key).broken == "dépôt n° 1 : ses lignes ne sont pas celles que dit le journal"


# ---- the command line


def portal(w: World, *words: str) -> Result:
    url = w.db.url.render_as_string(hide_password=False)
    given = {"PORTAL_ENV": "demo", "PORTAL_DATABASE_URL": url, "PORTAL_SECRET_KEY": "a secret for tests"}
    return CliRunner().invoke(cli, ["deposit", *words], env=given)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_command_makes_reads_and_lists(w: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "audit_key", w.db.audit_key)
    examined(w, 1, "titre", "titre", "titre")
    file, back = tmp_path / "lot.xml", tmp_path / "rapport.xml"
    made = portal(w, "make", str(file))
    assert made.exit_code == 0 and "Lot n° 1 : 2 titres, 0 correction, 1 en attente" in made.output, made.output
    assert "Session 1, CHARLIE Prénom : il manque Nom de naissance" in made.output and file.stat().st_mode & 0o777 == 0o600
    back.write_bytes(report(file.read_text(), "1-2"))
    read = portal(w, "read", str(back))
    assert read.exit_code == 0 and "BRAVO Prénom (CENTRE A) : Aucun titulaire" in read.output
    assert "1 acceptée, 1 rejetée, 0 sans réponse" in read.output
    assert "2 lignes\t1 acceptées\t1 rejetées\t0 attendues" in portal(w, "list").output
    back.write_bytes(b"<x/>")
    refused = portal(w, "read", str(back))
    assert refused.exit_code == 1 and refused.output.endswith("Rien n’a été écrit.\n")
    portal(w, "make", str(file))
    again = portal(w, "make", str(tmp_path / "rien.xml"))
    assert again.exit_code == 0 and "aucun fichier n’est écrit" in again.output and not (tmp_path / "rien.xml").exists()


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_no_batch_is_kept_of_which_the_disk_has_no_room(w: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "audit_key", w.db.audit_key)
    examined(w, 1, "titre", "titre", "titre")
    monkeypatch.setattr("tempfile.mkstemp", lambda *_: (os.open("/dev/full", os.O_WRONLY), str(tmp_path / "lot.xml.partie")))
    (tmp_path / "lot.xml.partie").touch()
    full = portal(w, "make", str(tmp_path / "lot.xml"))
    assert full.exit_code == 1 and "ne peut pas être écrit" in full.output, full.output
    assert w.scalar("SELECT count(*) FROM deposit") == 0 and not list(tmp_path.glob("lot.xml*"))


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_batch_whose_file_cannot_take_its_name_says_where_it_is(
    w: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "audit_key", w.db.audit_key)
    examined(w, 1, "titre", "titre", "titre")
    (tmp_path / "lot.xml").mkdir()
    made = portal(w, "make", str(tmp_path / "lot.xml"))
    (written,) = tmp_path.glob("lot.xml?*")
    assert made.exit_code == 1 and f"Lot n° 1 fait, mais {tmp_path}/lot.xml ne peut pas" in made.output
    assert f"c’est {written} qui est à déposer" in made.output and written.read_text().endswith("</flux>\n")


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_two_commands_at_once_do_not_write_into_one_file(w: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "audit_key", w.db.audit_key)
    examined(w, 1, "titre", "titre", "titre")
    file, inner = tmp_path / "lot.xml", list[Result]()

    def meanwhile(work: Work, who: Certifier, write: Callable[[str], object] = len) -> Made:
        monkeypatch.undo()
        monkeypatch.setattr(Settings, "audit_key", w.db.audit_key)
        write("x" * 100)
        inner.append(portal(w, "make", str(file)))
        return make(work, who, write)

    monkeypatch.setattr(making, "make", meanwhile)
    outer = portal(w, "make", str(file))
    assert "Lot n° 1" in inner[0].output and "aucun fichier n’est écrit" in outer.output and outer.exit_code == 0
    assert file.read_text().startswith("<?xml") and list(tmp_path.glob("lot.xml*")) == [file]
