"""What click itself says of commands that are mistyped, and around their help, in French."""

from types import ModuleType

from click import core, decorators, exceptions, formatting, parser, termui, types

WORDS = {
    "Usage:": "Usage :",
    "Options": "Options ",
    "Commands": "Commandes ",
    "Show this message and exit.": "Montre cette aide.",
    "Error: {message}": "Erreur : {message}",
    "Try '{command} {option}' for help.": "« {command} {option} » donne l’aide.",
    "Missing command.": "Il manque une commande.",
    "Missing argument": "Il manque",
    "Missing option": "Il manque l’option",
    "Missing parameter: {param_name}": "Il manque {param_name}",
    "No such option {name!r}.": "L’option {name} n’existe pas.",
    "No such command {name!r}.": "La commande {name} n’existe pas.",
    "Invalid value: {message}": "Valeur refusée : {message}",
    "Invalid value for {param_hint}: {message}": "Valeur refusée pour {param_hint} : {message}",
    "Option {name!r} does not take a value.": "L’option {name} ne prend pas de valeur.",
    "Choose from:\n\t{choices}": "Choisissez parmi :\n\t{choices}",
    "{value!r} is not a valid {number_type}.": "« {value} » n’est pas un nombre ({number_type}).",
    "{value} is not in the range {range}.": "{value} sort des bornes {range}.",
    "required": "obligatoire",
    "default: {default}": "{default} par défaut",
    "Aborted!": "Interrompu.",
}
# As one, and as many.
NUMBERED = {
    "Did you mean {possibility}?": ("Est-ce {possibility} ?", "Est-ce l’une de celles-ci : {possibilities} ?"),
    "Got unexpected extra argument ({args})": ("Un mot de trop : {args}", "Des mots de trop : {args}"),
    "Option {name!r} requires an argument.": ("L’option {name} attend une valeur.", "L’option {name} attend {nargs} valeurs."),
    "{value!r} is not {choice}.": ("« {value} » n’est pas {choice}.", "« {value} » n’est pas l’un de {choices}."),
}
SPEAKERS: tuple[ModuleType, ...] = (core, decorators, exceptions, formatting, parser, termui, types)


def _said(message: str) -> str:
    return WORDS.get(message, message)


def _said_of(one: str, many: str, number: int) -> str:
    found = NUMBERED.get(one, (one, many))
    return found[0] if number < 2 else found[1]


def speak(command: core.Command) -> None:
    """From now on click says in French what it says of this command and those under it: it asks its translations of the
    functions that are replaced here."""
    _name_words(command)
    for module in SPEAKERS:
        for name, function in (("_", _said), ("ngettext", _said_of)):
            if hasattr(module, name):
                setattr(module, name, function)


def _name_words(command: core.Command) -> None:
    """What follows a command is called in French too."""
    if isinstance(command, core.Group):
        command.subcommand_metavar = "COMMANDE [MOTS]..."
        for under in command.commands.values():
            _name_words(under)
