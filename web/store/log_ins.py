"""Log-ins: the check of a name and password, and the count of failures that makes guessing slow."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from web.account_tables import LogInFailure, User
from web.addresses import counted_address
from web.database import Database
from web.errors import TooManyError
from web.store.revisions import now
from web.store.users import matching_user, plain_name

# Many people may share one address, and one person may come from several.
_MORE_IN_ALL = 4


def check_log_in(database: Database, name: str, password: str, address: str, *, failures: int, minutes: int) -> User | None:
    """Return the account whose name and password these are, else None.

    Raises TooManyError where there were ``failures`` within ``minutes`` for this name from this address, or four times as
    many for the name from anywhere, or from the address with any names.

    An attempt is written down, in a transaction of its own, before its password is looked at, and struck out where that is
    right: so attempts at the same time all count, and no error afterwards takes one back. Hashing happens outside of any
    transaction, so that log-ins do not keep others from writing.
    """
    name = plain_name(name)
    marks = {"name": _mark(name), "address": counted_address(address)}
    period = timedelta(minutes=minutes)
    with database.writing() as session:
        # From beyond the period come only those of before the clock was set back: they must not count for as long as that.
        session.execute(delete(LogInFailure).where(or_(LogInFailure.at < now() - period, LogInFailure.at > now() + period)))
        attempt = LogInFailure(**marks, at=now())
        session.add(attempt)
    with database.reading() as session:
        held_since = _held_since(session, attempt, failures)
        user = session.scalar(select(User).where(User.name == name)) if "\0" not in name else None
    if held_since is not None:
        _strike_out(database, LogInFailure.id == attempt.id)  # Those who wait must not wait longer for having asked.
        wait = (held_since + period - now()).total_seconds()
        raise TooManyError("Too many failed attempts; try again in {seconds} seconds.", seconds=max(1, round(wait)))
    found = matching_user(user, password)
    if found is not None:
        _strike_out(database, LogInFailure.name == marks["name"], LogInFailure.address == marks["address"])
    return found


def _held_since(session: Session, attempt: LogInFailure, failures: int) -> datetime | None:
    """Return the oldest failure that still holds this attempt up, or None where there are too few."""
    by_name, by_address = LogInFailure.name == attempt.name, LogInFailure.address == attempt.address
    held = []
    for conditions, most in (
        ((by_name, by_address), failures),
        ((by_name,), failures * _MORE_IN_ALL),
        ((by_address,), failures * _MORE_IN_ALL),
    ):
        query = select(LogInFailure.at).where(*conditions, LogInFailure.id != attempt.id)
        held.append(session.scalar(query.order_by(LogInFailure.at.desc()).offset(most - 1).limit(1)))
    return max((moment for moment in held if moment is not None), default=None)


def _strike_out(database: Database, *conditions: ColumnElement[bool]) -> None:
    with database.writing() as session:
        session.execute(delete(LogInFailure).where(*conditions))


def _mark(name: str) -> str:
    # Not the name itself: people type their password into the wrong field.
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
