"""Take the time and the memory of a command for growing amounts of work."""

import statistics
from collections.abc import Callable, Sequence

from benchmarks.processes import Run
from benchmarks.results import RATIO, Growth, Measure

# What takes longer is run once: its time is steady by itself.
_LONG = 2.0


def grow(
    run: Callable[[int], Run],
    amounts: Sequence[int],
    *,
    key: str,
    title: str,
    work: str,
    memory_bar: float | None = None,
    rounds: int = 3,
) -> Growth:
    """Return processor time, less that of the start, and peak memory of ``run(amount)``; an amount of 1 is the start."""
    start = statistics.median(run(1).processor for _ in range(rounds))
    seconds, megabytes = [], []
    for amount in amounts:
        runs = [run(amount)]
        while runs[0].processor < _LONG and len(runs) < rounds:
            runs.append(run(amount))
        seconds.append(max(statistics.median(one.processor for one in runs) - start, 1e-3))
        megabytes.append(max(one.megabytes for one in runs))
    return Growth(key, title, work, tuple(amounts), tuple(seconds), tuple(megabytes), start, memory_bar)


def linearity(growth: Growth) -> Measure:
    """Return the time for one of the most work over that for one of about a tenth of it: 1 where growth is linear."""
    tenth = max(place for place, amount in enumerate(growth.amounts[:-1]) if amount <= growth.amounts[-1] / 10 or not place)
    each = [growth.seconds[place] / growth.amounts[place] for place in (tenth, -1)]
    name = f"time for each of {growth.amounts[-1]:,} {growth.work}, over that of {growth.amounts[tenth]:,}; linear is 1"
    return Measure(f"{growth.key} linear", name, (each[1] / each[0],), RATIO)
