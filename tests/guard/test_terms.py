"""One term for one thing (docs/words.md), over the texts of all pages as test_pages keeps them, and over the source."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from portal.paths import ROOT, TEMPLATES
from portal.rules.abbreviations import ABBREVIATIONS
from tests.guard.addresses import KEPT
from tests.support.demonstration import READ, SIGNED_OUT, Demonstration

OF_THE_DEMONSTRATION = ("a-essayer", "charte", "courriels-de-demonstration")
OF_A_CENTRE = {"centre", "autre-centre", SIGNED_OUT}
# Kept without roles: forms and files are told by one person.
TOLD_BY_A_CENTRE = re.compile(r"formulaire-(centre|visiteur)-|fichier-sessions-(2|nouvelles)|erreurs")
ACT = re.compile(r"[a-zé]{2,}ez\b|\bdites\b|\bfaites\b", re.IGNORECASE)
# « 1 comptes », but not « session 1 », « 10 », « 1,0 ».
PLURAL = re.compile(
    r"(?:^|[^\d,./°\w] |[«(])[01] (?:sessions|candidats|comptes|demandes|résultats|lignes|jours|membres|personnes|titres|certificats)\b"
)


def _never(columns: int) -> re.Pattern[str]:
    """What is not said, by the table of docs/words.md that has so many columns: its last one."""
    rows = [line.strip("|").split("|") for line in (ROOT / "docs/words.md").read_text("utf-8").splitlines() if line[:1] == "|"]
    cells = [row[-1].strip() for row in rows if len(row) == columns]
    words = [word.strip() for cell in cells if not re.match("never$|-+$", cell) for word in cell.split(",")]
    assert len(words) > 10
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?![\w-])", re.IGNORECASE)


NEVER, NEVER_TO_A_CENTRE = _never(3), _never(1)


@cache
def texts() -> list[tuple[str, frozenset[str], str]]:
    """Each line of each page: its file, who reads it, its words."""
    return [line for file in sorted(KEPT.glob("*.txt")) if file.stem not in OF_THE_DEMONSTRATION for line in _lines(file)]


def _lines(file: Path) -> Iterator[tuple[str, frozenset[str], str]]:
    readers = frozenset(["centre"] if TOLD_BY_A_CENTRE.match(file.stem) else ())
    of_a_page = True
    for line in file.read_text("utf-8").splitlines():
        if found := re.fullmatch(r"---- (.+) : .*", line):
            readers = frozenset(found[1].split(", "))
            of_a_page = True
        elif line in READ or line.startswith("application/"):
            of_a_page = False
        elif of_a_page and not line.startswith(("====", "→")):
            yield (
                file.stem,
                readers,
                re.sub(r"<[^ <>]*>|\[(?:text|texte|search|email|tel|date|time|file|password)\b[^\]]*\]", "", line),
            )


def sources() -> Iterator[tuple[str, str]]:
    """The words of templates, and those in the code that a person reads."""
    for ending in ("html", "typ", "txt"):
        for file in sorted(TEMPLATES.rglob(f"*.{ending}")):
            text = re.sub(r"\{#.*?#\}|^//.*?$", "", file.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
            yield from (
                (str(file.relative_to(ROOT)), line) for line in re.sub(r"<[^<>]*>|\{[{%].*?[%}]\}", " ", text).splitlines()
            )
    for file in sorted((ROOT / "portal").rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        apart = {id(e.value) for e in ast.walk(tree) if isinstance(e, ast.Expr)}  # docstrings
        said = [
            n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in apart
        ]
        yield from ((str(file.relative_to(ROOT)), words) for words in said if " " in words or "’" in words)


def test_a_thing_is_called_by_its_one_name_on_every_page() -> None:
    assert len(texts()) > 10_000
    assert sorted({f"{file}: {found[0]}" for file, _, line in texts() if (found := NEVER.search(line))}) == []


def test_a_thing_is_called_by_its_one_name_where_no_page_of_the_demonstration_says_it() -> None:
    assert (
        sorted({f"{file}: {found[0]} | {line.strip()[:90]}" for file, line in sources() if (found := NEVER.search(line))}) == []
    )


def test_a_secretary_reads_no_technical_word() -> None:
    wrong = (
        f"{file}: {found[0]}" for file, who, line in texts() if who & OF_A_CENTRE and (found := NEVER_TO_A_CENTRE.search(line))
    )
    assert sorted(set(wrong)) == []


def test_one_thing_is_not_many() -> None:
    assert [word for word in ("1 comptes", "« 0 sessions »", "ici : 1 lignes") if not PLURAL.search(word)] == []
    assert [word for word in ("11 comptes", "session 1 candidats", "n° 1 résultats") if PLURAL.search(word)] == []
    assert sorted({f"{file}: {found[0]}" for file, _, line in texts() if (found := PLURAL.search(line))}) == []


def test_no_vowel_follows_a_word_that_loses_its_own() -> None:
    """« d’Andréa », « qu’Andréa »: before a name or a word alike."""
    hiatus = re.compile(
        r"(?<![-\w])(?:de|que|le|la|se|ne|me|lorsque|puisque|jusque) (?=[aàâeéèêiîoôuûœAÀÂEÉÈÊIÎOÔUÛŒ])(?!onze|oui\b|un:|UD )"
    )
    assert hiatus.search("compte de Andréa") and not hiatus.search("centre d’Andréa, FORMATION DE LA VALLÉE")
    assert sorted({f"{file}: {line[m.start() : m.end() + 20]}" for file, _, line in texts() if (m := hiatus.search(line))}) == []


def test_an_error_says_what_to_do() -> None:
    """In the file that a person sent each wrong cell is named, and the page says once what to do."""
    wrong = {line for file, _, line in texts() if re.match(r"✕ .*\.$", line) and not file.startswith("fichier-")}
    assert len(wrong) > 50
    assert sorted(line for line in wrong if not ACT.search(line)) == []


@pytest.mark.parametrize("short", ABBREVIATIONS)
def test_the_help_knows_each_abbreviation(short: str) -> None:
    _, _, page = (KEPT / "aide.txt").read_text("utf-8").partition("# Les sigles")
    assert short in ("DDETS", "DREETS") or f"\n{short}\n" in page


def test_a_session_that_a_measure_touched_leads_its_centre_to_what_that_means(demo: Demonstration) -> None:
    assert '<h3 id="report-automatique">' in demo.client("centre").get("/aide").text
    for number, touched in ((224561, True), (224563, False)):
        assert ("/aide#report-automatique" in demo.client("centre").get(f"/sessions/{number}").text) is touched
    assert "/aide#report-automatique" in demo.client("centre").get("/sessions/224600").text  # cancelled by it
