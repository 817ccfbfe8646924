"""Outputs that are being written: under a temporary name beside the output, in a state that another run can go on from.

Records are appended to ``.NAME.partial``. From time to time, and whenever work is interrupted, they are flushed to the disk
and ``.NAME.partial.json`` is replaced: it says how far the work has come, in rows and in bytes. Whatever stands behind these
bytes is cut off when work goes on, so that nothing is missing and nothing is there twice.
"""

import contextlib
import errno
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path

from classifier.errors import InputError
from classifier.sources import Place
from classifier.whole_files import replacing

_SECONDS_BETWEEN_MARKS = 2.0


@dataclass
class Progress:
    """How far work has come: the place in the inputs, the records and bytes written, and the inputs that failed.

    ``inputs`` is a digest of the files that are done, by which a changed one is noticed.
    """

    place: Place
    paragraphs: int = 0
    size: int = 0
    failed: int = 0
    inputs: str = ""


@dataclass(frozen=True)
class Run:
    """What a run is: all that its records depend on, by name, and a digest of the inputs before a place.

    Both are asked for when they are needed: small runs are done before.
    """

    depends_on: Callable[[], Mapping[str, str]]
    stamp: Callable[[Place], str]


class UnfinishedOutput:
    """An output on its way; make one with `unfinished_output`. One that is not wanted at the end is removed."""

    is_wanted = True

    def __init__(self, stream: FileIO, mark: Path, run: Run, progress: Progress) -> None:
        self._stream, self._mark, self._run = stream, mark, run
        self.progress = progress
        self._marked = time.monotonic()

    def append(self, data: bytes | memoryview, place: Place, paragraphs: int, failed: int) -> None:
        """Append records; all rows before ``place`` are then done."""
        _make_room(self._stream, len(data))
        view = memoryview(data)
        while view:
            view = view[self._stream.write(view) :]
        done = self.progress
        self.progress = Progress(place, done.paragraphs + paragraphs, done.size + len(data), done.failed + failed)
        if time.monotonic() - self._marked > _SECONDS_BETWEEN_MARKS:
            self.mark()

    def mark(self) -> None:
        """Keep what is there: the records first, then how far they go."""
        os.fsync(self._stream.fileno())
        self.progress.inputs = self._run.stamp(self.progress.place)
        said = {"run": self._run.depends_on(), "progress": asdict(self.progress)}
        with replacing(self._mark) as temporary:
            temporary.write_text(json.dumps(said), encoding="utf-8")
        self._marked = time.monotonic()


@contextlib.contextmanager
def unfinished_output(
    output: Path, run: Run, *, resume: bool, finish: Callable[[Path, Path], None] | None = None
) -> Iterator[UnfinishedOutput]:
    """Open the unfinished output of a run, a new one or with ``resume`` the one that is there; rename it at the end.

    Only the same run is resumed. ``finish(partial, temporary)`` turns the records into the output's format where they are
    not in it. After an error or Ctrl-C the records are kept if there are any.

    Raises InputError where there is nothing to resume or it belongs to another run, where another process is at it, or
    where the disk is full or the folder cannot be written to.
    """
    partial = output.with_name(f".{output.name}.partial")
    mark = partial.with_name(f"{partial.name}.json")
    try:
        before = _before(mark, partial, run, output) if resume else None
        partial.touch()
        with partial.open("r+b", buffering=0) as stream:
            _lock(stream, output)
            if before is None:
                mark.unlink(missing_ok=True)  # It speaks of another run, whose records end here.
            stream.truncate(before.size if before else 0)
            stream.seek(0, os.SEEK_END)
            work = UnfinishedOutput(stream, mark, run, before or Progress(Place()))
            try:
                yield work
            except BaseException:
                _keep_or_remove(work, stream, partial, mark)
                raise
            if work.is_wanted and finish is None:
                os.fsync(stream.fileno())
                partial.replace(output)
            elif work.is_wanted and finish is not None:
                with replacing(output) as temporary:
                    finish(partial, temporary)
            mark.unlink(missing_ok=True)
            partial.unlink(missing_ok=True)
    except OSError as error:
        what = "what is done is kept: make room, and go on with --resume" if mark.exists() else "nothing was kept"
        advice = "check the folder and the disk"
        raise InputError(f"{output}: cannot be written ({error.strerror or error}); {what}; {advice}") from error


def _make_room(stream: FileIO, size: int) -> None:
    """Ask the file system for all the room at once, which takes half the time; it may refuse, but for a full disk."""
    if not size or not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(stream.fileno(), stream.tell(), size)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise


def _keep_or_remove(work: UnfinishedOutput, stream: FileIO, partial: Path, mark: Path) -> None:
    if work.progress.paragraphs:
        # Half a chunk is cut off, which makes room for the mark on a full disk; if there is none, the last mark stays.
        with contextlib.suppress(OSError):
            stream.truncate(work.progress.size)
            work.mark()
    if not mark.exists():
        partial.unlink(missing_ok=True)


def _before(mark: Path, partial: Path, run: Run, output: Path) -> Progress:
    if not mark.exists() or not partial.exists():
        raise InputError(f"{output}: no interrupted run to go on with; start without --resume")
    try:
        said = json.loads(mark.read_text(encoding="utf-8"))
        progress = Progress(**{**said["progress"], "place": Place(**said["progress"]["place"])})
        other = [name for name, value in run.depends_on().items() if said["run"].get(name) != value]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{mark}: damaged ({error}); start again without --resume") from None
    if other:
        raise InputError(
            f"{output}: the interrupted run had another {', '.join(other)}; give the same, or start again without --resume"
        )
    if progress.inputs != run.stamp(progress.place):
        raise InputError(f"{output}: inputs that were done have changed since; start again without --resume")
    if partial.stat().st_size < progress.size:
        raise InputError(f"{partial}: shorter than it was; start again without --resume")
    return progress


def _lock(stream: FileIO, output: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Where there is none, as on Windows, two runs into one file are the user's to avoid.
        return
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise InputError(f"{output}: another run is writing it; wait for its end, or choose another name") from None
