"""What stands before the application: it reads a request whole before it takes one of the few working places, and gives the
answer away before it takes the next.

So who sends or reads slowly holds a connection and nothing else. The event loop reads and hands out; a few threads work.
"""

import asyncio
import gc
import io
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import parent_process
from typing import IO, Any

from granian._granian import RSGIHTTPProtocol as HTTPProtocol
from granian.rsgi import Scope

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

PLACES = 4  # threads that work, in each process: more would only take turns on the same interpreter
LONG = 2  # threads that work out what is streamed, such as an export, which may take minutes
FILES = 1  # thread that reads what people send from spreadsheets, which may take seconds and much memory
SWITCH_SECONDS = 0.001  # how long a thread works while another waits: the event loop is to be quick
IN_MEMORY = 64_000  # of a body and of an answer; what is more goes through a file
FIRST_SECONDS, SLOWEST = 10, 4_000  # a body has ten seconds, and one more for every 4 KB that came
LEAVE = signal.SIGUSR1  # the parent says with it that all is to end
LEAVES_AFTER, GLANCE = 0.5, 0.1  # seconds: for what was answered to be sent; between two looks at whether anything is under way
HANDED_OVER = 60  # seconds after which the server has long opened the file that it was told to send

# What front answers by itself, and no application dresses.
ALONE = [
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
]
HEALTHY = [("content-type", "application/json"), *ALONE]
PLAIN = [("content-type", "text/plain; charset=utf-8"), *ALONE]
REFUSED = "portal.refused"  # in the environment: the status of a request whose body was not taken
log = logging.getLogger("portal.front")


class Front:
    """An RSGI application around a WSGI application. `takes`: how many bytes of a body are read for this request, and whether
    they may be a file."""

    def __init__(self, app: Wsgi, takes: Callable[[Environ], tuple[int, bool]]) -> None:
        self.app, self.takes = app, takes
        self.places: ThreadPoolExecutor
        self.long: ThreadPoolExecutor
        self.files: ThreadPoolExecutor
        self.under_way = 0  # answers that are being worked out

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        set_aside_what_stays()
        self.places, self.long, self.files = map(ThreadPoolExecutor, (PLACES, LONG, FILES))
        if parent_process():  # Ctrl-C reaches all of a terminal, and is for the parent to hear
            loop.remove_signal_handler(signal.SIGINT)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            loop.add_signal_handler(LEAVE, loop.call_later, LEAVES_AFTER, self._leave, loop)

    def _leave(self, loop: asyncio.AbstractEventLoop) -> None:
        """End this process once nothing is worked out: the server would wait for whoever sends or reads slowly."""
        if self.under_way:
            loop.call_later(GLANCE, self._leave, loop)
        else:
            os._exit(0)

    async def __rsgi__(self, scope: Scope, proto: HTTPProtocol) -> None:
        if scope.path == "/healthz" and scope.method in ("GET", "HEAD"):  # no place, no application: it lives
            proto.response_str(200, HEALTHY, '{"status":"ok"}\n')
            return
        environ, place = environ_of(scope), self.places
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
            if "HTTP_TRANSFER_ENCODING" in environ:  # of such a body the server does not tell whether it came whole
                environ[REFUSED] = 411
            elif "CONTENT_LENGTH" in environ:
                most, files = self.takes(environ)
                place = self.files if files else self.places
                await _read(proto, body, environ, most)
            environ["wsgi.input"] = body
            loop = asyncio.get_running_loop()
            answer = Answer(loop, proto)
            self.under_way += 1
            try:
                if chunks := await loop.run_in_executor(place, answer.work_out, self.app, environ):
                    await loop.run_in_executor(self.long, answer.take, chunks)
            finally:
                self.under_way -= 1
        answer.send()


def set_aside_what_stays() -> None:
    """What was made to start is not looked through for garbage again: each time, nobody was answered for a tenth of a second, and
    whoever waited then was one of the slow hundredth. The oldest garbage is looked for ten times as rarely."""
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, 100)


def environ_of(scope: Scope) -> Environ:
    """The request in WSGI's words, without its body."""
    host, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:  # would pass for the same name with a hyphen, which a proxy sets
            continue
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        environ[key] = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}" if key in environ else value
    return environ


async def _read(proto: HTTPProtocol, body: IO[bytes], environ: Environ, most: int) -> None:
    """Read what is sent, and keep it if it is not too much. What is more is not kept: as much again is let go by, so that a browser
    that has sent it all reads why not."""
    received, begun, whole = 0, asyncio.get_running_loop().time(), False
    try:
        async with asyncio.timeout_at(begun + FIRST_SECONDS) as limit:
            async for chunk in proto:
                received += len(chunk)
                if received <= most:
                    body.write(chunk)
                elif received > 2 * most + 1_000_000:
                    break
                limit.reschedule(begun + FIRST_SECONDS + received / SLOWEST)
            whole = received == int(environ["CONTENT_LENGTH"])  # a connection that was cut ends as one that was not
    except TimeoutError:
        pass
    body.seek(0)
    if received > most:
        body.truncate()
    elif not whole:
        environ[REFUSED] = 408


class Answer:
    """What the application answers: worked out in a thread, sent by the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, proto: HTTPProtocol) -> None:
        self.loop, self.proto = loop, proto
        self.status, self.headers = 500, PLAIN
        self.parts: list[bytes] = []
        self.size = 0
        self.file: IO[bytes] | None = None
        self.stream: Any = None

    def _start(self, status: str, headers: list[tuple[str, str]], _fault: object = None) -> None:
        self.status, self.headers = int(status[:3]), headers

    def work_out(self, app: Wsgi, environ: Environ) -> Iterable[bytes] | None:
        """All of the answer; or, where it is streamed, what is still to be taken."""
        try:
            chunks = app(environ, self._start)
        except Exception:
            self._fault()
            return None
        names = {name.lower() for name, _ in self.headers}
        if "content-length" not in names and "x-accel-buffering" not in names and environ["REQUEST_METHOD"] != "HEAD":
            return chunks
        self.take(chunks)
        return None

    def take(self, chunks: Iterable[bytes]) -> None:
        """What the application yields, into memory or a file; what says how it goes is sent while it goes."""
        try:
            at_once = ("X-Accel-Buffering", "no") in self.headers
            for chunk in chunks:
                if at_once:
                    asyncio.run_coroutine_threadsafe(self._send_on(chunk), self.loop).result()
                else:
                    self._keep(chunk)
            if self.file:
                self.file.flush()
        except Exception:
            self._fault()
        finally:
            getattr(chunks, "close", bool)()

    def _fault(self) -> None:
        log.exception("answer")
        self._drop()
        self.status, self.headers, self.parts = 500, PLAIN, [b"Incident\n"]

    def _keep(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self.file is None and self.size > IN_MEMORY:
            self.file = tempfile.TemporaryFile()  # noqa: SIM115
            self.file.writelines(self.parts)
            self.parts = []
        if self.file:
            self.file.write(chunk)
        else:
            self.parts.append(chunk)

    async def _send_on(self, chunk: bytes) -> None:
        """A little now; the server keeps what is not read yet."""
        if self.stream is None:
            self.stream = self.proto.response_stream(self.status, self.headers)
        await self.stream.send_bytes(chunk)

    def send(self) -> None:
        """Give the answer to the server, which sends it at the reader's pace."""
        if self.stream is not None:
            return
        if self.file is None:
            self.proto.response_bytes(self.status, self.headers, b"".join(self.parts))
            return
        headers = [*((n, v) for n, v in self.headers if n.lower() != "content-length"), ("content-length", str(self.size))]
        self.proto.response_file(self.status, headers, f"/proc/self/fd/{self.file.fileno()}")
        self.loop.call_later(HANDED_OVER, self._drop)

    def _drop(self) -> None:
        if self.file:
            self.file.close()
            self.file = None
