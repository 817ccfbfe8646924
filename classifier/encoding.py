"""Decode bytes of unknown Chinese encoding without ever guessing: byte order mark, UTF-8, GB18030, else refuse."""

import codecs
from pathlib import Path

from classifier.errors import InputError

# Longest mark first: the UTF-32 LE mark begins with the UTF-16 LE mark.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNKNOWN = "unknown encoding {encoding!r}; use a name such as utf-8, gb18030, big5 or utf-16"


def decode(data: bytes, name: str, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of ``data`` and the encoding that was used.

    ``encoding`` wins when given. GB18030 is tried only after strict UTF-8 has failed, because it accepts most
    UTF-8 text and turns it into nonsense. Line ends are kept, so that offsets point into the source.

    Raises InputError with the byte offset when no strict decoding fits.
    """
    if encoding is not None:
        _check_name(encoding)
        return _strict(data, encoding, name), encoding
    for mark, marked in MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], marked, name), marked
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        offset = error.start
    try:
        return data.decode("gb18030"), "gb18030"
    except UnicodeDecodeError:
        raise InputError(
            f"{name}: neither UTF-8 nor GB18030 (first bad byte at offset {offset}); "
            "the file may be damaged or in another encoding: name it with --encoding"
        ) from None


def detect_encoding(path: Path, encoding: str | None = None) -> str:
    """Return the encoding of a file for `open`, by the rules of `decode`, reading it in pieces.

    Raises InputError with the byte offset when no strict decoding fits.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
    marked = next((name for mark, name in MARKS if head.startswith(mark)), None)
    if encoding is None and marked is not None:
        # Names without an end take the mark itself for a part of the text, these do not.
        encoding = {"utf-8": "utf-8-sig"}.get(marked, marked[:6])
    candidates = (encoding,) if encoding is not None else ("utf-8", "gb18030")
    first_error: InputError | None = None
    for candidate in candidates:
        try:
            _check_pieces(path, candidate)
        except InputError as error:
            first_error = first_error or error
        else:
            return candidate
    raise first_error or InputError(f"{path}: cannot be decoded")


def _check_pieces(path: Path, encoding: str) -> None:
    _check_name(encoding)
    decoder = codecs.getincrementaldecoder(encoding)()
    before = 0
    with path.open("rb") as stream:
        while True:
            piece = stream.read(1 << 20)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                offset = before - pending + error.start
                raise InputError(
                    f"{path}: not valid {encoding} (first bad byte at offset {offset}); "
                    "the file may be damaged: save it again as UTF-8, or name its encoding with --encoding"
                ) from None
            if not piece:
                return
            before += len(piece)


def _check_name(encoding: str) -> None:
    try:
        b"a".decode(encoding)  # Also refuses codecs that are not text, such as hex; no bytes would ask no codec.
    except UnicodeError:
        return  # utf-16 and its like want more than a byte, but they are text.
    except LookupError:
        raise InputError(_UNKNOWN.format(encoding=encoding)) from None


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}: not valid {encoding} (first bad byte at offset {error.start}); "
            "the file may be damaged: save it again as UTF-8, or name its encoding with --encoding"
        ) from None
