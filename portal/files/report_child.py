"""Run as a program: a report of the Caisse des Dépôts on standard input, what it says as JSON on standard output.

The parser is expat, with nothing but text: a document type, and so any entity of its own, ends the reading.
Exit status 3: not XML that can be read; 4: more than any report holds; 5: a document type; 6: XML, but no such report.
"""

import json
import os
import resource
import sys
from xml.parsers import expat

MEMORY, SECONDS = 500_000_000, 20
MOST_LINES, MOST_DEPTH = 400_000, 20
LONGEST, LONGEST_REASON = 255, 500
ACCEPTED, REJECTED = "passagesok", "passagesko"
READ = ("idflux", "idtechnique", "messageerreur")


class Wrong(Exception):
    """The exit status that says what is wrong."""


class Report:
    """What is heard of the document, element by element, whatever their namespace."""

    def __init__(self) -> None:
        self.flux, self.accepted, self.rejected = "", list[str](), list[tuple[str, str]]()
        self.open: list[str] = []
        self.text = ""
        self.key, self.reasons = "", list[str]()

    def begin(self, name: str, _attributes: object) -> None:
        self.open.append(name.rpartition(" ")[2].casefold())
        self.text = ""
        if len(self.open) > MOST_DEPTH or len(self.accepted) + len(self.rejected) > MOST_LINES:
            raise Wrong(4)

    def hear(self, text: str) -> None:
        if self.open[-1] in READ and len(self.text) < LONGEST_REASON:
            self.text += text

    def end(self, _name: str) -> None:
        name, said = self.open.pop(), " ".join(self.text.split())
        if name == "idflux" and not self.flux:
            self.flux = said[:LONGEST]
        elif name == "idtechnique":
            self.key = said[:LONGEST]
        elif name == "messageerreur" and said:
            self.reasons.append(said)
        elif name == "passage":
            self._passage()
        self.text = ""

    def _passage(self) -> None:
        place = next((one for one in reversed(self.open) if one in (ACCEPTED, REJECTED)), None)
        if place is None or not self.key or (place == REJECTED and not self.reasons):
            raise Wrong(6)
        if place == ACCEPTED:
            self.accepted.append(self.key)
        else:
            self.rejected.append((self.key, " ; ".join(self.reasons)[:LONGEST_REASON]))
        self.key, self.reasons = "", []

    def forbid(self, *_: object) -> None:
        raise Wrong(5)


def main() -> int:
    os.nice(10)  # pages come first
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    report, parser = Report(), expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = report.begin, report.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = report.hear, report.forbid
    try:
        parser.ParseFile(sys.stdin.buffer)
    except Wrong as wrong:
        return int(wrong.args[0])
    except (expat.ExpatError, ValueError, LookupError):
        return 3
    if not report.flux or not (report.accepted or report.rejected):
        return 6
    json.dump({"flux": report.flux, "accepted": report.accepted, "rejected": report.rejected}, sys.stdout)
    return 0


sys.exit(main())
