"""The command line as an operator types it: exit status, words on standard error, never a traceback."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

import click
import pytest

from portal.cli import cli, french, main
from portal.cli.tool import Tool
from portal.clock import Clock
from portal.core.finding import find
from portal.core.heads import signer
from portal.features.past.proof_checks import as_bytes
from portal.features.past.proofs import proof
from portal.paths import ROOT
from portal.settings import DEMO_DAY, Settings
from portal.store.actors import operator
from portal.store.database import Database
from tests.conftest import EMPTY


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., CompletedProcess[str]]:
    """Says these words to the command line, in this process: that it starts as a program is tested once, below."""
    for name, value in {"ENV": "demo", "SECRET_KEY": "k", "DATABASE_URL": f"sqlite:///{tmp_path}/p.sqlite"}.items():
        monkeypatch.setenv(f"PORTAL_{name}", value)

    def run(*words: str, typed: str = "", **more: str) -> CompletedProcess[str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in more.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["portal", *words])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode()), "utf-8"))
            try:
                main()
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
        for stream in (out, err):
            stream.seek(0)
        return CompletedProcess(words, status, out.read(), err.read())

    return run


def test_it_starts_as_a_program() -> None:
    command, env = [sys.executable, "-m", "portal.cli"], {**os.environ, "PORTAL_ENV": "demo"}
    done = subprocess.run([*command, "--help"], capture_output=True, text=True, cwd=ROOT, env=env, check=False)
    assert "measures" in done.stdout and not done.stderr and done.returncode == 0
    refused = subprocess.run([*command, "nonsense"], capture_output=True, text=True, cwd=ROOT, env=env, check=False)
    assert refused.returncode == 2 and "nonsense" in refused.stderr and "Traceback" not in refused.stderr


def test_the_demonstration_its_measure_and_its_trail(portal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert portal("sessions", "export").returncode == 1, "no schema yet"
    assert portal("demo").returncode == 0
    assert portal("demo").returncode == 1
    assert "224566;" in portal("sessions", "export").stdout
    planned = portal("measures", "plan", "confinement-2020", "--csv", str(tmp_path / "plan.csv")).stdout
    assert "total\t14\t" in planned
    header, first, *_ = (tmp_path / "plan.csv").read_text().splitlines()
    assert header == "id;case;status_before;status_after;end_before;end_after;why" and first.count(";") == 6
    applied = portal("measures", "apply", "confinement-2020").stdout
    assert planned in applied and "application n° 2" in applied
    again = portal("measures", "apply", "confinement-2020")
    assert (
        again.returncode == 0
        and "Rien à appliquer : aucune session ne changerait." in again.stdout
        and "n° 3" not in again.stdout
    )
    assert portal("measures", "revert", "2").returncode == 0
    assert portal("measures", "revert", "2").returncode == 1
    assert portal("audit", "verify").returncode == 0
    assert portal("audit", "verify", PORTAL_SECRET_KEY="another").returncode == 1
    lines = portal("results", "export").stdout.splitlines()
    assert lines[0] == "session;last_name;first_name;certificate;outcome;definitive" and len(lines) > 50


def test_mistakes_are_refused_in_words(portal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    portal("migrate")
    bad = tmp_path / "bad.csv"
    bad.write_text("id;siret;title;kind;starts_on;ends_on;status;actual_end_on\n1;2;3;4;5;6;7;8\n")
    refused = portal("sessions", "import", str(bad))
    assert refused.returncode == 1 and "ligne 2" in refused.stderr and "rien n’a été écrit" in refused.stderr
    assert portal("sessions", "import", str(tmp_path / "none.csv")).returncode == 1
    assert portal("measures", "plan", "inconnue").returncode == 1
    measure = tmp_path / "m.toml"
    text = (ROOT / "measures" / "confinement-2020.toml").read_text("utf-8").replace("confinement-2020", "m")
    measure.write_text(text.replace('statuts = ["en_preparation"]', 'statuts = ["verrouillee"]\ndepartements = ["999"]', 1))
    for word in ("plan", "apply"):
        closed = portal("measures", word, str(measure))
        assert closed.returncode == 1 and "une mesure ne touche pas une session « Verrouillée »" in closed.stderr
    measure.write_text(text.replace('statuts = ["en_preparation"]', 'departements = ["999"]', 1))
    assert "le département « 999 » est inconnu" in portal("measures", "plan", str(measure)).stderr
    assert "planned_end_on;postponed_by" in portal("sessions", "import", "--help").stdout.replace("\n  ", " ")
    assert portal("nonsense").returncode == 2
    assert portal("users", "add", "a@test.example", "--role", "national", "--password-stdin", typed="court\n").returncode == 1
    assert portal("users", "add", "a@test.example", "--role", "ud", "--department", "94").returncode == 0
    assert portal("migrate", PORTAL_TODAY="hier").returncode == 1
    assert portal("migrate", PORTAL_ENV="production", PORTAL_TODAY="2020-06-15", PORTAL_SECRET_KEY="x" * 20).returncode == 1


ENGLISH = re.compile(
    r"\b(Usage:|Options:|Commands:|Error|Try|Missing|No such|Invalid|required|Show|Got|INTEGER|TEXT|FLOAT|FILE|COMMAND)\b"
)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Commandes :"),
        ("--help", "Montre cette aide."),
        ("users --help", "COMMANDE [MOTS]..."),
        ("users add --help", "obligatoire"),
        ("candidates import --help", "session;last_name;first_name;born_on"),
        ("centres import --help", "siret;name;department"),
        ("titles import --help", "code;decree_version;label;level;certificates"),
        ("approvals import --help", "number;siret;title;valid_from;valid_to"),
        ("migrate --help", "SECONDES"),
        ("worker --every 0", "sort des bornes"),
        ("worker --every peu", "n’est pas un nombre"),
        ("nonsense", "La commande nonsense n’existe pas."),
        ("mesures", "Est-ce 'measures' ?"),
        ("users add", "Il manque 'ADRESSE'"),
        ("users add a@test.example", "Il manque l’option '--role'"),
        ("users add a@test.example --role roi", "n’est pas l’un de"),
        ("users add a@test.example --rolle ud", "L’option --rolle n’existe pas."),
        ("users add a@test.example --role", "L’option --role attend une valeur."),
        ("users list de trop", "Des mots de trop : de trop"),
        ("centres import /nulle/part.csv", "il n’y a rien à cet endroit"),
        ("measures plan /nulle/part.toml", "il n’y a rien à cet endroit"),
        ("centres import /", "c’est un dossier"),
    ],
)
def test_the_command_line_speaks_french(
    words: str, said: str, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path, tmp_path: Path
) -> None:
    for name, value in {"PORTAL_ENV": "demo", "PORTAL_SECRET_KEY": "k"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{tmp_path}/p.sqlite")
    monkeypatch.setattr(Tool, "current", lambda tool: tool)
    shutil.copy(sqlite_template / EMPTY, tmp_path / "p.sqlite")
    monkeypatch.setattr(sys, "argv", ["portal", *words.split()])
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), pytest.raises(SystemExit):
        main()
    told = " ".join(out.getvalue().split())
    assert said in told and not ENGLISH.search(told), told


def every_command(command: click.Command, path: str = "portal") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    for name, under in getattr(command, "commands", {}).items():
        yield from every_command(under, f"{path} {name}")


def test_the_help_of_each_command_is_french_and_says_what_each_word_is() -> None:
    french.speak(cli)
    for path, command in every_command(cli):
        told = " ".join(command.get_help(click.Context(command, info_name=path)).split())
        assert not ENGLISH.search(told), told
        assert len((command.help or "").split()) > 2, path
        for word in command.params:
            assert not isinstance(word, click.Option) or word.help, f"{path} {word.name}"


@pytest.mark.parametrize("url", ["nonsense", "mysql://a@b/c", "sqlite:////proc/none/p.sqlite"])
def test_an_address_that_is_no_database_is_refused_in_words(portal, url: str) -> None:  # type: ignore[no-untyped-def]
    refused = portal("users", "list", PORTAL_DATABASE_URL=url)
    assert refused.returncode == 1 and len(refused.stderr.splitlines()) == 1 and " : " in refused.stderr


def test_a_file_of_an_older_spreadsheet_is_taken_over_and_said_how_on_standard_error(portal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    portal("migrate")
    old = tmp_path / "old.csv"
    old.write_bytes("siret,name,department\r\n90000101700012,École de Créteil,94\r\n".encode("cp1252"))
    done = portal("centres", "import", str(old))
    assert done.returncode == 0 and "1 ajouté(s)" in done.stdout
    assert done.stderr.splitlines() == [
        "Le fichier n’était pas en UTF-8 : il a été lu comme Windows-1252, relisez les accents.",
        "Les colonnes étaient séparées par des virgules, et non par des points-virgules.",
    ]
    old.write_bytes("siret;name;department\n90000101700012;École de Créteil;94\n".encode())
    again = portal("centres", "import", str(old))
    assert "0 mis à jour" in again.stdout and again.stderr == "", "the accents were read as they were written"
    old.write_bytes("siret;name;department\n90000101700012;Lefèvre;94\n".encode("cp850"))
    refused = portal("centres", "import", str(old))
    assert refused.returncode == 1 and "ligne 2 : le fichier n’est pas en UTF-8" in refused.stderr


def test_a_proof_is_checked_without_the_database_and_the_worker_tells_what_waits(portal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert portal("demo").returncode == 0
    url = f"sqlite:///{tmp_path}/p.sqlite"
    settings = Settings("demo", url, "k", DEMO_DAY)
    db = Database(url, settings.audit_key)
    with db.reading() as conn:
        s = find(conn, operator(), 224565, "UD")
        assert s
        made = proof(conn, signer(settings), s, Clock(DEMO_DAY).now())
    db.dispose()
    file = tmp_path / "preuve.json"
    file.write_bytes(as_bytes(made))
    elsewhere = {"PORTAL_DATABASE_URL": f"sqlite:///{tmp_path}/none/none.sqlite"}
    elsewhere |= {"PORTAL_ENV": "production", "PORTAL_SECRET_KEY": ""}  # no secret at all
    held = portal("audit", "verify", str(file), **elsewhere)
    assert held.returncode == 0 and "session 224565" in held.stdout and not (tmp_path / "none").exists()
    file.write_bytes(as_bytes({**made, "evenements": made["evenements"][1:]}))
    broken = portal("audit", "verify", str(file), **elsewhere)
    assert broken.returncode == 1 and "Preuve rompue" in broken.stderr
    assert portal("audit", "verify", str(tmp_path / "absent")).returncode == 1
    first, second = portal("worker", "--once").stdout, portal("worker", "--once").stdout
    assert not first.startswith("0 avis") and second.startswith("0 avis")
    arrived = "courriels arrivés sur /courriels-de-demonstration"  # its page is where they arrive, and each arrives once
    assert arrived in first and " 0 courriels" not in first and second == f"0 avis, 0 {arrived}.\n"


def test_production_refuses_the_demonstration_and_a_poor_secret(portal, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    good = "".join(chr(ord("a") + i % 20) for i in range(32))
    refused = portal("demo", PORTAL_ENV="production", PORTAL_SECRET_KEY=good)
    assert (refused.returncode, refused.stdout) == (1, "") and "ne se charge pas en production" in refused.stderr
    assert not (tmp_path / "p.sqlite").exists(), "the database is not even opened"
    assert portal("migrate", PORTAL_ENV="production", PORTAL_SECRET_KEY=good).returncode == 0
    for poor in ("", good[:31], "a" * 64, "ab" * 32):
        refused = portal("migrate", PORTAL_ENV="production", PORTAL_SECRET_KEY=poor)
        assert refused.returncode == 1 and "32 caractères" in refused.stderr
