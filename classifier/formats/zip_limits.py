"""Look at a zip archive before anything of it is unpacked: how large it says it is, and whether its names are safe."""

import stat
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath

from classifier.errors import InputError
from classifier.plain_zip import BROKEN_ZIP

MOST_MEMBERS = 5_000
LARGEST_MEMBER = 100 << 20  # Bytes, unpacked; no report comes near.
LARGEST_ARCHIVE = 500 << 20
_ENCRYPTED, _UTF8 = 0x1, 0x800


def check_archive(
    archive: zipfile.ZipFile, name: str, *, largest_member: int = LARGEST_MEMBER, largest: int = LARGEST_ARCHIVE
) -> list[zipfile.ZipInfo]:
    """Return the files in an archive, unread; InputError where it is too large unpacked, encrypted, or not safe.

    Sizes are the declared ones: `zipfile` never reads more of a member than it declares, and refuses what declares less.
    """
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise InputError(f"{name}: {len(members):,} files in one archive; send at most {MOST_MEMBERS:,} at once")
    total = 0
    for member in members:
        shown = member_name(member)
        total += member.file_size
        if member.flag_bits & _ENCRYPTED:
            raise InputError(f"{name}: {shown!r} in it has a password; save it again without one")
        if _escapes(shown) or stat.S_ISLNK(member.external_attr >> 16):
            raise InputError(
                f"{name}: {shown!r} in it points outside of the archive; nothing was read: pack the files themselves"
            )
        if member.file_size > largest_member or total > largest:
            raise InputError(
                f"{name}: unpacked, {shown!r} would make it {total:,} bytes; "
                f"at most {largest_member:,} for one file and {largest:,} for all are read: divide it"
            )
    return [member for member in members if not member.is_dir()]


def member_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name as people see it: Windows in China writes names in GBK and does not say so."""
    if member.flag_bits & _UTF8:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _escapes(name: str) -> bool:
    posix, windows = PurePosixPath(name.replace("\\", "/")), PureWindowsPath(name)
    return not name or posix.is_absolute() or bool(windows.drive) or ".." in posix.parts or "\0" in name


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open an archive; InputError where it is none or damaged."""
    try:
        return zipfile.ZipFile(path)
    except (*BROKEN_ZIP, OSError):
        raise InputError(f"{path}: a damaged archive; send or save it again") from None
