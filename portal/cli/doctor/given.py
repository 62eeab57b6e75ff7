"""The settings, each with its value, and those that are right alone and wrong together."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from portal.address import BadAddress, is_trusted, read_address
from portal.cli.doctor.lines import Line
from portal.environment import Given
from portal.settings import Settings


def given_lines(environ: Mapping[str, str], settings: Settings, given: Sequence[Given]) -> Iterator[Line]:
    """A line a variable, in the order in which they are read; then those that no version knows."""
    found = dict(mends(settings))
    for one in given:
        if one.problem:
            yield Line(one.name, one.shown or "rien", one.problem.rstrip("."))
        else:
            said = (one.shown or "rien") + ("" if one.there else " (par défaut)")
            yield Line(one.name, said, found.get(one.name, ""))
    known = {one.name for one in given}
    for name in sorted(environ):
        if name.startswith("PORTAL_") and name not in known:
            yield Line(name, "inconnue du portail, qui n’en tient pas compte", "corrigez son nom, ou retirez-la")


def mends(s: Settings) -> Iterator[tuple[str, str]]:
    """What would hurt though each is right for itself."""
    if s.metrics_port == s.port:
        yield "PORTAL_METRICS_PORT", "c’est le port du portail : donnez-en un autre"
    if s.old_secret_keys and s.secret_key in s.old_secret_keys:
        yield "PORTAL_OLD_SECRET_KEYS", "la clé d’aujourd’hui y est aussi : retirez-la"
    if s.demo:
        return
    if not s.public_url.startswith("https://"):
        yield (
            "PORTAL_PUBLIC_URL",
            "les liens des courriels et des documents n’y mèneraient personne : donnez l’adresse publique, en https://",
        )
    with suppress(BadAddress):
        if not is_trusted(read_address(s.database_url)):
            yield (
                "PORTAL_DATABASE_URL",
                "la base est sur une autre machine, qui ne prouve pas qui elle est : ajoutez sslmode=verify-full à l’adresse",
            )
    if not s.trusted_proxies:
        yield (
            "PORTAL_TRUSTED_PROXIES",
            "derrière un mandataire tous auraient son adresse, et seraient freinés ensemble : donnez 1 (leur nombre)",
        )
    if not s.smtp_host:
        yield "PORTAL_SMTP_HOST", "aucun courriel ne part, ni invitation ni mot de passe oublié : donnez le serveur de courriel"
    elif s.mail_domain == "localhost":
        yield (
            "PORTAL_MAIL_FROM",
            "aucune réponse n’y arrive, et des serveurs refusent cet expéditeur : donnez une adresse du service",
        )
    if s.smtp_user and not s.smtp_starttls:
        yield "PORTAL_SMTP_STARTTLS", "le mot de passe du serveur de courriel part en clair : retirez ce réglage"
