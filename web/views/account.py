"""Placeholder: to be written."""

from flask import Blueprint

blueprint = Blueprint("account", __name__)


@blueprint.get("/placeholder/account/log_in")
def log_in() -> str:
    """Placeholder."""
    return "account.log_in"


@blueprint.get("/placeholder/account/log_out")
def log_out() -> str:
    """Placeholder."""
    return "account.log_out"


@blueprint.get("/placeholder/account/tokens")
def tokens() -> str:
    """Placeholder."""
    return "account.tokens"


@blueprint.get("/placeholder/account/make_token")
def make_token() -> str:
    """Placeholder."""
    return "account.make_token"


@blueprint.get("/placeholder/account/revoke_token")
def revoke_token() -> str:
    """Placeholder."""
    return "account.revoke_token"


@blueprint.get("/placeholder/account/change_password")
def change_password() -> str:
    """Placeholder."""
    return "account.change_password"
