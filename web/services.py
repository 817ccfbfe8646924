"""What a running application shares between its requests: settings, database, the model in use, the corpus."""

from dataclasses import dataclass, field

from flask import Flask, current_app

from web.database import Database
from web.settings import WebSettings
from web.store.corpus import CorpusCache
from web.store.models import ModelInUse

_NAME = "policy-themes"


@dataclass(frozen=True)
class Services:
    """One of each for an application."""

    settings: WebSettings
    database: Database
    models: ModelInUse
    corpus: CorpusCache = field(default_factory=CorpusCache)


def attach(app: Flask, services: Services) -> None:
    """Give an application its services."""
    app.extensions[_NAME] = services


def services_of(app: Flask) -> Services:
    """Return the services of an application."""
    found: Services = app.extensions[_NAME]
    return found


def services() -> Services:
    """Return the services of the application that handles this request."""
    return services_of(current_app)
