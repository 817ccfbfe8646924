"""Options that several commands share, and what they stand for."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from classifier.cli.main import complain

if TYPE_CHECKING:
    from classifier.model import Model

T = TypeVar("T")
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

FILE = click.Path(path_type=Path)

model_option: Decorator = click.option(
    "--model", "model_file", type=FILE, help="A model file; by default the one trained from the shipped labels."
)
encoding_option: Decorator = click.option(
    "--encoding", metavar="NAME", help="The encoding of text inputs, where it is not found rightly by itself."
)
text_column_option: Decorator = click.option(
    "--text-column", metavar="NAME", help="The column of tables that holds the text."
)
measure_option: Decorator = click.option(
    "--measure",
    type=click.Choice(["paragraphs", "text"]),
    default="paragraphs",
    show_default=True,
    help="Share of paragraphs by primary theme, or of characters by theme of statement.",
)
labels_option: Decorator = click.option(
    "--labels",
    "labels_path",
    type=FILE,
    help="A folder of labels, or a CSV with text and theme; by default the shipped ones.",
)


def open_model(path: Path | None) -> "Model":
    """Load the named model, or the default one."""
    if path is not None:
        from classifier.model_file import load_model

        return load_model(path)
    from classifier.default_model import default_model

    return default_model(notice=complain)


def progress(items: Iterable[T], what: str, total: int | None = None) -> Iterable[T]:
    """Show a progress bar on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        return items
    from tqdm import tqdm

    bar: Iterable[T] = tqdm(items, desc=what, total=total, unit="", leave=False)
    return bar
