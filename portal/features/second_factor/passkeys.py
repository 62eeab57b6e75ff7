"""Passkeys (WebAuthn): what a browser is asked to sign, and whether what it answers is so. The library knows the certificates of
every maker, and reads them when it is imported: only whoever has a passkey waits for it."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

NAME = "Portail des sessions"
LONGEST = 1400  # signs of a passkey's own name


@dataclass(frozen=True)
class Site:
    """Where passkeys are made and used: the name of the host, and the whole origin as a browser says it."""

    host: str
    origin: str


@dataclass(frozen=True)
class Passkey:
    """A passkey that was made: its name, its public key, and how often it says it was used."""

    name: str
    public_key: str
    uses: int


def asked_to_make(site: Site, account_id: int, email: str, person: str, there: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The challenge, and what the browser is asked: another passkey than those that are `there`."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement, UserVerificationRequirement

    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_id=f"account {account_id}".encode(),
        user_name=email,
        user_display_name=person,
        exclude_credentials=_named(there),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return bytes_to_base64url(options.challenge), json.loads(webauthn.options_to_json(options))


def asked_to_sign(site: Site, names: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The challenge, and what the browser is asked: that one of these passkeys signs it."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.structs import UserVerificationRequirement

    options = webauthn.generate_authentication_options(
        rp_id=site.host, allow_credentials=_named(names), user_verification=UserVerificationRequirement.PREFERRED
    )
    return bytes_to_base64url(options.challenge), json.loads(webauthn.options_to_json(options))


def _named(names: Sequence[str]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(name)) for name in names]


def made(site: Site, challenge: str, answer: str) -> Passkey | None:
    """The passkey that this answer tells of; None when it answers something else, or nonsense."""
    if not challenge:
        return None
    import webauthn
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    name = bytes_to_base64url(found.credential_id)
    if len(name) > LONGEST:
        return None
    return Passkey(name, urlsafe_b64encode(found.credential_public_key).decode(), found.sign_count)


def name_in(answer: str) -> str:
    """Which passkey says that it answers; empty when it is nonsense."""
    try:
        return str(json.loads(answer)["id"])
    except (ValueError, KeyError, TypeError):
        return ""


def check(site: Site, challenge: str, answer: str, public_key: str, uses: int) -> int | None:
    """How often the passkey says it was used, when it has signed this very challenge for this site; otherwise None."""
    if not challenge:
        return None
    import webauthn
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=urlsafe_b64decode(public_key),
            credential_current_sign_count=uses,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    return found.new_sign_count
