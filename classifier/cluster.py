"""The workers of a Dask cluster: found through its scheduler, encrypted beyond this machine, the model in memory."""

import contextlib
import ipaddress
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from classifier.errors import InputError
from classifier.memory import keep_freed_memory
from classifier.model import Model
from classifier.model_file import model_from_bytes, model_to_bytes
from classifier.version import VERSION
from classifier.workers import Running, Workers

_SECONDS_TO_CONNECT = 10


@contextlib.contextmanager
def on_cluster(model: Model, workers: Workers) -> Iterator[Running]:
    """Let a cluster's workers be used; raises InputError where none answers or the connection would not be encrypted."""
    address = workers.scheduler or ""
    _check_address(address, workers.allow_unencrypted)
    try:
        from distributed import Client, Security
    except ImportError:
        raise InputError("--scheduler needs Dask; install it with: pip install 'policy-themes[cluster]'") from None
    from joblib import Parallel, parallel_config

    logging.getLogger("distributed").setLevel(logging.ERROR)  # Workers that come and go are no news for a user.
    security = Security(require_encryption=True) if address.startswith("tls://") else None
    try:
        client = Client(address, security=security, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError, TypeError, TimeoutError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{address}: no Dask scheduler answers ({reason}); start one with: dask scheduler") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
        except TimeoutError:
            raise InputError(f"{address}: this scheduler has no workers; start some with: dask worker {address}") from None
        width = sum(client.nthreads().values())
        sent = _ModelInMemory(model_to_bytes(model))
        with (
            parallel_config(backend="dask", client=client, scatter=[sent]),
            Parallel(n_jobs=-1, return_as="generator", batch_size=1, pre_dispatch="3*n_jobs") as parallel,
        ):
            yield Running(parallel, sent, width)


class _ModelInMemory:
    """A model on its way to workers of a cluster: sent as the bytes of its file, read once where it arrives."""

    def __init__(self, data: bytes) -> None:
        self._data, self._version = data, VERSION
        self._model: Model | None = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_model": None}

    def get(self) -> Model:
        if self._version != VERSION:
            raise InputError(
                f"a worker has policy-themes {VERSION}, but {self._version} sent it work; install the same version on all"
            )
        if self._model is None:
            keep_freed_memory()
            self._model = model_from_bytes(self._data, "the model that was sent")
        return self._model


def _check_address(address: str, allow_unencrypted: bool) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("tcp", "tls") or not parts.hostname:
        raise InputError(f"--scheduler {address!r}: not an address; write tcp://HOST:PORT or tls://HOST:PORT")
    if parts.scheme == "tcp" and not allow_unencrypted and not _is_loopback(parts.hostname):
        raise InputError(
            f"--scheduler {address!r}: texts would cross the network unencrypted; use tls://, "
            "or allow it with --allow-unencrypted where the network is your own"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
