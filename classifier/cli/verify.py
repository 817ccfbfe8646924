"""``policy-themes verify-intervals``."""

import json
from pathlib import Path

import click

from classifier.cli.options import labels_option, progress


@click.command("verify-intervals")
@click.option("--runs", type=click.IntRange(2), default=500, show_default=True, help="How often each case is simulated.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="The same seed draws the same numbers.")
@click.option("--only", type=click.Choice(["simulation", "labels"]), help="Only simulated labels, or only the real ones.")
@labels_option
@click.option("--json", "as_json", is_flag=True, help="Print plain data instead of tables.")
def verify(runs: int, seed: int, only: str | None, labels_path: Path | None, as_json: bool) -> int:
    """Measure how often the intervals of a theme mix hold the truth, beside other methods.

    Reports are simulated, with and without wording of their own in each jurisdiction, in several lengths and mixes; and
    each labelled jurisdiction is left out of training and its labels are masked. Ends with 1 where our coverage is more
    than two standard errors under nominal.

    Example: policy-themes verify-intervals --runs 500
    """
    from classifier.labels import load_labels
    from classifier.shipped import shipped_folder
    from classifier.verification.coverage import CoverageRow, masked_coverage, simulated_coverage

    rows: list[CoverageRow] = []
    if only != "labels":
        rows += simulated_coverage(runs, seed, progress)
    if only != "simulation":
        path = labels_path or shipped_folder("labels")
        rows += masked_coverage(load_labels(path), path, runs, seed, progress)
    if as_json:
        click.echo(json.dumps([row.to_dict() for row in rows], ensure_ascii=False, indent=1))
    else:
        from classifier.cli.coverage_table import show_coverage

        show_coverage(rows)
    return 0 if all(row.kept for row in rows) else 1
