"""A listener that notes who connects: what parses files must never do so. Fixtures `visitors` and `listening_port`."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest


@pytest.fixture
def visitors() -> list[str]:
    """Return the addresses of everybody who connected."""
    return []


@pytest.fixture
def listening_port(visitors: list[str]) -> Iterator[int]:
    """Listen on a free port of the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)

        def note() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                connection.close()
                visitors.append(str(address))

        thread = Thread(target=note, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)
