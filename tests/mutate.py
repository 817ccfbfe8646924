"""Remove one guard after the other in a copy of this project, and show that the test which holds it fails then.

`tests/mutations/*.toml` list the guards, one `[[guard]]` each:

    promise   what it is for, as a sentence
    file      where it stands
    old, new  the text that is the guard, which occurs there once, and what takes its place
    test      the test that must fail then: tests/test_X.py::test_name, or with one case of its table: …::test_name[case]

Run it with words to try only guards that hold one of them in any of these: `python tests/mutate.py hosts.py log-in`.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from made_once import SHARED_VARIABLE
from paths import ROOT

TABLES = ROOT / "tests" / "mutations"
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info")
_ENOUGH = 300
_FAILED = re.compile(r"^(?:.* )?\d+ failed\b", re.MULTILINE)


@dataclass(frozen=True)
class Guard:
    """What is taken away, and the test that must notice."""

    promise: str
    file: str
    old: str
    new: str
    test: str


def all_guards() -> list[Guard]:
    """Return the guards of all tables."""
    return [
        Guard(**entry)
        for table in sorted(TABLES.glob("*.toml"))
        for entry in tomllib.loads(table.read_text(encoding="utf-8"))["guard"]
    ]


def holds(folder: Path, tests: Sequence[str], state: str = "whole") -> bool:
    """Run tests of a copy; tell whether all passed. A test that cannot start is neither: RuntimeError.

    Runs of the same ``state`` share what is costly to make.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),  # Before the path of the project itself, which is installed to be edited.
        "PYTHONDONTWRITEBYTECODE": "1",  # Which is found by time and length: one text could be taken for another.
        SHARED_VARIABLE: str(folder.parent / state),
    }
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", f"--basetemp={folder.parent / 'tests'}"]
    try:
        finished = subprocess.run(
            [*command, *tests], cwd=folder, env=environment, capture_output=True, text=True, timeout=_ENOUGH, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    if finished.returncode == 0:
        return True
    if finished.returncode == 1 and _FAILED.search(finished.stdout):
        return False
    raise RuntimeError(f"{' '.join(tests)} does not start:\n{finished.stdout[-2000:]}{finished.stderr[-2000:]}")


@contextmanager
def without(guard: Guard, folder: Path) -> Iterator[None]:
    """Take a guard away in a copy."""
    path = folder / guard.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(guard.old, guard.new, 1), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(whole, encoding="utf-8")


def main(words: Sequence[str]) -> int:
    """Try all guards, or those that hold one of some words; print each with its outcome. 0: every test noticed."""
    guards = [guard for guard in all_guards() if not words or any(word in " ".join(astuple(guard)) for word in words)]
    with TemporaryDirectory(prefix="policy-themes-mutations-") as temporary:
        folder = Path(temporary) / "project"
        shutil.copytree(ROOT, folder, ignore=_LEFT_OUT)
        if not holds(folder, sorted({guard.test for guard in guards})):
            print("some of these tests fail already, with every guard in its place; mend them first", file=sys.stderr)
            return 1
        survived = 0
        print("| guard | stands in | test that fails without it | |\n|---|---|---|---|")
        for number, guard in enumerate(guards):
            began = monotonic()
            # A change of these files makes the default model of before another program's.
            state = f"changed-{number}" if Path(guard.file).parent.name == "classifier" else "whole"
            with without(guard, folder):
                noticed = not holds(folder, [guard.test], state)
            survived += not noticed
            outcome = f"{monotonic() - began:.0f} s" if noticed else "**NOT NOTICED**"
            print(f"| {guard.promise} | `{guard.file}` | `{guard.test}` | {outcome} |", flush=True)
    print(f"\n{len(guards) - survived} of {len(guards)} removed guards were noticed")
    return 1 if survived else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
