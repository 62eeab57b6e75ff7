"""`make run`: the demonstration is made ready, said how to reach, and served, with the worker of mails and reminders beside it.

`--reload` (`make dev`): a template is read again when it changes; the server starts again when the code does.
"""

# ruff: noqa: E402
import signal

# While it starts, Ctrl-C ends it at once and without a trace: no half of anything stays.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from multiprocessing import get_context

from werkzeug.serving import run_simple

from portal.cli import cli, told
from portal.cli.ending import ends_with_parent, leave, obey_parent
from portal.cli.serving import HOST, claim, serve
from portal.cli.tool import Tool
from portal.demo.data import ACCOUNTS, PASSWORD
from portal.demo.whole import make_ready
from portal.paths import STATIC
from portal.rules.french import long_day
from portal.settings import Settings

WORKER_SECONDS = 0.5  # that it has to end, once nothing is served any more


def main(reload: bool) -> None:
    ends_with_parent(os.getppid(), signal.SIGTERM)
    with told():
        if reloaded := "WERKZEUG_RUN_MAIN" in os.environ:  # at each change: all is ready, and was said
            tool = Tool()
        else:
            tool, _held = ready()
        with worker() if reloaded or not reload else nullcontext():  # it comes anew at each change, too
            status = (serve_reloading if reload else serve)(tool)
        leave(status)


def ready() -> tuple[Tool, object]:
    """What is served, and its ports, held while they are kept. Whatever is wrong is told before anything else is."""
    tool = Tool()
    day, held = tool.settings.fixed_day, claim(tool.settings)
    assert day
    make_ready(tool.settings, day, None, lambda items, label: items, lambda: print("Chargement de la démonstration…", flush=True))
    tool.current().db.dispose()
    say(tool.settings, day)
    return tool, held


def say(settings: Settings, day: date) -> None:
    """Where it is, and how to sign in."""
    print(f"\nPortail des sessions : http://{HOST}:{settings.port}")
    print(f"La démonstration vit le {long_day(day)}. Mot de passe de tous les comptes : {PASSWORD}")
    for email, name, role, _ in ACCOUNTS:
        print(f"  {email:<30} {role:<9} {name}")
    print("Ctrl+C pour arrêter.\n", flush=True)


@contextmanager
def worker() -> Iterator[None]:
    """`portal worker` runs meanwhile."""
    process = get_context("fork").Process(target=_work, args=(os.getpid(),), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join(WORKER_SECONDS)
        process.kill()


def _work(parent: int) -> None:
    obey_parent(parent)
    with told():
        cli.main(["worker"])


def serve_reloading(tool: Tool) -> int:
    from portal.app import create_app

    app = create_app(tool.settings)
    app.jinja_env.auto_reload = True
    files = [str(file) for file in STATIC.iterdir()]
    run_simple(HOST, tool.settings.port, app, use_reloader=True, extra_files=files, threaded=True)
    return 0


if __name__ == "__main__":
    main("--reload" in sys.argv)
