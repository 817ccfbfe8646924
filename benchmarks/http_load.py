"""Load a server from one thread: many connections, each of which asks again as soon as it is answered."""

import heapq
import json
import selectors
import socket
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_PATIENCE = 60.0


@dataclass
class Answers:
    """What came of many requests: seconds each, how many were not answered with 200, and how long all took."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.took

    @property
    def median(self) -> float:
        """The median of the milliseconds."""
        return statistics.median(self.seconds) * 1000

    @property
    def last(self) -> float:
        """The milliseconds within which 99 of 100 are answered."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)] * 1000


@dataclass
class _Connection:
    socket: socket.socket
    asked: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    expected: int = 0

    def ask(self, request: bytes) -> None:
        self.asked, self.expected = time.perf_counter(), 0
        self.received.clear()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Read what has arrived; tell whether the answer is whole."""
        self.received += self.socket.recv(1 << 18) or self._ended()
        if not self.expected:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(self.received[:end]).lower()
            _, found, length = head.partition(b"\r\ncontent-length:")
            if not found and b" 204 " in head.partition(b"\r\n")[0]:
                length = b"0"
            elif not found:
                raise ValueError("the answer has no length")
            self.expected = end + 4 + int(length.split(b"\r\n", 1)[0])
        return len(self.received) >= self.expected

    @property
    def status(self) -> int:
        return int(self.received[9:12])

    @property
    def is_last(self) -> bool:
        """Whether the server closes the connection after this answer, as it does where there is nothing to say."""
        return b"\r\nconnection: close" in self.received.partition(b"\r\n\r\n")[0].lower()

    def _ended(self) -> bytes:
        raise ConnectionError("the server closed the connection")


def load(address: str, request: bytes, connections: int, seconds: float, until: Callable[[], bool] | None = None) -> Answers:
    """Ask over and over on many connections at once, for so long or until something has happened."""
    answers, waiting = Answers(), connections
    selector = selectors.DefaultSelector()
    start = time.perf_counter()
    for _ in range(connections):
        connection = _Connection(_connected(address))
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.ask(request)
    while waiting:
        ready = selector.select(_PATIENCE)
        if not ready:
            raise TimeoutError(f"no answer within {_PATIENCE:.0f} seconds")
        for key, _ in ready:
            connection = key.data
            if not connection.is_answered():
                continue
            now = time.perf_counter()
            answers.seconds.append(now - connection.asked)
            answers.errors += connection.status != 200
            if now - start < seconds and not (until and until()):
                connection.ask(request)
            else:
                selector.unregister(connection.socket)
                connection.socket.close()
                waiting -= 1
    answers.took = time.perf_counter() - start
    return answers


def load_mix(
    address: str,
    requests: Iterator[tuple[str, bytes]],
    connections: int,
    seconds: float,
    *,
    pause: Callable[[], float],
    is_fine: Callable[[str, int], bool],
    each_second: Callable[[], object],
) -> dict[str, Answers]:
    """Ask for different things on many connections, each of which waits between an answer and its next request.

    ``requests`` gives a kind and the bytes of a request over and over; the answers are counted by kind. ``is_fine`` tells
    by kind and status which of them are no errors.
    """
    answers: dict[str, Answers] = defaultdict(Answers)
    selector = selectors.DefaultSelector()
    start = looked = time.perf_counter()
    kinds: dict[int, str] = {}
    resting: list[tuple[float, int, _Connection]] = []
    for number in range(connections):
        heapq.heappush(resting, (start + pause(), number, _Connection(_connected(address))))
    while resting or selector.get_map():
        now = time.perf_counter()
        if now - looked >= 1:
            looked = now
            each_second()
        while resting and (resting[0][0] <= now or now - start >= seconds):
            _, number, connection = heapq.heappop(resting)
            if now - start >= seconds:
                connection.socket.close()
                continue
            kinds[number], request = next(requests)
            selector.register(connection.socket, selectors.EVENT_READ, (number, connection))
            connection.ask(request)
        for key, _ in selector.select(0.05):
            number, connection = key.data
            try:
                if not connection.is_answered():
                    continue
                failed = not is_fine(kinds[number], connection.status)
            except ConnectionError:
                failed = True
            answered = time.perf_counter()
            own = answers[kinds[number]]
            own.seconds.append(answered - connection.asked)
            own.errors += failed
            selector.unregister(connection.socket)
            if failed or connection.is_last:
                connection.socket.close()
                connection = _Connection(_connected(address))
            heapq.heappush(resting, (answered + pause(), number, connection))
    for own in answers.values():
        own.took = time.perf_counter() - start
    return answers


def http(address: str, method: str, path: str, body: object = None) -> bytes:
    """Return the bytes of a request."""
    data = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {address.removeprefix('http://')}", "Connection: keep-alive"]
    if data:
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + data


def _connected(address: str) -> socket.socket:
    host, _, port = address.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection
