"""What may be typed to write a letter, and to announce a closing."""

from collections.abc import Sequence

from portal.rules.french import number
from portal.rules.lifecycle import GROUPS, Role
from portal.store.france import DEPARTMENTS
from portal.web.fields import DayField, FileField, HourField, TextField, TypedField, Wrong
from portal.web.forms import Form
from portal.web.several import TicksField
from portal.web.untyped import ButtonField, HiddenField, TickField

LONGEST = 50_000


class LetterField(TypedField):
    """A text of many lines."""

    def plain(self) -> str:
        return self.typed.replace("\r\n", "\n").strip()

    def read(self, text: str) -> object:
        if len(text) > LONGEST:
            raise Wrong(f"{number(len(text))} caractères, pour 50 000 au plus : joignez plutôt un PDF.")
        return text


class DepartmentsField(TypedField):
    """The codes of departments, separated by spaces or commas."""

    @property
    def codes(self) -> Sequence[str]:
        return sorted(set(self.value or ()))

    def read(self, text: str) -> object:
        codes = text.replace(",", " ").upper().split()
        if unknown := [code for code in codes if code not in DEPARTMENTS]:
            raise Wrong(f"Aucun département n’a le code « {', '.join(unknown)[:80]} » : écrivez par exemple 75 94.")
        return codes


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
        hint="Mise en forme : ## devant un titre, - devant chaque point d’une liste, **gras**, [texte](https://adresse).",
    )
    roles = TicksField("À qui", GROUPS, hint="Aucune case : à tous.")
    departments = DepartmentsField("Départements", hint="Leurs codes, séparés par des espaces. Vide : partout.")
    pdf = FileField("PDF joint", "application/pdf")
    sans_pdf = TickField("Retirer ce PDF")
    apercu = ButtonField("Aperçu")
    key = HiddenField("Clé de la saisie")

    @property
    def groups(self) -> list[Role]:
        """To whom it goes; to all where none is ticked."""
        return [role for role in Role if role in self.roles.ticked]


class CallingOff(Form):
    annuler = ButtonField("Annuler cette fermeture")


class Announcing(Form):
    day = DayField("Jour", "Indiquez le jour de la fermeture.")
    start = HourField("De", "Indiquez l’heure.")
    end_day = DayField("Jour de fin", hint="Vide : le même jour.")
    end = HourField("À", "Indiquez l’heure.")
    reason = TextField(
        "Raison", "Indiquez la raison : chacun la lit.", 300, hint="Par exemple : mise en ligne de la version 1.9."
    )
