"""Placeholder: to be written."""

from flask import Blueprint

blueprint = Blueprint("api_guide", __name__)


@blueprint.get("/placeholder/api_guide/show")
def show() -> str:
    """Placeholder."""
    return "api_guide.show"
