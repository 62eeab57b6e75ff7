"""Requests of a centre to its unit: asked, answered, withdrawn; two at once; an expired title."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import text

from portal.core.outcomes import Changed, Invalid, NotThere, Saved
from portal.features.measures.actions import Applied, CountChanged, NothingToChange, apply
from portal.features.measures.catalogue import find as find_measure
from portal.features.past.history import history
from portal.features.preparation.actions import Created, NewSession, Wrong, create
from portal.features.reference.importing import import_titles
from portal.features.requests.actions import (
    Answered,
    Made,
    accept,
    accept_several,
    ask_expired,
    ask_postponement,
    refuse,
    refuse_several,
    why_not_done,
    withdraw,
)
from portal.features.sessions.actions import Practical, advance, edit_practical
from portal.features.sessions.importing import import_sessions
from portal.rules.expired import expiry, why_not_ask
from portal.rules.lifecycle import Action, Kind, Role, Status
from portal.rules.rights import Allowed, Refused, may
from tests.support.world import World, hidden

D = date.fromisoformat


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    world.close()


def ask(w: World, number: int, start: str = "2020-07-06", end: str = "2020-07-10", key: str = "k") -> int:
    made = ask_postponement(
        w.as_("centre"), number, w.get(number).version, starts_on=D(start), ends_on=D(end), reason="Salle fermée", key=key
    )
    assert isinstance(made, Made), made
    return made.request_id


# ---- the rule


@pytest.mark.parametrize(
    ("status", "start", "allowed"),
    [
        ("demande_dte_envoyee", "16/06/2020", True),
        ("convocations_envoyees", "16/06/2020", True),
        ("convocations_envoyees", "15/06/2020", False),  # it begins today
        ("convocations_envoyees", "14/06/2020", False),
        ("dte_envoye", "16/06/2020", False),
        ("en_preparation", "16/06/2020", False),  # the centre moves it itself
        ("resultats_saisis", "16/06/2020", False),
        ("verrouillee", "16/06/2020", False),
        ("annulee", "16/06/2020", False),
    ],
)
def test_a_centre_asks_where_only_the_unit_moves(w: World, status: str, start: str, allowed: bool) -> None:
    s = w.get(w.session(1, start, "30/06/2020", status))
    assert may(s.person(Role.CENTRE), Action.ASK_POSTPONEMENT, s.facts, w.today).ok is allowed
    page = w.browser("centre").get("/sessions/1").text
    assert ("Demander un report" in page) is allowed
    answer = w.browser("centre").get("/sessions/1/demande-report").text
    assert ('name="starts_on"' in answer) is allowed


@pytest.mark.parametrize(
    ("last", "wanted", "ok"),
    [
        ("2020-03-23", "2020-07-01", False),  # the prolongation ran out the day before the emergency
        ("2020-03-24", "2020-07-01", True),
        ("2020-07-10", "2020-07-11", True),
        ("2020-07-11", "2020-07-12", False),
        ("2020-06-20", "2020-06-20", False),  # the title still allows that day
        ("2020-06-20", "2020-06-21", True),
        ("2020-05-31", "2020-06-14", False),  # yesterday
        ("2020-05-31", "2020-06-15", True),
    ],
)
def test_an_expired_title_is_asked_for_within_the_emergency_only(last: str, wanted: str, ok: bool) -> None:
    d = D(last)
    found = expiry(d.replace(year=2019), 12)
    assert found.last_start == d
    assert (why_not_ask(found, D(wanted), date(2020, 6, 15)) is None) is ok


# ---- the whole way


def test_asked_and_accepted_moves_the_session_and_both_read_it(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    centre, unit = w.browser("centre"), w.browser("ud94")
    page = centre.get("/sessions/1/demande-report").text
    fields = {"version": hidden(page, "version"), "key": hidden(page, "key")}
    asked = {"starts_on": "06/07/2020", "ends_on": "2020-07-10", "reason": "Salle fermée"}
    sent = centre.post("/sessions/1/demande-report", **fields, **asked)
    assert sent.status_code == 303
    where = sent.headers["Location"]
    again = centre.post("/sessions/1/demande-report", **fields, **asked)
    assert again.headers["Location"] == where and w.scalar("SELECT count(*) FROM request") == 1
    assert "Salle fermée" in unit.get("/demandes").text and "Demande n° 1" in unit.get("/sessions/1").text
    page = unit.get(where).text
    assert "Accepter" in page and "Motif du refus" in page
    done = unit.post(
        f"{where}/acceptation", version=hidden(page, "version"), starts_on="2020-07-06", ends_on="2020-07-10", note=""
    )
    assert done.status_code == 303
    s = w.get(1)
    assert (s.starts_on, s.ends_on) == (D("2020-07-06"), D("2020-07-10"))
    for reader in (centre, unit, w.browser("region")):
        assert "Dates accordées" in reader.get(where).text
    told = centre.get("/sessions/1/historique").text
    assert "à la demande n° 1 du centre" in told and "Salle fermée" in told
    assert w.browser("other").get(where).status_code == w.browser("ud75").get(where).status_code == 404


def test_other_dates_are_granted_and_said_to_be_others(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number = ask(w, 1)
    unit = w.browser("ud94")
    page = unit.get(f"/demandes/{number}").text
    bad = unit.post(
        f"/demandes/{number}/acceptation",
        version=hidden(page, "version"),
        starts_on="2020-07-13",
        ends_on="2020-07-12",
        note="Mot",
    )
    assert bad.status_code == 422 and "ne peut pas précéder" in bad.text and ">Mot</textarea>" in bad.text
    assert (
        unit.post(
            f"/demandes/{number}/acceptation",
            version=hidden(page, "version"),
            starts_on="2020-07-13",
            ends_on="2020-07-17",
            note="Mot",
        ).status_code
        == 303
    )
    assert w.get(1).starts_on == D("2020-07-13")
    assert "Ce ne sont pas les dates souhaitées" in w.browser("centre").get(f"/demandes/{number}").text


def test_refused_with_a_reason_only_and_asked_again(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number = ask(w, 1)
    unit = w.browser("ud94")
    empty = unit.post(f"/demandes/{number}/refus", refusal=" ")
    assert empty.status_code == 422 and "Indiquez le motif du refus" in empty.text
    assert unit.post(f"/demandes/{number}/refus", refusal="Jury indisponible").status_code == 303
    assert "Jury indisponible" in w.browser("centre").get(f"/demandes/{number}").text
    assert w.get(1).starts_on == D("2020-06-22")
    assert ask(w, 1, key="another") == number + 1


def test_one_open_request_a_session(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    ask(w, 1)
    centre = w.browser("centre")
    page = centre.get("/sessions/1/demande-report").text
    second = centre.post(
        "/sessions/1/demande-report",
        version=hidden(page, "version"),
        key="x",
        starts_on="2020-08-03",
        ends_on="2020-08-04",
        reason="Autre",
    )
    assert second.status_code == 422 and "déjà ouverte" in second.text and ">Autre</textarea>" in second.text
    assert centre.post("/demandes/1/retrait").status_code == 303
    assert ask(w, 1, key="y") == 2


def test_what_the_rule_no_longer_allows_is_not_accepted_and_says_why(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number = ask(w, 1)
    assert isinstance(advance(w.as_("ud94"), 1, w.get(1).version, Action.SEND_DTE), Saved)
    answer = accept(w.as_("ud94"), number, w.get(1).version)
    assert isinstance(answer, Refused) and "DTE est déjà envoyé" in answer.reason
    page = w.browser("ud94").post(
        f"/demandes/{number}/acceptation", version=w.get(1).version, starts_on="2020-07-06", ends_on="2020-07-10", note=""
    )
    assert page.status_code == 403 and "La règle ne permet plus ce report" in page.text
    assert w.scalar("SELECT status FROM request") == "ouverte" and w.get(1).starts_on == D("2020-06-22")


def test_dates_that_are_past_by_now_are_not_accepted(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number = ask(w, 1, "2020-06-18", "2020-06-19")
    w.today = date(2020, 6, 19)
    answer = accept(w.as_("ud94"), number, w.get(1).version)
    assert isinstance(answer, Invalid) and "passé" in answer.errors["starts_on"]
    assert w.scalar("SELECT status FROM request") == "ouverte"


def test_one_key_for_two_sessions_makes_two_requests(w: World) -> None:
    for number in (1, 2):
        w.session(number, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    typed = {"starts_on": "2020-07-06", "ends_on": "2020-07-10", "reason": "Salle", "key": ""}
    for number in (1, 2):
        assert (
            w.browser("centre").post(f"/sessions/{number}/demande-report", version=w.get(number).version, **typed).status_code
            == 303
        )
    assert w.scalar("SELECT count(DISTINCT session_id) FROM request") == 2


def test_after_wrong_dates_the_corrected_ones_can_be_sent_at_once(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number = ask(w, 1)
    unit, kept = w.browser("ud94"), {"version": w.get(1).version, "note": ""}
    wrong = unit.post(f"/demandes/{number}/acceptation", starts_on="2020-07-25", ends_on="2020-07-20", **kept)
    assert wrong.status_code == 422 and ">Accepter</button>" in wrong.text
    assert unit.post(f"/demandes/{number}/acceptation", starts_on="2020-07-06", ends_on="2020-07-10", **kept).status_code == 303
    assert w.get(1).starts_on == D("2020-07-06")


def test_a_stale_page_does_not_accept_what_was_not_read(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number = ask(w, 1)
    assert isinstance(accept(w.as_("ud94"), number, w.get(1).version - 1), Changed)
    assert isinstance(accept(w.as_("ud94"), number, w.get(1).version), Saved)


def test_several_at_once_each_for_itself(w: World) -> None:
    for number in (1, 2, 3):
        w.session(number, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
        ask(w, number, key=str(number))
    unit = w.browser("ud94")
    versions = {f"version-{n}": w.get(n).version for n in (1, 2)}
    answer = unit.post("/demandes", demande=[1, 2, 3], **versions, **{"version-3": 99})
    assert answer.status_code == 409 and "modifiée entre-temps" in answer.text
    assert [w.get(n).starts_on.month for n in (1, 2, 3)] == [7, 7, 6]
    assert unit.post("/demandes").status_code == 422
    assert w.browser("centre").post("/demandes", demande=[3]).status_code == 404


def test_several_are_refused_for_one_reason_and_nothing_is_lost_of_a_refusal_without_one(w: World) -> None:
    numbers = []
    for number in (1, 2, 3):
        w.session(number, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
        numbers.append(ask(w, number, key=str(number)))
    unit = w.browser("ud94")
    versions = {f"version-{n}": w.get(n).version for n in (1, 2, 3)}
    bare = unit.post("/demandes", demande=numbers[:2], refuser=1, refusal="", **versions)
    assert bare.status_code == 422 and "Indiquez le motif du refus" in bare.text
    assert [f'value="{n}" checked' in bare.text for n in numbers] == [True, True, False]
    answer = unit.post("/demandes", demande=[*numbers[:2], 999], refuser=1, refusal="Moniteurs absents", **versions)
    assert answer.status_code == 409 and "Cette demande n’existe pas." in answer.text
    assert "2 demandes refusées. Les centres en lisent le motif." in answer.text
    with w.db.reading() as conn:
        rows = conn.execute(text("SELECT status, answer FROM request ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [("refusee", "Moniteurs absents")] * 2 + [("ouverte", None)]
    assert [w.get(n).starts_on.month for n in (1, 2, 3)] == [6, 6, 6]


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_why_one_of_several_was_not_answered_is_a_sentence(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number, unit = ask(w, 1), w.as_("ud94")
    outcomes = [
        accept_several(unit, {number: 99})[number],
        accept_several(unit, {999: 1})[999],
        refuse_several(unit, [number], "")[number],
        accept(unit, number, w.get(1).version, D("2020-07-06"), D("2023-07-10")),
    ]
    assert isinstance(advance(unit, 1, w.get(1).version, Action.SEND_DTE), Saved)
    outcomes.append(accept_several(unit, {number: w.get(1).version})[number])
    outcomes += [refuse_several(unit, [number], "Non")[number], refuse_several(unit, [number], "Non")[number]]
    assert [why_not_done(outcome) for outcome in outcomes] == [
        "La session a été modifiée entre-temps : relisez la demande.",
        "Cette demande n’existe pas.",
        "Indiquez le motif du refus : le centre le lit.",
        "Date à confirmer, en ouvrant la demande : lundi 10 juillet 2023 : c’est dans plus de douze mois ; "
        "lundi 10 juillet 2023 : c’est plus de six mois après le début, le 06/07/2020.",
        "Le DTE est déjà envoyé : à ce statut, la session ne peut pas être reportée.",
        "Demande refusée. Le centre en lit le motif.",
        "La demande est déjà refusée.",
    ]


def test_what_nothing_forbids_is_ticked_at_once_and_the_oldest_says_how_long_it_waits(w: World) -> None:
    for number in (1, 2):
        w.session(number, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    first, second = (ask(w, number, key=str(number)) for number in (1, 2))
    w.session(3, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    third = ask(w, 3, key="3")
    with w.db.writing() as tx:
        tx.execute(text("UPDATE exam_session SET status = 'annulee' WHERE id = 2"))
        tx.execute(text("UPDATE request SET made_at = '2020-06-03 09:00:00' WHERE id = :n"), {"n": first})
    page = w.browser("ud94").get("/demandes?cocher=tout").text
    assert [f'value="{n}" checked' in page for n in (first, second, third)] == [True, False, True]
    assert "La plus ancienne attend depuis le 03/06/2020, 12 jours." in page


def test_the_unit_sees_what_the_dates_would_break(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "convocations_envoyees", candidates=3)
    w.session(2, "06/07/2020", "08/07/2020", "convocations_envoyees")
    first, second = w.juror("Pris"), w.juror("Fini", "2016-01-01", "2020-06-30")
    from portal.features.jury.seats import seat

    for number, member in ((1, first), (1, second), (2, first)):
        assert isinstance(seat(w.as_("centre"), number, w.get(number).version, member), Saved)
    page = w.browser("ud94").get(f"/demandes/{ask(w, 1)}").text
    assert "PRIS Membre siège à la session 2 du 06/07/2020 au 08/07/2020" in page
    assert "elle ne couvre pas le 06/07/2020" in page and "3 candidats déjà convoqués" in page


def test_only_a_unit_answers_and_only_the_centre_withdraws(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number = ask(w, 1)
    fields = {"version": w.get(1).version, "starts_on": "2020-07-06", "ends_on": "2020-07-10", "note": "", "refusal": "non"}
    for who in ("centre", "other", "ud75", "region", "national"):
        for path in ("acceptation", "refus"):
            assert w.browser(who).post(f"/demandes/{number}/{path}", **fields).status_code == 404, who
    for who in ("other", "ud94", "ud75", "region", "national"):
        assert w.browser(who).post(f"/demandes/{number}/retrait").status_code == 404, who
    assert w.scalar("SELECT status FROM request") == "ouverte"


def test_nobody_but_the_centre_withdraws_a_request_even_who_sees_it(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number = ask(w, 1)
    for who in ("ud94", "region", "national", "other"):
        with pytest.raises(NotThere):
            withdraw(w.as_(who), number)
    assert w.scalar("SELECT status FROM request") == "ouverte"
    assert withdraw(w.as_("centre"), number) == Saved("Demande retirée.")
    assert withdraw(w.as_("centre"), number) == Saved("Demande déjà retirée.")
    refused = ask(w, 1, key="again")
    assert isinstance(refuse(w.as_("ud94"), refused, "Non"), Saved)
    assert isinstance(withdraw(w.as_("centre"), refused), Answered)


# ---- two at once


def race(*acts: Callable[[], object]) -> list[object]:
    gate = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [f.result() for f in [pool.submit(run, act) for act in acts]]


def test_two_agents_answer_one_request_one_wins_the_other_is_told(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number, unit, version = ask(w, 1), w.as_("ud94"), w.get(1).version
    found = race(lambda: accept(unit, number, version), lambda: refuse(unit, number, "Non"))
    assert sorted(type(f).__name__ for f in found) == ["Answered", "Saved"]
    accepted = isinstance(found[0], Saved)
    assert (w.get(1).starts_on == D("2020-07-06")) is accepted
    with w.db.reading() as conn:
        told = " ".join(t.text for t in history(conn, 1))
    assert ("refusée" in told) is not accepted and ("acceptée" in told) is accepted


def test_two_people_of_a_centre_ask_at_once_one_wins_the_other_is_told(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    centre, version = w.as_("centre"), w.get(1).version
    start, end = D("2020-07-06"), D("2020-07-10")

    def asks(key: str) -> Callable[[], object]:
        return lambda: ask_postponement(centre, 1, version, starts_on=start, ends_on=end, reason="Salle fermée", key=key)

    found = sorted(race(asks("a"), asks("b")), key=lambda one: isinstance(one, Invalid))
    assert isinstance(found[0], Made) and isinstance(found[1], Invalid), found
    assert f"La demande n° {found[0].request_id} est déjà ouverte" in found[1].errors["reason"]
    assert w.scalar("SELECT count(*) FROM request") == 1


def test_the_centre_withdraws_as_the_unit_accepts(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    number, unit, centre, version = ask(w, 1), w.as_("ud94"), w.as_("centre"), w.get(1).version
    found = race(lambda: accept(unit, number, version), lambda: withdraw(centre, number))
    assert sorted(type(f).__name__ for f in found) == ["Answered", "Saved"]
    status = w.scalar("SELECT status FROM request")
    assert (w.get(1).starts_on == D("2020-07-06")) is (status == "acceptee")
    loser = next(f for f in found if isinstance(f, Answered))
    assert loser.asked.status == status


def test_a_measure_runs_while_a_request_is_accepted(w: World) -> None:
    """Either the request comes first, and the session is no longer the measure's (which is told that its counts changed, or
    counts without it); or the measure does, and the unit is told that the session changed."""
    w.today = date(2020, 5, 12)
    w.session(1, "25/05/2020", "29/05/2020", "convocations_envoyees")
    number, unit, version = ask(w, 1, "2020-06-08", "2020-06-12"), w.as_("ud94"), w.get(1).version
    national = w.as_("national")
    found, run = race(lambda: accept(unit, number, version), lambda: apply(national, *find_measure("confinement-2020")))
    s = w.get(1)
    if isinstance(found, Saved):
        assert (s.starts_on, s.ends_on, s.postponed) == (D("2020-06-08"), D("2020-06-12"), False)
        assert w.scalar("SELECT status FROM request") == "acceptee"
    else:
        assert isinstance(found, Changed) and s.ends_on == D("2020-08-24") and s.postponed
        assert w.scalar("SELECT status FROM request") == "ouverte"
        assert isinstance(run, Applied)
    assert isinstance(run, (Applied, CountChanged, NothingToChange))


# ---- expired titles


@pytest.fixture
def expired(w: World) -> World:
    text = "code;decree_version;label;level;certificates;expires_on\nTP-EX1;01/01/2014;Titre échu;5;Un|Deux;31/05/2019\n"
    import_titles(w.operator(), text.encode())
    w.approve(title="TP-EX1")
    return w


def grant(w: World, **changes: object) -> object:
    title_id = w.scalar("SELECT id FROM title WHERE code = 'TP-EX1'")
    values = {
        "title_id": title_id, "approval_number": "A-0-TP-EX1-01/01/2016", "starts_on": D("2020-07-06"), "ends_on": D("2020-07-10"),
        "lockdown_cause": True, "registered": True, "reason": "Session de mai empêchée", "key": "e",
    }  # fmt: skip
    return ask_expired(w.as_("centre"), **{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": 0}, "session"),
        ({"lockdown_cause": False}, "lockdown"),
        ({"registered": False}, "registered"),
        ({"reason": ""}, "reason"),
        ({"approval_number": "X"}, "approval"),
        ({"ends_on": D("2020-07-05")}, "ends_on"),
        ({"starts_on": D("2020-05-31")}, "starts_on"),
        ({"number": 999}, "session"),
    ],
)
def test_an_expired_title_needs_every_element(expired: World, changes: dict[str, object], field: str) -> None:
    answer = grant(expired, **changes)
    assert isinstance(answer, Invalid) and field in answer.errors
    assert expired.scalar("SELECT count(*) FROM request") == 0


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("begun", [False, True])
def test_a_session_is_asked_for_on_an_expired_title_while_its_unit_can_move_it(
    expired: World, status: Status, begun: bool
) -> None:
    dates = "10/06/2020;12/06/2020" if begun else "22/06/2020;26/06/2020"
    row = f"1;{expired.sirets[0]};TP-EX1;titre;{dates};{status};"
    import_sessions(expired.operator(), f"id;siret;title;kind;starts_on;ends_on;status;actual_end_on\n{row}\n".encode())
    answer, s = grant(expired, number=1), expired.get(1)
    if isinstance(may(s.person(Role.UD), Action.POSTPONE, s.facts, expired.today), Allowed):
        assert isinstance(answer, Made) and isinstance(accept(expired.as_("ud94"), answer.request_id, s.version), Saved)
    else:
        assert isinstance(answer, Invalid) and list(answer.errors) == ["session"]
    assert ("rappeler le DTE" in str(answer)) == (status is Status.DTE_SENT and not begun)


def test_the_granted_dates_let_one_session_be_created_within_them_exactly(expired: World) -> None:
    w = expired
    made = grant(w)
    assert isinstance(made, Made)
    centre = w.browser("centre")
    title_id = w.scalar("SELECT id FROM title WHERE code = 'TP-EX1'")

    def create(start: str, end: str, key: str) -> int:
        fields = {
            "title": title_id,
            "kind": "titre",
            "starts_on": start,
            "ends_on": end,
            "place": "Ici",
            "session_manager": "Moi",
        }
        return centre.post("/sessions/nouvelle", key=key, **fields).status_code

    assert create("2020-07-06", "2020-07-10", "before") == 422
    assert isinstance(accept(w.as_("ud94"), made.request_id, None, D("2020-07-07"), D("2020-07-09")), Saved)
    assert create("2020-07-06", "2020-07-09", "a") == create("2020-07-07", "2020-07-10", "b") == 422
    page = centre.follow("/sessions/nouvelle?starts_on=2020-07-07").text
    assert re.search(r"<option[^>]*>TP-EX1 Titre échu \(agrément", page)
    assert create("2020-07-07", "2020-07-09", "c") == 303
    number = int(str(w.scalar("SELECT session_id FROM request")))
    assert w.get(number).title_code == "TP-EX1"
    assert create("2020-07-07", "2020-07-09", "d") == 422  # one grant, one session
    s = w.get(number)

    def edit(end: str) -> object:
        return edit_practical(w.as_("centre"), number, s.version, Practical(D("2020-07-08"), D(end), "Ici", "", "Moi"))

    assert isinstance(edit("2020-07-10"), Invalid)
    assert isinstance(edit("2020-07-09"), Saved)


def test_of_two_sessions_created_at_once_the_granted_one_has_the_grant(expired: World) -> None:
    w = expired
    w.approve()
    made = grant(w)
    assert isinstance(made, Made) and isinstance(accept(w.as_("ud94"), made.request_id, None), Saved)
    bodies = "select body from notice where subject like 'Demande n° 1 %'"
    assert "Vous pouvez créer la session du 06/07/2020 au 10/07/2020." in str(w.scalar(bodies))
    dates, title_id = (D("2020-07-06"), D("2020-07-10"), "Ici", "Moi"), int(str(w.scalar("SELECT max(id) FROM title")))
    created = create(w.as_("centre"), [NewSession(1, Kind.TITLE, *dates), NewSession(title_id, Kind.TITLE, *dates)], "k")
    assert isinstance(created, Created)
    assert w.scalar("SELECT session_id FROM request") == created.numbers[1]


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_of_two_sessions_of_one_file_a_grant_lets_one_alone_be_created(expired: World) -> None:
    w = expired
    made = grant(w)
    assert isinstance(made, Made) and isinstance(accept(w.as_("ud94"), made.request_id, None), Saved)
    new = NewSession(int(str(w.scalar("SELECT max(id) FROM title"))), Kind.TITLE, D("2020-07-06"), D("2020-07-10"), "Ici", "Moi")
    told = create(w.as_("centre"), [new, new], "k")
    assert isinstance(told, Wrong) and list(told.errors) == [1] and "Dates accordées" not in told.errors[1]["title"]
    beyond = create(w.as_("centre"), [replace(new, ends_on=D("2020-07-11"))], "l")
    assert isinstance(beyond, Wrong) and beyond.errors[0]["title"].endswith("Dates accordées : du 06/07/2020 au 10/07/2020.")


def test_a_session_that_is_moved_is_told_so_to_its_centre(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    assert isinstance(accept(w.as_("ud94"), ask(w, 1), w.get(1).version), Saved)
    told = str(w.scalar("select body from notice where subject like 'Demande n° 1 %'"))
    assert "La session va désormais du 06/07/2020 au 10/07/2020." in told


def test_the_centre_reads_that_other_dates_than_its_own_were_granted(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    w.session(2, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    first, second = ask(w, 1), ask(w, 2, key="k2")
    other = accept(w.as_("ud94"), first, w.get(1).version, D("2020-07-07"), D("2020-07-10"))
    same = accept(w.as_("ud94"), second, w.get(2).version, D("2020-07-06"), D("2020-07-10"))
    assert isinstance(other, Saved) and isinstance(same, Saved)
    told = [str(w.scalar(f"SELECT subject FROM notice WHERE subject LIKE 'Demande n° {n} %accept%'")) for n in (first, second)]
    assert told[0].endswith("acceptée, à d’autres dates que les vôtres") and told[1].endswith("acceptée"), told


def test_what_the_law_did_not_let_a_centre_ask_for_is_not_granted_either(expired: World) -> None:
    w = expired
    made = grant(w)
    assert isinstance(made, Made)
    past = accept(w.as_("ud94"), made.request_id, None, D("2020-06-14"), D("2020-06-19"))
    assert isinstance(past, Invalid) and "starts_on" in past.errors, past
    assert w.scalar("SELECT status FROM request") == "ouverte"


def test_a_session_that_exists_is_moved_by_the_grant(expired: World) -> None:
    w = expired
    row = f"7;{w.sirets[0]};TP-EX1;titre;22/06/2020;26/06/2020;demande_dte_envoyee;"
    import_sessions(w.operator(), f"id;siret;title;kind;starts_on;ends_on;status;actual_end_on\n{row}\n".encode())
    number = ask(w, 7)
    assert "une session peut commencer jusqu’au 31/05/2020" in w.browser("ud94").get(f"/demandes/{number}").text
    plain = accept(w.as_("ud94"), number, w.get(7).version)
    assert isinstance(plain, Invalid) and "échéance" in plain.errors["starts_on"]
    assert w.scalar("SELECT status FROM request") == "ouverte"
    assert isinstance(withdraw(w.as_("centre"), 1), Saved)
    made = grant(w, number=7)
    assert isinstance(made, Made)
    assert isinstance(accept(w.as_("ud94"), made.request_id, w.get(7).version), Saved)
    assert w.get(7).starts_on == D("2020-07-06") and w.get(7).status is Status.DTE_REQUESTED


def test_a_session_with_an_open_request_is_not_asked_for_a_second_time_on_its_expired_title(expired: World) -> None:
    w = expired
    row = f"7;{w.sirets[0]};TP-EX1;titre;22/06/2020;26/06/2020;demande_dte_envoyee;"
    import_sessions(w.operator(), f"id;siret;title;kind;starts_on;ends_on;status;actual_end_on\n{row}\n".encode())
    first = ask(w, 7)
    second = grant(w, number=7)
    assert isinstance(second, Invalid) and f"La demande n° {first} est déjà ouverte" in second.errors["session"]
    assert w.scalar("SELECT count(*) FROM request") == 1
    assert isinstance(withdraw(w.as_("centre"), first), Saved)
    assert isinstance(grant(w, number=7), Made)


def test_the_form_is_filled_in_and_shows_the_dates_to_both(expired: World) -> None:
    w = expired
    page = w.browser("centre").get("/demandes/titre-echu").text
    assert w.sirets[0] in page and "A-0-TP-EX1-01/01/2016" in page and "31/05/2020" in page and "<strong>oui</strong>" in page
    title_id = w.scalar("SELECT id FROM title WHERE code = 'TP-EX1'")
    sent = w.browser("centre").post(
        "/demandes/titre-echu", title=title_id, approval="A-0-TP-EX1-01/01/2016", starts_on="2020-07-06", ends_on="2020-07-10",
        reason="Confinement", session="", key="z",
    )  # fmt: skip
    assert sent.status_code == 422 and "Confinement</textarea>" in sent.text
    made = grant(w)
    assert isinstance(made, Made)
    page = w.browser("ud94").get(f"/demandes/{made.request_id}").text
    assert "31/05/2020" in page and "le confinement est la cause" in page
