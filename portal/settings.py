"""Every PORTAL_* variable, read and checked once."""

import hmac
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from portal.paths import INSTANCE

DEMO_DAY = date(2020, 6, 15)
SHORTEST_SECRET, FEWEST_SIGNS = 32, 5


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which, and the mend."""


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
    def factor_key(self) -> bytes:
        """What the secrets of second factors are encrypted under. Another `secret_key` reads none of them."""
        return hmac.new(self.secret_key.encode(), b"second factor", sha256).digest()

    @property
    def audit_key(self) -> bytes:
        """A key of its own for the audit trail, so that signing a cookie never signs an event."""
        return hmac.new(self.secret_key.encode(), b"audit trail", sha256).digest()

    @property
    def signature_seed(self) -> bytes:
        """The Ed25519 key that signs heads of the trail and proofs; whoever keeps the trail's key keeps this one."""
        return hmac.new(self.audit_key, b"signature", sha256).digest()

    @property
    def journal_name(self) -> str:
        """What the trail is called where its heads are published: the portal's address, without how it is reached."""
        public = urlsplit(self.public_url)
        return f"{public.hostname or 'localhost'}{public.path}/journal".replace("+", "-")


def read(environ: Mapping[str, str] = os.environ, instance: Path = INSTANCE) -> Settings:
    env = environ.get("PORTAL_ENV") or "production"
    if env not in ("demo", "production"):
        raise SettingsError("PORTAL_ENV vaut « demo » ou « production ».")
    demo = env == "demo"
    port = _port(environ)
    return Settings(
        env=env,
        database_url=environ.get("PORTAL_DATABASE_URL") or f"sqlite:///{instance / 'portal.sqlite'}",
        secret_key=_secret(environ, instance, demo),
        fixed_day=_day(environ, demo),
        port=port,
        metrics_port=_port(environ, "PORTAL_METRICS_PORT", "0"),
        trusted_proxies=_proxies(environ),
        unit_label=environ.get("PORTAL_UNIT_LABEL") or "UD",
        region_label=environ.get("PORTAL_REGION_LABEL") or "DIRECCTE",
        smtp_host=environ.get("PORTAL_SMTP_HOST") or "",
        smtp_port=_port(environ, "PORTAL_SMTP_PORT", "25"),
        smtp_user=environ.get("PORTAL_SMTP_USER") or "",
        smtp_password=environ.get("PORTAL_SMTP_PASSWORD") or "",
        smtp_starttls=environ.get("PORTAL_SMTP_STARTTLS") != "0",
        mail_from=environ.get("PORTAL_MAIL_FROM") or "portail@localhost",
        provider=_provider(environ, demo),
        public_url=(environ.get("PORTAL_PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
    )


def _provider(environ: Mapping[str, str], demo: bool) -> Provider | None:
    """What `PORTAL_OIDC_*` say; none of them: no provider."""
    given = {name: environ.get(f"PORTAL_OIDC_{name}") or "" for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")}
    if not any(given.values()):
        return None
    if missing := [f"PORTAL_OIDC_{name}" for name, value in given.items() if not value]:
        raise SettingsError(f"PORTAL_OIDC_* vont ensemble : il manque {', '.join(missing)}.")
    local = demo and given["ISSUER"].startswith(("http://localhost", "http://127.0.0.1"))
    if not (given["ISSUER"].startswith("https://") or local):
        raise SettingsError(f"PORTAL_OIDC_ISSUER « {given['ISSUER']} » doit commencer par https://.")
    said = (environ.get("PORTAL_OIDC_SECOND_FACTOR") or "").split(",")
    return Provider(
        given["ISSUER"],
        given["CLIENT_ID"],
        given["CLIENT_SECRET"],
        environ.get("PORTAL_OIDC_SCOPE") or "openid email",
        environ.get("PORTAL_OIDC_ACR_VALUES") or "",
        tuple(word.strip() for word in said if word.strip()),
    )


def _secret(environ: Mapping[str, str], instance: Path, demo: bool) -> str:
    given = environ.get("PORTAL_SECRET_KEY", "")
    if given and (demo or (len(given) >= SHORTEST_SECRET and len(set(given)) >= FEWEST_SIGNS)):
        return given
    if not demo:
        raise SettingsError(
            f"PORTAL_SECRET_KEY manque, a moins de {SHORTEST_SECRET} caractères ou répète toujours les mêmes : il en faut une "
            "en production (python3 -c 'import secrets; print(secrets.token_hex(32))' en donne une)."
        )
    instance.mkdir(parents=True, exist_ok=True)
    path = instance / "secret_key"
    if not path.exists():
        fresh = instance / f"secret_key.{os.getpid()}"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):  # another process was first: its key is the key
            os.link(fresh, path)
        fresh.unlink()
    key = path.read_text().strip()
    if not key:
        raise SettingsError(f"{path} est vide : supprimez ce fichier, il sera refait.")
    return key


def _day(environ: Mapping[str, str], demo: bool) -> date | None:
    given = environ.get("PORTAL_TODAY")
    if not given:
        return DEMO_DAY if demo else None
    if not demo:
        raise SettingsError("PORTAL_TODAY n’est admis que dans la démonstration (PORTAL_ENV=demo).")
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise SettingsError(f"PORTAL_TODAY « {given} » n’est pas une date ISO (2020-06-15).") from None


def _port(environ: Mapping[str, str], name: str = "PORT", default: str = "8000") -> int:
    given = environ.get(name) or default
    if not given.isdecimal() or not (1 <= int(given) <= 65535 or given == default):
        raise SettingsError(f"{name} « {given} » n’est pas un port (1 à 65535).")
    return int(given)


def _proxies(environ: Mapping[str, str]) -> int:
    given = environ.get("PORTAL_TRUSTED_PROXIES") or "0"
    if not (given.isascii() and given.isdecimal() and int(given) <= 10):
        raise SettingsError(f"PORTAL_TRUSTED_PROXIES « {given} » n’est pas un nombre de mandataires (0 à 10).")
    return int(given)
