"""What is typed to sign in, and to choose a password."""

from portal.web.fields import EmailField, SecretField, TextField
from portal.web.forms import Form
from portal.web.untyped import HiddenField


class SignIn(Form):
    email = TextField("Adresse électronique", "Indiquez votre adresse électronique.", 254, "email", autocomplete="username")
    password = SecretField("Mot de passe", "Indiquez votre mot de passe.", autocomplete="current-password")
    suite = HiddenField("Où aller ensuite")
    etape = HiddenField("Vient du code")


class Forgotten(Form):
    email = EmailField("Adresse électronique", "Indiquez votre adresse électronique.", autocomplete="username")


class OtherPassword(Form):
    """What is wrong with a password, the act says."""

    password = SecretField("Nouveau mot de passe", hint="12 caractères au moins.", autocomplete="new-password", needed=True)
    password2 = SecretField("Nouveau mot de passe, encore une fois", autocomplete="new-password", needed=True)

    def typed_twice(self) -> bool:
        """Whether both are the same; otherwise it says so."""
        if self.password.secret == self.password2.secret:
            return True
        self.put({"password2": "Les deux saisies diffèrent."})
        return False


class OwnPassword(OtherPassword):
    current_password = SecretField("Mot de passe actuel", autocomplete="current-password", needed=True)
