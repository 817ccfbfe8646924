"""The wheel works in a clean environment and another folder: labels, codebook and seeds travel with it."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest
from paths import ROOT

from classifier.version import VERSION


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)], check=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_has_the_version_the_labels_the_seeds_and_the_pages(wheel: Path) -> None:
    assert wheel.name == f"policy_themes-{VERSION}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    for kind in ("labels", "seeds"):
        for path in (ROOT / kind).rglob("*.*"):
            if path.is_file():
                assert f"classifier/shipped/{path.relative_to(ROOT)}" in names
    for path in (ROOT / "web").rglob("*.*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert str(path.relative_to(ROOT)) in names
    assert not any(name.startswith(("tests/", "benchmarks/", "labels/", "seeds/")) for name in names)


def test_an_installed_wheel_works_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    program = _environment_with(wheel, tmp_path / "venv")
    (tmp_path / "elsewhere").mkdir()
    environment = {**os.environ, "POLICY_THEMES_HOME": str(tmp_path / "home")}
    environment.pop("PYTHONPATH", None)

    def run(*arguments: str) -> str:
        finished = subprocess.run(
            [str(program / arguments[0]), *arguments[1:]],
            cwd=tmp_path / "elsewhere",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    assert run("policy-themes", "--version").strip().endswith(VERSION)
    assert "0 problem(s)" in run("policy-themes", "labels", "check")
    assert run("policy-themes", "explain", "全年调解纠纷三百件。").startswith("mediation")
    code = "from classifier import shipped_folder, theme_mix; print(len(theme_mix(shipped_folder('seeds')).rows))"
    assert run("python", "-c", code).strip() == "5"
    code = "from web import create_app; print(create_app().test_client().get('/mix').status_code)"
    assert run("python", "-c", code).strip() == "200"


def _environment_with(wheel: Path, folder: Path) -> Path:
    """Install the wheel alone into a new environment that borrows the packages of this one; return its programs' folder.

    This project's own packages are not borrowed: only files named in a site folder itself lead to the checkout.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.run([str(python), "-c", ask], capture_output=True, text=True, check=True).stdout.strip())
    borrowed = [path for path in sys.path if path.endswith("site-packages")]
    (site / "borrowed.pth").write_text("".join(f"{path}\n" for path in borrowed), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    # Installed before or not: the borrowed packages hold this project's name too, as it is installed for editing there.
    subprocess.run([*pip, "install", "-q", "--no-compile", "--no-deps", "--ignore-installed", str(wheel)], check=True)
    return folder / "bin"


def test_every_package_that_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = [project["optional-dependencies"][extra] for extra in ("cluster", "postgresql")]
    declared = {re.split(r"[\[<>=~ ]", line)[0].lower() for line in (*project["dependencies"], *chain(*optional))}
    providers = packages_distributions()
    undeclared = {
        f"{path.relative_to(ROOT)} imports {name}"
        for folder in ("classifier", "web")
        for path in (ROOT / folder).rglob("*.py")
        for name in _imported(path)
        if name not in sys.stdlib_module_names and name not in ("classifier", "web")
        if declared.isdisjoint(provider.lower().replace("_", "-") for provider in providers.get(name, ()))
    }
    assert undeclared == set()


def _imported(path: Path) -> set[str]:
    """Return the top-level packages that a module imports."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
    return {name.split(".")[0] for name in names}
