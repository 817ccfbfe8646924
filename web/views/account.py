"""``/log-in``, ``/log-out`` and ``/account``: an account's own password and tokens; the command line makes accounts."""

from collections.abc import Sequence
from typing import cast

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from web.account_tables import Token, User
from web.accounts import Person, begin_session, leave_session, person, safe_next
from web.errors import ForbiddenError, RequestError
from web.services import services
from web.store.log_ins import check_log_in
from web.store.users import LONGEST_PASSWORD, SHORTEST_PASSWORD, get_user, has_accounts, list_tokens, set_password
from web.store.users import make_token as make_token_for
from web.store.users import revoke_token as revoke_token_of

blueprint = Blueprint("account", __name__)


@blueprint.route("/log-in", methods=["GET", "POST"])
def log_in() -> Response:
    """Show the form, or log in and go on to where somebody wanted to go."""
    target = safe_next(request.values.get("next"))
    if request.method == "GET":
        if person().user_id is not None:
            return _go(target)
        with services().database.reading() as reading:
            nobody = not has_accounts(reading)
        return _log_in_page(target, nobody=nobody)
    name = request.form.get("name", "")
    try:
        user = _checked(name, request.form.get("password", ""))
    except RequestError as error:
        return _log_in_page(target, name, error)
    if user is None:
        return _log_in_page(target, name, RequestError("The name or the password is not right."), status=401)
    begin_session(user)
    return _go(target)


@blueprint.post("/log-out")
def log_out() -> Response:
    """End this session."""
    leave_session()
    return _go(url_for("tag.form"))


@blueprint.get("/account")
def tokens() -> Response:
    """Show the account, its tokens, and the forms to change them."""
    return _account_page()


@blueprint.post("/account/tokens")
def make_token() -> Response:
    """Make a token and show it this once."""
    own = _own_account()
    name = request.form.get("name", "")
    try:
        with services().database.writing() as writing:
            token = make_token_for(writing, _number(own), name)
    except RequestError as error:
        return _account_page(error=error, token_name=name)
    # Shown in the answer itself: kept for another page, it would stand somewhere in plain text.
    return _account_page(new_token=token)


@blueprint.post("/account/tokens/<int:token_id>/revoke")
def revoke_token(token_id: int) -> Response:
    """End a token."""
    own = _own_account()
    with services().database.writing() as writing:
        name = revoke_token_of(writing, _number(own), token_id).name
    flash(gettext("The token %(name)s does not work any more.", name=name), "good")
    return _go(url_for("account.tokens"))


@blueprint.post("/account/password")
def change_password() -> Response:
    """Set another password; every other session of this account ends."""
    own = _own_account()
    new = request.form.get("new_password", "")
    try:
        if new != request.form.get("new_password_again", ""):
            raise RequestError("The two new passwords differ; type the same one twice.")
        if _checked(own.name, request.form.get("password", "")) is None:
            raise RequestError("The present password is not right.")
        with services().database.writing() as writing:
            user = set_password(writing, own.name, new)
    except RequestError as error:
        return _account_page(error=error, at="password")
    begin_session(user)
    flash(gettext("Your password is changed; you are logged out everywhere else."), "good")
    return _go(url_for("account.tokens"))


def _checked(name: str, password: str) -> User | None:
    settings = services().settings
    return check_log_in(
        services().database,
        name,
        password,
        request.remote_addr or "",
        failures=settings.log_in_failures,
        minutes=settings.log_in_minutes,
    )


def _own_account() -> Person:
    """Return who asks, where that is a person with an account and not a program with a token."""
    own = person()
    if own.user_id is None:
        raise ForbiddenError("There are no accounts here yet; policy-themes users add makes one.")
    if own.by_token:
        raise ForbiddenError("A token may not change the account that it belongs to; log in with the password.")
    return own


def _number(own: Person) -> int:
    return cast(int, own.user_id)


def _log_in_page(
    target: str, name: str = "", error: RequestError | None = None, *, nobody: bool = False, status: int = 200
) -> Response:
    page = render_template("account/log_in.html", next=target, name=name, message=_said(error), typed=(), nobody=nobody)
    return _private(page, error, status)


def _account_page(
    *, error: RequestError | None = None, at: str = "tokens", token_name: str = "", new_token: str = ""
) -> Response:
    own = person()
    user: User | None = None
    found: Sequence[Token] = ()
    if own.user_id is not None:
        with services().database.reading() as reading:
            user, found = get_user(reading, own.name), list_tokens(reading, own.user_id)
    page = render_template(
        "account/account.html",
        user=user,
        tokens=found,
        message=_said(error),
        at=at,
        token_name=token_name,
        new_token=new_token,
        shortest=SHORTEST_PASSWORD,
        longest=LONGEST_PASSWORD,
    )
    return _private(page, error)


def _private(page: str, error: RequestError | None, status: int = 200) -> Response:
    """Answer with a page that no browser keeps."""
    answer = make_response(page, error.status if error is not None and status == 200 else status)
    answer.headers["Cache-Control"] = "no-store"
    if error is not None and "seconds" in error.values:
        answer.headers["Retry-After"] = str(error.values["seconds"])
    return answer


def _said(error: RequestError | None) -> str:
    if error is None:
        return ""
    message = str(gettext(error.message))
    return message.format(**error.values) if error.values else message


def _go(target: str) -> Response:
    return cast(Response, redirect(target, 303))
