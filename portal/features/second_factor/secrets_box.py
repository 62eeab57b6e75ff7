"""The secrets of second factors, encrypted: the database alone gives none of them away."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Box:
    """Encrypts under the first of these keys, and reads what any of them encrypted; what another key encrypted is lost."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        each = [Fernet(urlsafe_b64encode(key)) for key in keys]
        self._first, self._fernet = each[0], MultiFernet(each)

    def shut(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, shut: str) -> str | None:
        """The text; None when it was encrypted under none of these keys, or was changed."""
        try:
            return self._fernet.decrypt(shut.encode()).decode()
        except (InvalidToken, ValueError):
            return None

    def is_old(self, shut: str) -> bool:
        """Whether this was encrypted under another of the keys than the first, and can be renewed."""
        try:
            self._first.decrypt(shut.encode())
        except InvalidToken:
            return self.open(shut) is not None
        return False

    def renewed(self, shut: str) -> str:
        """The same, encrypted under the first key. Raises InvalidToken for what none of the keys reads."""
        return self._fernet.rotate(shut.encode()).decode()
