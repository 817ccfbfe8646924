"""Join the lines of one paragraph again: torn by a page break, by a caption, or wrapped at a fixed width."""

from collections import Counter

from classifier.lines import ENUMERATOR, LONG, LONGEST_HEADING, Dropped, Line, ends_sentence, is_heading_like, marker_level


def rejoined_lines(lines: list[Line], dropped: list[Dropped]) -> list[list[Line]]:
    """Group the lines that make one paragraph or one heading; a caption between two halves goes to ``dropped``."""
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
    full = [line for line in lines if width - 4 <= len(line.text) <= width + 2]
    # Short paragraphs of one length end with their sentences; lines that were wrapped seldom do.
    torn = sum(not ends_sentence(line.text) for line in full)
    return width if 15 <= width <= 60 and len(full) >= 0.4 * len(lines) and torn >= 0.5 * len(full) else None


def _continuation(group: list[Line], lines: list[Line], index: int, width: int | None, openings: Counter[str]) -> int | None:
    """Return how many caption lines stand before the rest of an unfinished paragraph, or None where it is complete."""
    last = group[-1]
    if index >= len(lines) or last.styled is not None:
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
        if not is_heading_like(line) or len(line.compact) > LONG:
            return step
    return None


def _starts_something(line: Line) -> bool:
    return line.styled is not None or marker_level(line.compact) is not None or bool(ENUMERATOR.match(line.compact))


def _is_torn(line: Line, openings: Counter[str]) -> bool:
    """Tell whether an unfinished line is body text: long, inside a bracket, or opening as other paragraphs do."""
    compact = line.compact
    numbered = marker_level(compact) is not None
    unclosed = any(compact.count(left) > compact.count(right) for left, right in ("《》", "“”", "（）", "()"))
    if len(compact) > (LONGEST_HEADING if numbered else LONG) or unclosed:
        return True
    return not numbered and len(compact) >= 8 and openings[compact[:8]] > 0
