"""Slots: files in memory through which the processes of one machine hand large bytes to each other.

A pipe moves 64 KB at a time and copies every byte four times. A slot is mapped into both processes, which copy into it and
write from it; it is used again and again, so that few pages are needed and they stay in the processor's cache.
"""

import mmap
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_LEAST_ROOM = 1 << 20


@dataclass(frozen=True)
class Slot:
    """A file of which the first ``size`` bytes count; whoever writes it anew has read it before."""

    folder: str
    number: int
    size: int = 0

    def read(self) -> memoryview:
        """Return the bytes that were written last; they stay what they are until the slot is written anew."""
        return memoryview(self._mapped(self.size))[: self.size]

    def written(self, data: bytes | memoryview) -> "Slot":
        """Write bytes over those that were there, and return the slot as it is now; OSError where the disk is full."""
        self._mapped(len(data))[: len(data)] = data
        return Slot(self.folder, self.number, len(data))

    def _mapped(self, size: int) -> mmap.mmap:
        mapped = _mappings_of(self.folder)
        if self.number not in mapped or len(mapped[self.number]) < size:
            with (Path(self.folder) / f"{self.number}.slot").open("ab+") as stream:
                _make_room(stream.fileno(), max(size, _LEAST_ROOM))
                mapped[self.number] = mmap.mmap(stream.fileno(), 0)
        return mapped[self.number]


class Slots:
    """The slots of a folder, of which as many are made as are taken at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._free: list[int] = []
        self._made = 0

    def take(self) -> Slot:
        """Return a slot that nobody uses."""
        try:
            return Slot(self._folder, self._free.pop())
        except IndexError:
            self._made += 1
            return Slot(self._folder, self._made)

    def give_back(self, slot: Slot) -> None:
        """Let others have a slot, of which nothing will be read any more."""
        self._free.append(slot.number)

    def close(self) -> None:
        """Let go of what is mapped in this process; a worker does so when it gets slots of another folder."""
        _mappings_of.cache_clear()


@lru_cache(maxsize=1)
def _mappings_of(folder: str) -> dict[int, mmap.mmap]:
    """Return what is mapped of a folder; what was mapped of another before is let go."""
    return {}


def _make_room(file: int, size: int) -> None:
    """Make a file at least so large, with its room on the disk: without, writing to the memory would kill the process."""
    if os.fstat(file).st_size >= size:
        return
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
    else:
        os.write(file, bytes(size))
