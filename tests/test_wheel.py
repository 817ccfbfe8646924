"""The wheel works in a clean environment and another folder: labels, codebook and seeds travel with it."""

import os
import subprocess
import sys
import zipfile
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
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    program = tmp_path / "venv" / "bin"
    # Compiling all of what it needs takes longer than to install it; Python compiles what is imported here.
    pip = [sys.executable, "-m", "pip", "--python", str(program / "python"), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-q", "--no-compile", str(wheel)], check=True)
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
