"""Placeholder: to be written."""

from flask import Blueprint

blueprint = Blueprint("review", __name__)


@blueprint.get("/placeholder/review/overview")
def overview() -> str:
    """Placeholder."""
    return "review.overview"


@blueprint.get("/placeholder/review/unit")
def unit() -> str:
    """Placeholder."""
    return "review.unit"


@blueprint.get("/placeholder/review/label")
def label() -> str:
    """Placeholder."""
    return "review.label"


@blueprint.get("/placeholder/review/undo")
def undo() -> str:
    """Placeholder."""
    return "review.undo"


@blueprint.get("/placeholder/review/log")
def log() -> str:
    """Placeholder."""
    return "review.log"


@blueprint.get("/placeholder/review/agreement")
def agreement() -> str:
    """Placeholder."""
    return "review.agreement"


@blueprint.get("/placeholder/review/conflicts")
def conflicts() -> str:
    """Placeholder."""
    return "review.conflicts"


@blueprint.get("/placeholder/review/settle")
def settle() -> str:
    """Placeholder."""
    return "review.settle"


@blueprint.get("/placeholder/review/draw_sample")
def draw_sample() -> str:
    """Placeholder."""
    return "review.draw_sample"
