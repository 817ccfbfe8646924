"""Zip files of one plain form: nothing compressed, no times, no owners; the same members are the same bytes everywhere.

A file from elsewhere is opened only where it has this form too: what is not compressed cannot swell up.
"""

import hashlib
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import IO

MOST_MEMBERS = 100_000
# What reading a damaged archive may raise.
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
_BLOCK = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
# Control characters, halves of characters, and what Windows takes for folders and drives.
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\\:]")
_OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR


def write_plain_zip(target: Path | IO[bytes], members: Iterable[tuple[str, bytes | Path]]) -> None:
    """Write members, given as bytes or as files to copy, in this order."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            member = zipfile.ZipInfo(name, _EPOCH)
            member.create_system, member.external_attr = _UNIX, _OWNER_ONLY << 16  # The same on every system.
            if isinstance(content, bytes):
                archive.writestr(member, content)
                continue
            member.file_size = content.stat().st_size
            with content.open("rb") as source, archive.open(member, "w") as written:
                shutil.copyfileobj(source, written)


def digests_of(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file in a folder, by its name within the folder, in order."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name: _digest(folder / name) for name in names}


def why_not_plain(archive: zipfile.ZipFile, size: int) -> str:
    """Return why an archive of ``size`` bytes is not to be opened; an empty text where it has the plain form."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        return f"it has {len(members)} members; at most {MOST_MEMBERS} are opened"
    names: set[str] = set()
    for member in members:
        reason = _why_refused(member)
        if reason:
            return reason
        if member.filename in names:
            return f"{member.filename} stands in it twice"
        names.add(member.filename)
    total = sum(member.file_size for member in members)
    return f"its members claim {total} bytes, but it has only {size}" if total > size else ""


def why_not_as_listed(archive: zipfile.ZipFile, listing: str, expected: Set[str]) -> str:
    """Return which members are there beyond the expected ones, or which of these are not; an empty text where all is so.

    ``listing`` is the member that lists the expected ones.
    """
    present = set(archive.namelist())
    for names, what in ((present - expected, "does not list"), (expected - present, "lists, and that are missing")):
        if names:
            return f"files that its {listing} {what}: {', '.join(sorted(names))}"
    return ""


def unpack_members(archive: zipfile.ZipFile, folder: Path, sha256: Mapping[str, str]) -> list[str]:
    """Write members into a folder, each with its digest; return those that could not be written there or have another one.

    Only for an archive in which `why_not_plain` found nothing: there no name leads out of the folder.
    """
    return [name for name, digest in sha256.items() if _unpack(archive, name, folder / name) != digest]


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unpack(archive: zipfile.ZipFile, name: str, target: Path) -> str:
    state = hashlib.sha256()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as source, target.open("xb") as written:
            while block := source.read(_BLOCK):
                state.update(block)
                written.write(block)
    except (*BROKEN_ZIP, FileExistsError, NotADirectoryError):  # The latter: its name, or its folder's, is another file's.
        return ""
    return state.hexdigest()


def _why_refused(member: zipfile.ZipInfo) -> str:
    name = member.orig_filename  # Unlike filename, as it stands in the archive.
    if not is_plain_name(name):
        return f"the name {name!r} leads out of it, or cannot be a file's name everywhere"
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        return f"{name} is a link or a device, not a file"
    if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
        return f"{name} is compressed or encrypted, as nothing in it should be"
    if member.compress_size != member.file_size:
        return f"{name} has two sizes, {member.compress_size} and {member.file_size} bytes"
    return ""


def is_plain_name(name: str) -> bool:
    r"""Tell whether a name stays inside the folder that it is unpacked in, on every system.

    >>> [is_plain_name(name) for name in ("data/a.txt", "../a", "/a", "a//b", "c:a", "a\\b", "a/", "")]
    [True, False, False, False, False, False, False, False]
    """
    parts = name.split("/")
    return not any(part in ("", ".", "..") for part in parts) and not _NOT_IN_NAMES.search(name)
