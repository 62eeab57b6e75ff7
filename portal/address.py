"""The address of a database: what it may be, and how it is shown."""

import re
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

FORMS = "elle s’écrit postgresql://compte:mot-de-passe@serveur:5432/base, ou sqlite:////chemin/portal.sqlite"
POSTGRESQL, SQLITE = {"postgres", "postgresql", "postgresql+psycopg"}, {"sqlite", "sqlite+pysqlite"}
# libpq’s own form of several servers, which a URL has not: who asks, the servers, the rest.
SEVERAL = re.compile(r"^([a-z+]+://)((?:[^/?]*@)?)([^@/?]+,[^@/?]+)(/[^?]*)?(?:\?(.*))?$")


class BadAddress(ValueError):
    """This is no address of a database that the portal can use; the message is a French sentence with the mend."""


def read_address(text: str) -> URL:
    """The address, in SQLAlchemy's words. Raises BadAddress."""
    try:
        url = make_url(_with_servers_aside(text))
        ports = [int(port) for port in _ports(url)]
    except (ArgumentError, ValueError):
        raise BadAddress(f"ce n’est pas une adresse ; {FORMS}.") from None
    if url.drivername in SQLITE:
        if not url.database or url.database == ":memory:":
            raise BadAddress(f"elle ne nomme pas de fichier ; {FORMS}.")
        return url.set(database=str(Path(url.database).absolute()))
    if url.drivername not in POSTGRESQL:
        raise BadAddress(f"le portail ne connaît pas « {url.drivername} » ; {FORMS}.")
    if not url.database:
        raise BadAddress(f"elle ne dit pas le nom de la base ; {FORMS}.")
    if not all(1 <= port <= 65535 for port in ports):
        raise BadAddress(f"son port n’en est pas un (1 à 65535) ; {FORMS}.")
    return url.set(drivername="postgresql+psycopg")


def masked(text: str) -> str:
    """An address as it was given, right or wrong, without its password."""
    return re.sub(r"(\bpassword=)[^&]*", r"\1***", re.sub(r"(://[^/:@]*):.*@", r"\1:***@", text))


def shown(url: URL) -> str:
    """The address without its password, to be told."""
    return unquote(masked(url.set(drivername=url.get_backend_name()).render_as_string(hide_password=False)))


def is_trusted(url: URL) -> bool:
    """Whether nobody reads or answers between us and the database: on this machine, or over TLS with a proof of who it is."""
    hosts = url.query.get("host", url.host or "")
    names = [host.rpartition(":")[0] if ":" in host else host for host in ((hosts,) if isinstance(hosts, str) else hosts)]
    near = all(not name or name.startswith("/") or name in ("localhost", "127.0.0.1") for name in names)
    return url.drivername in SQLITE or near or url.query.get("sslmode") == "verify-full"


def _with_servers_aside(text: str) -> str:
    found = SEVERAL.match(text)
    if not found:
        return text
    scheme, who, servers, path, rest = found.groups()
    hosts = [f"host={server if ':' in server else f'{server}:5432'}" for server in servers.split(",")]
    return f"{scheme}{who}{path or ''}?{'&'.join([*hosts, *([rest] if rest else [])])}"


def _ports(url: URL) -> list[str]:
    """All ports that the address says; those of several servers stand among what is asked of them."""
    hosts = url.query.get("host", ())
    several = [host.rpartition(":")[2] for host in ((hosts,) if isinstance(hosts, str) else hosts) if ":" in host]
    return [str(url.port or 5432), *several]
