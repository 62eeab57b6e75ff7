"""What can happen to sessions, day after day, through the same actions as real use: each kind of event at least once."""

from dataclasses import replace
from datetime import date, timedelta

from portal.core.attendance import stamp
from portal.core.links import HOLDER, Kept, of_session, token
from portal.core.outcomes import Doubtful, Saved
from portal.core.people import Person
from portal.core.sheet import Typed, load
from portal.demo.signed import signed_minutes
from portal.features.attendance.actions import Became, Tick, correct_incident, note, note_incident
from portal.features.candidates import actions as candidates
from portal.features.candidates.adjusting import adjust
from portal.features.candidates.civil import give_civil
from portal.features.candidates.importing import import_candidates
from portal.features.convening.actions import set_exam_days
from portal.features.convocations import actions as convocations
from portal.features.convocations.reminding import remind, want
from portal.features.documents.actions import Made as Edited
from portal.features.documents.actions import make
from portal.features.jury.seats import declare_links, seat, unseat
from portal.features.measures.actions import Reverted, revert
from portal.features.minutes import actions as signed
from portal.features.postponements.actions import postpone
from portal.features.preparation.actions import Created, NewSession, create
from portal.features.privacy.of_candidate import give
from portal.features.reference.limits import set_limits
from portal.features.requests.actions import Made, accept, ask_postponement, refuse, withdraw
from portal.features.results.actions import Affects, correct_results, enter_results, save_draft, seal
from portal.features.sessions.actions import Practical, advance, check_actual_end, edit_practical, set_actual_end
from portal.rules.attendance import Half
from portal.rules.civil import Civil
from portal.rules.documents import Document
from portal.rules.lifecycle import Action, Kind
from portal.rules.limits import Limits
from portal.rules.lines import Refused
from portal.rules.outcomes import Outcome
from portal.store.actors import Occasion, Source
from portal.store.summing import fold
from portal.store.work import Work
from tests.support.world import World

D = date.fromisoformat
CIVIL = Civil("Jeune-Fille", "", "F", "94028", "", "Saint-Hors-Ville", "", "continue")
Entries = dict[int, dict[int | None, Outcome]]


def alone(outcome: Outcome) -> dict[int | None, Outcome]:
    return {None: outcome}


class Life:
    def __init__(self, w: World) -> None:
        self.w = w

    def v(self, number: int) -> int:
        return self.w.get(number).version

    def done(self, outcome: object) -> None:
        assert isinstance(outcome, (Saved, Made, Created, Edited, Reverted)), outcome
        self.w.today += timedelta(days=1)

    def step(self, who: str, action: Action, number: int = 1, reason: str = "") -> None:
        self.done(advance(self.w.as_(who), number, self.v(number), action, reason))

    def people(self, number: int) -> list[int]:
        with self.w.db.reading() as conn:
            return [c.id for c in load(conn, self.w.get(number)).candidates]

    def entries(self, number: int, *outcomes: dict[int | None, Outcome]) -> Entries:
        return dict(zip(self.people(number), outcomes, strict=True))

    def enter(self, number: int, entries: Entries) -> None:
        centre = self.w.as_("centre")
        self.done(
            enter_results(
                centre, number, self.v(number), Typed(entries, self.v(number)), seal(centre, self.w.get(number), entries)
            )
        )

    def correct(self, number: int, entries: Entries) -> None:
        unit = self.w.as_("ud94")
        typed = Typed(entries, self.v(number))
        outcome = correct_results(unit, number, self.v(number), typed, "Erreur de saisie")
        if isinstance(outcome, Affects):
            sealed = seal(unit, self.w.get(number), entries, "correction")
            outcome = correct_results(unit, number, self.v(number), typed, "Erreur de saisie", sealed)
        self.done(outcome)

    def ask(self, key: str) -> int:
        start, end, centre = D("2020-06-03"), D("2020-06-05"), self.w.as_("centre")
        made = ask_postponement(centre, 1, self.v(1), starts_on=start, ends_on=end, reason="Salle fermée", key=key)
        self.done(made)
        assert isinstance(made, Made)
        return made.request_id


def live(w: World) -> None:
    """Five sessions live through everything that the history of a session can tell."""
    w.today = D("2020-04-06")
    life = Life(w)
    w.approve()
    one, two, three = w.juror("Un"), w.juror("Deux"), w.juror("Trois")
    w.session(1, "18/05/2020", "22/05/2020", "en_preparation")
    w.session(2, "02/03/2020", "20/04/2020")
    w.session(3, "25/05/2020", "26/05/2020", "en_preparation")
    w.session(4, "18/05/2020", "19/05/2020", kind="ccp", candidates=0)
    _prepare(life, one, two, three)
    _send(life)
    _be_moved(life)
    _be_created(life)
    _be_there(life)
    fold(w.db)  # the worker passes by
    _have_results(life)


def _prepare(life: Life, one: int, two: int, three: int) -> None:
    w, v, done = life.w, life.v, life.done
    centre = w.as_("centre")
    done(
        edit_practical(
            centre,
            1,
            v(1),
            Practical(D("2020-05-25"), D("2020-05-29"), "1 rue des Lilas, 94000 Créteil", "09:00", "Mme Brun, 01 00 00 00 00"),
        )
    )
    done(candidates.add(w.as_("centre"), 1, v(1), Person("Nguyễn", "Thị Hương", D("1990-02-01"))))
    third = life.people(1)[0]
    done(candidates.edit(w.as_("centre"), 1, v(1), third, Person("Nguyen", "Huong", D("1990-03-01"), "h@x.example")))
    done(adjust(w.as_("centre"), 1, v(1), third, "tiers temps"))
    done(give_civil(w.as_("centre"), 1, v(1), third, CIVIL))
    done(candidates.remove(w.as_("centre"), 1, v(1), third))
    people = [Person("Sukarno", "", D("1980-01-01")), Person("O’Brien", "Jean-Noël", D("1981-01-01"))]
    done(candidates.add_all(w.as_("centre"), 1, v(1), people))
    for member in (one, two, three):
        done(seat(w.as_("centre"), 1, v(1), member))
    done(seat(w.as_("centre"), 3, v(3), one, although_elsewhere=True))
    links = [(one, life.people(1)[0]), (two, life.people(1)[1])]
    done(declare_links(w.as_("centre"), 1, v(1), links))
    done(declare_links(w.as_("centre"), 1, v(1), links[:1]))
    done(unseat(w.as_("centre"), 1, v(1), three))
    rows = "session;last_name;first_name;born_on;email\n1;NOM00;Prenom;01/02/1990;n@x.example\n1;Dernier;Venu;01/02/1991;\n"
    import_candidates(w.operator(), rows.encode())
    facts = "birth_name;usage_name;sex;birth_insee;birth_postcode;birth_commune;birth_country;access"
    row = "4;Nom01;Prénom;01/02/1990;Nom de jeune fille;Nomzéroun;F;;69003;Lyon-la-Mulatière;;vae"
    import_candidates(w.operator(), f"session;last_name;first_name;born_on;{facts}\n{row}\n".encode())
    last = life.people(1)[0]
    done(adjust(w.as_("centre"), 1, v(1), last, "secrétaire"))
    done(adjust(w.as_("centre"), 1, v(1), last, "tiers temps"))
    done(give_civil(w.as_("centre"), 1, v(1), last, CIVIL))
    done(give_civil(w.as_("centre"), 1, v(1), last, replace(CIVIL, access="vae")))
    done(advance(w.as_("centre"), 3, v(3), Action.CANCEL, "Plus de salle"))


def _send(life: Life) -> None:
    w, v = life.w, life.v
    life.step("centre", Action.REQUEST_DTE)
    life.done(refuse(w.as_("ud94"), life.ask("a"), "La salle est ouverte"))
    life.done(withdraw(w.as_("centre"), life.ask("b")))
    request = life.ask("c")
    life.done(accept(w.as_("ud94"), request, v(1), note="Soit."))
    life.done(postpone(w.as_("ud94"), 1, v(1), starts_on=D("2020-06-02"), ends_on=D("2020-06-04"), reason="Jury indisponible"))
    life.step("ud94", Action.SEND_DTE)
    life.step("ud94", Action.RECALL_DTE, reason="Sujet erroné")
    life.step("ud94", Action.SEND_DTE)
    life.step("centre", Action.CONVOKE)
    life.done(
        edit_practical(
            w.as_("centre"), 1, v(1), Practical(None, None, "1 rue des Lilas, 94000 Créteil", "08:30", "Mme Brun, 01 00 00 00 00")
        )
    )
    life.step("centre", Action.CONVOKE_AGAIN)
    for reminds in (True, False, True):
        life.done(want(w.as_("centre"), 1, reminds=reminds))
    _be_summoned(life)
    for kind in (Document.CONVOCATION, Document.CANDIDATES):
        life.done(make(w.as_("centre"), 1, kind, None, "https://portail.example"))


def _holder(w: World) -> Work:
    """The hands of whoever holds a private link."""
    return Work(w.db.seen_by(HOLDER), Occasion(HOLDER, Source.WEB, w.now(), w.today))


def _links(w: World) -> dict[str, Kept]:
    """The links of the first session, by whose they are."""
    with w.db.reading() as conn:
        return of_session(conn, 1)


def _token(w: World, whose: str) -> str:
    return token(w.db.audit_key, _links(w)[whose].nonce)


def _be_summoned(life: Life) -> None:
    """Paper is handed over, links are opened, renewed and withdrawn, the jury answers, and the centre's reminder leaves."""
    w = life.w
    member = next(key for key in _links(w) if key.startswith("m"))
    candidate = f"c{life.people(1)[0]}"
    life.done(convocations.hand_over(w.as_("centre"), 1, [], all_of_them=True))
    mailed = next(key for key, link in _links(w).items() if link.message_id)
    for back in (True, False, True):
        assert isinstance(convocations.note_returned(w.as_("centre"), 1, mailed, returned=back), Saved)
    for key in (member, candidate):
        convocations.note_opened(_holder(w), _links(w)[key].id)
        life.done(convocations.withdraw_link(w.as_("centre"), 1, key))
        life.done(convocations.make_link(w.as_("centre"), 1, key))
    for will_come in ("non", "oui"):
        life.done(convocations.answer(_holder(w), _token(w, member), will_come))
    now, w.today = w.today, D("2020-05-30")
    assert remind(w.operator())
    w.today = now
    life.done(want(w.as_("centre"), 1, reminds=True))


def _be_moved(life: Life) -> None:
    w, v = life.w, life.v
    life.done(revert(w.as_("national"), w.measure()))
    w.measure()
    life.done(set_exam_days(w.as_("centre"), 2, v(2), first=D("2020-06-02"), last=D("2020-06-03"), hour="08:30"))
    w.today = D("2020-06-04")
    asked = set_actual_end(w.as_("centre"), 2, v(2), D("2020-08-25"))
    assert isinstance(asked, Doubtful)
    life.done(set_actual_end(w.as_("centre"), 2, v(2), D("2020-08-25"), asked.seal))
    life.done(check_actual_end(w.as_("ud94"), 2, v(2), "Vérifié avec le centre"))
    for on in ("2020-06-04", "2020-06-03"):
        life.done(set_actual_end(w.as_("centre"), 2, v(2), D(on)))


def _be_created(life: Life) -> None:
    w = life.w
    title_id = w.get(1).title_id
    set_limits(w.as_("national"), Limits(dte_automatic=True))
    new = NewSession(
        title_id, Kind.TITLE, D("2020-07-06"), D("2020-07-10"), "1 rue des Lilas, 94000 Créteil", "Mme Brun, 01 00 00 00 00"
    )
    made = create(w.as_("centre"), [new], "k", jury_of=1)
    assert isinstance(made, Created)
    number = made.numbers[0]
    life.done(candidates.add(w.as_("centre"), number, life.v(number), Person("Seul", "Venu", D("1990-02-01"))))
    life.step("centre", Action.REQUEST_DTE, number)


def _be_there(life: Life) -> None:
    """Who came, noted twice; and what happened."""
    w, first = life.w, D("2020-06-02")
    for present, seen in ((True, 0), (False, 1)):
        ticks = [Tick(who, half, present, seen) for who in life.people(1)[:2] for half in Half]
        answers = note(w.as_("centre"), 1, first, ticks)
        assert not isinstance(answers, Refused) and set(answers.values()) == {Became.KEPT}
    life.done(note_incident(w.as_("centre"), 1, first, "10:20", "Alarme incendie : M. Sukarno a été évacué."))
    before = stamp("10:20", "Alarme incendie : M. Sukarno a été évacué.")
    life.done(correct_incident(w.as_("centre"), 1, 1, before, "10:25", "Alarme : M. Sukarno a été évacué."))


def _have_results(life: Life) -> None:
    w, v = life.w, life.v
    w.today = D("2020-06-15")
    title, failed, absent = (alone(o) for o in (Outcome.TITLE, Outcome.FAILED, Outcome.ABSENT))
    partial: dict[int | None, Outcome] = {None: Outcome.PARTIAL, 1: Outcome.ACQUIRED}
    three = dict(list(life.entries(1, failed, failed, title, absent, title).items())[:3])
    life.done(save_draft(w.as_("centre"), 1, v(1), Typed(three, v(1))))
    for number in (1, 2):
        if w.get(number).postponed and not w.get(number).actual_end_on:
            life.done(set_actual_end(w.as_("centre"), number, v(number), D("2020-06-05")))
    life.enter(1, life.entries(1, failed, failed, partial, absent, title))
    life.enter(2, life.entries(2, title, absent))
    acquired: dict[int | None, Outcome] = {1: Outcome.NOT_ACQUIRED, 2: Outcome.ACQUIRED}
    if w.get(4).postponed:
        life.done(set_actual_end(w.as_("centre"), 4, v(4), D("2020-05-19")))
    life.enter(4, life.entries(4, acquired))
    life.correct(4, life.entries(4, {1: Outcome.ACQUIRED, 2: Outcome.ACQUIRED}))
    life.correct(1, life.entries(1, title, failed, absent, partial, title))
    life.done(signed.deposit(w.as_("centre"), 1, 0, signed_minutes(1)))
    life.done(signed.refuse(w.as_("ud94"), 1, 1, "Une signature manque"))
    life.done(signed.deposit(w.as_("centre"), 1, 2, signed_minutes(11)))
    life.done(signed.verify(w.as_("ud94"), 1, 3))
    life.done(signed.deposit(w.as_("centre"), 2, 0, signed_minutes(2)))
    life.done(signed.refuse(w.as_("ud94"), 2, 1, "Deux pages manquent"))
    life.step("ud94", Action.LOCK)
    titled = f"c{life.people(1)[0]}"
    for act in (convocations.share, convocations.unshare, convocations.share):
        life.done(act(_holder(w), _token(w, titled)))
    life.step("ud94", Action.UNLOCK, reason="Un résultat à revoir")
    give(w.as_("centre"), 1, life.people(1)[0])
    life.step("ud94", Action.LOCK)
