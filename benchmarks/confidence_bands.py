"""Measure how far confidence can be relied on, and write it into docs/evaluation.md: a part of ``make evaluation``.

Seed paragraphs are tested by models that were trained without their report, and sorted by the thresholds of those models;
held-out paragraphs by the model and the thresholds of all labels.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from classifier import Bands, evaluate, evaluate_held_out, load_labels, train
from classifier.bands import CERTAINTY, MOST_ERRORS
from web.charts import ReliabilityBin, reliability_diagram

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "evaluation.md"
CHARTS = ROOT / "docs" / "calibration"
MARKERS = ("<!-- bands: begin -->", "<!-- bands: end -->")
KINDS: Mapping[str, str] = {
    "paragraphs": "seed paragraphs, report left out",
    "statements": "seed statements, report left out",
    "held_out": "held-out paragraphs",
}
PROMISES: Mapping[str, str] = {
    "accept": f"at most {MOST_ERRORS['accept']:.0%} wrong",
    "look": "more often right than wrong",
    "distrust": "none",
}


def main() -> None:
    """Measure, and write what was found."""
    labels = load_labels(ROOT / "labels")
    model = train(labels)
    measured = evaluate(labels)
    measured["held_out"] = evaluate_held_out(labels, ROOT / "labels", lambda _: model)
    if model.bands is None:
        raise SystemExit("the shipped labels are too few for bands")
    write(model.bands, measured)


def write(bands: Bands, measured: Mapping[str, Any]) -> None:
    """Draw the charts, and write the tables into the page."""
    CHARTS.mkdir(exist_ok=True)
    for kind, title in KINDS.items():
        (CHARTS / f"{kind}.svg").write_text(chart(title, measured[kind]["reliability"]), encoding="utf-8")
    lines = [*calibration_lines(measured), "", *band_lines(bands, measured)]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(MARKERS[0])
    after = rest.partition(MARKERS[1])[2]
    PAGE.write_text(f"{before}{MARKERS[0]}\n" + "\n".join(lines) + f"\n{MARKERS[1]}{after}", encoding="utf-8")
    print("\n".join(lines))


def calibration_lines(measured: Mapping[str, Any]) -> list[str]:
    """Return the table of calibration errors and the charts."""
    lines = ["| tested on | units | accuracy | expected calibration error |", "|---|---|---|---|"]
    for kind, title in KINDS.items():
        own = measured[kind]
        lines.append(
            f"| {title} | {own['units']} | {interval(own['accuracy'])} | {interval(own['expected_calibration_error'])} |"
        )
    return [*lines, "", *(f"![Reliability: {title}](calibration/{kind}.svg)" for kind, title in KINDS.items())]


def band_lines(bands: Bands, measured: Mapping[str, Any]) -> list[str]:
    """Return the table of bands: what each promises, where it begins, and what was measured in it."""
    thresholds = {"accept": bands.accept, "look": bands.look}
    columns = ["when they were chosen", *KINDS.values()]
    counts = [[count.to_dict() for count in bands.measured], *(measured[kind]["bands"] for kind in KINDS)]
    lines = [
        f"| band | promise ({CERTAINTY:.0%} certain) | from | {' | '.join(columns)} |",
        "|---" * (3 + len(columns)) + "|",
    ]
    for place, (band, promise) in enumerate(PROMISES.items()):
        begin = thresholds.get(band)
        cells = [band, promise, "–" if begin is None else f"{begin:.4f}", *(cell(own[place]) for own in counts)]
        lines.append(f"| {' | '.join(cells)} |")
    left = [f"{1 - own[0]['share']:.0%}" for own in counts]
    return [*lines, f"| *left to people* | | | {' | '.join(left)} |"]


def cell(count: Mapping[str, Any]) -> str:
    """Say how many units were in a band, how many of them were wrong, and the bound of that."""
    if not count["units"]:
        return "no unit"
    return (
        f"{count['units']} of {count['total']} ({count['share']:.0%}), {count['errors']} wrong: "
        f"**{count['error']:.1%}**, at most {count['bound']:.1%}"
    )


def interval(value: Mapping[str, float]) -> str:
    """Write a value with its 95 % interval."""
    return f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"


def chart(title: str, bins: Sequence[Mapping[str, Any]]) -> str:
    """Draw a reliability diagram as a file of its own."""
    return reliability_diagram(
        [ReliabilityBin(own["low"], own["high"], own["confidence"], own["accuracy"], own["units"]) for own in bins],
        title=f"Stated and true probability: {title}",
        description="On the dashed line, the stated probability is the true one. Below it, the model is too sure.",
        predicted_caption="stated probability →",
        observed_caption="share that was right ↑",
        units_caption="units by stated probability",
        standalone=True,
    )


if __name__ == "__main__":
    main()
