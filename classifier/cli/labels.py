"""``policy-themes labels``: ``check``, ``agreement``, ``migrate``; others come from the web application."""

import json
from pathlib import Path

import click

from classifier.cli.main import LazyGroup, complain
from classifier.cli.options import FILE, labels_option

_FROM_A_DATABASE = {
    "export": ("web.commands", "export_labels", "Write the labels of the web application into a folder."),
    "import": ("web.commands", "import_labels", "Read such a folder into the web application's database."),
}


@click.group(cls=LazyGroup, table=_FROM_A_DATABASE)
def labels() -> None:
    """Check hand labels, compare annotators, migrate to another codebook, move in and out of the web application.

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
    from classifier.label_checks import check_against_sources
    from classifier.labels import load_held_out, load_labels
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
    waiting = f"{found.to_relabel} to relabel; " if found.to_relabel else ""
    click.echo(
        f"{len(found.paragraphs)} paragraphs, {len(found.statements)} statements, {len(found.examples)} examples, "
        f"{held_out} held-out texts; {waiting}codebook {found.codebook.version}; {len(problems)} problem(s)"
    )
    return 1 if problems else 0


@labels.command()
@click.argument("folder", type=FILE)
@click.option("--to", "codebook", type=FILE, required=True, help="The codebook.toml of another version.")
@click.option("-o", "--output", type=FILE, required=True, help="The new folder; it must not hold anything yet.")
def migrate(folder: Path, codebook: Path, output: Path) -> int:
    """Bring a folder of labels to another version of its codebook, by the rules in its [[changes]].

    Labels that no rule decides are left out, and stand in to_relabel.csv of the new folder with the question: fill in
    answer (and answer_secondary), and migrate the new folder to its own codebook. Exit code 1 says that there are some.

    Example: policy-themes labels migrate labels/ --to new.toml -o new-labels/
    """
    from classifier.cli.tables import show_table
    from classifier.label_migration import migrate_folder
    from classifier.labels import TO_RELABEL_FILE

    files = migrate_folder(folder, codebook, output)
    headings = ["labels", "changed by rule", "left out", "kept, with a question"]
    rows = [[str(count) for count in (file.labels, file.changed, file.left_out, file.asked)] for file in files]
    show_table(["file", *headings], [[file.name, *row] for file, row in zip(files, rows, strict=True)], right=headings)
    left_out, asked = sum(file.left_out for file in files), sum(file.asked for file in files)
    if left_out + asked:
        click.echo(f"{output / TO_RELABEL_FILE}: {left_out + asked} units to relabel; {left_out} of them are left out")
    return 1 if left_out else 0


@labels.command()
@click.argument("sources", type=click.Path(exists=True, path_type=Path), nargs=-1)
@click.option(
    "--codebook", type=FILE, help="The codebook of all; by default that of the first folder with one, or the shipped."
)
@click.option("--csv", "table", type=FILE, help="Write a table of units by annotators, for R or pandas.")
@click.option("--json", "as_json", is_flag=True, help="Print plain data instead of tables.")
def agreement(sources: tuple[Path, ...], codebook: Path | None, table: Path | None, as_json: bool) -> None:
    """Compare two annotators or more: kappa and alpha with intervals, every disagreement.

    SOURCES are folders of labels, CSV files with a column annotator, or folders that `labels export` wrote; by default the
    two readings of the seeds.

    Example: policy-themes labels agreement labels/readings/first labels/readings/second --csv votes.csv
    """
    from classifier.agreement import agreement_csv, compare_kinds, compare_pairs
    from classifier.cli.agreement_tables import agreement_data, show_agreement
    from classifier.codebook import load_codebook
    from classifier.labels import CODEBOOK_FILE
    from classifier.readings import read_readings
    from classifier.shipped import shipped_folder
    from classifier.writers import write_whole

    readings = shipped_folder("labels") / "readings"
    chosen = sources or (readings / "first", readings / "second")
    books = [path / CODEBOOK_FILE for path in chosen if (path / CODEBOOK_FILE).is_file()]
    book = load_codebook(codebook or next(iter(books), shipped_folder("labels") / CODEBOOK_FILE))
    found = read_readings(chosen, book)
    if found.left_out:
        complain(f"{found.left_out} label(s) use codes that codebook {book.version} does not have; they are left out")
    results = [(each, compare_pairs(each.kind, found.codes, book)) for each in compare_kinds(found.codes, book)]
    if table is not None:
        write_whole(table, agreement_csv(found.codes, book).encode())
    if as_json:
        click.echo(json.dumps([agreement_data(*each, found.texts) for each in results], ensure_ascii=False, indent=1))
        return
    for each in results:
        show_agreement(*each, found.texts)
