"""Write a picture of a page as a small PNG file: `from small_png import palette_png`. 256 colours do for text and flat areas."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_COLOURS = 256


def palette_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return a PNG file of an array of height × width × 3; where there are too many colours, some become near ones.

    >>> palette_png(np.zeros((2, 3, 3), np.uint8))[:4]
    b'\\x89PNG'
    """
    height, width, _ = pixels.shape
    colours, places, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    wide = colours.astype(np.int64)
    palette = np.zeros((min(_COLOURS, len(colours)), 3), np.uint8)
    distance = np.full(len(colours), np.iinfo(np.int64).max // (counts.max() + 1))
    nearest = np.zeros(len(colours), np.uint8)
    for number in range(len(palette)):  # Each time the colour that so far would be missed most.
        chosen = (counts * distance).argmax()
        palette[number] = colours[chosen]
        to_chosen = ((wide - wide[chosen]) ** 2).sum(axis=1)
        closer = to_chosen < distance
        distance[closer], nearest[closer] = to_chosen[closer], number
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = nearest[places.ravel()].reshape(height, width)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (b"IHDR", header), (b"PLTE", palette.tobytes()), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
