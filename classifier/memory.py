"""Keep memory that was freed: arrays of the same sizes are made again and again, and to ask the system anew is slow."""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # As in the header malloc.h of the GNU C library.
_NEVER = 1 << 30


def keep_freed_memory() -> None:
    """Let this process keep what it frees; where the C library is not GNU's, nothing is changed."""
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    set_option(_TRIM_THRESHOLD, _NEVER)
    set_option(_MMAP_THRESHOLD, _NEVER)
