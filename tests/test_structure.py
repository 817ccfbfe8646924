"""The house: imports flow one way, start-up is short, the public surface is what is written down."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT

import classifier

PACKAGE, WEB = ROOT / "classifier", ROOT / "web"

# From the ground up: a module may import only from floors below its own (or, where it says so, from its own folder).
FLOORS = (
    (
        "errors",
        "version",
        "whole_files",
        "plain_zip",
        "memory",
        "signals",
        "slots",
        "coefficients",
        "traditional",
        "csv_cells",
    ),
    (
        "settings",
        "shipped",
        "encoding",
        "codebook_changes",
        "joining",
        "normalisation",
        "transitions",
        "selection",
        "predictions",
        "bands",
        "jurisdictions",
        "reported_years",
    ),
    ("place_names", "origins"),
    ("titles",),
    ("self_description",),
    ("namesakes",),
    ("origin_finding",),
    ("documents", "furniture", "sections", "lines", "codebook", "label_rows", "shingles", "drift"),
    ("rejoining", "sentences", "formats.table", "migration", "copies"),
    ("layout", "splitting", "trie", "codebook_diff"),
    ("enumerations",),
    ("units",),
    (
        "outline",
        "labels",
        "formats.content",
        "formats.zip_limits",
        "formats.docx_numbering",
        "formats.html_facts",
        "formats.pdf_lines",
        "formats.extracted",
        "formats.worker",
        "formats.packed_rows",
        "formats.parquet_batches",
    ),
    ("formats.isolation", "formats.xlsx_rows", "formats.docx_text", "formats.html_text", "formats.pdf_paragraphs"),
    ("formats.pdf_text",),
    (
        "formats.text_document",
        "formats.docx_document",
        "formats.html_document",
        "formats.pdf_document",
        "formats.zip_archive",
        "formats.unreadable",
        "formats.csv_table",
        "formats.jsonl_table",
        "formats.xlsx_table",
        "formats.parquet_table",
    ),
    ("formats", "features", "scoring", "agreement", "label_checks", "label_migration", "segmentation", "linear"),
    ("archive", "unpacking", "vocabulary", "folds", "mixed", "text_scores", "evidence", "log_odds", "candidate_terms"),
    ("short_texts", "queues", "readings", "telling_terms"),
    ("model",),
    ("model_file", "training", "sklearn_export", "metrics", "splits"),
    ("default_model", "evaluation", "learning", "audit"),
    ("chunks", "arrow_files"),
    ("records", "sources"),
    ("copied_paragraphs",),
    ("json_records", "unfinished", "writers"),
    ("workers",),
    ("processes", "cluster"),
    ("parallel",),
    ("batch",),
    ("counting", "intervals"),
    ("mix", "verification", "verification.trial"),
    ("mix_files", "differences", "manifest", "verification.simulation", "verification.quantifiers"),
    ("comparison", "verification.masking", "verification.methods"),
    ("comparison_files", "api", "verification.coverage"),
    ("snapshot_file", "snapshot_readme", "snapshot_tables"),
    ("freezing", "reproduction"),
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


# The same for the web application. A name stands for a module, or for a package with all modules that have no floor of their own.
WEB_FLOORS = (
    ("table_base",),
    (
        "errors",
        "settings",
        "addresses",
        "permissions",
        "account_tables",
        "tables",
        "markup",
        "reasons",
        "headers",
        "lanes",
        "json_answers",
        "process_locks",
        "storage_faults",
    ),
    ("language", "wording", "review_wording", "example_text", "limits"),
    ("origin_wording",),
    ("database", "hosts", "problems", "explained", "charts", "dispatching"),
    ("store",),
    (
        "uploads",
        "services",
        "jobs",
        "job_words",
        "codebook_page",
        "codebook_history",
        "document_pages",
        "model_card",
        "work",
        "refusals",
    ),
    ("store.uploads", "tagging", "accounts", "mix_tables", "mix_notes"),
    ("mix_pictures", "comparison_page", "review_forms", "api"),
    ("views",),
    ("application",),
    ("serving",),
    ("commands",),
    ("backup_commands",),
)
WEB_FLOOR_OF = {name: number for number, names in enumerate(WEB_FLOORS) for name in names}
# What knows nothing of requests: it can be used by jobs and commands as well.
WITHOUT_FLASK = (
    "store",
    "charts",
    "database",
    "table_base",
    "account_tables",
    "tables",
    "markup",
    "settings",
    "addresses",
    "hosts",
    "jobs",
    "work",
)

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


PUBLIC = """
AGREEMENT_KINDS AUDIT BANDS BROKEN_ZIP CHOICE_COLUMNS COPIES DOCUMENTS_FILE DOCUMENT_COLUMNS EVERY_TABLE
FEWEST_JURISDICTIONS GROUPINGS LEAST_EARLIER_CHECKS LEVELS MEASURES PARAGRAPH_COLUMNS RECENT_CHECKS
STATEMENT_COLUMNS TRAINING_SETTINGS VERDICTS VERSION Agreement AnnotatorCodes ArchivedDocument AuditAccuracy
BandCount Bands ChangedFigure Checks Code CodeChange Codebook CodebookDifference CodebookError Coefficient
Comparison CountedParagraphs Difference Disagreement Document Drift Evidence Explanation Findings FrozenData
InputError IntervalBasis Item Label LabelError LabelSet LabelledText Layout Manifest MigratedFile MigratedLabel
Migration Mix MixRow Model ModelError OpenQuestion Origin Paragraph Passage PolicyThemesError Prediction Reading
Readings Reproduction Setting Share SnapshotError Statement StatementPrediction Table TableForm TellingTerm
TellingTerms TextScores TypicalParagraph VersionStep agreement_csv archive_line audit_accuracy by_chance
by_density by_shortfall by_uncertainty check_against_archive check_against_sources classify compare
compare_annotators compare_codebooks compare_kinds compare_pairs compare_paragraphs complete_origin copy_form
copy_groups copy_keys copy_similarity csv_line densities digest digests_of evaluate evaluate_audit evaluate_held_out
export_sklearn freeze freeze_folder home jurisdiction_names known_suffixes learning_curve level_of load_codebook
load_labels load_model margins measure_drift migrate_folder migrated_labels migration_to mix_notes
mix_of_paragraphs open_writer places_of_copies_once prediction_columns read_archive read_document read_folder
read_label_file read_readings read_units read_upload record_of renamed_columns render_outline replacing
reproduce save_model shipped_folder sklearn_pipeline source_spans split_statements suspected_errors theme_mix
train unguarded_cell unpack_members unpack_upload why_not_as_listed why_not_plain working_folder write_comparison write_mix
write_plain_zip
"""


def test_public_names_are_exactly_these() -> None:
    assert classifier.__all__ == PUBLIC.split()


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


WEB_MODULES = [path for path in sorted(WEB.rglob("*.py")) if "migrations" not in path.parts]


def web_module(path: Path) -> str:
    return ".".join(part for part in path.relative_to(WEB).with_suffix("").parts if part != "__init__")


def web_entry(name: str) -> str:
    """Return the entry of the table of floors that a module of `web` stands under; an empty text where it has none."""
    return next((known for known in sorted(WEB_FLOOR_OF, reverse=True) if f"{name}.".startswith(f"{known}.")), "")


def web_imports(path: Path) -> set[str]:
    modules = {web_module(other) for other in WEB_MODULES}
    return {name.removeprefix("web.") for name in imports_of(path) if name.startswith("web.")} & modules


@pytest.mark.parametrize("path", WEB_MODULES, ids=lambda path: str(path.relative_to(WEB)))
def test_imports_within_the_web_application_flow_one_way(path: Path) -> None:
    name = web_module(path)
    if not name:
        return  # The package itself: its front door.
    own = web_entry(name)
    assert own, f"give web/{path.relative_to(WEB)} a floor in this test"
    for imported in web_imports(path):
        other = web_entry(imported)
        if other != own:
            assert WEB_FLOOR_OF[other] < WEB_FLOOR_OF[own], f"{name} imports {imported}, on the same floor or above"


def test_no_module_of_the_web_application_imports_itself_by_way_of_others() -> None:
    imports = {web_module(path): web_imports(path) for path in WEB_MODULES if path.name != "__init__.py"}
    done: set[str] = set()

    def visit(name: str, on_the_way: tuple[str, ...]) -> None:
        assert name not in on_the_way, f"a circle: {' -> '.join((*on_the_way, name))}"
        if name not in done:
            for imported in imports.get(name, ()):
                visit(imported, (*on_the_way, name))
            done.add(name)

    for name in imports:
        visit(name, ())


@pytest.mark.parametrize("path", WEB_MODULES, ids=lambda path: str(path.relative_to(WEB)))
def test_the_web_application_uses_only_public_names_of_the_library(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "classifier":
            assert node.module == "classifier", f"{path} imports from {node.module}; use from classifier import …"
            assert {name.name for name in node.names} <= set(classifier.__all__)
        if isinstance(node, ast.Import):
            assert not any(name.name.split(".")[0] == "classifier" for name in node.names), path


@pytest.mark.parametrize("path", WEB_MODULES, ids=lambda path: str(path.relative_to(WEB)))
def test_a_module_of_the_web_application_is_short_and_keeps_to_its_business(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path
    name, found = web_module(path), {imported.split(".")[0] for imported in imports_of(path)}
    assert "click" not in found or name in ("commands", "backup_commands"), "only these speak with the command line"
    if web_entry(name) in WITHOUT_FLASK:
        assert not found & {"flask", "flask_login", "flask_wtf"}, f"{name} must not know of requests"


def test_the_command_line_and_the_web_application_import_each_other_nowhere() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert not {name.split(".")[0] for name in imports_of(path)} & {"web"}, path
    for path in WEB_MODULES:
        assert not any(name.startswith("classifier.cli") for name in imports_of(path)), path


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    "arguments", [["--help"], ["labels", "--help"], ["labels", "check", "--help"], ["explain", "调解。"]]
)
def test_commands_of_the_library_import_nothing_of_the_web_application(arguments: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['policy-themes', *{arguments!r}]; import classifier.__main__ as m\n"
        "try: m.main()\nexcept SystemExit: pass\n"
        "print('WEB', sorted(set(sys.modules) & {'web', 'flask', 'sqlalchemy'}))"
    )
    finished = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert finished.stdout.splitlines()[-1] == "WEB []", finished.stdout + finished.stderr
