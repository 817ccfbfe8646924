"""``policy-themes evaluate``."""

import json
from pathlib import Path
from typing import Any

import click

from classifier.cli.options import FILE, labels_option, progress


@click.command()
@labels_option
@click.option("--codebook", type=FILE, help="A codebook.toml; by default the labels' own, or one made from the labels.")
@click.option("--json", "as_json", is_flag=True, help="Print plain data instead of tables.")
def evaluate(labels_path: Path | None, codebook: Path | None, as_json: bool) -> None:
    """Measure accuracy on documents and texts that were not trained on; the model is trained anew for each.

    Example: policy-themes evaluate --json > evaluation.json
    """
    from classifier.audit import evaluate_audit
    from classifier.evaluation import evaluate as measure
    from classifier.evaluation import evaluate_held_out
    from classifier.labels import load_labels
    from classifier.shipped import shipped_folder

    path = labels_path or shipped_folder("labels")
    labels = load_labels(path, codebook)
    result = measure(labels, progress=progress)
    held_out = evaluate_held_out(labels, path) if path.is_dir() else None
    if held_out is not None:
        result["held_out"] = held_out
    audit = evaluate_audit(labels)
    if audit is not None:
        result["audit"] = audit
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=1))
        return
    for name, title in _TITLES.items():
        if name in result:
            _show(title.format(split=result["split"]), result[name])
    if audit is not None:
        _show_audit(audit)


_TITLES = {
    "paragraphs": "paragraphs, {split}",
    "statements": "statements, {split}",
    "texts": "texts, {split}",
    "held_out": "held-out paragraphs, after reports of other jurisdictions",
}


def _show_audit(audit: dict[str, Any]) -> None:
    found = audit["accuracy"]
    click.echo(
        f"random audit sample, never trained on: {audit['right']} of {audit['units']} paragraphs right; "
        f"accuracy {found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"
        + (", weighted by the probability of being drawn" if audit["weighted"] else "")
    )


def _show(title: str, result: dict[str, Any]) -> None:
    from classifier.cli.tables import show_table

    def interval(name: str, of: dict[str, Any]) -> str:
        value = of[name]
        return f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"

    rows = [
        [name.replace("_", " "), interval(name, result)] for name in ("accuracy", "macro_f1", "expected_calibration_error")
    ]
    if "clear_cases" in result:
        rows += [
            [f"{name.replace('_', ' ')}, clear cases", interval(name, result["clear_cases"])]
            for name in ("accuracy", "macro_f1")
        ]
    if "leaf_accuracy" in result:
        rows.append(["accuracy over leaf codes", f"{result['leaf_accuracy']:.3f}"])
    if "secondary" in result:
        rows += [[f"secondary themes, {name}", f"{value:.3f}"] for name, value in result["secondary"].items()]
    rows += [
        [f"accuracy, {row['jurisdiction'] or row['document']}", f"{interval('accuracy', row)}  {row['units']} units"]
        for row in result.get("per_document", [])
    ]
    show_table(["measure", "value [95 % interval]"], rows, title=f"{title}: {result['units']} units")
    _show_bands(result["bands"])
    per_theme = [
        [code, *(interval(name, values) for name in ("precision", "recall", "f1")), str(values["units"])]
        for code, values in result["per_theme"].items()
    ]
    numbers = ["precision", "recall", "f1", "units"]
    show_table(["theme", *numbers], per_theme, right=numbers)
    codes = result["confusion"]["codes"]
    counts = [
        [code, *(str(count or "·") for count in row)] for code, row in zip(codes, result["confusion"]["counts"], strict=True)
    ]
    show_table(["true \\ predicted", *codes], counts, right=codes)


def _show_bands(counts: list[dict[str, Any]]) -> None:
    """Show the measured error of each band, and the share of the work that it leaves to people."""
    from classifier.bands import CERTAINTY, FEWEST_UNITS
    from classifier.cli.tables import show_table

    if not any(count["units"] for count in counts):
        click.echo(
            f"no bands of confidence: they take {FEWEST_UNITS} labelled texts, or more where some are taken wrongly\n"
        )
        return
    rows = [
        [
            count["band"],
            f"{count['units']} ({count['share']:.0%})",
            str(count["errors"]),
            *(("-", "-") if count["error"] is None else (f"{count['error']:.3f}", f"{count['bound']:.3f}")),
        ]
        for count in counts
    ]
    headings = ["band", "units", "errors", "error", f"at most ({CERTAINTY:.0%} certain)"]
    show_table(headings, rows, right=headings[1:])
