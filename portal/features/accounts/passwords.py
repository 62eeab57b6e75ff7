"""Passwords: Argon2id, and what a password must be."""

import unicodedata
from collections.abc import Iterable
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's Argon2id minimum: 19 MiB, 2 passes
_NOBODY = _hasher.hash("nobody has this password")

SHORTEST, LONGEST = 12, 1000
STRONG = 3  # of zxcvbn's 0 to 4: more than a hundred million guesses
LOOKED_AT = 72  # signs that zxcvbn looks at: what stands behind them makes no password weaker
FEWEST_OF_ONES_OWN = 5  # signs that must be left when one's own names are taken out


def hash_of(password: str) -> str:
    return _hasher.hash(password)


def fingerprint(password_hash: str | None) -> str:
    """What the trail keeps of a password, so that one that is set by hand shows; empty where there is none. The hash holds a salt
    of its own: this helps nobody to guess."""
    return sha256(password_hash.encode()).hexdigest() if password_hash else ""


def fits(password_hash: str | None, password: str) -> bool:
    """Takes as long for an account that does not exist as for one that does."""
    try:
        right = _hasher.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def problem(password: str, *own: str) -> str | None:
    """Why this password will not do, as a sentence; None when it will. `own`: the address and the names of its person and of
    where that person works, which others try first."""
    if len(password) < SHORTEST:
        return f"Choisissez un mot de passe d’au moins {SHORTEST} caractères : plusieurs mots font très bien l’affaire."
    if len(password) > LONGEST:
        return f"Choisissez un mot de passe d’au plus {LONGEST} caractères."
    words = sorted({word for name in own for word in _plain(name).split() if len(word) > 2}, key=len, reverse=True)
    if len(_without(words, password)) < FEWEST_OF_ONES_OWN:
        return "Ce mot de passe est fait de votre nom, de votre adresse ou du nom de votre centre : choisissez d’autres mots."
    if zxcvbn(password[:LOOKED_AT], user_inputs=words)["score"] < STRONG:
        return (
            "Ce mot de passe se devine trop vite : mots courants, suites du clavier, répétitions ou dates. "
            "Choisissez plusieurs mots sans rapport entre eux."
        )
    return None


def _plain(text: str) -> str:
    """Letters and figures without accents or capitals; a space for everything else."""
    letters = (c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in letters)


def _without(words: Iterable[str], password: str) -> str:
    """What is left of a password when these words are taken out of it."""
    rest = _plain(password).replace(" ", "")
    for word in words:
        rest = rest.replace(word, "")
    return rest
