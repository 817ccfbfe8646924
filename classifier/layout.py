"""Find the structure of a report in its bare lines: what is title, heading, body text, and what is page furniture.

The rules are general: a body line ends a sentence or is long; a heading is numbered, or is short and stands before
body text; furniture is what no reader would call text (breadcrumbs, metadata, print buttons, page numbers, captions).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from classifier.furniture import expects_value, furniture_kind

LINE_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
SPACE = re.compile(r"[\s\u200b\ufeff]+")
_TRIM = " \t\u3000\xa0\u200b\ufeff\u2002\u2003•·●◆■□▪➢"

_CHINESE = "零〇一二三四五六七八九十百"
# Markers of numbered headings, outermost first; spaces may stand anywhere, as PDF extraction leaves them.
MARKERS = (
    re.compile(rf"第\s*[{_CHINESE}]+\s*[部章编]\s*分?"),
    re.compile(rf"[{_CHINESE}]+\s*、"),
    re.compile(rf"[(（]\s*[{_CHINESE}]+\s*[)）]\s*、?"),
    re.compile(r"\d{1,2}\s*(?:、|[.．](?!\s*\d))"),
    re.compile(r"[(（]\s*\d{1,2}\s*[)）]\s*、?|[①-⑳]"),
)
_ENUMERATOR = re.compile(rf"[{_CHINESE}]+\s*[是要]|第[{_CHINESE}]+[,，、]|——|【")
UNNUMBERED = len(MARKERS)

_SENTENCE_END = re.compile(r"(?:[。！？!?；;…]|(?<=[\u4e00-\u9fff）)”%％])\.)[”’」』）)】》\"']*$")
_LONG = 45
_LONGEST_HEADING = 60
_GENRE = re.compile(r"报告|总结|要点|思路|计划|回眸|情况|综述|安排|亮点|汇报|述职")
_SUBJECT = re.compile(r"司法|法治|依法行政|(?<!\d)20\d\d")
_SECTION_WORD = re.compile(
    r"不足|问题|短板|困难|安排|计划|打算|思路|展望|主要(?:工作|做法|成效|情况|任务|举措)|工作(?:情况|回顾|总结|成效)"
)
_SALUTATION = re.compile(r"[^，,。]{1,20}[：:]")


@dataclass(frozen=True)
class Line:
    """A trimmed line of the source; ``text == source[start:end]``."""

    start: int
    end: int
    text: str
    indented: bool = False

    @property
    def compact(self) -> str:
        """The text without any white space: what the rules look at."""
        return SPACE.sub("", self.text)


@dataclass(frozen=True)
class Block:
    """A heading or body text; body text that a page break tore apart has several spans."""

    kind: str  # "title" | "heading" | "body"
    spans: tuple[tuple[int, int], ...]
    text: str
    level: int = UNNUMBERED


@dataclass(frozen=True)
class Dropped:
    """A line that is not text, and why: furniture, metadata, caption, repeated."""

    start: int
    end: int
    text: str
    reason: str


@dataclass(frozen=True)
class Layout:
    """The blocks of a document in order, and every line that was left out, with the reason."""

    blocks: tuple[Block, ...]
    dropped: tuple[Dropped, ...]

    @property
    def title(self) -> str:
        """The title's text, or an empty string."""
        return next((block.text for block in self.blocks if block.kind == "title"), "")


def marker_level(text: str) -> int | None:
    """Return the level of the numbering that a line starts with, 0 outermost, or None.

    >>> marker_level("（二）深化改革"), marker_level("1、普法"), marker_level("2023年")
    (2, 3, None)
    """
    return next((level for level, marker in enumerate(MARKERS) if marker.match(text)), None)


def ends_sentence(text: str) -> bool:
    """Tell whether a line ends with the end of a sentence, closing quotes and brackets included."""
    return bool(_SENTENCE_END.search(SPACE.sub("", text[-12:])))


def read_layout(text: str) -> Layout:
    """Divide a document's text into title, headings and body blocks; nothing is lost silently, see `Layout.dropped`."""
    dropped: list[Dropped] = []
    lines = list(_without_furniture(_split_headings(list(_lines(text))), dropped))
    title = _find_title(lines, dropped)
    _drop_salutation(lines, dropped)
    blocks = [*title, *_blocks(_rejoined_lines(lines, dropped), dropped)]
    dropped.sort(key=lambda item: item.start)
    return Layout(tuple(_once_each(blocks, dropped)), tuple(dropped))


def _lines(text: str) -> Iterator[Line]:
    start = 0
    for stop, after in [*((found.start(), found.end()) for found in LINE_BREAK.finditer(text)), (len(text), len(text))]:
        raw = text[start:stop]
        left = len(raw) - len(raw.lstrip(_TRIM))
        bare = raw.strip(_TRIM)
        if bare:
            yield Line(start + left, start + left + len(bare), bare, raw.startswith(("\u3000", "  ", "\t")))
        start = after


def _split_headings(lines: list[Line]) -> list[Line]:
    """Cut ``一、总体情况 （一）党建引领`` into its two headings."""
    parts: list[Line] = []
    for line in lines:
        rest = line
        while (cut := _second_marker(rest.text)) is not None:
            head = rest.text[:cut].rstrip(_TRIM)
            parts.append(replace(rest, end=rest.start + len(head), text=head))
            rest = replace(rest, start=rest.start + cut, text=rest.text[cut:])
        parts.append(rest)
    return parts


def _second_marker(text: str) -> int | None:
    outer = marker_level(text)
    body = MARKERS[outer].match(text).end() if outer is not None else 0  # type: ignore[union-attr]
    for level in range(0 if outer is None else outer + 1, len(MARKERS)):
        # A marker inside a line counts after a space or, where it has brackets, anywhere before the first full stop.
        for found in MARKERS[level].finditer(text, body, body + _LONGEST_HEADING):
            head = text[body : found.start()]
            if re.search(r"[。！？!?；;:：]", head):
                break
            bracketed = level in (2, 4) and outer is not None
            if len(head.strip()) >= 2 and (bracketed or head[-1].isspace()) and text[found.end() :].strip():
                return found.start()
    return None


def _without_furniture(lines: list[Line], dropped: list[Dropped]) -> Iterator[Line]:
    waiting_for_value = False
    for line in lines:
        compact = line.compact
        short = len(compact) <= _LONG and not ends_sentence(compact)
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


def _is_heading_like(line: Line) -> bool:
    return (
        len(line.compact) <= _LONGEST_HEADING and not ends_sentence(line.text) and not line.text.endswith(("，", ",", "、"))
    )


def _find_title(lines: list[Line], dropped: list[Dropped]) -> list[Block]:
    """Take the title out of the lines before the first text; what stands above it is furniture."""
    top = []
    for line in lines:
        if not _is_heading_like(line) or marker_level(line.compact) is not None:
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


def _rejoined_lines(lines: list[Line], dropped: list[Dropped]) -> list[list[Line]]:
    """Group the lines that make one paragraph or one heading; a caption between two halves is dropped."""
    width = _wrap_width(lines)
    openings = Counter(line.compact[:8] for line in lines if ends_sentence(line.text))
    groups: list[list[Line]] = []
    index = 0
    while index < len(lines):
        group = [lines[index]]
        index += 1
        while (step := _continuation(group, lines, index, width, openings)) is not None:
            for caption in lines[index : index + step]:
                dropped.append(Dropped(caption.start, caption.end, caption.text, "caption"))
            group.append(lines[index + step])
            index += step + 1
        groups.append(group)
    return groups


def _wrap_width(lines: list[Line]) -> int | None:
    """Return the line width of hard-wrapped text, or None where a line is a paragraph."""
    lengths = [len(line.text) for line in lines]
    if len(lengths) < 6:
        return None
    width = sorted(lengths)[int(0.9 * (len(lengths) - 1))]
    full = sum(width - 4 <= length <= width + 2 for length in lengths)
    return width if 15 <= width <= 60 and full >= 0.4 * len(lengths) else None


def _continuation(group: list[Line], lines: list[Line], index: int, width: int | None, openings: Counter[str]) -> int | None:
    """Return how many caption lines stand before the rest of an unfinished paragraph, or None where it is complete."""
    last = group[-1]
    if index >= len(lines):
        return None
    if width is not None:
        full = len(last.text) >= width - 4 and not _starts_something(lines[index])
        unfinished = len(group) > 1 and not ends_sentence(last.text) and not _starts_something(lines[index])
        return 0 if (full or unfinished) and not lines[index].indented else None
    if ends_sentence(last.text) or not (len(group) > 1 or _is_torn(last, openings)):
        return None
    for step, line in enumerate(lines[index : index + 4]):
        if _starts_something(line):
            return None
        if not _is_heading_like(line) or len(line.compact) > _LONG:
            return step
    return None


def _starts_something(line: Line) -> bool:
    return marker_level(line.compact) is not None or bool(_ENUMERATOR.match(line.compact))


def _is_torn(line: Line, openings: Counter[str]) -> bool:
    """Tell whether an unfinished line is body text: long, inside a bracket, or opening as other paragraphs do."""
    compact = line.compact
    numbered = marker_level(compact) is not None
    unclosed = any(compact.count(left) > compact.count(right) for left, right in ("《》", "“”", "（）", "()"))
    if len(compact) > (_LONGEST_HEADING if numbered else _LONG) or unclosed:
        return True
    return not numbered and len(compact) >= 8 and openings[compact[:8]] > 0


def _blocks(groups: list[list[Line]], dropped: list[Dropped]) -> Iterator[Block]:
    for index, group in enumerate(groups):
        spans = tuple((line.start, line.end) for line in group)
        text = "".join(line.text for line in group)
        level = marker_level(text)
        following = groups[index + 1][0] if index + 1 < len(groups) else None
        if len(group) == 1 and _is_heading(group[0], level, following):
            yield Block("heading", spans, text, _level_of_unnumbered(text) if level is None else level)
        elif len(group) == 1 and _is_heading_like(group[0]) and level is None and following is None and index:
            # Short lines after the last text: signatures and captions.
            dropped.append(Dropped(*spans[0], text, "caption"))
        else:
            yield Block("body", spans, text)


def _level_of_unnumbered(text: str) -> int:
    """Put a section of the whole report (存在的不足) beside 一、二、, and any other heading below all numbered ones."""
    return 1 if _SECTION_WORD.search(text) else UNNUMBERED


def _is_heading(line: Line, level: int | None, following: Line | None) -> bool:
    if following is None:
        return False
    if _is_heading_like(line):
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
