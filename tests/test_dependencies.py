"""No version is asked for, or installed, of which a fault is known that matters here; each fault by its advisory.

And what is installed is compiled once, not by each process.
"""

import os
import re
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, version

import pytest
from audit import summary
from packaging.requirements import Requirement
from packaging.version import Version
from paths import ROOT

# Package, the first version without the fault, the advisory. Add what `make audit` finds.
ADVISORIES = [
    ("defusedxml", "0.7.1", "entities and external references in workbooks: openpyxl reads safely only with it"),
    ("distributed", "2026.1.1", "CVE-2026-23528: scripts in the dashboard (2026.1.0 was broken)"),
    ("flask", "3.1.1", "CVE-2025-47278: sessions signed with the oldest key"),
    ("flask", "3.1.3", "CVE-2026-27205: answers to one person kept by a proxy for others"),
    ("jinja2", "3.1.5", "CVE-2024-56201, CVE-2024-56326: code run by templates"),
    ("jinja2", "3.1.6", "CVE-2025-27516: code run by templates"),
    ("joblib", "1.2.0", "CVE-2022-21797: code run by an argument"),
    ("lxml", "6.1.0", "CVE-2026-41066: local files read by XML"),
    ("openpyxl", "2.4.2", "CVE-2017-5992: files and addresses read by workbooks"),
    ("orjson", "3.11.6", "CVE-2025-67221: nested data ends the process"),
    ("pyarrow", "14.0.1", "CVE-2023-47248: code run by a Parquet file"),
    ("pyarrow", "23.0.1", "CVE-2026-25087: memory used after it was freed"),
    ("python-docx", "0.8.6", "CVE-2016-5851: files read by documents"),
    ("scikit-learn", "1.5.0", "CVE-2024-5206: words of the training texts kept in a model"),
    ("sqlalchemy", "1.3.0", "CVE-2019-7164, CVE-2019-7548: SQL in an order"),
    ("tqdm", "4.66.3", "CVE-2024-34062: code run by an argument"),
    ("waitress", "3.0.1", "CVE-2024-49768, CVE-2024-49769: requests taken twice, a server kept busy by closed connections"),
    ("werkzeug", "3.0.6", "CVE-2024-49767: memory used up by a form"),
    ("werkzeug", "3.1.6", "CVE-2025-66221, CVE-2026-21860, CVE-2026-27199: names of devices on Windows"),
]

FLOORS = (">=", "==")


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for() -> dict[str, list[Requirement]]:
    """What pyproject.toml asks for, by package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    found: dict[str, list[Requirement]] = {}
    for requirement in map(Requirement, [*project["dependencies"], *extras]):
        found.setdefault(plain(requirement.name), []).append(requirement)
    return found


@pytest.mark.parametrize(("package", "first", "advisory"), ADVISORIES, ids=[f"{row[0]} {row[1]}" for row in ADVISORIES])
def test_no_version_with_a_known_fault_is_asked_for_or_installed(package: str, first: str, advisory: str) -> None:
    for requirement in asked_for()[package]:
        floors = [Version(part.version) for part in requirement.specifier if part.operator in FLOORS]
        assert floors and max(floors) >= Version(first), f"{requirement}: ask for >={first}: {advisory}"
    try:
        assert Version(version(package)) >= Version(first), f"install {package}>={first}: {advisory}"
    except PackageNotFoundError:
        assert package == "distributed", "only what an extra brings may be missing"


def test_every_package_has_a_floor() -> None:
    for name, requirements in asked_for().items():
        assert all(any(part.operator in FLOORS for part in each.specifier) for each in requirements), name


ASKED = {"name": "flask", "version": "3.1.3", "vulns": []}
FAULTY = {"name": "lxml", "version": "5.0", "vulns": [{"id": "CVE-2026-41066", "fix_versions": ["6.1.0"]}]}
SKIPPED = {"name": "jieba", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        ([ASKED], 0, "1 packages, no known fault"),
        ([ASKED, FAULTY], 1, "lxml 5.0: CVE-2026-41066, mended in 6.1.0"),
        ([ASKED, SKIPPED], 0, "not in the database: jieba"),
        ([SKIPPED, SKIPPED], 2, "the advisory database cannot be reached from here; nothing was checked"),
        ([], 2, "nothing was checked"),
    ],
)
def test_an_audit_that_could_ask_nothing_is_no_good_news(found: list[dict[str, object]], code: int, said: str) -> None:
    text, number = summary(found)
    assert number == code and said in text


def test_bandit_is_part_of_lint_and_each_exception_has_its_reason() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    assert "bandit" in recipe and "--recursive classifier web" in recipe
    for folder in ("classifier", "web"):
        for path in (ROOT / folder).rglob("*.py"):
            for line in path.read_text(encoding="utf-8").splitlines():
                assert "nosec" not in line or re.search(r"  # \w.{15,}  # nosec B\d{3}$", line), f"{path}: say why: {line}"
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[tool.bandit]")[2].partition("\n[")[0]
    assert all("#" in line for line in settings.splitlines() if '"B' in line)


def test_what_is_compiled_is_kept_even_where_the_environment_says_otherwise() -> None:
    finished = subprocess.run(
        ["make", "--no-print-directory", "-f", "Makefile", "-f", "-", "show"],
        input="show:\n\t@echo kept: $${PYTHONDONTWRITEBYTECODE:-yes}\n",
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stdout == "kept: yes\n"
