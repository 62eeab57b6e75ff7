"""Every kind of event has its words, and they hold no code; the past is shown with the names of its day."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text, update

from portal.core.outcomes import Saved
from portal.core.people import Person
from portal.core.sheet import TITLE, Typed
from portal.features.candidates.actions import add, edit
from portal.features.jury.seats import declare_links
from portal.features.past.as_was import Then, as_it_was
from portal.features.past.history import Told, history
from portal.features.past.words import WORDS, Said, in_french
from portal.features.privacy.erasing import apply
from portal.features.privacy.one_candidate import erase
from portal.features.results.actions import correct_results, enter_results, save_draft
from portal.features.standing.checking import verify
from portal.rules.effects import Change
from portal.rules.outcomes import FOR_CERTIFICATE, FOR_TITLE, Entry, Outcome
from portal.store.audit import Event
from portal.store.happenings import TO_A_SESSION, TO_THE_SERVICE
from portal.store.jury import jury_member
from portal.store.titles import certificate
from tests.support.lived import after_life
from tests.support.world import World

D = date.fromisoformat
# A code where a sentence should be: a key, an outcome, a JSON value, nothing at all.
CODE = re.compile(r"\w_\w|[{}\[\]]|\bNone\b|\bTrue\b|\bFalse\b|\b(partiel|echec|acquis_|was|title|member|candidate|results)\b")


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


def told(w: World, number: int) -> list[Told]:
    with w.db.reading() as conn:
        return history(conn, number)


def then(w: World, on: str) -> Then:
    with w.db.reading() as conn:
        return as_it_was(conn, w.get(1), D(on), w.today)


# ---- every kind


def assert_in_french(sentence: str, *details: str) -> None:
    assert re.fullmatch(r"[A-ZÀ-Ý0-9].*[.]", sentence), sentence
    for words in (sentence, *details):
        assert words and not CODE.search(words), words


def test_whatever_happens_to_a_session_is_told_in_french(w: World, shared: Path) -> None:
    after_life(w, shared)
    assert_told(w)
    person = w.scalar("SELECT min(id) FROM candidate WHERE session_id = 1")
    assert isinstance(person, int) and isinstance(erase(w.operator(), 1, person, "Demande du 15/06/2020"), Saved)
    assert_told(w)
    w.today = date(2090, 1, 1)
    apply(w.operator())
    assert assert_told(w) == TO_A_SESSION, "a new kind of event happens in tests/support/life.py"


def assert_told(w: World) -> set[str]:
    """All that happened so far; gives what of it happened to sessions."""
    with w.db.reading() as conn:
        rows = conn.execute(text("SELECT id, session_id, action, before, after FROM audit_event ORDER BY id")).all()
    assert {e.action for e in rows if not e.session_id} <= TO_THE_SERVICE
    for number in {e.session_id for e in rows if e.session_id}:
        for entry in told(w, number):
            assert_in_french(entry.text, *entry.details)
    assert not [key for e in rows for key in keys(json.loads(e.before)) + keys(json.loads(e.after)) if FRENCH.search(key)]
    results = [e.before + e.after for e in rows if e.action.startswith("results_") or e.action == "jury_links"]
    assert results and not [r for r in results if "Nom0" in r or "NOM0" in r or "Réussite" in r], "a candidate is a number"
    return {e.action for e in rows if e.session_id}


FRENCH = re.compile(r"[^a-zA-Z0-9_]|candidat$|ajoutes|membre|demande|resultats|liens|nombre|passage|empreinte|titre$|motif")


def keys(value: object) -> list[str]:
    """The keys of an event, at every depth; a measure's cases and the numbers of things are no words."""
    if not isinstance(value, dict):
        return []
    return [k for k, v in value.items() for k in ([k, *keys(v)] if k != "cases" else [k])]


@pytest.mark.parametrize("action", sorted(TO_A_SESSION))
def test_each_kind_has_words_of_its_own(action: str) -> None:
    assert action in WORDS


def test_what_nothing_knows_to_tell_is_not_recorded() -> None:
    assert not TO_A_SESSION & TO_THE_SERVICE
    with pytest.raises(ValueError, match="happenings"):
        Event("something_new", 1)


entry = st.one_of(
    st.sampled_from(FOR_TITLE).map(lambda o: {TITLE: o.value}),
    st.dictionaries(st.sampled_from(["7", "8"]), st.sampled_from(FOR_CERTIFICATE).map(str), min_size=1),
)
effect = st.fixed_dictionaries(
    {"change": st.sampled_from(Change).map(str), "ccp": st.lists(st.sampled_from([7, 8, 9]), min_size=1), "session": st.just(2)}
)
number = st.integers(1, 4).map(str)
by_number = st.dictionaries(number, entry)


@given(
    before=by_number,
    after=by_number,
    effects=st.dictionaries(number, effect),
    names=st.dictionaries(st.integers(1, 3), st.just("NOM")),
)
def test_any_correction_is_told_whatever_is_known_of_names(
    before: dict[str, Any], after: dict[str, Any], effects: dict[str, Any], names: dict[int, str]
) -> None:
    held = {"results": after, "effects": effects, "certificates": {"7": "Former"}}
    sentence, details = in_french(Said("results_corrected", {"results": before}, held, names))
    assert_in_french(sentence)
    assert not [d for d in details if CODE.search(d)]
    assert len(details) == len({n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}) + len(effects)


@pytest.mark.parametrize("action", ["candidates", "candidate_edited", "candidate_removed"])
def test_an_event_whose_personal_values_are_gone_is_still_told(action: str) -> None:
    held = {"added": [12], "updated": [], "candidate": 12, "fields": ["last_name"]}
    sentence, details = in_french(Said(action, {}, held, {}))
    assert "Candidat n° 12" in " ".join((sentence, *details))


# ---- the names of that day


def entries(w: World, *outcomes: Entry) -> Typed:
    return Typed(dict(enumerate(outcomes, 1)), w.get(1).version)


def called(w: World, candidate: int, last: str, born: str = "1990-02-01") -> None:
    assert isinstance(edit(w.as_("centre"), 1, w.get(1).version, candidate, Person(last, "Prénom", D(born))), Saved)


TITLE_OBTAINED: Entry = {None: Outcome.TITLE}
PARTIAL: Entry = {None: Outcome.PARTIAL, 1: Outcome.ACQUIRED}


def test_list_and_results_show_the_name_of_the_day(w: World) -> None:
    w.today = D("2020-06-10")
    w.session(1, "01/06/2020", "05/06/2020", candidates=1)
    w.today = D("2020-06-11")
    assert isinstance(save_draft(w.as_("centre"), 1, w.get(1).version, entries(w, PARTIAL)), Saved)
    w.today = D("2020-06-12")
    called(w, 1, "Corrigé")
    assert isinstance(save_draft(w.as_("centre"), 1, w.get(1).version, entries(w, TITLE_OBTAINED)), Saved)
    w.today = D("2020-06-13")
    called(w, 1, "Encore")
    assert isinstance(enter_results(w.as_("centre"), 1, w.get(1).version, entries(w, TITLE_OBTAINED)), Saved)
    w.today = D("2020-06-14")
    assert isinstance(correct_results(w.as_("ud94"), 1, w.get(1).version, entries(w, PARTIAL), "Erreur"), Saved)
    w.today = D("2020-06-15")
    for on, name, words, final in (
        ("2020-06-11", "NOM00 Prénom", "Réussite partielle : Former", False),
        ("2020-06-12", "CORRIGÉ Prénom", "Titre obtenu", False),
        ("2020-06-13", "ENCORE Prénom", "Titre obtenu", True),
        ("2020-06-14", "ENCORE Prénom", "Réussite partielle : Former", True),
    ):
        found = then(w, on)
        assert (found.candidates, found.results, found.definitive) == ([name], {f"1 {name}": words}, final), on
    assert "ENCORE Prénom : Titre obtenu → Réussite partielle : Former" in told(w, 1)[0].details
    assert then(w, "2020-06-10").results == {}


def test_two_candidates_who_swap_their_names_are_told_apart(w: World) -> None:
    w.today = D("2020-06-08")
    w.session(1, "01/06/2020", "05/06/2020", candidates=1)
    assert isinstance(add(w.as_("centre"), 1, w.get(1).version, Person("Nom01", "Prénom", D("1991-02-01"))), Saved)
    w.today = D("2020-06-09")
    assert isinstance(save_draft(w.as_("centre"), 1, w.get(1).version, entries(w, TITLE_OBTAINED, PARTIAL)), Saved)
    w.today = D("2020-06-11")
    called(w, 1, "Nom01")
    called(w, 2, "Nom00", "1991-02-01")
    w.today = D("2020-06-12")
    obtained, partial = "Titre obtenu", "Réussite partielle : Former"
    assert then(w, "2020-06-09").results == {"1 NOM00 Prénom": obtained, "2 NOM01 Prénom": partial}
    assert then(w, "2020-06-11").results == {"1 NOM01 Prénom": obtained, "2 NOM00 Prénom": partial}
    assert set(then(w, "2020-06-08").candidates) == {"NOM00 Prénom", "NOM01 Prénom"}


def test_members_and_certificates_are_called_as_they_were_when_they_were_told(w: World) -> None:
    w.today = D("2020-06-08")
    w.session(1, "09/06/2020", "12/06/2020", candidates=1)
    one, two = w.seat(1)
    w.today = D("2020-06-12")
    assert isinstance(save_draft(w.as_("centre"), 1, w.get(1).version, entries(w, PARTIAL)), Saved)
    w.today = D("2020-06-13")
    renamed(w, one, "Autre", "Apprendre")
    assert isinstance(enter_results(w.as_("centre"), 1, w.get(1).version, entries(w, PARTIAL)), Saved)
    w.today = D("2020-06-15")
    for on, label in (("2020-06-12", "Former"), ("2020-06-13", "Apprendre"), ("2020-06-15", "Apprendre")):
        assert list(then(w, on).results.values()) == [f"Réussite partielle : {label}"], on
    assert then(w, "2020-06-12").jury == {"UN1 Membre", "DEUX1 Membre"}
    assert then(w, "2020-06-15").jury == {"AUTRE Membre", "DEUX1 Membre"}
    assert then(w, "2020-06-07").jury == set() and two != one
    assert {"UN1 Membre siège au jury.", "DEUX1 Membre siège au jury."} <= {entry.text for entry in told(w, 1)}
    renamed(w, one, "Un1", "Former")  # as the trail says


def renamed(w: World, member: int, name: str, label: str) -> None:
    """By hand, which nothing in the portal does."""
    with w.db.writing() as tx:
        tx.execute(update(jury_member).where(jury_member.c.id == member).values(last_name=name))
        tx.execute(update(certificate).where(certificate.c.id == 1).values(label=label))


def test_links_are_told_with_the_names_of_their_day(w: World) -> None:
    w.today = D("2020-06-08")
    w.session(1, "22/06/2020", "26/06/2020", "en_preparation", candidates=2)
    one, _ = w.seat(1)
    assert isinstance(declare_links(w.as_("centre"), 1, w.get(1).version, [(one, 1)]), Saved)
    w.today += timedelta(days=1)
    called(w, 1, "Corrigé")
    assert isinstance(declare_links(w.as_("centre"), 1, w.get(1).version, [(one, 1), (one, 2)]), Saved)
    last, renamed, first, *_ = told(w, 1)
    assert first.details == ("UN1 Membre : NOM00 Prénom",)
    assert renamed.text == "NOM00 Prénom : fiche corrigée." and renamed.details == ("Nom : « Nom00 » → « Corrigé »",)
    assert last.details == ("UN1 Membre : CORRIGÉ Prénom", "UN1 Membre : NOM01 Prénom")
