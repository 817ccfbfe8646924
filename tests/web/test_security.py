"""What protects the application: permissions of every route, forms and origins, redirects, headers, hosts, cookies, secrets."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from application import services_of
from flask import Flask
from flask.testing import FlaskClient
from routes import UNSAFE, requests_of, unsafe_requests
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.test import TestResponse

from classifier.settings import HOME_VARIABLE
from web import WebSettings, create_app
from web.account_tables import User
from web.application import secret_key
from web.errors import StorageError
from web.hosts import HostGuard
from web.permissions import ACCOUNT, ADMINISTER, CLASSIFY, ENDPOINTS, IMPORT, LABEL, OPEN, READ, ROLES
from web.store.users import add_user
from web.table_base import Table

MakeApp = Callable[..., Flask]
PASSWORD = "correct horse"
PEOPLE = ("stranger", *ROLES)
READERS, EVERYONE = set(ROLES), {"stranger", *ROLES}
# Who may do what where there are accounts, said once more than in web.permissions: so that a slip there shows here.
ALLOWED = {
    OPEN: EVERYONE,
    READ: EVERYONE,
    ACCOUNT: READERS,
    CLASSIFY: READERS,
    LABEL: {"annotator", "administrator"},
    IMPORT: {"annotator", "administrator"},
    ADMINISTER: {"administrator"},
}
# What writes, or shows what somebody has not kept yet, is never open to strangers; what destroys, to administrators alone.
WRITES = {
    "account.make_token": ACCOUNT,
    "account.revoke_token": ACCOUNT,
    "account.change_password": ACCOUNT,
    "account.tokens": ACCOUNT,
    "tag.classify": CLASSIFY,
    "tag.results": CLASSIFY,
    "tag.download": CLASSIFY,
    "tag.label": LABEL,
    "review.unit": LABEL,
    "review.label": LABEL,
    "review.undo": LABEL,
    "review.settle": LABEL,
    "review.draw_sample": LABEL,
    "snapshots.make": LABEL,
    "documents.upload": IMPORT,
    "documents.preview": IMPORT,
    "documents.keep": IMPORT,
    "documents.discard": IMPORT,
    "documents.change": IMPORT,
    "documents.delete": ADMINISTER,
    "model.retrain": ADMINISTER,
    "model.promote": ADMINISTER,
    "api.add_document": IMPORT,
    "api.delete_document": ADMINISTER,
    "api.make_snapshot": LABEL,
    "api.add_label": LABEL,
}
OPEN_TO_ALL = {"static", "health.healthz", "account.log_in", "account.log_out", "api.openapi"}


@pytest.fixture(scope="module")
def settled_apps(new_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, Flask]]:
    """An application with an account of each role, once private and once not."""
    import shutil

    with pytest.MonkeyPatch.context() as patch:
        apps = {}
        for private in (False, True):
            home = tmp_path_factory.mktemp("security") / "home"
            shutil.copytree(new_home, home)
            patch.setenv(HOME_VARIABLE, str(home))
            app = create_app(WebSettings(measure_model=False, private=private))
            app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
            with services_of(app).database.writing() as session:
                for role in ROLES:
                    add_user(session, f"the {role}".replace(" ", "."), PASSWORD, role)
            apps[private] = app
        yield apps
        for app in apps.values():
            services_of(app).database.close()


def client_of(app: Flask, who: str) -> FlaskClient:
    client = app.test_client()
    if who != "stranger":
        answer = client.post("/log-in", data={"name": f"the.{who}", "password": PASSWORD})
        assert answer.status_code == 303
    return client


def outcome(endpoint: str, answer: TestResponse) -> str:
    if endpoint == "account.log_in" and answer.status_code == 401:
        return "allowed"  # To try; nobody sent a password.
    if answer.status_code == 302 and answer.location.startswith("/log-in"):
        return "log in"
    return {401: "log in", 403: "refused"}.get(answer.status_code, "allowed")


# Permissions


def test_every_route_has_its_permission_and_what_writes_is_open_to_nobody(app: Flask) -> None:
    routes = {endpoint for endpoint, _, _ in requests_of(app)}
    assert routes == set(ENDPOINTS)
    assert {name for name, permission in ENDPOINTS.items() if permission == OPEN} == OPEN_TO_ALL
    assert {name: permission for name, permission in ENDPOINTS.items() if permission not in (OPEN, READ)} == WRITES
    unsafe = {endpoint for endpoint, method, _ in requests_of(app) if method in UNSAFE}
    assert unsafe - set(WRITES) == {"account.log_in", "account.log_out", "api.classify"}


def test_an_endpoint_without_a_permission_stops_the_application_at_its_start(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    from web.accounts import UnknownEndpointsError

    fewer = {name: permission for name, permission in ENDPOINTS.items() if name != "documents.delete"}
    monkeypatch.setattr("web.accounts.ENDPOINTS", fewer)
    with pytest.raises(UnknownEndpointsError, match=r"documents\.delete"):
        make_app()


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
@pytest.mark.parametrize("who", PEOPLE)
def test_every_route_is_open_to_exactly_those_whose_role_has_its_permission(
    settled_apps: dict[bool, Flask], private: bool, who: str
) -> None:
    app = settled_apps[private]
    found, expected = {}, {}
    logged_in = client_of(app, who)
    for endpoint, method, address in requests_of(app):
        client = client_of(app, who) if endpoint == "account.log_out" else logged_in
        permission = ENDPOINTS[endpoint]
        answer = client.open(address, method=method)
        assert answer.status_code < 500, (endpoint, method, answer.status_code)
        allowed = who in ALLOWED[permission] and (who != "stranger" or permission == OPEN or not private)
        expected[endpoint, method] = "allowed" if allowed else "log in" if who == "stranger" else "refused"
        found[endpoint, method] = outcome(endpoint, answer)
        if not allowed and who == "stranger":
            page = not address.startswith("/api/v1/")
            assert answer.status_code == (302 if page and method == "GET" else 401), (endpoint, method)
    assert {key: value for key, value in found.items() if value != expected[key]} == {}


@pytest.mark.parametrize(("private", "status"), [(False, 200), (True, 401)], ids=["public", "private"])
def test_texts_of_strangers_are_classified_only_where_strangers_may_read(
    settled_apps: dict[bool, Flask], private: bool, status: int
) -> None:
    """A request of the kind that takes the short way past everything that asks who somebody is."""
    client = settled_apps[private].test_client()
    assert client.post("/api/v1/classify", json={"texts": ["全年调解纠纷三百件。"]}).status_code == status


def test_without_accounts_the_local_annotator_may_use_every_route(app: Flask) -> None:
    account_only = {"account.make_token", "account.revoke_token", "account.change_password"}
    for endpoint, method, address in requests_of(app):
        answer = app.test_client().open(address, method=method)
        assert outcome(endpoint, answer) == ("refused" if endpoint in account_only else "allowed"), (
            endpoint,
            answer.status_code,
        )
        assert answer.status_code < 500, endpoint


# Forms and origins


def content(app: Flask) -> dict[str, list[object]]:
    """All rows of all tables."""
    with services_of(app).database.reading() as session:
        return {
            table.name: [tuple(row) for row in session.execute(table.select()).all()]
            for table in Table.metadata.sorted_tables
        }


def test_a_form_without_its_token_is_refused_and_writes_nothing(app: Flask) -> None:
    client = app.test_client()
    before = content(app)
    app.config["WTF_CSRF_ENABLED"] = True
    forms = [entry for entry in unsafe_requests(app) if not entry[0].startswith("api.")]
    assert len(forms) > 10
    for token in ({}, {"csrf_token": "wrong"}, {"csrf_token": ""}):
        for endpoint, method, address in forms:
            data = {"text": "全年调解纠纷三百件。", "theme": "mediation", "name": "x", "confirm": "yes", **token}
            assert client.open(address, method=method, data=data).status_code == 400, endpoint
    assert content(app) == before


def test_a_form_with_its_token_is_taken(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    with services_of(app).database.writing() as session:
        add_user(session, "wang", PASSWORD, "annotator")
    client = app.test_client()
    page = client.get("/log-in").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    data = {"name": "wang", "password": PASSWORD}
    assert client.post("/log-in", data=data).status_code == 400
    assert app.test_client().post("/log-in", data={**data, "csrf_token": token}).status_code == 400, "of another session"
    assert client.post("/log-in", data={**data, "csrf_token": token}).status_code == 303


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:9999"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://[::1"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "cross-site", "Authorization": "Basic d2FuZzpwYXNz"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: " ".join(f"{k}:{v}" for k, v in headers.items()))
def test_what_another_site_sends_is_refused_and_writes_nothing(app: Flask, headers: dict[str, str]) -> None:
    before = content(app)
    client = app.test_client()
    for endpoint, method, address in unsafe_requests(app):
        answer = client.open(address, method=method, json={"texts": ["调解"]}, headers=headers)
        assert answer.status_code == 403, (endpoint, answer.status_code)
    assert content(app) == before


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
    ],
)
def test_what_the_own_pages_and_programs_send_is_taken(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/api/v1/classify", json={"texts": ["调解纠纷三百件。"]}, headers=headers).status_code == 200


def test_a_link_from_another_site_may_be_followed(client: FlaskClient) -> None:
    assert client.get("/codebook", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


# Redirects

TARGETS = [
    ("/mix?by=level&measure=text", "/mix?by=level&measure=text"),
    ("/documents/1#top", "/documents/1"),
    ("", "/"),
    ("mix", "/"),
    ("//evil.example", "/"),
    ("//evil.example/mix", "/"),
    ("///evil.example", "/evil.example"),
    ("////evil.example", "/"),
    ("/\\evil.example", "/"),
    ("\\\\evil.example", "/"),
    ("/\t/evil.example", "/"),
    ("/\n/evil.example", "/"),
    (" //evil.example", "/"),
    ("http://evil.example", "/"),
    ("https:evil.example", "/"),
    ("http:///evil.example", "/"),
    ("javascript:alert(1)", "/"),
    ("//[evil", "/"),
    ("/log-in?next=/", "/"),
    ("/x\r\nSet-Cookie: a=b", "/"),
]


@pytest.mark.parametrize(("target", "expected"), TARGETS, ids=[repr(target) for target, _ in TARGETS])
def test_a_log_in_leads_to_no_other_site(app: Flask, target: str, expected: str) -> None:
    with services_of(app).database.writing() as session:
        add_user(session, "wang", PASSWORD, "annotator")
    client = app.test_client()
    answer = client.post("/log-in", data={"name": "wang", "password": PASSWORD, "next": target})
    assert (answer.status_code, answer.location) == (303, expected)
    again = client.get("/log-in", query_string={"next": target})
    assert (again.status_code, again.location) == (303, expected)


@pytest.mark.parametrize("path", ["//evil.example/", "///evil.example", "/\\evil.example", "/ /evil.example"])
def test_a_switch_of_language_leads_to_no_other_site(client: FlaskClient, path: str) -> None:
    answer = client.get("/x?lang=en", environ_overrides={"PATH_INFO": path})
    assert not answer.headers.get("Location", "/").startswith(("//", "/\\")), answer.location


# Headers, hosts, cookies

PROTECTION = {
    "Content-Security-Policy": "default-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def test_every_answer_carries_the_headers_that_protect_it(app: Flask) -> None:
    client = app.test_client()
    answers = [client.open(address, method=method) for _, method, address in requests_of(app)]
    answers += [client.get("/nothing"), client.get("/static/style.css"), client.get("/", headers={"Host": "evil.example"})]
    assert {answer.status_code for answer in answers} >= {200, 400, 404}
    for answer in answers:
        answer.close()
        for name, value in PROTECTION.items():
            assert answer.headers.get(name, "").startswith(value), (answer.request.path, answer.status_code, name)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "http" not in policy and "*" not in policy
        kept = answer.headers.get("Cache-Control", "")
        assert kept.startswith(("no-store", "private, no-cache")) or answer.request.path.startswith("/static/"), kept


HOSTS = [
    (WebSettings(), "localhost:8000", True),
    (WebSettings(), "LOCALHOST", True),
    (WebSettings(), "127.0.0.1:8000", True),
    (WebSettings(), "[::1]:8000", True),
    (WebSettings(), "", True),
    (WebSettings(), "evil.example", False),
    (WebSettings(), "evil.example:8000", False),
    (WebSettings(), "127.0.0.1.evil.example", False),
    (WebSettings(), "localhost.", True),
    (WebSettings(), "localhost@evil.example", False),
    (WebSettings(), "10.0.0.4", False),
    (WebSettings(), "a b", False),
    (WebSettings(), "localhost:8000:9", False),
    (WebSettings(trusted_hosts=("Themes.Example", ".office.example")), "themes.example:8000", True),
    (WebSettings(trusted_hosts=("Themes.Example", ".office.example")), "a.office.example", True),
    (WebSettings(trusted_hosts=("Themes.Example", ".office.example")), "aoffice.example", False),
    (WebSettings(trusted_hosts=("司法局.example",)), "xn--ehqv9pd3c.example", False),
    (WebSettings(host="10.0.0.4"), "10.0.0.4:8000", True),
    (WebSettings(host="0.0.0.0"), "192.168.1.20:8000", True),
    (WebSettings(host="0.0.0.0"), "[2001:db8::1]:8000", True),
    (WebSettings(host="0.0.0.0"), "evil.example", False),
    (WebSettings(host="::1"), "[0:0:0:0:0:0:0:1]", False),
]


@pytest.mark.parametrize(
    ("settings", "host", "expected"), HOSTS, ids=[f"{row[0].host} {row[0].trusted_hosts} {row[1]}" for row in HOSTS]
)
def test_only_names_of_the_own_are_answered(settings: WebSettings, host: str, expected: bool) -> None:
    guard = HostGuard(lambda environ, start: [], settings, {})
    assert guard.trusts(host) is expected


def test_a_name_in_chinese_is_known_as_browsers_send_it() -> None:
    name = "司法局.example"
    guard = HostGuard(lambda environ, start: [], WebSettings(trusted_hosts=(name,)), {})
    assert guard.trusts(name.encode("idna").decode())


@pytest.mark.parametrize("host", ["evil.example", "a b", "localhost:x", "\xff"])
def test_another_host_gets_nothing_but_the_reason(client: FlaskClient, host: str) -> None:
    for path in ("/", "/api/v1/codebook", "/static/style.css", "/nothing"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400 and "--trusted-host" in answer.text and host not in answer.text
    assert client.head("/", headers={"Host": host}).text == ""


def cookies_of(answer: TestResponse) -> list[str]:
    return answer.headers.getlist("Set-Cookie")


def test_cookies_are_hidden_from_scripts_and_other_sites_and_over_https_never_sent_without(app: Flask) -> None:
    with services_of(app).database.writing() as session:
        add_user(session, "wang", PASSWORD, "annotator")
    for scheme in ("http", "https"):
        client = app.test_client()
        answers = [
            client.get("/codebook?lang=en", base_url=f"{scheme}://localhost"),
            client.post("/log-in", data={"name": "wang", "password": PASSWORD}, base_url=f"{scheme}://localhost"),
            client.post("/log-out", base_url=f"{scheme}://localhost"),
        ]
        cookies = [cookie for answer in answers for cookie in cookies_of(answer)]
        assert {cookie.partition("=")[0] for cookie in cookies} == {"language", "policy_themes"}
        for cookie in cookies:
            assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Domain" not in cookie
            assert ("Secure" in cookie) is (scheme == "https"), cookie


# Sizes, errors, secrets


@pytest.mark.parametrize("form", ["urlencoded", "multipart", "json", "upload"])
@pytest.mark.parametrize("address", ["/log-in", "/api/v1/classify", "/api/v1/documents", "/account/tokens"])
def test_a_body_that_is_too_large_is_refused(make_app: MakeApp, form: str, address: str) -> None:
    from io import BytesIO

    app = make_app(largest_body=10_000)
    app.config["WTF_CSRF_ENABLED"] = True
    large = "调" * 10_000
    client = app.test_client()
    answer = {
        "urlencoded": lambda: client.post(address, data={"name": large}),
        "multipart": lambda: client.post(address, data={"name": large}, content_type="multipart/form-data"),
        "json": lambda: client.post(address, json={"texts": [large]}),
        "upload": lambda: client.post(address, data={"file": (BytesIO(large.encode()), "a.txt")}),
    }[form]()
    # JSON and files that nobody asked for are refused for what they are, whichever comes first.
    assert answer.status_code == 413 or (answer.status_code in (400, 415) and "application/x-www" not in form), form
    if form == "urlencoded" and not address.startswith("/api"):
        assert answer.status_code == 413 and "<!doctype html>" in answer.text


def break_view(app: Flask, endpoint: str, error: Exception) -> None:
    def broken(**_: object) -> str:
        raise error

    app.view_functions[endpoint] = broken


@pytest.mark.parametrize(("endpoint", "address"), [("codebook.show", "/codebook"), ("api.codebook", "/api/v1/codebook")])
def test_a_defect_shows_no_stack_and_no_detail_but_is_in_the_log(
    app: Flask, endpoint: str, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    break_view(app, endpoint, RuntimeError("inner detail"))
    answer = app.test_client().get(address)
    assert answer.status_code == 500
    for word in ("Traceback", "inner detail", "RuntimeError", ".py"):
        assert word not in answer.text
    assert "inner detail" in caplog.text


@pytest.mark.parametrize("address", ["/codebook", "/documents", "/nothing", "/api/v1/documents", "/account", "/log-in"])
def test_while_the_database_is_down_its_page_is_shown_all_the_same(
    app: Flask, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with services_of(app).database.writing() as session:
        add_user(session, "wang", PASSWORD, "annotator")
    client = app.test_client()
    client.post("/log-in", data={"name": "wang", "password": PASSWORD})

    def down(*_: object, **__: object) -> None:
        raise OperationalError("SELECT secret", {"password": "geheim"}, Exception("gone"))

    monkeypatch.setattr("web.database.Session", down)
    answer = client.get(address)
    assert answer.status_code == (404 if address == "/nothing" else 503), answer.text
    assert "geheim" not in answer.text and "SELECT" not in answer.text
    assert answer.status_code == 404 or answer.headers["Retry-After"]


def test_secrets_do_not_come_into_the_log(app: Flask, home_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with services_of(app).database.writing() as session:
        add_user(session, "wang", PASSWORD, "annotator")
    client = app.test_client()
    client.post("/log-in?password=inaddress", data={"name": "wang", "password": "wrong password"})
    client.post("/log-in", data={"name": "wang", "password": PASSWORD})
    token = client.post("/account/tokens", data={"name": "t"}).text.partition(">pt_")[2].partition("<")[0]
    client.post("/account/tokens", headers={"Origin": "http://evil.example"})
    break_view(app, "codebook.show", RuntimeError("x"))
    client.get("/codebook?password=inaddress", headers={"Authorization": f"Bearer pt_{token}"})
    assert len(token) == 43 and "evil" not in caplog.text
    key = (home_folder / "secret.key").read_bytes()
    for secret in (PASSWORD, "wrong password", "inaddress", token, key.hex(), repr(key), "argon2id"):
        assert secret not in caplog.text, secret


def test_an_error_of_the_database_does_not_show_the_values(app: Flask) -> None:
    row = {"name": "wang", "password": "$argon2id$hash", "role": "viewer", "disabled": False}
    with pytest.raises(IntegrityError) as caught, services_of(app).database.writing() as session:
        session.execute(insert(User), [row])
    assert "argon2id" not in str(caught.value)


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = secret_key(tmp_path / "new")
    path = tmp_path / "new" / "secret.key"
    assert len(key) == 32 and path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)  # As it may come back from a backup.
    assert secret_key(tmp_path / "new") == key and path.stat().st_mode & 0o777 == 0o600
    assert secret_key(tmp_path / "other") != key


def test_a_key_that_is_too_short_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.application.sleep", lambda _: None)
    (tmp_path / "secret.key").write_bytes(b"short")
    with pytest.raises(StorageError, match="5 bytes, but a key has 32; remove the file"):
        secret_key(tmp_path)


def test_a_page_escapes_what_people_write(app: Flask) -> None:
    sly = "<img src=x onerror=alert(1)>"
    with services_of(app).database.writing() as session:
        add_user(session, "wang", PASSWORD, "annotator")
    client = app.test_client()
    pages = [
        client.post("/log-in", data={"name": sly, "password": "x", "next": f"/{sly}"}),
        client.get("/log-in", query_string={"next": f"/{sly}"}),
    ]
    client.post("/log-in", data={"name": "wang", "password": PASSWORD})
    pages += [client.post("/account/tokens", data={"name": sly}), client.get("/account"), client.get(f"/{sly}")]
    for page in pages:
        assert "<img" not in page.text


def test_a_session_cookie_cannot_be_made_without_the_key(app: Flask) -> None:
    with services_of(app).database.writing() as session:
        user = add_user(session, "wang", PASSWORD, "administrator")
        stamp = session.scalar(text("SELECT password FROM users"))
    other = Flask("other")
    other.secret_key = b"x" * 32
    signer = other.session_interface.get_signing_serializer(other)  # type: ignore[attr-defined]
    forged = signer.dumps({"_user_id": f"{user.id}:{stamp}", "since": 2_000_000_000})
    client = app.test_client()
    client.set_cookie("policy_themes", forged)
    assert client.get("/account").status_code == 302
