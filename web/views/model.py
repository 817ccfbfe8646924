"""Placeholder: to be written."""

from flask import Blueprint

blueprint = Blueprint("model", __name__)


@blueprint.get("/placeholder/model/card")
def card() -> str:
    """Placeholder."""
    return "model.card"


@blueprint.get("/placeholder/model/job")
def job() -> str:
    """Placeholder."""
    return "model.job"


@blueprint.get("/placeholder/model/retrain")
def retrain() -> str:
    """Placeholder."""
    return "model.retrain"


@blueprint.get("/placeholder/model/promote")
def promote() -> str:
    """Placeholder."""
    return "model.promote"
