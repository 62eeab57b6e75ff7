"""What is typed to give a second factor, to add one, and to take one away."""

from portal.web.fields import SecretField, TextField
from portal.web.forms import Form
from portal.web.untyped import HiddenField


class Code(Form):
    """A code, or what a passkey answered; what is wrong with it, the act says."""

    code = TextField("Code à six chiffres", longest=60, autocomplete="one-time-code", case="sans clé d’accès")
    passkey = HiddenField("Réponse de la clé d’accès")
    etape = HiddenField("Sans elle, un autre formulaire est en chemin")


class Secret(Form):
    code = TextField("Code à six chiffres", "Indiquez le code que montre l’application.", 60, autocomplete="one-time-code")
    secret = HiddenField("Le secret, chiffré")
    passkey = HiddenField("La clé d’accès")
    etape = HiddenField("Sans elle, un autre formulaire est en chemin")


class Removal(Form):
    """What is wrong, the act says."""

    password = SecretField("Mot de passe", autocomplete="current-password", needed=True)
    code = TextField("Code à six chiffres", longest=60, autocomplete="one-time-code", case="sans clé d’accès")
    passkey = HiddenField("Réponse de la clé d’accès")
