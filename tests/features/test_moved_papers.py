"""Each paper of a session that a measure moved, read with a real reader: its days, its hour, where and whom to call, and no day
that was left behind."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from portal.core.outcomes import Saved
from portal.core.sheet import Typed, load
from portal.features.convening.actions import set_exam_days
from portal.features.results.actions import enter_results, seal
from portal.features.sessions.actions import advance, set_actual_end
from portal.rules.documents import Document
from portal.rules.lifecycle import Action
from portal.rules.outcomes import Entry, Outcome
from tests.support.papers import text_of
from tests.support.world import World

D = date.fromisoformat
WHERE, WHOM = "12 rue des Écoles, 94000 Créteil", "C. Roux, 01 00 00 00 00"
# The days before the measure, and the end that it set.
LEFT_BEHIND = re.compile(r"2 mars|20 avril|24 août|(02/03|20/04|24/08)(?!/2016)")
STATED = "du lundi 6 juillet 2020 au mercredi 8 juillet 2020"
TOOK_PLACE = "du lundi 6 juillet 2020 au jeudi 9 juillet 2020"
BEFORE = (Document.CANDIDATES, Document.CONVOCATION, Document.JURY, Document.ATTENDANCE)


@pytest.fixture
def w(world: World) -> Iterator[World]:
    """Moved; where and whom to call are told. Two candidates: one obtains the titre, one a CCP."""
    world.session(1, "02/03/2020", "20/04/2020", "dte_envoye")
    world.measure()
    world.tell(1)
    yield world
    world.close()


def done(outcome: object) -> None:
    assert isinstance(outcome, Saved), outcome


def state_days(w: World) -> None:
    first, last = D("2020-07-06"), D("2020-07-08")
    done(set_exam_days(w.as_("centre"), 1, w.get(1).version, first=first, last=last, hour="08:30"))


def finish(w: World, real_end: str) -> None:
    """The exam has taken place: real end, results, lock."""
    w.today = D(real_end)
    centre = w.as_("centre")
    done(set_actual_end(centre, 1, w.get(1).version, D(real_end)))
    s = w.get(1)
    with w.db.reading() as conn:
        one, other = (c.id for c in load(conn, s).candidates)
    entries: dict[int, Entry] = {one: {None: Outcome.TITLE}, other: {None: Outcome.PARTIAL, 1: Outcome.ACQUIRED}}
    done(enter_results(centre, 1, s.version, Typed(entries, s.version), seal(centre, s, entries)))
    done(advance(w.as_("ud94"), 1, w.get(1).version, Action.LOCK, "Vu"))


def convene(w: World) -> None:
    done(advance(w.as_("centre"), 1, w.get(1).version, Action.CONVOKE))


def papers(w: World, folder: Path, kinds: tuple[Document, ...] = tuple(Document)) -> dict[Document, str]:
    """What each of these papers says, on one line."""
    b = w.browser("centre")
    answers = {kind: b.get(f"/sessions/1/documents/{kind}.pdf") for kind in kinds}
    assert {kind: answer.status_code for kind, answer in answers.items()} == dict.fromkeys(kinds, 200)
    return {kind: " ".join(text_of(answer.data, folder).split()) for kind, answer in answers.items()}


def says_where_and_when(paper: str, dates: str) -> None:
    for said in (f"Dates {dates}", "Heure de convocation 08 h 30", f"Lieu {WHERE}", f"Responsable {WHOM}"):
        assert said in paper, said
    assert not LEFT_BEHIND.search(paper), paper


def test_the_papers_before_the_exam_say_the_days_that_were_stated(w: World, tmp_path: Path) -> None:
    state_days(w)
    for paper in papers(w, tmp_path, BEFORE).values():
        says_where_and_when(paper, STATED)
    convene(w)
    for paper in papers(w, tmp_path, BEFORE).values():
        says_where_and_when(paper, STATED)


def test_the_papers_after_the_exam_go_up_to_its_real_end(w: World, tmp_path: Path) -> None:
    state_days(w)
    convene(w)
    finish(w, "2020-07-09")
    found = papers(w, tmp_path)
    for kind, paper in found.items():
        says_where_and_when(paper, STATED if kind in (Document.CONVOCATION, Document.JURY, Document.ATTENDANCE) else TOOK_PLACE)
    assert "à l’issue de la session terminée le jeudi 9 juillet 2020" in found[Document.AWARD]
    assert "peuvent être présentés jusqu’au 09/07/2021" in found[Document.CCP]
    assert f"le responsable de session : {WHOM}" in found[Document.CONVOCATION]
    assert re.findall(r"\w{3}\. \d\d/\d\d", found[Document.ATTENDANCE]) == ["lun. 06/07", "mar. 07/07", "mer. 08/07"]


def test_an_exam_of_which_only_the_end_is_known_is_named_by_it(world: World, tmp_path: Path) -> None:
    """It was convened before the measure, and held: its centre states the real end alone, and nobody is convened for days."""
    w = world
    w.session(1, "02/03/2020", "20/04/2020")
    w.measure()
    w.tell(1)
    finish(w, "2020-06-12")
    for paper in papers(w, tmp_path, (Document.CANDIDATES, Document.MINUTES, Document.CCP, Document.AWARD)).values():
        says_where_and_when(paper, "terminée le vendredi 12 juin 2020")
    b = w.browser("centre")
    for kind in (Document.CONVOCATION, Document.ATTENDANCE):
        assert b.get(f"/sessions/1/documents/{kind}.pdf").status_code == 409
    w.close()


MANY_SIGNS = "12 rue : " + "".join(f"{'motet' * 9:.{n}} : " for n in range(1, 13)) + "« e » « et » « mot » 94000 Créteil"
LOOSE = re.compile(r"^\s*(?:Lieu +)?[:;?!»]|«\s*$", re.MULTILINE)


@pytest.mark.parametrize("path", ["documents/liste-candidats", "preuve"])
def test_no_line_of_a_paper_begins_with_a_sign_or_ends_with_an_opening_one(world: World, tmp_path: Path, path: str) -> None:
    """The printer breaks lines as French does, at whatever width: here those of a place, and of the reason of a recall."""
    world.session(1, "22/06/2020", "26/06/2020", "dte_envoye")
    world.tell(1, MANY_SIGNS)
    done(advance(world.as_("ud94"), 1, world.get(1).version, Action.RECALL_DTE, MANY_SIGNS * 3))
    text = text_of(world.browser("centre").get(f"/sessions/1/{path}.pdf").data, tmp_path)
    assert text.count(" : ") >= 10 and not LOOSE.search(text), LOOSE.search(text)
    world.close()
