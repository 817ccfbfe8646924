"""Load a real server: 200 connections for 30 seconds on classification and on the mix, and one beside an empty view.

Two servers run in processes of their own under waitress with the same settings: policy-themes, and an application with one
empty view. The client is this process.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from urllib.request import urlopen

from classifier.settings import HOME_VARIABLE

TEXT = "全年调解纠纷3206件，调解成功率98%，选聘专职调解员26名，培训基层调解骨干400人次，矛盾纠纷化解在基层。"
EMPTY_VIEW = """
import logging
from flask import Flask
from waitress.server import create_server
logging.getLogger("waitress.queue").setLevel(logging.ERROR)
app = Flask("empty")
app.add_url_rule("/", view_func=lambda: "", methods=["GET", "POST"])
server = create_server(app, host="127.0.0.1", port=0, threads=8, connection_limit=1000)
print(f"http://127.0.0.1:{server.effective_port}", flush=True)
server.run()
"""


@dataclass
class Answers:
    """What came of many requests: seconds each, and how many were not answered with 200."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0

    def row(self, name: str, took: float) -> str:
        """Return a line of the report's table."""
        ordered = sorted(self.seconds)
        median, last = statistics.median(ordered), ordered[int(len(ordered) * 0.99)]
        rate = len(ordered) / took
        return f"| {name} | {len(ordered)} | {self.errors} | {rate:.0f} | {median * 1000:.1f} | {last * 1000:.1f} |"


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    """Send one request on an open connection, read all of the answer, and return its status."""
    writer.write(request)
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line[15:]) for line in head.decode().lower().split("\r\n") if line.startswith("content-length:")), None
    )
    if length is None:
        raise ValueError("the answer has no length")
    await reader.readexactly(length)
    return int(head[9:12])


async def load(address: str, request: bytes, connections: int, seconds: float) -> tuple[Answers, float]:
    """Ask over and over on many connections at once."""
    host, _, port = address.removeprefix("http://").partition(":")
    answers, start = Answers(), time.perf_counter()

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        while time.perf_counter() - start < seconds:
            asked = time.perf_counter()
            try:
                status = await ask(reader, writer, request)
            except (OSError, ValueError, asyncio.IncompleteReadError):
                answers.errors += 1
                writer.close()
                reader, writer = await asyncio.open_connection(host, int(port))
                continue
            answers.seconds.append(time.perf_counter() - asked)
            answers.errors += status != 200
        writer.close()

    await asyncio.gather(*(one_connection() for _ in range(connections)))
    return answers, time.perf_counter() - start


def http(address: str, method: str, path: str, body: object = None) -> bytes:
    """Return the bytes of a request."""
    data = json.dumps(body).encode() if body is not None else b""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {address.removeprefix('http://')}", "Connection: keep-alive"]
    if data:
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + data


def address_of(process: "subprocess.Popen[str]") -> str:
    """Return the address that a server prints when it listens."""
    assert process.stdout is not None
    for line in process.stdout:
        for word in line.split():
            if word.startswith("http://"):
                return word.rstrip("/.")
    raise SystemExit("the server did not start")


def main() -> None:
    """Start both servers, load them, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, HOME_VARIABLE: os.environ.get(HOME_VARIABLE, folder)}
        ours = subprocess.Popen(
            [sys.executable, "-m", "classifier", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, env=environment
        )
        empty = subprocess.Popen([sys.executable, "-c", EMPTY_VIEW], stdout=subprocess.PIPE, text=True)
        try:
            address = address_of(ours)
            wait_for_the_measuring(address)
            report(address, address_of(empty), asked.connections, asked.seconds)
        finally:
            for process in (ours, empty):
                process.terminate()
                process.wait(10)


def wait_for_the_measuring(address: str) -> None:
    """Wait until the server has measured its new model in the background, which takes a core for about a minute."""
    while True:
        with urlopen(f"{address}/api/v1/model") as answer:
            if json.load(answer)["evaluation"]:
                return
        time.sleep(2)


def report(ours: str, empty: str, connections: int, seconds: float) -> None:
    """Measure one connection on each server by turns, then many connections on ours."""
    classify = http(ours, "POST", "/api/v1/classify", {"texts": [TEXT]})
    pairs = []
    for _ in range(5):
        view, _ = asyncio.run(load(empty, http(empty, "POST", "/", {"texts": [TEXT]}), 1, 2))
        classified, _ = asyncio.run(load(ours, classify, 1, 2))
        pairs.append((statistics.median(view.seconds) * 1000, statistics.median(classified.seconds) * 1000))
    added = [own - view for view, own in pairs]
    print("One connection, five rounds by turns, medians in milliseconds:")
    print(f"an empty view {min(v for v, _ in pairs):.2f} to {max(v for v, _ in pairs):.2f}; classification adds", end=" ")
    print(f"{statistics.median(added):.2f} ({min(added):.2f} to {max(added):.2f})\n")
    print(f"{connections} connections for {seconds:.0f} s each:\n")
    print("| request | answers | errors | per second | median ms | 99 % within ms |\n|---|---|---|---|---|---|")
    for name, address, request in (
        ("empty view", empty, http(empty, "GET", "/")),
        ("`POST /api/v1/classify`, one paragraph", ours, classify),
        ("`GET /mix`", ours, http(ours, "GET", "/mix")),
    ):
        answers, took = asyncio.run(load(address, request, connections, seconds))
        print(answers.row(name, took), flush=True)


if __name__ == "__main__":
    main()
