"""The secrets of second factors, encrypted: the database alone gives none of them away."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken


class Box:
    """Encrypts under one key, and reads what it encrypted; what another key encrypted is lost."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(urlsafe_b64encode(key))

    def shut(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, shut: str) -> str | None:
        """The text; None when it was not encrypted under this key, or was changed."""
        try:
            return self._fernet.decrypt(shut.encode()).decode()
        except (InvalidToken, ValueError):
            return None
