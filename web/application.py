"""Make the application: open what it stores, register its pages, guard every request."""

import os
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from classifier import VERSION, Model, load_model
from web.accounts import guard_accounts
from web.api.short_way import take_short_way
from web.database import Database
from web.errors import StorageError
from web.headers import SECURITY_HEADERS, HeaderGuard
from web.hosts import HostGuard
from web.json_answers import JsonAnswers
from web.language import speak
from web.limits import limit_requests
from web.problems import answer_errors
from web.services import Services, attach
from web.settings import KEY_FILE, WebSettings
from web.store.copies import group_copies
from web.store.models import start_with_a_model
from web.store.seeding import import_seeds
from web.views import blueprints

_KEY_BYTES = 32
_KEY_TRIES = 20


class Application(Flask):
    """A Flask application of plain functions, whose JSON is written quickly."""

    json_provider_class = JsonAnswers

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view or hook as it is: none of them is a coroutine, and to ask each of them each time takes its time."""
        return func


def create_app(settings: WebSettings | None = None, *, shipped: Callable[[], Model] = load_model) -> Flask:
    """Make the application with its database brought up to date, a model in use and, at the first start, the seeds.

    ``shipped`` gives the model that is in use until people promote one of their own; at the first start it is trained.

    Raises StorageError where the database or the data folder cannot be used.
    """
    settings = settings or WebSettings()
    app = Application(__name__)
    database = Database(settings.database_url)
    database.upgrade()
    with database.writing() as session:
        group_copies(session)  # Of a database from before there were groups; later ones are kept as documents come.
    services = Services(settings, database, start_with_a_model(database, settings.data_folder, shipped))
    if settings.import_seeds:
        import_seeds(database, services.models.get())
    attach(app, services)
    app.config.update(
        SECRET_KEY=secret_key(settings.data_folder),
        SESSION_COOKIE_NAME="policy_themes",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.session_days),
        WTF_CSRF_TIME_LIMIT=None,  # As long as the session: a page left open over lunch still works.
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    limit_requests(app, settings)
    speak(app)
    protection = CSRFProtect(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
        if blueprint.name == "api":
            protection.exempt(blueprint)  # Guarded by the origin check and by taking nothing but JSON and files.
    guard_accounts(app)
    answer_errors(app)
    app.context_processor(lambda: {"version": VERSION})
    app.wsgi_app = _guarded(take_short_way(app), settings)  # type: ignore[method-assign]
    return app


def _guarded(program: Callable[..., Any], settings: WebSettings) -> HostGuard:
    return HostGuard(HeaderGuard(program), settings, SECURITY_HEADERS)


def secret_key(data_folder: Path) -> bytes:
    """Return the key that signs sessions, made on first use and readable by its owner alone."""
    path = data_folder / KEY_FILE
    try:
        data_folder.mkdir(parents=True, exist_ok=True)
        with open(path, "xb", opener=_for_owner_alone) as stream:
            stream.write(secrets.token_bytes(_KEY_BYTES))
    except FileExistsError:
        pass
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}; give a data folder that can be written to") from None
    try:
        path.chmod(0o600)  # Also after it came back from a backup.
        key = path.read_bytes()
        for _ in range(_KEY_TRIES):
            if len(key) < _KEY_BYTES:
                sleep(0.05)  # Another server may be writing it just now.
                key = path.read_bytes()
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}; it must belong to the user who runs the server") from None
    if len(key) < _KEY_BYTES:
        raise StorageError(
            f"{path}: {len(key)} bytes, but a key has {_KEY_BYTES}; remove the file, so that a new one is made"
        )
    return key


def _for_owner_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
