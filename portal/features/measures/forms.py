"""A measure written in a form becomes the same TOML as one that is sent as a file: there is one reader."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import request

from portal.rules.french import parse_day
from portal.rules.lifecycle import ACTIVE, Status
from portal.rules.measure_files import BOUNDS, Problem
from portal.rules.measures import Measure, MeasureCase
from portal.store.text import fold, one_line
from portal.web.fields import FileField, TypedField, Wrong
from portal.web.forms import Form, number_in
from portal.web.untyped import ButtonField, HiddenField

MOST_CASES = 12
DATES = ("debut_du", "debut_au", "fin_du", "fin_au")
TEXTS = ("nom", "texte", *DATES, "departements", "titres", "action", "fin", "jours")


@dataclass
class Typed:
    """What was typed: the head, and each case by field; `statuts` of a case is a list."""

    head: dict[str, str]
    cases: list[dict[str, str]]
    statuses: list[list[str]]
    errors: dict[str, str] = field(default_factory=dict)


def blank() -> Typed:
    return Typed({"nom": "", "source": ""}, [_blank()], [[]])


def _blank() -> dict[str, str]:
    return {**dict.fromkeys(TEXTS, ""), "action": "reporter_la_fin"}


def read() -> Typed:
    """The fields `nom`, `source`, and `cas-1-nom` and its like, as they were typed."""
    form = request.form
    count = form.get("cas", "1")
    number = min(MOST_CASES, int(count)) if count.isascii() and count.isdecimal() and len(count) < 3 else 1
    typed = Typed({n: one_line(form.get(n, ""), 500) for n in ("nom", "source")}, [], [])
    for i in range(1, max(1, number) + 1):
        typed.cases.append({n: one_line(form.get(f"cas-{i}-{n}", ""), 500) for n in TEXTS})
        typed.statuses.append([s for s in form.getlist(f"cas-{i}-statuts") if s in set(Status)])
    return typed


def add_case(typed: Typed) -> None:
    if len(typed.cases) < MOST_CASES:
        typed.cases.append(_blank())
        typed.statuses.append([])


def remove_case(typed: Typed, position: int) -> None:
    """Take the case of that position, from 1, out of what was typed; the last one stays."""
    if 1 <= position <= len(typed.cases) > 1:
        del typed.cases[position - 1], typed.statuses[position - 1]


def of(measure: Measure) -> Typed | None:
    """A measure as the form shows it; None for one that explains what it keeps: only a file holds that."""
    if measure.kept or len(measure.cases) > MOST_CASES:
        return None
    cases = [_typed_case(case) for case in measure.cases]
    statuses = [[] if case.when.statuses == ACTIVE else [str(s) for s in case.when.statuses or ()] for case in measure.cases]
    return Typed({"nom": measure.label, "source": measure.source}, cases, statuses)


def _typed_case(case: MeasureCase) -> dict[str, str]:
    typed = {**_blank(), "nom": case.name, "texte": case.words}
    for word, bound in BOUNDS.items():
        typed[word] = _iso(getattr(case.when, bound))
    typed["departements"], typed["titres"] = ", ".join(case.when.departments or ()), ", ".join(case.when.titles or ())
    typed["action"] = "annuler" if case.cancel else "decaler" if case.shift_days else "reporter_la_fin"
    typed["fin"], typed["jours"] = _iso(case.move_end_to), str(case.shift_days or "")
    return typed


def _iso(value: date | None) -> str:
    return value.isoformat() if value else ""


# How the form calls what a file calls by these words.
CALLED = {
    "nom": "Nom", "source": "Source", "texte": "En clair", "debut_du": "Début du", "debut_au": "au", "fin_du": "Fin du", "fin_au": "au",
    "departements": "Départements", "titres": "Titres", "action": "Effet", "fin": "Nouvelle date de fin", "jours": "Nombre de jours",
    "annuler": "Annuler", "reporter_la_fin": "Reporter la fin", "decaler": "Décaler début et fin",
}  # fmt: skip
# As an error says which date it is: two fields of a case are called « au ».
DATED = {"debut_du": "début du", "debut_au": "début au", "fin_du": "fin du", "fin_au": "fin au", "fin": "nouvelle date de fin"}
CODES = re.compile(rf"« ({'|'.join(CALLED)}) »")


def note(typed: Typed, problems: Sequence[Problem]) -> None:
    """Each problem on its field, in the words of the form; one that has no field stands on the name."""
    for problem in problems:
        if problem.case and problem.field in (*TEXTS, "statuts"):
            field, sentence = f"cas-{problem.case}-{problem.field}", problem.sentence
        else:
            field = "source" if problem.field == "source" else "nom"
            sentence = str(problem).removeprefix("[mesure] : ")
        sentence = CODES.sub(lambda code: f"« {CALLED[code[1]]} »", sentence)
        typed.errors.setdefault(field, sentence[:1].upper() + sentence[1:])


def toml(typed: Typed, key: str = "") -> str:
    """The measure's text; what cannot be written as a value is noted on its field. `key`: of the one that is changed."""
    if not typed.head["nom"]:
        typed.errors["nom"] = "Donnez un nom à la mesure."
    lines = ["[mesure]", f"cle = {_text(key or key_of(typed.head['nom']))}"]
    lines += [f"{n} = {_text(typed.head[n])}" for n in ("nom", "source")]
    for i, case in enumerate(typed.cases, 1):
        lines += ["", "[[cas]]", *_case(typed, i, case)]
    return "\n".join(lines) + "\n"


def key_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:60].strip("-")


def replaced(typed: Typed, asked: str) -> str:
    """The key of the measure whose place this one was asked to take, if it still bears that name; empty otherwise."""
    key = asked.removeprefix("remplacer-")
    return key if key != asked and key == key_of(typed.head["nom"]) else ""


def _case(typed: Typed, i: int, case: Mapping[str, str]) -> list[str]:
    lines = [f"nom = {_text(case['nom'])}", f"texte = {_text(case['texte'])}"]
    for name in DATES:
        if case[name]:
            lines += _date(typed, i, name, case[name])
    chosen = typed.statuses[i - 1]
    lines.append('statuts = "actifs"' if not chosen else f"statuts = {json.dumps(chosen)}")
    for name in ("departements", "titres"):
        words = [w for w in re.split(r"[\s,;]+", case[name]) if w]
        if words:
            lines.append(f"{name} = {json.dumps(words, ensure_ascii=False)}")
    lines.append(f"action = {_text(case['action'])}")
    if case["action"] == "reporter_la_fin":
        if case["fin"]:
            lines += _date(typed, i, "fin", case["fin"])
        else:
            typed.errors[f"cas-{i}-fin"] = "Indiquez la nouvelle date de fin."
    if case["action"] == "decaler":
        days = case["jours"]
        if days.isascii() and days.isdecimal() and len(days) < 6:
            lines.append(f"jours = {int(days)}")
        else:
            typed.errors[f"cas-{i}-jours"] = "Indiquez le nombre de jours."
    return lines


def _date(typed: Typed, i: int, name: str, value: str) -> list[str]:
    parsed = parse_day(value)
    if parsed is None:
        typed.errors[f"cas-{i}-{name}"] = f"Cas n° {i}, {DATED[name]} : « {value} » n’est pas une date, écrivez-la jj/mm/aaaa."
        return []
    return [f"{name} = {parsed.isoformat()}"]


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


class CountField(TypedField):
    """The number that a page announced, typed to say that it was read; spaces between its digits are no matter."""

    def plain(self) -> str:
        return "".join(self.typed.split())

    def read(self, text: str) -> object:
        found = number_in(text)
        if found is None:
            raise Wrong(self.missing)
        return found

    @property
    def count(self) -> int:
        return int(self.value)


class Applying(Form):
    number = CountField("Tapez le nombre de sessions", "Tapez le nombre de sessions que l’essai à blanc annonce, en chiffres.")
    seen = HiddenField("Essai à blanc qui a été lu")


class TakingBack(Form):
    number = CountField(
        "Tapez le nombre de sessions à rétablir", "Tapez le nombre de sessions que l’essai à blanc annonce, en chiffres."
    )


class Writing(Form):
    """The buttons under a measure's cases: « enregistrer », « ajouter » a case, « retirer-2 », « remplacer-greve »."""

    action = ButtonField("Geste")


class Sending(Form):
    remplace = HiddenField("Mesure à remplacer")
    file = FileField("Fichier .toml", ".toml", needed=True)
