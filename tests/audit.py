"""Ask the public database of advisories about every installed package, and say so plainly where it cannot be asked."""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

UNREACHED = (
    "the advisory database cannot be reached from here; nothing was checked but the floors in tests/test_dependencies.py"
)


def summary(found: Sequence[dict[str, Any]]) -> tuple[str, int]:
    """Say what pip-audit found: the text, and the exit code (0 nothing, 1 a fault, 2 nothing could be asked)."""
    asked = [entry for entry in found if "vulns" in entry]
    faults = [
        f"{entry['name']} {entry['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for entry in asked
        for fault in entry["vulns"]
    ]
    if not asked:
        return UNREACHED, 2
    unknown = [entry["name"] for entry in found if "vulns" not in entry]
    lines = [*faults, f"{len(asked)} packages, {len(faults) or 'no'} known fault{'s' if len(faults) > 1 else ''}"]
    return "\n".join([*lines, *([f"not in the database: {', '.join(unknown)}"] if unknown else [])]), int(bool(faults))


def main() -> int:
    """Run pip-audit and print its summary."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--skip-editable"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found = json.loads(finished.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(finished.stderr, file=sys.stderr)
        found = []
    text, code = summary(found)
    print(text)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
