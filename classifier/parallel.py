"""Classify chunks one after another here, in several processes, or on a Dask cluster; the results are the same bytes.

Each worker gets the model once, whatever the number of chunks: processes read it from a file, workers of a cluster keep it
in memory. A worker that is lost loses nothing: Dask does its chunks again elsewhere.
"""

import contextlib
import threading
import warnings
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from itertools import chain
from typing import Any

from classifier.chunks import Chunk
from classifier.cluster import on_cluster
from classifier.errors import InputError
from classifier.model import Model
from classifier.processes import in_processes
from classifier.sources import Place
from classifier.workers import Done, Form, Running, Workers, classify_chunk

# What is done early waits in memory: where so many chunks wait, or four for each worker if that is more, no more are sent
# until all of these are done.
_MOST_WAITING = 64

Task = tuple[Chunk, Place]


def classify_chunks(
    model: Model, tasks: Iterator[Task], form: Form, workers: Workers | None = None
) -> Generator[tuple[Done, Place], None, None]:
    """Yield what is done, in order, each with the place behind it.

    Raises InputError where no scheduler answers, where its connection would not be encrypted beyond this machine, or where a
    process of this machine was killed.
    """
    workers = workers or Workers()
    if workers.scheduler is not None:
        runner: contextlib.AbstractContextManager[Running] = on_cluster(model, workers)
    elif workers.jobs > 1:
        runner = in_processes(model, workers.jobs)
    else:
        for chunk, place in tasks:
            yield classify_chunk(model, chunk, form), place
        return
    from joblib import delayed  # Slow to import, and needed for several processes only.

    places: deque[Place] = deque()
    failed: list[BaseException] = []

    def calls(some: Iterable[Task], most: int) -> Iterator[Any]:
        # Called by joblib's own threads, in which an error would be lost.
        try:
            for chunk, place in some:
                places.append(place)
                yield delayed(running.work)(running.model, running.sent(chunk), form)
                if len(places) >= most:
                    break
        except Exception as error:
            failed.append(error)

    with runner as running, _quiet_threads():
        for first in tasks:
            done = running.parallel(calls(chain((first,), tasks), max(_MOST_WAITING, 4 * running.width)))
            try:
                for each in done:
                    with running.received(each) as received:
                        yield received, places.popleft()
            except BrokenExecutor:
                raise InputError("a process was ended from outside, perhaps for want of memory; give fewer --jobs") from None
            finally:
                with warnings.catch_warnings(action="ignore"):  # Where a run ends early, it is meant to.
                    done.close()
            if failed:
                raise failed[0]


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
