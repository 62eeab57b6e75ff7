"""A letter while it is written, and once it is published: its PDF outlives previews, it says whom it reaches, it is changed and withdrawn."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, Row
from werkzeug.test import TestResponse

from portal.core.outcomes import Invalid, NotThere, Saved
from portal.features.communication import changing, letters
from portal.features.communication.letters import NewLetter
from portal.features.communication.papers import Paper, keep
from portal.features.standing.checking import verify
from portal.store.work import Work
from tests.support.world import Browser, World, hidden

NEW, ONE = "/communication/nouvelle", "/communication/1"
PDF = b"%PDF-1.7 annexe"


@pytest.fixture
def w(world: World) -> Iterator[World]:
    yield world
    with world.db.snapshot() as conn:
        assert verify(conn, world.db.audit_key).broken is None
    world.close()


def send(b: Browser, path: str, **more: object) -> TestResponse:
    return b.post(path, **{"number": "", "title": "Titre", "text": "Texte", "departments": "", "key": "k", **more})


def test_a_pdf_chosen_before_a_preview_is_published_with_its_letter(w: World) -> None:
    b = w.browser("national")
    seen = send(b, NEW, apercu=1, pdf=(BytesIO(PDF), "annexe.pdf"))
    assert (
        seen.status_code == 200
        and "Joint : annexe.pdf, 1 Ko." in seen.text.replace("\xa0", " ")
        and w.scalar("SELECT count(*) FROM letter") == 0
    )
    again = send(b, NEW, apercu=1, text="Autre texte")
    assert "Joint : annexe.pdf" in again.text
    assert send(b, NEW).status_code == 303
    assert w.browser("centre").get("/communication/1.pdf").data == PDF
    assert w.scalar("SELECT count(*) FROM kept_paper") == 0


@pytest.mark.parametrize("asked", [{"sans_pdf": 1, "apercu": 1}, {"sans_pdf": 1}])
def test_a_pdf_chosen_by_mistake_is_taken_away(w: World, asked: dict[str, int]) -> None:
    b = w.browser("national")
    send(b, NEW, apercu=1, pdf=(BytesIO(PDF), "annexe.pdf"))
    answer = send(b, NEW, **asked)
    if "apercu" in asked:
        assert "Joint" not in answer.text
        send(b, NEW, sans_pdf=hidden(answer.text, "sans_pdf"))
    assert w.browser("centre").get("/communication/1.pdf").status_code == 404


def test_what_is_no_pdf_leaves_the_one_before(w: World) -> None:
    b = w.browser("national")
    send(b, NEW, apercu=1, pdf=(BytesIO(PDF), "annexe.pdf"))
    wrong = send(b, NEW, pdf=(BytesIO(b"MZ"), "x.pdf"))
    assert wrong.status_code == 422 and "pas un PDF" in wrong.text and "Joint : annexe.pdf" in wrong.text
    large = send(b, NEW, pdf=(BytesIO(PDF + b"x" * 5_000_000), "x.pdf"))
    assert large.status_code == 422 and "dépasse 5 Mo" in large.text
    assert w.scalar("SELECT count(*) FROM letter") == 0


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_text_that_is_too_long_is_told_and_not_worked_out(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    worked = list[str]()
    monkeypatch.setattr(letters, "as_html", worked.append)
    long = send(w.browser("national"), NEW, apercu=1, text="[" * 90_000)
    assert "90\u202f000 caractères, pour 50" in long.text and worked == []


def test_a_paper_is_of_its_form_and_its_person(w: World) -> None:
    send(w.browser("national"), NEW, apercu=1, pdf=(BytesIO(PDF), "annexe.pdf"))
    assert "Joint" not in send(w.browser("national"), NEW, apercu=1, key="other").text
    assert w.scalar("SELECT count(*) FROM kept_paper") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x" * 300, "x" * 300),
        ("x" * 301, "x" * 299 + "…"),
        ("mot " * 74 + "fin!", "mot " * 74 + "fin!"),  # 300 letters
        ("mot " * 74 + "fini !", "mot " * 73 + "mot…"),
        ("# Titre\n\n## Sous-titre\n- **Un** point\n> cité\n", "Un point cité"),
        ("# Rien qu’un titre", "Rien qu’un titre"),
    ],
)
def test_a_letter_is_announced_by_three_hundred_signs_without_its_headings_cut_after_a_word(text: str, said: str) -> None:
    assert letters.summary(text) == said


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_fifty_letters_are_listed_the_latest_first_or_those_not_opened_yet(w: World) -> None:
    national = w.as_("national")
    for number in range(1, 52):
        letters.publish(national, NewLetter(f"n° {number}", "Texte", (), ()), str(number))
    centre = w.as_("centre")
    letters.opened(centre, 51)
    letters.opened(centre, 51)
    with w.db.reading() as conn:
        listed, unread = (letters.letters(conn, centre.actor, unread_only=unread) for unread in (False, True))
    assert [row.id for row in listed] == list(range(51, 1, -1)) and [row.id for row in unread] == list(range(50, 0, -1))
    assert [(row.opened, row.readers) for row in listed[:2]] == [(True, 1), (False, 0)]
    assert w.scalar("SELECT count(*) FROM letter_reading") == 1, "counted once"
    letters.opened(w.as_("other"), 50)
    assert w.scalar("SELECT count(*) FROM letter_reading WHERE letter_id = 50") == 1, "whoever else has opened another"


@pytest.mark.bare
def test_it_says_before_whom_it_reaches(w: World) -> None:
    for who in ("centre", "ud94", "ud75", "region"):
        w.as_(who)
    b = w.browser("national")
    told = {
        how: send(b, NEW, apercu=1, **how_).text.partition("s’adresse à <strong>")[2].partition("<")[0]
        for how, how_ in {"all": {}, "units": {"roles": "ud"}, "94": {"roles": "ud", "departments": "94"}}.items()
    }
    assert {how: words.replace("\xa0", " ") for how, words in told.items()} == {
        "all": "5 comptes",
        "units": "2 comptes",
        "94": "1 compte",
    }


def test_a_published_letter_is_changed_with_its_history_and_keeps_its_pdf(w: World) -> None:
    b = w.browser("national")
    send(b, NEW, pdf=(BytesIO(PDF), "annexe.pdf"), roles="centre")
    page = b.get(f"{ONE}/modifier").text
    assert "Texte</textarea>" in page and "Joint : annexe.pdf" in page and 'value="centre" checked' in page
    typed = {"version": hidden(page, "version"), "number": 1, "key": "edit", "roles": "centre"}
    bad = send(b, f"{ONE}/modifier", **{**typed, "title": "", "text": "Corrigé"})
    assert bad.status_code == 422 and "Corrigé</textarea>" in bad.text
    assert send(b, f"{ONE}/modifier", **{**typed, "text": "Corrigé"}).status_code == 303
    shown = w.browser("centre").get(ONE).text
    assert "Corrigé" in shown and w.browser("centre").get("/communication/1.pdf").data == PDF
    stale = send(b, f"{ONE}/modifier", **{**typed, "text": "Encore autre"})
    assert stale.status_code == 409 and "Encore autre</textarea>" in stale.text
    assert w.scalar("SELECT count(*) FROM audit_event WHERE action = 'letter_changed'") == 1
    for who in ("centre", "ud94", "region"):
        assert w.browser(who).get(f"{ONE}/modifier").status_code == 404, who
        assert w.browser(who).post(f"{ONE}/retrait").status_code == 404, who


def test_the_pdf_of_a_published_letter_is_replaced_by_one_as_large_as_it_may_be(w: World) -> None:
    b, large = w.browser("national"), PDF + b"x" * 2_000_000
    send(b, NEW, pdf=(BytesIO(PDF), "annexe.pdf"))
    assert send(b, f"{ONE}/modifier", version=1, number=1, key="edit", pdf=(BytesIO(large), "suite.pdf")).status_code == 303
    assert w.browser("centre").get("/communication/1.pdf").data == large


def test_two_letters_never_have_one_number_by_changing_either(w: World) -> None:
    b = w.browser("national")
    for key in ("a", "b"):
        send(b, NEW, key=key)
    taken = send(b, "/communication/2/modifier", version=1, number=1)
    assert taken.status_code == 422 and "existe déjà" in taken.text


def test_a_letter_withdrawn_is_read_by_nobody_but_its_writer_and_cannot_be_changed(w: World) -> None:
    b, centre = w.browser("national"), w.browser("centre")
    send(b, NEW)
    assert centre.get(ONE).status_code == 200
    assert b.post(f"{ONE}/retrait").status_code == 303
    assert centre.get(ONE).status_code == 404 and "Titre" not in centre.get("/communication").text
    assert "Retirée le 15/06/2020" in b.get(ONE).text and "retirée le 15/06/2020" in b.get("/communication").text
    assert b.get(f"{ONE}/modifier").status_code == 404 and b.post(f"{ONE}/retrait").status_code == 404
    with pytest.raises(NotThere):
        changing.change(w.as_("national"), 1, 2, NewLetter("x", "y", (), ()))


def test_a_preview_asked_for_twice_at_once_keeps_one_paper(w: World) -> None:
    work, paper, together = w.as_("national"), Paper("annexe.pdf", PDF), Barrier(8)

    def ask(_number: int) -> None:
        together.wait()
        keep(work, "k", paper)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert w.scalar("SELECT count(*) FROM kept_paper") == 1


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_of_two_letters_that_take_one_number_at_once_one_does_and_the_other_is_told(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, together, hold = w.as_("national"), Barrier(2), changing._hold
    for key in ("a", "b"):
        letters.publish(work, NewLetter("Titre", "Texte", (), ()), key)

    def held(tx: Connection, work: Work, number: int) -> Row[Any]:
        row = hold(tx, work, number)
        together.wait()
        return row

    monkeypatch.setattr(changing, "_hold", held)

    def renumber(number: int) -> object:
        return changing.change(work, number, 1, NewLetter("Titre", "Texte", (), (), number=9))

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(renumber, (1, 2)))
    assert sorted((type(one) for one in done), key=str) == [Invalid, Saved]
    assert "existe déjà" in str(done)
