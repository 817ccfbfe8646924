"""Accounts: argon2 password hashes, roles, tokens for scripts, and failed log-ins that make a name wait."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from web.errors import NotFoundError, RequestError, TooManyError
from web.permissions import ROLES
from web.store.revisions import now
from web.tables import LogInFailure, Token, User

SHORTEST_PASSWORD = 10
_NAME = re.compile(r"[\w.@-]{1,64}")
_HASHER = PasswordHasher()
# Checked where a name is unknown, so that an answer takes as long as for a known one.
_NOBODYS_HASH = _HASHER.hash(secrets.token_hex(16))
_TOKEN_PREFIX = "pt_"


def has_accounts(session: Session) -> bool:
    """Tell whether anyone has an account; from then on, writing needs one."""
    return session.scalar(select(User.id).limit(1)) is not None


def list_users(session: Session) -> Sequence[User]:
    """Return all accounts by name."""
    return session.scalars(select(User).order_by(User.name)).all()


def add_user(session: Session, name: str, password: str, role: str) -> User:
    """Make an account; RequestError says what is wrong with its name, password or role."""
    if not _NAME.fullmatch(name):
        raise RequestError("The name {name} is not allowed; use up to 64 letters, digits, or . _ @ -", name=repr(name))
    if role not in ROLES:
        raise RequestError("The role {role} is unknown; use one of: {allowed}", role=repr(role), allowed=", ".join(ROLES))
    if session.scalar(select(User.id).where(User.name == name)) is not None:
        raise RequestError("There is an account {name} already; choose another name.", name=name)
    user = User(name=name, password=hashed(password), role=role, made_at=now(), disabled=False)
    session.add(user)
    session.flush()
    return user


def hashed(password: str) -> str:
    """Return the argon2 hash of a password; RequestError where it is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise RequestError("The password is too short; use {least} characters or more.", least=SHORTEST_PASSWORD)
    return _HASHER.hash(password)


def set_password(session: Session, name: str, password: str) -> None:
    """Give an account another password; its sessions elsewhere end."""
    get_user(session, name).password = hashed(password)


def disable_user(session: Session, name: str) -> None:
    """Close an account: no log-in, no token of it works any more; its labels stay."""
    get_user(session, name).disabled = True


def get_user(session: Session, name: str) -> User:
    """Return an account by name; NotFoundError where there is none."""
    user = session.scalar(select(User).where(User.name == name))
    if user is None:
        raise NotFoundError("There is no account {name}.", name=name)
    return user


def check_log_in(session: Session, name: str, password: str, address: str, *, failures: int, minutes: int) -> User | None:
    """Return the account where the password is right, else None, and note the failure.

    Raises TooManyError after ``failures`` failed attempts for the name or the address within ``minutes``.
    """
    since = now() - timedelta(minutes=minutes)
    session.execute(delete(LogInFailure).where(LogInFailure.at < since))
    for column, value in ((LogInFailure.name, name), (LogInFailure.address, address)):
        count, oldest = session.execute(select(func.count(), func.min(LogInFailure.at)).where(column == value)).one()
        if count >= failures * (1 if column is LogInFailure.name else 4):
            wait = (oldest + timedelta(minutes=minutes) - now()).total_seconds() if oldest else minutes * 60
            raise TooManyError("Too many failed attempts; try again in {seconds} seconds.", seconds=max(1, round(wait)))
    user = session.scalar(select(User).where(User.name == name))
    if _matches(user.password if user else _NOBODYS_HASH, password) and user is not None and not user.disabled:
        session.execute(delete(LogInFailure).where(LogInFailure.name == name))
        return user
    session.add(LogInFailure(name=name[:64], address=address[:64], at=now()))
    return None


def make_token(session: Session, user_id: int, name: str) -> str:
    """Make a token and return it; it cannot be shown again, only its digest is kept."""
    token = _TOKEN_PREFIX + secrets.token_urlsafe(32)
    session.add(Token(user_id=user_id, name=name.strip()[:64] or "token", digest=_digest(token), made_at=now()))
    return token


def list_tokens(session: Session, user_id: int) -> Sequence[Token]:
    """Return an account's tokens that still work."""
    query = select(Token).where(Token.user_id == user_id, Token.revoked_at.is_(None)).order_by(Token.id)
    return session.scalars(query).all()


def revoke_token(session: Session, user_id: int, token_id: int) -> None:
    """End one of an account's own tokens."""
    token = session.scalar(select(Token).where(Token.id == token_id, Token.user_id == user_id))
    if token is None:
        raise NotFoundError("There is no such token.")
    token.revoked_at = now()


def user_of_token(session: Session, token: str) -> User | None:
    """Return whose token this is, or None where it is unknown, revoked, or its account closed."""
    query = (
        select(User)
        .join(Token, Token.user_id == User.id)
        .where(Token.digest == _digest(token), Token.revoked_at.is_(None), User.disabled.is_(False))
    )
    return session.scalar(query)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _matches(hash_: str, password: str) -> bool:
    try:
        return _HASHER.verify(hash_, password)
    except (VerificationError, InvalidHashError):
        return False
