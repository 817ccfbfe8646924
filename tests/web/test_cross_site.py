"""Every request that writes, sent as each role with the right token, without one, with somebody else's, and from another site."""

from collections.abc import Mapping

import pytest
from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from routes import unsafe_requests
from sqlalchemy import func, select

from web.permissions import ENDPOINTS, OPEN, READ, ROLES
from web.store.users import add_user
from web.table_base import Table

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def site(module_app: Flask) -> Flask:
    """An application with an account of each role, whose forms need their tokens."""
    with services_of(module_app).database.writing() as session:
        for role in ROLES:
            add_user(session, f"the.{role}", PASSWORD, role)
    module_app.config["WTF_CSRF_ENABLED"] = True
    return module_app


def token_of(client: FlaskClient) -> str:
    return (
        client.get("/log-in").text.partition('name="csrf_token" value="')[2].partition('"')[0]
        or (client.get("/account").text.partition('name="csrf_token" value="')[2].partition('"')[0])
    )


def client_of(site: Flask, who: str) -> FlaskClient:
    client = site.test_client()
    if who != "stranger":
        data = {"name": f"the.{who}", "password": PASSWORD, "csrf_token": token_of(client)}
        assert client.post("/log-in", data=data).status_code == 303
    return client


def rows(site: Flask) -> dict[str, int]:
    with services_of(site).database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Table.metadata.sorted_tables
            if table.name not in ("log_in_failures", "ended_sessions")
        }


def allowed(endpoint: str, who: str) -> bool:
    permission = ENDPOINTS[endpoint]
    return permission in (OPEN, READ) or permission in ROLES.get(who, frozenset())


NO_FORM = "no form of ours"
SLOW = {"snapshots.make", "api.make_snapshot"}  # Tests of their own make some.
ELSEWHERE = {"another site": {"Sec-Fetch-Site": "cross-site"}, "another origin": {"Origin": "http://evil.example"}}


def outcome(client: FlaskClient, request: tuple[str, str, str], token: str, headers: Mapping[str, str]) -> str:
    """Send a request, and say what became of it."""
    endpoint, method, address = request
    body = {"json": {}} if endpoint.startswith("api.") else {"data": {"csrf_token": token} if token else {}}
    answer = client.open(address, method=method, headers=headers, **body)  # type: ignore[arg-type]
    assert answer.status_code < 500, (endpoint, answer.status_code)
    if answer.status_code == 400 and "此表单已过期或来自其他地方" in answer.text:
        return NO_FORM
    if endpoint == "account.log_in" and answer.status_code == 401:
        return "let in"  # To try: nobody sent a password.
    return {401: "log in", 403: "refused"}.get(answer.status_code, "let in")


@pytest.mark.parametrize("who", ["annotator", "administrator"])
def test_what_does_not_come_from_a_form_of_the_own_session_is_refused_and_writes_nothing(site: Flask, who: str) -> None:
    somebody_elses = token_of(client_of(site, "annotator"))
    client, before, wrong = client_of(site, who), rows(site), {}
    own = token_of(client)
    for request in unsafe_requests(site):
        cases = {name: (own, headers, "refused") for name, headers in ELSEWHERE.items()}
        if not request[0].startswith("api."):
            cases |= {"no token": ("", {}, NO_FORM), "somebody else's token": (somebody_elses, {}, NO_FORM)}
        for name, (token, headers, expected) in cases.items():
            found = outcome(client, request, token, headers)
            if found != expected:
                wrong[request[0], name] = found
    assert wrong == {} and rows(site) == before


@pytest.mark.parametrize("who", ["stranger", *ROLES])
def test_a_form_with_its_token_is_taken_from_those_whose_role_allows_it(site: Flask, who: str) -> None:
    client, wrong = client_of(site, who), {}
    for endpoint, method, address in sorted(unsafe_requests(site), key=lambda each: each[0] == "account.log_out"):
        if endpoint in SLOW and allowed(endpoint, who):
            continue
        found = outcome(client, (endpoint, method, address.replace("/1", "/9999")), token_of(client), {})
        if found != ("let in" if allowed(endpoint, who) else "log in" if who == "stranger" else "refused"):
            wrong[endpoint] = found
    assert wrong == {}


@pytest.mark.parametrize(("origin", "let_in"), [("https://localhost", True), ("http://localhost", False)])
def test_over_https_a_page_that_came_without_it_is_another_site(site: Flask, origin: str, let_in: bool) -> None:
    answer = site.test_client().post(
        "/api/v1/classify", json={"texts": ["调解。"]}, headers={"Origin": origin}, base_url="https://localhost"
    )
    assert (answer.status_code == 200) is let_in
