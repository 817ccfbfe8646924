"""Who is asking: the local annotator while there are no accounts, else a session or a token; and what they may do."""

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, Response, g, redirect, request, url_for
from flask_babel import gettext
from flask_login import LoginManager, current_user

from web.errors import ForbiddenError
from web.permissions import ADMINISTER, ENDPOINTS, OPEN, READ, ROLES
from web.services import services
from web.store.users import has_accounts, user_of_token
from web.tables import User

LOCAL_ANNOTATOR = "local"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class UnknownEndpointsError(RuntimeError):
    """Some endpoints have no entry in `web.permissions.ENDPOINTS`, or the other way round."""


class TokenRefusedError(ForbiddenError):
    """A token was sent that does not work."""

    status = 401


class LogInNeededError(ForbiddenError):
    """Nobody is logged in, and this asks for someone."""

    status = 401


@dataclass(frozen=True)
class Person:
    """Who is asking; ``user_id`` is None for the local annotator and for strangers."""

    name: str
    role: str
    user_id: int | None = None
    stamp: str = ""
    by_token: bool = False
    is_active: bool = True
    is_authenticated: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """Return what a session keeps: another password ends the sessions of the one before."""
        return f"{self.user_id}:{self.stamp}"

    def may(self, permission: str) -> bool:
        """Tell whether this person's role has a permission."""
        return permission == OPEN or permission in ROLES.get(self.role, frozenset())


STRANGER = Person("", "", is_active=False, is_authenticated=False, is_anonymous=True)


def person_of(user: User, *, by_token: bool = False) -> Person:
    """Make the person of an account."""
    return Person(user.name, user.role, user.id, user.password[-12:], by_token)


def person() -> Person:
    """Return who is asking."""
    if "person" not in g:
        g.person = _find_person()
    return cast(Person, g.person)


def may(permission: str) -> bool:
    """Tell whether the one who asks may do what needs this permission."""
    asking = person()
    if permission == READ and not services().settings.private:
        return True
    return asking.may(permission)


def guard_accounts(app: Flask) -> None:
    """Check every request: its origin, who asks, and whether they may; call this when all blueprints are registered."""
    listed, existing = set(ENDPOINTS), set(app.view_functions)
    if listed != existing:
        raise UnknownEndpointsError(
            f"without an entry: {sorted(existing - listed)}; without a view: {sorted(listed - existing)}"
        )
    manager = LoginManager(app)
    manager.session_protection = "strong"
    manager.anonymous_user = lambda: STRANGER
    manager.user_loader(_load_user)
    app.before_request(_check_request)
    app.context_processor(lambda: {"person": person(), "may": may, "ADMINISTER": ADMINISTER})


def safe_next(target: str | None) -> str:
    """Return a path of this server to go to after a log-in; anything else becomes the first page."""
    parts = urlsplit(target or "")
    path = parts.path
    if parts.scheme or parts.netloc or not path.startswith("/") or path[1:2] in ("/", "\\") or "\\" in path:
        return cast(str, url_for("tag.form"))
    return f"{path}?{parts.query}" if parts.query else path


def _find_person() -> Person:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    with services().database.reading() as session:
        if scheme.lower() == "bearer":
            user = user_of_token(session, token.strip())
            if user is None:
                raise TokenRefusedError("This token is not valid; make a new one under your account.")
            return person_of(user, by_token=True)
        if not has_accounts(session):
            return Person(LOCAL_ANNOTATOR, "administrator")
    return cast(Person, current_user._get_current_object())


def _load_user(kept: str) -> Person | None:
    number, _, stamp = kept.partition(":")
    with services().database.reading() as session:
        user = session.get(User, int(number)) if number.isdigit() else None
        if user is None or user.disabled or user.password[-12:] != stamp:
            return None
        return person_of(user)


def _check_request() -> Response | None:
    if request.endpoint is None:
        return None  # No such page: the error handler answers.
    _refuse_other_sites()
    permission = ENDPOINTS[request.endpoint]
    if permission == OPEN or may(permission):
        return None
    if person().is_authenticated:
        raise ForbiddenError(gettext("Your account may not do this; ask an administrator."))
    if request.blueprint == "api":
        raise LogInNeededError("Log in, or send a token: Authorization: Bearer TOKEN")
    going = request.full_path.rstrip("?") if request.method in _SAFE_METHODS else request.referrer
    return cast(Response, redirect(url_for("account.log_in", next=safe_next(going))))


def _refuse_other_sites() -> None:
    """Refuse writes that a browser sends for another site; a token in a header cannot be sent by one."""
    if request.method in _SAFE_METHODS or request.headers.get("Authorization"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = site not in (None, "same-origin", "none") or (origin is not None and urlsplit(origin).netloc != request.host)
    if foreign:
        raise ForbiddenError("This request came from another site and was refused; open the page here and try again.")
