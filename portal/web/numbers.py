"""What stands in addresses: nonsense is a 404 before it reaches the database."""

from werkzeug.routing import BaseConverter, PathConverter


class NumberConverter(BaseConverter):
    """A number of up to nine digits."""

    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)


class WordConverter(BaseConverter):
    """Anything else, without the one sign that PostgreSQL does not keep (NUL)."""

    regex, part_isolating = r"[^/\0]+", True


class WordsConverter(PathConverter):
    """The same with slashes between."""

    regex = r"[^/\0][^\0]*?"
