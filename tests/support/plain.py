"""What a page says, read as a sentence: where a line may break, and what an abbreviation stands for, is looked at by test_typography alone."""

import re

from flask import Flask, Response
from flask.testing import FlaskClient

UNREAD = re.compile(r"<wbr>|</?abbr\b[^>]*>")


class Plain(Response):
    def get_data(self, as_text: bool = False) -> bytes | str:  # type: ignore[override]
        return UNREAD.sub("", super().get_data(as_text=True).replace("\u00a0", " ")) if as_text else super().get_data()


class PlainClient(FlaskClient):
    def __init__(self, app: Flask, *_: object, use_cookies: bool = True) -> None:
        super().__init__(app, Plain, use_cookies=use_cookies)
