"""Write what was measured into its part of a page, between its two marks."""

from collections.abc import Mapping, Sequence
from pathlib import Path

_FACTS = ("date", "processor", "memory", "system", "Python", "policy-themes", "other work at the start")


def measured_part(page: Path, name: str, rows: Sequence[tuple[str, str]], machine: Mapping[str, str]) -> None:
    """Write a table of rows, and below it what it was measured on."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = page.read_text(encoding="utf-8")
    if begin not in text or end not in text:
        raise ValueError(f"{page}: no place between {begin} and {end}")
    before, rest = text.split(begin)
    lines = ["", "| | |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows), ""]
    lines += [
        f"Measured: {'; '.join(f'{fact} {machine[fact]}' if fact == 'Python' else machine[fact] for fact in _FACTS)}.",
        "",
    ]
    page.write_text(f"{before}{begin}\n{chr(10).join(lines)}\n{end}{rest.split(end)[1]}", encoding="utf-8")
