"""The web application of policy-themes: tag, review, theme mix, documents, model, codebook, and their JSON API.

>>> from web import WebSettings, create_app

Both are imported when they are first used, so that a part of the application can be used without all of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from web.application import create_app
    from web.settings import WebSettings

_MODULE_OF = {"create_app": "web.application", "WebSettings": "web.settings"}

__all__ = ["WebSettings", "create_app"]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'web' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_MODULE_OF[name]), name)
