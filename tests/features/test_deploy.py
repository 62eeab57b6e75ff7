"""What `deploy/` hands to a technician works: the portal behind a real nginx, and units that systemd understands."""

import http.client
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.demo.data import PASSWORD
from portal.paths import ROOT
from tests.support.server import SECRET

DEPLOY = ROOT / "deploy"
NAME = "portail.example"
ANOTHER = "127.0.0.9"  # where the browser is: not where nginx is
MOST = 3  # connections of one address, here


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, f"il manque {name} : bash scripts/system-packages.sh nginx systemd-analyze"
    return found


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass(frozen=True)
class Site:
    """The portal as the world reaches it; `direct`: as nginx does."""

    secure: int
    plain: int
    direct: int
    database: Path

    def ask(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, source: str = ANOTHER, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """Over TLS, from another address than nginx's own."""
        trust = ssl.create_default_context()
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
        with closing(
            http.client.HTTPSConnection("127.0.0.1", self.secure, source_address=(source, 0), context=trust, timeout=60)
        ) as line:
            line.request(method, path, body, {"Host": NAME, **headers}, encode_chunked=not isinstance(body, bytes | None))
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read().decode()


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]), datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
    signed = made.sign(key, hashes.SHA256())
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "privkey.pem").write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))


def configured(folder: Path, secure: int, plain: int, direct: int) -> Path:
    """Our configuration, at home in a folder and on ports of this test; nothing else of it is changed."""
    text = (DEPLOY / "nginx.conf").read_text()
    here = {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{secure} ssl;",
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl;\n": "",
        "127.0.0.1:8000": f"127.0.0.1:{direct}",
        "/etc/ssl/portail": str(folder),
        "/usr/share/portail/pages": str(DEPLOY / "pages"),
        "portail_adresses 200": f"portail_adresses {MOST}",
    }
    for there, instead in here.items():
        assert text.count(there) >= 1, there
        text = text.replace(there, instead)
    (folder / "portail.conf").write_text(text)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;\n" if os.geteuid() == 0 else ""
    main = f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\naccess_log {folder}/access.log;\n{temporary}include portail.conf;\n}}\n"
    (folder / "nginx.conf").write_text(main)
    return folder / "nginx.conf"


@contextmanager
def running(command: list[str], port: int, **environment: str) -> Iterator[None]:
    """This program, once it listens; ended as Ctrl+C ends it."""
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        until = time.monotonic() + 60
        while True:
            with socket.socket() as asked:
                if not asked.connect_ex(("127.0.0.1", port)):
                    break
            assert process.poll() is None and time.monotonic() < until, process.communicate()[0].decode()
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


@pytest.fixture(scope="module")
def site(loaded_demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """`portal serve` in production, and nginx in front of it as `deploy/nginx.conf` says."""
    folder = tmp_path_factory.mktemp("nginx")
    shutil.copy(loaded_demonstration, folder / "own.sqlite")
    certificate(folder)
    made = Site(free_port(), free_port(), free_port(), folder / "own.sqlite")
    own = {
        "PORTAL_ENV": "production",
        "PORTAL_SECRET_KEY": "0123456789abcdef" * 2,
        "PORTAL_AUDIT_KEY": SECRET,
        "PORTAL_DATABASE_URL": f"sqlite:///{made.database}",
        "PORTAL_TRUSTED_PROXIES": "1",
        "PORTAL_PUBLIC_URL": f"https://{NAME}",
        "PORTAL_TODAY": "",
        "PORT": str(made.direct),
    }
    configuration = configured(folder, made.secure, made.plain, made.direct)
    with (
        running([sys.executable, "-m", "portal.cli", "serve"], made.direct, **own),
        running([program("nginx"), "-p", str(folder), "-c", str(configuration)], made.secure),
    ):
        yield made


def form(site: Site) -> tuple[str, str]:
    """The cookie of a new browser, and what its forms send against forgery."""
    _, headers, page = site.ask("GET", "/connexion")
    return headers["Set-Cookie"].split(";")[0], re.findall('name="csrf_token" value="([^"]+)"', page)[0]


def test_who_asks_is_known_by_its_own_address_over_https_and_invents_none(site: Site) -> None:
    cookie, token = form(site)
    fields = f"csrf_token={token}&email=centre%40demo.example&password={PASSWORD.replace('!', '%21')}".encode()
    typed = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    status, headers, _ = site.ask(
        "POST", "/connexion", fields, **typed, **{"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http"}
    )
    assert status == 303 and headers["Location"].startswith("/")
    cookies = headers.get_all("Set-Cookie") or []
    assert {c.split("=")[0] for c in cookies} == {"__Host-portail", "__Host-appareil"} and all("; Secure" in c for c in cookies)
    assert headers["Strict-Transport-Security"]
    with closing(sqlite3.connect(site.database)) as db:
        assert db.execute("SELECT address FROM sign_in ORDER BY at DESC LIMIT 1").fetchone() == (ANOTHER,)


def test_http_leads_to_https(site: Site) -> None:
    line = http.client.HTTPConnection("127.0.0.1", site.plain, timeout=60)
    line.request("GET", "/sessions?vue=a-faire", headers={"Host": NAME})
    answer = line.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/sessions?vue=a-faire")


def own_cookie(headers: http.client.HTTPMessage) -> str:
    return next(c.split(";")[0] for c in headers.get_all("Set-Cookie") or [] if c.startswith("__Host-portail="))


def signed_in(site: Site) -> tuple[str, str]:
    """The cookie of a centre, and what its forms send."""
    cookie, token = form(site)
    fields = f"csrf_token={token}&email=centre%40demo.example&password={PASSWORD.replace('!', '%21')}".encode()
    _, headers, _ = site.ask("POST", "/connexion", fields, Cookie=cookie, **{"Content-Type": "application/x-www-form-urlencoded"})
    _, headers, page = site.ask("GET", "/sessions/224566/candidats", Cookie=own_cookie(headers))
    return own_cookie(headers), re.findall('name="csrf_token" value="([^"]+)"', page)[0]


def upload(token: str, size: int) -> tuple[bytes, str]:
    """A form with a file of so many bytes, as a browser sends it."""
    lines = b"last_name;first_name;born_on;email\n" + b"X" * size
    parts = [
        ("csrf_token", b"", token.encode()),
        ("file", b'; filename="candidats.csv"', lines),
    ]
    body = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="' + name.encode() + b'"' + more + b"\r\n\r\n" + value + b"\r\n"
        for name, more, value in parts
    )
    return body + b"--b--\r\n", "multipart/form-data; boundary=b"


def test_a_large_file_passes_and_one_too_large_is_told_in_french(site: Site) -> None:
    cookie, token = signed_in(site)
    body, kind = upload(token, 60_000_000)
    status, _, page = site.ask("POST", "/sessions/224566/candidats/import", body, Cookie=cookie, **{"Content-Type": kind})
    assert status == 422 and "Le fichier" in page, "the portal has read it, and answers in its own words"
    body, kind = upload(token, 70_000_000)
    status, _, page = site.ask("POST", "/sessions/224566/candidats/import", body, Cookie=cookie, **{"Content-Type": kind})
    assert status == 413 and "Fichier trop lourd" in page and "rien n’a été enregistré" in page


def test_a_body_without_length_reaches_the_portal_whole(site: Site) -> None:
    cookie, token = form(site)
    parts = iter([f"csrf_token={token}&email=nobody".encode(), b"%40demo.example&password=guess"])
    typed = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "Transfer-Encoding": "chunked"}
    assert site.ask("POST", "/connexion", parts, **typed)[0] == 422, "a wrong password; by itself the portal refuses such a body"


@contextmanager
def held(site: Site) -> Iterator[None]:
    """Another address holds as many connections as it may."""
    with ExitStack() as stack:
        trust = ssl.create_default_context()
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
        for _ in range(MOST):
            plain = stack.enter_context(socket.create_connection(("127.0.0.1", site.secure), source_address=("127.0.0.8", 0)))
            slow = stack.enter_context(trust.wrap_socket(plain))
            slow.sendall(
                f"POST /connexion HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n".encode()
            )
            slow.recv(100)  # « go on »: the connection counts
        yield


def test_who_opens_too_many_connections_is_told_and_others_are_not_held_up(site: Site) -> None:
    with held(site):
        status, _, page = site.ask("GET", "/connexion", source="127.0.0.8")
        assert status == 429 and "Trop de connexions" in page
        assert site.ask("GET", "/healthz")[0] == 200, "from another address"


def test_no_log_holds_an_address_that_opens_something(site: Site) -> None:
    private = [f"/{room}/Zqx{room[:1]}" for room in ("c", "j", "verifier", "calendrier", "invitation", "connexion/oubli")]
    private.append("/verifier?code=Zqxcode")
    for path in (*private, "/Zqxplain"):
        site.ask("GET", path)
        with closing(http.client.HTTPConnection("127.0.0.1", site.plain, timeout=60)) as line:
            line.request("GET", path, headers={"Host": NAME})
            line.getresponse().read()
    with held(site):
        for path in (*private, "/Zqxplain"):
            assert site.ask("GET", path, source="127.0.0.8")[0] == 429
    logs = [(site.database.parent / name).read_text() for name in ("access.log", "error.log")]
    assert all("Zqxplain" in log for log in logs) and [p for p in private if any(p in log for log in logs)] == []


def test_nginx_finds_nothing_to_say_of_it(site: Site) -> None:
    folder = site.database.parent
    done = subprocess.run(
        [program("nginx"), "-t", "-p", str(folder), "-c", str(folder / "nginx.conf")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "warn" not in done.stderr, done.stderr


UNITS = sorted((DEPLOY / "systemd").iterdir())


def test_systemd_understands_each_unit(tmp_path: Path) -> None:
    for unit in UNITS:  # what is installed elsewhere is not here
        text = unit.read_text().replace("/opt/portail/.venv/bin/portal", "/bin/true")
        (tmp_path / unit.name).write_text(re.sub(r"^(User|Group)=portail$", r"\1=root", text, flags=re.MULTILINE))
    files = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run([program("systemd-analyze"), "verify", "--man=no", *files], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "portail" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_each_unit_calls_a_command_that_there_is() -> None:
    from portal.cli import cli

    named = {words for unit in UNITS for words in re.findall(r"/bin/portal (\w+)", unit.read_text())}
    assert named == {"serve", "worker", "backup", "doctor", "audit"} <= cli.commands.keys()
