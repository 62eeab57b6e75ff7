"""Hands that have the keyboard alone: Tab to where one wants to be, Enter, Space, arrows and what one types."""

import re

from playwright.sync_api import ElementHandle, expect

from tests.support.hands import Window

FARTHEST = 250  # presses of Tab, round a whole page
IS_THERE = "e => e === document.activeElement"
# The group of a radio has one stop: the first Tab that comes to it stands on the one that is chosen, or at an end.
IN_GROUP = "e => { const at = document.activeElement; return at === e || (e.type === 'radio' && at.name === e.name && at.form === e.form); }"


class Keyboard(Window):
    def press(self, words: str) -> None:
        with self._read_anew():
            self._reach(self._called(words).element_handle())
            self.page.keyboard.press("Enter")

    def fill(self, label: str, value: str) -> None:
        field = self._field(label)
        self._reach(field)
        for typed in _ways(field.get_attribute("type") or "", value):
            self.page.keyboard.type(typed)
            if field.input_value() == value:
                return
            field.press("ControlOrMeta+A")  # the parts of a date are in another order: begin again at the first of them
            self.page.keyboard.press("Shift+Tab")
            self._reach(field)
        raise AssertionError(f"« {label} » takes no {value} from the keyboard: {field.input_value()}")

    def give(self, label: str, pdf: bytes) -> None:
        self._reach(self._field(label))  # what opens then is the system's own window
        super().give(label, pdf)

    def pick(self, label: str) -> None:
        field = self._field(label)
        self._reach(field)
        self.page.keyboard.press("ArrowDown")
        assert field.input_value(), f"the arrow chooses nothing of « {label} »"

    def tick_each(self, words: str) -> None:
        for one in self.page.locator("main").get_by_label(words, exact=True).element_handles():
            self._reach(one)
            if not one.is_checked():
                self.page.keyboard.press("Space")
            assert one.is_checked()

    def _field(self, label: str) -> ElementHandle:
        """Found once: at each Tab among all the labels of a page, it costs more than the Tab."""
        return self.page.get_by_label(label, exact=True).element_handle()

    def _reach(self, one: ElementHandle) -> None:
        """By Tab, from where typing goes on now; within a group, by arrows."""
        for _ in range(FARTHEST):
            if one.evaluate(IN_GROUP):
                break
            self.page.keyboard.press("Tab")
        for _ in range(10):
            if one.evaluate(IS_THERE):
                expect(self.page.locator(":focus")).to_be_in_viewport()
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"Tab does not come to {one}: {self.page.evaluate('document.activeElement.outerHTML')}")


def _ways(kind: str, value: str) -> tuple[str, ...]:
    """What is typed for it: the parts of a date come in the order of whoever's browser it is."""
    if kind == "date":
        year, month, day = value.split("-")
        return (f"{month}{day}{year}", f"{day}{month}{year}", f"{year}{month}{day}")
    return (re.sub(":", "", value) + "AM",) if kind == "time" else (value,)
