"""Give waitress's threads their requests: in lanes, never more waiting than there is room for, small texts many at once."""

from collections import deque
from collections.abc import Callable, Sequence
from itertools import count
from time import sleep
from typing import Any

from waitress.task import ThreadedTaskDispatcher

from web.lanes import HEALTH_PATH, Lane, lane_of, lanes_for, next_lane

Prepare = Callable[[Sequence[bytes]], None]
RefuseAs = Callable[[str, str], Any]


class LaneDispatcher(ThreadedTaskDispatcher):  # type: ignore[misc]
    """A dispatcher of connections whose next request waits for a thread.

    ``refusal`` makes the answer to a request that finds no room, from its path and its cookies. ``prepare`` is given the
    bodies of requests of the lane for small texts before they are answered one after the other by the same thread.
    """

    def __init__(self, threads: int, room: int, *, refusal: RefuseAs, prepare: Prepare) -> None:
        super().__init__()
        self._lanes = lanes_for(threads, room)
        # What never waits with the others: the question how the server is, and answers that are there already.
        self._first = Lane(threads, 0)
        self._most = max(1, threads - 1)
        self._refusal, self._prepare = refusal, prepare
        self._numbers = count()

    def add_task(self, task: Any) -> None:
        """Let a connection's next request wait in its lane, or let it be refused."""
        request = task.requests[0]
        with self.lock:
            number = next(self._numbers)
            lane = self._lane_of(request)
            if lane is self._first:
                number = -number
            elif lane.is_full:
                # As waitress answers what it cannot read: without the application, and the connection is closed.
                request.error = self._refusal(request.path, request.headers.get("COOKIE", ""))
                lane, number = self._first, -number
            lane.waiting.append((number, task))
            if self._next_lane() is not None:
                self.queue_cv.notify()

    def waiting(self, lane: str) -> int:
        """Return how many requests wait in a lane."""
        return len(self._lanes[lane].waiting)

    def handler_thread(self, thread_no: int) -> None:
        """Work on requests until the server stops."""
        while True:
            with self.lock:
                lane = self._next_lane()
                while lane is None and self.stop_count == 0:
                    self.active_count -= 1
                    self.queue_cv.wait()
                    self.active_count += 1
                    lane = self._next_lane()
                if self.stop_count > 0 or lane is None:
                    self.active_count -= 1
                    self.stop_count -= 1
                    self.threads.discard(thread_no)
                    self.thread_exit_cv.notify()
                    return
                lane.working += 1
                tasks = lane.take(lane.together)
                if self._next_lane() is not None:
                    self.queue_cv.notify()
            if len(tasks) < lane.together:
                sleep(0)  # Let the thread that watches the connections read what else has arrived.
                with self.lock:
                    tasks += lane.take(lane.together - len(tasks))
            self._work_on(tasks)
            with self.lock:
                lane.working -= 1

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Stop the threads; what still waits is dropped."""
        with self.lock:
            for lane in (self._first, *self._lanes.values()):
                self.queue.extend(task for _, task in lane.waiting)
                lane.waiting = deque()
        return bool(super().shutdown(cancel_pending, timeout))

    def _next_lane(self) -> Lane | None:
        """Return the lane from which a thread may take a request now; the last thread is kept for what never waits."""
        if self._first.is_ready:
            return self._first
        lanes = self._lanes.values()
        return next_lane(lanes) if sum(lane.working for lane in lanes) < self._most else None

    def _lane_of(self, request: Any) -> Lane:
        if request.error or request.path == HEALTH_PATH:
            return self._first
        length = 0 if request.body_rcv is None else len(request.body_rcv)
        return self._lanes[lane_of(request.command, request.path, length)]

    def _work_on(self, tasks: Sequence[Any]) -> None:
        if len(tasks) > 1:
            self._guard("prepare", lambda: self._prepare([_body_of(task) for task in tasks]))
        for task in tasks:
            self._guard(task, task.service)
        if len(tasks) > 1:
            self._prepare(())

    def _guard(self, what: Any, work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException:
            self.logger.exception("Exception when servicing %r", what)


def _body_of(task: Any) -> bytes:
    """Return the body of a connection's next request, which is read once more when it is answered."""
    stream = task.requests[0].get_body_stream()
    body: bytes = stream.read()
    stream.seek(0)
    return body
