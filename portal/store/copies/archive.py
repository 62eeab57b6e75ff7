"""The file of a copy: parts, each with its SHA-256, and a manifest, which comes last."""

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

FORM = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20  # bytes: what is in memory at once
QUICK = 1  # of deflate: a fifth larger than its best, in a fifth of the time


class BadCopy(ValueError):
    """This file is no copy, or not whole; the message is a French sentence."""


class CannotCopy(Exception):
    """Nothing was copied, or restored; the message is a French sentence with the mend."""


@dataclass(frozen=True)
class Head:
    """The head of the trail in a copy."""

    count: int
    digest: str
    seal: str


@dataclass
class Part:
    """One part: how many bytes, their SHA-256, and the columns of a table."""

    bytes: int
    sha256: str
    columns: list[str]


@dataclass
class Manifest:
    """What a copy says of itself. `sequences`: on PostgreSQL, the next number of each."""

    engine: str
    made_at: str
    schema: str = ""
    head: Head | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    form: int = FORM

    @property
    def events(self) -> int:
        """How many events its trail has."""
        return self.head.count if self.head else 0


class Writing:
    """A copy that is being made. The manifest is written when all parts are."""

    def __init__(self, file: Path, engine: str, now: datetime) -> None:
        self.file = file
        self.manifest = Manifest(engine, now.isoformat(timespec="seconds"))

    def __enter__(self) -> "Writing":
        self._raw = self.file.open("wb")
        self._zip = ZipFile(self._raw, "w", ZIP_DEFLATED, compresslevel=QUICK)
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        if kind is None:
            self._zip.writestr(MANIFEST, json.dumps(asdict(self.manifest), ensure_ascii=False, indent=1))
            self._zip.close()
            self._raw.flush()
            os.fsync(self._raw.fileno())
        self._raw.close()

    def add(self, name: str, chunks: Iterator[bytes | bytearray | memoryview], columns: list[str] | None = None) -> None:
        """One more part, as it comes."""
        digest, size = sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as part:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                part.write(chunk)
        self.manifest.parts[name] = Part(size, digest.hexdigest(), columns or [])


class Reading:
    """A copy that is read. Raises BadCopy, whatever is wrong with the file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __enter__(self) -> "Reading":
        with self._telling():
            self._zip = ZipFile(self.file)
            self.manifest = self._manifest()
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def checked(self) -> Manifest:
        """The manifest, once every part was read and found to be what it says."""
        with self._telling():
            if set(self._zip.namelist()) != {MANIFEST, *self.manifest.parts} or len(self._zip.namelist()) != 1 + len(
                self.manifest.parts
            ):
                raise BadCopy("ses parties ne sont pas celles que dit son manifeste")
            for name, part in self.manifest.parts.items():
                digest, size = sha256(), 0
                for chunk in self.chunks(name):
                    digest.update(chunk)
                    size += len(chunk)
                if (size, digest.hexdigest()) != (part.bytes, part.sha256):
                    raise BadCopy(f"sa partie « {name} » n’est pas celle que dit son manifeste")
        return self.manifest

    def chunks(self, name: str) -> Iterator[bytes]:
        """What a part holds."""
        with self._zip.open(name) as part:
            while chunk := part.read(CHUNK):
                yield chunk

    def _manifest(self) -> Manifest:
        said = json.loads(self._zip.read(MANIFEST))
        if said["form"] != FORM:
            raise BadCopy("elle a été faite par une version plus récente du portail")
        head = Head(**said["head"]) if said["head"] else None
        parts = {name: Part(**part) for name, part in said["parts"].items()}
        return Manifest(**{**said, "head": head, "parts": parts})

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except BadCopy as error:
            raise BadCopy(f"{self.file} n’est pas une sauvegarde entière : {error}. Rien n’a été écrit.") from None
        except (BadZipFile, zlib.error, EOFError, KeyError, TypeError, AttributeError, ValueError, NotImplementedError):
            raise BadCopy(
                f"{self.file} n’est pas une sauvegarde du portail, ou elle est coupée ou abîmée. Rien n’a été écrit : prenez-en une autre."
            ) from None


def written(chunks: Iterator[bytes], file: IO[bytes]) -> None:
    """All chunks into a file."""
    for chunk in chunks:
        file.write(chunk)
