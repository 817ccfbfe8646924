"""Load a real server beside one with an empty view: small requests, batches, small ones beside long ones, many connections.

Both servers run in processes of their own under waitress with ten threads: policy-themes with an archive of 20,000
paragraphs, and a Flask application with one empty view, as waitress serves it by itself. The client is this process.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from benchmarks.first_start import first_start
from benchmarks.http_load import Answers, http, load
from benchmarks.web_archive import DOCUMENTS, fill
from classifier import Model, load_model, read_folder, read_units, shipped_folder

TEXT = "全年调解纠纷3206件，调解成功率98%，选聘专职调解员26名，培训基层调解骨干400人次，矛盾纠纷化解在基层。"
CLASSIFY = "/api/v1/classify"
ROUNDS, BATCH, LONGEST, MOST_EVIDENCE = 5, 1000, 200_000, 20
CONNECTIONS = (1, 8, 32, 64)
EMPTY_VIEW = """
import logging
from flask import Flask
from waitress.server import create_server
logging.getLogger("waitress.queue").setLevel(logging.ERROR)
app = Flask("empty")
app.add_url_rule("/", view_func=lambda: "", methods=["GET", "POST"])
server = create_server(app, host="127.0.0.1", port=0, threads=10, connection_limit=1000)
print(f"http://127.0.0.1:{server.effective_port}", flush=True)
server.run()
"""
OURS = """
from web import WebSettings
from web.serving import run
run(WebSettings(port=0, measure_model=False), say=lambda line: print(line, flush=True), notice=lambda line: None)
"""
Found = dict[str, Any]


def main() -> None:
    """Start both servers, load them, print the report and keep its numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=200, help="connections of the last table")
    parser.add_argument("--seconds", type=float, default=30, help="how long the last table asks for; rounds take a tenth")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often the servers are asked by turns")
    parser.add_argument("--documents", type=int, default=DOCUMENTS, help="documents of the archive, of 40 paragraphs each")
    parser.add_argument("--json", type=Path, help="a file for the numbers")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = first_start(Path(folder) / "home")
        model, texts = load_model(), seed_texts()
        fill(app, texts, asked.documents)
        app.extensions["policy-themes"].database.close()
        with serving(OURS) as ours, serving(EMPTY_VIEW) as empty:
            found = small_requests(ours, empty, asked.seconds / 10, asked.rounds)
            found |= batches(ours, model, texts, asked.rounds)
            found["short_while_long"] = short_while_long(ours, texts, asked.seconds / 10)
            found["many_connections"] = many_connections(ours, empty, asked.connections, asked.seconds)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def seed_texts() -> list[str]:
    """Return the paragraphs of the shipped reports."""
    return [each.text for document in read_folder(shipped_folder("seeds")) for each in read_units(document).paragraphs]


@contextmanager
def serving(program: str) -> Iterator[str]:
    """Run a server and return the address that it prints."""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        words = (word for line in process.stdout for word in line.split() if word.startswith("http://"))
        yield next(words).rstrip("/.")
    finally:
        process.terminate()
        process.wait(10)


def small_requests(ours: str, empty: str, seconds: float, rounds: int) -> Found:
    """Classify one paragraph a request, and ask the empty view, by turns."""
    view = http(empty, "POST", "/", {"texts": [TEXT]})
    classify = http(ours, "POST", CLASSIFY, {"texts": [TEXT]})
    by_connections: dict[str, Found] = {}
    print(f"One paragraph a request beside an empty view, {rounds} rounds by turns, requests per second:\n")
    print("| connections | empty view | classify, with evidence | ratio |\n|---|---|---|---|")
    for connections in CONNECTIONS:
        rates = [
            (load(empty, view, connections, seconds).rate, load(ours, classify, connections, seconds).rate)
            for _ in range(rounds)
        ]
        row: Found = {
            "empty_view_requests_per_second": statistics.median(view for view, _ in rates),
            "classify_requests_per_second": statistics.median(own for _, own in rates),
            "ratio": spread([own / view for view, own in rates]),
        }
        by_connections[str(connections)] = row
        view_rate, own_rate, ratio = row.values()
        print(f"| {connections} | {view_rate:.0f} | {own_rate:.0f} | {shown(ratio)} |", flush=True)
    return {**by_connections["32"], "by_connections": by_connections}


def batches(ours: str, model: Model, texts: Sequence[str], rounds: int) -> Found:
    """Classify a thousand paragraphs a request, and the same in this process, by turns."""
    batch = (list(texts) * (BATCH // len(texts) + 1))[:BATCH]
    request = http(ours, "POST", CLASSIFY, {"texts": batch})
    rates = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        model.explain_each(batch, most=MOST_EVIDENCE)
        rates.append((BATCH / (time.perf_counter() - start), BATCH * load(ours, request, 1, 0).rate))
    rates = rates[1:]  # The first one warms both up.
    found: Found = {
        "in_process_paragraphs_per_second": statistics.median(own for own, _ in rates),
        "batch_paragraphs_per_second": statistics.median(sent for _, sent in rates),
        "batch_ratio": spread([sent / own for own, sent in rates]),
    }
    print(f"\n{BATCH} paragraphs a request, with evidence, {rounds} rounds by turns with the same in this process:")
    rate, sent, ratio = found.values()
    print(f"{sent:.0f} paragraphs per second of {rate:.0f}, ratio {shown(ratio)}\n")
    return found


def short_while_long(ours: str, texts: Sequence[str], seconds: float) -> Found:
    """Ask small things one after the other, alone and while long requests keep the server busy."""
    batch = http(ours, "POST", CLASSIFY, {"texts": (list(texts) * (BATCH // len(texts) + 1))[:BATCH]})
    paste = http(ours, "POST", CLASSIFY, {"texts": ["\n".join([*texts] * (LONGEST // len(texts[0])))[:LONGEST]]})
    mix = http(ours, "GET", "/mix/download/xlsx")
    long: dict[str, list[bytes]] = {
        "nothing": [],
        f"3 × {BATCH} paragraphs": [batch] * 3,
        f"{LONGEST:,} characters": [paste],
        "a mix of 20,000 paragraphs as xlsx": [mix],
        "all of these": [batch] * 3 + [paste, mix],
    }
    short = {
        "classify": http(ours, "POST", CLASSIFY, {"texts": [TEXT]}),
        "/healthz": http(ours, "GET", "/healthz"),
        "/": http(ours, "GET", "/"),
    }
    found: Found = {}
    print(f"Small requests beside long ones, {seconds:.1f} s each, milliseconds (median, 99 % within):\n")
    print(f"| beside | long answers | {' | '.join(short)} |\n|---|---|{'---|' * len(short)}")
    for beside, requests in long.items():
        with busy(ours, requests) as finished:
            asked = {name: load(ours, request, 1, seconds) for name, request in short.items()}
        found[beside] = {name: {"median_ms": own.median, "p99_ms": own.last} for name, own in asked.items()}
        cells = " | ".join(f"{own.median:.1f}, {own.last:.1f}" for own in asked.values())
        print(f"| {beside} | {sum(finished())} | {cells} |", flush=True)
    return found


@contextmanager
def busy(address: str, requests: Sequence[bytes]) -> Iterator[Callable[[], list[int]]]:
    """Keep the server busy with these requests, each over and over; what is returned counts their answers afterwards."""
    over = Event()
    with ThreadPoolExecutor(max(1, len(requests))) as pool:
        running = [pool.submit(load, address, request, 1, 3600.0, over.is_set) for request in requests]
        try:
            yield lambda: [len(each.result().seconds) for each in running]
        finally:
            over.set()


def many_connections(ours: str, empty: str, connections: int, seconds: float) -> Found:
    """Load the empty view, classification and the mix with many connections."""
    found: Found = {}
    print(f"\n{connections} connections for {seconds:.0f} s each:\n")
    print("| request | answers | errors | per second | median ms | 99 % within ms |\n|---|---|---|---|---|---|")
    for name, address, request in (
        ("empty view", empty, http(empty, "GET", "/")),
        (f"`POST {CLASSIFY}`, one paragraph", ours, http(ours, "POST", CLASSIFY, {"texts": [TEXT]})),
        ("`GET /mix`", ours, http(ours, "GET", "/mix")),
    ):
        answers: Answers = load(address, request, connections, seconds)
        count, rate = len(answers.seconds), answers.rate
        found[name] = {"requests_per_second": rate, "errors": answers.errors, "p99_ms": answers.last}
        print(
            f"| {name} | {count} | {answers.errors} | {rate:.0f} | {answers.median:.1f} | {answers.last:.1f} |", flush=True
        )
    return found


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return median and range."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def shown(ratio: dict[str, float]) -> str:
    """Return median and range as people read them."""
    return f"{ratio['median']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f})"


if __name__ == "__main__":
    main()
