"""Fields that hold more than one value: boxes of a list, a choice in each of its rows."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms.utils import unset_value

from portal.store.text import storable
from portal.web.fields import TypedField
from portal.web.forms import number_in


class TicksField(TypedField):
    """Boxes of which any number may be ticked; `ticked`: what they stand for, in the order in which they were sent."""

    def __init__(self, label: str, offered: Mapping[Any, str] | None = None, **more: Any) -> None:
        super().__init__(label, **more)
        self.offered = offered or {}
        self.fills = bool(self.offered or self.case)
        self.ticked: Sequence[str] = ()

    def process_formdata(self, valuelist: list[str]) -> None:
        self.ticked = [storable(value) for value in valuelist]

    @property
    def numbers(self) -> list[int]:
        """Of boxes that stand for numbers; what is none is left out."""
        return [number for value in self.ticked if (number := number_in(value)) is not None]


class RowsField(TypedField):
    """What was chosen in each row of a list; `said`: for the row 7 all that was sent as `NAME-7`."""

    fills = False  # its list says what it asks

    def process(
        self,
        formdata: Any,
        data: object = unset_value,
        extra_filters: Sequence[Callable[[Any], Any]] | None = None,
    ) -> None:
        super().process(formdata, data, extra_filters)
        self.said: dict[int, list[str]] = {}
        sent: MultiDict[str, str] = formdata or MultiDict()
        for name in sent:
            before, _, row = name.rpartition("-")
            if before == self.name and (number := number_in(row)) is not None:
                self.said[number] = [storable(value) for value in sent.getlist(name)]

    def first(self, row: int) -> str:
        """What was chosen in this row; empty where nothing was."""
        return next(iter(self.said.get(row, ())), "")
