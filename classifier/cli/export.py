"""``policy-themes export-sklearn``."""

from pathlib import Path

import click

from classifier.cli.options import FILE, model_option, open_model


@click.command(name="export-sklearn")
@click.argument("output", type=FILE)
@model_option
def export(output: Path, model_file: Path | None) -> None:
    """Write the model as a fitted scikit-learn pipeline, with joblib.

    Loading a joblib file runs code: load only files that you wrote yourself.

    Example: policy-themes export-sklearn model.joblib
    """
    from classifier.errors import InputError
    from classifier.sklearn_export import export_sklearn

    model = open_model(model_file)
    try:
        export_sklearn(model, output)
    except OSError as error:
        raise InputError(f"{output}: cannot be written ({error.strerror}); name another file") from None
    click.echo(f"{output}: a pipeline of {len(model.codebook.leaf_codes)} codes and {len(model.vocabulary)} terms")
