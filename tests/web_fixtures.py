"""What tests of the web application need: a fresh application with the seeds imported, and clients for it."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from application import services_of
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from fewer_labels import with_fewer_examples
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from made_once import made_once

from classifier import LabelSet, learning_curve
from classifier.settings import HOME_VARIABLE
from web import WebSettings, create_app
from web.store import users
from web.store.training_labels import count_texts
from web.store.users import add_user


class CompiledTemplates(BytecodeCache):
    """Templates as they were compiled once in this process: hundreds of tests make an application of their own."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        compiled = self._compiled.get((bucket.key, bucket.checksum))
        if compiled is not None:
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def compiled_templates() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()})
        yield


@pytest.fixture(scope="session", autouse=True)
def servers_hasher() -> Iterator[PasswordHasher]:
    """Hash passwords as cheaply as can be in this process, and return what hashes them in a server."""
    hasher, cheap = users._HASHER, PasswordHasher.from_parameters(CHEAPEST)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "_HASHER", cheap)
        patch.setattr(users, "_NOBODYS_HASH", cheap.hash("nobody"))
        yield hasher


@pytest.fixture(scope="session")
def new_home(trained_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as it is after the first start, to be copied: migrated, with a model in use and the seeds imported."""

    def start(folder: Path) -> None:
        shutil.copytree(trained_home, folder, dirs_exist_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(HOME_VARIABLE, str(folder))
            services_of(create_app(WebSettings(measure_model=False))).database.close()

    return made_once(tmp_path_factory, "started", start)


@pytest.fixture(scope="session")
def evaluation(labels: LabelSet, measured: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """An evaluation as a server with many documents keeps it; its learning curve is one of fewer texts."""

    def measure(folder: Path) -> None:
        curve = learning_curve(with_fewer_examples(labels), shares=(0.3, 1.0))
        more = {"texts_of": count_texts(labels), "same_labels": True, "split": "leave one of 2 groups of documents out"}
        found = {**measured, "learning_curve": curve, **more}
        (folder / "evaluation.json").write_text(json.dumps(found), encoding="utf-8")

    folder = made_once(tmp_path_factory, "evaluated", measure)
    result: dict[str, object] = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    return result


@pytest.fixture
def home_folder(new_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test's own."""
    folder = tmp_path / "home"
    shutil.copytree(new_home, folder)
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    return folder


@pytest.fixture
def make_app(home_folder: Path, request: pytest.FixtureRequest) -> Callable[..., Flask]:
    """Make an application on this test's data folder, with settings as given."""

    def make(**changes: object) -> Flask:
        app = create_app(WebSettings(**{"measure_model": False, **changes}))  # type: ignore[arg-type]
        # Tests of the protection itself switch it on again.
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
        request.addfinalizer(services_of(app).database.close)
        return app

    return make


@pytest.fixture(scope="module")
def module_app(new_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application that all tests of a module share: one that fills it, or those that change nothing."""
    folder = tmp_path_factory.mktemp("module") / "home"
    shutil.copytree(new_home, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(folder))
        app = create_app(WebSettings(measure_model=False))
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
        yield app
        services_of(app).database.close()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def as_user(app: Flask) -> Callable[..., FlaskClient]:
    """Make an account of a role and return a client that is logged in as it."""

    def log_in(name: str = "wang", role: str = "annotator") -> FlaskClient:
        with services_of(app).database.writing() as session:
            add_user(session, name, "correct horse", role)
        client = app.test_client()
        answer = client.post("/log-in", data={"name": name, "password": "correct horse"})
        assert answer.status_code == 303
        return client

    return log_in
