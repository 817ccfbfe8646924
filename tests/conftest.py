"""What several tests need: the shipped labels, a model trained from them once, and the command line."""

import json
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from made_once import made_once
from paths import ROOT

from classifier import LabelSet, Model, evaluate, evaluate_held_out, load_labels
from classifier.default_model import default_model
from classifier.settings import HOME_VARIABLE

# Scripts whose packages are no dependencies of the tests; pytest would import them to look for examples.
collect_ignore = ["make_quapy_values.py", "fuzz_one.py"]

pytest_plugins = ["web_fixtures", "browser_fixtures", "hostile_network"]

# An example that takes long because the machine has other things to do is not wrong.
settings.register_profile("patient", parent=settings.default, deadline=None)
settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests last: the quick ones say first what is wrong."""
    items.sort(key=lambda item: "browser" in Path(item.path).parts)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skipped test fail where none may be skipped, as in continuous integration."""
    report = yield
    if report.skipped and os.environ.get("POLICY_THEMES_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but no test may be skipped here: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder of the tests' own, so that no test sees or changes the user's."""
    folder = tmp_path_factory.mktemp("home")
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(folder)
    yield folder
    if before is None:
        del os.environ[HOME_VARIABLE]
    else:
        os.environ[HOME_VARIABLE] = before


@pytest.fixture(scope="session")
def labels() -> LabelSet:
    return load_labels(ROOT / "labels")


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the default model in it, to be copied."""

    def train_into(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(HOME_VARIABLE, str(folder))
            default_model()

    return made_once(tmp_path_factory, "trained", train_into)


@pytest.fixture(scope="session")
def model(trained_home: Path, data_folder: Path) -> Model:
    shutil.copytree(trained_home, data_folder, dirs_exist_ok=True)
    return default_model()


@pytest.fixture(scope="session")
def measured(labels: LabelSet, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The evaluation of the shipped labels, as ``policy-themes evaluate`` makes it."""

    def measure(folder: Path) -> None:
        found = {**evaluate(labels), "held_out": evaluate_held_out(labels, ROOT / "labels")}
        (folder / "evaluation.json").write_text(json.dumps(found), encoding="utf-8")

    folder = made_once(tmp_path_factory, "measured", measure)
    found: dict[str, Any] = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True)
class Finished:
    """A command that ended: its exit code and what it printed."""

    code: int
    output: str
    errors: str


@pytest.fixture
def run(model: Model, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Finished]:
    """Run a command as users do; the default model is there already."""
    from classifier.cli.main import main

    def call(*arguments: str, standard_input: bytes = b"") -> Finished:
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(standard_input)))
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main(list(arguments))
        captured = capfd.readouterr()
        return Finished(int(stop.value.code or 0), captured.out, captured.err)

    return call
