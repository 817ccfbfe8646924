"""Faults of a disk and of a database, made for a while and then taken away again."""

import ctypes
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from web.database import Database

DATABASE = "policy-themes.sqlite"
_OVERRIDE = 1 << 1  # CAP_DAC_OVERRIDE: what lets root write to what may only be read.
_VERSION_3 = 0x20080522


@contextmanager
def full_disk(database: Database, home: Path) -> Iterator[None]:
    """Let no file grow beyond some bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def read_only_folder(database: Database, home: Path) -> Iterator[None]:
    """Take the right to write to the data folder, also from root."""
    yield from _without_rights(database, home, {home: 0o555, home / DATABASE: 0o444})


@contextmanager
def read_only_file(database: Database, home: Path) -> Iterator[None]:
    """Take the right to write to the database's file alone."""
    yield from _without_rights(database, home, {home / DATABASE: 0o444})


@contextmanager
def damaged_pages(database: Database, home: Path) -> Iterator[None]:
    """Overwrite all pages of the database but the first."""
    yield from _overwritten(database, home, 4096)


@contextmanager
def damaged_head(database: Database, home: Path) -> Iterator[None]:
    """Overwrite the database from its first byte on."""
    yield from _overwritten(database, home, 0)


@contextmanager
def locked(database: Database, home: Path) -> Iterator[None]:
    """Let another program hold the right to write."""
    with closing(sqlite3.connect(home / DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a disk of 12 MB on a folder and tell whether that is allowed here."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    mounted = sys.platform == "linux" and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path: Path) -> None:
    """Write to a file until its disk is full."""
    with path.open("wb", buffering=0) as stream:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while stream.write(b"x" * size) == size:
                    pass
            except OSError:
                continue


def _without_rights(database: Database, home: Path, modes: dict[Path, int]) -> Iterator[None]:
    before = {path: path.stat().st_mode & 0o777 for path in modes}
    give_back = _give_up_override()
    database.close()
    for path, mode in reversed(modes.items()):
        path.chmod(mode)
    try:
        yield
    finally:
        for path, mode in before.items():
            path.chmod(mode)
        give_back()


def _overwritten(database: Database, home: Path, first: int) -> Iterator[None]:
    database.close()
    whole = (home / DATABASE).read_bytes()
    with (home / DATABASE).open("r+b") as stream:
        stream.seek(first)
        stream.write(b"\xa5" * (len(whole) - first))
    damaged = (home / DATABASE).read_bytes()
    yield
    assert (home / DATABASE).read_bytes() == damaged, "a damaged database was written to"
    (home / DATABASE).write_bytes(whole)


def _give_up_override() -> Callable[[], None]:
    """Let this thread write only where permissions allow it, also as root; returns what gives the right back."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return lambda: None
    library = ctypes.CDLL(None, use_errno=True)
    head = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    rights = (ctypes.c_uint32 * 6)()  # Effective, permitted, inheritable, twice: for the first 32 rights and the others.

    def change(effective: int) -> None:
        rights[0] = effective
        if library.capset(head, rights) != 0:
            raise OSError(ctypes.get_errno(), "capset")

    if library.capget(head, rights) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    before = rights[0]
    change(before & ~_OVERRIDE)
    return lambda: change(before)
