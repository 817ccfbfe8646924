"""Find the structure of a report in its bare lines: what is title, heading, body text, and what is page furniture.

The rules are general: a body line ends a sentence or is long; a heading is numbered, or is short and stands before
body text; furniture is what no reader would call text (breadcrumbs, metadata, print buttons, page numbers, captions).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from classifier.furniture import expects_value, furniture_kind
from classifier.lines import (
    LONG,
    SPACE,
    UNNUMBERED,
    Dropped,
    Line,
    ends_sentence,
    is_heading_like,
    marker_level,
    read_lines,
    split_headings,
)
from classifier.rejoining import rejoined_lines

_GENRE = re.compile(r"报告|总结|要点|思路|计划|回眸|情况|综述|安排|亮点|汇报|述职")
_SUBJECT = re.compile(r"司法|法治|依法行政|(?<!\d)20\d\d")
_SECTION_WORD = re.compile(
    r"不足|问题|短板|困难|安排|计划|打算|思路|展望|主要(?:工作|做法|成效|情况|任务|举措)|工作(?:情况|回顾|总结|成效)"
)
_SALUTATION = re.compile(r"[^，,。]{1,20}[：:]")


@dataclass(frozen=True)
class Block:
    """A heading or body text; body text that a page break tore apart has several spans."""

    kind: str  # "title" | "heading" | "body"
    spans: tuple[tuple[int, int], ...]
    text: str
    level: int = UNNUMBERED


@dataclass(frozen=True)
class Layout:
    """The blocks of a document in order, and every line that was left out, with the reason."""

    blocks: tuple[Block, ...]
    dropped: tuple[Dropped, ...]

    @property
    def title(self) -> str:
        """The title's text, or an empty string."""
        return next((block.text for block in self.blocks if block.kind == "title"), "")


def read_layout(text: str, headings: Iterable[tuple[int, int]] = ()) -> Layout:
    """Divide a document's text into title, headings and body blocks; nothing is lost silently, see `Layout.dropped`.

    ``headings`` are (offset of a line, level from 1 on) of lines that the document's styles make headings.
    """
    dropped: list[Dropped] = []
    levels = dict(headings)
    styled = [replace(line, styled=levels.get(line.start)) for line in read_lines(text)]
    lines = list(_without_furniture(split_headings(styled), dropped))
    title = _find_title(lines, dropped)
    _drop_salutation(lines, dropped)
    blocks = [*title, *_blocks(rejoined_lines(lines, dropped), dropped)]
    dropped.sort(key=lambda item: item.start)
    return Layout(tuple(_once_each(blocks, dropped)), tuple(dropped))


def _without_furniture(lines: list[Line], dropped: list[Dropped]) -> Iterator[Line]:
    waiting_for_value = False
    for line in lines:
        compact = line.compact
        short = len(compact) <= LONG and not ends_sentence(compact)
        reason: str | None = furniture_kind(compact) if short else None
        if reason is None and waiting_for_value and short and marker_level(compact) is None:
            reason = None if _looks_like_title(compact) else "metadata"
            waiting_for_value = False
        else:
            waiting_for_value = reason == "metadata" and expects_value(compact)
        if reason is None:
            yield line
        else:
            dropped.append(Dropped(line.start, line.end, line.text, reason))


def _looks_like_title(compact: str) -> bool:
    return bool(_GENRE.search(compact) and _SUBJECT.search(compact)) and 8 <= len(compact) <= 60


def _find_title(lines: list[Line], dropped: list[Dropped]) -> list[Block]:
    """Take the title out of the lines before the first text; what stands above it is furniture."""
    top = []
    for line in lines:
        if not is_heading_like(line) or marker_level(line.compact) is not None:
            break
        top.append(line)
    candidates = [line for line in top if _looks_like_title(line.compact)]
    if not candidates:
        return []
    title = max(candidates, key=lambda line: (bool(re.search(r"20\d\d", line.text)), "司法" in line.text))
    for line in top[: top.index(title)]:
        dropped.append(Dropped(line.start, line.end, line.text, "furniture"))
    del lines[: lines.index(title) + 1]
    return [Block("title", ((title.start, title.end),), title.text)]


def _drop_salutation(lines: list[Line], dropped: list[Dropped]) -> None:
    """Leave out whom the report is addressed to: 县委： alone on the first line."""
    if len(lines) > 1 and marker_level(lines[0].compact) is None and _SALUTATION.fullmatch(lines[0].compact):
        line = lines.pop(0)
        dropped.append(Dropped(line.start, line.end, line.text, "furniture"))


def _blocks(groups: list[list[Line]], dropped: list[Dropped]) -> Iterator[Block]:
    for index, group in enumerate(groups):
        spans = tuple((line.start, line.end) for line in group)
        text = "".join(line.text for line in group)
        level = marker_level(text)
        following = groups[index + 1][0] if index + 1 < len(groups) else None
        if len(group) == 1 and _is_heading(group[0], level, following):
            yield Block("heading", spans, text, _level_of_unnumbered(group[0]) if level is None else level)
        elif len(group) == 1 and is_heading_like(group[0]) and level is None and following is None and index:
            # Short lines after the last text: signatures and captions.
            dropped.append(Dropped(*spans[0], text, "caption"))
        else:
            yield Block("body", spans, text)


def _level_of_unnumbered(line: Line) -> int:
    """Go by its style; else put a section of the whole report (存在的不足) beside 一、二、, any other below all."""
    if line.styled is not None:
        return min(line.styled, UNNUMBERED)
    return 1 if _SECTION_WORD.search(line.compact) else UNNUMBERED


def _is_heading(line: Line, level: int | None, following: Line | None) -> bool:
    if following is None:
        return False
    if is_heading_like(line):
        return True
    # "（一）加强组织领导。" alone on its line heads what follows, unless its neighbour is the next item of a list.
    one_sentence = len(line.compact) <= 30 and not re.search(r"[。！？；;]", line.compact[:-1])
    return level is not None and one_sentence and marker_level(following.compact) not in (level, *range(level))


def _once_each(blocks: list[Block], dropped: list[Dropped]) -> Iterator[Block]:
    """Leave out body text that already stood in the same document, and headings that then head nothing."""
    seen: set[str] = set()
    kept: list[Block] = []
    for block in blocks:
        compact = SPACE.sub("", block.text)
        if block.kind == "body" and len(compact) >= 15 and compact in seen:
            dropped.extend(Dropped(start, end, block.text, "repeated") for start, end in block.spans)
            continue
        if block.kind == "body":
            seen.add(compact)
        kept.append(block)
    last_body = max((index for index, block in enumerate(kept) if block.kind == "body"), default=len(kept))
    for index, block in enumerate(kept):
        if index > last_body and block.kind == "heading":
            reason = "caption" if block.level == UNNUMBERED else "repeated"
            dropped.append(Dropped(*block.spans[0], block.text, reason))
        else:
            yield block
    dropped.sort(key=lambda item: item.start)
