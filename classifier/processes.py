"""Processes of this machine as workers: started by joblib, deaf to Ctrl-C, each reading the model once from a file."""

import contextlib
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from classifier.memory import keep_freed_memory
from classifier.model import Model
from classifier.model_file import load_model, save_model
from classifier.signals import handled_by
from classifier.slots import Slots
from classifier.workers import Running


@contextlib.contextmanager
def in_processes(model: Model, jobs: int) -> Iterator[Running]:
    """Start so many processes, and end them at the end."""
    from joblib import Parallel, delayed

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "worker.model"
        save_model(model, path)
        with Parallel(n_jobs=jobs, return_as="generator", batch_size=1, pre_dispatch="3*n_jobs") as parallel:
            with handled_by(signal.SIGINT, signal.SIG_IGN):
                # The processes that are started now ignore Ctrl-C as well, for good: this one will end them.
                started = parallel(delayed(int)() for _ in range(jobs))
            list(started)
            with contextlib.closing(Slots(Path(folder))) as slots:
                yield Running(parallel, _ModelInFile(str(path)), jobs, slots)


@dataclass(frozen=True)
class _ModelInFile:
    path: str

    def get(self) -> Model:
        return _read_once(self.path)


@lru_cache(maxsize=1)
def _read_once(path: str) -> Model:
    keep_freed_memory()
    return load_model(Path(path))
