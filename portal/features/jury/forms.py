"""What may be typed of a member, and who may be chosen for a jury."""

from portal.web.fields import DayField, EmailField, PersonNameField, PickField, TextField
from portal.web.forms import Form, number_in
from portal.web.several import RowsField, TicksField
from portal.web.untyped import ButtonField, HiddenField


class NewMember(Form):
    last_name = PersonNameField("Nom", "Indiquez le nom.")
    first_name = PersonNameField("Prénom")
    email = EmailField("Adresse électronique")


class MemberCorrected(NewMember):
    corriger = ButtonField("Corriger ce membre")


class Accreditation(Form):
    """Another accreditation; `retirer` takes one away, once more with `quand_meme`, the numbers of the sessions that lose
    a member by it."""

    retirer = ButtonField("Retirer")
    quand_meme = TicksField("Sessions lues")
    title = TextField("Titre professionnel", "Choisissez un titre.", 20)
    valid_from = DayField("Habilité(e) du", "Indiquez le début de l’habilitation.")
    valid_to = DayField("Habilité(e) jusqu’au", "Indiquez la fin de l’habilitation.")


class Seat(Form):
    """What is done with the jury says `action`; `lien`: by member, each candidate that it has trained."""

    member = PickField("Membre habilité", "Choisissez un membre dans la liste.")
    action = HiddenField("Geste")
    lien = RowsField("Candidats formés")

    @property
    def links(self) -> set[tuple[int, int]]:
        """The pairs of a member and a candidate that are ticked."""
        ticked = self.lien.said.items()
        return {(member, candidate) for member, said in ticked for c in said if (candidate := number_in(c)) is not None}
