"""What is typed to sign in, and to choose a password."""

from portal.web.fields import HiddenField, SecretField, TextField
from portal.web.forms import Form


class SignIn(Form):
    email = TextField("Adresse électronique", "Indiquez votre adresse électronique.", 254, "email", autocomplete="username")
    password = SecretField("Mot de passe", "Indiquez votre mot de passe.", autocomplete="current-password")
    suite = HiddenField("Où aller ensuite")


class NewPassword(Form):
    """What is wrong with a password, the act says."""

    password = SecretField("Mot de passe", hint="12 caractères au moins.", autocomplete="new-password")
    password2 = SecretField("Mot de passe, une seconde fois", autocomplete="new-password")
