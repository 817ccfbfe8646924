"""What a document says of itself: the lines of its title, opening and signature, its file's name and its folders'."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import PurePath

from classifier.reported_years import ReportedYear, year_of_opening, year_of_title
from classifier.titles import (
    NamedPlace,
    place_of_file_name,
    place_of_opening,
    place_of_signature,
    place_of_title,
    plain_line,
    without_quoted,
)

_LINES_OF_OPENING, _LINES_OF_TITLE, _LINES_OF_CLOSING = 12, 4, 8
_LONGEST_TITLE = 60
_CHARACTERS_OF_OPENING, _CHARACTERS_OF_CLOSING = 3000, 600
_TITLE_WORDS = re.compile(r"总结|报告|工作|情况|年报|20\d\d|年$|司法[局厅]$|政府$")
# Lines that name others: whom a letter is to, where a page was copied from.
_OF_OTHERS = re.compile(r".*:$|(?:信息)?(?:来源|发布|作者|索引|文号|发文|主办|当前位置|打印|字号|抄送|主题)")


class SelfDescription:
    """The lines in which a document says where it is from and what year it is about; all are plain, see `titles`."""

    def __init__(self, text: str, title: str = "", file_name: str = "", folders: Sequence[str] = ()) -> None:
        self.text = text
        lines = (line for part in text.lstrip()[:_CHARACTERS_OF_OPENING].splitlines() if (line := plain_line(part)))
        self.opening = list(islice(lines, _LINES_OF_OPENING))
        own = [line for line in self.opening if not _OF_OTHERS.match(line)]
        short = [line for line in own[:_LINES_OF_TITLE] if len(line) <= _LONGEST_TITLE and "。" not in line]
        begins_short = bool(own) and own[0] in short
        self.title = [
            *filter(None, [plain_line(title)]),
            *(line for line in short if (begins_short and line == own[0]) or _TITLE_WORDS.search(line)),
        ]
        self.running = [line for line in own if line not in self.title]
        # Paths of other systems are names as well; a file's suffix says nothing of places.
        self.file_name = plain_line(PurePath(file_name).stem) if file_name != "-" else ""
        self.folders = [plain_line(name) for name in folders]

    @cached_property
    def closing(self) -> list[str]:
        """The last lines."""
        lines = self.text.rstrip()[-_CHARACTERS_OF_CLOSING:].splitlines()[-_LINES_OF_CLOSING:]
        return [plain_line(line) for line in lines]

    def year(self) -> tuple[str, ReportedYear]:
        """Return the first year, or years, that title, opening or file name is about, with what that is called.

        Where none says so, the year that a title plans for.
        """
        planned = ("", ReportedYear())
        for where, found in self._years():
            if found.year or found.several:
                return where, found
            planned = planned if planned[1].planned else ("", found)
        return planned

    def _years(self) -> Iterator[tuple[str, ReportedYear]]:
        yield from (("title", year_of_title(without_quoted(line))) for line in self.title)
        yield from (("opening", ReportedYear(year_of_opening(line))) for line in self.running)
        yield "file name", year_of_title(self.file_name)

    def places(self) -> Iterator[tuple[str, NamedPlace]]:
        """Yield the places that title, opening, signature and file name speak for, each with what it is called."""
        read = (
            ("title", place_of_title, self.title),
            ("opening", place_of_opening, self.running),
            ("signature", place_of_signature, self.closing),
            ("file name", place_of_file_name, [self.file_name]),
        )
        for name, reader, lines in read:
            yield from ((name, place) for line in lines if (place := reader(line)))
