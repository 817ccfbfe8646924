"""Signals, handled otherwise for a while."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def handled_by(number: signal.Signals, handler: Callable[[int, Any], Any] | signal.Handlers) -> Iterator[None]:
    """Let a signal be handled so meanwhile; in any but the main thread, which alone may say so, nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)
