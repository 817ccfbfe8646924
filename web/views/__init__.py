"""The pages: each view parses a request, calls the store or the library, and shows the answer."""

from flask import Blueprint

from web.views import account, api_guide, codebook, compare, documents, health, mix, model, review, snapshots, tag


def blueprints() -> list[Blueprint]:
    """Return every blueprint of the application."""
    from web.api import api

    pages = (health, account, tag, mix, compare, snapshots, review, documents, model, codebook, api_guide)
    return [*(page.blueprint for page in pages), api]
