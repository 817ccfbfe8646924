"""A real PostgreSQL for tests: a cluster of its own in a temporary folder, where its socket is too, ended with the tests."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, or None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


@dataclass(frozen=True)
class Server:
    """A server that runs; ``stop`` ends it as a crash does, ``start`` begins it again with what was in it."""

    url: str
    stop: Callable[[], None]
    start: Callable[[], None]


@contextmanager
def running_server() -> Iterator[str]:
    """Start a server and yield the URL of an empty database."""
    with server() as running:
        yield running.url


@contextmanager
def server() -> Iterator[Server]:
    """Start a server with an empty database; it refuses to run as root, so then it runs as postgres."""
    folder = programs()
    assert folder is not None
    with tempfile.TemporaryDirectory() as data:
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if as_user:
            shutil.chown(data, "postgres")
        cluster = f"{data}/cluster"

        def run(*command: str) -> None:
            subprocess.run([*as_user, *command], check=True, capture_output=True, cwd="/")

        run(str(folder / "initdb"), "-D", cluster, "-U", "tests", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        # Without a port: one that was free a moment ago may be taken by now.
        options = f"-k {data} -c listen_addresses='' -c fsync=off"

        def start() -> None:
            run(str(folder / "pg_ctl"), "-D", cluster, "-o", options, "-l", f"{data}/log", "-w", "start")

        def stop() -> None:
            run(str(folder / "pg_ctl"), "-D", cluster, "-m", "immediate", "stop")

        start()
        try:
            run(str(folder / "createdb"), "-h", data, "-U", "tests", "themes")
            yield Server(f"postgresql+psycopg://tests@/themes?host={data}", stop, start)
        finally:
            stop()
