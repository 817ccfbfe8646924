"""Accounts in the browser: logging in and out, what limits guessing, tokens, passwords, and who needs no account."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from application import services_of
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from web.account_tables import EndedSession, LogInFailure, Token, User
from web.addresses import counted_address
from web.errors import TooManyError
from web.store.log_ins import check_log_in
from web.store.revisions import now
from web.store.users import add_user, get_user, list_tokens, set_disabled, set_password, set_role

PASSWORD = "correct horse"
OTHER_PASSWORD = "battery staple"
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}

AsUser = Callable[..., FlaskClient]


@pytest.fixture
def wang(app: Flask) -> User:
    with services_of(app).database.writing() as session:
        return add_user(session, "wang", PASSWORD, "annotator")


def log_in(client: FlaskClient, name: str = "wang", password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/log-in", data={"name": name, "password": password, **more})


def failures(app: Flask) -> int:
    with services_of(app).database.reading() as session:
        return session.scalar(select(func.count()).select_from(LogInFailure)) or 0


def writes(client: FlaskClient) -> int:
    """Return the status of something that only an annotator may do."""
    return client.post("/review/undo", data={}).status_code


def logged_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


# Without accounts


def test_without_accounts_whoever_sits_at_the_machine_needs_none(client: FlaskClient) -> None:
    page = client.get("/account").text
    assert "policy-themes users add" in page and "local" in page
    assert "policy-themes users add" not in client.get("/log-in").text
    assert client.post("/account/tokens", data={"name": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("environment", "headers"),
    [
        (ELSEWHERE, {}),
        ({}, {"X-Forwarded-For": "192.0.2.7"}),
        ({}, {"Forwarded": "for=192.0.2.7"}),
        ({}, {"X-Real-Ip": "192.0.2.7"}),
        ({}, {"Via": "1.1 proxy"}),
    ],
)
def test_without_accounts_others_may_only_read(
    client: FlaskClient, environment: dict[str, str], headers: dict[str, str]
) -> None:
    assert client.get("/codebook", environ_overrides=environment, headers=headers).status_code == 200
    refused = client.get("/account", environ_overrides=environment, headers=headers)
    assert refused.status_code == 302 and refused.location.startswith("/log-in?")
    sent = client.post("/api/v1/documents", json={"text": "x"}, environ_overrides=environment, headers=headers)
    assert sent.status_code == 401 and sent.headers["WWW-Authenticate"] == "Bearer"
    page = client.get("/log-in", environ_overrides=environment, headers=headers).text
    assert "policy-themes users add NAME --role administrator" in page and "<form class" not in page


def test_the_first_account_ends_the_time_of_the_local_annotator(client: FlaskClient, app: Flask) -> None:
    assert client.post("/account/tokens").status_code == 403
    with services_of(app).database.writing() as session:
        add_user(session, "wang", PASSWORD, "viewer")
    assert client.post("/account/tokens").status_code == 401
    with services_of(app).database.writing() as session:
        set_disabled(session, "wang", True)
    assert client.post("/account/tokens").status_code == 401, "closing the last account must not open the server"


# Logging in


def test_a_log_in_leads_to_where_one_was_going(client: FlaskClient, wang: User) -> None:
    asked = client.get("/account?x=1")
    assert asked.status_code == 302 and asked.location == "/log-in?next=/account?x%3D1"
    page = client.get(asked.location).text
    assert 'name="next" value="/account?x=1"' in page
    answer = log_in(client, next="/account?x=1")
    assert (answer.status_code, answer.location) == (303, "/account?x=1")
    assert "wang" in client.get("/account").text
    again = client.get("/log-in?next=/codebook")
    assert (again.status_code, again.location) == (303, "/codebook")


@pytest.mark.parametrize(
    ("name", "password"),
    [("wang", "wrong password"), ("nobody", PASSWORD), ("wang", ""), ("", ""), ("wang", "x" * 100_000), ("a\0b", PASSWORD)],
)
def test_a_wrong_log_in_says_nothing_of_what_was_wrong_and_keeps_the_name(
    client: FlaskClient, wang: User, name: str, password: str
) -> None:
    answer = log_in(client, name, password)
    assert answer.status_code == 401 and answer.headers["Cache-Control"] == "no-store"
    page = answer.text
    assert "名称或密码不正确" in page or "The name or the password is not right." in page
    assert f'value="{name}"' in page or not name or "\0" in name
    assert password not in page or not password
    assert not logged_in(client)


def test_names_are_known_in_letters_of_any_width(client: FlaskClient, wang: User) -> None:
    assert log_in(client, " ｗａｎｇ ").status_code == 303


def test_a_log_in_begins_a_session_of_its_own(app: Flask, wang: User) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["csrf_token"] = "known to somebody else"
    log_in(client)
    with client.session_transaction() as session:
        assert "planted" not in session and session.get("csrf_token") != "known to somebody else"


def test_a_log_out_ends_the_session(client: FlaskClient, wang: User) -> None:
    log_in(client)
    answer = client.post("/log-out")
    assert (answer.status_code, answer.location) == (303, "/")
    assert not logged_in(client)
    assert client.get("/log-out").status_code == 405


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("policy_themes")
    assert cookie is not None
    return cookie.value


def test_a_copy_of_a_sessions_cookie_works_no_more_after_the_log_out(app: Flask, client: FlaskClient, wang: User) -> None:
    copies, elsewhere = app.test_client(), app.test_client()
    log_in(client)
    log_in(elsewhere)
    copied = cookie_of(client)
    copies.set_cookie("policy_themes", copied)
    assert logged_in(copies)
    client.post("/log-out")
    copies.set_cookie("policy_themes", copied)
    assert not logged_in(copies) and writes(copies) == 401
    assert logged_in(elsewhere), "a session elsewhere goes on"
    log_in(client)
    assert logged_in(client) and cookie_of(client) != copied


def test_logging_out_twice_and_without_a_session_is_no_error(client: FlaskClient, wang: User) -> None:
    log_in(client)
    assert [client.post("/log-out").status_code for _ in range(2)] == [303, 303]


def test_ended_sessions_are_forgotten_when_their_time_is_over(app: Flask, client: FlaskClient, wang: User) -> None:
    log_in(client)
    client.post("/log-out")
    with services_of(app).database.writing() as session:
        session.execute(update(EndedSession).values(at=now() - timedelta(days=15)))
    log_in(client)
    client.post("/log-out")
    with services_of(app).database.reading() as session:
        assert session.scalar(select(func.count()).select_from(EndedSession)) == 1


def test_a_session_ends_after_its_days_however_much_it_is_used(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    from time import time

    app = make_app(session_days=2)
    with services_of(app).database.writing() as session:
        add_user(session, "wang", PASSWORD, "annotator")
    client = app.test_client()
    log_in(client)
    for days, expected in ((1.9, True), (2.1, False)):
        monkeypatch.setattr("web.accounts.time", lambda days=days: time() + days * 86_400)
        assert logged_in(client) is expected


@pytest.mark.parametrize("change", ["password", "disabled", "deleted session key"])
def test_a_session_ends_when_its_account_changes(app: Flask, client: FlaskClient, wang: User, change: str) -> None:
    log_in(client)
    assert logged_in(client)
    with services_of(app).database.writing() as session:
        if change == "password":
            set_password(session, "wang", OTHER_PASSWORD)
        elif change == "disabled":
            set_disabled(session, "wang", True)
    if change == "deleted session key":
        app.secret_key = b"another key of thirty-two bytes!"
    assert not logged_in(client)


def test_a_role_holds_from_the_next_request_on(app: Flask, client: FlaskClient, wang: User) -> None:
    log_in(client)
    assert writes(client) != 403
    with services_of(app).database.writing() as session:
        set_role(session, "wang", "viewer")
    assert writes(client) == 403


@pytest.mark.parametrize("kept", ["", "1", "1:", ":", "x:y", "²:x", "99999999999999999999:x", "-1:x"])
def test_a_session_that_names_nobody_is_a_strangers(client: FlaskClient, wang: User, kept: str) -> None:
    with client.session_transaction() as session:
        session["_user_id"], session["since"] = kept, 2**62
    assert not logged_in(client)
    with client.session_transaction() as session:
        session["since"] = int(now().timestamp())
    assert not logged_in(client)


def test_what_a_stranger_typed_comes_back_with_the_form(client: FlaskClient, wang: User) -> None:
    typed = "全年调解纠纷三百件。\n成功率98%。<script>"
    answer = client.post("/", data={"texts": typed}, headers={"Referer": "http://localhost/codebook?x=1"})
    if answer.status_code == 405:  # The form's own address, wherever it is.
        answer = client.post("/tag", data={"texts": typed}, headers={"Referer": "http://localhost/codebook?x=1"})
    assert answer.status_code == 401
    assert "全年调解纠纷三百件。\n成功率98%。&lt;script&gt;" in answer.text
    assert 'name="next" value="/codebook?x=1"' in answer.text


# Guessing


def test_after_five_failures_a_name_has_to_wait_and_is_told_how_long(app: Flask, client: FlaskClient, wang: User) -> None:
    for _ in range(5):
        assert log_in(client, password="wrong password").status_code == 401
    answer = log_in(client)
    assert answer.status_code == 429 and 800 <= int(answer.headers["Retry-After"]) <= 900
    assert answer.headers["Retry-After"] in answer.text and 'value="wang"' in answer.text
    assert failures(app) == 5, "an attempt that was refused does not prolong the wait"
    assert log_in(client, "li").status_code == 401, "other names at this address do not wait yet"


def test_failures_count_although_the_answer_is_an_error(app: Flask, client: FlaskClient, wang: User) -> None:
    log_in(client, password="wrong password")
    assert failures(app) == 1


def test_a_success_strikes_out_the_failures_before_it(app: Flask, client: FlaskClient, wang: User) -> None:
    for _ in range(4):
        log_in(client, password="wrong password")
    assert log_in(client).status_code == 303
    assert failures(app) == 0


def test_failures_are_forgotten_in_time(app: Flask, client: FlaskClient, wang: User) -> None:
    for _ in range(5):
        log_in(client, password="wrong password")
    with services_of(app).database.writing() as session:
        session.execute(update(LogInFailure).values(at=now() - timedelta(minutes=16)))
    assert log_in(client).status_code == 303
    assert failures(app) == 0


def test_an_office_that_shares_an_address_has_more_attempts_but_not_any_number(app: Flask, wang: User) -> None:
    client = app.test_client()
    for number in range(20):
        assert log_in(client, f"colleague{number % 10}", "wrong password").status_code == 401
    assert log_in(client).status_code == 429
    elsewhere = client.post("/log-in", data={"name": "wang", "password": PASSWORD}, environ_overrides=ELSEWHERE)
    assert elsewhere.status_code == 303


def test_nobody_can_lock_a_name_out_from_one_address_elsewhere_but_many_addresses_do_not_help(
    app: Flask, wang: User
) -> None:
    client = app.test_client()

    def attempt(address: str, password: str = "wrong password") -> int:
        data = {"name": "wang", "password": password}
        return client.post("/log-in", data=data, environ_overrides={"REMOTE_ADDR": address}).status_code

    for number in range(20):
        assert attempt(f"192.0.2.{number // 5}") == 401
        if number == 5:
            assert attempt("198.51.100.1", PASSWORD) == 303
    assert attempt("198.51.100.1", PASSWORD) == 429


def test_a_network_of_one_house_is_one_address() -> None:
    assert counted_address("2001:db8::1") == counted_address("2001:db8::ffff:1") != counted_address("2001:db8:0:1::1")
    assert counted_address("") == "" and counted_address("unix:") == "unix:"


def test_attempts_at_the_same_time_all_count(app: Flask, wang: User) -> None:
    database = services_of(app).database

    def attempt(_: int) -> str:
        try:
            found = check_log_in(database, "wang", "wrong password", "192.0.2.1", failures=5, minutes=15)
        except TooManyError:
            return "wait"
        return "right" if found else "wrong"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(24)))
    assert answers.count("wrong") <= 5 and answers.count("wait") >= 19 and "right" not in answers


def test_a_name_typed_wrongly_is_not_kept_in_plain_text(app: Flask, client: FlaskClient, wang: User) -> None:
    log_in(client, "my secret password", "x")
    with services_of(app).database.reading() as session:
        kept = session.scalars(select(LogInFailure.name)).all()
    assert len(kept) == 1 and "secret" not in kept[0]


def test_an_unknown_name_takes_as_long_as_a_known_one(app: Flask, wang: User, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    from web.store import users

    verify = users._matches

    def noted(hash_: str, password: str) -> bool:
        hashed.append(hash_)
        return verify(hash_, password)

    monkeypatch.setattr(users, "_matches", noted)
    with services_of(app).database.writing() as session:
        add_user(session, "closed", PASSWORD, "viewer")
        set_disabled(session, "closed", True)
    for name in ("wang", "nobody", "closed"):
        log_in(app.test_client(), name, "wrong password")
    assert len(hashed) == 3 and all(entry.startswith("$argon2id$") for entry in hashed)
    assert extract_parameters(hashed[0]) == extract_parameters(hashed[1]) == extract_parameters(hashed[2])


def test_a_server_hashes_passwords_at_the_cost_that_the_standard_recommends(
    app: Flask, wang: User, servers_hasher: PasswordHasher
) -> None:
    costly = servers_hasher.hash(PASSWORD)
    assert extract_parameters(costly) == RFC_9106_LOW_MEMORY
    with services_of(app).database.writing() as session:
        get_user(session, "wang").password = costly
    assert [log_in(app.test_client(), "wang", word).status_code for word in (PASSWORD, "wrong password")] == [303, 401]


# Tokens


def made_token(client: FlaskClient, name: str = "every month") -> str:
    answer = client.post("/account/tokens", data={"name": name})
    found = re.search(r"pt_[\w-]{43}", answer.text)
    assert answer.status_code == 200 and found, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return found[0]


def test_a_token_is_shown_once_works_and_can_be_revoked(app: Flask, as_user: AsUser) -> None:
    client = as_user()
    token = made_token(client)
    page = client.get("/account").text
    assert token not in page and "every month" in page and token[:6] not in page
    script, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    assert script.get("/account", headers=headers).status_code == 200
    with services_of(app).database.reading() as session:
        kept = session.scalars(select(Token)).one()
    assert kept.used_at is not None and token not in kept.digest
    answer = client.post(f"/account/tokens/{kept.id}/revoke")
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "every month" in client.get("/account").text, "the page says which one was revoked"
    assert "every month" not in client.get("/account").text
    refused = script.get("/api/v1/documents", headers=headers)
    assert refused.status_code == 401 and refused.headers["WWW-Authenticate"] == "Bearer"
    assert script.get("/account", headers=headers).status_code == 401


def test_a_token_works_without_a_session_and_is_not_turned_into_one(app: Flask, as_user: AsUser) -> None:
    token = made_token(as_user())
    script = app.test_client()
    answer = script.get("/api/v1/documents", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert script.post("/api/v1/labels", json={}).status_code == 401


def test_a_token_may_not_change_the_account_it_belongs_to(app: Flask, as_user: AsUser) -> None:
    headers = {"Authorization": f"Bearer {made_token(as_user())}"}
    script = app.test_client()
    data = {"name": "x", "password": PASSWORD, "new_password": OTHER_PASSWORD, "new_password_again": OTHER_PASSWORD}
    for address in ("/account/tokens", "/account/tokens/1/revoke", "/account/password"):
        assert script.post(address, data=data, headers=headers).status_code == 403


def test_nobody_can_revoke_the_token_of_somebody_else(app: Flask, as_user: AsUser) -> None:
    made_token(as_user())
    other = as_user("li")
    assert other.post("/account/tokens/1/revoke").status_code == 404
    with services_of(app).database.reading() as session:
        assert len(list_tokens(session, 1)) == 1


@pytest.mark.parametrize(("name", "status"), [("", 400), (" \t ", 400), ("x" * 65, 400), ("every month", 409)])
def test_a_token_that_cannot_be_made_keeps_what_was_typed(as_user: AsUser, name: str, status: int) -> None:
    client = as_user()
    made_token(client)
    answer = client.post("/account/tokens", data={"name": name})
    assert answer.status_code == status and f'value="{name}"' in answer.text and 'role="alert"' in answer.text


@pytest.mark.parametrize("sent", ["Bearer", "Bearer ", "Bearer x", "bearer pt_x", "Bearer " + "x" * 4000, "Bearer \xff"])
def test_a_token_that_nobody_made_is_refused_everywhere(client: FlaskClient, wang: User, sent: str) -> None:
    for address in ("/account", "/api/v1/labels"):
        assert client.get(address, headers={"Authorization": sent}).status_code == 401


# Passwords


def change(client: FlaskClient, old: str, new: str, again: str | None = None) -> TestResponse:
    data = {"password": old, "new_password": new, "new_password_again": new if again is None else again}
    return client.post("/account/password", data=data)


def test_another_password_ends_every_other_session(app: Flask, as_user: AsUser) -> None:
    here, there = as_user(), app.test_client()
    log_in(there)
    answer = change(here, PASSWORD, OTHER_PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/account")
    assert logged_in(here) and not logged_in(there)
    assert log_in(there).status_code == 401
    assert log_in(there, password=OTHER_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("wrong password", OTHER_PASSWORD, None),
        (PASSWORD, "Kürz9", None),
        (PASSWORD, OTHER_PASSWORD, "something else"),
        (PASSWORD, "aaaaaaaaaaaaaaaa", None),
        (PASSWORD, "x1y2z3" * 200, None),
    ],
)
def test_a_password_that_cannot_be_changed_stays(app: Flask, as_user: AsUser, old: str, new: str, again: str | None) -> None:
    client = as_user()
    answer = change(client, old, new, again)
    assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert new not in answer.text and old not in answer.text
    assert log_in(app.test_client()).status_code == 303


def test_guessing_the_present_password_is_limited_too(as_user: AsUser) -> None:
    client = as_user()
    statuses = [change(client, "wrong password", OTHER_PASSWORD).status_code for _ in range(6)]
    assert statuses == [400] * 5 + [429]
    assert change(client, PASSWORD, OTHER_PASSWORD).status_code == 429
