"""What signs the links, previews and marks that come back to us: HMAC with SHA-256. What was signed before version 1.15, with SHA-1,
is still read: links last for days, addresses of calendars for years."""

from collections.abc import Sequence
from hashlib import sha256

from itsdangerous import URLSafeSerializer, URLSafeTimedSerializer

Keys = Sequence[str]  # under which is read; the last one signs
HOW = {"digest_method": sha256, "key_derivation": "hmac"}


def timed(keys: Keys, salt: str) -> URLSafeTimedSerializer:
    """What signs, and knows when it did; `salt`: what for, so that nothing serves for anything else."""
    return URLSafeTimedSerializer(keys, salt=salt, signer_kwargs=HOW, fallback_signers=[{}])


def lasting(keys: Keys, salt: str) -> URLSafeSerializer:
    """The same for what says itself when it was made, or lasts until it is taken back."""
    return URLSafeSerializer(keys, salt=salt, signer_kwargs=HOW, fallback_signers=[{}])
