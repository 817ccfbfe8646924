"""``policy-themes labels``: ``check`` and ``agreement``; ``export`` and ``import`` come from the web application."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from classifier.cli.main import LazyGroup
from classifier.cli.options import FILE, labels_option

if TYPE_CHECKING:
    from classifier.agreement import Agreement


_FROM_A_DATABASE = {
    "export": ("web.commands", "export_labels", "Write the labels of the web application into a folder."),
    "import": ("web.commands", "import_labels", "Read such a folder into the web application's database."),
}


@click.group(cls=LazyGroup, table=_FROM_A_DATABASE)
def labels() -> None:
    """Check hand labels, compare annotators, move labels in and out of the web application.

    Example: policy-themes labels check
    """


@labels.command()
@labels_option
@click.option("--sources", type=FILE, help="The folder of labelled documents; by default the shipped seeds.")
def check(labels_path: Path | None, sources: Path | None) -> int:
    """Check every label: known codes, no unit twice, and texts that still stand in their source.

    A folder that `labels export` wrote carries its documents itself.

    Example: policy-themes labels check --labels labels/ --sources seeds/
    """
    from classifier.archive import DOCUMENTS_FILE, check_against_archive
    from classifier.labels import check_against_sources, load_held_out, load_labels
    from classifier.shipped import shipped_folder

    path = labels_path or shipped_folder("labels")
    found = load_labels(path)
    units = [*found.paragraphs, *found.statements]
    if sources is None and (path / DOCUMENTS_FILE).is_file():
        problems = check_against_archive(found, path / DOCUMENTS_FILE)
    else:
        problems = check_against_sources(found, sources or shipped_folder("seeds")) if units else []
    for problem in problems:
        click.echo(problem, err=True)
    held_out = len(load_held_out(path, found.codebook)) if path.is_dir() else 0
    click.echo(
        f"{len(found.paragraphs)} paragraphs, {len(found.statements)} statements, {len(found.examples)} examples, "
        f"{held_out} held-out texts; codebook {found.codebook.version}; {len(problems)} problem(s)"
    )
    return 1 if problems else 0


@labels.command()
@click.argument("first", type=FILE, required=False)
@click.argument("second", type=FILE, required=False)
@click.option("--codebook", type=FILE, help="The codebook of both; by default the shipped one.")
@click.option("--json", "as_json", is_flag=True, help="Print plain data instead of tables.")
def agreement(first: Path | None, second: Path | None, codebook: Path | None, as_json: bool) -> None:
    """Compare two annotators' folders: kappa, alpha, and every disagreement; by default the two readings of the seeds.

    Example: policy-themes labels agreement labels/readings/first labels/readings/second
    """
    from classifier.agreement import compare_folders
    from classifier.codebook import load_codebook
    from classifier.labels import CODEBOOK_FILE
    from classifier.shipped import shipped_folder

    if (first is None) != (second is None):
        raise click.UsageError("name two folders of labels, or none")
    readings = shipped_folder("labels") / "readings"
    book = load_codebook(codebook or shipped_folder("labels") / CODEBOOK_FILE)
    results = compare_folders(first or readings / "first", second or readings / "second", book)
    if as_json:
        click.echo(json.dumps([_plain(result) for result in results], ensure_ascii=False, indent=1))
        return
    for result in results:
        _show(result)


def _plain(result: "Agreement") -> dict[str, object]:
    return {
        "kind": result.kind,
        "units": result.units,
        "kappa": dict(result.kappa),
        "alpha": dict(result.alpha),
        "disagreements": [
            {
                "document": one.key[0],
                "paragraph": one.key[1],
                "statement": one.key[2],
                "first": one.theme,
                "second": two.theme,
            }
            for one, two in result.disagreements
        ],
    }


def _show(result: "Agreement") -> None:
    from classifier.cli.tables import show_table

    def number(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}"

    show_table(
        ["over", "kappa", "alpha"],
        [[name, number(result.kappa[name]), number(result.alpha[name])] for name in result.kappa],
        title=f"{result.kind}: {result.units} units, {len(result.disagreements)} disagreements",
        right=["kappa", "alpha"],
    )
    show_table(
        ["unit", "first", "second", "text"],
        [
            [
                f"{one.key[0][:3]} {one.key[1]}" + (f".{one.key[2]}" if one.key[2] else ""),
                one.theme,
                two.theme,
                one.text[:40],
            ]
            for one, two in result.disagreements
        ],
    )
