"""What is typed of an account: a person invited or changed, a reason, one's own name, address and password."""

from portal.features.access.scopes import FIELD, Wanted
from portal.rules.keeping import GIVES, OF_A_CENTRE, Act, Post, called
from portal.store.actors import Actor
from portal.web.fields import ChoiceField, SecretField, TextField, TypedField
from portal.web.forms import Form
from portal.web.untyped import ButtonField

SCOPES = ("siret", "department", "region")


class Person(Form):
    """What is wrong with an answer, the act says: all at once. Whoever fills it in sees what that person may give, and no more."""

    email = TextField("Adresse électronique", kind="email", autocomplete="off", needed=True)
    name = TextField("Nom", needed=True, hint="Prénom et nom : l’historique nomme la personne.", autocomplete="off")
    role = ChoiceField("Rôle", "Choisissez un rôle dans la liste.", {})
    siret = TextField("Centre (SIRET)", case="pour un centre", hint="14 chiffres, avec ou sans espaces.")
    department = TextField("Département", case="pour une unité locale", hint="Son numéro, par exemple 94.")
    region = TextField("Région", case="pour une région", hint="Son nom, par exemple Île-de-France.")

    def offer(self, actor: Actor, labels: tuple[str, str]) -> "Person":
        """With the fields and the roles that this person may give. `labels`: of units and regions."""
        gives = GIVES.get(actor.post, ())
        self.role.offered = {post.value: called(post, *labels) for post in gives}
        needed = {FIELD[post] for post in gives if post in FIELD} - ({"siret"} if actor.post in OF_A_CENTRE else set())
        for name in SCOPES:
            if name not in needed:
                del self[name]
        for field in self.shown:
            field.needed = all(FIELD.get(post) == field.name for post in gives)
        return self

    @property
    def shown(self) -> list[TypedField]:
        """The fields of its scope that are there."""
        return [field for field in self if isinstance(field, TypedField) and field.name in SCOPES]

    def wanted(self, stands: Wanted | None = None) -> Wanted:
        """The account as it is typed. `stands`: what stood in the form: a scope left as it was is not one that is wanted with
        another role."""
        post = Post(self.role.typed) if self.role.typed in self.role.offered else None
        typed = {}
        for field in self.shown:
            left = stands is not None and field.plain() == getattr(stands, field.name)
            typed[field.name] = "" if left and post and FIELD.get(post) != field.name else field.plain()
        return Wanted(self.email.plain(), self.name.plain(), post, **typed)


class Acts(Form):
    """The buttons on an account, each named after its act."""

    renvoyer = ButtonField("Renvoyer l’invitation")
    retirer = ButtonField("Retirer l’invitation")
    lien = ButtonField("Envoyer un lien de mot de passe")
    rouvrir = ButtonField("Rouvrir le compte")

    @property
    def pressed(self) -> Act | None:
        """The act whose button was pressed."""
        return next((Act(field.name) for field in self if isinstance(field, ButtonField) and field.typed), None)


class Reason(Form):
    reason = TextField("Motif", "Indiquez le motif : la personne le lit, et l’historique le garde.", 300, rows=3)


class OwnName(Form):
    name = TextField("Nom", hint="Prénom et nom : l’historique vous nomme ainsi.", autocomplete="name", needed=True)


class OwnEmail(Form):
    email = TextField("Nouvelle adresse électronique", kind="email", autocomplete="email", needed=True)
    current_password = SecretField("Mot de passe actuel", autocomplete="current-password", needed=True)


class NewPassword(Form):
    """What is wrong with a password, the act says."""

    password = SecretField("Mot de passe", hint="12 caractères au moins.", autocomplete="new-password", needed=True)
    password2 = SecretField("Mot de passe, encore une fois", autocomplete="new-password", needed=True)
