"""Run the commands of README.md and put what they print below them: ``make readme``; a test holds both equal."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from paths import ROOT

README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def commands_of(block: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a block with the output written below it."""
    for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = piece.partition("\n")
        yield command, output


def output_of(command: str) -> str:
    """Run a command in the checkout, with the environment's own programs first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    finished = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path}
    )
    return finished.stdout + finished.stderr


def rewritten(text: str) -> str:
    """Return the page with the output of every command made anew."""

    def run_block(found: re.Match[str]) -> str:
        pieces = [f"$ {command}\n{output_of(command)}" for command, _ in commands_of(found.group(1))]
        return "```console\n" + "\n".join(piece.rstrip("\n") for piece in pieces) + "\n```"

    return BLOCK.sub(run_block, text)


if __name__ == "__main__":
    output_of("policy-themes explain 调解")  # The first use trains the model, and says so.
    README.write_text(rewritten(README.read_text(encoding="utf-8")), encoding="utf-8")
