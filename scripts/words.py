"""`make words`: every text that a person reads, each once, to be read aloud: pages and mails as the tests keep them
(tests/guard/__snapshots__), papers, and the command line."""

import re
from collections.abc import Iterator

import click

from portal.cli import cli as portal
from portal.paths import ROOT, TEMPLATES

PAGES = ROOT / "tests/guard/__snapshots__/test_pages"
NOT_WORDS = re.compile(r"(====|----|→ |~ cadre|\[)|[^a-zà-ÿ]*$")
LIKE = re.compile(r"\d+|<[^ <>]*>|\b[A-ZÀ-Þ][A-ZÀ-Þ’-]+(?: [A-ZÀ-Þ][\w’-]+)*")  # numbers, links and names make no other text


def pages() -> Iterator[str]:
    """The lines of pages, with what differs in numbers and names alone told once."""
    told = set()
    for file in sorted(PAGES.glob("*.txt")):
        lines = []
        for line in (part.strip(" -#▸") for whole in file.read_text("utf-8").splitlines() for part in whole.split(" | ")):
            alike = LIKE.sub("", line)
            if alike not in told and not NOT_WORDS.match(line):
                told.add(alike)
                lines.append(re.sub(r" ?<[^ <>]*>", "", line))
        if lines:
            yield from ("", f"== {file.stem}", *lines)


def papers() -> Iterator[str]:
    for file in sorted((TEMPLATES / "documents").glob("*.typ")):
        lines = [line.strip() for line in file.read_text("utf-8").splitlines() if re.search(r"[A-ZÀ-Þ][a-zà-ÿ]+|[à-ÿ]", line)]
        yield from ("", f"== {file.name}", *(line for line in lines if not line.startswith(("//", "#import", "#set", "set"))))


def commands(command: click.Command, context: click.Context) -> Iterator[str]:
    yield from ("", f"== {context.command_path}", command.get_help(context))
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, click.Context(inner, info_name=name, parent=context))


if __name__ == "__main__":
    for text in (*pages(), *papers(), *commands(portal, click.Context(portal, info_name="portal"))):
        print(text)
