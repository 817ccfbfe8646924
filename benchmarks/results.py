"""What a benchmark returns: plain data that the report prints, draws and keeps."""

import dataclasses
import json
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RATIO = "×"


@dataclass(frozen=True)
class Bar:
    """What a value should reach (``at_least``) or stay under; missing it fails nothing, the report says so."""

    value: float
    at_least: bool = True

    def met(self, value: float) -> bool:
        """Say whether the value keeps the bar.

        >>> Bar(3, at_least=False).met(2.5)
        True
        """
        return value >= self.value if self.at_least else value <= self.value


@dataclass(frozen=True)
class Measure:
    """One thing measured, a value for each round; ``key`` is how the report finds it."""

    key: str
    name: str
    values: tuple[float, ...]
    unit: str
    bar: Bar | None = None

    @property
    def median(self) -> float:
        """The middle one of the rounds."""
        return statistics.median(self.values)

    def shown(self) -> str:
        """Return median and range as people read them.

        >>> Measure("files", "files", (2.0, 1.5, 4.0), RATIO).shown()
        '2.0 × (1.5 to 4.0)'
        """
        text = f"{number(self.median)} {self.unit}".rstrip()
        return text if len(self.values) == 1 else f"{text} ({number(min(self.values))} to {number(max(self.values))})"

    def verdict(self) -> str:
        """Return the bar and whether the median keeps it."""
        if self.bar is None:
            return ""
        side = "at least" if self.bar.at_least else "at most"
        return f"{side} {number(self.bar.value)}: {'met' if self.bar.met(self.median) else 'NOT met'}"


@dataclass(frozen=True)
class Growth:
    """How time and memory grow with the work: one row for each amount of it, the smallest first."""

    key: str
    title: str
    work: str
    amounts: tuple[int, ...]
    # Processor time, without what an input of one text takes; wide as the whole process is, memory is not reduced.
    seconds: tuple[float, ...]
    megabytes: tuple[float, ...]
    start_seconds: float
    memory_bar: float | None = None


@dataclass(frozen=True)
class Table:
    """Rows of text under headings, for what is neither a measure nor a curve."""

    key: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Result:
    """All that one benchmark found, ``text`` saying how; ``notes`` are sentences, such as that a peer is missing."""

    name: str
    text: str = ""
    measures: tuple[Measure, ...] = ()
    growths: tuple[Growth, ...] = ()
    tables: tuple[Table, ...] = ()
    facts: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def measure(self, key: str) -> Measure | None:
        """Return the measure of that key, if it was made."""
        return next((measure for measure in self.measures if measure.key == key), None)

    def table(self, key: str) -> Table | None:
        """Return the table of that key, if there is one."""
        return next((table for table in self.tables if table.key == key), None)

    def show(self) -> None:
        """Print everything, for a benchmark that is run alone."""
        print(f"== {self.name}")
        for measure in self.measures:
            print(f"  {measure.name}: {measure.shown()}{'; ' * bool(measure.bar)}{measure.verdict()}")
        for growth in self.growths:
            print(f"  {growth.title}, {growth.work}; start {growth.start_seconds:.2f} s")
            for amount, seconds, megabytes in zip(growth.amounts, growth.seconds, growth.megabytes, strict=True):
                print(f"    {amount:>9,}: {seconds:9.3f} s {megabytes:7.0f} MB")
        for table in self.tables:
            for row in (table.headings, *table.rows):
                print("    " + " | ".join(row))
        for note in self.notes:
            print(f"  {note}")


def number(value: float) -> str:
    """Return a number with three significant digits, or all of a whole one beyond 100.

    >>> number(123456.7), number(84.62), number(0.3214)
    ('123,457', '84.6', '0.321')
    """
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 1 or not size else f"{value:.3f}"


@dataclass(frozen=True)
class Measurements:
    """What the report is made from: the machine, the texts, and every benchmark's result."""

    machine: dict[str, str]
    source: str
    results: tuple[Result, ...]


def save_measurements(found: Measurements, path: Path) -> None:
    """Keep measurements as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dataclasses.asdict(found), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_measurements(path: Path) -> Measurements:
    """Read what `save_measurements` kept."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Measurements(kept["machine"], kept["source"], tuple(_result(entry) for entry in kept["results"]))


def _result(entry: dict[str, Any]) -> Result:
    measures = tuple(
        Measure(**{**one, "values": tuple(one["values"]), "bar": Bar(**one["bar"]) if one["bar"] else None})
        for one in entry["measures"]
    )
    columns = ("amounts", "seconds", "megabytes")
    growths = tuple(Growth(**{**one, **{name: tuple(one[name]) for name in columns}}) for one in entry["growths"])
    tables = tuple(
        Table(one["key"], tuple(one["headings"]), tuple(tuple(row) for row in one["rows"])) for one in entry["tables"]
    )
    return Result(entry["name"], entry["text"], measures, growths, tables, entry["facts"], tuple(entry["notes"]))
