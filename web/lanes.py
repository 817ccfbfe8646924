"""The lanes in which requests wait for a thread: by kind, so that long ones, or many of a kind, leave room for others."""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

CLASSIFY, LIGHT, WRITING, COUNTING, LONG = "classify", "light", "writing", "counting", "long"
HEALTH_PATH = "/healthz"
CLASSIFY_PATH = "/api/v1/classify"

# A request with a larger body is long work: more than about thirty paragraphs.
_SHORT_BODY = 16 * 1024
# Pages that count over everything in the database, or classify everything that was sent.
_COUNTED = ("/mix", "/api/v1/mix", "/api/v1/paragraphs", "/tag/", "/documents", "/review", "/model", "/api/v1/model")
_READING = ("GET", "HEAD", "OPTIONS")
# Long requests may keep a thread for seconds; of them, fewer may wait.
_FEWER_LONG = 8
_CLASSIFIED_AT_ONCE = 32


def lane_of(method: str, path: str, length: int) -> str:
    """Return the lane of a request by its method, its path and the length of its body.

    >>> lane_of("POST", "/api/v1/classify", 200), lane_of("POST", "/api/v1/classify", 600_000), lane_of("GET", "/mix", 0)
    ('classify', 'long', 'counting')
    """
    if length > _SHORT_BODY:
        return LONG
    if method in _READING:
        return COUNTING if path.startswith(_COUNTED) else LIGHT
    return CLASSIFY if path == CLASSIFY_PATH else WRITING


@dataclass
class Lane:
    """Requests of one kind: those that wait, with their number, and how many are worked on.

    Of them at most ``places`` are worked on at the same time, and ``room`` may wait. A thread takes up to ``together``.
    """

    places: int
    room: int
    together: int = 1
    waiting: deque[tuple[int, Any]] = field(default_factory=deque)
    working: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether a thread may take a request from here."""
        return bool(self.waiting) and self.working < self.places

    @property
    def is_full(self) -> bool:
        """Whether no further request may wait here, besides those for which there is a place already."""
        return len(self.waiting) + self.working >= self.places + self.room

    def take(self, most: int) -> list[Any]:
        """Take up to so many requests."""
        return [self.waiting.popleft()[1] for _ in range(min(most, len(self.waiting)))]


def lanes_for(threads: int, room: int) -> dict[str, Lane]:
    """Return the lanes of a server: from seven threads on, one is left for what is light, whatever else goes on.

    Small texts are classified by one thread, as many at once as wait: several would take the interpreter from each other.

    >>> [(name, lane.places, lane.room) for name, lane in lanes_for(10, 256).items()]
    [('light', 10, 256), ('classify', 1, 256), ('writing', 2, 256), ('counting', 2, 256), ('long', 2, 32)]
    """
    share = max(1, (threads - 4) // 3)
    return {
        LIGHT: Lane(threads, room),
        CLASSIFY: Lane(1, room, _CLASSIFIED_AT_ONCE),
        WRITING: Lane(share, room),
        COUNTING: Lane(share, room),
        LONG: Lane(share, max(1, room // _FEWER_LONG)),
    }


def next_lane(lanes: Collection[Lane]) -> Lane | None:
    """Return the lane whose first request came first, of those from which a thread may take one."""
    return min((lane for lane in lanes if lane.is_ready), key=lambda lane: lane.waiting[0][0], default=None)
