"""What is costly and the same for all tests of a run: made by the first of its processes that needs it."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

SHARED_VARIABLE = "POLICY_THEMES_TESTS_SHARE"  # A folder that several runs of the tests share, as in tests/mutate.py.


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that ``make`` filled, here or in another worker of pytest-xdist; all may read it, none may change it."""
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own  # A worker's folder lies in that of the run.
    shared = Path(os.environ.get(SHARED_VARIABLE, shared))
    shared.mkdir(parents=True, exist_ok=True)
    folder, unfinished = shared / name, shared / f"{name}.{os.getpid()}"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder
