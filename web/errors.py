"""The web application's branch of the one family of errors.

PolicyThemesError (classifier)
├── ServingError       the server cannot listen where it was told to
├── StorageError       the database cannot be reached, read or written: 503
├── BackupError        a backup cannot be made, trusted or restored
└── RequestError       what a user asked for cannot be done: 400, or the ``status`` of the class
    ├── NotFoundError     404
    ├── ForbiddenError    403
    ├── ConflictError     409
    ├── TooManyError      429
    └── NoRoomError       507

A `RequestError` carries an English message with ``{placeholders}``, so that pages can show it in the user's language.
"""

from typing import Any

from classifier import PolicyThemesError


class ServingError(PolicyThemesError):
    """The server cannot listen where it was told to."""


class StorageError(PolicyThemesError):
    """The database cannot be reached, read or written."""


class BackupError(PolicyThemesError):
    """A backup cannot be made, is damaged or foreign, or may not be restored here."""


class RequestError(PolicyThemesError):
    """What a user asked for cannot be done; ``message`` is translated with ``values`` before it is shown."""

    status = 400

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message.format(**values) if values else message)
        self.message = message
        self.values = values


class NotFoundError(RequestError):
    """There is no such thing, or no longer."""

    status = 404


class ForbiddenError(RequestError):
    """The user may not do this."""

    status = 403


class ConflictError(RequestError):
    """What is stored already does not allow this."""

    status = 409


class TooManyError(RequestError):
    """Too many attempts; ``values["seconds"]`` says how long to wait."""

    status = 429


class NoRoomError(RequestError):
    """What was asked for is too large for the disk, or the data folder cannot be written to."""

    status = 507
