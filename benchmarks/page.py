"""Write docs/performance.md from results: all of its numbers are measured, all of its words stand here."""

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.results import RATIO, Growth, Measure, Result, Table, number
from benchmarks.sizing import sizing

_HEAD = """# How fast it is

`make bench` measures everything on this page and writes it anew; nothing here is written by hand. Seconds are those of one
machine. What carries over to others are the ratios: both sides of each ran by turns, in the same round, on the same texts.
Every number is a median, with the range of all rounds behind it. A bar that is missed is named and fails nothing.
"""
_WHERE, _FILES = "Where the time goes", "From file to file"


def page(results: Sequence[Result], machine: Mapping[str, str], source: str) -> str:
    """Return the page in Markdown; charts are files beside it, in `performance/`."""
    by_name = {result.name: result for result in results}
    parts = [_HEAD, *_rows(("", ""), machine.items()), "", f"Texts: {source}.", "", *_ratios(results), ""]
    for result in results:
        if result.text:
            parts += [f"## {result.name}", "", result.text.strip(), "", *_section(result)]
    if _WHERE in by_name:
        parts += _where(by_name[_WHERE], by_name.get(_FILES))
    if _FILES in by_name:
        parts += _cluster(by_name[_FILES], by_name.get(_WHERE))
    return "\n".join(parts).rstrip("\n") + "\n"


def ratio_rows(results: Sequence[Result]) -> list[tuple[str, Measure]]:
    """Return every ratio with the name of its benchmark."""
    return [(result.name, measure) for result in results for measure in result.measures if measure.unit == RATIO]


def _ratios(results: Sequence[Result]) -> list[str]:
    rows = [(name, own.name, own.shown(), own.verdict()) for name, own in ratio_rows(results)]
    table = _rows(("benchmark", "ratio", "median (range)", "bar"), rows)
    notes = [f"- {result.name}: {note}" for result in results for note in result.notes]
    return ["## Ratios", "", *table, *["", *notes] * bool(notes)]


def _section(result: Result) -> list[str]:
    lines = []
    values = [measure for measure in result.measures if measure.unit != RATIO]
    if values:
        lines += [*_rows(("", "median (range)", "bar"), ((one.name, one.shown(), one.verdict()) for one in values)), ""]
    for growth in result.growths:
        lines += [f"![{growth.title}: time and memory against {growth.work}](performance/{file_name(growth)})", ""]
        lines += [*_growth_rows(growth), ""]
    for table in result.tables:
        lines += [*_rows(table.headings, table.rows), ""]
    return lines


def file_name(growth: Growth) -> str:
    """Return the name of a growth's chart."""
    return f"{growth.key.replace(' ', '-')}.svg"


def _growth_rows(growth: Growth) -> list[str]:
    columns = zip(growth.amounts, growth.seconds, growth.megabytes, strict=True)
    rows = (
        (f"{amount:,}", number(seconds), number(seconds / amount * 1e6), number(megabytes))
        for amount, seconds, megabytes in columns
    )
    single = growth.work.removesuffix("s")
    return _rows((growth.work, "seconds, without start", f"µs per {single}", "peak memory, MB"), rows)


def _where(result: Result, files: Result | None) -> list[str]:
    facts = result.facts
    in_process, from_file = result.table("in process"), result.table("from file")
    bandwidth, floor = result.measure("bandwidth"), result.measure("floor")
    if not (in_process and from_file and bandwidth and floor):
        return []
    characters, moved = facts["characters"], facts["bytes in"] + facts["bytes out"]
    once = moved / bandwidth.median / 1e3
    in_all, from_all = facts["in process"], facts["from file"]
    lines = [
        "## Where the time goes",
        "",
        f"A sampler looked at the running program every few milliseconds, over {facts['paragraphs']:,.0f} paragraphs.",
        f"In one process, {number(in_all)} µs a paragraph, {in_all / characters * 1000:.0f} ns a character:",
        "",
        *_table(in_process),
        "",
        f"From jsonl to jsonl, {number(from_all)} µs a paragraph without start, statements among the results:",
        "",
        *_table(from_file),
        "",
        "## The floor",
        "",
        f"A paragraph is {facts['bytes in']:.0f} bytes of input and {facts['bytes out']:.0f} of output.",
        f"Copying an array, memory moves {bandwidth.shown()}: those bytes once, in {once:.2f} µs.",
        f"The way from file to file takes {number(floor.median)} times that.",
        "",
    ]
    yardstick = files.measure("yardstick") if files else None
    if yardstick:
        own = 1e6 / yardstick.median
        lines += [
            f"Nearer is the floor of the format: to parse and serialise with orjson takes {own:.1f} µs a paragraph,",
            f"{own / once:.0f} times the bytes alone. What is left between that and the table is the classification itself.",
            "",
        ]
    one_pass = 8 * characters / bandwidth.median / 1e3
    lines += [
        f"In one process, an array of 8 bytes for each character passes through memory in {one_pass:.2f} µs a paragraph.",
        f"Classification takes as long as {in_all / one_pass:.0f} such passes, over arrays that mostly stay in the",
        "processor's cache. Fewer and narrower arrays are what is left to gain without leaving NumPy.",
        "",
    ]
    return lines


def _cluster(files: Result, where: Result | None) -> list[str]:
    rate, faster = files.measure("jsonl net"), files.measure("two jobs/one job")
    if rate is None or faster is None:
        return []
    efficiency = min(1.0, faster.median / 2)
    alone = where.facts.get("read and write") if where else None
    limit = []
    if alone:
        limit = [
            f"Reading and writing, {alone:.1f} µs a paragraph, stay with one process, besides sending: one run does at most",
            f"{1e6 / alone:,.0f} paragraphs/s, however many workers there are. Where the table has more, it means several",
            "runs, each on a part of the input.",
            "",
        ]
    return [
        "## How to size a cluster",
        "",
        *sizing(rate.median, efficiency, files.facts["bytes in"], files.facts.get("bytes out, jsonl", 0.0)),
        "",
        *limit,
        "To run on many machines: start a Dask scheduler and as many workers as there are cores, with the same version of",
        "policy-themes installed on each, then",
        "",
        "```sh\npolicy-themes classify big.jsonl -o out.parquet --scheduler tcp://HOST:PORT\n```",
        "",
        "The command reads and writes on the machine where it is started; workers need no shared disk. It needs the extra",
        "`policy-themes[cluster]`. Beyond the machine itself, use `tls://` with Dask's certificates: whoever reaches a",
        "scheduler can run programs on its workers.",
        "",
    ]


def _table(table: Table) -> list[str]:
    return _rows(table.headings, table.rows)


def _rows(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table in Markdown; cells hold no line breaks, and their bars are escaped."""
    lines = [f"| {' | '.join(headings)} |", "|" + "---|" * len(headings)]
    return lines + [f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
