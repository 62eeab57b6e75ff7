"""Candidates added, corrected and taken off, asked of directly: what is said of each, and whom it sends for again."""

from collections.abc import Iterator
from datetime import date

import pytest

from portal.core.outcomes import Changed, Invalid, Saved, Unchanged
from portal.core.people import Person
from portal.features.candidates.actions import add, add_all, edit, remove
from portal.rules.rights import Refused
from tests.support.world import World

BORN = date(1990, 2, 1)
FIRST, OTHER, NEW = Person("Nom00", "Prénom", BORN), Person("Nom01", "Prénom", BORN), Person("Sall", "Fatou", BORN)
SQLITE = pytest.mark.parametrize("db", ["sqlite"], indirect=True)


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "22/06/2020", "26/06/2020", "en_preparation")
    world.session(2, "22/06/2020", "26/06/2020")
    yield world
    world.close()


def number_of(w: World, session: int, name: str = "Nom00") -> int:
    return int(str(w.scalar(f"SELECT id FROM candidate WHERE session_id = {session} AND last_name = '{name}'")))


@SQLITE
def test_a_person_is_added_once_and_another_of_the_same_name_and_day_is_told(w: World) -> None:
    def put(person: Person, who: str = "centre", behind: int = 0) -> object:
        return add(w.as_(who), 1, w.get(1).version - behind, person)

    assert put(NEW) == Saved("SALL Fatou est sur la liste.")
    assert put(NEW, behind=1) == Unchanged("SALL Fatou est déjà sur la liste.")
    there = "{}, né(e) le 01/02/1990, est déjà sur la liste (accents et majuscules mis à part)."
    assert put(NEW) == Invalid({"last_name": there.format("SALL Fatou")})
    typo = Person("SALL", "fatou", BORN)
    assert put(typo) == Invalid({"last_name": there.format("SALL fatou")}) and isinstance(put(typo, behind=1), Changed)
    assert put(Person("Sall", "Fatou", date(1990, 2, 2))) == Saved("SALL Fatou est sur la liste."), "born on another day"
    assert isinstance(put(NEW, "ud94", behind=1), Refused) and isinstance(put(OTHER, behind=2), Changed)


@SQLITE
def test_who_is_corrected_is_on_the_list_and_changes_into_nobody_who_is_there(w: World) -> None:
    def correct(person: Person, number: int, behind: int = 0) -> object:
        return edit(w.as_("centre"), 1, w.get(1).version - behind, number, person)

    number = number_of(w, 1)
    gone = Invalid({"last_name": "Ce candidat a été retiré de la session entre-temps."})
    assert correct(FIRST, 99) == correct(FIRST, number_of(w, 2)) == gone
    assert correct(FIRST, number) == Unchanged() and isinstance(correct(OTHER, number), Invalid)
    renamed = Person("Autre", "Prénom", BORN)
    assert isinstance(correct(renamed, number, behind=1), Changed)
    assert correct(renamed, number) == Saved("AUTRE Prénom : modification enregistrée.")


@SQLITE
@pytest.mark.parametrize(
    ("person", "again"),
    [
        (Person("Autre", "Prénom", BORN), True),
        (Person("Nom00", "Autre", BORN), True),
        (Person("Nom00", "Prénom", date(1990, 2, 2)), True),
        (Person("Nom00", "Prénom", BORN, "a@test.example"), False),
    ],
)
def test_whose_name_or_birth_date_changes_once_convened_is_convened_again(w: World, person: Person, again: bool) -> None:
    number = number_of(w, 2)
    with w.db.writing() as tx:
        tx.exec_driver_sql("UPDATE candidate SET convened_for = 1")
    void = " Sa convocation ne vaut plus : convoquez de nouveau." if again else ""
    assert edit(w.as_("centre"), 2, w.get(2).version, number, person) == Saved(f"{person.name} : modification enregistrée.{void}")
    assert (w.scalar(f"SELECT convened_for FROM candidate WHERE id = {number}") is None) is again
    assert w.scalar("SELECT count(*) FROM candidate WHERE convened_for = 1") == (3 if again else 4)


@SQLITE
def test_the_last_candidate_of_a_convened_session_is_corrected_and_joined_though_it_stays(w: World) -> None:
    w.session(3, "22/06/2020", "26/06/2020", candidates=1)
    centre, number = w.as_("centre"), number_of(w, 3)
    assert isinstance(remove(centre, 3, w.get(3).version, number, "Erreur"), Refused)
    assert isinstance(edit(centre, 3, w.get(3).version, number, Person("Autre", "Prénom", BORN)), Saved)
    assert isinstance(add(centre, 3, w.get(3).version, NEW), Saved)
    assert isinstance(remove(centre, 3, w.get(3).version, number, "Erreur"), Saved)
    assert isinstance(add_all(centre, 3, w.get(3).version, [OTHER]), Saved)


@SQLITE
def test_who_is_taken_off_is_on_the_list_has_no_result_and_once_convened_there_is_a_reason(w: World) -> None:
    def take(session: int, number: int, reason: str = "", who: str = "centre") -> object:
        return remove(w.as_(who), session, w.get(session).version, number, reason)

    absent = Unchanged("Ce candidat n’est pas, ou n’est plus, sur la liste.")
    assert take(1, number_of(w, 2)) == take(1, 99) == absent and isinstance(take(1, 99, who="ud94"), Refused)
    assert take(1, number_of(w, 1)) == Saved("NOM00 Prénom n’est plus sur la liste.")
    why = "Indiquez pourquoi vous retirez cette personne, déjà convoquée ou inscrite après coup."
    assert take(2, number_of(w, 2)) == Invalid({"reason": why})
    with w.db.writing() as tx:
        values = f"(2, {number_of(w, 2, 'Nom01')}, 'titre', false)"
        tx.exec_driver_sql(f"INSERT INTO result (session_id, candidate_id, outcome, definitive) VALUES {values}")
    kept = take(2, number_of(w, 2, "Nom01"), "Erreur")
    assert isinstance(kept, Refused) and kept.ask_unit and "Un résultat est déjà saisi pour NOM01 Prénom" in kept.reason
    assert take(2, number_of(w, 2), "Erreur") == Saved("NOM00 Prénom n’est plus sur la liste.")
    assert w.scalar("SELECT count(*) FROM candidate") == 2


@SQLITE
def test_a_file_adds_completes_or_brings_nothing(w: World) -> None:
    def bring(*people: Person, civil: dict[str, str] | None = None, who: str = "centre", behind: int = 0) -> object:
        given = {FIRST.identity: civil} if civil else None
        return add_all(w.as_(who), 1, w.get(1).version - behind, people, given)

    assert bring() == Invalid({"file": "Le fichier n’apporte aucun nouveau candidat."})
    assert bring(FIRST, OTHER) == Unchanged("Ces candidats sont déjà sur la liste.")
    assert isinstance(bring(FIRST, who="ud94"), Refused) and isinstance(bring(NEW, behind=1), Changed)
    assert bring(FIRST, NEW, civil={"sex": "F"}) == Saved("1 candidat ajouté, 1 état civil complété.")
    assert bring(FIRST, civil={"sex": "F"}) == Unchanged("Ces candidats sont déjà sur la liste.")
    assert bring(FIRST, civil={"birth_name": "Durand"}) == Saved("1 état civil complété.")
    wrong = bring(FIRST, civil={"birth_postcode": "94000", "birth_country": "Vietnam"})
    assert isinstance(wrong, Invalid) and "ne vont pas ensemble" in wrong.errors["file"]
    assert (
        w.scalar("SELECT sex || birth_name || birth_country FROM candidate WHERE last_name = 'Nom00' AND session_id = 1")
        == "FDurand"
    )
