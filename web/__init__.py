"""The web application of policy-themes: tag, review, theme mix, documents, model, codebook, and their JSON API.

>>> from web import create_app
"""

from web.application import create_app
from web.settings import WebSettings

__all__ = ["WebSettings", "create_app"]
