"""A real server of mails, which keeps what it was sent."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from socket import socket

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mails:
    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """As the server calls it for each mail."""
        assert isinstance(envelope.content, bytes)
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    def to(self, address: str) -> EmailMessage:
        """The last mail of this person."""
        return next(one for one in reversed(self.taken) if one["To"] == address)

    def link(self, address: str) -> str:
        """Where it leads."""
        body = self.to(address).get_body(("plain",))
        assert body
        found = re.search(r"https?://\S+", body.get_content())
        assert found, body.get_content()
        return found[0]


@contextmanager
def mails() -> Iterator[Mails]:
    """The server while it runs."""
    box = Mails()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
