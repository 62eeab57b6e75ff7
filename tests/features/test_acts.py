"""Acts asked of directly, as any page might: who may not finds nothing there, twice is once, what is told is what was done."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from portal.core.approvals import of_centre
from portal.core.outcomes import Changed, Invalid, NotThere, Saved, Unchanged
from portal.core.people import Person
from portal.features.access.inviting import CannotInvite, invite
from portal.features.accounts.actions import SignedIn, WrongPassword, sign_in_with
from portal.features.candidates.actions import add_all
from portal.features.candidates.actions import edit as edit_candidate
from portal.features.communication.closings import announce, call_off, closings
from portal.features.communication.letters import NewLetter, Published, as_html, publish
from portal.features.documents.actions import grouped
from portal.features.jury.members import Kept, Stale, accredit, correct, withdraw
from portal.features.jury.members import add as add_member
from portal.features.jury.seats import seat
from portal.features.measures.actions import CannotRevert, Reverted, revert
from portal.features.postponements.actions import postpone
from portal.features.preparation.actions import Created, NewSession, create
from portal.features.reference.importing import import_titles
from portal.features.requests.actions import Made, ask_postponement, refuse
from portal.features.sessions.actions import Practical, advance, edit_practical, set_actual_end
from portal.features.standing.checking import verify
from portal.rules.lifecycle import Action, Kind, Role, Status
from portal.rules.rights import Refused
from portal.store.actors import Device
from portal.store.audit import audit_event
from portal.store.audit import verify as verify_chain
from portal.store.personal import events_of, in_json
from tests.support.world import PASSWORD, World

D = date.fromisoformat


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


def told(w: World, action: str) -> tuple[dict[str, object], dict[str, object]]:
    """Before and after of the last event of this kind, with what is kept beside it of people."""
    query = select(audit_event).where(audit_event.c.action == action).order_by(audit_event.c.id.desc()).limit(1)
    with w.db.reading() as conn:
        ((_, before, after),) = events_of(conn, conn.execute(query).all())
    return dict(before), dict(after)


# ---- requests


def test_a_request_without_a_reason_is_none(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    silent = ask(w, 1, "2020-07-06", "2020-07-10", reason="")
    assert isinstance(silent, Invalid) and list(silent.errors) == ["reason"]
    assert w.scalar("select count(*) from request") == 0


def ask(w: World, number: int, start: str, end: str, key: str = "k", reason: str = "Salle fermée") -> object:
    days: dict[str, Any] = {"starts_on": D(start), "ends_on": D(end)}
    return ask_postponement(w.as_("centre"), number, w.get(number).version, reason=reason, key=key, **days)


def test_nobody_but_the_unit_refuses_a_request_even_who_sees_it(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    made = ask(w, 1, "2020-07-06", "2020-07-10")
    assert isinstance(made, Made) and not made.again
    for who in ("centre", "region", "national", "other", "ud75"):
        with pytest.raises(NotThere):
            refuse(w.as_(who), made.request_id, "Non")
    assert w.scalar("select status from request") == "ouverte"
    assert w.scalar("select department_code from request") == "94"
    assert isinstance(refuse(w.as_("ud94"), made.request_id, "Non"), Saved)


def test_a_request_for_a_single_day_is_a_request_and_sent_twice_is_one(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    first, again = ask(w, 1, "2020-07-06", "2020-07-06"), ask(w, 1, "2020-07-06", "2020-07-06")
    assert isinstance(first, Made) and isinstance(again, Made)
    assert (again.request_id, first.again, again.again) == (first.request_id, False, True)
    wrong = ask(w, 1, "2020-07-06", "2020-07-05", "other")
    assert (
        isinstance(wrong, Invalid) and "ne peut pas précéder" in wrong.errors["ends_on"] and "ouverte" in wrong.errors["reason"]
    )
    _, after = told(w, "request_made")
    assert (after["request"], after["wanted_start"], after["wanted_end"]) == (first.request_id, "2020-07-06", "2020-07-06")


# ---- twice is once


def test_a_double_click_on_a_step_is_one_step_and_another_persons_is_told(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    unit, seen = w.as_("ud94"), w.get(1).version
    assert isinstance(advance(unit, 1, seen, Action.SEND_DTE), Saved)
    assert isinstance(advance(unit, 1, seen, Action.SEND_DTE), Unchanged)
    assert w.scalar("select count(*) from audit_event where action = 'send_dte'") == 1
    assert not isinstance(advance(unit, 1, seen - 1, Action.SEND_DTE), (Saved, Unchanged)), "an older page"
    assert not isinstance(advance(w.as_("centre"), 1, seen, Action.SEND_DTE), (Saved, Unchanged))


def test_a_double_click_on_a_postponement_moves_once_and_other_dates_are_told(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "demande_dte_envoyee")
    unit, seen = w.as_("ud94"), w.get(1).version

    def move(version: int, end: str = "2020-07-10", reason: str = "Moniteur absent") -> object:
        return postpone(unit, 1, version, starts_on=D("2020-07-06"), ends_on=D(end), reason=reason)

    without = move(seen, reason="")
    assert isinstance(without, Invalid) and without.errors == {"reason": "Indiquez le motif du report."}
    assert isinstance(move(seen), Saved)
    assert isinstance(move(seen), Unchanged)
    assert isinstance(move(seen, end="2020-07-11"), Changed)
    assert isinstance(move(seen + 2), Changed), "of another page"
    assert (w.get(1).starts_on, w.get(1).version) == (D("2020-07-06"), seen + 1)


@pytest.mark.parametrize("status", ["dte_envoye", "convocations_envoyees"])
def test_a_double_click_on_a_real_end_date_is_one_date_at_every_status(w: World, status: str) -> None:
    w.session(1, "02/03/2020", "20/04/2020", status)
    w.measure()
    centre, seen = w.as_("centre"), w.get(1).version
    assert isinstance(set_actual_end(centre, 1, seen, D("2020-06-12")), Saved)
    assert isinstance(set_actual_end(centre, 1, seen, D("2020-06-12")), Unchanged)
    assert isinstance(set_actual_end(centre, 1, seen, D("2020-06-11")), Changed)
    assert not isinstance(set_actual_end(w.as_("ud94"), 1, seen, D("2020-06-12")), (Saved, Unchanged))
    assert w.scalar("select count(*) from audit_event where action = 'actual_end'") == 1


# ---- sessions


def test_a_session_that_begins_later_stands_under_the_approval_of_that_day(w: World) -> None:
    w.approve("01/07/2020", "31/12/2020")
    w.approve("01/01/2021", "31/12/2021")
    new = NewSession(1, Kind.TITLE, D("2020-09-14"), D("2020-09-18"), "Ici", "Moi")
    made = create(w.as_("centre"), [new], "k")
    assert isinstance(made, Created)
    number, approval = made.numbers[0], f"select approval_id from exam_session where id = {made.numbers[0]}"
    first = w.scalar(approval)
    for start, same in (("2020-09-15", True), ("2021-01-04", False)):
        wanted = Practical(D(start), D(start), "Ici", "", "Moi")
        assert isinstance(edit_practical(w.as_("centre"), number, w.get(number).version, wanted), Saved)
        assert (w.scalar(approval) == first) is same


def test_another_change_from_the_same_hand_is_no_double_click(w: World) -> None:
    w.approve()
    new = NewSession(1, Kind.TITLE, D("2020-09-14"), D("2020-09-18"), "Ici", "Moi")
    made, centre = create(w.as_("centre"), [new], "k"), w.as_("centre")
    assert isinstance(made, Created)
    seen = w.get(made.numbers[0]).version
    wanted = Practical(D("2020-09-14"), D("2020-09-17"), "Ici", "", "Moi")
    assert isinstance(edit_practical(centre, made.numbers[0], seen, wanted), Saved)
    assert isinstance(advance(centre, made.numbers[0], seen, Action.REQUEST_DTE), Refused)
    assert w.get(made.numbers[0]).status is Status.PREPARATION


# ---- candidates


def test_a_correction_of_a_candidate_tells_what_changed_and_nothing_else(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "en_preparation", candidates=2)
    first, other = Person("Nom00", "Léa", date(1990, 2, 1)), Person("Nom01", "Prénom", date(1990, 2, 1))
    number = int(str(w.scalar("select min(id) from candidate")))
    assert isinstance(edit_candidate(w.as_("centre"), 1, w.get(1).version, number, first), Saved)
    was, now = ({"last_name": "Nom00", "first_name": name} for name in ("Prénom", "Léa"))
    people = {str(number): {"was": was, "is": now}}
    assert told(w, "candidate_edited") == ({}, {"candidate": number, "fields": ["first_name"], "people": people})
    assert isinstance(edit_candidate(w.as_("centre"), 1, w.get(1).version, number, first), Unchanged)
    taken = edit_candidate(w.as_("centre"), 1, w.get(1).version, number, other)
    assert isinstance(taken, Invalid) and "est déjà sur la liste" in taken.errors["last_name"]


def test_a_file_brings_those_who_are_new_and_once(w: World) -> None:
    w.session(1, "22/06/2020", "26/06/2020", "en_preparation", candidates=1)
    old, new = Person("Nom00", "Prénom", date(1990, 2, 1)), Person("Sall", "Fatou", date(1990, 1, 1))
    centre, seen = w.as_("centre"), w.get(1).version
    assert isinstance(add_all(centre, 1, seen, [old, new, new]), Saved)
    number = int(str(w.scalar("select max(id) from candidate")))
    people = {str(number): {"is": {"last_name": "Sall", "first_name": "Fatou", "born_on": "1990-01-01", "email": ""}}}
    assert w.get(1).candidates == 2
    assert told(w, "candidates")[1] == {"added": [number], "updated": [], "people": people}
    assert isinstance(add_all(centre, 1, seen, [old, new]), Unchanged)


# ---- juries


def test_the_same_name_is_kept_by_two_units_and_by_one_only_with_another_address(w: World) -> None:
    first = add_member(w.as_("ud94"), "Delorme", "Agnès", "a@test.example")
    assert isinstance(first, Kept)
    assert w.scalar(f"select email from jury_member where id = {first.member_id}") == "a@test.example"
    number, who = w.scalar("select max(id) from jury_member"), {"last_name": "Delorme", "first_name": "Agnès"}
    after = {"member": number, "department_code": "94", "person": {**who, "email": "a@test.example"}}
    assert told(w, "jury_member_added") == ({}, after)
    assert isinstance(add_member(w.as_("ud94"), "DELORME", "agnes", "a@test.example"), Invalid)
    assert isinstance(add_member(w.as_("ud94"), "Delorme", "Agnès", "b@test.example"), Kept)
    assert isinstance(add_member(w.as_("ud75"), "Delorme", "Agnès", "a@test.example"), Kept)
    with pytest.raises(NotThere):
        add_member(w.as_("region"), "Autre", "", "")


def test_a_member_has_a_name(w: World) -> None:
    nameless = Invalid({"last_name": "Indiquez le nom."})
    assert add_member(w.as_("ud94"), "", "Agnès", "") == nameless
    number = w.juror("Delorme")
    assert correct(w.as_("ud94"), number, 2, "", "Agnès", "") == nameless
    assert w.scalar("select last_name from jury_member") == "Delorme"


def test_an_accreditation_is_added_and_withdrawn_once_each_and_told(w: World) -> None:
    member, unit = w.juror("Delorme", "2020-01-01", "2020-12-31"), w.as_("ud94")
    days = D("2020-01-01"), D("2020-12-31")
    for code, why in (("", "Choisissez un titre."), ("TP-9", "Le titre « TP-9 » est inconnu.")):
        refused = accredit(unit, member, 2, code, *days)
        assert isinstance(refused, Invalid) and refused.errors == {"title": why}
    assert isinstance(accredit(unit, member, 2, "TP-01303", *days), Unchanged)
    longer = accredit(unit, member, 2, "TP-01303", days[0], D("2021-12-31"))
    assert isinstance(longer, Invalid) and "commence déjà ce jour-là" in longer.errors["valid_from"]
    assert isinstance(accredit(unit, member, 1, "TP-01303", D("2021-01-01"), D("2021-12-31")), Stale)
    assert isinstance(accredit(unit, member, 2, "TP-01303", D("2021-01-01"), D("2021-01-01")), Saved)
    for who in ("ud75", "centre", "region", "national"):
        with pytest.raises(NotThere):
            withdraw(w.as_(who), member, 3, 1)
    assert isinstance(withdraw(unit, member, 2, 1), Stale)
    assert isinstance(withdraw(unit, member, 3, 1), Saved)
    assert told(w, "accreditation_withdrawn")[0] == {
        "title": "TP-01303",
        "valid_from": "2020-01-01",
        "valid_to": "2020-12-31",
    }
    assert isinstance(withdraw(unit, member, 3, 1), Unchanged)
    assert w.scalar("select count(*) from accreditation") == 1


def test_who_sits_in_another_session_may_be_seated_here_and_once(w: World) -> None:
    for number, start in ((1, "15/09/2020"), (2, "15/10/2020")):
        w.session(number, start, start, "en_preparation")
    member, centre = w.juror("Delorme"), w.as_("centre")
    for number in (1, 2):
        assert isinstance(seat(centre, number, w.get(number).version, member), Saved)
        assert isinstance(seat(centre, number, w.get(number).version, member), Unchanged)
    assert told(w, "jury_seated")[1] == {
        "member": member,
        "elsewhere": False,
        "jury": {str(member): "DELORME Membre"},
    }


def test_of_two_members_of_one_name_the_one_who_is_chosen_sits(w: World) -> None:
    w.session(1, "15/09/2020", "18/09/2020", "en_preparation")
    for unit, number in (("ud94", 1), ("ud75", 2)):
        assert w.juror("Delorme", unit=unit) == number
    for number in (2, 1):
        assert isinstance(seat(w.as_("centre"), 1, w.get(1).version, number), Saved)
        assert w.scalar(f"select count(*) from session_jury where member_id = {number}") == 1


# ---- letters and closings


def test_only_the_national_account_publishes_and_what_it_published_is_kept(w: World) -> None:
    new = NewLetter("Titre", "Bonjour", [Role.CENTRE, Role.UD], ["94", "75"])
    for who in ("centre", "ud94", "region"):
        with pytest.raises(NotThere):
            publish(w.as_(who), new, "k")
    first, again = publish(w.as_("national"), new, "k"), publish(w.as_("national"), new, "k")
    assert first == Published(1, False) and again == Published(1, True)
    after = told(w, "letter_published")[1]
    assert (after["title"], after["roles"], after["departments"], after["pdf"]) == ("Titre", "centre ud", "94 75", "")


def test_what_looks_like_a_tag_in_a_letter_is_read_as_it_was_typed() -> None:
    assert as_html("Le champ <b>nom</b>") == "<p>Le champ &lt;b&gt;nom&lt;/b&gt;</p>\n"


def test_a_letter_to_a_department_is_told_to_the_national_account_too(w: World) -> None:
    for who in ("centre", "other", "ud94", "ud75", "region"):
        w.as_(who)
    publish(w.as_("national"), NewLetter("Pour le 94", "Bonjour", [], ["94"]), "k")
    with w.db.reading() as conn:
        sql = "select account.name from notice join account on account.id = notice.account_id order by 1"
        assert conn.exec_driver_sql(sql).scalars().all() == ["centre", "region", "ud94"], "who acts is not told of its own act"


def test_only_the_national_account_closes_the_service_for_three_days_at_most_and_once(w: World) -> None:
    now = w.now()
    start, end = now + timedelta(days=1), now + timedelta(days=4)
    for who in ("centre", "ud94", "region"):
        with pytest.raises(NotThere):
            announce(w.as_(who), start, end, "")
        with pytest.raises(NotThere):
            call_off(w.as_(who), 1)
    national = w.as_("national")
    for wrong in ((start, start), (now - timedelta(days=1), now), (start, end + timedelta(seconds=1))):
        assert isinstance(announce(national, *wrong, ""), Invalid), wrong
    assert isinstance(announce(national, start, end, ""), Saved) and isinstance(announce(national, start, end, ""), Saved)
    assert w.scalar("select count(*) from closing") == 1
    assert told(w, "closing_announced")[1] | {"closing": 1} == {
        "closing": 1,
        "starts_at": start.isoformat(),
        "ends_at": end.isoformat(),
        "reason": "",
    }
    assert call_off(national, 1) == Saved("Fermeture annulée.")
    assert call_off(national, 1) == Saved("Cette fermeture est déjà annulée.")
    assert w.scalar("select count(*) from audit_event where action = 'closing_called_off'") == 1
    assert announce(national, start, end, "") == Saved("Fermeture annoncée : un bandeau la dit à tous sept jours avant.")
    assert w.scalar("select count(*) from closing") == 2, "what was called off can be announced anew"


def test_the_twenty_latest_closings_are_listed_the_latest_first(w: World) -> None:
    national = w.as_("national")
    for day in range(1, 22):
        announce(national, w.now() + timedelta(days=day), w.now() + timedelta(days=day, hours=1), str(day))
    with w.db.reading() as conn:
        assert [row.reason for row in closings(conn)] == [str(day) for day in range(21, 1, -1)]


# ---- accounts


@pytest.mark.bare
@pytest.mark.parametrize(
    ("email", "role", "scope", "sentence"),
    [
        ("x", Role.NATIONAL, {}, "n’est pas une adresse électronique"),
        ("a b@test.example", Role.NATIONAL, {}, "n’est pas une adresse électronique"),
        (f"{'a' * 242}@test.example", Role.NATIONAL, {}, "n’est pas une adresse électronique"),
        ("a@test.example", Role.NATIONAL, {"password": "court"}, "mot de passe"),
        ("a@test.example", Role.CENTRE, {}, "--centre : Indiquez le SIRET du centre."),
        (
            "a@test.example",
            Role.NATIONAL,
            {"department_code": "94"},
            "--department : Laissez vide : cela ne va pas avec le rôle « Administration centrale ».",
        ),
        ("a@test.example", Role.CENTRE, {"siret": "900 001 058 00016"}, "Aucun centre n’a le SIRET 90000105800016"),
        ("a@test.example", Role.UD, {"department_code": "99"}, "Le département « 99 » n’existe pas"),
        ("a@test.example", Role.REGION, {"region_name": "Atlantide"}, "La région « Atlantide » n’existe pas. Régions : "),
    ],
)
def test_an_account_that_cannot_be_made_says_why(w: World, email: str, role: Role, scope: dict[str, str], sentence: str) -> None:
    with pytest.raises(CannotInvite) as refused:
        invite(w.operator(), email, role, **scope)
    assert sentence in str(refused.value) and w.scalar("select count(*) from account") == 0


def test_an_account_is_made_once_in_its_place_and_the_trail_holds_no_password(w: World) -> None:
    invite(w.operator(), f"{'a' * 241}@test.example", Role.REGION, region_name="ile-de-france".replace("ile", "Île"))
    invite(w.operator(), " UD1@Test.example ", Role.UD, department_code="1", password="une longue phrase à moi")
    number, who = w.scalar("select max(id) from account"), {"email": "ud1@test.example", "name": "UD1"}
    stands = str(w.scalar("select password_hash from account where email = 'ud1@test.example'"))
    kept = sha256(stands.encode()).hexdigest()  # of the hash, which holds a salt of its own
    said = {"account": number, "role": "ud", "department_code": "01", "person": who, "password": kept}
    assert told(w, "account_invited")[1] == said
    with pytest.raises(CannotInvite, match="Un compte existe déjà"):
        invite(w.operator(), "ud1@test.example", Role.NATIONAL)
    assert w.scalar("select count(*) from mail") == 1, "who has a password needs no invitation"


def test_a_right_password_forgets_the_failures_before_it(w: World) -> None:
    w.as_("centre")

    def attempt(password: str) -> object:
        return sign_in_with(w.db, w.now(), " Centre@test.example", password, Device("192.0.2.1"))

    for _ in range(2):
        assert [attempt("faux mot de passe") for _ in range(9)] == [WrongPassword()] * 9, "ten are looked at"
        assert isinstance(attempt(PASSWORD), SignedIn)


# ---- measures


def test_a_run_is_taken_back_once_and_each_on_its_own(w: World) -> None:
    runs = []
    for number in (1, 2):
        w.session(number, "02/03/2020", "20/04/2020")
        runs.append(w.measure())
    national = w.as_("national")
    first = revert(national, runs[0])
    assert isinstance(first, Reverted) and (first.restored, first.left_alone) == (1, [])
    refused = [revert(national, n) for n in (runs[0], first.run_id, 99)]
    assert [r.reason.partition(" a ")[2] or r.reason for r in refused if isinstance(r, CannotRevert)] == [
        f"déjà été annulée (n° {first.run_id}).",
        f"Le n° {first.run_id} est lui-même une annulation : appliquez de nouveau la mesure si besoin.",
        "L’application n° 99 n’existe pas.",
    ]
    assert w.get(2).postponed and isinstance(revert(national, runs[1]), Reverted) and not w.get(2).postponed


# ---- what a title examines, a document's code, the trail


def test_a_title_is_examined_in_the_kinds_of_session_that_it_has_certificates_for(w: World) -> None:
    text = "code;decree_version;label;level;certificates\nTP-1;01/01/2016;Un;5;A|CCS: B\nTP-2;01/01/2016;Deux;5;\nTP-3;01/01/2016;Trois;5;CCS: C\n"
    import_titles(w.operator(), text.encode())
    for code in ("TP-1", "TP-2", "TP-3"):
        w.approve(title=code)
    with w.db.reading() as conn:
        kinds = {t.code: t.kinds for t in of_centre(conn, 1).values()}
    assert kinds == {"TP-1": [Kind.TITLE, Kind.CCP, Kind.CCS], "TP-2": [Kind.TITLE], "TP-3": [Kind.TITLE, Kind.CCS]}


def test_a_code_is_read_out_in_fours() -> None:
    assert grouped("ABCDEFGHJKMNPQRS") == "ABCD-EFGH-JKMN-PQRS"


def test_the_trail_is_written_as_people_read_it() -> None:
    assert in_json({"b": "Éloïse", "a": D("2020-06-15")}) == '{"a":"2020-06-15","b":"Éloïse"}'


def test_a_trail_of_nothing_holds(db) -> None:  # type: ignore[no-untyped-def]
    with db.snapshot() as conn:
        found = list(verify_chain(conn, db.audit_key))
    assert [(t.events, t.broken) for t in found] == [(0, None)]


def test_a_cancelled_session_has_said_who_cancelled_it_and_when(w: World) -> None:
    w.session(1, "02/03/2020", "16/03/2020", "en_preparation")
    w.measure()
    s = w.get(1)
    assert (s.status, s.postponed, s.status_by) == (Status.CANCELLED, False, "mesure « confinement 2020 »")
