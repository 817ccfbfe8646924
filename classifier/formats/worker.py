"""The process that parses one untrusted file: ``python -m classifier.formats.worker PARSER MEMORY SECONDS ENCODING < FILE``.

A parser with ``extract`` answers at once. One with ``pieces`` answers piece by piece, and each has the time anew; a piece
has its length before it, in eight bytes, and behind the last one stands a length of 0. Then comes one JSON object: what a
parser extracted, or ``error``. See `isolation`.
"""

import codecs
import json
import sys
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module
from math import ceil
from types import ModuleType
from typing import Any

from classifier.errors import InputError

LENGTH_BYTES = 8
_LONGEST_TEXT = 20_000_000


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:
        return  # Windows has no such limits.
    for name, most in (("AS", memory), ("FSIZE", 0), ("CORE", 0)):
        limit = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(limit)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (allowed, allowed))
    # Only the three standard streams remain: the system itself refuses every further file and connection.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def _limit_time(seconds: int) -> None:
    """Allow so many more seconds of the processor; whoever goes over them is ended by the system."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def main() -> None:
    """Limit this process, parse what comes in, and answer."""
    parser, memory, seconds, encoding = sys.argv[1:5]
    module = import_module(f"classifier.formats.{parser}")
    for name in ("gb18030", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp437", "unicode_escape"):
        codecs.lookup(name)  # Later it could not be loaded any more.
    if encoding:
        with suppress(LookupError):  # An unknown one is refused by the parser.
            codecs.lookup(encoding)
    _limit_time(int(seconds))
    _limit(int(memory))
    try:
        answer = _answer(module, int(seconds), encoding or None)
    except InputError as error:
        answer = {"error": str(error)}
    except MemoryError:
        answer = {"error": f"too large: its parser needs more than {int(memory) >> 20} MiB of memory; divide the file"}
    except RecursionError:
        answer = {"error": "nested too deeply to be a report; save it again with the program that made it, or as .txt"}
    except Exception as error:  # Parsers fail on damaged files in more ways than they promise.
        answer = {
            "error": f"damaged, or not what it seems ({type(error).__name__}); save it again with the program that made it"
        }
    sys.stdout.buffer.write(json.dumps(answer).encode("ascii"))


def _answer(module: ModuleType, seconds: int, encoding: str | None) -> dict[str, Any]:
    if not hasattr(module, "pieces"):
        answer = asdict(module.extract(sys.stdin.buffer.read(), encoding))
        if len(answer["text"]) > _LONGEST_TEXT:
            raise InputError(f"{len(answer['text']):,} characters of text; at most {_LONGEST_TEXT:,} are read: divide it")
        return answer
    try:
        for piece in module.pieces(sys.stdin.buffer):
            sys.stdout.buffer.write(len(piece).to_bytes(LENGTH_BYTES) + piece)
            sys.stdout.buffer.flush()
            _limit_time(seconds)
    finally:
        sys.stdout.buffer.write(bytes(LENGTH_BYTES))
    return {}


if __name__ == "__main__":
    main()
