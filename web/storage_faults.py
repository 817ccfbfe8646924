"""What is wrong with a database that does not do its work, told by its driver's error, and what people can do about it."""

import sqlite3
from dataclasses import dataclass

N_ = str  # Marks a text that is translated when it is shown.


@dataclass(frozen=True)
class StorageFault:
    """A fault in words: what is wrong, and what to do."""

    message: str
    advice: str


FULL = StorageFault(
    N_("The disk of the database is full or does not work. Nothing was lost or half done."),
    N_("Tell an administrator, who makes room on it; then send it again."),
)
READ_ONLY = StorageFault(
    N_("The server may not write to its database just now. Nothing was lost or half done."),
    N_("Tell an administrator, who lets the server write to its data folder again; then send it again."),
)
DAMAGED = StorageFault(
    N_("The database is damaged. It was left as it is, and nothing is written to it."),
    N_(
        "Tell an administrator: stop the server, delete nothing, and put the latest backup in its place with "
        "policy-themes restore BACKUP --replace."
    ),
)
LOCKED = StorageFault(
    N_("Another program holds the database just now. Nothing was lost or half done."),
    N_("Wait a moment and send it again. Tell an administrator if this stays."),
)
AWAY = StorageFault(
    N_("The database does not answer just now. Nothing was lost or half done."),
    N_("Wait a moment and send it again. Tell an administrator if this stays."),
)

_OF_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: READ_ONLY,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
}
# Appendix A of PostgreSQL's manual: the first are classes of codes, the last two whole codes.
_OF_POSTGRESQL = {"53": FULL, "58": FULL, "XX001": DAMAGED, "XX002": DAMAGED, "25006": READ_ONLY, "55P03": LOCKED}
# After these, a connection to SQLite stays what it is, such as read-only, also when the fault is gone.
_STAYS_WITH_A_CONNECTION = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CANTOPEN,
)


def fault_of(error: Exception) -> StorageFault:
    """Return what is wrong, from an error of SQLAlchemy, of its driver, or of this application.

    >>> fault_of(ValueError()) is AWAY
    True
    """
    cause = getattr(error, "orig", None) or error
    state = str(getattr(cause, "sqlstate", None) or "")
    found = _OF_SQLITE.get(_primary_code(cause)) or _OF_POSTGRESQL.get(state) or _OF_POSTGRESQL.get(state[:2])
    return found or AWAY


def stays_with_a_connection(error: BaseException) -> bool:
    """Tell whether a connection to SQLite that met this error has to be opened anew to be of use again."""
    return _primary_code(error) in _STAYS_WITH_A_CONNECTION


def _primary_code(error: BaseException) -> int:
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
