"""Passwords: Argon2id, and what a password must be."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's Argon2id minimum: 19 MiB, 2 passes
_NOBODY = _hasher.hash("nobody has this password")

SHORTEST, LONGEST = 12, 200


def hash_of(password: str) -> str:
    return _hasher.hash(password)


def fits(password_hash: str | None, password: str) -> bool:
    """Takes as long for an account that does not exist as for one that does."""
    try:
        right = _hasher.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def problem(password: str, email: str) -> str | None:
    """Why this password will not do, as a sentence; None when it will."""
    if len(password) < SHORTEST:
        return f"Choisissez un mot de passe d’au moins {SHORTEST} caractères : plusieurs mots font très bien l’affaire."
    if len(password) > LONGEST:
        return f"Choisissez un mot de passe d’au plus {LONGEST} caractères."
    if len(set(password)) < 5:
        return "Ce mot de passe répète trop peu de caractères différents."
    if password.casefold() == email.casefold():
        return "Le mot de passe ne peut pas être votre adresse électronique."
    return None
