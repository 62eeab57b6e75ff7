"""A signed head of the trail as text: a C2SP checkpoint (c2sp.org/tlog-checkpoint), which is a signed note of three lines.

Its key is published as a line too (« vkey »): name, four bytes that tell keys apart, and the public key.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
SIGNED_BY = "— "
HASH = re.compile(r"[A-Za-z0-9+/]{43}=")
NUMBER = re.compile(r"[1-9][0-9]{0,17}")


class NoHead(ValueError):
    """This text is no signed head, or none of ours; the message says why."""


@dataclass(frozen=True)
class Head:
    """What is signed of a trail: its name, how many leaves its tree has, and their root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True)
class Key:
    """A public key with the name that signatures under it bear."""

    name: str
    public: bytes

    @property
    def mark(self) -> bytes:
        """Four bytes that tell this key from others of its name."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def line(self) -> str:
        """As it is published: the « vkey »."""
        return f"{self.name}+{self.mark.hex()}+{b64encode(ED25519 + self.public).decode()}"

    def signed(self, text: bytes, signature: bytes) -> bool:
        """Whether this is the key's signature of these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Handover:
    """A key that says, under its signature, which one signs after it."""

    old: Key
    new: Key
    signature: bytes

    @property
    def holds(self) -> bool:
        return self.old.signed(self.text(self.new), self.signature)

    @staticmethod
    def text(new: Key) -> bytes:
        """What the old key signs: a word that no head begins with, and the line of the new one."""
        return f"cle\n{new.line}".encode()


def heir(key: Key, handovers: Iterable[Handover]) -> Key:
    """The key that signs today in this one's place, as those that held it in turn have signed; itself, if none."""
    for one in handovers:
        if one.old.public == key.public and one.holds:
            key = one.new
    return key


class Signer:
    """Signs under a name with the key that these 32 bytes are."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = Key(name, self._private.public_key().public_bytes_raw())

    def sign(self, text: bytes) -> bytes:
        """The signature alone, 64 bytes."""
        return self._private.sign(text)

    def hand_over(self, new: Key) -> Handover:
        """To another key."""
        return Handover(self.key, new, self.sign(Handover.text(new)))

    def note(self, head: Head) -> str:
        """The head with its signature, as it is handed out."""
        signature = b64encode(self.key.mark + self.sign(head.text.encode())).decode()
        return f"{head.text}\n{SIGNED_BY}{self.key.name} {signature}\n"


def read_key(line: str) -> Key:
    """The key that such a line publishes. Raises NoHead."""
    name, _, rest = line.strip().partition("+")
    mark, _, public = rest.partition("+")
    try:
        raw = b64decode(public, validate=True)
    except ValueError:
        raw = b""
    key = Key(name, raw[1:])
    if not name or raw[:1] != ED25519 or len(key.public) != 32 or key.mark.hex() != mark:
        raise NoHead("cette ligne n’est pas une clé publique : elle a la forme nom+empreinte+clé")
    return key


def read_head(text: str, key: Key) -> Head:
    """The head that this text holds under this key's signature, whichever name it was signed under, and whatever stands around
    it: a mail, empty lines between. Raises NoHead."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [i for i in range(1, len(lines) - 1) if NUMBER.fullmatch(lines[i]) and HASH.fullmatch(lines[i + 1])]
    if not found:
        raise NoHead(
            "ce texte n’est pas un point du journal : il y manque la ligne du nombre ou celle des 44 signes qui la suit ; collez-le en entier"
        )
    at = found[0]
    head = Head(lines[at - 1], int(lines[at]), b64decode(lines[at + 1]))
    for line in lines[at + 2 :]:
        name, _, signature = line.removeprefix(SIGNED_BY).rpartition(" ")
        try:
            raw = b64decode(signature, validate=True)
        except ValueError:
            continue
        own = Key(name, key.public)
        if line.startswith(SIGNED_BY) and raw[:4] == own.mark and len(raw) == 68 and key.signed(head.text.encode(), raw[4:]):
            return head
    raise NoHead(
        "aucune signature de la clé de ce journal ne convient à ce point : il a été modifié, ou vient d’un autre service"
    )
