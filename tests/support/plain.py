"""What a page says, read as a sentence: whether a line may break at a space, or within a word, is looked at by test_typography alone."""

from flask import Flask, Response
from flask.testing import FlaskClient


class Plain(Response):
    def get_data(self, as_text: bool = False) -> bytes | str:  # type: ignore[override]
        return super().get_data(as_text=True).replace("\u00a0", " ").replace("<wbr>", "") if as_text else super().get_data()


class PlainClient(FlaskClient):
    def __init__(self, app: Flask, *_: object, use_cookies: bool = True) -> None:
        super().__init__(app, Plain, use_cookies=use_cookies)
