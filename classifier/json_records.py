"""Many records as lines of JSON at once.

A record is put together from parts that are JSON already, and all numbers of a chunk are written in one go: to build objects
and to serialise them takes about twice as long.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from classifier.chunks import Paragraphs
from classifier.joining import code_points_of
from classifier.records import DIGITS, Classified
from classifier.text_scores import TextScores, ThemeNames


def json_lines(classified: Classified, columns: Sequence[str]) -> bytes:
    """Return the records, a JSON object a line; the names of their fields are their own, whatever ``columns`` says."""
    scores = classified.scores
    names = scores.names
    shares = np.rint(scores.of_texts.probabilities * 10**DIGITS).astype(np.int32)
    confidence = np.rint(scores.of_texts.confidence * 10**DIGITS).astype(np.int32)
    heads = _heads(classified.paragraphs)
    labels = _behind_codes(_labels(names), scores.of_texts.leaves, confidence, b',"secondary":')
    seconds = [_json_list(codes) for codes in classified.secondary()]
    of_themes = b',"scores":{' + b",".join(b"%b:%%b" % orjson.dumps(code) for code in names.themes)
    tables = _numbers(of_themes + b'},"statements":[{"text":"', shares)
    # Two parts for each statement: its text, and what stands behind it.
    statements = [b""] * (2 * len(scores.starts))
    statements[::2] = _statement_texts(scores)
    statements[1::2] = _statement_ends(scores, _record_ends(classified))
    blank = scores.blank.tolist()
    nothing = _nothing(classified)
    bounds = (2 * scores.bounds).tolist()
    for place in [number for number, fields in enumerate(classified.paragraphs.fields) if not fields]:
        heads[place], labels[place] = b"{", labels[place][1:]  # No comma behind nothing.
    parts: list[bytes] = []
    rows = zip(bounds, bounds[1:], heads, labels, seconds, tables, blank, strict=False)
    for first, last, head, label, second, table, is_blank in rows:
        if is_blank:
            parts += (head, nothing if len(head) > 1 else nothing[1:])
        else:
            parts += (head, label, second, table)
            parts += statements[first:last]
    return b"".join(parts)


def _heads(paragraphs: Paragraphs) -> list[bytes]:
    """Return each record's own fields as JSON without the closing bracket."""
    lines = [*map(_json, paragraphs.fields)] if paragraphs.lines is None else paragraphs.lines
    if not all(line.endswith(b"}") for line in lines):
        lines = [*map(bytes.rstrip, lines)]
    return [line[:-1] for line in lines]


def _labels(names: ThemeNames) -> list[bytes]:
    """Return theme and leaf code as a record names them, for each leaf code, up to the confidence."""
    themes = [names.themes[place] for place in names.fold.argmax(axis=1)]
    return [
        b',"theme":%b,"detail":%b,"confidence":' % (orjson.dumps(theme), orjson.dumps(leaf))
        for theme, leaf in zip(themes, names.leaves, strict=True)
    ]


def _statement_texts(scores: TextScores) -> list[bytes]:
    """Return the statements as JSON strings without their quotes."""
    joined = "".join(scores.texts)
    try:
        encoded = orjson.dumps(joined)
    except TypeError:  # Half of a surrogate pair: strict JSON cannot hold it but as an escape.
        return [_escaped(piece)[1:-1] for piece in scores.pieces]
    places = np.concatenate(
        ([1], 1 + np.cumsum(_lengths_in_json().take(code_points_of(joined), mode="clip"), dtype=np.int64))
    )
    sizes = np.fromiter(map(len, scores.texts), dtype=np.int64, count=len(scores.texts))
    offsets = np.repeat(np.cumsum(sizes) - sizes, np.diff(scores.bounds))
    starts, ends = places[scores.starts + offsets].tolist(), places[scores.ends + offsets].tolist()
    return [encoded[start:end] for start, end in zip(starts, ends, strict=True)]


@lru_cache(maxsize=1)
def _lengths_in_json() -> NDArray[np.uint8]:
    """Return how many bytes each character takes in a JSON string; the last entry is for all beyond U+FFFF."""
    lengths = np.full(0x10001, 3, dtype=np.uint8)
    lengths[:0x800], lengths[-1] = 2, 4
    lengths[:0x80] = [len(orjson.dumps(chr(code))) - 2 for code in range(0x80)]
    return lengths


def _record_ends(classified: Classified) -> list[bytes]:
    """Return what stands behind the last statement of each record."""
    model = b'],"model":' + _json(classified.model_name)
    if classified.bands is None:
        return [model + b"}\n"] * len(classified.scores.texts)
    return [b'%b,"band":"%b"}\n' % (model, band.encode()) for band in classified.band_names(classified.bands)]


def _statement_ends(scores: TextScores, record_ends: Sequence[bytes]) -> list[bytes]:
    """Return what stands between the text of each statement and the next text, or the end of the record."""
    codes = [b'","theme":%b,"confidence":' % orjson.dumps(code) for code in scores.names.themes]
    values = np.rint(scores.of_parts.confidence * 10**DIGITS).astype(np.int32)
    ends = _behind_codes(codes, scores.of_parts.themes, values, b'},{"text":"')
    inner = len(b',{"text":"')
    for place, last in zip((scores.bounds[1:] - 1).tolist(), record_ends, strict=True):
        ends[place] = ends[place][:-inner] + last
    return ends


def _behind_codes(codes: Sequence[bytes], places: NDArray[np.intp], values: NDArray[np.int32], end: bytes) -> list[bytes]:
    """Return, for each row, the code at its place, its number in millionths, and the same end."""
    # Numbers have one width, codes have not: a row is as wide as the longest needs, and has zeros behind its end.
    rows = np.zeros((len(values), max(map(len, codes)) + DIGITS + 2 + len(end)), dtype=np.uint8)
    digits = _digits(values)
    for number, code in enumerate(codes):
        own = np.flatnonzero(places == number)
        row = np.frombuffer(code + b" " * (DIGITS + 2) + end, dtype=np.uint8)
        rows[own, : len(row)] = row
        rows[own, len(code) : len(code) + DIGITS + 2] = digits[own]
    return _bytes_of(rows)


def _nothing(classified: Classified) -> bytes:
    """Return what is said of a text without any letter or digit."""
    zeros = dict.fromkeys(classified.scores.names.themes, 0.0)
    said = {"theme": "", "detail": "", "confidence": 0.0, "secondary": [], "scores": zeros, "statements": []}
    last = {"model": classified.model_name} | ({"band": ""} if classified.bands else {})
    return b"," + orjson.dumps(said | last)[1:] + b"\n"


def _numbers(template: bytes, values: NDArray[np.int32]) -> list[bytes]:
    """Return the template for each row of ``values``, shape (rows, numbers): its ``%b`` are the row's numbers.

    Values are millionths: 0.250000 is written for 250000.
    """
    pieces = template.split(b"%b")
    blank = np.frombuffer((b" " * (DIGITS + 2)).join(pieces), dtype=np.uint8)
    rows = np.tile(blank, (len(values), 1))
    place = 0
    for number, piece in enumerate(pieces[:-1]):
        place += len(piece)
        rows[:, place : place + DIGITS + 2] = _digits(values[:, number])
        place += DIGITS + 2
    return _bytes_of(rows)


def _digits(values: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return millionths from 0 to 1,000,000 as text, shape (values, 8).

    >>> _digits(np.array([250000, 1000000], dtype=np.int32)).tobytes()
    b'0.2500001.000000'
    """
    rows = np.empty((len(values), DIGITS + 2), dtype=np.uint8)
    rest, whole = values % 10**DIGITS, values // 10**DIGITS
    rows[:, 0] = whole + ord("0")
    rows[:, 1] = ord(".")
    rows[:, 2:5] = _three_digits().take(rest // 1000, axis=0)
    rows[:, 5:8] = _three_digits().take(rest % 1000, axis=0)
    return rows


@lru_cache(maxsize=1)
def _three_digits() -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(b"%03d" % number for number in range(1000)), dtype=np.uint8).reshape(1000, 3)


def _bytes_of(rows: NDArray[np.uint8]) -> list[bytes]:
    """Return each row as bytes, without zeros at its end."""
    return rows.view(f"S{rows.shape[1]}").ravel().tolist() if len(rows) else []


@lru_cache(maxsize=4096)
def _json_list(codes: tuple[str, ...]) -> bytes:
    return orjson.dumps(codes)


def _json(value: Any) -> bytes:
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:  # Numbers beyond 64 bits, half of a surrogate pair.
        return _escaped(value)


def _escaped(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), default=str).encode()
