"""The hands of somebody who knows nothing but what a page says: links and buttons are found by their words, fields by their labels.

One pair reads HTML, the other drives a browser: a journey is written once and walked by both.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from flask.testing import FlaskClient
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.support.reading import Element, parse, sent


class Hands(Protocol):
    def open(self, path: str) -> None:
        """An address that a person knows by heart: the site's, or that of a session by its number."""

    def block(self) -> str:
        """The words of « Votre prochaine étape »."""

    def heading(self) -> str:
        """What it says in large."""

    def offers(self) -> list[str]:
        """The words of the links and buttons in it."""

    def status(self) -> str:
        """The session's status, as the head of its page has it."""

    def words(self) -> str:
        """All that the page says."""

    def press(self, words: str) -> None:
        """A link or a button: of the next step where there is one, else of the page, else of its frame."""

    def fill(self, label: str, value: str) -> None: ...

    def give(self, label: str, pdf: bytes) -> None:
        """A file."""

    def pick(self, label: str) -> None:
        """The first that a list offers."""

    def tick_each(self, words: str) -> None:
        """The choice of these words wherever it is offered."""


class Reader:
    """Hands that read HTML and send forms, as a browser without JavaScript does."""

    def __init__(self, client: FlaskClient, email: str, password: str) -> None:
        self.client, self.email, self.password = client, email, password
        self.address, self.page = "", Element("", {})
        self.given: dict[str, bytes] = {}

    def open(self, path: str) -> None:
        self._go(path)
        if any(button.called("Se connecter") for button in self._main().all("button")):
            self.fill("Adresse électronique", self.email)
            self.fill("Mot de passe", self.password)
            self.press("Se connecter")

    def block(self) -> str:
        return self._step().words()

    def heading(self) -> str:
        return next(self._step().all("h2")).words()

    def offers(self) -> list[str]:
        return [one.words() for one in self._step().all("a", "button")]

    def status(self) -> str:
        head = next(p for p in self._main().all("p") if p.attributes.get("class") == "head")
        tag = next(span for span in head.all("span") if "tag" in span.attributes.get("class", "").split())
        return tag.words().split(" ", 1)[1].strip()

    def words(self) -> str:
        return self._main().words()

    def press(self, words: str) -> None:
        for where in filter(None, (self.page.with_id("etape"), self._main(), self.page)):
            for one in where.all("a", "button"):
                if one.called(words) and "disabled" not in one.attributes:
                    return self._follow(one)
        raise AssertionError(f"nothing is called « {words} » on {self.address}: {self.words()}")

    def fill(self, label: str, value: str) -> None:
        one = self._field(label)
        if one.tag == "textarea":
            one.inside = [value]
        else:
            one.attributes["value"] = value

    def give(self, label: str, pdf: bytes) -> None:
        self.given[self._field(label).attributes["name"]] = pdf

    def pick(self, label: str) -> None:
        next(o for o in self._field(label).all("option") if o.attributes.get("value")).attributes["selected"] = ""

    def tick_each(self, words: str) -> None:
        labels = [one for one in self._main().all("label") if one.called(words)]
        assert labels, f"« {words} » is offered nowhere on {self.address}: {self.words()}"
        for label in labels:
            chosen = next(label.all("input"))
            group = label.around("form")
            assert group is not None
            for other in group.all("input"):
                if other.attributes.get("name") == chosen.attributes["name"] and chosen.attributes["type"] == "radio":
                    other.attributes.pop("checked", None)
            chosen.attributes["checked"] = ""

    # ---- what a browser does

    def _main(self) -> Element:
        return next(self.page.all("main"))

    def _step(self) -> Element:
        found = self.page.with_id("etape")
        assert found is not None, f"{self.address} has no next step: {self.words()}"
        return found

    def _field(self, label: str) -> Element:
        for one in self._main().all("label"):
            if one.called(label):
                found = self.page.with_id(one.attributes["for"])
                assert found is not None
                return found
        raise AssertionError(f"no field « {label} » on {self.address}: {self.words()}")

    def _follow(self, one: Element) -> None:
        if one.tag == "a":
            return self._go(one.attributes["href"])
        form = one.around("form")
        assert form is not None
        to = form.attributes.get("action") or self.address
        if form.attributes.get("method") == "post":
            files = {name: (io.BytesIO(pdf), "document.pdf") for name, pdf in self.given.items()}
            self.given = {}
            return self._read(self.client.post(to, data={**sent(form, one), **files}, follow_redirects=True))
        return self._read(self.client.get(to, query_string=sent(form, one), follow_redirects=True))

    def _go(self, path: str) -> None:
        self._read(self.client.get(path, follow_redirects=True))

    def _read(self, answer) -> None:  # type: ignore[no-untyped-def]
        self.address, self.page = answer.request.path, parse(answer.text)
        assert answer.status_code == 200, f"{answer.status_code} from {self.address}: {self.words()}"


class Window:
    """Hands on a real browser."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, path: str) -> None:
        self.page.goto(path)

    def block(self) -> str:
        return self.page.locator("#etape").inner_text()

    def heading(self) -> str:
        return self.page.locator("#etape h2").first.inner_text()

    def offers(self) -> list[str]:
        return [one.strip() for one in self.page.locator("#etape").locator("a, button").all_inner_texts()]

    def status(self) -> str:
        return self.page.locator("p.head .tag").first.inner_text().split(maxsplit=1)[1]

    def words(self) -> str:
        return self.page.locator("body").inner_text().replace("\u00a0", " ")

    def press(self, words: str) -> None:
        with self._read_anew():
            self._called(words).click()

    @contextmanager
    def _read_anew(self) -> Iterator[None]:
        """Until the page says something else there is nothing new to read; how long ago the sheet was kept is nothing new."""
        self.page.locator("[data-kept]").evaluate_all("all => all.forEach((one) => one.remove())")
        body = self.page.locator("body")
        before = body.inner_text()
        yield
        expect(body).not_to_have_text(before, use_inner_text=True)

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).fill(value)

    def give(self, label: str, pdf: bytes) -> None:
        file: FilePayload = {"name": "document.pdf", "mimeType": "application/pdf", "buffer": pdf}
        self.page.get_by_label(label, exact=True).set_input_files(file)

    def pick(self, label: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(index=1)

    def tick_each(self, words: str) -> None:
        for one in self.page.locator("main").get_by_label(words, exact=True).element_handles():
            one.check()

    def _called(self, words: str) -> Locator:
        step = self.page.locator("#etape")
        for where in (self.page.locator("dialog"), step, self.page.locator("main"), self.page.locator("body")):
            for role in ("button", "link"):
                found = where.get_by_role(role, name=words, exact=True)
                if found.count():
                    return found.first
        raise AssertionError(f"nothing is called « {words} »: {self.words()}")
