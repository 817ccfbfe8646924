"""``policy-themes train``."""

from pathlib import Path

import click

from classifier.cli.main import complain
from classifier.cli.options import FILE, labels_option


@click.command()
@labels_option
@click.option("--codebook", type=FILE, help="A codebook.toml; by default the labels' own, or one made from the labels.")
@click.option("-o", "--output", type=FILE, help="The model file to write; by default one in the data folder.")
def train(labels_path: Path | None, codebook: Path | None, output: Path | None) -> None:
    """Train a model from hand labels.

    Example: policy-themes train --labels news.csv -o news.model
    """
    from classifier.default_model import default_model_path
    from classifier.errors import InputError
    from classifier.labels import load_labels
    from classifier.model_file import save_model
    from classifier.settings import home
    from classifier.shipped import shipped_folder
    from classifier.training import train as train_model

    labels = load_labels(labels_path or shipped_folder("labels"), codebook)
    model = train_model(labels)
    own = labels_path is not None or codebook is not None
    target = output or (
        home() / "models" / f"{labels_path.stem if labels_path else 'own'}.model" if own else default_model_path()
    )
    try:
        save_model(model, target)
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({error.strerror}); name another file with -o") from None
    texts = ", ".join(f"{count} {kind}s" for kind, count in model.record["texts"].items())
    click.echo(f"{target}: {len(labels.codebook.leaf_codes)} codes, {len(model.vocabulary)} terms, trained on {texts}")
    if labels.to_relabel:
        complain(
            f"{labels.to_relabel} labels are left out: no rule says what they are by codebook {labels.codebook.version}"
        )
    if labels.audit:
        click.echo(f"{len(labels.audit)} labels of the random audit sample were kept for measuring (policy-themes evaluate)")
