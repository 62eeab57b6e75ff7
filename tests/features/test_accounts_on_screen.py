"""Accounts on the screen: who invites whom, what becomes of an account, one's own name and address, links that are over."""

import re
from collections.abc import Callable
from datetime import timedelta
from subprocess import CompletedProcess

import pytest
from werkzeug.test import TestResponse

from portal.core.outcomes import NotThere, Saved
from portal.features.access import inviting, keeping
from portal.features.access.inviting import Invited
from portal.features.access.queries import find_by_email
from portal.features.access.scopes import Wanted
from portal.features.accounts.queries import by_email
from portal.rules.keeping import Post
from portal.store.actors import Occasion, Source
from portal.store.work import Work
from tests.features.test_command_line import portal  # noqa: F401
from tests.support.clock import at
from tests.support.world import PASSWORD, PEOPLE, Browser, World, hidden

NEW = "quatre girafes sur un toit"
MEMBER, MANAGER = "membre@test.example", "adjoint@test.example"


def invited(by: Work, email: str, post: Post, password: str | None = PASSWORD, **scope: str) -> int:
    outcome = inviting.ask(by, Wanted(email, "Noa Lambert", post, **scope), password)
    assert isinstance(outcome, Invited), outcome
    return outcome.account_id


@pytest.fixture
def w(world: World) -> World:
    """Everybody, and of the first centre one more manager and a member."""
    for who in PEOPLE:
        world.as_(who)
    invited(world.operator(), MANAGER, Post.MANAGER, siret=world.sirets[0])
    invited(world.operator(), MEMBER, Post.MEMBER, siret=world.sirets[0])
    return world


def browser(w: World, who: str) -> Browser:
    """One of PEOPLE, or an address."""
    if "@" not in who:
        return w.browser(who)
    found = w.browser()
    assert found.sign_in(who, PASSWORD).status_code == 303
    return found


def hands(w: World, email: str) -> Work:
    with w.db.reading() as conn:
        found = by_email(conn, email, ("UD", "DIRECCTE"))
    assert found
    return Work(w.db, Occasion(found, Source.WEB, w.now(), w.today))


def number_of(w: World, email: str) -> int:
    email = email if "@" in email else f"{email}@test.example"
    with w.db.reading() as conn:
        found = find_by_email(conn, w.operator().actor, email)
    assert found, email
    return found.id


def stands(w: World, email: str, column: str) -> object:
    return w.scalar(f"SELECT {column} FROM account WHERE email = '{email}'")


def version(w: World, number: int) -> object:
    return w.scalar(f"SELECT version FROM account WHERE id = {number}")


def act(w: World, b: Browser, number: int, name: str) -> TestResponse:
    return b.post(f"/comptes/{number}", version=version(w, number), **{name: "1"})


def close(w: World, b: Browser, number: int) -> TestResponse:
    return b.post(f"/comptes/{number}/fermeture", version=version(w, number), reason="A quitté le centre")


def linked(w: World, path: str) -> str:
    """Where the newest mail with such a link leads."""
    found = re.search(rf"{path}[\w.-]+", w.browser("national").get("/courriels-de-demonstration").text)
    assert found, path
    return found[0]


# ---- who invites whom


SCOPES = {
    "own": {"siret": "own", "department": "94", "region": "Île-de-France"},
    "foreign": {"siret": "foreign", "department": "75", "region": "Bretagne"},
}
FIELD = {Post.MANAGER: "siret", Post.MEMBER: "siret", Post.UD: "department", Post.REGION: "region"}
EVERY = {(post, scope) for post in Post for scope in SCOPES}
OF_A_CENTRE = {(Post.MANAGER, "own"), (Post.MEMBER, "own")}
# The table of domain.md 1. A manager's centre is not asked: whatever is sent, the account is of its own.
MAY: dict[str, set[tuple[Post, str]]] = {
    "centre": OF_A_CENTRE | {(Post.MANAGER, "foreign"), (Post.MEMBER, "foreign")},
    "ud94": OF_A_CENTRE,
    "national": EVERY,
}


def test_each_invites_those_whom_it_keeps_and_nobody_else(w: World) -> None:
    for who in ("centre", MEMBER, "ud94", "region", "national"):
        b = browser(w, who)
        assert b.get("/comptes/invitation").status_code == (200 if who in MAY else 404), who
        for n, (post, scope) in enumerate(sorted(EVERY)):
            email, given = f"neuf{n}-{who.partition('@')[0]}@test.example", SCOPES[scope]
            fields = {"siret": w.sirets[0 if scope == "own" else 1], "department": given["department"], "region": given["region"]}
            own = {name: value for name, value in fields.items() if name == FIELD.get(post)}
            answer = b.post("/comptes/invitation", email=email, name="Noa Lambert", role=post.value, **own)
            if who not in MAY:
                assert answer.status_code == 404, (who, post)
                continue
            allowed = (post, scope) in MAY[who]
            assert answer.status_code == (303 if allowed else 422), (who, post, scope, answer.text)
            assert w.scalar(f"SELECT count(*) FROM account WHERE email = '{email}'") == int(allowed)
    ours = w.scalar("SELECT id FROM centre WHERE department_code = '94'")
    made = "SELECT count(*) FROM account WHERE email LIKE 'neuf%-centre@%' AND centre_id"
    assert w.scalar(f"{made} = {ours}") == 4 and w.scalar(f"{made} <> {ours}") == 0


def test_the_form_shows_the_fields_and_the_roles_that_one_may_give(w: World) -> None:
    fields = {}
    for who in ("centre", "ud94", "national"):
        page = w.browser(who).get("/comptes/invitation").text
        fields[who] = re.findall(r'<(?:input|select) id="(\w+)"', page), re.findall(r'<option value="(\w+)"', page)
    person = ["email", "name", "role"]
    assert fields["centre"] == (person, ["centre", "membre"])
    assert fields["ud94"] == ([*person, "siret"], ["centre", "membre"])
    assert fields["national"] == ([*person, "siret", "department", "region"], [p.value for p in Post])


def test_what_will_not_do_is_said_on_its_field_all_at_once_and_kept(w: World) -> None:
    national = w.browser("national")
    cases: list[tuple[dict[str, str], dict[str, str]]] = [
        (
            {"email": "nulle part", "role": "centre", "siret": "1234"},
            {"email": "n’est pas une adresse", "siret": "n’est pas un SIRET"},
        ),
        ({"role": "centre", "siret": "900 005 000 00012"}, {"siret": "SIRET"}),
        ({"role": "ud", "department": "999"}, {"department": "Le département « 999 » n’existe pas"}),
        ({"role": "region", "region": "Atlantide"}, {"region": "Régions : "}),
        ({"role": "roi", "name": ""}, {"name": "Indiquez le nom", "role": "Choisissez un rôle"}),
        ({"email": "UD94@test.example ", "role": "ud", "department": "94"}, {"email": "Un compte existe déjà"}),
        ({"role": "national", "department": "94"}, {"department": "Laissez vide"}),
        ({"name": "=HYPERLINK(1)", "role": "national"}, {"name": "formule"}),
    ]
    for typed, wrong in cases:
        answer = national.post("/comptes/invitation", **{"email": "neuf@test.example", "name": "Noa", **typed})
        assert answer.status_code == 422, typed
        said = dict(re.findall(r'<p class="error" id="(\w+)-error">.*?</span> (.*?)</p>', answer.text))
        assert said.keys() == wrong.keys() and all(words in said[name] for name, words in wrong.items()), (typed, said)
        assert typed.get("email", "neuf@test.example").strip() in answer.text
    foreign = w.browser("ud94").post(
        "/comptes/invitation", email="neuf@test.example", name="Noa", role="membre", siret=w.sirets[1]
    )
    assert foreign.status_code == 422 and "Aucun centre de votre département" in foreign.text
    assert stands(w, "neuf@test.example", "id") is None


def test_a_siret_with_spaces_and_a_region_without_accents_are_understood(w: World) -> None:
    b, siret = w.browser("national"), w.sirets[1]
    spaced = f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"
    for email, fields in (("a", {"role": "membre", "siret": spaced}), ("b", {"role": "region", "region": "ile de france"})):
        assert b.post("/comptes/invitation", email=f"{email}@test.example", name="Noa", **fields).status_code == 303


def test_the_same_invitation_sent_twice_is_one(w: World) -> None:
    b, fields = w.browser("centre"), {"email": "neuf@test.example", "name": "Noa Lambert", "role": "membre"}
    assert [b.post("/comptes/invitation", **fields).status_code for _ in range(2)] == [303, 303]
    assert b.post("/comptes/invitation", **{**fields, "role": "centre"}).status_code == 422
    assert w.scalar("SELECT count(*) FROM mail WHERE link LIKE 'invitation:%'") == 1


# ---- an invitation


def pending(w: World, by: str = "centre") -> tuple[int, str]:
    b = w.browser(by)
    assert b.post("/comptes/invitation", email="neuf@test.example", name="Noa Lambert", role="membre").status_code == 303
    return number_of(w, "neuf@test.example"), linked(w, "/invitation/")


def notices(w: World, who: str) -> list[str]:
    page = browser(w, who).get("/avis").text
    return re.findall(r"<strong>(Noa Lambert[^<]*)</strong>", page)


def test_an_invitation_accepted_tells_the_inviter_and_is_then_used(w: World) -> None:
    number, link = pending(w)
    assert w.browser().post(link, password=NEW, password2=NEW).status_code == 303
    assert notices(w, "centre") == ["Noa Lambert a accepté votre invitation"] and notices(w, MANAGER) == []
    used = w.browser().post(link, password="un autre zèbre au violon", password2="un autre zèbre au violon")
    assert used.status_code == 410 and "Elle a déjà servi" in used.text and "Demander un lien" in used.text
    assert w.browser().sign_in("neuf@test.example", NEW).status_code == 303
    page = w.browser("centre").get(f"/comptes/{number}").text
    assert "Invitation acceptée : mot de passe choisi." in page and "Envoyer un lien de mot de passe" in page


@pytest.mark.parametrize("what", ["expired", "withdrawn", "replaced"])
def test_an_invitation_that_is_over_says_so_and_asks_its_inviter_for_another_once(w: World, what: str) -> None:
    clock = at(w)
    number, link = pending(w)
    said = {"expired": "Elle valait 14 jours", "withdrawn": "Elle a été retirée", "replaced": "plus récente"}[what]
    if what == "expired":
        clock.go_on(timedelta(days=14))
        assert w.browser().get(link).status_code == 200
        clock.go_on(timedelta(minutes=1))
    else:
        assert act(w, w.browser("centre"), number, "retirer" if what == "withdrawn" else "renvoyer").status_code == 303
    b = w.browser()
    over = b.get(link)
    assert over.status_code == 410 and said in over.text and "Demander une nouvelle invitation" in over.text
    for _ in range(3):
        asked = b.post(link, password=NEW, password2=NEW)
        assert asked.status_code == 410 and "Votre demande est transmise" in asked.text
    assert notices(w, "centre") == ["Noa Lambert demande une nouvelle invitation"] and notices(w, "ud94") == []
    assert stands(w, "neuf@test.example", "password_hash") is None
    again = act(w, w.browser("centre"), number, "rouvrir" if what == "withdrawn" else "renvoyer")
    assert again.status_code == 303
    assert w.browser().post(linked(w, "/invitation/"), password=NEW, password2=NEW).status_code == 303


def test_a_forged_invitation_is_as_unknown_as_any(w: World) -> None:
    _, link = pending(w)
    forged = link[:-1] + ("a" if link[-1] != "a" else "b")
    pages = {re.sub(r'value="[^"]*"', "", w.browser().get(x).text) for x in (forged, "/invitation/x", link + "x")}
    assert len(pages) == 1 and w.browser().get(forged).status_code == 404
    assert w.browser().post(forged, password=NEW, password2=NEW).status_code == 404


def test_when_the_inviter_has_gone_those_who_keep_the_account_are_asked(w: World) -> None:
    number, link = pending(w)
    assert close(w, w.browser("ud94"), number_of(w, "centre")).status_code == 303
    assert act(w, browser(w, MANAGER), number, "retirer").status_code == 303
    w.browser().post(link)
    told = "SELECT count(*) FROM notice JOIN account ON account.id = account_id WHERE key LIKE 'invitation:%' AND email"
    assert (
        w.scalar(f"{told} IN ('{MANAGER}', 'ud94@test.example')") == 2
        and w.scalar(f"{told} NOT IN ('{MANAGER}', 'ud94@test.example')") == 0
    )


# ---- on one account


def test_what_is_done_to_an_account_is_told_to_its_person_and_in_its_history(w: World) -> None:
    at(w)
    number, member, b = number_of(w, MEMBER), browser(w, MEMBER), w.browser("centre")
    assert act(w, b, number, "lien").status_code == 303
    changed = b.post(f"/comptes/{number}/modifier", version=version(w, number), email=MEMBER, name="Lou Fontaine", role="centre")
    assert changed.status_code == 303 and stands(w, MEMBER, "manager") == 1
    assert close(w, b, number).status_code == 303
    assert member.get("/sessions").status_code == 302, "every sign-in ends at once"
    assert act(w, b, number, "rouvrir").status_code == 303
    page = b.get(f"/comptes/{number}").text
    lines = re.findall(r"<p>(.*?)</p>", page.split("<h2>Historique</h2>")[1])
    assert lines == [
        "Compte rouvert.",
        "Compte fermé ; ses connexions ont pris fin.",
        "Compte modifié.",
        "Lien de mot de passe envoyé.",
        "Compte créé.",
    ]
    for words in (
        "Motif : « A quitté le centre »",
        "« Noa Lambert » → « Lou Fontaine »",
        "« Membre du centre » → « Responsable du centre »",
    ):
        assert words in page
    subjects = "SELECT count(DISTINCT subject) FROM mail WHERE account_id ="
    assert w.scalar(f"{subjects} {number}") == 4


def test_a_closed_account_is_not_closed_twice_and_an_open_one_not_invited_again(w: World) -> None:
    number, b = number_of(w, MEMBER), w.browser("centre")
    assert act(w, b, number, "renvoyer").status_code == 403 and act(w, b, number, "retirer").status_code == 403
    assert [close(w, b, number).status_code for _ in range(2)] == [303, 303]
    assert act(w, b, number, "lien").status_code == 403
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'account_closed'") == 1
    without = b.post(f"/comptes/{number_of(w, MANAGER)}/fermeture", version=1, reason=" ")
    assert without.status_code == 422 and "Indiquez le motif" in without.text


def test_what_is_not_in_ones_scope_is_not_there(w: World) -> None:
    ours, theirs = [number_of(w, x) for x in ("centre", MEMBER)], [number_of(w, x) for x in ("other", "ud75", "national")]
    sees = {
        "centre": ours,
        "ud94": ours,
        "national": [*ours, *theirs],
        "other": theirs[:1],
        "ud75": theirs[:1],
        "region": [],
        MEMBER: [],
    }
    for who, seen in sees.items():
        b = browser(w, who)
        for number in (*ours, *theirs, 999):
            there = number in seen
            for rest in ("", "/modifier", "/fermeture"):
                assert b.get(f"/comptes/{number}{rest}").status_code == (200 if there else 404), (who, number)
            if not there:
                for rest in ("", "/modifier", "/fermeture"):
                    sent = b.post(
                        f"/comptes/{number}{rest}", version=1, reason="x", lien="1", email="x@y.fr", name="X", role="centre"
                    )
                    assert sent.status_code == 404, (who, number, rest)
        page = b.get("/comptes")
        assert page.status_code == (200 if seen else 404)
        assert set(map(int, re.findall(r'href="/comptes/(\d+)"', page.text))) >= set(seen), who
        assert not set(map(int, re.findall(r'href="/comptes/(\d+)"', page.text))) & (set(ours + theirs) - set(seen)), who
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action <> 'account_invited' AND action LIKE 'account%'") == 0


def test_nobody_changes_an_account_beyond_ones_own_scope(w: World) -> None:
    number, ud = number_of(w, MEMBER), w.browser("ud94")
    for who, fields in (
        (ud, {"role": "membre", "siret": w.sirets[1]}),
        (ud, {"role": "national"}),
        (ud, {"role": "ud", "department": "94"}),
        (w.browser("centre"), {"role": "national"}),
    ):
        sent = who.post(f"/comptes/{number}/modifier", version=1, email=MEMBER, name="Noa Lambert", **fields)
        assert sent.status_code == 422, fields
    w.browser("centre").post(f"/comptes/{number}/modifier", version=1, email=MEMBER, name="X", role="membre", siret=w.sirets[1])
    assert stands(w, MEMBER, "role") == "centre"
    assert stands(w, MEMBER, "centre_id") == w.scalar("SELECT id FROM centre WHERE department_code = '94'")
    moved = w.browser("national").post(
        f"/comptes/{number}/modifier",
        version=version(w, number),
        email=MEMBER,
        name="X",
        role="ud",
        siret=w.sirets[0],
        department="75",
    )
    assert moved.status_code == 303 and stands(w, MEMBER, "department_code") == "75", "the scope that was left as it stood goes"


def test_nobody_closes_itself_or_changes_its_own_role(w: World) -> None:
    for who in ("centre", "national"):
        b, number = w.browser(who), number_of(w, who)
        page = b.get(f"/comptes/{number}").text
        assert "C’est votre compte" in page and "Fermer le compte" not in page
        assert close(w, b, number).status_code == 403
        fields = {"email": f"{who}@test.example", "name": who, "role": "membre", "siret": w.sirets[0]}
        assert b.post(f"/comptes/{number}/modifier", version=1, **fields).status_code == 403
    assert w.scalar("SELECT count(*) FROM account WHERE closed_at IS NULL") == len(PEOPLE) + 2


def test_the_last_national_and_the_last_manager_stay(w: World) -> None:
    """Of a centre, its own people cannot leave it without a manager: the unit and the nation can. Here two managers each act on
    the other at once: the second is no manager any more when its turn comes."""
    first, second = number_of(w, "centre"), number_of(w, MANAGER)
    by_second = hands(w, MANAGER)
    assert isinstance(keeping.close(w.as_("centre"), second, 1, "x"), Saved)
    with pytest.raises(NotThere):
        keeping.close(by_second, first, 1, "x")
    assert close(w, w.browser("ud94"), first).status_code == 303, "the unit may"
    national = number_of(w, "national")
    refused = keeping.close(w.operator(), national, None, "")
    assert "dernier compte de l’administration centrale" in getattr(refused, "reason", "")
    demoted = keeping.change(w.operator(), national, None, Wanted("national@test.example", "national", Post.UD, department="94"))
    assert "dernier compte de l’administration centrale" in str(getattr(demoted, "errors", ""))


def test_of_two_who_act_on_one_account_the_second_is_told(w: World) -> None:
    number, one, two = number_of(w, MEMBER), w.browser("centre"), w.browser("ud94")
    old = version(w, number)
    fields = {"version": old, "email": MEMBER, "role": "membre"}
    assert one.post(f"/comptes/{number}/modifier", name="Lou Fontaine", **fields).status_code == 303
    late = two.post(f"/comptes/{number}/modifier", name="Lou Fontaine-Roux", siret=w.sirets[0], **fields)
    assert late.status_code == 409 and "modifié entre-temps" in late.text
    assert "Lou Fontaine-Roux" in late.text and ">Lou Fontaine</td>" in late.text
    assert two.post(f"/comptes/{number}/fermeture", version=old, reason="Départ").status_code == 409
    assert two.post(f"/comptes/{number}", version=old, lien="1").status_code == 409
    again = two.post(
        f"/comptes/{number}/modifier",
        name="Lou Fontaine-Roux",
        siret=w.sirets[0],
        **{**fields, "version": hidden(late.text, "version")},
    )
    assert again.status_code == 303
    twice = [one.post(f"/comptes/{number}", version=v, lien="1").status_code for v in [version(w, number)] * 2]
    assert twice == [303, 303] and w.scalar("SELECT count(*) FROM audit_event WHERE action = 'password_link_made'") == 1


def test_the_list_is_searched_and_narrowed(w: World) -> None:
    close(w, w.browser("centre"), number_of(w, MEMBER))
    pending(w)
    b = w.browser("ud94")

    def found(rest: str) -> set[str]:
        return set(re.findall(r'<span class="sub">([^<]+@[^<]+)</span>', b.get(f"/comptes?{rest}").text))

    assert found("etat=invite") == {"neuf@test.example"} and found("etat=ferme") == {MEMBER}
    assert found("role=centre") == {"centre@test.example", MANAGER} and found("q=adjoint") == {MANAGER}
    assert "15/06/2020" in b.get("/comptes?q=centre%40").text, "the last sign-in"


# ---- one's own account


def asks(w: World, b: Browser, email: str, password: str = PASSWORD) -> TestResponse:
    return b.post(
        "/compte/adresse", version=hidden(b.get("/compte/adresse").text, "version"), email=email, current_password=password
    )


def test_another_address_of_ones_own_is_confirmed_where_it_is_read(w: World) -> None:
    clock, mine = at(w), w.browser("ud94")
    assert asks(w, mine, "nulle part").status_code == 422 and asks(w, mine, "nouvelle@test.example", "guess").status_code == 422
    assert asks(w, mine, "UD75@test.example").status_code == 422
    assert asks(w, mine, "nouvelle@test.example").status_code == 303
    link = linked(w, "/compte/adresse/")
    told = "SELECT count(*) FROM mail WHERE subject ="
    assert w.scalar(f"{told} 'Votre adresse va changer' AND address IS NULL") == 1
    assert w.scalar(f"{told} 'Confirmez votre nouvelle adresse' AND address = 'nouvelle@test.example'") == 1
    changed = link[:-1] + ("a" if link[-1] != "a" else "b")
    other = w.browser("ud75")
    for b, address, code, words in (
        (w.browser(), changed, 404, "n’est pas connu"),
        (other, link, 410, "destiné à un autre compte"),
    ):
        for answer in (b.get(address), b.post(address)):
            assert answer.status_code == code and words in answer.text
    assert stands(w, "ud94@test.example", "next_email") == "nouvelle@test.example"
    assert w.browser().get(link).status_code == 200 and stands(w, "nouvelle@test.example", "id") is None
    assert w.browser().post(link).status_code == 303
    assert stands(w, "nouvelle@test.example", "next_email") is None
    twice = w.browser().post(link)
    assert twice.status_code == 410 and "déjà servi" in twice.text
    assert w.browser().sign_in("nouvelle@test.example", PASSWORD).status_code == 303 and mine.get("/compte").status_code == 200
    assert asks(w, mine, "autre@test.example").status_code == 303
    late = linked(w, "/compte/adresse/")
    clock.go_on(timedelta(hours=24, minutes=1))
    over = w.browser().post(late)
    assert over.status_code == 410 and "24 heures" in over.text and stands(w, "autre@test.example", "id") is None


def test_an_address_that_somebody_took_meanwhile_is_not_given_twice(w: World) -> None:
    at(w)
    mine = w.browser("ud94")
    asks(w, mine, "convoitee@test.example")
    link = linked(w, "/compte/adresse/")
    invited(w.operator(), "convoitee@test.example", Post.NATIONAL)
    answer = w.browser().post(link)
    assert answer.status_code == 410 and "Un autre compte a pris cette adresse" in answer.text


def test_a_link_to_another_password_ends_with_the_address_it_went_to(w: World) -> None:
    at(w)
    mine = w.browser("ud94")
    w.browser().post("/connexion/oubli", email="ud94@test.example")
    password = linked(w, "/connexion/oubli/")
    asks(w, mine, "nouvelle@test.example")
    w.browser().post(linked(w, "/compte/adresse/"))
    assert w.browser().post(password, password=NEW, password2=NEW).status_code == 410


def test_ones_own_name_is_changed_once(w: World) -> None:
    mine = w.browser("ud94")
    old = hidden(mine.get("/compte/nom").text, "version")
    assert mine.post("/compte/nom", version=old, name=" ").status_code == 422
    assert mine.post("/compte/nom", version=old, name="Sacha  Morel").status_code == 303
    late = mine.post("/compte/nom", version=old, name="Autre Nom")
    assert late.status_code == 409 and "Autre Nom" in late.text and ">Sacha Morel</td>" in late.text
    assert "Sacha Morel" in mine.get("/compte").text
    page = w.browser("national").get(f"/comptes/{number_of(w, 'ud94')}").text
    assert "Nom changé." in page and "« ud94 » → « Sacha Morel »" in page


def test_ones_sign_ins_say_device_place_and_last_use(w: World) -> None:
    clock, mine = at(w), w.browser()
    mine.client.environ_base |= {
        "HTTP_USER_AGENT": "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0",
        "REMOTE_ADDR": "203.0.113.7",
    }
    mine.sign_in("ud94@test.example", PASSWORD)
    clock.go_on(timedelta(minutes=20))
    mine.get("/sessions")
    page = mine.get("/compte").text
    assert "Firefox sur Windows" in page and "203.0.113.7" in page
    assert "15/06/2020 à 09:00" in page and "15/06/2020 à 09:20" in page
    head = w.scalar("SELECT max(last_at) FROM sign_in")
    clock.go_on(timedelta(minutes=20))
    mine.client.head("/sessions")
    assert w.scalar("SELECT max(last_at) FROM sign_in") == head, "HEAD leaves nothing behind"


def test_a_reader_does_not_wait_for_who_writes_to_leave_its_last_use(w: World) -> None:
    clock, mine = at(w), w.browser("ud94")
    clock.go_on(timedelta(minutes=20))
    with w.db.writing() as tx:
        tx.exec_driver_sql("UPDATE sign_in SET browser = 'x'")
        assert mine.get("/sessions").status_code == 200
    assert w.scalar("SELECT max(last_at) FROM sign_in") is None


# ---- the command line


def test_the_command_line_does_the_same(portal: Callable[..., CompletedProcess[str]]) -> None:  # noqa: F811
    portal("migrate")
    portal("users", "add", "a@test.example", "--role", "national", "--password-stdin", typed=f"{PASSWORD}\n")
    assert portal("users", "add", "b@test.example", "--role", "ud", "--department", "94").returncode == 0
    changed = portal("users", "change", "b@test.example", "--name", "Noa Lambert", "--department", "75")
    assert changed.returncode == 0 and "Enregistré" in changed.stdout
    refused = portal("users", "change", "b@test.example", "--role", "region", "--region", "Atlantide")
    assert refused.returncode == 1 and "Régions : " in refused.stderr
    last = portal("users", "change", "a@test.example", "--role", "ud", "--department", "94")
    assert last.returncode == 1 and "dernier compte de l’administration centrale" in last.stderr
    assert portal("users", "add", "c@test.example", "--role", "ud", "--member", "--department", "94").returncode == 1
    assert portal("users", "close", "b@test.example", "--reason", "Départ").returncode == 0
    reset = portal("users", "reset", "b@test.example")
    assert reset.returncode == 1 and "Ce compte est fermé. Rouvrez-le d’abord." in reset.stderr
