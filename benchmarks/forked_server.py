"""A real server that can be killed and started again at once: a parent that has imported everything forks each one."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from classifier.settings import HOME_VARIABLE

# The parent opens nothing of the installation: neither a connection nor a lock may go through a fork.
_PARENT = """
import os, sys
from web import WebSettings
from web.serving import run
import sqlalchemy.dialects.sqlite
settings = WebSettings(port=int(sys.argv[1]), measure_model=False)
for line in sys.stdin:
    child = os.fork()
    if not child:
        run(settings, say=lambda text: print(os.getpid(), text, flush=True), notice=lambda text: None)
        os._exit(0)
    print("ended", os.waitpid(child, 0)[1], flush=True)
"""


class ForkedServer:
    """A server of one data folder; it runs from `start` to `kill` or `stop`."""

    def __init__(self, parent: "subprocess.Popen[str]") -> None:
        self._parent = parent
        self.pid, self.port = 0, 0

    @property
    def address(self) -> str:
        """Where it can be reached."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it can be reached."""
        assert self._parent.stdin is not None
        print("start", file=self._parent.stdin, flush=True)
        line = self._line()
        if "http://" not in line:
            raise RuntimeError(f"the server did not start: {line!r}")
        self.pid = int(line.split()[0])
        self.port = int(line.split("127.0.0.1:")[1].split("/")[0])

    def kill(self) -> None:
        """End it as a crash does, at whatever it is doing."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as an administrator does."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)
        while not self._line().startswith("ended"):
            pass
        self.pid = 0

    def _line(self) -> str:
        assert self._parent.stdout is not None
        line = self._parent.stdout.readline()
        if not line:
            raise RuntimeError("the parent of the servers has ended")
        return line


@contextmanager
def forked_server(home: Path, port: int = 0, log: IO[bytes] | None = None) -> Iterator[ForkedServer]:
    """Make ready a server of a data folder, which is not started yet; its log goes to a file, or nowhere."""
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log or subprocess.DEVNULL,
        text=True,
        env={**os.environ, HOME_VARIABLE: str(home), "OPENBLAS_NUM_THREADS": "1"},
    )
    server = ForkedServer(parent)
    try:
        yield server
    finally:
        if server.pid:
            server.kill()
        assert parent.stdin is not None and parent.stdout is not None
        parent.stdin.close()
        parent.wait(20)
        parent.stdout.close()
