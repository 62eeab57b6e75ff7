"""Juries: kept by the units, picked by the centres, through HTTP."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest
from werkzeug.test import TestResponse

from portal.core.outcomes import Invalid, NotThere, Saved, Unchanged
from portal.features.jury import members, queries, seats, sittings
from portal.features.preparation.actions import Created, NewSession, create
from portal.features.standing.checking import verify
from portal.rules.lifecycle import Kind, Status
from tests.support.world import Browser, World


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "15/09/2020", "18/09/2020", "en_preparation")
    yield world
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


def act(w: World, b: Browser, action: str, member: object = "", number: int = 1, /, **more: object) -> TestResponse:
    return b.post(f"/sessions/{number}/jury", version=w.get(number).version, action=action, member=member, **more)


def test_a_unit_keeps_its_members_and_their_accreditations(w: World) -> None:
    unit = w.browser("ud94")
    assert unit.post("/jury", last_name="Delorme", first_name="Agnès", email="").status_code == 303
    twin = unit.post("/jury", last_name="DELORME", first_name="agnes", email="")
    assert twin.status_code == 422 and "est déjà dans votre liste" in twin.text
    fields = {"title": "TP-01303", "valid_from": "2020-01-01", "valid_to": "2020-12-31"}
    assert unit.post("/jury/1", version=1, **{**fields, "valid_to": "2019-12-31"}).status_code == 422
    assert unit.post("/jury/1", version=1, **{**fields, "title": "TP-9"}).status_code == 422
    assert unit.post("/jury/1", version=1, **fields).status_code == 303
    assert unit.post("/jury/1", version=1, **fields).status_code == 303, "a double click"
    stale = unit.post("/jury/1", version=1, **{**fields, "valid_from": "2021-01-01", "valid_to": "2021-12-31"})
    assert stale.status_code == 409 and 'value="2021-12-31"' in stale.text
    assert unit.post("/jury/1", version=2, retirer=1).status_code == 303
    assert "Aucune habilitation" in unit.get("/jury/1").text
    for who, code in (("ud75", 404), ("centre", 404), ("region", 404), ("national", 404)):
        assert w.browser(who).post("/jury/1", version=3, **fields).status_code == code
    assert w.scalar("select count(*) from accreditation") == 0


def test_a_centre_picks_from_those_accredited_on_the_day_and_is_told_why_another_is_not(w: World) -> None:
    b = w.browser("centre")
    first_day, last_day = w.juror("Premier", "2020-09-15", "2021-01-01"), w.juror("Dernier", "2020-01-01", "2020-09-15")
    early, late = w.juror("Fini", "2020-01-01", "2020-09-14"), w.juror("Futur", "2020-09-16", "2021-01-01")
    page = b.get("/sessions/1/jury").text
    assert "2 membres ne sont pas proposés" in page and "elle ne couvre pas le 15/09/2020, premier jour de l’examen" in page
    for member, code in ((first_day, 303), (last_day, 303), (early, 422), (late, 422), (999, 422), ("", 422), ("x", 422)):
        assert act(w, b, "ajouter", member).status_code == code, member
    assert w.get(1).jury == 2


def test_a_member_of_another_region_is_not_there(w: World) -> None:
    with w.db.writing() as tx:  # a unit of another region
        tx.exec_driver_sql("update department set region_code = '84' where code = '75'")
    member = w.juror("Lointain", unit="ud75")
    b = w.browser("centre")
    assert act(w, b, "ajouter", member).status_code == 422 and "LOINTAIN" not in b.get("/sessions/1/jury?q=lointain").text
    with w.db.writing() as tx:
        tx.exec_driver_sql("update department set region_code = '11' where code = '75'")


@pytest.mark.parametrize(
    ("start", "end", "warned"),
    [
        ("10/09/2020", "14/09/2020", False),
        ("10/09/2020", "15/09/2020", True),
        ("18/09/2020", "20/09/2020", True),
        ("19/09/2020", "20/09/2020", False),
    ],
)
def test_two_sessions_at_once_are_not_without_a_warning(w: World, start: str, end: str, warned: bool) -> None:
    w.session(2, start, end, "en_preparation", centre=1)
    member = w.juror("Partout")
    assert act(w, w.browser("other"), "ajouter", member, 2).status_code == 303
    b = w.browser("centre")
    answer = act(w, b, "ajouter", member)
    assert answer.status_code == (422 if warned else 303)
    if warned:
        assert "siège déjà du" in answer.text and "dans un autre centre" in answer.text and "session 2" not in answer.text
        assert w.get(1).jury == 0
        assert act(w, b, "quand-meme", member).status_code == 303
        assert "Siégeait déjà ailleurs" in b.get("/sessions/1/historique").text
    assert w.get(1).jury == 1


def test_a_cancelled_session_keeps_nobody_from_sitting(w: World) -> None:
    w.session(2, "15/09/2020", "18/09/2020", "en_preparation")
    member = w.juror("Libre")
    b = w.browser("centre")
    act(w, b, "ajouter", member, 2)
    b.post("/sessions/2/annulation", version=w.get(2).version, reason="x")
    assert act(w, b, "ajouter", member).status_code == 303


def test_only_one_of_a_candidates_trainers_may_sit(w: World) -> None:
    one, two = w.seat(1)
    b = w.browser("centre")
    links = {f"lien-{one}": "1", f"lien-{two}": "1"}
    assert act(w, b, "liens", **links).status_code == 303
    refused = b.post("/sessions/1/demande-dte", version=w.get(1).version)
    assert refused.status_code == 403 and "1 candidat a été formé par deux membres du jury" in refused.text
    assert act(w, b, "liens", **{f"lien-{one}": "1", f"lien-{two}": "2"}).status_code == 303
    assert b.post("/sessions/1/demande-dte", version=w.get(1).version).status_code == 303
    again = act(w, b, "liens", **links)
    assert again.status_code == 422 and again.text.count(" checked") == 2, (
        "refused once the DTE is asked for; what was ticked stays"
    )


def test_two_remain_once_the_dte_is_asked_for(w: World) -> None:
    one, two = w.seat(1)
    b = w.browser("centre")
    assert act(w, b, "retirer", two).status_code == 303
    assert act(w, b, "ajouter", two).status_code == 303
    b.post("/sessions/1/demande-dte", version=w.get(1).version)
    refused = act(w, b, "retirer", one)
    assert refused.status_code == 422 and "ajoutez d’abord le remplaçant" in refused.text
    act(w, b, "ajouter", w.juror("Remplaçante"))
    assert act(w, b, "retirer", one).status_code == 303 and w.get(1).jury == 2


@pytest.mark.parametrize(("who", "code"), [("ud94", 403), ("region", 403), ("national", 403), ("other", 404), ("ud75", 404)])
def test_only_the_centre_chooses_its_jury(w: World, who: str, code: int) -> None:
    member = w.juror("Quelqu’un")
    assert act(w, w.browser(who), "ajouter", member).status_code == code


def test_after_the_results_the_jury_stays(w: World) -> None:
    w.session(3, "01/06/2020", "02/06/2020", "resultats_saisis")
    refused = act(w, w.browser("centre"), "ajouter", w.juror("Trop tard"), 3)
    assert refused.status_code == 403 and "uniquement ses résultats" in refused.text


def test_a_member_who_is_not_there_gets_no_accreditation_and_loses_none(w: World) -> None:
    unit = w.as_("ud94")
    with pytest.raises(NotThere):
        members.accredit(unit, 999, 1, "TP-01303", date(2020, 1, 1), date(2020, 12, 31))
    with pytest.raises(NotThere):
        members.withdraw(unit, 999, 1, 1)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_links_are_declared_of_those_who_sit_and_those_who_are_on_the_list_and_once(w: World) -> None:
    one, other = w.seat(1)
    absent, centre = w.juror("Ailleurs"), w.as_("centre")

    def declare(*links: tuple[int, int]) -> object:
        return seats.declare_links(centre, 1, w.get(1).version, links)

    assert declare((one, 1), (absent, 1), (other, 99)) == Saved("1 lien déclaré.")
    assert declare((one, 1), (absent, 2)) == Unchanged("Ces liens sont déjà déclarés.")
    assert declare((one, 1), (other, 2)) == Saved("2 liens déclarés.")
    assert declare() == Saved("0 lien déclaré.")
    assert w.scalar("SELECT count(*) FROM trainer_link") == 0
    with w.db.reading() as conn:
        told = conn.exec_driver_sql("SELECT after FROM audit_event WHERE action = 'jury_links' ORDER BY id").scalars().all()
    names = [sorted(json.loads(after)["jury"]) for after in told]
    assert names == [[str(one)], *[sorted(map(str, (one, other)))] * 2], "those who had a link and those who have one"


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_of_an_earlier_jury_those_who_are_accredited_on_the_day_sit_again_and_nobody_else(w: World) -> None:
    stays, goes = w.juror("Reste"), w.juror("Part", "2016-01-01", "2020-10-31")
    w.juror("Jamais")
    w.approve()
    for member in (stays, goes):
        assert isinstance(seats.seat(w.as_("centre"), 1, w.get(1).version, member), Saved)
    new = NewSession(1, Kind.TITLE, date(2020, 11, 2), date(2020, 11, 6), "Ici", "Moi")
    for who, earlier, again in (("centre", 1, [stays]), ("other", 1, []), ("centre", 999, [])):
        if who == "other":
            w.approve(centre=1)
        made = create(w.as_(who), [new], f"{who}{earlier}", jury_of=earlier)
        assert isinstance(made, Created)
        sit = f"SELECT group_concat(member_id) FROM session_jury WHERE session_id = {made.numbers[0]}"
        assert w.scalar(sit) == (str(stays) if again else None), who


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["A", "B"], "Deux membres du jury ont formé A, B : un seul"),
        (["E", "D", "C", "B", "A"], "Deux membres du jury ont formé A, B, C, D, E : un seul"),
        (["F", "E", "D", "C", "B", "A"], "Deux membres du jury ont formé A, B, C, D, E et d’autres : un seul"),
    ],
)
def test_of_many_candidates_with_two_trainers_five_are_named(names: list[str], said: str) -> None:
    assert seats.two_trainers_in_words(names).startswith(said)


# ---- a member corrected, where it sits, and what an accreditation holds


def test_a_member_is_corrected_and_history_keeps_both_names(w: World) -> None:
    number = w.juror("Duran")
    version = "SELECT version FROM jury_member"
    unit, page = w.browser("ud94"), f"/jury/{number}"
    typed = {
        "corriger": 1,
        "version": w.scalar(version),
        "last_name": "Durand",
        "first_name": "Membre",
        "email": "d@test.example",
    }
    bad = unit.post(page, **{**typed, "last_name": ""})
    assert bad.status_code == 422 and "Indiquez le nom." in bad.text and "d@test.example" in bad.text
    assert unit.post(page, **typed).status_code == 303
    assert "DURAND Membre" in unit.get(page).text and "d@test.example" in unit.get("/jury?q=durand").text
    stale = unit.post(page, **{**typed, "last_name": "Dupond"})
    assert stale.status_code == 409 and 'value="Dupond"' in stale.text
    for who in ("ud75", "centre", "region", "national"):
        assert w.browser(who).post(page, **typed).status_code in (403, 404), who
    told = w.scalar("SELECT count(*) FROM audit_event WHERE action = 'jury_member_corrected'")
    assert told == 1


def test_the_same_member_is_not_kept_twice_by_correcting(w: World) -> None:
    first, second = w.juror("Un"), w.juror("Deux")
    outcome = members.correct(w.as_("ud94"), second, 2, "Un", "Membre", "")
    assert isinstance(outcome, Invalid) and "déjà dans votre liste" in outcome.errors["last_name"]
    assert isinstance(members.correct(w.as_("ud94"), first, 0, "Un", "Membre", ""), Unchanged)


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_of_the_same_member_twice_at_once_one_is_kept_and_the_other_is_told(w: World) -> None:
    work, together = w.as_("ud94"), Barrier(4)
    two = [w.juror("Un"), w.juror("Deux")]

    def keep(which: int) -> object:
        together.wait()
        if which < 2:
            return members.add(work, "Trois", "Membre", "")
        return members.correct(work, two[which - 2], 2, "Quatre", "Membre", "")

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(keep, range(4)))
    assert [sum(isinstance(one, Invalid) for one in part) for part in (done[:2], done[2:])] == [1, 1]
    assert w.scalar("SELECT count(*) FROM jury_member") == 3


@pytest.mark.parametrize(
    ("status", "other", "lost"),
    [
        (Status.CONVOKED, None, True),
        (Status.PREPARATION, None, True),
        (Status.RESULTS, None, False),
        (Status.LOCKED, None, False),
        (Status.CANCELLED, None, False),
        (Status.CONVOKED, ("2020-09-15", "2020-09-30"), False),  # another accreditation covers the first day
        (Status.CONVOKED, ("2020-09-16", "2020-09-30"), True),  # the day after is too late
    ],
)
def test_which_sessions_an_accreditation_holds(w: World, status: Status, other: tuple[str, str] | None, lost: bool) -> None:
    number = w.juror("Un")
    if other:
        assert isinstance(members.accredit(w.as_("ud94"), number, 2, "TP-01303", *map(date.fromisoformat, other)), Saved)
    kept, first = held_by(w, number)
    session = replace(w.get(1), status=status)
    assert sittings.lose([session], kept, first) == ([session] if lost else [])
    assert sittings.lose([replace(session, title_code="TP-2")], kept, first) == []


def test_an_accreditation_is_taken_away_once_the_sessions_that_it_breaks_are_read(w: World) -> None:
    number = w.seat(1)[0]
    kept, first = held_by(w, number)
    unit, typed = w.browser("ud94"), {"retirer": first.id, "version": kept.version}
    page = unit.get(f"/jury/{number}").text
    assert 'href="/sessions/1"' in page, "where it sits"
    answer = unit.post(f"/jury/{number}", **typed)
    assert answer.status_code == 409 and "laisse un jury incomplet" in answer.text and "Session 1" in answer.text
    assert w.scalar(f"SELECT count(*) FROM accreditation WHERE id = {first.id}") == 1
    w.session(2, "15/09/2020", "18/09/2020", "en_preparation")
    assert act(w, w.browser("centre"), "quand-meme", number, 2).status_code == 303
    later = unit.post(f"/jury/{number}", **typed, quand_meme=1)
    assert later.status_code == 409 and "Session 2" in later.text, "it has come since the page was read"
    assert unit.post(f"/jury/{number}", **typed, quand_meme=[1, 2]).status_code == 303
    assert w.scalar(f"SELECT count(*) FROM accreditation WHERE id = {first.id}") == 0
    with w.db.reading() as conn:
        assert sittings.sits_on(conn, w.as_("ud75").actor, number, "UD") == []


def test_what_an_accreditation_breaks_elsewhere_is_counted_and_asked_too(w: World) -> None:
    number = w.juror("Un")
    w.session(2, "15/09/2020", "18/09/2020", "en_preparation", centre=1)
    assert isinstance(seats.seat(w.as_("other"), 2, w.get(2).version, number), Saved)
    kept, first = held_by(w, number)
    unit, typed = w.browser("ud94"), {"retirer": first.id, "version": kept.version}
    answer = unit.post(f"/jury/{number}", **typed)
    assert answer.status_code == 409 and "1 session d’autres départements" in answer.text.replace("\xa0", " ")
    assert "Session 2" not in answer.text and 'name="quand_meme" value="0"' in answer.text
    assert unit.post(f"/jury/{number}", **typed, quand_meme=0).status_code == 303


def held_by(w: World, number: int) -> tuple[queries.Member, queries.Accreditation]:
    """A member, and the first of its accreditations."""
    with w.db.reading() as conn:
        kept = queries.member(conn, w.as_("ud94").actor, number)
    assert kept
    return kept, min(kept.accreditations, key=lambda a: a.valid_from)
