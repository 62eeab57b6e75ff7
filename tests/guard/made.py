"""Addresses of the demonstration that somebody's act makes."""

import re
from collections.abc import Iterator, Sequence

from portal.core import invitations, links
from tests.guard.addresses import FEW, PAGES
from tests.support.demonstration import EMAILS, SIGNED_OUT, Demonstration
from tests.support.server import settings_in
from tests.support.world import hidden

REFUSED = "Cette action n’est pas ouverte"
ROLES = (*EMAILS, SIGNED_OUT)
PART = re.compile(r'<[a-z]\w*|(?<=class=")[^"]*|(?<=<h[123]>)[^<]*')  # what a page is built of
# Pages whose layout differs from one session to the next.
MORE = {"/sessions/<number:number>": [f"/sessions/{number}" for number in FEW]}
RULES = sorted(rule for rule in PAGES if not re.search(r"\.(csv|pdf|ics|json|toml)|healthz|readyz|kind>|modele|exemple", rule))


def made(demo: Demonstration, rule: str) -> list[str]:
    """Addresses that somebody's act makes: a private calendar, a draw, a document's code, an invitation."""
    db = demo.app.extensions["portal_db"]
    if rule == "/calendrier/<token>.ics":
        page = sent(demo, "centre", "/calendrier", "/calendrier/adresse", action="creer")
        return re.findall(r"/calendrier/[\w.-]+\.ics", page)[:1]
    if rule == "/calendrier":
        sent(demo, "centre", "/calendrier", "/calendrier/adresse", action="creer")
        return ["/calendrier?mois=2020-07"]
    if rule == "/supervision/tirages/<number:draw_id>":
        days = {"start": "2020-06-01", "end": "2020-07-31"}
        sent(demo, "ud94", "/supervision/tirages", "/supervision/tirages", department="94", size="3", **days)
    if rule == "/verifier/<code>":
        assert demo.client("centre").get("/sessions/224566/documents/liste-candidats.pdf").status_code == 200
        with db.reading() as conn:
            return [f"/verifier/{conn.exec_driver_sql('SELECT code FROM document').scalar()}"]
    if rule.startswith(("/c/", "/j/")):
        return [rule.replace("<token>", own_token(demo, rule[:3])).replace(KINDS, "convocation")]
    if rule == "/invitation/<token>":
        signer = invitations.signer(settings_in(demo.file.parent).signing_keys)
        return [f"/invitation/{signer.dumps([account, 1])}" for account in (15, 14, 13, 12)]
    return []


KINDS = "<any('convocation','attestation','livret'):kind>"


def own_token(demo: Demonstration, path: str) -> str:
    """The token of the first person whom the demonstration convened by mail."""
    kind = next(kind for kind, place in links.PATHS.items() if place == path)
    with demo.app.extensions["portal_db"].reading() as conn:
        link = conn.exec_driver_sql("SELECT link FROM mail WHERE link LIKE ? ORDER BY id", (f"{kind}%",)).scalar()
    return links.token(settings_in(demo.file.parent).audit_key, str(link).rpartition(":")[2])


def sent(demo: Demonstration, who: str, page: str, address: str, **fields: str) -> str:
    """Send what a page's form holds; the page as it is afterwards."""
    client = demo.client(who)
    token = hidden(client.get(page).text, "csrf_token")
    assert client.post(address, data={"csrf_token": token, **fields}).status_code == 303
    return client.get(page).text


def looked_at(
    demo: Demonstration, rule: str, known: set[frozenset[str]], roles: Sequence[str] = ROLES
) -> Iterator[tuple[str, str]]:
    """Of a route, each page that is built otherwise than those known: for whom, and where."""
    found = [*made(demo, rule), *(MORE.get(rule) or PAGES[rule])]
    for role in roles:
        client, opened = demo.client(role), 0
        for address in found:
            answer = client.get(address)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            shape = built_of(answer.text)
            if shape not in known:
                yield role, address
            known.add(shape)
            opened += REFUSED not in answer.text  # all refusals look alike: they count for nothing
            if rule not in MORE and opened >= 2:
                break


def built_of(page: str) -> frozenset[str]:
    """What tells a layout from another, whatever the words in it."""
    return frozenset(PART.findall(page.partition("<main")[2]))
