"""Every form says in French what is wrong of what was typed, and keeps it as it was typed."""

import pkgutil
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from importlib.util import find_spec

import pytest
from flask import Flask

from portal import features
from portal.clock import Clock
from portal.features.communication.forms import DepartmentsField, LetterField
from portal.features.measures.forms import CountField
from portal.web import session_pages, uploads
from portal.web.fields import (
    BirthDateField,
    ChoiceField,
    DayField,
    EmailField,
    FileField,
    HourField,
    NumberField,
    PersonNameField,
    PickField,
    SecretField,
    TextField,
    TypedField,
)
from portal.web.forms import Form
from portal.web.parsed import SiretField
from portal.web.several import RowsField, TicksField
from portal.web.untyped import ButtonField, HiddenField, TickField

WRONG_YEAR = "n’est pas plausible : vérifiez-la."
NO_DATE = "n’est pas une date : écrivez-la jj/mm/aaaa, par exemple 24/08/2020."
NO_SIRET = "n’est pas un SIRET (14 chiffres, clé valide) : relisez-le, chiffre par chiffre."
NO_EMAIL = "n’est pas une adresse électronique : écrivez-la comme prenom.nom@exemple.fr."


class Every(Form):
    """A field of each kind."""

    text = TextField("Texte", "Écrivez.", 10)
    free = TextField("Facultatif", longest=10)
    name = PersonNameField("Nom", "Indiquez le nom.")
    email = EmailField("Courriel")
    siret = SiretField("SIRET", "Indiquez le SIRET.")
    number = NumberField("Nombre", 50)
    some = NumberField("Nombre", 50, none="Un au moins.")
    day = DayField("Jour", "Indiquez le jour.")
    born = BirthDateField("Naissance", "Indiquez la date de naissance.")
    choice = ChoiceField("Choix", "Choisissez.", {"a": "A", "b": "B"})
    pick = PickField("Titre", "Choisissez un titre.")
    session = PickField("Session", wrong="Des chiffres seulement.")
    hour = HourField("Heure", "Indiquez l’heure.")
    number_of = ButtonField("Retirer")
    boxes = TicksField("Cases", {"1": "Un", "2": "Deux"})
    rows = RowsField("Lignes")
    departments = DepartmentsField("Départements")
    letter = LetterField("Lettre", "Écrivez la lettre.")
    count = CountField("Nombre", "Tapez le nombre.")
    secret = SecretField("Mot de passe", "Indiquez le mot de passe.")


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    app.extensions["portal_clock"] = Clock(date(2020, 6, 15))
    return app


def forms() -> Iterator[type[Form]]:
    """Every form of the house."""
    for room in pkgutil.iter_modules(features.__path__):
        found = find_spec(f"portal.features.{room.name}.forms")
        declared = vars(import_module(found.name)).values() if found else ()
        yield from (x for x in declared if isinstance(x, type) and issubclass(x, Form) and x is not Form)
    yield from (session_pages.ActualEnd, uploads.Import)


FORMS = sorted(set(forms()), key=lambda form: form.__module__ + form.__name__)


def test_the_rooms_that_take_a_form_declare_one() -> None:
    rooms = {form.__module__.split(".")[2] for form in FORMS if form.__module__.startswith("portal.features")}
    assert {"postponements", "sessions", "requests", "candidates", "jury", "preparation", "accounts"} <= rooms
    assert {"communication", "oversight", "reference", "notices", "measures", "results", "documents"} <= rooms


@pytest.mark.parametrize("declared", FORMS, ids=lambda form: form.__name__)
def test_each_field_has_a_label_and_says_what_is_wrong_in_a_sentence(app: Flask, declared: type[Form]) -> None:
    for typed in ("", "\0", "31/02/2020 <b>", "01/01/1800", "x" * 60_000, "=1+1", "-1"):
        with app.test_request_context(method="POST", data={}):
            names = [field.name for field in declared()]
        with app.test_request_context(method="POST", data=dict.fromkeys(names, typed)):
            form = declared()
            form.validate()
            for field in form:
                assert isinstance(field, TypedField)
                assert field.label.text.strip()
                assert all(error.endswith(".") and len(error.split()) > 1 for error in field.errors), field.errors
                takes_anything = isinstance(
                    field, (HiddenField, TickField, FileField, SecretField, ButtonField, TicksField, RowsField)
                )
                if typed.startswith("x") and not takes_anything:
                    assert len(field.errors) == 1, field.name
            wrong = [field for field in form if field.errors]
            assert [*form.problems] == [field.name for field in wrong]
            assert all(form.problems[field.name].endswith(field.errors[0]) for field in wrong)
            assert len({*form.problems.values()}) == len(wrong)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("text", "x" * 10, "x" * 10),
        ("text", "  a \t b\n", "a b"),
        ("text", "a\0b", "ab"),
        ("free", "  ", None),
        ("name", "d’Aubigné", "d’Aubigné"),
        ("email", "", None),
        ("email", "a@b.fr", "a@b.fr"),
        ("siret", "732 829 320 00074", "73282932000074"),
        ("number", "0", 0),
        ("number", " 50 ", 50),
        ("some", "1", 1),
        ("day", "2000-01-01", date(2000, 1, 1)),
        ("day", "31/12/2099", date(2099, 12, 31)),
        ("day", "1/2/2020", date(2020, 2, 1)),
        ("born", "01/01/1900", date(1900, 1, 1)),
        ("born", "14/06/2020", date(2020, 6, 14)),
        ("choice", "b", "b"),
        ("pick", "999999999", 999999999),
        ("session", "", None),
        ("hour", "23:59", "23:59"),
        ("hour", "12 h 30", "12:30"),
        ("hour", "0h", "00:00"),
        ("departments", "75, 2a", ["75", "2A"]),
        ("letter", "a\r\n\r\nb\r\n", "a\n\nb"),
        ("letter", "x" * 50_000, "x" * 50_000),
        ("count", "41\u202f208", 41208),
        ("secret", " à b ", " à b "),
    ],
)
def test_what_is_right_is_taken_and_shown_as_typed(app: Flask, name: str, typed: str, value: object) -> None:
    with app.test_request_context(method="POST", data={name: typed}):
        form = Every()
        form.validate()
        field = form[name]
        assert isinstance(field, TypedField)
        assert not field.errors
        assert value is None or field.value == value
        assert field.typed == ("" if name == "secret" else typed.replace("\0", ""))


@pytest.mark.parametrize("sign", ["\u00ad", "\u200b", "\u200e", "\u202a", "\u2060", "\u2068", "\ufeff", "\u200d", "\U000e0041"])
def test_a_sign_that_nobody_sees_is_not_taken_for_something_typed(app: Flask, sign: str) -> None:
    """Pasted with a name or a number, from a web page or a spreadsheet; alone, it is no reason."""
    pasted = {"name": "Dupont", "email": "a@b.fr", "number": "5", "day": "01/02/2020", "siret": "732 829 320 00074", "text": "x"}
    with app.test_request_context(method="POST", data={name: f"{sign}{typed}{sign}" for name, typed in pasted.items()}):
        form = Every()
        form.validate()
        typed = {field.name: field.typed for field in form if isinstance(field, TypedField) and field.name in pasted}
        assert typed == pasted and not {*pasted} & {*form.errors}
    with app.test_request_context(method="POST", data=dict.fromkeys(("text", "letter", "name"), sign)):
        form = Every()
        form.validate()
        assert (form.text.errors, form.letter.errors, form["name"].errors) == (
            ["Écrivez."],
            ["Écrivez la lettre."],
            ["Indiquez le nom."],
        )


@pytest.mark.parametrize("signs", ["\u3164", "\u2800 \u2800", "\ufe0f\u200d", "\u115f\r\n\u1160"])
def test_a_text_of_which_nothing_shows_is_missing(app: Flask, signs: str) -> None:
    with app.test_request_context(method="POST", data=dict.fromkeys(("text", "letter", "name"), signs)):
        form = Every()
        form.validate()
        assert {*form.errors} >= {"text", "letter", "name"} and form.text.errors == ["Écrivez."]


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("text", "", "Écrivez."),
        ("text", "x" * 11, "11 caractères, pour 10 au plus : raccourcissez."),
        ("free", "x" * 11, "11 caractères, pour 10 au plus : raccourcissez."),
        ("name", " ", "Indiquez le nom."),
        ("name", "x" * 121, "121 caractères, pour 120 au plus : raccourcissez."),
        ("name", "=1", "« =1 » commence comme une formule de tableur : écrivez le nom seul."),
        ("email", "a@b", f"« a@b » {NO_EMAIL}"),
        ("email", "a@b." + "c" * 251, "255 caractères, pour 254 au plus : raccourcissez."),
        ("siret", "", "Indiquez le SIRET."),
        ("siret", "73282932000075", f"« 73282932000075 » {NO_SIRET}"),
        ("number", "51", "Indiquez un nombre entier de 0 à 50."),
        ("number", "-1", "Indiquez un nombre entier de 0 à 50."),
        ("number", "", "Indiquez un nombre entier de 0 à 50."),
        ("number", "١", "Indiquez un nombre entier de 0 à 50."),
        ("some", "0", "Un au moins."),
        ("day", "", "Indiquez le jour."),
        ("day", "31/02/2020", f"« 31/02/2020 » {NO_DATE}"),
        ("day", "1999-12-31", f"L’année de « 1999-12-31 » {WRONG_YEAR}"),
        ("day", "01/01/2100", f"L’année de « 01/01/2100 » {WRONG_YEAR}"),
        ("born", "31/12/1899", f"L’année de « 31/12/1899 » {WRONG_YEAR}"),
        ("born", "15/06/2020", f"L’année de « 15/06/2020 » {WRONG_YEAR}"),
        ("born", "hier", "« hier » n’est pas une date : écrivez-la jj/mm/aaaa, par exemple 04/11/1995."),
        ("choice", "c", "Choisissez."),
        ("pick", "1234567890", "Choisissez un titre."),
        ("pick", "", "Choisissez un titre."),
        ("session", "x", "Des chiffres seulement."),
        ("hour", "24:00", "« 24:00 » n’est pas une heure : écrivez-la hh:mm, par exemple 08:30."),
        ("hour", "12:60", "« 12:60 » n’est pas une heure : écrivez-la hh:mm, par exemple 08:30."),
        ("hour", "", "Indiquez l’heure."),
        ("departments", "75 999", "Aucun département n’a le code « 999 » : écrivez par exemple 75 94."),
        ("letter", " \r\n ", "Écrivez la lettre."),
        ("letter", "x" * 50_001, "50\u202f001 caractères, pour 50 000 au plus : joignez plutôt un PDF."),
        ("count", "douze", "Tapez le nombre."),
        ("secret", "", "Indiquez le mot de passe."),
    ],
)
def test_what_is_wrong_is_told_and_kept_as_typed(app: Flask, name: str, typed: str, said: str) -> None:
    with app.test_request_context(method="POST", data={name: typed}):
        form = Every()
        assert not form.validate()
        field = form[name]
        assert isinstance(field, TypedField)
        assert field.errors == [said]
        assert field.typed == typed


def test_the_first_wrong_field_is_where_typing_goes_on(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"text": "juste", "name": "", "day": "hier"}):
        form = Every()
        form.validate()
        assert [field.name for field in form if isinstance(field, TypedField) and field.first_wrong] == ["name"]


def test_what_the_act_says_stands_on_its_field_before_the_rest_and_what_has_none_stands_beside(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"text": ""}):
        form = Every()
        form.validate()
        form.put({"text": "Déjà pris.", "elsewhere": "Autre chose."})
        assert form.problems["text"] == "Déjà pris."
        assert list(form.problems)[-1] == "elsewhere"


def test_a_date_that_no_browser_could_show_stays_readable(app: Flask) -> None:
    shown = {"": "date", "2020-06-15": "date", "15/06/2020": "text", "0000-01-01": "text", "2020-6-5": "text"}
    for typed, kind in shown.items():
        with app.test_request_context(method="POST", data={"day": typed}):
            assert Every().day.shown_as == kind


def test_what_stands_in_a_form_before_it_is_typed_in_is_shown_and_what_is_not_sent_stays(app: Flask) -> None:
    with app.test_request_context(method="GET", query_string={"day": "01/01/2020"}):
        assert Every(day=date(2020, 6, 15)).day.typed == "2020-06-15"
    with app.test_request_context(method="POST", data={"text": "x"}):
        form = Every(day=date(2020, 6, 15))
        form.validate()
        assert form.day.day == date(2020, 6, 15)


def test_boxes_and_rows_hold_all_that_was_sent_for_them_and_nothing_else(app: Flask) -> None:
    sent = {"boxes": ["2", "x", "1"], "rows-7": ["3", "4\0"], "rows-x": "5", "lines-7": "6", "number_of": "12"}
    with app.test_request_context(method="POST", data=sent):
        form = Every()
        assert (form.boxes.ticked, form.boxes.numbers) == (["2", "x", "1"], [2, 1])
        assert (form.rows.said, form.rows.first(7), form.rows.first(8)) == ({7: ["3", "4"]}, "3", "")
        assert (form.number_of.sent, form.number_of.number, form.secret.sent) == (True, 12, False)
    with app.test_request_context(method="GET", query_string=sent):
        form = Every()
        assert (form.boxes.ticked, form.rows.said, form.number_of.sent) == ((), {}, False)
