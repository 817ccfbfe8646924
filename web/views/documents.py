"""Placeholder: to be written."""

from flask import Blueprint

blueprint = Blueprint("documents", __name__)


@blueprint.get("/placeholder/documents/overview")
def overview() -> str:
    """Placeholder."""
    return "documents.overview"


@blueprint.get("/placeholder/documents/show")
def show() -> str:
    """Placeholder."""
    return "documents.show"


@blueprint.get("/placeholder/documents/upload")
def upload() -> str:
    """Placeholder."""
    return "documents.upload"


@blueprint.get("/placeholder/documents/preview")
def preview() -> str:
    """Placeholder."""
    return "documents.preview"


@blueprint.get("/placeholder/documents/keep")
def keep() -> str:
    """Placeholder."""
    return "documents.keep"


@blueprint.get("/placeholder/documents/discard")
def discard() -> str:
    """Placeholder."""
    return "documents.discard"


@blueprint.get("/placeholder/documents/change")
def change() -> str:
    """Placeholder."""
    return "documents.change"


@blueprint.get("/placeholder/documents/delete")
def delete() -> str:
    """Placeholder."""
    return "documents.delete"
