"""Run the server: waitress in this process, until Ctrl-C or SIGTERM; jobs beside it."""

import errno
import gc
import logging
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from types import FrameType
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from classifier import load_model
from web.addresses import is_loopback
from web.api.short_way import short_way_of
from web.application import create_app
from web.dispatching import LaneDispatcher
from web.errors import ServingError, StorageError
from web.jobs import JobRunner
from web.process_locks import SERVING, ProcessLock
from web.refusals import Refusals
from web.services import Services, services_of
from web.settings import WebSettings

_MORE_THAN_A_BODY = 1024 * 1024  # So that the application answers a body that is too large, with a page that says so.
_IDLE_SECONDS = 120
# An answer goes out in one piece, sent by the thread that watches the connections. By default the head and the body go out
# one after the other, each in the thread that made them, which waits for it: so a server answers half as many requests.
_SENT_AT_ONCE = 64 * 1024
_KEPT_IN_MEMORY = 1024 * 1024  # What is larger waits in a file; a thousand paragraphs are 0.7 MB, their themes 2.4 MB.
# A thread that computes gives way after so long to those that have little to do; by default five times as long.
_GIVES_WAY_AFTER = 0.001
# A large answer is a hundred thousand objects, none of them garbage before it is sent: to search them often is a waste.
_OBJECTS_BETWEEN_SEARCHES = 50_000
_WAITING_CONNECTIONS = 1024
_STOPPED_BY = (signal.SIGINT, signal.SIGTERM)


def run(settings: WebSettings, *, say: Callable[[str], None], notice: Callable[[str], None]) -> None:
    """Serve until a signal ends it; ``say`` is told the address and the end, ``notice`` what takes time.

    The port is taken first, so that one in use is known at once and not after a model was trained.

    Raises ServingError where it cannot listen, StorageError where the database cannot be used.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # Waiting for a thread is no news.
    sys.setswitchinterval(_GIVES_WAY_AFTER)
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)
    with _until_stopped(), _serving(settings), closing(_listen(settings.host, settings.port)) as listener:
        app = create_app(settings, shipped=partial(load_model, notice=notice))
        services = services_of(app)
        gc.freeze()  # What is there now stays until the end.
        try:
            _serve(app, services, listener, say)
        finally:
            services.database.close()
    say("stopped")


@contextmanager
def _serving(settings: WebSettings) -> Iterator[None]:
    """Let others know that a server is at work in the data folder."""
    lock = ProcessLock(settings.data_folder / SERVING)
    try:
        if not lock.take(shared=True):
            raise ServingError(f"a backup is being restored in {settings.data_folder}; start again when that has ended")
    except OSError as error:
        raise StorageError(f"{settings.data_folder}: {error.strerror}; give a data folder that can be written to") from None
    try:
        yield
    finally:
        lock.let_go()


def is_open_to_others(settings: WebSettings) -> bool:
    """Tell whether anybody else can reach a server that is started so: then it needs an account first."""
    return not is_loopback(settings.host) or bool(settings.trusted_hosts or settings.trusted_proxy)


def _serve(app: Any, services: Services, listener: socket.socket, say: Callable[[str], None]) -> None:
    connections: dict[int, Any] = {}
    settings = services.settings
    dispatcher = LaneDispatcher(settings.threads, settings.waiting, refusal=Refusals(app), prepare=short_way_of(app).prepare)
    dispatcher.set_thread_count(settings.threads)
    server = create_server(app, map=connections, sockets=[listener], _dispatcher=dispatcher, **_server_options(settings))
    server.adj.send_bytes = _SENT_AT_ONCE  # As an option it is announced to end; a server that ignores it works as well.
    # A job may have put another model in use: the next request looks again.
    runner = JobRunner(services.database, services.settings, lambda kind: services.models.forget())
    runner.start()
    try:
        say(f"serving {address_of(services.settings.host, listener.getsockname()[1])} (Ctrl-C stops it)")
        server.run()
    finally:
        runner.stop()
        wasyncore.close_all(connections, ignore_all=True)


def _server_options(settings: WebSettings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "threads": settings.threads,
        "connection_limit": settings.connections,
        "channel_timeout": _IDLE_SECONDS,
        "max_request_body_size": settings.largest_body + _MORE_THAN_A_BODY,
        "backlog": _WAITING_CONNECTIONS,
        "recv_bytes": _SENT_AT_ONCE,
        "inbuf_overflow": _KEPT_IN_MEMORY,
        "outbuf_overflow": 4 * _KEPT_IN_MEMORY,
        "asyncore_use_poll": hasattr(select, "poll"),  # Where there is none, as on Windows, select must do.
        "ident": None,
        # Without a proxy nothing reads these headers but web.accounts, for which they mean that somebody else is asking.
        "clear_untrusted_proxy_headers": bool(settings.trusted_proxy),
    }
    if settings.trusted_proxy:
        options |= {
            "trusted_proxy": settings.trusted_proxy,
            "trusted_proxy_count": 1,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        }
    return options


def address_of(host: str, port: int) -> str:
    """Return the address to open in a browser.

    >>> address_of("127.0.0.1", 8000), address_of("::1", 80)
    ('http://127.0.0.1:8000/', 'http://[::1]:80/')
    """
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise ServingError(f"--host {host!r}: no such address; give one of this machine, such as 127.0.0.1") from None
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # Elsewhere two could listen at once.
        listener.bind(address)
        listener.listen(_WAITING_CONNECTIONS)
    except OSError as error:
        listener.close()
        raise ServingError(_why_not(error, host, port)) from None
    return listener


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is in use; stop what uses it, or choose another one with --port (0 takes a free one)"
    if error.errno == errno.EACCES:
        return f"port {port} is for the system's administrator; choose one from 1024 on with --port"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host!r}: not an address of this machine; give one that is, or 127.0.0.1"
    return f"cannot listen on {host} port {port} ({error.strerror}); choose others with --host and --port"


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the block, at any place in it; further ones do not disturb the end of the program."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in _STOPPED_BY:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in _STOPPED_BY:
        signal.signal(each, stop)
    with suppress(KeyboardInterrupt):
        yield
