"""Placeholder: to be written."""

from flask import Blueprint

blueprint = Blueprint("tag", __name__)


@blueprint.get("/")
def form() -> str:
    """Placeholder."""
    return "tag.form"


@blueprint.get("/placeholder/tag/classify")
def classify() -> str:
    """Placeholder."""
    return "tag.classify"


@blueprint.get("/placeholder/tag/results")
def results() -> str:
    """Placeholder."""
    return "tag.results"


@blueprint.get("/placeholder/tag/label")
def label() -> str:
    """Placeholder."""
    return "tag.label"


@blueprint.get("/placeholder/tag/download")
def download() -> str:
    """Placeholder."""
    return "tag.download"
