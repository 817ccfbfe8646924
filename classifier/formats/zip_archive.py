"""Zip archives of documents and tables: unpacked into a folder, then read as any folder is."""

import shutil
from pathlib import Path
from typing import NoReturn

from classifier.errors import InputError
from classifier.formats.zip_limits import LARGEST_ARCHIVE, check_archive, member_name, open_archive
from classifier.plain_zip import BROKEN_ZIP

SUFFIXES = (".zip",)
KINDS = ("zip",)
IS_TABLE = False


def read(path: Path, encoding: str | None, text_column: str | None) -> NoReturn:
    """Refuse an archive where one document or table is asked for."""
    raise InputError(f"{path}: an archive of files, where one document or table is wanted; unpack it and give one of them")


def unpack(path: Path, folder: Path, largest: int = LARGEST_ARCHIVE) -> None:
    """Unpack an archive of up to so many bytes into an empty folder; InputError where it is damaged or not safe."""
    with open_archive(path) as archive:
        for member in check_archive(archive, str(path), largest=largest):
            name = member_name(member).replace("\\", "/")
            target = folder / name
            if target.exists():
                raise InputError(f"{path}: holds {name!r} twice; pack each file once")
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, target.open("xb") as copy:
                    shutil.copyfileobj(source, copy)
            except BROKEN_ZIP as error:
                raise InputError(f"{path}: {name!r} in it is damaged ({error}); send or save it again") from None
            except OSError as error:
                raise InputError(f"{path}: {name!r} cannot be unpacked ({error.strerror}); rename it or make room") from None
