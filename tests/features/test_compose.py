"""What `deploy/compose.yaml` puts together fits together, as compose itself reads it; the scripts of its two servers of PostgreSQL are run
on real ones."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from portal import paths
from portal.cli import cli
from portal.paths import ROOT
from portal.settings import looked_at
from tests.support.once import once
from tests.support.places import quick_folder
from tests.support.postgres import OWNER, Cluster
from tests.support.processes import wait_until

DEPLOY = ROOT / "deploy"
ASKED = re.findall(r"^(\w+)=(.*)$", (DEPLOY / "compose.env.example").read_text(), re.MULTILINE)
FILLED = {name: example or "x" for name, example in ASKED}
KEY, CONFIG = "0123456789abcdef" * 2, "config.yaml"
NODES = {"web1": "8000", "web2": "8001"}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env={**os.environ, **FILLED}, capture_output=True, text=True, check=False)


def read(folder: Path) -> None:
    """`config.yaml` in this folder: the file with its blanks filled, by the compose of this machine."""
    place = Path(shutil.copytree(DEPLOY, folder / "deploy"))
    example, file = (place / "portail.env.example").read_text(), place / "compose.yaml"
    (place / "portail.env").write_text(example.replace("SECRET_KEY=", f"SECRET_KEY={KEY}"))
    newest = shutil.which("docker") and not run("docker", "compose", "version").returncode
    compose = ("docker", "compose") if newest else ("docker-compose",)
    if run(*compose, "version", "--short").stdout.startswith("1."):
        file.write_text(file.read_text().replace("name: portail\n", ""))  # the one line that only the second version knows
    done = run(*compose, "-f", str(file), "--project-directory", str(place), "config")
    assert not done.returncode and "not set" not in done.stderr, done.stderr
    (folder / CONFIG).write_text(done.stdout)


@pytest.fixture(scope="module")
def services(shared: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((once(shared / "compose", read) / CONFIG).read_text())["services"])


def test_two_web_nodes_a_worker_a_primary_and_its_standby_are_told_apart(services: dict[str, Any]) -> None:
    assert set(services) == {"entrance", "proxy", *NODES, "worker", "migrate", "primary", "standby"}
    assert {name for name, one in services.items() if "healthcheck" in one} == {*NODES, "primary", "standby"}
    assert {name for name, one in services.items() if one.get("ports")} == {"entrance"}, "nothing else is open to the world"
    ours = {*NODES, "worker", "migrate"}
    assert {services[name]["command"][0] for name in ours} == {"serve", "worker", "migrate"} <= cli.commands.keys()
    assert {services[name]["image"] for name in ours} == {"portail-sessions"}
    for one in services.values():
        assert set(one.get("depends_on", {})) <= set(services)


def test_every_setting_of_a_service_is_known_and_right(services: dict[str, Any], tmp_path: Path) -> None:
    for name in (*NODES, "worker", "migrate"):
        own = {key: str(value) for key, value in services[name]["environment"].items()}
        settings, known = looked_at(own, tmp_path)
        assert [one.name for one in known if one.problem] == [] and own.keys() <= {one.name for one in known}
        assert "PORTAL_MAIL_FROM" in own, "of portail.env, too"
        assert "target_session_attrs=read-write" in settings.database_url
        assert {"primary", "standby"} <= set(re.findall(r"primary|standby", settings.database_url))
        assert str(settings.port) == NODES.get(name, "8000")


def test_nginx_knows_both_nodes(services: dict[str, Any], tmp_path: Path) -> None:
    before, _, _ = services["proxy"]["command"][2].partition("&& exec nginx")
    script = before.replace("/etc/portail/nginx.conf", str(DEPLOY / "nginx.conf")).replace("/etc/nginx/conf.d", str(tmp_path))
    subprocess.run(["sh", "-c", script], check=True)
    assert re.findall(r"^    server (127\.0\.0\.1:\d+);", (tmp_path / "default.conf").read_text(), re.MULTILINE) == [
        f"127.0.0.1:{port}" for port in NODES.values()
    ]
    assert all(services[name]["network_mode"] == "service:entrance" for name in (*NODES, "proxy")), "they meet on 127.0.0.1"


def test_the_image_holds_what_the_portal_reads() -> None:
    copied = set(re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE))
    folders = {p.name for name, p in vars(paths).items() if isinstance(p, Path) and p.parent == ROOT and name != "INSTANCE"}
    assert folders | {"portal"} | {"requirements/run.txt", "pyproject.toml wsgi.py"} == copied


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    made = Cluster(durable=True, place=quick_folder())
    made.start()
    yield made
    made.stop()


def test_the_standby_follows_the_primary_and_acknowledges_with_it(cluster: Cluster) -> None:
    """The scripts as they stand, but for where things are."""
    port, copy = cluster.url.rpartition(":")[2], cluster.folder / "copy"
    copy.mkdir(mode=0o700)
    os.chown(copy, cluster.user.get("user", -1), cluster.user.get("group", -1))
    own = {
        **os.environ, **FILLED, "PATH": f"{cluster.bin}:{os.environ['PATH']}", "PGHOST": "127.0.0.1", "PGPORT": port,
        "PGDATA": str(cluster.data), "PGDATABASE": "postgres",
    }  # fmt: skip
    first, second = (
        (DEPLOY / "compose" / name).read_text().replace("/etc/portail", str(DEPLOY)) for name in ("primary.sh", "standby.sh")
    )
    second = second.replace("host=primary port=5432", f"host=127.0.0.1 port={port}")
    with psycopg.connect(f"{cluster.url}/postgres", autocommit=True) as conn:
        conn.execute("CREATE ROLE postgres SUPERUSER LOGIN")
        subprocess.run(["sh", "-c", first], env=own, check=True, cwd="/")
        known = "SELECT rolname FROM pg_authid WHERE rolpassword IS NOT NULL ORDER BY 1"
        assert conn.execute(known).fetchall() == [("copie",), ("portail",), ("portail_maitre",)]
        makes = "SELECT has_database_privilege('portail', 'portail', right_) FROM unnest(ARRAY['TEMPORARY', 'CREATE']) right_"
        assert conn.execute(makes).fetchall() == [(False,), (False,)], "it has nothing to make in a database that it serves"
        options = [
            f"-c{one}" for one in ("port=5432", "max_connections=200", "listen_addresses=", f"unix_socket_directories={copy}")
        ]
        standby = subprocess.Popen(
            ["sh", "-c", second, "standby.sh", *options], env={**own, "PGDATA": str(copy)}, cwd="/", **cluster.user,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            query = "SELECT application_name, sync_state FROM pg_stat_replication WHERE state = 'streaming'"
            wait_until(lambda: conn.execute(query).fetchall() == [("standby", "sync")])
            with psycopg.connect(f"host={copy} user={OWNER} dbname=portail") as follows:
                assert follows.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
        finally:
            standby.send_signal(signal.SIGQUIT)
            standby.wait()
