"""``/healthz``: whether the server can do its work."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from web.services import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer ok where the database can be read and a model is in use; the error handler answers 503 otherwise."""
    with services().database.reading() as session:
        session.execute(text("SELECT 1"))
    return jsonify(status="ok", model=services().models.get().model.identity)
