"""``policy-themes explain``."""

import sys
from pathlib import Path

import click

from classifier.cli.options import model_option, open_model
from classifier.errors import InputError

_MOST_TERMS = 12


@click.command()
@click.argument("text")
@model_option
def explain(text: str, model_file: Path | None) -> None:
    """Show a text's theme, its probabilities, and the terms that speak for and against it.

    Example: policy-themes explain "全年受理法律援助案件三百件。"
    """
    from classifier.cli.tables import show_table
    from classifier.encoding import decode

    if text == "-":
        text, _ = decode(sys.stdin.buffer.read(), "standard input")
    if not any(character.isalnum() for character in text):
        raise InputError("no text to explain; give a sentence or a paragraph")
    model = open_model(model_file)
    found = model.explain(text.strip())
    entry = model.codebook.entry(found.prediction.theme)
    detail = model.codebook.entry(found.code)
    inner = f" / {detail.code} ({detail.zh})" if detail.code != entry.code else ""
    click.echo(f"{entry.code} ({entry.zh}){inner}  confidence {found.prediction.confidence:.3f}")
    scores = sorted(found.prediction.scores.items(), key=lambda pair: -pair[1])
    show_table(
        ["theme", "", "probability"],
        [[code, model.codebook.entry(code).zh, f"{score:.3f}"] for code, score in scores],
        right=["probability"],
    )
    terms = found.terms()
    show_table(
        ["term", "weight"],
        [[term, f"{weight:+.3f}"] for term, weight in terms[:_MOST_TERMS]],
        title=f"terms for (+) and against (-) {found.code}",
        right=["weight"],
        notes=[
            f"all {len(terms)} terms {sum(weight for _, weight in terms):+.3f}, "
            f"constant {found.intercept:+.3f}, score {found.score:+.3f}"
        ],
    )
