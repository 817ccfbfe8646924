"""Archives as inputs: unpacked for as long as somebody reads them, and called by their own names in every message."""

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from classifier.documents import Document
from classifier.errors import InputError
from classifier.formats import Table, find_files, read_input, reader_of, zip_archive
from classifier.formats.table import Malformed, Row, stop
from classifier.formats.zip_limits import LARGEST_ARCHIVE


class Unpacked:
    """The files of an archive; the folder that they lie in goes away with this object, at the latest with the process."""

    def __init__(self, path: Path, largest: int = LARGEST_ARCHIVE) -> None:
        self._path = path
        self._folder = Path(tempfile.mkdtemp(prefix="policy-themes-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        zip_archive.unpack(path, self._folder, largest)
        self.files = tuple(find_files(self._folder))
        if not self.files:
            raise InputError(f"{path}: no documents or tables in this archive; put .txt, .docx, .csv or .xlsx files in it")

    def name(self, file: Path) -> str:
        """Return what a file is called: the archive's path and its own in it."""
        return f"{self._path}/{self.inner_name(file)}"

    def inner_name(self, file: Path) -> str:
        """Return a file's path in the archive."""
        return file.relative_to(self._folder).as_posix()

    def is_table(self, file: Path) -> bool:
        """Tell whether a file is a table; InputError where it is nothing that is read."""
        try:
            return bool(reader_of(file).IS_TABLE)
        except InputError as error:
            raise self._renamed(error) from None

    def read(self, file: Path, *, encoding: str | None = None, text_column: str | None = None) -> Document | Table:
        """Open a file of the archive; InputError where it is another archive, or cannot be read."""
        try:
            opened = read_input(file, encoding=encoding, text_column=text_column)
        except InputError as error:
            raise self._renamed(error) from None
        if isinstance(opened, Document):
            return opened

        def rows(malformed: Malformed = stop, /) -> Iterator[tuple[int, Row]]:
            try:
                yield from opened.rows(lambda number, error: malformed(number, self._renamed(error)))
            except InputError as error:
                raise self._renamed(error) from None

        return replace(opened, name=self.name(file), rows=rows)

    def _renamed(self, error: InputError) -> InputError:
        return InputError(str(error).replace(str(self._folder), str(self._path)))
