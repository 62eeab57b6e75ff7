"""Numbers in addresses: up to nine digits, so that nonsense is a 404 before it reaches the database."""

from werkzeug.routing import BaseConverter


class NumberConverter(BaseConverter):
    regex = "[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)
