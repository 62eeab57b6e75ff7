"""Every PORTAL_* variable, read and checked once: each with how it is shown, and with its mend where it is wrong."""

import hmac
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from portal import address
from portal.certifier import NOBODY, Certifier, certifier
from portal.environment import (
    FRESH,
    SHORTEST_SECRET,
    Environment,
    Given,
    SettingsError,
    hidden,
    port_number,
    proxies,
    several,
    strong,
)
from portal.paths import INSTANCE

DEMO_DAY = date(2020, 6, 15)
SHORTEST_BEFORE = 16  # what 1.13 and earlier took: a trail may be sealed under such a key for good
NONE: tuple[str, ...] = ()


@dataclass(frozen=True)
class Provider:
    """An identity provider that people of the State may sign in with (OpenID Connect)."""

    issuer: str
    client_id: str
    client_secret: str
    scope: str = "openid email"
    acr_values: str = ""  # what is asked of it: how surely a person is known
    second_factor: tuple[str, ...] = ()  # what of its acr or amr says that a second factor was given


@dataclass(frozen=True)
class Publisher:
    """Who answers for the portal, as its public pages say; empty where the operator has not said it."""

    name: str = ""
    director: str = ""
    host: str = ""
    contact: str = ""
    officer: str = ""  # whom people ask about what is kept of them


@dataclass(frozen=True)
class Settings:
    env: str
    database_url: str
    secret_key: str
    fixed_day: date | None
    port: int = 8000
    unit_label: str = "UD"  # DDETS since 2021
    region_label: str = "DIRECCTE"  # DREETS since 2021
    metrics_port: int = 0  # 0: no figures are served
    trusted_proxies: int = 0  # how many stand before the portal and say for whom they ask
    public_url: str = ""  # where the world reaches the portal: printed on documents, sent in invitations and e-mails
    smtp_host: str = ""  # none: e-mails stay in the outbox
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_starttls: bool = True
    mail_from: str = "portail@localhost"
    provider: Provider | None = None
    publisher: Publisher = Publisher()
    certifier: Certifier = NOBODY
    old_secret_keys: tuple[str, ...] = ()  # what they signed or encrypted is still read, and nothing new is
    trail_key: str = ""  # none: the trail is sealed under what `secret_key` gives
    signature_key: str = ""  # none: heads and proofs are signed under what the trail's key gives
    next_signature_key: str = ""  # to which `portal keys hand-over` hands the signature over

    @property
    def demo(self) -> bool:
        return self.env == "demo"

    def cookie(self, name: str) -> str:
        """What a cookie is called: in production the browser takes it over HTTPS alone, and from this host alone."""
        return name if self.demo else f"__Host-{name}"

    @property
    def shows_mails(self) -> bool:
        """The demonstration shows the e-mails that it does not send."""
        return self.demo and not self.smtp_host

    @property
    def mail_domain(self) -> str:
        return self.mail_from.rpartition("@")[2].rstrip(">") or "localhost"

    @property
    def signing_keys(self) -> tuple[str, ...]:
        """Under which signatures are read; the last one signs."""
        return (*self.old_secret_keys, self.secret_key)

    @property
    def factor_keys(self) -> tuple[bytes, ...]:
        """Under which the secrets of second factors are read; the first one encrypts them."""
        return tuple(_derived(key, b"second factor") for key in reversed(self.signing_keys))

    @property
    def audit_key(self) -> bytes:
        """A key of its own for the audit trail, so that signing a cookie never signs an event."""
        return _derived(self.trail_key or self.secret_key, b"audit trail")

    @property
    def signature_seed(self) -> bytes:
        """The Ed25519 key that signs heads of the trail and proofs."""
        if self.signature_key:
            return _derived(self.signature_key, b"signature")
        return hmac.new(self.audit_key, b"signature", sha256).digest()

    @property
    def next_signature_seed(self) -> bytes | None:
        """The key that signs after it, if one is given."""
        return _derived(self.next_signature_key, b"signature") if self.next_signature_key else None

    @property
    def journal_name(self) -> str:
        """What the trail is called where its heads are published: the portal's address, without how it is reached."""
        public = urlsplit(self.public_url)
        return f"{public.hostname or 'localhost'}{public.path}/journal".replace("+", "-")

    def older_key_of(self, fits: Callable[[bytes], bool]) -> int | None:
        """Which of the old secret keys gave the key of a trail, counted from 1; None: none of them."""
        found = (place for place, key in enumerate(self.old_secret_keys, 1) if fits(_derived(key, b"audit trail")))
        return next(found, None)


def _derived(secret: str, purpose: bytes) -> bytes:
    return hmac.new(secret.encode(), purpose, sha256).digest()


def read(environ: Mapping[str, str] = os.environ, instance: Path = INSTANCE) -> Settings:
    """The settings. Raises SettingsError for the first that is wrong."""
    settings, given = looked_at(environ, instance)
    for one in given:
        if one.problem:
            raise SettingsError(one.problem)
    return settings


def looked_at(environ: Mapping[str, str], instance: Path) -> tuple[Settings, list[Given]]:
    """The settings, each that is wrong at its default, and each variable as it was given."""
    e = Environment(environ)
    demo = e.take("PORTAL_ENV", _env, "production") == "demo"
    port = e.take("PORT", port_number("PORT"), 8000)
    secret_key, old_secret_keys, trail_key = _keys(e, demo, instance)
    sign, sign_next = "PORTAL_SIGNATURE_KEY", "PORTAL_NEW_SIGNATURE_KEY"
    settings = Settings(
        env="demo" if demo else "production",
        database_url=e.take("PORTAL_DATABASE_URL", _database, f"sqlite:///{instance / 'portal.sqlite'}", show=address.masked),
        secret_key=secret_key,
        old_secret_keys=old_secret_keys,
        trail_key=trail_key,
        signature_key=e.take(sign, strong(sign, demo), "", show=hidden),
        next_signature_key=e.take(sign_next, strong(sign_next, demo), "", show=hidden),
        fixed_day=e.take("PORTAL_TODAY", _day(demo), DEMO_DAY if demo else None),
        port=port,
        metrics_port=e.take("PORTAL_METRICS_PORT", port_number("PORTAL_METRICS_PORT", least=0), 0),
        trusted_proxies=e.take("PORTAL_TRUSTED_PROXIES", proxies, 0),
        public_url=e.take("PORTAL_PUBLIC_URL", str, f"http://127.0.0.1:{port}").rstrip("/"),
        unit_label=e.take("PORTAL_UNIT_LABEL", str, "UD"),
        region_label=e.take("PORTAL_REGION_LABEL", str, "DIRECCTE"),
        publisher=Publisher(
            name=e.take("PORTAL_PUBLISHER", str, ""),
            director=e.take("PORTAL_PUBLISHER_DIRECTOR", str, ""),
            host=e.take("PORTAL_PUBLISHER_HOST", str, ""),
            contact=e.take("PORTAL_PUBLISHER_CONTACT", str, ""),
            officer=e.take("PORTAL_PUBLISHER_OFFICER", str, ""),
        ),
        smtp_host=e.take("PORTAL_SMTP_HOST", str, ""),
        smtp_port=e.take("PORTAL_SMTP_PORT", port_number("PORTAL_SMTP_PORT"), 25),
        smtp_user=e.take("PORTAL_SMTP_USER", str, ""),
        smtp_password=e.take("PORTAL_SMTP_PASSWORD", str, "", show=hidden),
        smtp_starttls=e.take("PORTAL_SMTP_STARTTLS", str, "1") != "0",
        mail_from=e.take("PORTAL_MAIL_FROM", str, "portail@localhost"),
        provider=_provider(e, demo),
        certifier=certifier(e, demo),
    )
    return settings, e.given


def _env(text: str) -> str:
    if text not in ("demo", "production"):
        raise SettingsError("PORTAL_ENV vaut « demo » ou « production ».")
    return text


def _database(text: str) -> str:
    try:
        return address.read_address(text).render_as_string(hide_password=False)
    except address.BadAddress as error:
        raise SettingsError(f"PORTAL_DATABASE_URL : {error}") from None


def _keys(e: Environment, demo: bool, instance: Path) -> tuple[str, tuple[str, ...], str]:
    """What signs, what signed before, and what the trail is sealed under if that is another."""
    now, before, trail = "PORTAL_SECRET_KEY", "PORTAL_OLD_SECRET_KEYS", "PORTAL_AUDIT_KEY"
    return (
        e.take(now, strong(now, demo), "", show=hidden, otherwise=lambda: _own_secret(instance, demo)),
        e.take(before, several(strong(before, demo)), NONE, show=hidden),
        e.take(trail, strong(trail, demo, SHORTEST_BEFORE), "", show=hidden),
    )


def _provider(e: Environment, demo: bool) -> Provider | None:
    """What `PORTAL_OIDC_*` say; none of them: no provider."""
    names = ("PORTAL_OIDC_ISSUER", "PORTAL_OIDC_CLIENT_ID", "PORTAL_OIDC_CLIENT_SECRET")
    missing = e.missing(names)

    def needed() -> str:
        if missing and len(missing) < len(names):
            raise SettingsError(f"PORTAL_OIDC_* vont ensemble : il manque {', '.join(missing)}.")
        return ""

    issuer = e.take(names[0], _issuer(demo), "", otherwise=needed)
    client_id = e.take(names[1], str, "", otherwise=needed)
    client_secret = e.take(names[2], str, "", show=hidden, otherwise=needed)
    scope = e.take("PORTAL_OIDC_SCOPE", str, "openid email")
    asked = e.take("PORTAL_OIDC_ACR_VALUES", str, "")
    factor = e.take("PORTAL_OIDC_SECOND_FACTOR", several(str), NONE)
    return None if missing else Provider(issuer, client_id, client_secret, scope, asked, factor)


def _issuer(demo: bool) -> Callable[[str], str]:
    def meaning(text: str) -> str:
        local = demo and text.startswith(("http://localhost", "http://127.0.0.1"))
        if not (text.startswith("https://") or local):
            raise SettingsError(f"PORTAL_OIDC_ISSUER « {text} » doit commencer par https://.")
        return text

    return meaning


def _own_secret(instance: Path, demo: bool) -> str:
    """The secret of the demonstration, which it makes and keeps."""
    if not demo:
        raise SettingsError(f"PORTAL_SECRET_KEY manque : il en faut une de {SHORTEST_SECRET} caractères en production ({FRESH}).")
    path = instance / "secret_key"
    try:
        if not path.exists():
            _keep_secret(path)
        key = path.read_text().strip()
    except OSError as error:
        raise SettingsError(
            f"{path} ne peut pas être lu ou écrit ({error.strerror}) : donnez ce dossier au compte qui lance le portail, "
            "ou donnez PORTAL_SECRET_KEY et PORTAL_DATABASE_URL."
        ) from None
    if not key:
        raise SettingsError(f"{path} est vide : supprimez ce fichier, il sera refait.")
    return key


def _keep_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
    with suppress(FileExistsError):  # another process was first: its key is the key
        os.link(fresh, path)
    fresh.unlink()


def _day(demo: bool) -> Callable[[str], date | None]:
    def meaning(text: str) -> date:
        if not demo:
            raise SettingsError("PORTAL_TODAY n’est admis que dans la démonstration (PORTAL_ENV=demo).")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise SettingsError(f"PORTAL_TODAY « {text} » n’est pas une date ISO (2020-06-15).") from None

    return meaning
