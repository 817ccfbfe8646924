"""Workers, wherever they are: what is sent to one, what it does, and what it sends back."""

import contextlib
import pickle
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

from classifier.bands import Bands
from classifier.chunks import Chunk, Problems
from classifier.json_records import json_lines
from classifier.model import Model
from classifier.records import Classified, arrow_stream, csv_rows
from classifier.slots import Slot, Slots

SERIALISERS: dict[str, Callable[[Classified, Sequence[str]], bytes]] = {
    "jsonl": json_lines,
    "csv": csv_rows,
    "parquet": arrow_stream,
    "xlsx": arrow_stream,
}


@dataclass(frozen=True)
class Form:
    """What is made of a chunk: the format of its records, all their columns, and whether a malformed row ends the run.

    With ``bands``, the last column names the band of each record.
    """

    format_name: str
    columns: tuple[str, ...]
    stop: bool = True
    bands: Bands | None = None


@dataclass(frozen=True)
class Done:
    """A chunk that was classified: its records as bytes of a file, how many they are, and what was wrong."""

    data: bytes | memoryview
    paragraphs: int
    problems: Problems


@dataclass(frozen=True)
class Workers:
    """Where chunks are classified: in ``jobs`` processes of this machine, or by the workers of a Dask ``scheduler``."""

    jobs: int = 1
    scheduler: str | None = None
    allow_unencrypted: bool = False


def classify_chunk(model: Model, chunk: Chunk, form: Form) -> Done:
    """Read a chunk, classify its paragraphs, and write their records."""
    problems = Problems(stop=form.stop)
    paragraphs = chunk.read(problems)
    if not paragraphs.texts:
        return Done(b"", 0, problems)
    classified = Classified(paragraphs, model.score(paragraphs.texts), model.identity, form.bands)
    return Done(SERIALISERS[form.format_name](classified, form.columns), len(paragraphs.texts), problems)


class ModelOfWorker(Protocol):
    """A model as a worker gets it."""

    def get(self) -> Model:
        """Return the model, which is read once in each process."""


@dataclass(frozen=True)
class Running:
    """Workers that wait for chunks; where they share ``slots``, chunks and records pass through these."""

    parallel: Callable[[Iterable[Any]], Generator[Any, None, None]]
    model: ModelOfWorker
    width: int
    slots: Slots | None = None

    @property
    def work(self) -> Callable[..., Any]:
        """What a worker is called to do."""
        return _in_worker if self.slots is None else _in_process

    def sent(self, chunk: Chunk) -> Chunk | Slot:
        """Return what takes a chunk to a worker."""
        return chunk if self.slots is None else self.slots.take().written(pickle.dumps(chunk))

    @contextlib.contextmanager
    def received(self, found: Any) -> Iterator[Done]:
        """Let what a worker has done be read."""
        if self.slots is None:
            yield cast(Done, found)
            return
        done, slot = found
        yield replace(cast(Done, done), data=slot.read())
        self.slots.give_back(slot)


def _in_worker(model: ModelOfWorker, chunk: Chunk, form: Form) -> Done:
    return classify_chunk(model.get(), chunk, form)


def _in_process(model: ModelOfWorker, slot: Slot, form: Form) -> tuple[Done, Slot]:
    chunk = pickle.loads(slot.read())  # of a file in a folder that only this user may enter  # nosec B301
    done = _in_worker(model, chunk, form)
    return replace(done, data=b""), slot.written(done.data)
