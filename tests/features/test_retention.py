"""What is past its time: told by the dry run, deleted or made anonymous by the other, and nothing else with it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select, text, update

from portal.cli import cli
from portal.clock import PARIS
from portal.core.links import LENGTH, token
from portal.core.outcomes import Invalid, NotThere, Saved, Unchanged
from portal.core.people import Person
from portal.demo.signed import signed_minutes
from portal.features.access import keeping
from portal.features.access.queries import find_by_email
from portal.features.access.renaming import rename
from portal.features.attendance.actions import note_incident
from portal.features.candidates import actions as candidates
from portal.features.candidates.adjusting import adjust
from portal.features.candidates.importing import import_candidates
from portal.features.corrections.actions import ask_correction
from portal.features.documents.actions import make
from portal.features.documents.checking import check
from portal.features.minutes.actions import deposit, refuse
from portal.features.past.history import history
from portal.features.past.proof_checks import Held
from portal.features.past.proof_checks import check as check_proof
from portal.features.privacy.anonymous import end_links, erase_sessions
from portal.features.privacy.erasing import apply
from portal.features.privacy.one_candidate import erase
from portal.features.privacy.overdue import plan
from portal.features.standing.checking import verify
from portal.rules.documents import Document
from portal.rules.lifecycle import Action
from portal.rules.lines import Refused
from portal.rules.outcomes import Outcome
from portal.rules.retention import DEFAULTS, LINE, Kind
from portal.rules.security import Kind as Journal
from portal.settings import Settings
from portal.store import migrate
from portal.store.accounts import account, sign_in
from portal.store.adjustments import adjustment
from portal.store.base import metadata
from portal.store.candidates import candidate, result
from portal.store.jury import accreditation, jury_member, session_jury
from portal.store.links import personal_link
from portal.store.notices import mail, notice
from portal.store.oversight import signal_note
from portal.store.places import centre
from portal.store.security import Entry, enter
from portal.store.sessions import exam_session
from tests.guard.test_growing import rows
from tests.support.by_hand import by_hand
from tests.support.life import Life, alone
from tests.support.lived import after_life
from tests.support.released import released
from tests.support.world import World

TODAY = date(2020, 6, 15)


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.today = TODAY
    yield world
    world.close()


def counts(w: World) -> dict[Kind, int]:
    with w.db.snapshot() as conn:
        return {one.line.kind: one.count for one in plan(conn, w.today)}


def broken(w: World) -> str | None:
    with w.db.snapshot() as conn:
        return verify(conn, w.db.audit_key).broken


def at(day: date, hour: time = time(12)) -> datetime:
    return datetime.combine(day, hour, PARIS)


# ---- the edge of each duration: what is of that very day stays, what is of the day before goes


def signed_in(w: World, on: date) -> None:
    who = w.as_("ud94").actor.id
    with w.db.writing() as tx:
        tx.execute(insert(sign_in).values(token_digest=on.isoformat(), account_id=who, at=at(on, time(0))))


def noted(w: World, on: date) -> None:
    entry = Entry(Journal.LOOKED, w.as_("ud94").actor.id, subject=on.isoformat())
    with w.db.writing() as tx:
        enter(tx, at(on, time(0)), entry)


def mailed(w: World, on: date) -> None:
    who = w.as_("ud94").actor.id
    row = {"message_id": on.isoformat(), "account_id": who, "subject": "x", "body": "x", "link": "/", "daily": 0}
    with w.db.writing() as tx:
        tx.execute(insert(mail).values(**row, at=at(on, time(0)), due_at=at(on), sent_at=at(on)))


def noticed(w: World, on: date) -> None:
    who = w.as_("ud94").actor.id
    with w.db.writing() as tx:
        tx.execute(insert(notice).values(account_id=who, at=at(on, time(0)), subject="x", body="x", link="/"))


def closed(w: World, on: date) -> None:
    email = f"ud{'94' if on.day % 2 else '75'}@test.example"
    w.as_(email.partition("@")[0])
    with w.db.writing() as tx:
        tx.execute(update(account).where(account.c.email == email).values(closed_at=at(on, time(0))))


def accredited(w: World, on: date) -> None:
    w.as_("ud94")  # of today, and so is what the journal says of its account
    today, w.today = w.today, date(2000, 1, 1)
    w.juror(on.isoformat(), "1990-01-01", on.isoformat())
    w.today = today


def examined(w: World, on: date) -> None:
    w.session(on.toordinal() % 100 + 1, f"{on:%d/%m/%Y}", f"{on:%d/%m/%Y}", "verrouillee", candidates=3)


def linked(w: World, on: date) -> None:
    number = on.toordinal() % 100 + 1
    w.session(number, f"{on:%d/%m/%Y}", f"{on:%d/%m/%Y}", "verrouillee", candidates=1)
    with w.db.writing() as tx:
        whose = tx.execute(select(candidate.c.id).where(candidate.c.session_id == number)).scalar_one()
        row = {"candidate_id": whose, "nonce": "n", "digest": on.isoformat(), "made_at": at(on)}
        tx.execute(insert(personal_link).values(session_id=number, **row))


def adjusted(w: World, on: date) -> None:
    number = on.toordinal() % 100 + 1
    w.session(number, f"{on:%d/%m/%Y}", f"{on:%d/%m/%Y}", "verrouillee", candidates=1)
    with w.db.writing() as tx:
        whose = tx.execute(select(candidate.c.id).where(candidate.c.session_id == number)).scalar_one()
        row = {"candidate_id": whose, "note": "tiers temps", "salt": "s", "digest": "d"}
        tx.execute(insert(adjustment).values(session_id=number, **row))


def signalled(w: World, on: date) -> None:
    w.as_("ud94")
    key = {"kind": "week_end", "about": on.isoformat(), "figures": "1", "department_code": "94"}
    with w.db.writing() as tx:
        row = {**key, "note": "Vu avec M. Roux", "at": at(on, time(0)), "by": "x"}
        number = tx.execute(insert(signal_note).values(**row).returning(signal_note.c.id)).scalar_one()
        w.operator().record(tx, "signal_closed", subject=f"signal {number}", reason="Vu avec M. Roux")


def shut(w: World, on: date) -> None:
    values = {"closed_on": on, "email": "contact@x.example", "phone": "01 00 00 00 00"}
    with w.db.writing() as tx:
        tx.execute(update(centre).where(centre.c.id == on.day % 2 + 1).values(**values))


MADE: dict[Kind, Callable[[World, date], None]] = {
    Kind.SIGN_INS: signed_in,
    Kind.JOURNAL: noted,
    Kind.LINKS: linked,
    Kind.ADJUSTMENTS: adjusted,
    Kind.MAILS: mailed,
    Kind.NOTICES: noticed,
    Kind.SIGNALS: signalled,
    Kind.CENTRES: shut,
    Kind.ACCOUNTS: closed,
    Kind.MEMBERS: accredited,
    Kind.CANDIDATES: examined,
}


@pytest.mark.parametrize("kind", Kind)
def test_what_is_of_the_last_day_stays_and_what_is_of_the_day_before_goes(w: World, kind: Kind) -> None:
    edge = LINE[kind].before(DEFAULTS[kind], TODAY)
    one = 3 if kind is Kind.CANDIDATES else 1
    MADE[kind](w, edge)
    assert counts(w)[kind] == 0
    MADE[kind](w, edge - timedelta(days=1))
    assert counts(w)[kind] == one
    done = {found.line.kind: found.count for found in apply(w.operator())}
    assert done == dict.fromkeys(Kind, 0) | {kind: one} and set(counts(w).values()) == {0}


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("still", ["accredited", "seated", "kept"])
def test_a_member_who_is_still_of_use_stays(w: World, still: str) -> None:
    edge = LINE[Kind.MEMBERS].before(DEFAULTS[Kind.MEMBERS], TODAY)
    accredited(w, edge - timedelta(days=100))
    with w.db.writing() as tx:
        number = tx.execute(select(jury_member.c.id)).scalar_one()
        if still == "accredited":
            tx.execute(update(accreditation).values(valid_to=edge))
    if still == "seated":
        examined(w, edge)
        with w.db.writing() as tx:
            session = tx.execute(select(exam_session.c.id)).scalar_one()
            tx.execute(insert(session_jury).values(session_id=session, member_id=number))
    if still == "kept":
        w.today = edge
        with w.db.writing() as tx:
            w.operator().record(tx, "accreditation_withdrawn", subject=f"member {number}")
        w.today = TODAY
    assert counts(w)[Kind.MEMBERS] == 0


# ---- the dry run, and the other


@pytest.fixture
def lived(w: World, shared: Path) -> World:
    """A whole life, by people who have left since, of candidates whose time is past."""
    after_life(w, shared)
    w.today = date(2090, 1, 1)
    for email in ("centre", "ud94"):
        by_hand(w.db, f"UPDATE account SET closed_at = '2020-07-01 00:00:00' WHERE email = '{email}@test.example'")
        with w.db.reading() as conn:
            number = conn.execute(select(account.c.id).where(account.c.email == f"{email}@test.example")).scalar_one()
        with w.db.writing() as tx:
            w.operator().record(tx, "account_closed", subject=f"account {number}")
    return w


def test_the_dry_run_changes_nothing_and_the_other_does_what_it_said_once(lived: World) -> None:
    """Small batches too; then the trail and the tables hold, counts and results are what they were, and nothing is left to do."""
    results = select(result).order_by(result.c.id)
    before, said = rows(lived.db), counts(lived)
    assert rows(lived.db) == before and said[Kind.CANDIDATES] > 5 and said[Kind.ACCOUNTS] == 2 and said[Kind.MEMBERS] == 3
    with lived.db.snapshot() as conn:
        planned, decided = plan(conn, lived.today), conn.execute(results).all()
    assert broken(lived) is None
    assert apply(lived.operator(), most_deleted=2, most_erased=1) == planned
    assert broken(lived) is None
    after = rows(lived.db)
    assert {name: len(after[name]) for name in ("candidate", "exam_session", "account", "jury_member", "session_jury")} == {
        name: len(before[name]) for name in ("candidate", "exam_session", "account", "jury_member", "session_jury")
    }
    with lived.db.reading() as conn:
        assert conn.execute(results).all() == decided
    told = lived.scalar("SELECT count(*) FROM audit_event WHERE action = 'retention_applied'")
    assert isinstance(told, int) and told > 3
    assert {one.count for one in apply(lived.operator())} == {0} and rows(lived.db) == after


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_an_erasure_by_hand_is_named(w: World) -> None:
    w.session(2, "01/06/2020", "05/06/2020")
    w.as_("ud94")
    by_hand(w.db, "UPDATE exam_session SET people_erased_at = '2020-07-01 00:00:00' WHERE id = 2")
    assert "session 2 : Données personnelles effacées le : " in (broken(w) or "")
    by_hand(w.db, "UPDATE exam_session SET people_erased_at = NULL WHERE id = 2")
    by_hand(w.db, "UPDATE account SET erased_at = '2020-07-01 00:00:00' WHERE email = 'ud94@test.example'")
    assert "Données effacées le : " in (broken(w) or "")


MARK = "Zqxmarque"


def test_no_table_holds_a_name_or_an_address_after_its_erasure(w: World) -> None:
    """A mark in every place where one person's life in the service leaves something."""
    w.session(1, "01/06/2020", "05/06/2020", "en_preparation", candidates=1)
    life = Life(w)
    centre = w.as_("centre")
    life.done(candidates.add(centre, 1, life.v(1), Person(MARK, MARK, date(1990, 1, 2), f"{MARK}@x.example")))
    life.done(candidates.edit(centre, 1, life.v(1), life.people(1)[0], Person(f"{MARK}a", MARK, date(1990, 1, 2), "")))
    w.tell(1)
    w.juror(f"{MARK}b")
    by_hand(w.db, f"UPDATE account SET name = '{MARK}' WHERE email = 'centre@test.example'")
    assert isinstance(rename(w.as_("centre"), 1, f"{MARK}c"), Saved)
    number = w.as_("centre").actor.id
    with w.db.reading() as conn:
        found = find_by_email(conn, w.operator().actor, "centre@test.example")
    assert found and isinstance(keeping.close(w.operator(), found.id, None, f"Départ de {MARK}"), Saved)
    assert marked(w) >= {"candidate", "clear_value", "account", "jury_member", "mail"}
    w.today = date(2100, 1, 1)
    apply(w.operator())
    assert marked(w) == set() and broken(w) is None
    if w.db.is_sqlite:
        w.db.engine.dispose()
        file = Path(str(w.db.url.database))
        assert not [path for path in file.parent.glob(f"{file.name}*") if MARK.encode().lower() in path.read_bytes().lower()]
    with w.db.reading() as conn:
        told = history(conn, 1)
        seen = find_by_email(conn, w.operator().actor, f"efface-{number}@invalid")
    assert "(effacé)" in str(told) and seen and seen.name == "effacé"
    assert isinstance(keeping.reopen(w.operator(), seen.id, None), Refused)


def marked(w: World) -> set[str]:
    """The tables that hold the mark anywhere; the search over names follows its own."""
    names = [*(table.name for table in metadata.sorted_tables), *(["candidate_search"] if w.db.is_sqlite else [])]
    with w.db.reading() as conn:
        found = {name: str(conn.execute(text(f"SELECT * FROM {name}")).all()) for name in names}
    return {name for name, told in found.items() if MARK.casefold() in told.casefold()}


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_session_whose_people_are_erased_is_read_and_changes_no_more(w: World) -> None:
    w.session(1, "01/06/1960", "05/06/1960", "convocations_envoyees")
    apply(w.operator())
    ud, centre = w.browser("ud94"), w.browser("centre")
    page = centre.get("/sessions/1/candidats").text
    assert "EFFACÉ n°" in page.replace("\xa0", " ") and "NOM00" not in page
    assert "sont effacées" in centre.get("/sessions/1/date-reelle").text
    assert "Données personnelles effacées" in ud.get("/sessions/1/historique").text
    with w.db.reading() as conn:
        assert [row.born_on for row in conn.execute(select(candidate.c.born_on))] == [date(1900, 1, 1)] * 2


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_document_of_a_candidate_without_a_name_is_checked_as_before(w: World) -> None:
    w.session(1, "01/06/1960", "05/06/1960", "convocations_envoyees")
    life, won = Life(w), alone(Outcome.TITLE)
    life.enter(1, life.entries(1, won, won))
    life.step("ud94", Action.LOCK, reason="Vu")
    make(w.as_("centre"), 1, Document.AWARD, None, "http://x")
    code = str(w.scalar("SELECT min(code) FROM document"))
    with w.db.reading() as conn:
        before = check(conn, code, "UD", w.today)
    apply(w.operator())
    with w.db.reading() as conn:
        after = check(conn, code, "UD", w.today)
    assert before and after and before.current and after == replace(before, personal=False), "whose it was stands nowhere"


# ---- one candidate, on request


@pytest.fixture
def one(w: World) -> World:
    """Two people put on the list by one file, and all that may name the first: its link, adjustments, an incident, a request."""
    head, line = (
        "session;last_name;first_name;born_on;email;birth_name;birth_country",
        "1;{0};Prénom;01/02/1990;{0}@x.example;{0};X",
    )
    w.session(1, "01/06/2020", "05/06/2020", "dte_envoye", candidates=0)
    import_candidates(w.operator(), "\n".join((head, line.format(MARK), line.format("Reste"), "")).encode())
    life = Life(w)
    w.tell(1)
    w.seat(1)
    life.done(adjust(w.as_("centre"), 1, life.v(1), life.people(1)[1], f"Pour {MARK}"))
    life.step("centre", Action.CONVOKE)
    w.today = date(2020, 6, 5)
    life.done(note_incident(w.as_("centre"), 1, date(2020, 6, 5), "10:20", f"Malaise de M. {MARK}"))
    life.done(note_incident(w.as_("centre"), 1, date(2020, 6, 5), "11:20", "Alarme"))
    life.enter(1, life.entries(1, alone(Outcome.TITLE), alone(Outcome.FAILED)))
    life.done(deposit(w.as_("centre"), 1, 0, signed_minutes(1)))
    life.done(refuse(w.as_("ud94"), 1, 1, f"Il manque {MARK}"))
    centre, wanted, reason = w.as_("centre"), alone(Outcome.TITLE), f"Erreur, dit {MARK}"
    life.done(ask_correction(centre, 1, life.v(1), candidate_id=life.people(1)[1], entry=wanted, reason=reason, key="k"))
    return w


def test_one_candidate_is_erased_on_request_and_nobody_else(one: World) -> None:
    number = one.scalar(f"SELECT id FROM candidate WHERE last_name = '{MARK}'")
    assert isinstance(number, int) and marked(one) >= {"candidate", "clear_value", "incident", "mail", "adjustment", "minutes"}
    result_of = f"SELECT outcome FROM result WHERE candidate_id = {number}"
    before, decided = broken(one), one.scalar(result_of)
    done = erase(one.operator(), 1, number, "Demande du 01/06")
    assert isinstance(done, Saved) and "Le procès-verbal signé porte encore son nom" in done.message
    assert before is None and broken(one) is None and marked(one) == set()
    assert one.scalar(result_of) == decided and one.scalar("SELECT last_name FROM candidate ORDER BY id DESC LIMIT 1") == "Reste"
    with one.db.reading() as conn:
        told = str(history(conn, 1))
    assert "Reste Prénom" in told and f"Données personnelles du candidat n° {number} effacées" in told and "Alarme" in told
    assert isinstance(erase(one.operator(), 1, number, "Encore"), Unchanged)
    if one.db.is_sqlite:
        one.db.engine.dispose()
        file = Path(str(one.db.url.database))
        assert not [path for path in file.parent.glob(f"{file.name}*") if MARK.encode().lower() in path.read_bytes().lower()]


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_no_page_names_who_was_erased_and_each_is_read(one: World) -> None:
    number = int(str(one.scalar(f"SELECT id FROM candidate WHERE last_name = '{MARK}'")))
    erase(one.operator(), 1, number, "Demande")
    pages = [
        "",
        "?au=2020-06-05",
        "/historique",
        "/candidats",
        f"/candidats/{number}",
        "/resultats",
        "/documents",
        "/preuve.json",
    ]
    pages += [
        "/jour",
        "/jury",
        "/candidats/convocations",
        "/resultats/modele.csv",
        "/informations",
        "/documents/proces-verbal.pdf",
    ]
    for who in ("centre", "ud94"):
        b = one.browser(who)
        answers = {page: b.get(f"/sessions/1{page}") for page in pages}
        answers["/donnees"] = b.post(f"/sessions/1/candidats/{number}/donnees")
        assert {page: a.status_code for page, a in answers.items() if a.status_code != 200} == {}, who
        assert [page for page, a in answers.items() if MARK.lower().encode() in a.data.lower()] == []
        assert "Reste" in answers["/historique"].text and isinstance(checked := check_proof(answers["/preuve.json"].data), Held)
        assert checked.erased > 0


OF_A_CANDIDATE = ("", "/convocation.pdf", "/attestation.pdf", "/livret.pdf", "/agenda.ics")


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", ["on request", "its session", "its link", "all that is past"])
def test_the_link_of_who_was_erased_answers_as_one_that_never_was(one: World, how: str) -> None:
    with one.db.reading() as conn:
        links = conn.execute(select(personal_link).order_by(personal_link.c.id)).all()
    paths = {row.nonce: f"/{'c' if row.candidate_id else 'j'}/" for row in links}
    b, never, places = one.browser(), "A" * LENGTH, iter(range(1, 255))
    assert {b.get(path + token(one.db.audit_key, nonce)).status_code for nonce, path in paths.items()} == {200}
    if how == "on request":
        links = [row for row in links if row.candidate_id][:1]
        assert isinstance(erase(one.operator(), 1, links[0].candidate_id, "Demande"), Saved)
    elif how == "all that is past":
        one.today = date(2090, 1, 1)
        apply(one.operator())
    else:
        with one.db.writing() as tx:
            (erase_sessions if how == "its session" else end_links)(tx, one.operator(), [1])
    sent = {"csrf_token": b.token(), "reponse": "oui", "partager": "oui"}
    for row in links:
        given = token(one.db.audit_key, row.nonce)
        for rest in OF_A_CANDIDATE if row.candidate_id else ("",):
            for method in ("GET", "HEAD", "POST")[: 2 if rest else 3]:
                answers = [
                    b.client.open(
                        f"{paths[row.nonce]}{one_of}{rest}",
                        method=method,
                        data=sent if method == "POST" else None,
                        environ_base={"REMOTE_ADDR": f"192.0.2.{next(places)}"},
                    )
                    for one_of in (given, never)
                ]
                assert {a.status_code for a in answers} == {404}, (rest, method)
                assert len({a.text.replace(given, "").replace(never, "") for a in answers}) == 1


def test_what_is_told_anew_without_one_candidate_is_still_held_to_the_trail(one: World) -> None:
    number = int(str(one.scalar(f"SELECT id FROM candidate WHERE last_name = '{MARK}'")))
    erase(one.operator(), 1, number, "Demande")
    by_hand(one.db, "UPDATE clear_value SET value = replace(value, 'Reste', 'Autre')")
    assert "ce qu’il dit d’une personne a été modifié" in (broken(one) or "")
    by_hand(one.db, "UPDATE clear_value SET value = replace(value, 'Autre', 'Reste')")
    assert broken(one) is None
    by_hand(one.db, "DELETE FROM clear_value WHERE value <> replace(value, 'Reste', '')")
    assert "et le journal ne dit pas pourquoi" in (broken(one) or "")


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_candidate_of_a_session_under_way_leaves_its_list_first(w: World) -> None:
    w.session(1, "20/06/2020", "25/06/2020", "en_preparation")
    life = Life(w)
    first, second = life.people(1)
    assert isinstance(erase(w.operator(), 1, first, "Demande"), Invalid)
    life.done(candidates.remove(w.as_("centre"), 1, life.v(1), first))
    assert isinstance(erase(w.operator(), 1, first, "Demande"), Saved) and broken(w) is None
    with w.db.reading() as conn:
        told = str(history(conn, 1))
    assert "NOM00" not in told.upper() and "NOM01" in told.upper()
    for missing in (first, 999):
        with pytest.raises(NotThere):
            erase(w.operator(), 1, missing, "Demande")
    assert life.people(1) == [second]


# ---- a database of before


def test_what_1_11_0_kept_is_made_anonymous_and_its_trail_still_holds(w: World) -> None:
    with released(w.db) as old:
        migrate.upgrade(old)
        past = World.__new__(World)
        past.db, past.today = old, date(2090, 1, 1)
        by_hand(old, "UPDATE account SET closed_at = NULL")
        apply(past.operator())
        assert broken(past) is None
        with old.reading() as conn:
            assert conn.execute(text("SELECT count(*) FROM candidate WHERE last_name <> 'effacé'")).scalar() == 0


# ---- the command


def portal(w: World, *words: str, code: int = 0, typed: str = "") -> str:
    settings = {
        "PORTAL_ENV": "demo",
        "PORTAL_DATABASE_URL": w.db.url.render_as_string(hide_password=False),
        "PORTAL_SECRET_KEY": "x",
        "PORTAL_TODAY": "2020-06-15",
    }
    done = CliRunner().invoke(cli, ["retention", *words], env=settings, input=typed)
    assert done.exit_code == code, done.output
    return done.output


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_command_line_plans_and_applies(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "audit_key", w.db.audit_key)
    noticed(w, date(2019, 6, 14))
    examined(w, date(1970, 6, 14))
    said = portal(w, "plan")
    assert "Avis : 1 à supprimer (d’avant le 15/06/2019 ; durée : 12 mois depuis l’avis)" in said
    people = "Candidats, et ce que l’historique dit d’eux : 3, de 1 session"
    assert f"{people} à rendre anonymes (d’avant le 15/06/1970 ; durée : 50 ans depuis la fin de la session)" in said
    assert said.endswith("Rien n’a été changé : « portal retention apply » efface.\n") and portal(w, "plan") == said
    done = portal(w, "apply")
    assert "Avis : 1, suppression faite (" in done and f"{people}, anonymat fait (" in done
    assert "Avis : 0, " in portal(w, "apply")


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_command_line_erases_one_candidate_once_it_was_confirmed(one: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "audit_key", one.db.audit_key)
    one.session(2, "01/06/2019", "05/06/2019", "verrouillee", candidates=0)
    import_candidates(one.operator(), f"session;last_name;first_name;born_on\n2;{MARK};Prénom;01/02/1990\n".encode())
    number = str(one.scalar(f"SELECT id FROM candidate WHERE last_name = '{MARK}' AND session_id = 1"))
    words = ("erase-candidate", "1", number, "--reason", "Demande")
    assert f"{MARK.upper()} Prénom : effacer" in portal(one, *words, code=1, typed="n\n")
    assert marked(one) and "n’a pas eu" in portal(one, "erase-candidate", "1", "999", "--reason", "x", code=1)
    done = portal(one, *words, "--yes")
    assert "données effacées" in done and "autres sessions : 2." in done
