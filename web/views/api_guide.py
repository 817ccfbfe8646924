"""``/api``: the guide to the JSON API, made from its OpenAPI document."""

import json

from flask import Blueprint, render_template, request

from web.api.contract import contract
from web.api.document import PREFIX
from web.api.guide import guide_of, status_table
from web.api.openapi import access

blueprint = Blueprint("api_guide", __name__)

_PROBLEM = {
    "type": "about:blank",
    "title": "Bad Request",
    "status": 400,
    "detail": "body /texts/1: must be text",
    "errors": [{"in": "body", "pointer": "/texts/1", "detail": "must be text", "value": 5}],
}


@blueprint.get("/api")
def show() -> str:
    """Show every operation with a request to copy and an example of its answer."""
    who = access()
    address = request.host_url.rstrip("/")
    return render_template(
        "api_guide.html",
        topics=guide_of(contract().document(who), address),
        statuses=status_table(),
        problem=json.dumps(_PROBLEM, ensure_ascii=False, indent=2),
        access=who,
        address=address + PREFIX,
    )
