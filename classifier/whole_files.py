"""Write files whole or not at all: under a temporary name in the same folder, renamed when all is there."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(output: Path, *, mode: int | None = None) -> Iterator[Path]:
    """Give a path to write to, which takes the output's name at the end; after any error the output is as it was.

    Its permissions are ``mode``, such as 0o600 for its owner alone; without it, those that new files have.

    Raises OSError where the folder cannot be written to or the disk is full.
    """
    # The name is known before there is a file: an interrupt at whatever moment leaves none behind.
    temporary = output.absolute().parent / f".{output.name}.{secrets.token_hex(4)}{output.suffix}"
    try:
        temporary.touch(0o600, exist_ok=False)
        yield temporary
        if mode is None:
            mask = os.umask(0)
            os.umask(mask)
            mode = 0o666 & ~mask
        temporary.chmod(mode)
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)
