"""Fields that are read as the same cell of a file is: a SIRET, a telephone number, an RNCP code."""

from collections.abc import Callable

from portal.files.errors import BadCell
from portal.files.parsers import phone_of, rncp_of, siret_of
from portal.web.fields import TextField, Wrong


class ParsedField(TextField):
    """A text that is read as the same cell of a file is."""

    parse: Callable[[str], object]

    def read(self, text: str) -> object:
        try:
            return self.parse(text)
        except BadCell as error:
            raise Wrong(f"{str(error)[0].upper()}{str(error)[1:]}.") from None


class SiretField(ParsedField):
    parse = staticmethod(siret_of)

    @property
    def siret(self) -> str:
        return str(self.value)


class PhoneField(ParsedField):
    """A telephone number, as it is written."""

    parse = staticmethod(phone_of)

    @property
    def shown_as(self) -> str:
        return "tel"


class RncpField(ParsedField):
    """« RNCP35250 »; `code`: as it is kept, empty when none was typed."""

    parse = staticmethod(rncp_of)

    @property
    def code(self) -> str:
        return str(self.value or "")
