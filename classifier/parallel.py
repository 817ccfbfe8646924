"""Classify chunks one after another here, in several processes, or on a Dask cluster; the results are the same bytes.

Each worker gets the model once, whatever the number of chunks: processes read it from a file, workers of a cluster keep it
in memory. A worker that is lost loses nothing: Dask does its chunks again elsewhere.
"""

import contextlib
import ipaddress
import logging
import pickle
import signal
import tempfile
import threading
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from classifier.bands import Bands
from classifier.chunks import Chunk, Problems
from classifier.errors import InputError
from classifier.json_records import json_lines
from classifier.memory import keep_freed_memory
from classifier.model import Model
from classifier.model_file import load_model, model_from_bytes, model_to_bytes, save_model
from classifier.records import Classified, arrow_stream, csv_rows
from classifier.slots import Slot
from classifier.sources import Place
from classifier.version import VERSION

# What is done early waits in memory: after so many chunks, or four for each worker if that is more, all is waited for.
_CHUNKS_TOGETHER = 64
_SECONDS_TO_CONNECT = 10

Task = tuple[Chunk, Place]

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

    data: bytes
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


def classify_chunks(
    model: Model, tasks: Iterator[Task], form: Form, workers: Workers | None = None
) -> Generator[tuple[Done, Place], None, None]:
    """Yield what is done, in order, each with the place behind it.

    Raises InputError where no scheduler answers, or where its connection would not be encrypted beyond this machine.
    """
    workers = workers or Workers()
    if workers.scheduler is not None:
        runner: contextlib.AbstractContextManager[_Running] = _on_cluster(model, workers)
    elif workers.jobs > 1:
        runner = _in_processes(model, workers.jobs)
    else:
        for chunk, place in tasks:
            yield classify_chunk(model, chunk, form), place
        return
    from joblib import delayed  # Slow to import, and needed for several processes only.

    places: deque[Place] = deque()
    failed: list[BaseException] = []

    def calls(some: Iterable[Task]) -> Iterator[Any]:
        # Called by joblib's own threads, in which an error would be lost.
        try:
            for number, (chunk, place) in enumerate(some):
                places.append(place)
                yield delayed(running.work)(running.model, running.sent(number, chunk), form)
        except Exception as error:
            failed.append(error)

    with runner as running, _quiet_threads():
        for first in tasks:
            done = running.parallel(calls(chain((first,), islice(tasks, max(_CHUNKS_TOGETHER, 4 * running.width) - 1))))
            try:
                for each in done:
                    yield running.received(each), places.popleft()
            finally:
                with warnings.catch_warnings(action="ignore"):  # Where a run ends early, it is meant to.
                    done.close()
            if failed:
                raise failed[0]


class _ModelOfWorker(Protocol):
    def get(self) -> Model:
        """Return the model, which is read once in each process."""


@dataclass(frozen=True)
class _Running:
    """Workers that wait for chunks; where they share a ``folder``, chunks and records pass through slots in it."""

    parallel: Callable[[Iterable[Any]], Generator[Any, None, None]]
    model: _ModelOfWorker
    width: int
    folder: Path | None = None

    @property
    def work(self) -> Callable[..., Any]:
        """What a worker is called to do."""
        return _in_worker if self.folder is None else _in_process

    def sent(self, number: int, chunk: Chunk) -> Chunk | Slot:
        """Return what takes a chunk to a worker; ``number`` is its own among those that are not done."""
        return chunk if self.folder is None else Slot(str(self.folder / f"{number}.slot")).written(pickle.dumps(chunk))

    def received(self, found: Any) -> Done:
        """Return what a worker has done, with its records."""
        done, slot = (found, None) if self.folder is None else found
        return replace(cast(Done, done), data=slot.read()) if slot else cast(Done, done)


@dataclass(frozen=True)
class _ModelInFile:
    path: str

    def get(self) -> Model:
        return _read_once(self.path)


@lru_cache(maxsize=1)
def _read_once(path: str) -> Model:
    keep_freed_memory()
    return load_model(Path(path))


class _ModelInMemory:
    """A model on its way to workers of a cluster: sent as the bytes of its file, read once where it arrives."""

    def __init__(self, data: bytes) -> None:
        self._data, self._version = data, VERSION
        self._model: Model | None = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_model": None}

    def get(self) -> Model:
        if self._version != VERSION:
            raise InputError(
                f"a worker has policy-themes {VERSION}, but {self._version} sent it work; install the same version on all"
            )
        if self._model is None:
            keep_freed_memory()
            self._model = model_from_bytes(self._data, "the model that was sent")
        return self._model


def _in_worker(model: _ModelOfWorker, chunk: Chunk, form: Form) -> Done:
    return classify_chunk(model.get(), chunk, form)


def _in_process(model: _ModelOfWorker, slot: Slot, form: Form) -> tuple[Done, Slot]:
    chunk = pickle.loads(slot.read())  # of a file in a folder that only this user may enter  # nosec B301
    done = _in_worker(model, chunk, form)
    return replace(done, data=b""), slot.written(done.data)


@contextlib.contextmanager
def _in_processes(model: Model, jobs: int) -> Iterator[_Running]:
    from joblib import Parallel, delayed

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "worker.model"
        save_model(model, path)
        with Parallel(n_jobs=jobs, return_as="generator", batch_size=1, pre_dispatch="3*n_jobs") as parallel:
            with _ignoring_interrupts():
                # The processes that are started now ignore Ctrl-C as well, for good: this one will end them.
                started = parallel(delayed(int)() for _ in range(jobs))
            list(started)
            yield _Running(parallel, _ModelInFile(str(path)), jobs, Path(folder))


@contextlib.contextmanager
def _quiet_threads() -> Iterator[None]:
    """Keep joblib's threads quiet where a run ends early: they are cut off anywhere, and their tracebacks help nobody.

    They may speak before this process knows of the interruption, and after all is over.
    """
    before = threading.excepthook

    def say(arguments: threading.ExceptHookArgs) -> None:
        if arguments.thread is None or not arguments.thread.name.startswith(("ExecutorManagerThread", "QueueFeederThread")):
            before(arguments)

    threading.excepthook = say
    yield
    threading.excepthook = before


@contextlib.contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # Only the main thread is interrupted, and only it may say so.
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _on_cluster(model: Model, workers: Workers) -> Iterator[_Running]:
    address = workers.scheduler or ""
    _check_address(address, workers.allow_unencrypted)
    try:
        from distributed import Client, Security
    except ImportError:
        raise InputError("--scheduler needs Dask; install it with: pip install 'policy-themes[cluster]'") from None
    from joblib import Parallel, parallel_config

    logging.getLogger("distributed").setLevel(logging.ERROR)  # Workers that come and go are no news for a user.
    security = Security(require_encryption=True) if address.startswith("tls://") else None
    try:
        client = Client(address, security=security, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError, TypeError, TimeoutError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{address}: no Dask scheduler answers ({reason}); start one with: dask scheduler") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
        except TimeoutError:
            raise InputError(f"{address}: this scheduler has no workers; start some with: dask worker {address}") from None
        width = sum(client.nthreads().values())
        sent = _ModelInMemory(model_to_bytes(model))
        with (
            parallel_config(backend="dask", client=client, scatter=[sent]),
            Parallel(n_jobs=-1, return_as="generator", batch_size=1, pre_dispatch="3*n_jobs") as parallel,
        ):
            yield _Running(parallel, sent, width)


def _check_address(address: str, allow_unencrypted: bool) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("tcp", "tls") or not parts.hostname:
        raise InputError(f"--scheduler {address!r}: not an address; write tcp://HOST:PORT or tls://HOST:PORT")
    if parts.scheme == "tcp" and not allow_unencrypted and not _is_loopback(parts.hostname):
        raise InputError(
            f"--scheduler {address!r}: texts would cross the network unencrypted; use tls://, "
            "or allow it with --allow-unencrypted where the network is your own"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
