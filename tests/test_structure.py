"""The house: imports flow one way, start-up is short, the public surface is what is written down."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT

import classifier

PACKAGE = ROOT / "classifier"

# From the ground up: a module may import only from floors below its own (or, where it says so, from its own folder).
FLOORS = (
    ("errors", "version", "whole_files"),
    ("settings", "shipped", "encoding", "codebook", "joining", "normalisation", "hash_table", "selection"),
    ("documents", "furniture", "sections", "lines"),
    ("rejoining", "sentences", "formats.table"),
    ("layout", "splitting", "trie"),
    ("enumerations",),
    ("units",),
    ("outline", "labels", "formats.text_document", "formats.csv_table", "formats.jsonl_table", "formats.xlsx_table"),
    ("formats", "features", "scoring", "agreement", "segmentation", "linear"),
    ("vocabulary", "folds", "mixed"),
    ("model",),
    ("model_file", "training", "sklearn_export", "metrics", "splits"),
    ("default_model", "evaluation", "learning_curve", "batch", "writers"),
    ("counting",),
    ("mix",),
    ("mix_files", "api"),
    ("cli",),
    ("__main__",),
)
FLOOR_OF = {name: number for number, names in enumerate(FLOORS) for name in names}


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    name = ".".join(part for part in parts if part != "__init__")
    return "cli" if name.startswith("cli") else name


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_flow_one_way(path: Path) -> None:
    own = module_name(path)
    for imported in imports_of(path):
        name = imported.removeprefix("classifier.")
        if not imported.startswith("classifier.") or name not in FLOOR_OF or name == own:
            continue
        assert FLOOR_OF[name] < FLOOR_OF[own], f"{own} imports {name}, which stands on the same floor or above"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_library_knows_nothing_of_flask_or_the_command_line(path: Path) -> None:
    found = {name.split(".")[0] for name in imports_of(path)}
    assert not found & {"flask", "web"}
    if module_name(path) not in ("cli", "__main__"):
        assert not found & {"click", "rich", "tqdm"}


def test_every_module_has_its_floor_and_is_no_longer_than_a_reader_can_hold() -> None:
    for path in MODULES:
        assert module_name(path) in FLOOR_OF, f"give {path} a floor in this test"
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path


def test_the_public_surface_is_sorted_complete_and_importable() -> None:
    assert len(classifier.__all__) == len(set(classifier.__all__))
    for name in classifier.__all__:
        assert getattr(classifier, name) is not None
    assert set(classifier.__all__) == set(classifier._MODULE_OF)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        classifier.nonsense  # noqa: B018


def test_public_names_are_exactly_these() -> None:
    assert set(classifier.__all__) == {
        *(
            "TRAINING_SETTINGS",
            "VERSION",
            "Agreement",
            "Code",
            "Codebook",
            "CodebookError",
            "Document",
            "Evidence",
            "Explanation",
        ),
        *("InputError", "Label", "LabelError", "LabelSet", "LabelledText", "Mix", "MixRow", "Model", "ModelError", "Origin"),
        *("Paragraph", "PolicyThemesError", "Prediction", "Reading", "Setting", "Share", "Statement", "StatementPrediction"),
        *("check_against_sources", "classify", "compare_folders", "evaluate", "evaluate_held_out", "export_sklearn"),
        *("load_codebook", "load_labels", "load_model", "read_document", "render_outline", "save_model", "shipped_folder"),
        *("sklearn_pipeline", "split_statements", "theme_mix", "train"),
    }


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    "code",
    [
        "import classifier",
        "from classifier import load_model; load_model().predict(['全年调解纠纷三百件。'])",
        "import sys; sys.argv = ['policy-themes', 'classify', '--help']; import classifier.__main__ as m\n"
        "try: m.main()\nexcept SystemExit: pass",
        "import sys, io; sys.stdin = io.TextIOWrapper(io.BytesIO('调解纠纷三百件。'.encode()))\n"
        "sys.argv = ['policy-themes', 'classify', '-']; import classifier.__main__ as m\n"
        "try: m.main()\nexcept SystemExit: pass",
    ],
    ids=["import", "predict", "help", "classify"],
)
def test_reading_a_model_and_classifying_imports_nothing_slow(code: str) -> None:
    slow = {"sklearn", "pandas", "jieba", "flask", "openpyxl", "joblib"}
    check = f"{code}\nimport sys\nprint('SLOW', sorted(set(sys.modules) & {slow}))"
    finished = subprocess.run([sys.executable, "-W", "error", "-c", check], capture_output=True, text=True, check=False)
    assert finished.stdout.splitlines()[-1] == "SLOW []", finished.stdout + finished.stderr


def test_a_planted_jieba_cache_changes_nothing(tmp_path: Path) -> None:
    import marshal

    (tmp_path / "jieba.cache").write_bytes(marshal.dumps(({}, 0)))
    code = "from classifier.vocabulary import proposed_terms; print(sorted(proposed_terms('全年人民调解员调解', 1, 6)))"
    environment = {"TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert "'人民'" in finished.stdout and "'全年'" in finished.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["jieba.cache"]
