"""The documentation says what is so: every command and public name is described, and the tour prints what it shows."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Finished
from paths import ROOT
from readme_tour import BLOCK, README, commands_of, output_of
from test_cli import every_command

import classifier
from classifier.settings import HOME_VARIABLE, TRAINING_SETTINGS
from classifier.version import VERSION

PAGE = README.read_text(encoding="utf-8")
TOUR = [pair for block in BLOCK.findall(PAGE) for pair in commands_of(block)]
EVALUATE = "policy-themes evaluate | head -16"  # Trains many times: what other tests need as well is measured once.


@pytest.mark.parametrize("command", every_command(), ids=" ".join)
def test_every_command_is_shown_in_the_readme(command: list[str]) -> None:
    assert f"policy-themes {' '.join(command)}" in PAGE


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("command", "shown"), [pair for pair in TOUR if pair[0] != EVALUATE], ids=lambda text: text.partition("\n")[0]
)
def test_the_tour_prints_what_the_readme_shows(command: str, shown: str) -> None:
    assert output_of(command).rstrip("\n") == shown.rstrip("\n"), "run: make readme, and read the difference"


def test_the_tour_prints_the_evaluation_that_the_readme_shows(
    run: Callable[..., Finished], measured: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classifier.evaluation.evaluate", lambda labels, progress: measured)
    monkeypatch.setattr("classifier.evaluation.evaluate_held_out", lambda labels, path: measured["held_out"])
    shown = dict(TOUR)[EVALUATE].rstrip("\n")
    opening = "\n".join(run("evaluate").output.splitlines()[:16])
    assert opening.rstrip("\n") == shown, "run: make readme, and read the difference"


def test_the_readme_opens_with_the_two_commands() -> None:
    opening = PAGE[:1500]
    assert "make run" in opening and "make test" in opening


@pytest.mark.parametrize("name", classifier.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert re.search(rf"`{name}\b", page), f"describe {name} in docs/python.md"
    documented = getattr(classifier, name)
    assert not callable(documented) or documented.__doc__


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    for setting in TRAINING_SETTINGS:
        assert f"| `{setting.name}` | {setting.default} | {setting.help} |" in page, setting.name
    assert HOME_VARIABLE in PAGE


@pytest.mark.parametrize(
    "page",
    [README, *sorted((ROOT / "docs").glob("*.md")), ROOT / "CHANGELOG.md", ROOT / "SECURITY.md"],
    ids=lambda p: p.name,
)
def test_links_and_named_files_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
    for name in re.findall(r"`((?:classifier|tests|labels|seeds|docs|benchmarks)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), f"{page.name} names {name}"


def test_every_test_that_a_promise_names_is_there() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    tests = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py")))
    named = re.findall(r"\btest_\w+(?=`)", page)
    assert len(named) > 20 and [name for name in named if f"def {name}(" not in tests] == []


def test_every_fault_names_tests_that_exist() -> None:
    rows = [
        line for line in (ROOT / "docs" / "faults.md").read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)
    ]
    assert [int(row[2:].partition(".")[0]) for row in rows] == list(range(1, 36))
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)
        assert named, row
        for path, name in named:
            assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), f"{path}::{name}"


def test_the_changelog_knows_this_version() -> None:
    assert f"## {VERSION}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def every_test() -> set[str]:
    """The names of all tests."""
    files = (ROOT / "tests").rglob("test_*.py")
    return {
        name for path in files for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }


@pytest.mark.parametrize("name", ["security.md"])
def test_every_promise_names_tests_that_exist(name: str) -> None:
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    promises = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith(("| promise", "|--"))]
    assert len(promises) > 20
    existing = every_test()
    for promise in promises:
        named = re.findall(r"`(test_\w+)`", promise)
        assert named and set(named) <= existing, f"{promise[:60]}: {set(named) - existing or 'no test'}"
