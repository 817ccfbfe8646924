"""Parse an untrusted file in a process with limits on memory and time: whatever happens there, only that file fails.

On POSIX the process can hold `MEMORY` bytes, use the processor for `SECONDS`, and open no file and no connection once it
reads. Elsewhere only the time is limited.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

from classifier.documents import Document
from classifier.errors import InputError
from classifier.formats.extracted import Extracted
from classifier.formats.worker import LENGTH_BYTES
from classifier.origins import origin_from_row, stated_in_sources

MEMORY = 1 << 30
SECONDS = 60
LARGEST_FILE = 100 << 20
_PATIENCE = 5  # A busy machine gives a process little of its time: so many times the processor's seconds are waited.
_SMALL = 1 << 16
_LONGEST_ANSWER = 1 << 16  # Behind the last piece.
# What the system ends a process with that goes over its limit, and what `Popen.kill` does.
_ENDED_AT_LIMIT = (-getattr(signal, "SIGXCPU", 0), -getattr(signal, "SIGKILL", 0))


def read_isolated(path: Path, parser: str, encoding: str | None = None) -> Document:
    """Return the document that ``classifier.formats.PARSER`` extracts; InputError says why it could not be.

    What ``sources.csv`` says of its origin comes first, then what the file itself states.
    """
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise InputError(f"{path}: {size:,} bytes; at most {LARGEST_FILE:,} are read from one file: divide it")
    found = _extracted(path, parser, encoding)
    if not found.text.strip():
        raise InputError(f"{path}: no text in this file; give a file that holds at least one paragraph")
    stated = {name: value for name, value in stated_in_sources(path).items() if value}
    origin = origin_from_row({**found.origin, **stated})
    return Document(path.name, found.text, origin, found.encoding, found.headings, found.unread_pages)


def pieces_isolated(path: Path, parser: str) -> Iterator[bytes]:
    """Yield what the ``pieces`` of ``classifier.formats.PARSER`` are, while they are made; InputError as for a document.

    Each piece has the whole time anew, so that a large file can take long, and one that does not come on is stopped.
    """
    with _started(path, parser) as process:
        assert process.stdout is not None
        while True:
            clock = Timer(SECONDS * _PATIENCE, process.kill)
            clock.start()
            try:
                length = int.from_bytes(process.stdout.read(LENGTH_BYTES))
                piece = process.stdout.read(min(length, MEMORY) or _LONGEST_ANSWER)
            finally:
                clock.cancel()
            if length == 0 or len(piece) < length:
                _answer_of(path, b"" if length else piece, process.wait())
                return
            yield piece


def kept_if_small(pieces: Callable[[], Iterator[bytes]]) -> tuple[bytes, Callable[[], Iterable[bytes]]]:
    """Return the first piece, and what yields all of them: those of a small file from memory, others anew."""
    running = pieces()
    begun = [next(running)]
    for piece in running:
        begun.append(piece)
        if sum(map(len, begun)) > _SMALL:
            return begun[0], pieces
    return begun[0], lambda: begun


def _extracted(path: Path, parser: str, encoding: str | None) -> Extracted:
    with _started(path, parser, encoding) as process:
        try:
            output, _ = process.communicate(timeout=SECONDS * _PATIENCE)
        except subprocess.TimeoutExpired:
            raise _too_slow(path) from None
    return Extracted.from_dict(_answer_of(path, output, process.returncode))


@contextmanager
def _started(path: Path, parser: str, encoding: str | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Start a parser that reads a file; it does not outlive the block."""
    command = [sys.executable, "-P", "-m", "classifier.formats.worker", parser, str(MEMORY), str(SECONDS), encoding or ""]
    with path.open("rb") as stream:
        process = subprocess.Popen(  # this program itself, with names of its own parsers  # nosec B603
            command, stdin=stream, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _answer_of(path: Path, output: bytes, exit_code: int) -> dict[str, Any]:
    """Return what a parser answered before it ended; InputError says why it did not."""
    if exit_code in _ENDED_AT_LIMIT:
        raise _too_slow(path)
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError:
        reason = f"its parser broke off (exit {exit_code}): it is damaged, or needs more than {MEMORY >> 20} MiB of memory"
        raise InputError(f"{path}: {reason}; save it again with the program that made it") from None
    if "error" in answer:
        raise InputError(f"{path}: {answer['error']}")
    return answer


def _too_slow(path: Path) -> InputError:
    advice = "save it again with the program that made it, or as .txt"
    return InputError(f"{path}: timed out: its parser was stopped after {SECONDS} seconds; {advice}")


def _environment() -> dict[str, str]:
    """Return what a Python needs to start and to find the same packages: no secret of this process is handed on."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONIOENCODING": "utf-8",
        # What reserves addresses in large pieces would soon be at its limit.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "1",
    }
