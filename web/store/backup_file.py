"""The file of a backup: a zip of one plain form with the digest of each member; opened only where every byte is as it was.

Nothing in it is ever run: a SQLite file that is only read, models that are arrays and JSON, archives of snapshots.
"""

import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from classifier import BROKEN_ZIP, replacing, unpack_members, why_not_as_listed, why_not_plain, write_plain_zip
from web.errors import BackupError

CONTENTS_FILE, DATABASE_MEMBER, CODEBOOK_MEMBER = "backup.json", "database.sqlite", "codebook.toml"
FOLDERS = ("models", "snapshots")
_FORMAT = 1
_LARGEST_CONTENTS = 1 << 24
_MEMBERS = re.compile(rf"{re.escape(DATABASE_MEMBER)}|{re.escape(CODEBOOK_MEMBER)}|(?:{'|'.join(FOLDERS)})/[\w.-]+")
_OTHER = "give another backup"


@dataclass(frozen=True)
class Contents:
    """What a backup says of itself; ``rows`` counts those of each table, ``missing`` names files that were gone already."""

    made_at: str
    program: str
    schema: str
    rows: Mapping[str, int]
    missing: tuple[str, ...]
    sha256: Mapping[str, str]


def write_backup_file(folder: Path, contents: Contents, output: Path) -> None:
    """Write a folder's files, which the contents list, for their owner alone; all is read again before it has its name.

    Raises OSError where there is no room, or no folder to write to; then what had that name before still has it.
    """
    said = json.dumps({"format": _FORMAT, **asdict(contents)}, ensure_ascii=False, indent=1).encode()
    with replacing(output, mode=0o600) as temporary:
        write_plain_zip(temporary, [(CONTENTS_FILE, said), *((name, folder / name) for name in contents.sha256)])
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        with unpacked_backup(temporary, folder):
            pass


@contextmanager
def unpacked_backup(archive: Path, beside: Path) -> Iterator[tuple[Path, Contents]]:
    """Give a temporary folder, in the folder ``beside``, with the files of a backup, each of which was checked.

    Raises BackupError where it is not safe to open, is damaged or cut off, or comes from a newer version of the program.
    """
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=beside) as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(archive) as opened:
                reason = why_not_plain(opened, archive.stat().st_size)
                if reason:
                    raise BackupError(f"{archive}: not safe to open: {reason}; {_OTHER}")
                contents = _contents(opened, archive)
                damaged = unpack_members(opened, folder, contents.sha256)
        except BROKEN_ZIP as error:
            raise BackupError(f"{archive}: no backup, or a damaged or unfinished one ({error}); {_OTHER}") from None
        if damaged:
            raise BackupError(f"{archive}: damaged: {', '.join(damaged)}; {_OTHER}")
        yield folder, contents


def _contents(opened: zipfile.ZipFile, archive: Path) -> Contents:
    if CONTENTS_FILE not in opened.namelist() or opened.getinfo(CONTENTS_FILE).file_size > _LARGEST_CONTENTS:
        raise BackupError(f"{archive}: no backup (no {CONTENTS_FILE} in it); give a file of policy-themes backup")
    said = json.loads(opened.read(CONTENTS_FILE))
    if isinstance(said, dict) and said.get("format") != _FORMAT:
        raise BackupError(
            f"{archive}: a backup of the form {said.get('format')!r}, where this version of policy-themes knows {_FORMAT}; "
            "install a newer one"
        )
    try:
        contents = Contents(**{entry.name: said[entry.name] for entry in fields(Contents)})
        listed = dict(contents.sha256)
    except (KeyError, TypeError) as error:
        raise BackupError(f"{archive}: its {CONTENTS_FILE} is damaged ({error}); {_OTHER}") from None
    foreign = [name for name in listed if not _MEMBERS.fullmatch(name)]
    if foreign:
        raise BackupError(f"{archive}: {', '.join(foreign)}: no part of a backup; {_OTHER}")
    reason = why_not_as_listed(opened, CONTENTS_FILE, {CONTENTS_FILE, DATABASE_MEMBER, *listed})
    if reason:
        raise BackupError(f"{archive}: {reason}; {_OTHER}")
    return contents
