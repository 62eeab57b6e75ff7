"""Serving: one server on a port, which ends when it is told to, and whose processes end with it."""

import errno
import os
import signal
import socket
import tempfile
import time
from contextlib import suppress
from functools import partial
from types import FrameType

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.mp import MPServer
from granian.server.mt import MTServer

from portal.cli.ending import obey_parent
from portal.cli.tool import Tool, refuse
from portal.front import LEAVE
from portal.paths import ROOT
from portal.settings import Settings

HEADER_SECONDS, HEADERS = 10, 64_000  # the lines before a request have ten seconds and 64 KB, and are a hundred at most
WORKERS = 2
UNDER_WAY_SECONDS = 7  # what is under way may take so long once the end was asked for; then it is cut, and was never done
GONE_SECONDS = 1.5  # a server that was killed takes a moment until all of it is gone
HOST = "127.0.0.1"


def claim(settings: Settings) -> list[socket.socket]:
    """Take the ports for this server: while these are kept, and until the last of its processes has ended, no other takes them.
    Where one is taken, refuse in a sentence."""
    ports = {"PORT": settings.port, "PORTAL_METRICS_PORT": settings.metrics_port}
    return [_claimed(port, name) for name, port in ports.items() if port]


def _claimed(port: int, name: str) -> socket.socket:
    """Workers share a port (SO_REUSEPORT), so two servers would, turn by turn: the name that is held here belongs to one alone."""
    held, until = socket.socket(socket.AF_UNIX), time.monotonic() + GONE_SECONDS
    while True:
        try:
            held.bind(f"\0portail-{port}")  # no file: it goes with who holds it, however that ends
            break
        except OSError:
            if time.monotonic() > until:
                refuse(f"Un portail sert déjà sur le port {port} : arrêtez-le, ou donnez un autre port à {name}.")
            time.sleep(0.05)
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind((HOST, port))
        except OSError as error:
            refuse(f"{_why_not(error, port)}, ou donnez un autre port à {name}.")
    return held


def _why_not(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Le port {port} est tenu par un autre programme : arrêtez-le"
    return f"Ce compte ne peut pas prendre le port {port} : prenez-en un à partir de 1024"


def serve(tool: Tool) -> int:
    """Serve until SIGINT, SIGTERM or SIGHUP: the exit status. The port was claimed, nothing of the database is open, and no other
    thread runs yet."""
    if tool.settings.metrics_port:  # known before its library is imported
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="portal-metrics-"))

    import portal.app  # noqa: F401  read once: the workers, and whichever replaces one, are forks

    if tool.settings.metrics_port:
        from portal.metrics import serve_metrics

        serve_metrics(tool.settings.metrics_port, tool.db, tool.clock.now)
    server = Granian(
        "wsgi:front",
        address=HOST,
        port=tool.settings.port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_SECONDS * 1000, max_buffer_size=HEADERS),
        websockets=False,
        workers=WORKERS,
        working_dir=ROOT,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=UNDER_WAY_SECONDS,
    )
    server.on_startup(partial(_listen, server, signal.getsignal(signal.SIGHUP)))
    os.register_at_fork(after_in_child=partial(obey_parent, os.getpid()))
    try:
        server.serve()
    except SystemExit as ended:  # workers fell, one after the other
        return int(ended.code or 0)
    return 0


def _listen(server: MPServer | MTServer, hang_up: object) -> None:
    """What asks it to end. SIGHUP would make it begin anew: whoever closes a terminal wants it to end, and « nohup » to go on."""

    def end(number: int, frame: FrameType | None) -> None:
        for worker in server.wrks:
            with suppress(OSError):
                os.kill(worker.inner.pid, LEAVE)  # type: ignore[union-attr]  # processes, here
        server.signal_handler_interrupt(number, frame)  # type: ignore[no-untyped-call]

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    signal.signal(signal.SIGHUP, signal.SIG_IGN if hang_up is signal.SIG_IGN else end)
