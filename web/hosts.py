"""By which names the server may be reached: a page of another site must not speak to it under a name of its own."""

import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from socket import gethostname
from typing import Any

from web.addresses import is_loopback, name_of_host
from web.settings import WebSettings

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_WELL_FORMED = re.compile(r"(?:[a-z0-9_.-]+|\[[a-f0-9:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)
_MESSAGE = (
    "这个服务器没有这个名称。请用它自己的地址打开，或在启动时加上 --trusted-host 名称。\n"
    "This server does not go by that name. Open it under its own address, or start it with --trusted-host NAME.\n"
)
Answer = Iterable[bytes]
Program = Callable[[dict[str, Any], Callable[..., Any]], Answer]


class HostGuard:
    """Refuses requests whose Host header names another machine, before anything else looks at them.

    Whoever owns a name can let it point to any address, this one too; a browser then takes this server for a part of their
    site. An address instead of a name cannot be misused so, and is let through where the server listens to other machines.
    """

    def __init__(self, program: Program, settings: WebSettings, headers: Mapping[str, str]) -> None:
        self._program, self._headers = program, headers
        self._names = {_plain(name) for name in (*_LOOPBACK_NAMES, settings.host, *settings.trusted_hosts)}
        self._any_address = not is_loopback(settings.host)
        if self._any_address:
            self._names.add(_plain(gethostname()))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Answer:
        """Answer a request, or hand it on."""
        if self.trusts(environ.get("HTTP_HOST", "")):
            return self._program(environ, start_response)
        body = _MESSAGE.encode()
        status = HTTPStatus.BAD_REQUEST
        start_response(
            f"{status.value} {status.phrase}",
            [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("Cache-Control", "no-store"),
                *self._headers.items(),
            ],
        )
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]

    def trusts(self, host: str) -> bool:
        """Tell whether a Host header names this server; programs that send none, as browsers never do, are let through."""
        if not host:
            return True
        if not _WELL_FORMED.fullmatch(host):
            return False
        name = _plain(name_of_host(host))
        if name in self._names or any(known.startswith(".") and name.endswith(known) for known in self._names):
            return True
        return self._any_address and _is_address(name)


def _plain(name: str) -> str:
    """Return a name as it stands in a Host header: in small letters, and as DNS writes what is not ASCII."""
    name = name.strip().lower().removesuffix(".")
    try:
        if ip_address(name.strip("[]")).version == 6:
            return f"[{name.strip('[]')}]"
    except ValueError:
        pass
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
