"""Placeholder: to be written."""

from flask import Blueprint

blueprint = Blueprint("mix", __name__)


@blueprint.get("/placeholder/mix/table")
def table() -> str:
    """Placeholder."""
    return "mix.table"


@blueprint.get("/placeholder/mix/paragraphs")
def paragraphs() -> str:
    """Placeholder."""
    return "mix.paragraphs"


@blueprint.get("/placeholder/mix/download")
def download() -> str:
    """Placeholder."""
    return "mix.download"


@blueprint.get("/placeholder/mix/chart")
def chart() -> str:
    """Placeholder."""
    return "mix.chart"
