"""`portal doctor` says what would hurt, whatever is broken, and how to mend it; what keeps a command from its work is one sentence."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, text, update

from portal.address import BadAddress, is_trusted, masked, read_address, shown
from portal.cli import cli, main
from portal.cli.doctor import around, examine
from portal.cli.doctor.given import mends
from portal.features.access.inviting import invite
from portal.rules.lifecycle import Role
from portal.settings import Settings
from portal.store import migrate
from portal.store.actors import Occasion, Source, operator
from portal.store.audit import audit_event
from portal.store.database import Database
from portal.store.notices import mail, notice
from portal.store.work import Work
from tests.support.postgres import SERVES

SECRET = "0123456789abcdef" * 2
GOOD = {
    "PORTAL_SECRET_KEY": SECRET,
    "PORTAL_PUBLIC_URL": "https://portail.example",
    "PORTAL_TRUSTED_PROXIES": "1",
    "PORTAL_MAIL_FROM": "portail@portail.example",
    "PORT": "1",  # nobody listens there
}
NO_MAIL = "PORTAL_SMTP_HOST"


def told(db: Database | str, folder: Path, **given: str) -> dict[str, tuple[str, str]]:
    """What is said of each thing, and its mend."""
    url = db if isinstance(db, str) else served(db)
    return {line.what: (line.said, line.mend) for line in examine({**GOOD, "PORTAL_DATABASE_URL": url, **given}, folder)}


def served(db: Database) -> str:
    """The address by which the portal serves it: on PostgreSQL not its owner's."""
    return (db.url if db.is_sqlite else db.url.set(username=SERVES)).render_as_string(hide_password=False)


def hurts(lines: Mapping[str, tuple[str, str]]) -> set[str]:
    """What has a mend; that a portal here sends no mail is known."""
    return {what for what, (_, mend) in lines.items() if mend} - {NO_MAIL}


def head(db: Database) -> str:
    with db.reading() as conn:
        return migrate.state(conn).expected


@pytest.fixture
def kept(db: Database) -> Database:
    """A database of production: its trail is sealed under our key."""
    db.audit_key = Settings("production", "", SECRET, None).audit_key
    now = datetime.now(UTC)
    invite(Work(db, Occasion(operator(), Source.CLI, now, now.date())), "n@test.example", Role.NATIONAL)
    return db


def test_a_portal_in_order_has_nothing_to_mend(kept: Database, tmp_path: Path) -> None:
    lines = told(kept, tmp_path)
    assert hurts(lines) == set(), lines
    assert lines["PORTAL_SECRET_KEY"] == ("••••••", "") and SECRET not in str(lines)
    assert lines["PORTAL_UNIT_LABEL"] == ("UD (par défaut)", "")
    assert lines["Clé du journal"][0] == "c’est celle de cette base" and lines["Port"] == ("1 est libre", "")
    assert lines["Schéma"][0] == f"est le {head(kept)}"
    if not kept.is_sqlite:
        assert lines["Délais : lock_timeout"][0] == "2500ms" and lines["Second mur"][0].startswith("la base ne donne")
        owners = told(kept.url.render_as_string(hide_password=False), tmp_path)
        assert hurts(owners) == {"Second mur"} and "--runtime" in owners["Second mur"][1]


OWN = "la clé d’aujourd’hui y est aussi : retirez-la"
ALONE = {
    "PORTAL_SECRET_KEY": ("a" * 40, "répète toujours les mêmes"),
    "PORTAL_PUBLIC_URL": ("http://portail.example", "https://"),
    "PORTAL_TRUSTED_PROXIES": ("0", "leur nombre"),
    "PORTAL_MAIL_FROM": ("portail@localhost", "adresse du service"),
    "PORTAL_METRICS_PORT": ("1", "un autre"),
    "PORTAL_TODAY": ("2020-06-15", "que dans la démonstration"),
    "PORTAL_SECRET_KEYS": ("x", "corrigez son nom"),
    "PORTAL_OIDC_ISSUER": ("http://idp.example", "https://"),
}


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_is_wrong_of_the_settings_is_told_all_at_once_and_nothing_secret(kept: Database, tmp_path: Path) -> None:
    wrong = {name: value for name, (value, _) in ALONE.items()} | {"PORTAL_SMTP_HOST": "127.0.0.1", "PORTAL_SMTP_PORT": "1"}
    lines = told(kept, tmp_path, **wrong)
    assert {name: mend for name, (_, mend) in ALONE.items() if mend not in lines[name][1]} == {}, lines
    assert "a" * 40 not in str(lines) and SECRET not in str(lines)
    assert told(kept, tmp_path, PORTAL_OLD_SECRET_KEYS=SECRET)["PORTAL_OLD_SECRET_KEYS"] == ("••••••", OWN)
    assert "ne répond pas" in lines["Courriel"][0] and "PORTAL_SMTP_HOST" in lines["Courriel"][1]


@pytest.mark.parametrize(
    ("url", "what", "mend"),
    [
        ("garbage", "PORTAL_DATABASE_URL", "postgresql://"),
        ("mysql://u:hidden@h/db", "PORTAL_DATABASE_URL", "ne connaît pas « mysql »"),
        ("postgresql://u:hidden@127.0.0.1:1/db", "Base", "démarrez-le, ou corrigez PORTAL_DATABASE_URL"),
        ("postgresql://u:hidden@127.0.0.1:1,127.0.0.1:2/db", "Base", "démarrez-le, ou corrigez PORTAL_DATABASE_URL"),
        ("sqlite:///{folder}/none.sqlite", "Base", "« portal migrate » la crée"),
        ("sqlite:///{folder}/none/none.sqlite", "Base", "« portal migrate » la crée"),
        ("sqlite:///{folder}/text", "Base", "« portal restore »"),
        ("sqlite:///{folder}/empty", "Schéma", "« portal migrate » la crée"),
    ],
)
def test_no_database_is_told_and_none_is_made(tmp_path: Path, url: str, what: str, mend: str) -> None:
    (tmp_path / "text").write_text("This is no database, " * 100)
    (tmp_path / "empty").touch()
    lines = told(url.format(folder=tmp_path), tmp_path)
    assert mend in lines[what][1] and "hidden" not in str(lines), lines
    assert {file.name for file in tmp_path.iterdir()} <= {"text", "empty", "empty-wal", "empty-shm"}


def test_a_database_of_another_version_is_told(kept: Database, tmp_path: Path) -> None:
    with kept.writing() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "une plus récente" in told(kept, tmp_path)["Schéma"][1]
    with kept.writing() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "« portal migrate »" in told(kept, tmp_path)["Schéma"][1]


def test_what_is_past_its_time_and_was_forgotten_is_told(kept: Database, tmp_path: Path) -> None:
    today = datetime.now(UTC)
    row = {"account_id": 1, "subject": "s", "body": "b", "link": "/"}
    with kept.writing() as tx:
        tx.execute(insert(notice), {**row, "at": today - timedelta(days=368)})
    assert hurts(told(kept, tmp_path)) == set(), "a night or two are not forgotten"
    with kept.writing() as tx:
        tx.execute(insert(notice), {**row, "at": today - timedelta(days=380)})
    said, mend = told(kept, tmp_path)["Durées de conservation"]
    assert said == "1 à effacer depuis plus d’une semaine" and "« portal retention apply »" in mend


def test_the_keys_the_clock_and_the_mails_of_a_database(kept: Database, tmp_path: Path) -> None:
    ago = datetime.now(UTC) - timedelta(hours=1)
    with kept.writing() as tx:
        waits = {
            "message_id": "1",
            "account_id": 1,
            "subject": "s",
            "body": "b",
            "link": "/",
            "daily": 0,
            "at": ago,
            "due_at": ago,
        }
        tx.execute(insert(mail), waits)
    with_mail = {"PORTAL_SMTP_HOST": "127.0.0.1", "PORTAL_SMTP_PORT": "1"}
    assert hurts(told(kept, tmp_path)) == set(), "where no mail leaves, none is late"
    assert hurts(told(kept, tmp_path, **with_mail)) == {"Courriel", "Courriels en retard"}
    lines = told(kept, tmp_path, PORTAL_SECRET_KEY=SECRET[::-1])
    assert hurts(lines) == {"Clé du journal"} and "PORTAL_AUDIT_KEY" in lines["Clé du journal"][1]
    later = datetime.now(UTC) + timedelta(hours=1)
    with kept.writing() as tx:
        tx.execute(
            text("ALTER TABLE audit_event DISABLE TRIGGER USER" if not kept.is_sqlite else "DROP TRIGGER audit_event_no_update")
        )
        tx.execute(update(audit_event).values(at=later))
    assert hurts(told(kept, tmp_path)) == {"Horloge"}


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_disk_and_who_reads_the_file(kept: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(str(kept.url.database)).chmod(0o644)
    monkeypatch.setattr(around, "ENOUGH", 10**18)
    monkeypatch.setattr("portal.store.database._owners_alone", lambda file: None)
    lines = told(kept, tmp_path)
    assert hurts(lines) == {"Fichier de la base", "Disque de la base", "Disque des fichiers de passage (TMPDIR)"}
    monkeypatch.setattr(around, "os", SimpleNamespace(access=lambda *_: False, W_OK=os.W_OK, X_OK=os.X_OK))
    assert "chown" in told(kept, tmp_path)["Disque de la base"][1]


@contextmanager
def listening() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield int(taken.getsockname()[1])


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_port_that_another_program_holds(kept: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(around, "SECONDS", 0.05)
    with listening() as port:
        assert "un autre PORT" in told(kept, tmp_path, PORT=str(port))["Port"][1]


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_command_ends_with_1_where_something_would_hurt(kept: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {**GOOD, "PORTAL_DATABASE_URL": kept.url.render_as_string(hide_password=False)}
    done = CliRunner().invoke(cli, ["doctor"], env=own)
    assert done.exit_code == 1 and done.output.splitlines()[-1] == "1 point à corriger."
    assert "\n  À VOIR   PORTAL_SMTP_HOST : rien (par défaut) → aucun courriel ne part" in done.output
    done = CliRunner().invoke(cli, ["doctor"], env={**own, "PORTAL_ENV": "demo"})
    assert done.exit_code == 0 and done.output.splitlines()[-1] == "Rien à corriger."


# ---- addresses


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("postgres://u:p@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u@h1:5433,h2/db?sslmode=require", "postgresql://u@/db?host=h1:5433&host=h2:5432&sslmode=require"),
        ("postgresql://h1,h2/db", "postgresql:///db?host=h1:5432&host=h2:5432"),
        ("postgresql:///db?host=/var/run/postgresql", "postgresql:///db?host=/var/run/postgresql"),
        ("postgresql://u@/db?host=h1:1&host=h2:2&password=p", "postgresql://u@/db?host=h1:1&host=h2:2&password=***"),
        ("sqlite:////srv/portal.sqlite", "sqlite:////srv/portal.sqlite"),
    ],
)
def test_the_forms_of_an_address(given: str, understood: str) -> None:
    assert shown(read_address(given)) == understood


@pytest.mark.parametrize(
    "given",
    ["", "garbage", "mysql://h/db", "postgresql://h", "postgresql://h:x/db", "postgresql://h:70000/db", "postgresql://h1,h2:x/db", "sqlite://",
     "postgresql://h1:0,h2/db"],
)  # fmt: skip
def test_what_is_no_address(given: str) -> None:
    with pytest.raises(BadAddress, match="postgresql://"):
        read_address(given)


@pytest.mark.parametrize(
    ("given", "trusted"),
    [
        ("postgresql://u@localhost/db", True),
        ("postgresql:///db?host=/var/run/postgresql", True),
        ("postgresql://u@db.example/db?sslmode=verify-full", True),
        ("postgresql://u@db.example/db?sslmode=require", False),
        ("postgresql://u@127.0.0.1:1,db.example:1/db", False),
        ("postgresql://u@[::2]/db", False),
        ("sqlite:////srv/portal.sqlite", True),
    ],
)
def test_a_database_on_another_machine_proves_who_it_is(given: str, trusted: bool, tmp_path: Path) -> None:
    assert is_trusted(read_address(given)) == trusted
    said = dict(mends(Settings("production", given, SECRET, None)))
    assert ("PORTAL_DATABASE_URL" in said) != trusted
    assert "PORTAL_DATABASE_URL" not in dict(mends(Settings("demo", given, SECRET, None)))


def test_a_password_is_never_shown() -> None:
    for given in ("mysql://u:p@ss/w@h/db", "postgresql://u:p@ss/w@h1,h2/db", "x://h/db?password=p@ss/w&a=1"):
        assert "ss/w" not in masked(given)


def test_a_command_that_finds_no_database_says_so_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", SECRET)
    for url, words, mend in (
        ("postgresql://u:hidden@127.0.0.1:1/db", ["serve"], "démarrez-le"),
        (f"sqlite:///{tmp_path}/none/p.sqlite", ["migrate"], "vérifiez que son dossier existe"),
        (f"sqlite:///{tmp_path}/none.sqlite", ["serve"], "« portal migrate » la crée"),
    ):
        monkeypatch.setenv("PORTAL_DATABASE_URL", url)
        monkeypatch.setattr("sys.argv", ["portal", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert (ended.value.code, said.out) == (1, "") and mend in said.err and "hidden" not in said.err
        assert len(said.err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_the_deposit_needs_is_looked_at_once_it_is_given(db: Database, tmp_path: Path) -> None:
    assert "Dépôt" not in told(db, tmp_path)
    given = {"PORTAL_CDC_CLIENT": "TEST0001", "PORTAL_CDC_CONTRACT": "CONTRAT-1"}
    assert told(db, tmp_path, **given)["Dépôt"] == ("le schéma deposit.xsd se lit", "")
    (tmp_path / "x.xsd").write_text("<x/>")
    assert "(XSD) en vigueur" in told(db, tmp_path, **given, PORTAL_CDC_SCHEMA=str(tmp_path / "x.xsd"))["Dépôt"][1]
    wrong = {
        "PORTAL_CDC_CLIENT": "7",
        "PORTAL_CDC_CONTRACT": "x" * 21,
        "PORTAL_CDC_SCHEMA": "nulle part",
        "PORTAL_CDC_SINCE": "hier",
    }
    assert wrong.keys() <= hurts(told(db, tmp_path, **wrong))
