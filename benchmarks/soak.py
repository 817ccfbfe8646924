"""Let 200 connections work with a real server for half an hour, and see whether anything fails or grows: ``make soak``.

Each connection asks, reads the answer, rests for some seconds, and asks for something else: texts are classified, labels
given, reports uploaded and deleted, mixes counted, pages read. The archive stays as large as it is, so that memory
may not grow; only the label log does.
"""

import argparse
import itertools
import random
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.first_start import first_start
from benchmarks.forked_server import forked_server
from benchmarks.http_load import Answers, http, load_mix
from benchmarks.kill_rounds import PAGE, THEMES, add_report, check
from benchmarks.machine import machine
from benchmarks.measured_part import measured_part
from web.settings import DATABASE_FILE

REPORTS, PARAGRAPHS = 40, 12
# What is asked for, and how often of a hundred times.
MIX = {"classify": 38, "label": 25, "mix": 15, "upload": 8, "delete": 4, "page": 10}
PAGES = ("/", "/documents", "/review", "/codebook", "/model", "/healthz", "/api/v1/labels?limit=50")
MIXES = ("/api/v1/mix", "/mix", "/api/v1/mix?by=level&measure=text", "/mix?by=document")
# Growth: over the second half, by the straight line through it, more than this part of what there was, or than this much.
MOST_GROWTH, MOST_MEGABYTES, MOST_DESCRIPTORS = 0.05, 10.0, 5


@dataclass(frozen=True)
class Sample:
    """What a server's process held at a moment, in megabytes and in numbers."""

    memory: float
    descriptors: int
    threads: int
    log: float


@dataclass
class Soaked:
    """What came of a soak; ``problems`` is what must not be."""

    connections: int
    seconds: float
    answers: dict[str, Answers]
    samples: list[Sample]
    problems: list[str] = field(default_factory=list)


def soak(home: Path, *, connections: int, seconds: float, rest: float, seed: int = 0) -> Soaked:
    """Load a server of a data folder, which was started before; a connection rests for ``rest`` seconds on average."""
    chance, samples = random.Random(seed), list[Sample]()
    log = home.parent / "server.log"
    with log.open("wb") as errors, forked_server(home, log=errors) as server:
        server.start()
        reports = [_report(number) for number in range(REPORTS)]
        documents = [add_report(server, report) for report in reports]
        sent = dict[str, dict[str, object]]()
        answers = load_mix(
            server.address,
            _requests(server.address, chance, reports, documents, sent),
            connections,
            seconds,
            pause=lambda: chance.uniform(0, 2 * rest),
            is_fine=lambda kind, status: status in (200, 201, 204) or (kind, status) == ("delete", 404),
            each_second=lambda: samples.append(_sample(server.pid, home)),
        )
        server.stop()
    found = Soaked(connections, seconds, answers, samples)
    found.problems += [f"{own.errors} requests of the kind {kind} failed" for kind, own in answers.items() if own.errors]
    found.problems += growth(samples)
    if log.read_bytes():
        found.problems.append(f"the server's log is not empty: {log.read_text(encoding='utf-8')[:2000]}")
    found.problems += check(home, 0, sent, sent, None)[0]
    return found


def growth(samples: Sequence[Sample]) -> list[str]:
    """Return what has grown over the second half of the samples.

    >>> growth([Sample(100 + second % 7, 40, 12, 1.0) for second in range(100)])
    []
    >>> growth([Sample(100 + second / 5, 40 + second, 12, 1.0) for second in range(100)])
    ['memory grew by 10.0 MB from 110.0 MB', 'descriptors: 139 in the second half, 89 in the first']
    """
    first, second = samples[: len(samples) // 2], samples[len(samples) // 2 :]
    if len(first) < 2:
        return []
    problems = []
    line = statistics.linear_regression(range(len(second)), [sample.memory for sample in second])
    grown = line.slope * len(second)
    if grown > max(MOST_MEGABYTES - 0.5, MOST_GROWTH * line.intercept):
        problems.append(f"memory grew by {grown:.1f} MB from {line.intercept:.1f} MB")
    for name, more in (("descriptors", MOST_DESCRIPTORS), ("threads", 0)):
        earlier, later = (max(getattr(sample, name) for sample in half) for half in (first, second))
        if later > earlier + more:
            problems.append(f"{name}: {later} in the second half, {earlier} in the first")
    return problems


def _requests(
    address: str,
    chance: random.Random,
    reports: Sequence[dict[str, str]],
    documents: Sequence[tuple[int, int]],
    sent: dict[str, dict[str, object]],
) -> Iterator[tuple[str, bytes]]:
    """Make requests of all kinds, without end: half of the reports are labelled, the others come and go."""
    half = len(reports) // 2
    for number in itertools.count():
        kind = chance.choices(list(MIX), list(MIX.values()))[0]
        if kind == "classify":
            texts = [f"{chance.randrange(10_000)}件：{_paragraph(chance.randrange(900))}"] * chance.choice((1, 1, 1, 20))
            yield kind, http(address, "POST", "/api/v1/classify", {"texts": texts})
        elif kind == "label":
            document, paragraphs = chance.choice(documents[:half])
            place = {"document": document, "paragraph": chance.randrange(paragraphs) + 1}
            label = {**place, "theme": chance.choice(THEMES), "note": f"第{number}次", "request": f"soak-{number}"}
            sent[f"soak-{number}"] = label
            yield kind, http(address, "POST", "/api/v1/labels", label)
        elif kind == "upload":
            yield kind, http(address, "POST", "/api/v1/documents", chance.choice(reports[half:]))
        elif kind == "delete":  # One that is gone already is fine: somebody else was quicker.
            yield kind, http(address, "DELETE", f"/api/v1/documents/{chance.choice(documents[half:])[0]}")
        else:
            yield kind, http(address, "GET", chance.choice(MIXES if kind == "mix" else PAGES))


def _report(number: int) -> dict[str, str]:
    lines = [f"第{number}县司法局2024年工作总结", *(_paragraph(number * PARAGRAPHS + place) for place in range(PARAGRAPHS))]
    return {"name": f"第{number}县.txt", "text": "\n".join(lines) + "\n"}


def _paragraph(number: int) -> str:
    what = ("调解矛盾纠纷", "办理法律援助案件", "开展法治体检进企业活动", "举办宪法宣传", "组织行政执法案卷评查")[number % 5]
    return f"全年{what}{number + 100}件（次），比上年增长{number % 90 + 1}%，惠及群众{number * 7 + 3}人次。"


def _sample(process: int, home: Path) -> Sample:
    said = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines())
    log = home / f"{DATABASE_FILE}-wal"
    return Sample(
        int(said["VmRSS"].split()[0]) / 1024,
        len(list(Path(f"/proc/{process}/fd").iterdir())),
        int(said["Threads"]),
        log.stat().st_size / 2**20 if log.exists() else 0.0,
    )


def rows_of(found: Soaked) -> list[tuple[str, str]]:
    """Return what came of a soak, in words."""
    total = sum(len(own.seconds) for own in found.answers.values())
    rows = [
        ("connections, minutes", f"{found.connections}, {found.seconds / 60:.0f}"),
        ("requests, each second", f"{total:,}, {total / found.seconds:.0f}"),
        ("requests that failed", str(sum(own.errors for own in found.answers.values()))),
    ]
    for kind in sorted(found.answers):
        own = found.answers[kind]
        ordered = sorted(own.seconds)
        spread = ", ".join(f"{ordered[int((len(ordered) - 1) * part)] * 1000:.0f}" for part in (0.5, 0.95, 0.99, 1))
        rows.append((f"{kind}: requests; milliseconds: median, 95 %, 99 %, longest", f"{len(ordered):,}; {spread}"))
    half = len(found.samples) // 2
    for name, unit in (("memory", " MB"), ("descriptors", ""), ("threads", ""), ("log", " MB")):
        values = [getattr(sample, name) for sample in found.samples]
        title = "write-ahead log" if name == "log" else name
        shown = [f"{value:.0f}" for value in (values[half], values[-1], max(values))]
        rows.append((f"{title}: at half time, at the end, at most", f"{', '.join(shown)}{unit}"))
    rows.append(
        (
            "problems: failed requests, growth, lines in the server's log, labels that are not there once",
            str(len(found.problems)),
        )
    )
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak a fresh installation, and write what came of it into docs/reliability.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument(
        "--rest", type=float, default=2.0, help="seconds that a connection rests between requests, on average"
    )
    parser.add_argument("--no-page", action="store_true", help="print the table, and leave the page as it is")
    asked = parser.parse_args(arguments)
    facts = machine()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        first_start(home).extensions["policy-themes"].database.close()
        found = soak(home, connections=asked.connections, seconds=asked.minutes * 60, rest=asked.rest)
    for line in (*(f"{what}: {value}" for what, value in rows_of(found)), *found.problems):
        print(line)
    if not asked.no_page:
        measured_part(PAGE, "soaked", rows_of(found), facts)
    return 1 if found.problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
