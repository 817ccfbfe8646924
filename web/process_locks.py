"""Locks between the processes of an installation: files in its data folder, which the system lets go when a process ends.

``SERVING`` is shared by all servers, so that a restore can tell whether one is at work; ``JOBS`` is held by the one of them
that does the work in the background.
"""

import os
from pathlib import Path
from threading import Lock

SERVING, JOBS = "serving.lock", "jobs.lock"


class ProcessLock:
    """A lock that one process holds, or several share; it does not outlive any of them, however they end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._own = Lock()

    def take(self, *, shared: bool = False) -> bool:
        """Take the lock and tell whether it could be had; where it is held here already, it stays as it is.

        Raises OSError where the folder cannot be written to.
        """
        with self._own:
            if self._descriptor is not None:
                return True
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            if _locked(descriptor, shared=shared):
                self._descriptor = descriptor
                return True
            os.close(descriptor)
            return False

    def let_go(self) -> None:
        """Let others have it."""
        with self._own:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None


def _locked(descriptor: int, *, shared: bool) -> bool:
    try:
        import fcntl
    except ImportError:  # Where there is none, as on Windows, two processes at once are the user's to avoid.
        return True
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
