"""Placeholder: to be written."""

from flask import Blueprint

blueprint = Blueprint("codebook", __name__)


@blueprint.get("/placeholder/codebook/show")
def show() -> str:
    """Placeholder."""
    return "codebook.show"
