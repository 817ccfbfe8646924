"""Who is asking: the local annotator while there are no accounts, else a session or a token; and what they may do."""

import logging
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from time import time
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, make_response, redirect, render_template, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_babel import gettext
from flask_login import LoginManager, current_user, login_user, logout_user
from itsdangerous import BadSignature
from sqlalchemy.exc import SQLAlchemyError

from classifier import PolicyThemesError
from web.account_tables import User
from web.addresses import is_loopback, name_of_host
from web.errors import ForbiddenError
from web.permissions import ADMINISTER, ENDPOINTS, OPEN, READ, ROLES
from web.problems import problem, typed_text
from web.services import services
from web.store.ended_sessions import end_session, is_ended
from web.store.users import has_accounts, password_stamp, user_of_token

LOCAL_ANNOTATOR = "local"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# With one of these, a proxy speaks for somebody else, who may be anywhere.
_HANDED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via")
_NOT_IN_A_PATH = re.compile(r"[\x00-\x20\x7f\\]")
_SINCE = "since"
_KEY = "key"
_log = logging.getLogger("policy-themes")


class UnknownEndpointsError(RuntimeError):
    """Some endpoints have no entry in `web.permissions.ENDPOINTS`, or the other way round."""


class LogInNeededError(ForbiddenError):
    """Nobody is logged in, and this asks for someone."""

    status = 401


class TokenRefusedError(LogInNeededError):
    """A token was sent that does not work."""


class Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, which over https is never sent without it."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of the cookie; an empty one, without making ready to check signatures, where there is none.

        Its age is looked at where somebody is logged in: a cookie that seems to come from the future, because the clock was
        set back, must not log anybody out.
        """
        cookie = request.cookies.get(self.get_cookie_name(app)) if "HTTP_COOKIE" in request.environ else None
        serializer = self.get_signing_serializer(app) if cookie else None
        if cookie is None or serializer is None:
            return self.session_class()
        try:
            return self.session_class(serializer.loads(cookie))
        except BadSignature:
            return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set or remove the cookie; most requests leave an empty session as it was."""
        if session or session.modified or session.accessed:
            super().save_session(app, session, response)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Tell whether the cookie is for https only: where it is set over https."""
        return request.is_secure


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
    return Person(user.name, user.role, user.id, password_stamp(user), by_token)


def person() -> Person:
    """Return who is asking."""
    if "person" not in g:
        g.person = STRANGER  # The page that shows an error in finding out is shown to a stranger.
        g.person = _find_person()
    return cast(Person, g.person)


def may(permission: str) -> bool:
    """Tell whether the one who asks may do what needs this permission."""
    if permission == READ and not services().settings.private:
        if "Authorization" in request.headers:
            person()  # A token that is sent has to work, also where none is needed.
        return True  # Without looking anyone up: most requests are of this kind.
    return person().may(permission)


def begin_session(user: User) -> None:
    """Log an account in: under a session of its own, so that nothing of the one before has a meaning in it."""
    session.clear()
    session.permanent = True
    session[_SINCE] = int(time())
    session[_KEY] = secrets.token_urlsafe(16)
    g.person = person_of(user)
    login_user(g.person)


def leave_session() -> None:
    """Log out: the session is empty, and its cookie of before is nobody's, also for those who have a copy."""
    key = session.get(_KEY, "")
    logout_user()
    session.clear()
    if key:
        with services().database.writing() as writing:
            end_session(writing, key, days=services().settings.session_days)


def guard_accounts(app: Flask) -> None:
    """Check every request: its origin, who asks, and whether they may; call this when all blueprints are registered."""
    listed, existing = set(ENDPOINTS), set(app.view_functions)
    if listed != existing:
        raise UnknownEndpointsError(
            f"without an entry: {sorted(existing - listed)}; without a view: {sorted(listed - existing)}"
        )
    app.session_interface = Sessions()
    # Without Flask-Login's own variable in templates: it would ask the database, also on the page that says it is down.
    manager = LoginManager(app, add_context_processor=False)
    # Sessions are not bound to an address: laptops change theirs, and what was typed would be lost with the session.
    manager.session_protection = None
    manager.anonymous_user = lambda: STRANGER
    manager.user_loader(_load_user)
    app.before_request(_check_request)
    app.register_error_handler(LogInNeededError, _ask_to_log_in)
    app.context_processor(lambda: {"person": _shown_person(), "may": may, "ADMINISTER": ADMINISTER})


def safe_next(target: str | None) -> str:
    """Return a path of this server to go to after a log-in; anything else becomes the first page."""
    first_page = url_for("tag.form")
    # Browsers drop control characters and take a backslash for a slash: neither stands in an address of this server.
    if not target or _NOT_IN_A_PATH.search(target):
        return first_page
    try:
        parts = urlsplit(target)
    except ValueError:
        return first_page
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith("//"):
        return first_page
    if parts.path == url_for("account.log_in"):
        return first_page
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def page_before() -> str:
    """Return the path of this server's page from which this request was sent, as far as the browser says so."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:
        return safe_next(None)
    return safe_next(f"{parts.path}?{parts.query}" if parts.netloc == request.host else None)


def comes_from_this_machine() -> bool:
    """Tell whether somebody at this machine sends the request, as far as can be seen: by address, host and headers."""
    return (
        is_loopback(request.remote_addr or "")
        and is_loopback(name_of_host(request.host))
        and not any(name in request.headers for name in _HANDED_ON)
    )


def _find_person() -> Person:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    database = services().database
    if scheme.lower() == "bearer":
        user = user_of_token(database, token.strip())
        if user is None:
            raise TokenRefusedError("This token is not valid; make a new one under your account.")
        return person_of(user, by_token=True)
    with database.reading() as reading:
        if not has_accounts(reading):
            return Person(LOCAL_ANNOTATOR, "administrator") if comes_from_this_machine() else STRANGER
    return cast(Person, current_user._get_current_object())


def _shown_person() -> Person:
    """Return who is asking for a template; where the database is down, its page must be shown all the same."""
    try:
        return person()
    except (PolicyThemesError, SQLAlchemyError):
        return STRANGER


def _load_user(kept: str) -> Person | None:
    number, _, stamp = kept.partition(":")
    lifetime = timedelta(days=services().settings.session_days).total_seconds()
    key = session.get(_KEY, "")
    if not key or not number.isdecimal() or time() - session.get(_SINCE, 0) > lifetime:
        return None
    with services().database.reading() as reading:
        user = None if is_ended(reading, key) else reading.get(User, int(number))
        if user is None or user.disabled or password_stamp(user) != stamp:
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
        raise ForbiddenError("Your account may not do this; ask an administrator.")
    if request.blueprint == "api":
        raise LogInNeededError("Log in, or send a token: Authorization: Bearer TOKEN")
    if request.method in _SAFE_METHODS:
        return cast(Response, redirect(url_for("account.log_in", next=safe_next(request.full_path.rstrip("?")))))
    raise LogInNeededError("Log in first, then send it again.")


def _ask_to_log_in(error: LogInNeededError) -> Response:
    """Answer with a problem, or with the log-in form and what was typed, which a redirect would lose."""
    if request.path.startswith("/api/v1/"):
        answer = problem(error.status, str(error))
    else:
        page = render_template(
            "account/log_in.html",
            next=page_before(),
            name="",
            message=gettext(error.message),
            typed=typed_text(),
            nobody=False,
        )
        answer = make_response(page, error.status)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _refuse_other_sites() -> None:
    """Refuse writes that a browser sends for another site; it does not send a token by itself, as it does a password."""
    scheme = request.headers.get("Authorization", "").partition(" ")[0]
    if request.method in _SAFE_METHODS or scheme.lower() == "bearer":
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = site not in (None, "same-origin", "none") or (origin is not None and not _is_own(origin))
    if foreign:
        _log.warning("refused a request to %s that came from another site", request.endpoint)
        raise ForbiddenError("This request came from another site and was refused; open the page here and try again.")


def _is_own(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    # Where this server speaks https, a page of its own name that came without may have been written by anybody on the way.
    return parts.netloc == request.host and (parts.scheme == "https" or not request.is_secure)
