"""The check of dependencies finds what it says it finds."""

from pathlib import Path

import pytest

from scripts import audit

HASH = " \\\n    --hash=sha256:" + "a" * 64


def test_the_locks_hold() -> None:
    assert audit.faults_of_locks() == []


@pytest.mark.parametrize(
    "line",
    [
        "flask>=3",
        "flask==3.1.0",
        "flask @ https://example.org/flask.whl",
        f"flask>=3.1{HASH}",
        "--index-url https://example.org",
        "flask",
    ],
)
def test_what_is_not_one_version_with_its_digests_is_found(tmp_path: Path, line: str) -> None:
    lock = tmp_path / "run.txt"
    lock.write_text(f"click==8.2.0{HASH}\n{line}\ntzdata==2025.1 ; sys_platform == 'win32'{HASH}\n")
    assert any("flask" in told or "index" in told for told in audit.faults_of_locks((lock,)))


def test_another_version_than_the_one_chosen_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "dev.txt"
    lock.write_text(f"flask==0.1{HASH}\nno-such-package==1{HASH}\n")
    monkeypatch.setattr(audit, "INSTALLED", lock)
    (told,) = audit.faults_of_locks((lock,))
    assert told.startswith("flask : 0.1 est choisi, ")


def test_the_registry_is_asked_and_its_silence_is_no_yes() -> None:
    def asking(name: str, _version: str) -> object:
        if name == "silent":
            raise OSError
        bad = [{"id": "GHSA-x", "fixed_in": ["2"], "withdrawn": None}, {"id": "old", "withdrawn": "2020-01-01"}]
        return {"info": {"yanked": name == "pulled"}, "vulnerabilities": bad if name == "bad" else []}

    told, silent = audit.faults_of_registry({"good": "1", "bad": "1", "pulled": "1", "silent": "1"}, asking)
    assert told == ["bad 1 : GHSA-x, corrigé dans 2", "pulled 1 : version retirée par ses auteurs (sans motif)"]
    assert silent == ["silent"]
