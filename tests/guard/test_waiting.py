"""No test waits for a time that somebody guessed: it waits for what it needs, and a slow machine changes nothing."""

import ast

from portal.paths import ROOT

SLEEPS = {"sleep", "wait_for_timeout"}


def waits(source: str) -> list[str]:
    called = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = [one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in called]
    return [name for name in names if name in SLEEPS]


def test_no_test_waits_for_a_guessed_time() -> None:
    found = {str(file.relative_to(ROOT)): waits(file.read_text("utf-8")) for file in (ROOT / "tests").rglob("*.py")}
    assert {name: many for name, many in found.items() if many} == {}


def test_a_wait_is_seen() -> None:
    assert waits("page.wait_for_timeout(300)\ntime.sleep(1)\nsleep(2)\nfall_asleep()") == ["wait_for_timeout", "sleep", "sleep"]
