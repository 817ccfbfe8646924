"""The paper calculation for archives of any size, from measured rates and bytes."""

ARCHIVES = (10_000_000, 1_000_000_000)
WORKERS = (1, 2, 8, 32, 128)
# What a network of one gigabit a second carries.
_LINK = 125e6


def duration(seconds: float) -> str:
    """Return a duration as people say it.

    >>> duration(40), duration(600), duration(9000), duration(400000)
    ('40 s', '10 min', '2.5 h', '4.6 days')
    """
    for unit, name in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 1.5 * unit:
            return f"{_short(seconds / unit)} {name}"
    return f"{seconds:.0f} s"


def size(value: float) -> str:
    """Return bytes as people say them.

    >>> size(650), size(6.5e9), size(688.9e9), size(2.1e12)
    ('650 B', '6.5 GB', '689 GB', '2.1 TB')
    """
    for unit, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= unit:
            return f"{_short(value / unit)} {name}"
    return f"{value:.0f} B"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")


def sizing(rate: float, efficiency: float, bytes_in: float, bytes_out: float) -> list[str]:
    """Return the section's lines: ``rate`` is one core's, ``efficiency`` what each of several processes keeps of it."""

    def seconds(paragraphs: int, workers: int) -> float:
        return paragraphs / (rate * workers * (efficiency if workers > 1 else 1.0))

    headings = " | ".join(f"{workers} worker{'s' * (workers > 1)}" for workers in WORKERS)
    lines = [
        f"One core classifies {rate:,.0f} paragraphs/s from file to file, a paragraph being {bytes_in:.0f} bytes of input",
        f"and {bytes_out:.0f} of output. Two processes ran {2 * efficiency:.2f} × as fast as one, so each of several",
        f"workers is counted as {efficiency:.0%} of a core by itself. Workers are processes with a core each, on one",
        "machine (`--jobs N`) or on many (`--scheduler`):",
        "",
        f"| paragraphs | input | output | {headings} |",
        "|---|---|---|" + "---|" * len(WORKERS),
    ]
    for paragraphs in ARCHIVES:
        times = " | ".join(duration(seconds(paragraphs, workers)) for workers in WORKERS)
        sizes = f"{size(paragraphs * bytes_in)} | {size(paragraphs * bytes_out)}"
        lines.append(f"| {paragraphs / 1e6:,.0f} million | {sizes} | {times} |")
    moved = bytes_in + bytes_out
    carried = _LINK / moved
    lines += [
        "",
        "For a time T, this many workers are needed: paragraphs / (T × the rate of a worker). Memory: for each worker,",
        "twice the peak of the growth curve above is ample. Disk: input and output as in the table, and as much again while",
        "Parquet is put together.",
        "",
        f"What travels: a thousand paragraphs are {size(1000 * bytes_in)} to a worker and {size(1000 * bytes_out)} back. A",
        f"link of 1 Gbit/s at the machine that reads and writes carries {carried:,.0f} paragraphs/s, the work of",
        f"{carried / (rate * efficiency):.0f} workers; beyond that, give it 10 Gbit/s, or divide the input and run once for",
        "each part. The model travels once to each worker.",
    ]
    return lines
