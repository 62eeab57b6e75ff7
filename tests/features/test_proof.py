"""The proof of a session's history: whole, changed, and in the hands of those who have neither secret nor portal."""

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion
from sqlalchemy import select

from portal.cli import cli
from portal.core.heads import hand_over, head, kept_head, signer, signs_now
from portal.features.past.proof_checks import Held, as_bytes, check, signed_text
from portal.features.past.proofs import as_pdf, proof
from portal.features.sessions.actions import set_actual_end
from portal.files.note import Key, NoHead, Signer, read_head, read_key
from portal.paths import ROOT
from portal.rules.merkle import consistency, continued, inclusion, root_over
from portal.settings import DEMO_DAY, Settings
from portal.store.audit import audit_event
from portal.store.nodes import Tree
from portal.store.tree import leaf_held, seal_data
from tests.support.world import World

SIGNER = signer(Settings("demo", "", "a secret for tests", DEMO_DAY))
SCRIPT = ROOT / "docs" / "verify_proof.py"


@pytest.fixture
def w(world: World) -> Iterator[World]:
    world.session(1, "02/03/2020", "20/04/2020")
    world.session(2, "02/03/2020", "20/04/2020")
    world.measure()
    set_actual_end(world.as_("centre"), 1, world.get(1).version, date(2020, 6, 12))
    yield world
    world.close()


@pytest.fixture
def made(w: World) -> dict[str, Any]:
    with w.db.reading() as conn:
        return proof(conn, SIGNER, w.get(1), w.now())


def held(data: bytes, trusted: Key | None = SIGNER.key) -> tuple[int, int] | str:
    found = check(data, trusted)
    return (found.session, found.events) if isinstance(found, Held) else found


def test_a_proof_holds_as_json_and_as_pdf_without_database_and_secret(w: World, made: dict[str, Any]) -> None:
    text = as_bytes(made)
    pdf = as_pdf(made, text, w.now())
    assert held(text) == (1, 3) and pdf.startswith(b"%PDF-") and held(pdf) == (1, 3)
    other = Signer("localhost/journal", b"x" * 32)
    assert "par une autre clé" in str(held(text, other.key)) and held(text, None) == (1, 3)


def signed(made: dict[str, Any], by: Signer = SIGNER) -> dict[str, Any]:
    """Signed anew, as its maker could."""
    return {**made, "signature": b64encode(by.sign(signed_text(made))).decode()}


def with_event(made: dict[str, Any], position: int, **changed: object) -> dict[str, Any]:
    events = [dict(one) for one in made["evenements"]]
    events[position] = {**events[position], "evenement": {**events[position]["evenement"], **changed}}
    return {**made, "evenements": events}


CHANGED: dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], str]] = {
    "an actor": (lambda m: with_event(m, 0, actor="Quelqu’un d’autre"), "événement"),
    "a date": (lambda m: with_event(m, 1, at="2020-06-16T07:00:00+00:00"), "événement"),
    "a digest": (lambda m: with_event(m, 1, digest="a" * 64), "événement"),
    "a number": (lambda m: with_event(m, 1, id=3), "événement 3"),
    "another session's": (lambda m: with_event(m, 1, session_id=2), "événement"),
    "the first left out": (lambda m: {**m, "evenements": m["evenements"][1:]}, "signature"),
    "the last left out": (lambda m: {**m, "evenements": m["evenements"][:-1]}, "signature"),
    "one twice": (lambda m: {**m, "evenements": [*m["evenements"], m["evenements"][0]]}, "pas à sa place"),
    "backwards": (lambda m: {**m, "evenements": m["evenements"][::-1]}, "pas à sa place"),
    "a path": (lambda m: {**m, "evenements": [{**one, "chemin": []} for one in m["evenements"]]}, "événement"),
    "a measure": (lambda m: {**m, "mesures": []}, "signature"),
    "words": (lambda m: {**m, "en_clair": []}, "signature"),
    "the session": (lambda m: {**m, "session": 2}, "événement"),
    "a key": (lambda m: {**m, "cle": Signer("localhost/journal", b"x" * 32).key.line}, "aucune signature"),
    "nonsense for a key": (lambda m: {**m, "cle": "x"}, "clé publique"),
    "all signed by another": (lambda m: by_another(m), "par une autre clé"),
}


def by_another(made: dict[str, Any]) -> dict[str, Any]:
    other = Signer("localhost/journal", b"x" * 32)
    return signed({**made, "cle": other.key.line, "point": other.note(read_head(made["point"], SIGNER.key))}, other)


def test_who_trusts_a_key_trusts_the_one_that_it_handed_over_to(w: World, tmp_path: Path) -> None:
    second, third = Signer("localhost/journal", b"2" * 32), Signer("localhost/journal", b"3" * 32)
    with w.db.snapshot() as conn:
        kept = SIGNER.note(head(Tree(conn), "localhost/journal"))
    for now, new in ((SIGNER, second), (second, third)):
        hand_over(w.operator(), now, new.key)
    with w.db.reading() as conn:
        made = proof(conn, third, w.get(1), w.now())
        assert [signs_now(conn, one.key) for one in (SIGNER, second, third)] == [False, False, True]
        assert kept_head(conn, kept, third.key) == read_head(kept, SIGNER.key)
        with pytest.raises(NoHead, match="aucune signature"):
            kept_head(conn, kept, Signer("localhost/journal", b"x" * 32).key)
    for trusted in (SIGNER, second, third):
        assert held(as_bytes(made), trusted.key) == (1, 3)
        assert _script(made, trusted.key, tmp_path) is None
    forged = signed(
        {**made, "passations": [{**one, "signature": b64encode(b"x" * 64).decode()} for one in made["passations"]]}, third
    )
    for other in (
        signed({**made, "passations": made["passations"][1:]}, third),
        signed({**made, "passations": []}, third),
        forged,
    ):
        assert "par une autre clé" in str(held(as_bytes(other), SIGNER.key))
        assert "par une autre clé" in str(_script(other, SIGNER.key, tmp_path))


def _script(made: dict[str, Any], trusted: Key, folder: Path) -> str | None:
    """Why the page of Python stops, if it does."""
    file, key = folder / "preuve.json", folder / "cle.txt"
    file.write_bytes(as_bytes(made))
    key.write_text(trusted.line)
    namespace: dict[str, Any] = {"__name__": "script"}
    exec(compile(SCRIPT.read_text(), SCRIPT, "exec"), namespace)
    try:
        namespace["main"](str(file), str(key))
    except SystemExit as stopped:
        return str(stopped.code)
    return None


def test_what_is_changed_added_or_left_out_of_a_proof_shows(made: dict[str, Any], tmp_path: Path) -> None:
    said = {what: str(held(as_bytes(change(made)))) for what, (change, _) in CHANGED.items()}
    assert {what: words for what, words in said.items() if CHANGED[what][1] not in words} == {}
    event = {**made["evenements"][0]["evenement"], "reason": "un autre"}
    forged = signed({**made, "evenements": [{**made["evenements"][0], "evenement": event}, *made["evenements"][1:]]})
    assert "n’est pas dans le journal signé" in str(held(as_bytes(forged))), "not even its maker can change what the tree holds"


@pytest.mark.parametrize(
    "nonsense",
    [
        *(b"", b"{}", b"[]", b"null", b"%PDF-1.7 nothing", b"\xff\xfe", b"[" * 100_000),
        b'{"format": 1, "session": 1, "evenements": [1]}',
        json.dumps({"format": "preuve d’historique, version 2", "session": 1, "evenements": [1]}).encode(),
        json.dumps({"format": "preuve d’historique, version 1", "session": 1, "evenements": [1]}).encode(),
    ],
)
def test_what_is_no_proof_is_said_to_be_none(nonsense: bytes) -> None:
    assert isinstance(held(nonsense), str)


def test_the_proof_is_fetched_from_the_history_by_who_sees_the_session(w: World) -> None:
    centre = w.browser("centre")
    assert "preuve.pdf" in centre.get("/sessions/1/historique").text
    key = read_key(w.browser().get("/journal/cle").text)
    assert held(centre.get("/sessions/1/preuve.json").data, key) == (1, 3)
    assert held(centre.get("/sessions/1/preuve.pdf").data, key) == (1, 3)
    assert w.browser("ud75").get("/sessions/1/preuve.json").status_code == 404


# ---- without the portal


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", SCRIPT, *map(str, words)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_page_of_python_in_the_documentation_checks_a_proof(made: dict[str, Any], tmp_path: Path) -> None:
    text = SCRIPT.read_text()
    assert len(text.splitlines()) <= 100 and f"```python\n{text}```" in (ROOT / "docs" / "proof.md").read_text()
    file, key, other = tmp_path / "preuve.json", tmp_path / "cle.txt", tmp_path / "autre.txt"
    file.write_bytes(as_bytes(made))
    key.write_text(SIGNER.key.line + "\n")
    other.write_text(Signer("localhost/journal", b"x" * 32).key.line)
    whole = run(file, key)
    assert whole.returncode == 0 and whole.stdout.endswith("Preuve intacte : session 1, événements du journal : 3.\n"), (
        whole.stderr
    )
    assert run(file, other).returncode == 1 and SIGNER.key.line in run(file).stdout
    said = {what: _script(change(made), SIGNER.key, tmp_path) for what, (change, _) in CHANGED.items()}
    assert [what for what, why in said.items() if not why] == []


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_command_checks_it_against_the_key_that_one_trusts(made: dict[str, Any], tmp_path: Path) -> None:
    file, key = tmp_path / "preuve.json", tmp_path / "cle.txt"
    file.write_bytes(as_bytes(made))
    key.write_text(SIGNER.key.line)
    nothing = {"PORTAL_ENV": "production", "PORTAL_SECRET_KEY": "", "PORTAL_DATABASE_URL": ""}

    def portal(*words: object) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["audit", "verify", *map(str, words)], env=nothing)
        return done.exit_code, done.output

    assert portal(file, "--key", key) == (0, "Preuve intacte : session 1, 3 événements.\n")
    assert SIGNER.key.line in portal(file)[1] and portal(file)[0] == 0
    key.write_text(Signer("localhost/journal", b"x" * 32).key.line)
    assert portal(file, "--key", key)[0] == 1
    key.write_text("rien")
    assert portal(file, "--key", key)[0] == 1


# ---- and by an implementation that is not ours


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_another_implementation_finds_the_same_tree_and_holds_its_proofs(w: World, made: dict[str, Any]) -> None:
    theirs = InmemoryTree(algorithm="sha256")
    with w.db.snapshot() as conn:
        tree = Tree(conn)
        theirs.append_entry(seal_data(0, "0" * 64).encode())
        for row in conn.execute(select(audit_event).order_by(audit_event.c.id)):
            theirs.append_entry(signed_text(leaf_held(dict(row._mapping))).removeprefix(b"preuve\n"))
        size = theirs.get_size()
        assert theirs.get_root() == head(tree, "x").root and size == tree.size
        for old in range(1, size + 1):
            assert theirs.get_root(old) == root_over(tree.node, 0, old)
            shown = theirs.prove_consistency(old, size)
            verify_consistency(root_over(tree.node, 0, old), head(tree, "x").root, shown)
            assert continued(old, theirs.get_root(old), size, theirs.get_root(), consistency(tree.node, old, size))
        for index in range(size):
            shown = theirs.prove_inclusion(index + 1, size)
            verify_inclusion(tree.node(0, index), head(tree, "x").root, shown)
            assert inclusion(tree.node, index, size) == list(shown.path[1:])
    for one in made["evenements"]:
        path = theirs.prove_inclusion(one["evenement"]["id"] + 1, read_head(made["point"], SIGNER.key).size).path
        assert [b64decode(beside) for beside in one["chemin"]] == list(path[1:])
