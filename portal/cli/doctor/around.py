"""What stands around the portal: the server of mails, the disks, the port."""

import os
import shutil
import smtplib
import socket
import stat
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from portal.address import BadAddress, read_address
from portal.cli.doctor.lines import Line
from portal.features.notices.outbox import server
from portal.files.schema import BadSchema, Schema
from portal.settings import Settings

ENOUGH = 1_000_000_000  # bytes free
SECONDS = 5


def lines_around(settings: Settings) -> Iterator[Line]:
    """A line a thing."""
    yield from _mail(settings)
    yield from _schema(settings)
    yield from _disks(settings)
    yield _port(settings.port)


def _mail(s: Settings) -> Iterator[Line]:
    if not s.smtp_host:
        return
    where = f"{s.smtp_host}:{s.smtp_port}"
    try:
        with server(s, SECONDS) as smtp:
            smtp.noop()
    except smtplib.SMTPAuthenticationError:
        yield Line("Courriel", f"{where} refuse le compte", "corrigez PORTAL_SMTP_USER et PORTAL_SMTP_PASSWORD")
    except smtplib.SMTPNotSupportedError:
        yield Line("Courriel", f"{where} ne chiffre pas", "prenez-en un autre, ou son port de soumission (PORTAL_SMTP_PORT=587)")
    except (OSError, smtplib.SMTPException) as error:
        yield Line(
            "Courriel", f"{where} ne répond pas ({error})", "corrigez PORTAL_SMTP_HOST et PORTAL_SMTP_PORT, ou son certificat"
        )
    else:
        yield Line("Courriel", f"{where} répond et prouve son nom" if s.smtp_starttls else f"{where} répond")


def _schema(s: Settings) -> Iterator[Line]:
    if s.certifier.missing:
        return
    try:
        Schema(s.certifier.schema)
    except BadSchema as error:
        yield Line("Dépôt", str(error).partition(" : ")[0], "donnez à PORTAL_CDC_SCHEMA le schéma (XSD) en vigueur")
    else:
        yield Line("Dépôt", f"le schéma {Path(s.certifier.schema).name} se lit")


def _disks(s: Settings) -> Iterator[Line]:
    try:
        yield from _disk("Disque des fichiers de passage (TMPDIR)", Path(tempfile.gettempdir()))
    except OSError:
        yield Line(
            "Disque des fichiers de passage (TMPDIR)", "aucun dossier où écrire", "donnez à TMPDIR un dossier de ce compte"
        )
    try:
        url = read_address(s.database_url)
    except BadAddress:
        return
    if url.get_backend_name() != "sqlite":
        return
    file = Path(str(url.database))
    yield from _disk("Disque de la base", file.parent)
    if file.exists() and (mode := stat.S_IMODE(file.stat().st_mode)) & 0o077:
        yield Line("Fichier de la base", f"d’autres comptes y ont accès ({mode:o})", f"chmod 600 {file}")


def _disk(what: str, folder: Path) -> Iterator[Line]:
    if not folder.is_dir():
        yield Line(what, f"le dossier {folder} n’existe pas", "créez-le, ou corrigez le réglage qui le nomme")
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield Line(what, f"le dossier {folder} ne peut pas être écrit", "donnez-le au compte qui fait tourner le portail (chown)")
    else:
        free = shutil.disk_usage(folder).free
        yield Line(
            what, f"{free / 1e9:.1f} Go libres dans {folder}", "faites de la place : il en faut 1" if free < ENOUGH else ""
        )


def _port(port: int) -> Line:
    what, address = "Port", ("127.0.0.1", port)
    with socket.socket() as asked:
        asked.settimeout(SECONDS)
        if asked.connect_ex(address):
            return Line(what, f"{port} est libre")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=SECONDS) as answer:
            ours = answer.read(100).startswith(b'{"status":"ok"}')
    except (OSError, ValueError):
        ours = False
    if ours:
        return Line(what, f"le portail répond sur {port}")
    return Line(what, f"{port} est tenu par un autre programme", "arrêtez-le, ou donnez un autre PORT")
