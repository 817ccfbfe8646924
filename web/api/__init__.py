"""Placeholder: to be written."""

from flask import Blueprint

api = Blueprint("api", __name__)


@api.get("/placeholder/api/classify")
def classify() -> str:
    """Placeholder."""
    return "api.classify"


@api.get("/placeholder/api/mix")
def mix() -> str:
    """Placeholder."""
    return "api.mix"


@api.get("/placeholder/api/paragraphs")
def paragraphs() -> str:
    """Placeholder."""
    return "api.paragraphs"


@api.get("/placeholder/api/list_documents")
def list_documents() -> str:
    """Placeholder."""
    return "api.list_documents"


@api.get("/placeholder/api/add_document")
def add_document() -> str:
    """Placeholder."""
    return "api.add_document"


@api.get("/placeholder/api/document")
def document() -> str:
    """Placeholder."""
    return "api.document"


@api.get("/placeholder/api/delete_document")
def delete_document() -> str:
    """Placeholder."""
    return "api.delete_document"


@api.get("/placeholder/api/document_paragraphs")
def document_paragraphs() -> str:
    """Placeholder."""
    return "api.document_paragraphs"


@api.get("/placeholder/api/list_labels")
def list_labels() -> str:
    """Placeholder."""
    return "api.list_labels"


@api.get("/placeholder/api/add_label")
def add_label() -> str:
    """Placeholder."""
    return "api.add_label"


@api.get("/placeholder/api/review")
def review() -> str:
    """Placeholder."""
    return "api.review"


@api.get("/placeholder/api/agreement")
def agreement() -> str:
    """Placeholder."""
    return "api.agreement"


@api.get("/placeholder/api/codebook")
def codebook() -> str:
    """Placeholder."""
    return "api.codebook"


@api.get("/placeholder/api/model")
def model() -> str:
    """Placeholder."""
    return "api.model"


@api.get("/placeholder/api/job")
def job() -> str:
    """Placeholder."""
    return "api.job"


@api.get("/placeholder/api/openapi")
def openapi() -> str:
    """Placeholder."""
    return "api.openapi"
