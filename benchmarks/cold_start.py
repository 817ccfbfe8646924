"""Time ``policy-themes classify`` from a cold start, of one short text and of ``--help``, beside importing two libraries.

    python -m benchmarks.cold_start [--quick]

The yardstick is ``python -c "import sklearn.linear_model, pandas"``. All run in turn in one go, so that a noisy machine
troubles all alike; the ratio is what counts.
"""

from benchmarks.processes import policy_themes, run
from benchmarks.results import RATIO, Bar, Measure, Result
from benchmarks.texts import Texts, ask
from classifier import load_model

NAME = "Cold start"
TEXT = """
Whole processes by the clock, from nothing to the answer, beside importing two libraries that others start with.
"""
ROUNDS = 7
SENTENCE = "全年受理法律援助案件三百件。".encode()
YARDSTICK = "import sklearn.linear_model, pandas"


def measure(texts: Texts | None = None, *, quick: bool = False) -> Result:
    """Run the three by turns; ``texts`` have no part in it."""
    load_model()  # Trains the default model where it is not there yet.

    def turn() -> tuple[float, float, float]:
        return (
            policy_themes("classify", "-", standard_input=SENTENCE).wall,
            policy_themes("classify", "--help").wall,
            run(["-c", YARDSTICK]).wall,
        )

    if not quick:
        turn()
    rows = [turn() for _ in range(1 if quick else ROUNDS)]
    one, usage, yardstick = zip(*rows, strict=True)
    measures = [
        Measure("one", "`policy-themes classify` of one text", one, "s"),
        Measure("help", "`policy-themes classify --help`", usage, "s"),
        Measure("yardstick", f"`{YARDSTICK}`", yardstick, "s"),
    ]
    for key, name, own in (("one", "one text", one), ("help", "`--help`", usage)):
        ratios = tuple(seconds / other for seconds, other in zip(own, yardstick, strict=True))
        measures.append(Measure(f"{key}/yardstick", f"{name}, over the imports", ratios, RATIO, Bar(0.5, at_least=False)))
    return Result(NAME, TEXT, tuple(measures))


if __name__ == "__main__":
    measure(quick=ask(__doc__).quick).show()
