"""What may be typed to write a letter, and to announce a closing."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from portal.store.france import DEPARTMENTS
from portal.web.fields import DayField, FileField, HiddenField, TextField, TypedField, Wrong
from portal.web.forms import Form

LONGEST = 50_000


class LetterField(TypedField):
    """A text of many lines."""

    def plain(self) -> str:
        return self.typed.replace("\r\n", "\n").strip()

    def read(self, text: str) -> object:
        if len(text) > LONGEST:
            raise Wrong(f"{len(text)} caractères, pour 50 000 au plus : joignez plutôt un PDF.")
        return text


class DepartmentsField(TypedField):
    """The codes of departments, separated by spaces or commas."""

    @property
    def codes(self) -> Sequence[str]:
        return sorted(set(self.value or ()))

    def read(self, text: str) -> object:
        codes = text.replace(",", " ").upper().split()
        if unknown := [code for code in codes if code not in DEPARTMENTS]:
            raise Wrong(f"Département inconnu : {', '.join(unknown)}. Écrivez par exemple 75 94.")
        return codes


class HourField(TypedField):
    """« 12:00 », « 12h », « 12 h 30 »"""

    kind = "time"

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, "Indiquez l’heure.", **more)

    @property
    def hour(self) -> time:
        assert isinstance(self.value, time)
        return self.value

    def read(self, text: str) -> object:
        hours, _, minutes = text.lower().replace(" ", "").replace("h", ":").partition(":")
        digits = text.isascii() and hours.isdecimal() and (minutes or "0").isdecimal()
        if not (digits and int(hours) < 24 and int(minutes or 0) < 60):
            raise Wrong(f"« {self.typed} » n’est pas une heure : écrivez-la 12:00.")
        return time(int(hours), int(minutes or 0))


class LetterNumber(TypedField):
    """« 13 »: as readers call the letter; empty for the one after the last."""

    @property
    def number(self) -> int | None:
        return None if self.value is None else int(self.value)

    def read(self, text: str) -> object:
        if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text)):
            raise Wrong(f"« {self.typed} » n’est pas un numéro de lettre : écrivez par exemple 13.")
        return int(text)


class Letter(Form):
    number = LetterNumber("Numéro", hint="Vide : celui qui suit la dernière lettre.")
    title = TextField("Titre", "Indiquez le titre de la lettre.", 200)
    text = LetterField(
        "Lettre",
        "Écrivez la lettre.",
        rows=14,
        hint="En Markdown : ## pour un titre, - pour une liste, **gras**, [texte](https://adresse).",
    )
    departments = DepartmentsField("Départements", hint="Leurs codes, séparés par des espaces. Vide : partout.")
    pdf = FileField("PDF joint (facultatif)")
    key = HiddenField("Clé de la saisie")


class Announcing(Form):
    day = DayField("Jour", "Indiquez le jour de la fermeture.")
    start = HourField("De", hint="Heure de Paris.")
    end_day = DayField("Jour de fin", hint="Vide : le même jour.")
    end = HourField("À", hint="Heure de Paris.")
    reason = TextField(
        "Raison", "Indiquez la raison : chacun la lit.", 300, hint="Par exemple : mise en ligne de la version 1.9."
    )
