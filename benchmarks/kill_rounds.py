"""Kill a server again and again while people write labels, and look at what its database holds: ``make durability``.

A killed process leaves what it gave to the system; what a power cut leaves is for the disk to say. So this shows that
no label is acknowledged before it is whole, not that disks keep what they have confirmed.
"""

import argparse
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from json import dumps, loads
from pathlib import Path
from threading import Event, Lock, Thread

from benchmarks.first_start import first_start
from benchmarks.forked_server import ForkedServer, forked_server
from benchmarks.machine import machine
from benchmarks.measured_part import measured_part
from web.settings import DATABASE_FILE

PAGE = Path(__file__).parent.parent / "docs" / "reliability.md"
THEMES = ("mediation", "publicity", "legal_aid", "business_environment")
REPORT = "清源县司法局2024年工作总结\n" + "".join(
    f"第{number}项，全年调解纠纷{number}00件，成功率98%，举办普法宣传{number}场。\n" for number in range(1, 13)
)
_LONGEST_LIFE = 0.25  # Seconds in which a server may work after its first answer before it is killed.
_PATIENCE = 20.0


@dataclass
class Found:
    """What came of some rounds; ``problems`` is what must not be."""

    rounds: int = 0
    acknowledged: int = 0
    sent_again: int = 0
    in_flight: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Writers:
    """People who each write one label after the other; what is not acknowledged they send again, also to the next server."""

    def __init__(self, document: int, paragraphs: int, count: int) -> None:
        self.acknowledged: dict[str, dict[str, object]] = {}
        self.sent: dict[str, dict[str, object]] = {}
        self.sent_again, self.errors = 0, list[str]()
        self._document, self._paragraphs = document, paragraphs
        self._reachable, self._done, self._lock = Event(), Event(), Lock()
        self._port = 0
        self._threads = [Thread(target=self._write, args=(number,), daemon=True) for number in range(count)]
        for thread in self._threads:
            thread.start()

    def go_on(self, port: int) -> None:
        """Let them write to a server that runs now."""
        self._port = port
        self._reachable.set()

    def wait_for_one_more(self) -> None:
        """Wait until another label is acknowledged."""
        known, until = len(self.acknowledged), time.monotonic() + _PATIENCE
        while len(self.acknowledged) == known:
            if time.monotonic() > until:
                raise TimeoutError("no label was acknowledged")
            time.sleep(0.002)

    def lose(self) -> None:
        """Let them wait for the next server."""
        self._reachable.clear()

    def stop(self) -> None:
        """Let each end with a label that is acknowledged; a server must run."""
        self._done.set()
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _write(self, writer: int) -> None:
        number = 0
        while not self._done.is_set():
            key = f"{writer}-{number}"
            label = {
                "document": self._document,
                "paragraph": number % self._paragraphs + 1,
                "theme": THEMES[(number + writer) % len(THEMES)],
                "note": key + "调解" * (number % 400),
                "request": key,
            }
            self.sent[key] = label
            while not self._send(label):
                with self._lock:
                    self.sent_again += 1
            self.acknowledged[key] = label
            number += 1

    def _send(self, label: dict[str, object]) -> bool:
        if not self._reachable.wait(_PATIENCE):
            raise TimeoutError("no server was started again")
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/api/v1/labels", dumps(label).encode(), headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, HTTPException):
            time.sleep(0.01)
            return False
        finally:
            connection.close()
        if answer.status not in (200, 201):
            self.errors.append(f"{answer.status}: {body[:200]!r}")
        elif loads(body)["label"]["request"] != label["request"]:
            self.errors.append(f"another label was acknowledged for {label['request']}")
        return True


def kill_rounds(home: Path, count: int, *, writers: int = 4, seed: int = 0) -> Found:
    """Kill a server of a data folder so many times, and look each time for all that was acknowledged."""
    found, chance, began = Found(), random.Random(seed), time.monotonic()
    with forked_server(home) as server:
        server.start()
        document, paragraphs = add_report(server, {"name": "清源县.txt", "text": REPORT})
        before = revision_of(home)
        people = Writers(document, paragraphs, writers)
        for number in range(count):
            if number:
                server.start()
            people.go_on(server.port)
            people.wait_for_one_more()
            time.sleep(chance.uniform(0, _LONGEST_LIFE))
            known = dict(people.acknowledged)
            server.kill()
            people.lose()
            problems, in_flight = check(home, document, known, people.sent, before)
            found.in_flight += in_flight
            found.problems += [f"round {number + 1}: {problem}" for problem in problems]
        server.start()
        people.go_on(server.port)
        people.stop()
        server.stop()
        problems, _ = check(home, document, people.acknowledged, people.sent, before)
    found.problems += [*problems, *people.errors]
    found.rounds, found.acknowledged, found.sent_again = count, len(people.acknowledged), people.sent_again
    found.seconds = time.monotonic() - began
    return found


def check(
    home: Path,
    document: int,
    acknowledged: dict[str, dict[str, object]],
    sent: dict[str, dict[str, object]],
    before: int | None,
) -> tuple[list[str], int]:
    """Return what is wrong in a database, and how many labels it holds that nobody has been told of yet.

    Every acknowledged label is there once, no label twice or in part, and what is derived from labels fits them: what holds
    for one document, and the revision, which was ``before``, where nothing else has raised it.
    """
    problems = []
    with closing(sqlite3.connect(home / DATABASE_FILE)) as database:
        for pragma, whole in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
            answer = database.execute(f"PRAGMA {pragma}").fetchall()
            if answer != whole:
                problems.append(f"{pragma}: {answer[:3]}")
        rows = database.execute("SELECT request, theme, note FROM labels WHERE request IS NOT NULL").fetchall()
        revision = int(database.execute("SELECT value FROM facts WHERE name = 'revision'").fetchone()[0])
        derived = database.execute(_DERIVED, (document, document)).fetchall()
    times = Counter(key for key, _, _ in rows)
    missing = acknowledged.keys() - times.keys()
    if missing:
        problems.append(f"{len(missing)} acknowledged labels are missing, such as {min(missing)}")
    problems += [f"{key} is there {number} times" for key, number in times.items() if number > 1]
    for key, theme, note in rows:
        label = sent.get(key)
        if label is None or (theme, note) != (label["theme"], label["note"]):
            problems.append(f"{key} is not what was sent")
    if before is not None and revision - before != len(rows):
        problems.append(f"{len(rows)} labels raised the revision {revision - before} times")
    problems += [f"paragraph {number}: {held} holds, but {last} was said last" for number, held, last in derived]
    return problems, len(times.keys() - acknowledged.keys())


# Of each paragraph of a document what holds and what was said last, where these are not the same.
_DERIVED = """
SELECT last.paragraph_id, held.theme, labels.theme
FROM (SELECT paragraph_id, max(labels.id) AS id FROM labels JOIN paragraphs ON paragraphs.id = paragraph_id
      WHERE document_id = ? GROUP BY paragraph_id) AS last
JOIN labels ON labels.id = last.id
LEFT JOIN current_labels AS held ON held.paragraph_id = last.paragraph_id AND held.statement = 0
WHERE held.theme IS NOT labels.theme
UNION ALL
SELECT held.paragraph_id, held.theme, NULL FROM current_labels AS held JOIN paragraphs ON paragraphs.id = held.paragraph_id
WHERE document_id = ? AND NOT EXISTS (SELECT 1 FROM labels WHERE labels.paragraph_id = held.paragraph_id)
"""


def add_report(server: ForkedServer, report: dict[str, str]) -> tuple[int, int]:
    """Add a report; return its number and how many paragraphs it has."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=_PATIENCE)
    try:
        body = dumps(report).encode()
        connection.request("POST", "/api/v1/documents", body, {"Content-Type": "application/json"})
        said = loads(connection.getresponse().read())
    finally:
        connection.close()
    return int(said["id"]), int(said["paragraphs"])


def revision_of(home: Path) -> int:
    """Return the revision of a data folder's database."""
    with closing(sqlite3.connect(home / DATABASE_FILE)) as database:
        return int(database.execute("SELECT value FROM facts WHERE name = 'revision'").fetchone()[0])


def rows_of(found: Found) -> list[tuple[str, str]]:
    """Return what came of the rounds, in words."""
    return [
        ("servers killed with SIGKILL while labels were written", str(found.rounds)),
        ("labels acknowledged", f"{found.acknowledged:,}"),
        ("acknowledged labels missing, doubled or in part", str(len(found.problems))),
        ("labels that were in the database before their writer was told, and sent again", f"{found.in_flight:,}"),
        ("times that a label was sent again", f"{found.sent_again:,}"),
        ("seconds", f"{found.seconds:.0f}"),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rounds on a fresh installation, and write what came of them into docs/reliability.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    facts = machine()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        first_start(home).extensions["policy-themes"].database.close()
        found = kill_rounds(home, asked.rounds, seed=asked.seed)
    for problem in found.problems:
        print(problem)
    measured_part(PAGE, "killed", rows_of(found), facts)
    print(f"{found.rounds} rounds, {found.acknowledged} labels acknowledged, {len(found.problems)} problems")
    return 1 if found.problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
