"""Parse an untrusted file in a process with limits on memory and time: whatever happens there, only that file fails.

On POSIX the process can hold `MEMORY` bytes, use the processor for `SECONDS`, and open no file and no connection once it
reads. Elsewhere only the time is limited.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from classifier.documents import Document, Origin, find_origin, origin_from_row, read_sources
from classifier.errors import InputError
from classifier.formats.extracted import Extracted

MEMORY = 1 << 30
SECONDS = 60
LARGEST_FILE = 100 << 20
_PATIENCE = 5  # A busy machine gives a process little of its time: so many times the processor's seconds are waited.


def read_isolated(path: Path, parser: str, encoding: str | None = None) -> Document:
    """Return the document that ``classifier.formats.PARSER`` extracts; InputError says why it could not be.

    What ``sources.csv`` says of its origin comes first, then what the file itself states, then what its opening says.
    """
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise InputError(f"{path}: {size:,} bytes; at most {LARGEST_FILE:,} are read from one file: divide it")
    found = _parsed(path, parser, encoding)
    if not found.text.strip():
        raise InputError(f"{path}: no text in this file; give a file that holds at least one paragraph")
    row = read_sources(path.parent).get(path.name)
    origin = origin_from_row(row) if row is not None else _origin(found)
    return Document(path.name, found.text, origin, found.encoding, found.headings)


def _origin(found: Extracted) -> Origin:
    """Take what the file states in its metadata, and for the rest what its title or opening says."""
    read = find_origin(found.text, found.origin.get("title", ""))
    return replace(read, **found.origin)


def _parsed(path: Path, parser: str, encoding: str | None) -> Extracted:
    command = [sys.executable, "-P", "-m", "classifier.formats.worker", parser, str(MEMORY), str(SECONDS), encoding or ""]
    try:
        with path.open("rb") as stream:
            finished = subprocess.run(  # this program itself, with names of its own parsers  # nosec B603
                command,
                stdin=stream,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS * _PATIENCE,
                check=False,
                env=_environment(),
            )
    except subprocess.TimeoutExpired:
        raise _too_slow(path) from None
    if finished.returncode in (-getattr(signal, "SIGXCPU", 0), -getattr(signal, "SIGKILL", 0)):
        raise _too_slow(path)
    try:
        answer = json.loads(finished.stdout)
    except ValueError:
        reason = f"damaged: its parser stopped (exit {finished.returncode})"
        raise InputError(f"{path}: {reason}; save it again with the program that made it") from None
    if "error" in answer:
        raise InputError(f"{path}: {answer['error']}")
    return Extracted(**{**answer, "headings": tuple((start, level) for start, level in answer["headings"])})


def _too_slow(path: Path) -> InputError:
    advice = "save it again with the program that made it, or as .txt"
    return InputError(f"{path}: timed out: its parser was stopped after {SECONDS} seconds; {advice}")


def _environment() -> dict[str, str]:
    """Return what a Python needs to start and to find the same packages: no secret of this process is handed on."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONIOENCODING": "utf-8"}
