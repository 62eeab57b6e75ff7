"""What a measure's file may hold: each mistake gets its sentence, and says where."""

from datetime import date

import pytest

from portal.rules.lifecycle import ACTIVE, Status
from portal.rules.measure_files import MeasureError, parse, words_of_case

GOOD = """
[mesure]
cle = "greve-2020"
nom = "Grève"
source = "Décision"
[[cas]]
nom = "1"
texte = "Les sessions de juin"
debut_du = 2020-06-01
debut_au = 2020-06-30
statuts = ["en_preparation", "dte_envoye"]
departements = ["94"]
titres = ["TP-1", "TP-2"]
action = "reporter_la_fin"
fin = 2020-08-24
[[cas]]
nom = "2"
texte = "Celles de juillet"
debut_du = 2020-07-01
debut_au = 2020-07-01
statuts = "actifs"
action = "decaler"
jours = 730
[[inchange]]
nom = "3"
texte = "Les autres"
fin_du = 2020-07-02
"""


def test_what_is_at_its_bound_is_taken_and_a_text_may_have_lines() -> None:
    text = GOOD.replace('nom = "Grève"', f'nom = "{"a" * 120}"').replace("Celles de juillet", "Celles\\nde juillet")
    assert len(parse(text).label) == 120 and parse(text).cases[1].words == "Celles\nde juillet"


def test_the_text_of_a_run_that_was_made_is_read_as_it_was() -> None:
    assert parse(GOOD.replace('nom = "Grève"', f'nom = "{"a" * 121}"'), applied=True).label == "a" * 121


def test_a_file_is_read_to_the_letter() -> None:
    m = parse(GOOD)
    first, second = m.cases
    assert (m.key, m.label, m.source, first.name, first.words) == ("greve-2020", "Grève", "Décision", "1", "Les sessions de juin")
    assert first.when.statuses == (Status.PREPARATION, Status.DTE_SENT) and second.when.statuses == ACTIVE
    assert (first.when.start_from, first.when.start_to) == (date(2020, 6, 1), date(2020, 6, 30))
    assert (first.when.departments, first.when.titles, first.move_end_to) == (("94",), ("TP-1", "TP-2"), date(2020, 8, 24))
    assert (second.shift_days, second.cancel, second.when.departments) == (730, False, None)
    assert (m.kept[0].name, m.kept[0].words, m.kept[0].when.end_from) == ("3", "Les autres", date(2020, 7, 2))
    assert words_of_case(GOOD, "2") == "Celles de juillet" and words_of_case(GOOD, "9") == words_of_case("", "1") == ""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('cle = "greve-2020"', 'cle = "Greve"', "« cle » s’écrit en minuscules"),
        ('cle = "greve-2020"', f'cle = "{"a" * 61}"', "60 caractères au plus"),
        ('nom = "Grève"', 'nom = " "', "[mesure] : « nom » manque : indiquez un texte."),
        ('nom = "Grève"', 'nom = "\\u200d\\u3164"', "[mesure] : « nom » manque : indiquez un texte."),
        ('nom = "Grève"', "nom = 3", "[mesure] : « nom » manque : indiquez un texte."),
        ('nom = "Grève"', f'nom = "{"a" * 121}"', "[mesure] : « nom » a 120 caractères au plus : raccourcissez."),
        ('nom = "Grève"', 'nom = "a\\nb"', "[mesure] : « nom » tient sur une ligne."),
        ('nom = "Grève"', 'nom = "a\\u0000b"', "[mesure] : « nom » tient sur une ligne."),
        ('nom = "1"', 'nom = "1\\u0000"', "« nom » tient sur une ligne."),
        ('source = "Décision"', 'source = "a\\u0007"', "« source » contient un signe invisible"),
        ('texte = "Celles de juillet"', 'texte = "a\\u0000"', "« texte » contient un signe invisible"),
        ('departements = ["94"]', 'departements = ["9\\u0000"]', "« departements » est une liste de textes"),
        ("jours = 730", f"jours = {'9' * 5000}", "pas du TOML valide"),
        ("jours = 730", "jours = " + "[" * 50_000, "pas du TOML valide"),
        ('source = "Décision"', "", "[mesure] : « source » manque : indiquez un texte."),
        ('source = "Décision"', 'source = "x"\nautre = 1', "[mesure] : « autre » est inconnu."),
        ("[mesure]", "autre = 1\n[mesure]", "le fichier : « autre » est inconnu."),
        ('nom = "2"', 'nom = "1"', "Deux cas portent le même nom."),
        ('nom = "2"', f'nom = "{"x" * 21}"', "cas n° 2 : « nom » a 20 caractères au plus : raccourcissez."),
        ("jours = 730", "jours = 731", "nombre entier de 1 à 730"),
        ("jours = 730", "jours = 0", "nombre entier de 1 à 730"),
        ("jours = 730", "jours = true", "nombre entier de 1 à 730"),
        ("jours = 730", "jours = 7\nfin = 2020-01-01", "« fin » ne va pas avec l’action « decaler »"),
        ("fin = 2020-08-24", "fin = 2020-08-24\njours = 1", "« jours » ne va pas avec l’action « reporter_la_fin »"),
        ("fin = 2020-08-24", "", "cas n° 1 : « fin » est une date"),
        ("fin = 2020-08-24", 'fin = "2020-08-24"', "cas n° 1 : « fin » est une date"),
        ("fin = 2020-08-24", "fin = 2020-08-24\nautre = 1", "cas n° 1 : « autre » est inconnu."),
        ('action = "decaler"\njours = 730', 'action = "annuler"\njours = 7', "« jours » ne va pas avec l’action « annuler »"),
        ('action = "decaler"', 'action = "effacer"', "« action » vaut « annuler »"),
        ("debut_au = 2020-07-01", "debut_au = 2020-06-30", "« debut_du » vient après « debut_au »"),
        ("fin_du = 2020-07-02", "fin_du = 2020-07-02\nfin_au = 2020-07-01", "« fin_du » vient après « fin_au »"),
        ("fin_du = 2020-07-02", "fin_du = 2020-07-02\nfin = 2020-07-01", "inchange n° 1 : « fin » est inconnu."),
        ('departements = ["94"]', "departements = []", "« departements » est une liste de textes"),
        ('departements = ["94"]', 'departements = "94"', "« departements » est une liste de textes"),
        ('departements = ["94"]', 'departements = ["94", ""]', "« departements » est une liste de textes"),
        ('departements = ["94"]', "departements = [94]", "« departements » est une liste de textes"),
        ('statuts = "actifs"', 'statuts = "tous"', "« statuts » vaut « actifs » ou une liste"),
        ('statuts = "actifs"', "statuts = []", "« statuts » vaut « actifs » ou une liste"),
        ('statuts = "actifs"', 'statuts = ["annulee", "perdue"]', "« statuts » vaut « actifs » ou une liste"),
        ("[[inchange]]", "[inchange]", "« inchange » s’écrit [[inchange]]"),
        (GOOD, "[mesure]\ncle = 'a'\nnom = 'b'\nsource = 'c'\n", "La mesure n’a aucun [[cas]]."),
        (GOOD, "mesure = 1\n", "[mesure] : une table est attendue."),
        (GOOD, "cas =", "n’est pas du TOML valide"),
    ],
)
def test_a_mistake_in_a_file_is_said_and_where(old: str, new: str, sentence: str) -> None:
    assert old in GOOD
    with pytest.raises(MeasureError) as refused:
        parse(GOOD.replace(old, new, 1))
    assert sentence in str(refused.value)


def test_the_longest_names_and_the_shortest_shift_are_taken() -> None:
    text = GOOD.replace("greve-2020", "a" * 60).replace('nom = "2"', f'nom = "{"x" * 20}"').replace("jours = 730", "jours = 1")
    assert parse(text).cases[1].shift_days == 1


@pytest.mark.parametrize(
    ("day", "taken"), [("1999-12-31", False), ("2000-01-01", True), ("2099-12-31", True), ("2100-01-01", False)]
)
def test_a_year_that_nobody_means_is_asked_to_be_looked_at(day: str, taken: bool) -> None:
    """Of a run that was made the text is read whatever it says."""
    text = GOOD.replace("fin = 2020-08-24", f"fin = {day}")
    assert parse(text, applied=True).cases[0].move_end_to == date.fromisoformat(day)
    if taken:
        assert parse(text).cases[0].move_end_to == date.fromisoformat(day)
    else:
        with pytest.raises(MeasureError, match="l’année de « fin » n’est pas plausible"):
            parse(text)


def test_what_a_case_does_is_said_in_two_or_three_words() -> None:
    cancelling = GOOD.replace('action = "decaler"\njours = 730', 'action = "annuler"')
    assert [case.effect for case in parse(GOOD).cases] == ["Fin au 24/08/2020", "Décalée de 730 jours"]
    assert parse(cancelling).cases[1].effect == "Annulée"
