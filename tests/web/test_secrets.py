"""What nobody gets to see: stack traces and inner details on pages, secrets in logs and messages, in either language."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from application import services_of
from conftest import Finished
from flask import Flask

from web.store.users import add_user

Run = Callable[..., Finished]
MakeApp = Callable[..., Flask]
INNER = "inner detail /srv/secret.py"
PASSWORD = "correct horse"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("endpoint", "address"),
    [("codebook.show", "/codebook"), ("account.log_in", "/log-in"), ("api.codebook", "/api/v1/codebook"), ("health.healthz", "/healthz")],
)  # fmt: skip
@pytest.mark.parametrize(
    "error", [RuntimeError(INNER), KeyError(INNER), OSError(5, INNER), RecursionError(INNER), MemoryError(INNER)]
)
def test_no_page_shows_where_a_defect_is(
    module_app: Flask, endpoint: str, address: str, language: str, error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    def broken(**_: object) -> str:
        raise error

    monkeypatch.setitem(module_app.view_functions, endpoint, broken)
    client = module_app.test_client()
    client.set_cookie("language", language)
    answer = client.get(address)
    assert answer.status_code == 500 and INNER in caplog.text
    for word in ("Traceback", "inner detail", "secret", type(error).__name__, ".py", "line "):
        assert word not in answer.text, word
    if answer.mimetype == "text/html":
        assert {"zh": "我们这边出了问题", "en": "Something went wrong on our side"}[language] in answer.text


@pytest.mark.usefixtures("home_folder")
@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--port", "0"),
        ("users", "list"),
        ("users", "add", "wang", "--password-file", "-"),
        ("labels", "export", "out"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://themes:geheim@127.0.0.1:1/x",
        "postgresql+psycopg://themes:geheim@127.0.0.1:1/x?password=geheim",
        "postgresql://themes:geheim@127.0.0.1:1/x",
        "nonsense://themes:geheim@127.0.0.1/x",
        "themes:geheim@127.0.0.1/x",
        "sqlite:////proc/nowhere/x?password=geheim",
    ],
)
def test_no_command_prints_the_password_of_a_database(
    run: Run, arguments: tuple[str, ...], url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("POLICY_THEMES_DATABASE", url)
    finished = run(*arguments, standard_input=b"correct horse\n")
    assert finished.code == 1 and "geheim" not in finished.errors + finished.output + caplog.text
    assert "Traceback" not in finished.errors and PASSWORD not in finished.errors


@pytest.mark.parametrize("address", ["/healthz", "/documents", "/api/v1/documents"])
def test_an_answer_while_the_database_is_down_names_neither_it_nor_its_password(
    app: Flask, address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    from sqlalchemy import create_engine

    engine = create_engine("postgresql+psycopg://themes:geheim@127.0.0.1:1/innermost", hide_parameters=True)
    monkeypatch.setattr(services_of(app).database, "_engine", engine)
    services_of(app).models.forget()
    answer = app.test_client().get(address)
    assert answer.status_code == 503
    for word in ("geheim", "127.0.0.1", "innermost", "psycopg"):
        assert word not in answer.text
    assert "geheim" not in caplog.text


def test_secrets_stay_out_of_the_log_of_a_server_that_is_asked_in_every_wrong_way(
    app: Flask, home_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    app.config["WTF_CSRF_ENABLED"] = True
    with services_of(app).database.writing() as session:
        add_user(session, "wang", PASSWORD, "annotator")
    client = app.test_client()
    client.set_cookie("policy_themes", "geheimer.keks")
    for headers in ({}, {"Authorization": "Bearer pt_geheim"}, {"Authorization": "Basic Z2VoZWlt"}, {"Origin": "null"}):
        for path in ("/log-in", "/account", "/account/password", "/api/v1/labels", "/nothing?password=geheim"):
            client.post(path, data={"name": "wang", "password": PASSWORD, "new_password": "geheim geheim"}, headers=headers)
    key = (home_folder / "secret.key").read_bytes()
    for secret in (PASSWORD, "geheim", "Z2VoZWlt", key.hex(), repr(key)[2:20], "argon2id"):
        assert secret not in caplog.text, secret
