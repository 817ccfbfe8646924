"""What a measurement was made on: processor, memory, system, versions, date. No name or path of the machine is among it."""

import os
import platform
import re
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from classifier import VERSION

PACKAGES = ("numpy", "scipy", "scikit-learn", "orjson", "pyarrow", "jieba", "flask", "waitress")
PEER_PACKAGES = ("fasttext-numpy2-wheel", "rjieba")


def machine() -> dict[str, str]:
    """Return each property by its name, as people read it."""
    packages = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    peers = ", ".join(f"{name} {_version(name)}" for name in PEER_PACKAGES)
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "processor": f"{_processor()}, {_cores()} core{'s' * (_cores() != 1)}",
        "memory": _memory(),
        "system": _system(),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "policy-themes": VERSION,
        "packages": packages,
        "peers": peers,
        "other work at the start": _load(),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"


def _processor() -> str:
    try:
        names = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return "unknown"
    return f"{size / 2**30:.0f} GiB"


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = platform.platform(terse=True)
    return f"{name}, {platform.system()} {'.'.join(platform.release().split('.')[:2])}, {platform.machine()}"


def _load() -> str:
    if not hasattr(os, "getloadavg"):
        return "unknown"
    busy = os.getloadavg()[0]
    return f"{busy:.1f} processes running on average{'' if busy < 0.5 else ', which makes times longer than they need be'}"
