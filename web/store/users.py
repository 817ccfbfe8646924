"""Accounts: names, argon2 password hashes, roles, and tokens for scripts."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from web.account_tables import Token, User
from web.database import Database
from web.errors import ConflictError, NotFoundError, RequestError
from web.permissions import ROLES
from web.store.revisions import now

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1000  # Hashing takes its time for every character.
RESERVED_NAMES = ("local", "policy-themes", "settled")  # Who stands in the label log without an account.
_LEAST_DIFFERENT = 4
_NAME = re.compile(r"[\w.@-]{1,64}")
_HASHER = PasswordHasher()
# Checked where a name is unknown, so that an answer takes as long as for a known one.
_NOBODYS_HASH = _HASHER.hash(secrets.token_hex(16))
_TOKEN_PREFIX = "pt_"  # by this a token is known, what follows is secret  # nosec B105
_USE_NOTED_AFTER = timedelta(hours=12)


def has_accounts(session: Session) -> bool:
    """Tell whether there is any account, closed ones too; from then on, writing needs one."""
    return session.scalar(select(User.id).limit(1)) is not None


def list_users(session: Session) -> Sequence[User]:
    """Return all accounts by name."""
    return session.scalars(select(User).order_by(User.name)).all()


def plain_name(name: str) -> str:
    """Return a name as it is kept: without space around it, and with letters of one width.

    >>> plain_name(" ｗａｎｇ ")
    'wang'
    """
    return unicodedata.normalize("NFKC", name).strip()


def add_user(session: Session, name: str, password: str, role: str) -> User:
    """Make an account; RequestError says what is wrong with its name, password or role."""
    name = plain_name(name)
    if not _NAME.fullmatch(name):
        raise RequestError("The name {name} is not allowed; use up to 64 letters, digits, or . _ @ -", name=repr(name))
    if name.casefold() in RESERVED_NAMES:
        raise RequestError("The name {name} has a meaning of its own in the label log; choose another name.", name=name)
    _check_role(role)
    taken = {user.name.casefold(): user.name for user in list_users(session)}
    if name.casefold() in taken:
        raise RequestError("There is an account {name} already; choose another name.", name=taken[name.casefold()])
    user = User(name=name, password=hashed(password), role=role, made_at=now(), disabled=False)
    session.add(user)
    session.flush()
    return user


def hashed(password: str) -> str:
    """Return the argon2 hash of a password; RequestError where it is too short, too long, or hardly more than one key."""
    if len(password) < SHORTEST_PASSWORD:
        raise RequestError("The password is too short; use {least} characters or more.", least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise RequestError("The password is too long; use {most} characters or fewer.", most=LONGEST_PASSWORD)
    if len(set(password)) < _LEAST_DIFFERENT:
        raise RequestError("The password is too easy to guess; use {least} different characters.", least=_LEAST_DIFFERENT)
    try:
        return _HASHER.hash(password)
    except UnicodeEncodeError:
        raise RequestError("The password is not valid UTF-8; type it again, or save its file as UTF-8.") from None


def set_password(session: Session, name: str, password: str) -> User:
    """Give an account another password; its sessions end."""
    user = get_user(session, name)
    user.password = hashed(password)
    return user


def set_role(session: Session, name: str, role: str) -> None:
    """Give an account another role; it holds from the next request on."""
    _check_role(role)
    get_user(session, name).role = role


def set_disabled(session: Session, name: str, disabled: bool) -> None:
    """Close an account, or open it again: closed, no log-in and no token of it works; its labels stay."""
    get_user(session, name).disabled = disabled


def get_user(session: Session, name: str) -> User:
    """Return an account by name; NotFoundError where there is none."""
    user = session.scalar(select(User).where(User.name == plain_name(name))) if "\0" not in name else None
    if user is None:
        raise NotFoundError("There is no account {name}; policy-themes users list shows all.", name=repr(name))
    return user


def password_stamp(user: User) -> str:
    """Return what a session keeps of a password's hash: enough to tell another password, of no use for guessing it."""
    return hashlib.sha256(user.password.encode()).hexdigest()[:16]


def matching_user(user: User | None, password: str) -> User | None:
    """Return the account where it is open and the password is its own; an unknown account takes as long to refuse."""
    # A password longer than any that could be set is not hashed: that would only cost time.
    right = len(password) <= LONGEST_PASSWORD and _matches(user.password if user else _NOBODYS_HASH, password)
    return user if right and user is not None and not user.disabled else None


def make_token(session: Session, user_id: int, name: str) -> str:
    """Make a token and return it; it cannot be shown again, only its digest is kept."""
    name = " ".join(name.replace("\0", " ").split())
    if not 1 <= len(name) <= 64:
        raise RequestError("A token needs a name of 1 to 64 characters, such as what will use it.")
    if any(token.name == name for token in list_tokens(session, user_id)):
        raise ConflictError("You have a token {name} already; choose another name, or revoke that one first.", name=name)
    token = _TOKEN_PREFIX + secrets.token_urlsafe(32)
    session.add(Token(user_id=user_id, name=name, digest=_digest(token), made_at=now()))
    session.flush()
    return token


def list_tokens(session: Session, user_id: int) -> Sequence[Token]:
    """Return an account's tokens that still work."""
    query = select(Token).where(Token.user_id == user_id, Token.revoked_at.is_(None)).order_by(Token.id)
    return session.scalars(query).all()


def revoke_token(session: Session, user_id: int, token_id: int) -> Token:
    """End one of an account's own tokens; one that has ended stays so."""
    token = session.scalar(select(Token).where(Token.id == token_id, Token.user_id == user_id))
    if token is None:
        raise NotFoundError("There is no such token.")
    token.revoked_at = token.revoked_at or now()
    return token


def user_of_token(database: Database, text: str) -> User | None:
    """Return whose token this is, or None where it is unknown, revoked, or its account closed; its use is noted."""
    query = (
        select(User, Token)
        .join(Token, Token.user_id == User.id)
        .where(Token.digest == _digest(text), Token.revoked_at.is_(None), User.disabled.is_(False))
    )
    with database.reading() as session:
        found = session.execute(query).one_or_none()
    if found is None:
        return None
    user, token = found
    if token.used_at is None or now() - token.used_at > _USE_NOTED_AFTER:
        _note_use(database, token.id)
    return user


def _note_use(database: Database, token_id: int) -> None:
    try:
        with database.writing() as session:
            session.get_one(Token, token_id).used_at = now()
    except SQLAlchemyError:
        pass  # Only a note; a request that reads must not fail because somebody else is writing.


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise RequestError("The role {role} is unknown; use one of: {allowed}", role=repr(role), allowed=", ".join(ROLES))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _matches(hash_: str, password: str) -> bool:
    try:
        return _HASHER.verify(hash_, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
