"""Every route of the application is declared here with who may open it; a new one fails until it is."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, insert

from portal.core.outcomes import Saved
from portal.features.communication.letters import NewLetter, Published, publish
from portal.features.convening.actions import set_exam_days
from portal.features.documents.routes import KINDS
from portal.features.measures.writing import keep
from portal.features.oversight.actions import draw_sessions
from portal.features.requests.actions import Made, ask_postponement
from portal.features.sessions.actions import advance
from portal.features.taking_over.kinds import KINDS as FILES
from portal.rules.lifecycle import Action
from portal.rules.steps import STEP_AT
from portal.store.attendance import incident
from portal.store.deposits import deposit, deposit_line
from portal.store.minutes import minutes
from tests.support.world import PEOPLE, World

STEPS = ",".join(f"'{path}'" for path in STEP_AT)

OPEN, OWN, SIGNED_IN, SCOPED, NATIONAL, ASKED, MINE = (
    "open",
    "one's own: nobody's here",
    "signed in",
    "scoped",
    "national",
    "a request's",
    "the centre's own",
)
KEEPERS, HANDED = "who keeps accounts", "the centre and its unit"
REGIONS = "the region itself and the national account"
CENTRE, STATE, KEPT = "a centre", "the State's people", "the unit that keeps it, its region and the national account"
ROUTES = {
    "/sessions/<number:number>/preuve.<any('json','pdf'):kind>": SCOPED,
    "/chiffres": SIGNED_IN,
    "/chiffres.csv": SIGNED_IN,
    "/supervision": STATE,
    "/supervision/tirages": STATE,
    "/supervision/tirages/<number:draw_id>": KEPT,
    "/comptes": KEEPERS,
    "/comptes/invitation": KEEPERS,
    "/comptes/<number:number>": NATIONAL,  # the account of a unit; others in tests/features/test_accounts_on_screen.py
    "/comptes/<number:number>/modifier": NATIONAL,
    "/comptes/<number:number>/fermeture": NATIONAL,
    "/avis": SIGNED_IN,
    "/avis/<number:notice_id>": MINE,
    "/courriels": NATIONAL,
    "/courriels-de-demonstration": SIGNED_IN,
    "/communication": SIGNED_IN,
    "/communication/<number:letter_id>": SIGNED_IN,
    "/communication/<number:letter_id>.pdf": SIGNED_IN,
    "/communication/<number:letter_id>/modifier": NATIONAL,
    "/communication/<number:letter_id>/retrait": NATIONAL,
    "/communication/nouvelle": NATIONAL,
    "/communication/fermeture": NATIONAL,
    "/demandes": SIGNED_IN,
    "/demandes/titre-echu": CENTRE,
    "/demandes/<number:request_id>": ASKED,
    "/demandes/<number:request_id>/acceptation": ASKED,
    "/demandes/<number:request_id>/refus": ASKED,
    "/demandes/<number:request_id>/retrait": ASKED,
    "/sessions/<number:number>/demande-report": SCOPED,
    "/sessions/<number:number>/demande-correction": SCOPED,
    "/static/<path:filename>": OPEN,
    "/healthz": OPEN,
    "/readyz": OPEN,
    "/connexion": OPEN,
    "/connexion/oubli": OPEN,
    "/connexion/oubli/<token>": OPEN,
    "/compte": SIGNED_IN,
    "/connexion/proconnect": OPEN,
    "/connexion/proconnect/retour": OPEN,
    "/connexion/code": OPEN,
    "/connexion/code/cle": OPEN,
    "/compte/second-facteur": SIGNED_IN,
    "/compte/second-facteur/application": SIGNED_IN,
    "/compte/second-facteur/cle": SIGNED_IN,
    "/compte/second-facteur/codes": SIGNED_IN,
    "/compte/second-facteur/<number:factor_id>/retrait": OWN,
    "/comptes/<number:account_id>/second-facteur": NATIONAL,
    "/compte/connexions": SIGNED_IN,
    "/compte/activite": SIGNED_IN,
    "/compte/donnees.json": SIGNED_IN,
    "/securite/journal": NATIONAL,
    "/securite/journal.csv": NATIONAL,
    "/compte/nom": SIGNED_IN,
    "/compte/adresse": SIGNED_IN,
    "/compte/adresse/<token>": OPEN,
    "/invitation/<token>": OPEN,
    "/deconnexion": SIGNED_IN,
    "/": SIGNED_IN,
    "/sessions": SIGNED_IN,
    "/sessions/export": SIGNED_IN,
    "/sessions/<number:number>": SCOPED,
    "/sessions/<number:number>/historique": SCOPED,
    "/sessions/<number:number>/candidats": SCOPED,
    "/sessions/<number:number>/informations": SCOPED,
    "/sessions/<number:number>/date-reelle": SCOPED,
    "/sessions/<number:number>/date-reelle/verification": SCOPED,
    "/sessions/<number:number>/jours-examen": SCOPED,
    f"/sessions/<number:number>/<any({STEPS}):step>": SCOPED,
    "/sessions/<number:number>/candidats/convocations": SCOPED,
    "/c/<token>": OPEN,
    "/c/<token>/<any('convocation','attestation','livret'):kind>.pdf": OPEN,
    "/c/<token>/agenda.ics": OPEN,
    "/j/<token>": OPEN,
    "/sessions/<number:number>/candidats/import": SCOPED,
    "/sessions/<number:number>/candidats/modele.<any('csv','xlsx','ods'):kind>": SCOPED,
    "/sessions/<number:number>/candidats/<number:candidate_id>": SCOPED,
    "/sessions/<number:number>/candidats/<number:candidate_id>/modifier": SCOPED,
    "/sessions/<number:number>/jour": SCOPED,
    "/sessions/<number:number>/jour/incidents/<number:incident_id>": SCOPED,
    "/sessions/<number:number>/proces-verbal": SCOPED,
    "/sessions/<number:number>/proces-verbal.pdf": SCOPED,
    "/sessions/<number:number>/proces-verbal/verification": SCOPED,
    "/sessions/<number:number>/proces-verbal/refus": SCOPED,
    "/sessions/<number:number>/candidats/<number:candidate_id>/amenagements": MINE,
    "/sessions/<number:number>/candidats/<number:candidate_id>/retrait": SCOPED,
    "/sessions/<number:number>/candidats/<number:candidate_id>/etat-civil": HANDED,
    f"/sessions/<number:number>/candidats/<number:candidate_id>/<{KINDS}:kind>.pdf": SCOPED,
    "/sessions/<number:number>/jury": SCOPED,
    "/sessions/<number:number>/documents": SCOPED,
    f"/sessions/<number:number>/documents/<{KINDS}:kind>.pdf": SCOPED,
    "/sessions/nouvelle": CENTRE,
    "/sessions/nouvelles": CENTRE,
    "/sessions/nouvelles/modele.<any('csv','xlsx','ods'):kind>": CENTRE,
    "/calendrier": SIGNED_IN,
    "/calendrier/adresse": SIGNED_IN,
    "/calendrier/<token>.ics": OPEN,
    "/a-essayer": OPEN,
    "/charte": OPEN,
    "/aide": OPEN,
    "/accessibilite": OPEN,
    "/mentions-legales": OPEN,
    "/donnees-personnelles": OPEN,
    "/plan-du-site": OPEN,
    "/journal": OPEN,
    "/journal/cle": OPEN,
    "/journal/verifier": OPEN,
    "/verifier": OPEN,
    "/verifier/<code>": OPEN,
    "/agrements": SIGNED_IN,
    "/titres": SIGNED_IN,
    "/titres/nouveau": NATIONAL,
    "/titres/<path:code>": SIGNED_IN,
    "/titres/<path:code>/certificats": NATIONAL,
    "/titres/<path:code>/certificats/<number:certificate_id>": NATIONAL,
    "/unites": STATE,
    "/unites/<code>": KEPT,
    "/regions/<code>": REGIONS,
    **dict.fromkeys((f"/{key}/fichier" for key in FILES), NATIONAL),
    **dict.fromkeys((f"/{key}/fichier/exemple.<any('csv','xlsx','ods'):kind>" for key in FILES), NATIONAL),
    "/centres": SIGNED_IN,
    "/centres/nouveau": NATIONAL,
    "/centres/<number:centre_id>": SCOPED,
    "/centres/<number:centre_id>/fermeture": NATIONAL,
    "/centres/<number:centre_id>/reouverture": NATIONAL,
    "/jury": STATE,
    "/jury/<number:member_id>": KEPT,
    "/depot": NATIONAL,
    "/depot/rapport": NATIONAL,
    "/depot/<number:batch_id>": NATIONAL,
    "/depot/<number:batch_id>.xml": NATIONAL,
    "/depot/<number:batch_id>/perdu": NATIONAL,
    "/depot/lignes/<number:line_id>/retiree": NATIONAL,
    "/reglages": NATIONAL,
    "/reglages/conservation": NATIONAL,
    "/sessions/<number:number>/candidats/<number:candidate_id>/donnees": SCOPED,
    "/sessions/<number:number>/report": SCOPED,
    "/sessions/<number:number>/resultats": SCOPED,
    "/sessions/<number:number>/resultats/correction": SCOPED,
    "/sessions/<number:number>/resultats/fichier": SCOPED,
    "/sessions/<number:number>/resultats/modele.<any('csv','xlsx','ods'):kind>": SCOPED,
    "/mesures": NATIONAL,
    "/mesures/<key>": NATIONAL,
    "/mesures/<key>.csv": NATIONAL,
    "/mesures/<key>.toml": NATIONAL,
    "/mesures/<key>/modifier": NATIONAL,
    "/mesures/<key>/suppression": NATIONAL,
    "/mesures/nouvelle": NATIONAL,
    "/mesures/fichier": NATIONAL,
    "/mesures/passages/<number:run_id>": NATIONAL,
    "/mesures/passages/<number:run_id>/reprise": NATIONAL,
}
MEASURE = """[mesure]
cle = "greve"
nom = "grève"
source = "Décision d’essai"
[[cas]]
nom = "1"
texte = "Début au 30/06/2020"
debut_au = 2020-06-30
action = "annuler"
"""
SEES = {"centre": True, "other": False, "ud94": True, "ud75": False, "region": True, "national": True}


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "02/03/2020", "20/04/2020")
    world.seat(1)
    world.measure()
    world.tell(1)
    first, last = date(2020, 7, 6), date(2020, 7, 7)
    told = set_exam_days(world.as_("centre"), 1, world.get(1).version, first=first, last=last, hour="08:30")
    assert isinstance(told, Saved)
    assert isinstance(advance(world.as_("centre"), 1, world.get(1).version, Action.CONVOKE_AGAIN), Saved)
    keep(world.as_("national"), MEASURE)
    world.session(224, "22/06/2020", "26/06/2020", "demande_dte_envoyee", candidates=0)
    days: dict[str, Any] = {"starts_on": date(2020, 7, 6), "ends_on": date(2020, 7, 7)}
    asked = ask_postponement(world.as_("centre"), 224, world.get(224).version, reason="Essai", key="k", **days)
    assert asked == Made(1)
    assert publish(world.as_("national"), NewLetter("Essai", "Texte", [], [], "essai.pdf", b"%PDF-1.7"), "k") == Published(1)
    assert draw_sessions(world.as_("ud94"), "94", date(2020, 1, 1), date(2020, 12, 31), 1) == 1
    with world.db.writing() as tx:
        head = {"flux": "depot-1", "client": "TEST0001", "certifier": "TEST0001", "contract": "C", "lines": 1, "by": "Essai"}
        tx.execute(insert(deposit).values(id=1, at=world.now(), **head))
        codes = {"code": "RNCP1", "sent_as": "nouvelle", "state": "envoyee", "latest": True, "salt": "s", "digest": "d"}
        happened = {"day": world.today, "hour": "10:20", "text": "x", "noted_at": world.now(), "noted_by": "x"}
        tx.execute(insert(incident).values(id=1, session_id=1, **happened))
        signed = {"state": "depose", "version": 1, "digest": "d", "bytes": 1, "reason": "", "deposited_by": "x"}
        tx.execute(insert(minutes).values(session_id=1, deposited_at=world.now(), **signed))
        tx.execute(insert(deposit_line).values(id=1, deposit_id=1, session_id=1, candidate_id=1, **codes))
    yield world
    world.close()


def addresses(rule: str) -> tuple[str, str]:
    """The address of this rule with what is there, and with what is not."""
    step = re.sub(r"<any\('([^']+)'[^)]*\):[a-z]+>", r"\1", rule)  # the first word of the list
    own = {"/unites/<code>": "94", "/regions/<code>": "11"}.get(rule, "TP-01303")
    here = re.sub(r"<number:[a-z_]+>", "1", step).replace("<key>", "greve")
    missing = re.sub(r"<number:[a-z_]+>", "999", step).replace("<key>", "inconnue")
    return re.sub("<(path:)?code>", own, here), re.sub("<(path:)?code>", "inconnu", missing)


def may(who: str, need: str) -> bool:
    """Whether this person may open what needs this."""
    return {
        SIGNED_IN: True,
        SCOPED: SEES[who],
        ASKED: SEES[who],
        OWN: False,
        MINE: who == "centre",
        NATIONAL: who == "national",
        CENTRE: who in ("centre", "other"),
        KEEPERS: who != "region",
        HANDED: who in ("centre", "ud94"),
        STATE: who not in ("centre", "other"),
        KEPT: who in ("ud94", "region", "national"),
        REGIONS: who in ("region", "national"),
    }[need]


def test_every_route_by_every_role_with_own_foreign_and_missing_objects(w: World) -> None:
    rules = list(w.app().url_map.iter_rules())
    assert {rule.rule for rule in rules} == set(ROUTES)
    browsers = {who: w.browser(who) for who in PEOPLE}
    visitor = w.browser()
    for rule in rules:
        need = ROUTES[rule.rule]
        if need == OPEN:
            continue
        here, missing = addresses(rule.rule)
        get = "GET" in (rule.methods or ())
        answer = visitor.get(here) if get else visitor.post(here)
        assert answer.status_code in (302, 401, 405), here
        if not get:
            continue
        for who, browser in browsers.items():
            code = browser.get(here).status_code
            allowed = may(who, need)
            assert (code in (200, 302, 303)) if allowed else (code == 404), (who, here, code)
            if missing != here:
                assert browser.get(missing).status_code == 404, (who, missing)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_a_person_may_not_open_takes_no_form_either(w: World) -> None:
    browsers, told = {who: w.browser(who) for who in PEOPLE}, []
    taking = [rule.rule for rule in w.app().url_map.iter_rules() if "POST" in (rule.methods or ()) and ROUTES[rule.rule] != OPEN]
    for rule in taking:
        here, missing = addresses(rule)
        for who, browser in browsers.items():
            asked = [] if may(who, ROUTES[rule]) else [here]
            asked += [missing] if missing != here and who in ("centre", "national") else []
            told += [f"{who} {address} {code}" for address in asked if (code := browser.post(address).status_code) != 404]
    assert not told, "\n".join(told)
    assert len(taking) > 50


def test_a_hand_made_post_by_each_role_changes_nothing_that_is_not_its_own(w: World) -> None:
    before = w.get(1)
    fields = {
        "actual_end_on": "2020-06-12",
        "starts_on": "2020-07-01",
        "ends_on": "2020-07-02",
        "reason": "x",
        "place": "",
        "session_manager": "",
        "exam_starts_on": "2020-07-01",
        "exam_ends_on": "2020-07-02",
        "hour": "08:30",
        "note": "x",
    }
    for who in PEOPLE:
        browser = w.browser(who)
        for path in (
            "informations",
            "date-reelle",
            "report",
            "verrouillage",
            "deverrouillage",
            "resultats",
            "resultats/correction",
            "envoi-dte",
            "rappel-dte",
            "convocations",
            "nouvelle-convocation",
            "jours-examen",
            "date-reelle/verification",
            "demande-dte",
            "proces-verbal/verification",
            "proces-verbal/refus",
        ):
            if who == "centre" and path in ("date-reelle", "jours-examen"):
                continue
            answer = browser.post(f"/sessions/1/{path}", version=before.version, action="validate", **fields)
            assert answer.status_code == (403 if SEES[who] else 404), (who, path)
    assert w.get(1) == before


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/sessions", 5),
        ("/sessions/1", 13),
        ("/demandes", 5),
        ("/", 8),
        ("/avis", 4),
        ("/sessions/1/candidats", 7),
        ("/calendrier", 3),
    ],
)
def test_the_number_of_queries_does_not_grow(w: World, path: str, most: int) -> None:
    browser = w.browser("centre")
    seen: list[str] = []
    event.listen(w.app().extensions["portal_db"].engine, "before_cursor_execute", lambda c, cur, sql, *rest: seen.append(sql))

    def count() -> int:
        seen.clear()
        assert browser.get(path).status_code == 200
        return len([s for s in seen if not s.startswith(("PRAGMA", "COMMIT")) and "set_config(" not in s])  # (who looks)

    few = count()
    w.sessions(range(2, 52), "01/06/2020", "12/06/2020", candidates=1)
    assert few == count() <= most


def test_the_first_view_of_the_list_is_light_and_asks_no_other_host(w: World) -> None:
    browser = w.browser("centre")
    w.sessions(range(2, 52), "01/06/2020", "12/06/2020", candidates=0)
    page = browser.client.get("/sessions", headers={"Accept-Encoding": "gzip, deflate"})
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "default-src 'none'" in policy
    weight = len(page.data)
    text = browser.get("/sessions").text
    assert not re.search(r'(src|href)="https?:', text) and " style=" not in text and "<style" not in text
    for address in set(re.findall(r'(?:src|href|data-htmx)="(/static/[^"]+)"', text)):
        weight += len(browser.client.get(address, headers={"Accept-Encoding": "gzip, deflate"}).data)
    assert weight < 50_000
