"""Which addresses of the demonstration are kept as text, for each route that answers GET; and which forms are tried."""

import re
from pathlib import Path

LATE, DONE, COMING, OTHERS = (224561, 224562, 224569), (224565, 224567, 224573), (224563, 224564, 224566, 224570), (224574,)
CANCELLED, REQUESTED, WAITING = 224600, 224576, 224571
# Moved by the measure while « DTE envoyé » and « Demande de DTE envoyée », and with its results entered since.
MOVED = (224572, 224648, 224666, 224672)
# One of each status, then the moved, the other centre's, and those with something open.
ALL = (*COMING, *LATE, *DONE, *MOVED, *OTHERS, CANCELLED, REQUESTED, WAITING, 224568, 224575, 224577)
# The signed minutes: good, locked, awaited and late, awaited, to be checked, refused; another centre's.
SIGNED = (224644, 224565, 224567, 224612, 224780, 224649, 224696, 224574)
FEW = (224563, 224566, 224564, 224570, 224561, 224562, 224565, 224567, CANCELLED, 224574)
STEPS = (
    *("demande-dte", "envoi-dte", "rappel-dte", "convocations", "nouvelle-convocation", "verrouillage", "deverrouillage"),
    "annulation",
)
_STEPS = ",".join(f"'{step}'" for step in STEPS)
# One moved session ready for each next step, and one whose DTE was recalled.
READY = tuple(range(224581, 224588))
PAPERS = ("convocation", "liste-candidats", "emargement", "proces-verbal", "livret", "attestation", "convocation-jury")
# The first manager, the national account, the other manager, a member, a closed one, an invitation over, one that waits.
ACCOUNTS = (1, 6, 11, 12, 13, 14, 15, 999)
FIRST_CANDIDATES = {224561: 1, 224565: 64, 224566: 68, 224573: 93, 224574: 94}


def _sessions(rest: str, numbers: tuple[int, ...] = FEW) -> list[str]:
    return [f"/sessions/{number}{rest}" for number in (*numbers, 999999)]


def _candidates(rest: str, *numbers: int) -> list[str]:
    found = [f"/sessions/{n}/candidats/{FIRST_CANDIDATES[n]}{rest}" for n in numbers or FIRST_CANDIDATES]
    return [*found, f"/sessions/224566/candidats/1{rest}"]  # another session's candidate


_SESSION, _CANDIDATE = "/sessions/<number:number>", "/sessions/<number:number>/candidats/<number:candidate_id>"
_KINDS = "<any('convocation','liste-candidats','emargement','proces-verbal','livret','attestation','convocation-jury'):kind>.pdf"
_ENDING = "<any('csv','xlsx','ods'):kind>"
_MODEL = f"modele.{_ENDING}"
_FILES = ("centres", "titres", "agrements", "sessions", "candidats")

PAGES: dict[str, list[str]] = {
    "/": ["/"],
    "/agrements": ["/agrements", "/agrements?q=bercy", "/agrements?q=introuvable"],
    "/centres": ["/centres", "/centres?q=bercy", "/centres?q=introuvable&departement=94&etat=fermes"],
    "/centres/nouveau": ["/centres/nouveau"],
    "/centres/<number:centre_id>": ["/centres/1", "/centres/2", "/centres/999"],
    "/centres/<number:centre_id>/fermeture": ["/centres/1/fermeture", "/centres/999/fermeture"],
    **{f"/{key}/fichier": [f"/{key}/fichier"] for key in _FILES},
    **{f"/{key}/fichier/exemple.{_ENDING}": [f"/{key}/fichier/exemple.csv"] for key in _FILES},
    "/titres": ["/titres", "/titres?q=conduite", "/titres?etat=echus", "/titres?q=introuvable&etat=bientot"],
    "/titres/nouveau": ["/titres/nouveau"],
    "/titres/<path:code>": ["/titres/TP-01303", "/titres/TP-EX001", "/titres/inconnu"],
    "/unites": ["/unites", "/unites?contact=sans"],
    "/unites/<code>": ["/unites/94", "/unites/2A", "/unites/99"],
    "/regions/<code>": ["/regions/11", "/regions/99"],
    "/a-essayer": ["/a-essayer"],
    "/charte": ["/charte"],
    "/accessibilite": ["/accessibilite"],
    "/aide": ["/aide"],
    "/mentions-legales": ["/mentions-legales"],
    "/donnees-personnelles": ["/donnees-personnelles"],
    "/plan-du-site": ["/plan-du-site"],
    "/avis": ["/avis", "/avis?avant=20"],
    "/avis/<number:notice_id>": ["/avis/1", "/avis/39", "/avis/999"],
    "/calendrier": ["/calendrier", "/calendrier?mois=2020-08", "/calendrier?mois=2021-01"],
    "/calendrier/<token>.ics": ["/calendrier/inconnu.ics"],
    "/chiffres": ["/chiffres", "/chiffres?du=&au=", "/chiffres?du=31/02/2020&au=x&departement=999&titre=inconnu",
                  "/chiffres?titre=TP-01303&departement=94", "/chiffres?du=2019-01-01&au=2019-02-01"],
    "/chiffres.csv": ["/chiffres.csv", "/chiffres.csv?titre=TP-01303"],
    "/communication": ["/communication"],
    "/communication/<number:letter_id>": ["/communication/1", "/communication/999"],
    "/communication/<number:letter_id>.pdf": ["/communication/1.pdf"],
    "/communication/<number:letter_id>/modifier": ["/communication/1/modifier", "/communication/999/modifier"],
    "/communication/fermeture": ["/communication/fermeture"],
    "/communication/nouvelle": ["/communication/nouvelle"],
    "/comptes": ["/comptes", "/comptes?role=ud", "/comptes?q=lefort", "/comptes?q=introuvable", "/comptes?suite=3", "/comptes?etat=invite"],
    "/comptes/<number:number>": [f"/comptes/{n}" for n in ACCOUNTS],
    "/comptes/<number:number>/fermeture": [f"/comptes/{n}/fermeture" for n in ACCOUNTS],
    "/comptes/<number:number>/modifier": [f"/comptes/{n}/modifier" for n in ACCOUNTS],
    "/comptes/invitation": ["/comptes/invitation"],
    "/compte": ["/compte"],
    "/compte/activite": ["/compte/activite"],
    "/compte/donnees.json": ["/compte/donnees.json"],
    "/securite/journal": ["/securite/journal?nature=changed", "/securite/journal?q=introuvable&du=31/02/2020"],
    "/securite/journal.csv": ["/securite/journal.csv?nature=changed"],
    "/compte/second-facteur": ["/compte/second-facteur"],
    "/compte/second-facteur/application": ["/compte/second-facteur/application"],
    "/compte/second-facteur/<number:factor_id>/retrait": ["/compte/second-facteur/1/retrait"],
    "/connexion/code": ["/connexion/code"],
    "/connexion/proconnect": ["/connexion/proconnect"],
    "/connexion/proconnect/retour": ["/connexion/proconnect/retour"],
    "/compte/adresse": ["/compte/adresse"],
    "/compte/adresse/<token>": ["/compte/adresse/inconnu"],
    "/compte/nom": ["/compte/nom"],
    "/connexion": ["/connexion", "/connexion?suite=/sessions/224566"],
    "/connexion/oubli": ["/connexion/oubli"],
    "/connexion/oubli/<token>": ["/connexion/oubli/inconnu"],
    "/courriels": ["/courriels"],
    "/courriels-de-demonstration": ["/courriels-de-demonstration"],
    "/depot": ["/depot"],
    "/depot/<number:batch_id>": ["/depot/1", "/depot/999"],
    "/depot/<number:batch_id>.xml": ["/depot/1.xml", "/depot/999.xml"],
    "/demandes": ["/demandes", "/demandes?vue=toutes", "/demandes?vue=acceptees", "/demandes?vue=refusees", "/demandes?departement=94"],
    "/demandes/<number:request_id>": [f"/demandes/{n}" for n in (1, 2, 3, 4, 5, 999)],
    "/demandes/titre-echu": ["/demandes/titre-echu", "/demandes/titre-echu?titre=TP-EX001"],
    "/healthz": ["/healthz"],
    "/invitation/<token>": ["/invitation/inconnue"],
    "/jury": ["/jury", "/jury?q=delorme", "/jury?q=introuvable"],
    "/jury/<number:member_id>": ["/jury/1", "/jury/3", "/jury/4", "/jury/6", "/jury/999"],
    "/journal/verifier": ["/journal/verifier", "/journal/verifier?point=rien"],
    "/mesures": ["/mesures"],
    "/mesures/<key>": ["/mesures/confinement-2020", "/mesures/inconnue"],
    "/mesures/<key>.csv": ["/mesures/confinement-2020.csv"],
    "/mesures/<key>.toml": ["/mesures/confinement-2020.toml"],
    "/mesures/<key>/modifier": ["/mesures/confinement-2020/modifier", "/mesures/inconnue/modifier"],
    "/mesures/<key>/suppression": ["/mesures/confinement-2020/suppression"],
    "/mesures/nouvelle": ["/mesures/nouvelle"],
    "/mesures/passages/<number:run_id>": ["/mesures/passages/1", "/mesures/passages/999"],
    "/mesures/passages/<number:run_id>/reprise": ["/mesures/passages/1/reprise"],
    "/readyz": ["/readyz"],
    "/reglages": ["/reglages"],
    "/reglages/conservation": ["/reglages/conservation"],
    "/sessions": ["/sessions", "/sessions?q=aubign%C3%A9&statut=dte_envoye", "/sessions?q=introuvable", "/sessions?q=224566",
                  "/sessions?vue=a-faire&statut=convocations_envoyees", "/sessions?vue=en-retard&q=224575",
                  "/sessions?vue=reportees&statut=dte_envoye", "/sessions?vue=resultats", "/sessions?vue=a-verrouiller&statut=resultats_saisis", "/sessions?q=2245&statut=verrouillee&tri=debut&ordre=croissant",
                  "/sessions?q=introuvable&statut=inconnu&du=31/02/2020&au=x&departement=999", "/sessions?departement=75&q=224574"],
    _SESSION: [*_sessions("", (*ALL, *READY)), "/sessions/224566?au=14/06/2020", "/sessions/224561?au=2020-03-01", "/sessions/224566?au=x"],
    f"{_SESSION}/<any({_STEPS}):step>": [
        f"/sessions/{number}/{step}" for step in STEPS for number in (*FEW, 224575)
    ],
    f"{_SESSION}/jours-examen": _sessions("/jours-examen", (224566, 224567, 224581, 224583, 224584)),
    f"{_SESSION}/date-reelle/verification": _sessions("/date-reelle/verification", (224566, 224569)),
    f"{_SESSION}/candidats": [*_sessions("/candidats", (*FEW, 224586)), "/sessions/224561/candidats?q=aubign%C3%A9"],
    f"{_SESSION}/jour": [*_sessions("/jour", (WAITING, *FEW, 224586)), "/sessions/224571/jour?date=2020-06-02"],
    f"{_SESSION}/jour/incidents/<number:incident_id>": ["/sessions/224571/jour/incidents/1", "/sessions/224571/jour/incidents/9"],
    f"{_SESSION}/proces-verbal": _sessions("/proces-verbal", (*SIGNED, 224563, CANCELLED)),
    f"{_SESSION}/proces-verbal.pdf": _sessions("/proces-verbal.pdf", (224565, 224612)),
    f"{_SESSION}/candidats/convocations": _sessions("/candidats/convocations", (*FEW, 224586)),
    "/c/<token>": ["/c/inconnu"],
    "/c/<token>/<any('convocation','attestation','livret'):kind>.pdf": ["/c/inconnu/convocation.pdf"],
    "/c/<token>/agenda.ics": ["/c/inconnu/agenda.ics"],
    "/j/<token>": ["/j/inconnu"],
    _CANDIDATE: _candidates(""),
    f"{_CANDIDATE}/{_KINDS}": _candidates("/convocation.pdf", 224566) + _candidates("/attestation.pdf", 224566)
    + _candidates("/emargement.pdf", 224566),
    f"{_CANDIDATE}/amenagements": _candidates("/amenagements"),
    f"{_CANDIDATE}/modifier": _candidates("/modifier"),
    f"{_CANDIDATE}/retrait": _candidates("/retrait"),
    f"{_CANDIDATE}/etat-civil": _candidates("/etat-civil"),
    f"{_SESSION}/candidats/import": _sessions("/candidats/import", (224566, 224563, 224567)),
    f"{_SESSION}/resultats/fichier": _sessions("/resultats/fichier", (224562, 224565, 224566)),
    f"{_SESSION}/resultats/{_MODEL}": [f"/sessions/224562/resultats/modele.{kind}" for kind in ("csv", "xlsx", "ods")],
    f"{_SESSION}/candidats/{_MODEL}": [f"/sessions/224566/candidats/modele.{kind}" for kind in ("csv", "xlsx", "ods")],
    f"{_SESSION}/date-reelle": _sessions("/date-reelle", (*FEW, 224569, 224672)),
    f"{_SESSION}/demande-report": _sessions("/demande-report", (*FEW, REQUESTED)),
    f"{_SESSION}/demande-correction": _sessions("/demande-correction", (224563, 224565, 224567, 224672)),
    f"{_SESSION}/documents": _sessions("/documents"),
    f"{_SESSION}/documents/{_KINDS}": [f"/sessions/224563/documents/{kind}.pdf" for kind in PAPERS],
    f"{_SESSION}/historique": [*_sessions("/historique", ALL), "/sessions/224561/historique?au=2020-03-01"],
    f"{_SESSION}/informations": _sessions("/informations", (*FEW, 224572)),
    f"{_SESSION}/jury": [*_sessions("/jury"), "/sessions/224575/jury?q=haddad"],
    f"{_SESSION}/preuve.<any('json','pdf'):kind>": ["/sessions/224566/preuve.json", "/sessions/224566/preuve.pdf"],
    f"{_SESSION}/report": _sessions("/report", (*FEW, REQUESTED)),
    f"{_SESSION}/resultats": _sessions("/resultats", (*FEW, WAITING, 224568, 224569)),
    f"{_SESSION}/resultats/correction": _sessions("/resultats/correction", (*FEW, 224672)),
    "/sessions/export": ["/sessions/export", "/sessions/export?quoi=resultats", "/sessions/export?format=xlsx",
                         "/sessions/export?quoi=inconnu", "/sessions/export?quoi=candidats&q=224566",
                         *(f"/sessions/export?pour=lecture&quoi={what}&q=22456" for what in ("sessions", "candidats", "resultats")),
                         "/sessions/export?pour=lecture&format=xlsx", "/sessions/export?pour=rien"],
    "/sessions/nouvelle": ["/sessions/nouvelle", *(f"/sessions/nouvelle?{rest}cle={'0' * 32}" for rest in (
        "", "modele=224567&", "starts_on=2020-09-01&", "starts_on=2020-09-01&title=1&"))],
    "/sessions/nouvelles": ["/sessions/nouvelles"],
    f"/sessions/nouvelles/{_MODEL}": [f"/sessions/nouvelles/modele.{kind}" for kind in ("csv", "xlsx", "ods")],
    "/supervision": ["/supervision", *(f"/supervision?signal={key}" for key in ("taux_de_reussite", "convocations_tardives"))],
    "/supervision/tirages": ["/supervision/tirages"],
    "/supervision/tirages/<number:draw_id>": ["/supervision/tirages/1", "/supervision/tirages/999"],
    "/verifier": ["/verifier", "/verifier?code=abc", "/verifier?code=ABCD-EFGH-JKMN-PQRS"],
    "/verifier/<code>": ["/verifier/ABCD-EFGH-JKMN-PQRS", "/verifier/abc"],
}  # fmt: skip

# Routes whose words stand elsewhere, each with its reason.
LEFT_OUT = {
    "/static/<path:filename>": "files of the browser's, no page",
    "/journal": "the head of this very trail, under its key",
    "/journal/cle": "the public key, another one in each database",
}

# Whose forms are tried, and on which page.
FORMS: list[tuple[str, str]] = [
    *(("centre", f"/sessions/{n}/{page}") for n, page in (
        (224563, "informations"), (224561, "date-reelle"), (224566, "demande-report"), (224565, "demande-correction"), (224571, "resultats"), (224568, "resultats"),
        (224563, "demande-dte"), (224564, "convocations"), (224563, "annulation"), (224563, "candidats"), (224563, "candidats/import"),
        (224566, "candidats/68/modifier"), (224566, "candidats/68/retrait"), (224575, "jury"),
    )),
    *(("ud94", f"/sessions/{n}/{page}") for n, page in (
        (224570, "report"), (224565, "resultats/correction"), (224566, "envoi-dte"), (224565, "verrouillage"), (224567, "deverrouillage"),
    )),
    *(("centre", page) for page in (
        "/demandes/titre-echu", "/demandes/1", "/sessions/nouvelle", "/sessions/nouvelles", "/avis", "/calendrier",
    )),
    *(("ud94", page) for page in (
        "/demandes", "/demandes/1", "/demandes/5", "/jury", "/jury/1", "/supervision", "/supervision/tirages",
    )),
    *(("national", page) for page in (
        "/agrements", "/centres/nouveau", "/centres/1", "/centres/1/fermeture", "/titres/nouveau", "/titres/TP-01303", "/unites/94", "/regions/11",
        "/communication/nouvelle", "/communication/fermeture", "/mesures/nouvelle", "/reglages", "/reglages/conservation",
        "/mesures/confinement-2020", "/mesures/passages/1/reprise",
    )),
    ("visiteur", "/connexion"),
    *(("centre", page) for page in ("/comptes/invitation", "/comptes/12/modifier", "/comptes/12/fermeture", "/comptes/15")),
    *((who, "/comptes/invitation") for who in ("ud94", "national")),
    *(("centre", page) for page in ("/compte/nom", "/compte/adresse")),
]  # fmt: skip

# Files that are shown before they are taken over; the last line of each is wrong.
FILES: list[tuple[str, str, tuple[str, ...]]] = [
    ("centre", "/sessions/224563/candidats/import", (
        "nom;prénom;date de naissance;adresse électronique", "Nouvel;Ana;04/11/1995;ana@exemple.fr",
        "D’Aubigné;Éloïse;23/02/1962;", ";;31/02/1995;nulle part",
    )),
    ("centre", "/sessions/nouvelles", (
        "titre;type;date de début;date de fin;lieu;responsable", "TP-01303;titre;14/09/2020;18/09/2020;12 rue des Écoles;Camille Roux",
        "TP-01303;ccp;21/09/2020;22/09/2020;Créteil;Camille Roux", "TP-99999;rien;31/02/2020;hier;;",
    )),
    ("national", "/centres/fichier", (
        "SIRET;nom;département", "90000101700012;PARIS VAL DE MARNE FORMATIONS BIS;94", "356 000 000 00048;LA POSTE;94", "356;;999",
    )),
    ("national", "/sessions/fichier", (
        "numéro;SIRET;titre;type;date de début;date de fin;statut;date réelle de fin",
        "300001;900 001 017 00012;TP-01303;titre;14/09/2020;18/09/2020;En préparation;", "224566;356;TP-99999;rien;31/02/2020;hier;x;",
    )),
]  # fmt: skip

# ---- where their text is kept (tests/guard/test_pages.py)

KEPT = Path(__file__).with_name("__snapshots__") / "test_pages"


def file_name(rule: str) -> str:
    """The name of a route's file: `/sessions/<number:number>/report` → `sessions-NUMBER-report`."""
    short = re.sub(r"<any\([^)]*\):(\w+)>", r"<\1>", rule)
    named = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: found[1].upper(), short)
    return re.sub(r"[^\w]+", "-", named).strip("-") or "accueil"


def kept(rule: str) -> str:
    """The text of a route's pages."""
    return (KEPT / f"{file_name(rule)}.txt").read_text("utf-8")


# ---- what a page costs against how much there is (tests/guard/test_flat.py, bench/pages.py)

# Pages of one thing; the others are asked for at their first address, or at these.
ALSO = {
    "/sessions": ["/sessions", *(f"/sessions?vue={view}" for view in ("a-faire", "en-retard", "reportees", "resultats", "a-verrouiller")),
                  "/sessions?statut=dte_envoye", "/sessions?tri=debut", "/sessions?q=introuvable"],
    "/chiffres": ["/chiffres", "/chiffres?du=&au=", "/chiffres?titre=TP-01303&departement=94"],
    "/demandes": ["/demandes", "/demandes?vue=toutes"],
    "/supervision": ["/supervision", "/supervision?departement=94"],
}  # fmt: skip
# What grows with what was asked for, and why nobody waits for it.
GROWS = {
    "/mesures/<key>": "a dry run reads every session: that is what it is for (make bench: dry_run_against_one_scan)",
    "/mesures/<key>.csv": "a line a session, streamed",
    "/sessions/export": "what is exported, streamed",
    "/compte/donnees.json": "all that is kept of one person",
    "/securite/journal.csv": "all that is exported, streamed",
    "/sessions/<number:number>/preuve.<any('json','pdf'):kind>": "copies of events have no tree (make bench: proof_of_a_session_…)",
}


def read_pages() -> list[tuple[str, str]]:
    """Routes and addresses of what people read, but for what grows: each page of one thing once."""
    rules = {rule: ALSO.get(rule, given[:1]) for rule, given in PAGES.items() if rule not in GROWS and ".pdf" not in rule}
    return [(rule, address) for rule, given in rules.items() for address in given]
