"""The yardstick for files: parse the same lines and serialise the same records with orjson, and nothing else.

    python -m benchmarks.json_yardstick INPUT.jsonl RECORDS.jsonl OUTPUT.jsonl

prints the processor time in seconds. RECORDS are what classification wrote of INPUT; reading them is not part of the time.
"""

import sys
import time
from itertools import islice
from pathlib import Path

import orjson

SLICE = 1000


def seconds(lines: Path, records: Path, output: Path) -> float:
    """Return the processor time of reading and parsing the lines, and of serialising and writing the records."""
    taken = 0.0
    with lines.open("rb") as source, records.open("rb") as prepared, output.open("wb") as target:
        while ready := [orjson.loads(line) for line in islice(prepared, SLICE)]:
            start = time.process_time()
            for line in islice(source, len(ready)):
                orjson.loads(line)
            for record in ready:
                target.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
            taken += time.process_time() - start
    return taken


if __name__ == "__main__":
    print(seconds(*map(Path, sys.argv[1:])))
