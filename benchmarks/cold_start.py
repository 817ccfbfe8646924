"""Time ``policy-themes classify`` of one short text from a cold start beside importing scikit-learn and pandas.

The two run in turn in one go, so that a noisy machine troubles both alike; the ratio is what counts.
"""

import statistics
import subprocess
import sys
import time

RUNS = 7


def seconds(command: list[str], standard_input: bytes = b"") -> float:
    """Return the wall time of one whole process."""
    start = time.perf_counter()
    subprocess.run(command, input=standard_input, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the ratio of medians, and its spread over pairs."""
    text = "全年受理法律援助案件三百件。".encode()
    ours = [sys.executable, "-m", "classifier", "classify", "-"]
    yardstick = [sys.executable, "-c", "import sklearn.linear_model, pandas"]
    seconds(ours, text)
    seconds(yardstick)
    pairs = [(seconds(ours, text), seconds(yardstick)) for _ in range(RUNS)]
    ratios = sorted(one / other for one, other in pairs)
    print(f"classify one text from a cold start: {statistics.median(one for one, _ in pairs):.2f} s")
    print(f"import sklearn.linear_model, pandas: {statistics.median(other for _, other in pairs):.2f} s")
    print(f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}, {RUNS} pairs); the bar is 0.50")


if __name__ == "__main__":
    main()
