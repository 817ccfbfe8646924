"""Classify many inputs into one output, a chunk at a time, so that neither its size nor an interruption matters."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from classifier.bands import Bands
from classifier.chunks import Item
from classifier.errors import InputError
from classifier.model import Model
from classifier.model_file import model_to_bytes
from classifier.parallel import classify_chunks
from classifier.predictions import Prediction
from classifier.records import csv_head, prediction_columns
from classifier.sources import Failures, Place, Source, chunks, digest
from classifier.unfinished import Run, unfinished_output
from classifier.workers import Form, Workers
from classifier.writers import FLAT_FORMATS, finisher

CHUNK = 500


class Records(NamedTuple):
    """Some records as bytes of a file, the place behind them, how many they are, and how many inputs failed among them."""

    data: bytes | memoryview
    place: Place
    paragraphs: int
    failed: int


@dataclass(frozen=True)
class Batch:
    """What is classified, by which model, and how: all that a run needs but for where its records go."""

    model: Model
    sources: Sequence[Source]
    format_name: str
    stop_at_malformed: bool = True
    workers: Workers | None = None
    bands: Bands | None = None

    @property
    def added(self) -> tuple[str, ...]:
        """The names that classification adds to a record."""
        flat, banded = self.format_name in FLAT_FORMATS, self.bands is not None
        return prediction_columns(self.model.codebook.theme_codes, flat=flat, banded=banded)

    @property
    def form(self) -> Form:
        """What is made of a chunk."""
        own = dict.fromkeys(column for source in self.sources for column in source.columns_beside(self.added))
        return Form(self.format_name, (*own, *self.added), self.stop_at_malformed, self.bands)

    def records(self, failures: Failures, start: Place | None = None) -> Iterator[Records]:
        """Yield all records from ``start`` on, and report what was wrong; raise InputError where a row ends the run."""
        start = start or Place()
        opening = csv_head(self.form.columns) if self.format_name == "csv" and start == Place() else b""
        tasks = chunks(self.sources, self.added, start=start, stop=self.stop_at_malformed)
        place = start
        with closing(classify_chunks(self.model, tasks, self.form, self.workers)) as results:
            for done, behind in results:
                problems = done.problems
                place = behind if problems.rows_done is None else Place(behind.source, problems.rows_done)
                failed = problems.reasons[: len(problems.reasons) - problems.stopped]
                data = opening + done.data if opening else done.data
                yield Records(data if done.paragraphs else b"", place, done.paragraphs, len(failed))
                opening = b"" if done.paragraphs else opening
                failures.malformed += problems.malformed
                for notice in problems.notices:
                    failures.notice(notice)
                for reason in failed:
                    failures.add(reason)
                if problems.stopped:
                    raise InputError(f"{problems.reasons[-1]}; --on-error skip leaves such rows out")
        if opening and not failures.reasons:
            yield Records(opening, place, 0, 0)


def classify_to_stream(batch: Batch, stream: BinaryIO, failures: Failures, step: Callable[[int], None]) -> None:
    """Write all records to a stream; ``step`` is told how many more there are."""
    for some in batch.records(failures):
        stream.write(some.data)
        stream.flush()
        step(some.paragraphs)


def classify_to_file(
    batch: Batch, output: Path, failures: Failures, step: Callable[[int], None], *, resume: bool = False
) -> None:
    """Write all records to a file, which appears under its name when all is there; see `classifier.unfinished`.

    Where no input could be read, no file is written. Raises InputError as `unfinished_output` does, and where a malformed
    row ends the run.
    """
    with unfinished_output(output, _run(batch), resume=resume, finish=finisher(batch.format_name)) as work:
        if work.progress.failed:
            failures.add(f"{work.progress.failed} inputs failed before the interruption, as was said then")
        step(work.progress.paragraphs)
        try:
            for some in batch.records(failures, work.progress.place):
                work.append(some.data, some.place, some.paragraphs, some.failed)
                step(some.paragraphs)
        except (InputError, KeyboardInterrupt) as error:
            said = f"{work.progress.paragraphs} paragraphs are kept: go on with --resume"
            if not work.progress.paragraphs:
                raise
            if isinstance(error, InputError):
                raise InputError(f"{error}; {said}") from None
            failures.notice(said)
            raise
        work.is_wanted = bool(work.progress.paragraphs) or not failures.reasons


def _run(batch: Batch) -> Run:
    names = [source.name for source in batch.sources]

    @cache
    def depends_on() -> dict[str, str]:
        model = hashlib.sha256(model_to_bytes(batch.model)).hexdigest()
        return {
            "model": model,
            "list of inputs": digest(names),
            "form": digest((batch.format_name, batch.form.columns, batch.bands)),
        }

    return Run(
        depends_on,
        lambda place: digest([_stamp(name) for name in names[: place.source]]),
    )


def _stamp(name: str) -> tuple[str, int, int]:
    try:
        found = Path(name).stat()
    except OSError:
        return name, 0, 0
    return name, found.st_size, found.st_mtime_ns


def classify_items(model: Model, items: Iterable[Item]) -> Iterator[tuple[Item, Prediction]]:
    """Yield each item with its prediction as an object, in order."""
    iterator = iter(items)
    while some := list(islice(iterator, CHUNK)):
        yield from zip(some, model.predict([item.text for item in some]), strict=True)
