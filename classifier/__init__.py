"""policy-themes: policy themes of Chinese justice-bureau reports, by paragraph and by jurisdiction.

>>> from classifier import load_model, read_document, classify, theme_mix

Names are imported when they are first used, so that start-up stays short.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from classifier.agreement import (
        AGREEMENT_KINDS,
        Agreement,
        AnnotatorCodes,
        Disagreement,
        agreement_csv,
        compare_annotators,
        compare_kinds,
        compare_pairs,
    )
    from classifier.api import classify, compare, load_model, read_document, read_upload, theme_mix, unpack_upload
    from classifier.archive import DOCUMENTS_FILE, ArchivedDocument, archive_line, check_against_archive, read_archive
    from classifier.audit import AuditAccuracy, audit_accuracy, evaluate_audit
    from classifier.bands import BANDS, BandCount, Bands
    from classifier.chunks import DOCUMENT_COLUMNS, Item, renamed_columns
    from classifier.codebook import Code, Codebook, load_codebook
    from classifier.codebook_changes import CodeChange, VersionStep
    from classifier.codebook_diff import CodebookDifference, compare_codebooks
    from classifier.coefficients import Coefficient
    from classifier.comparison import Comparison, Passage, TypicalParagraph, compare_paragraphs
    from classifier.comparison_files import write_comparison
    from classifier.copies import copy_groups, copy_keys
    from classifier.counting import CountedParagraphs, places_of_copies_once
    from classifier.csv_cells import unguarded_cell
    from classifier.differences import VERDICTS, Difference
    from classifier.documents import Document
    from classifier.drift import LEAST_EARLIER_CHECKS, RECENT_CHECKS, Checks, Drift, measure_drift
    from classifier.errors import CodebookError, InputError, LabelError, ModelError, PolicyThemesError, SnapshotError
    from classifier.evaluation import evaluate, evaluate_held_out
    from classifier.formats import Table, known_suffixes
    from classifier.freezing import freeze, freeze_folder, working_folder
    from classifier.intervals import FEWEST_JURISDICTIONS, IntervalBasis
    from classifier.label_checks import check_against_sources, read_folder
    from classifier.label_migration import MigratedFile, migrate_folder
    from classifier.label_rows import csv_line
    from classifier.labels import (
        AUDIT,
        CHOICE_COLUMNS,
        PARAGRAPH_COLUMNS,
        STATEMENT_COLUMNS,
        Label,
        LabelledText,
        LabelSet,
        load_labels,
        migrated_labels,
        read_label_file,
    )
    from classifier.layout import Layout
    from classifier.learning import learning_curve
    from classifier.manifest import EVERY_TABLE, FrozenData, Manifest, TableForm
    from classifier.migration import MigratedLabel, Migration, migration_to
    from classifier.mix import COPIES, GROUPINGS, MEASURES, Mix, MixRow, Share, mix_of_paragraphs
    from classifier.mix_files import mix_notes, write_mix
    from classifier.model import Model
    from classifier.model_file import save_model
    from classifier.origin_finding import Findings, OpenQuestion, complete_origin, level_of
    from classifier.origins import LEVELS, Origin, jurisdiction_names
    from classifier.outline import render_outline
    from classifier.plain_zip import (
        BROKEN_ZIP,
        digests_of,
        unpack_members,
        why_not_as_listed,
        why_not_plain,
        write_plain_zip,
    )
    from classifier.predictions import Evidence, Explanation, Prediction, StatementPrediction
    from classifier.queues import by_chance, by_density, by_shortfall, by_uncertainty, densities, margins, suspected_errors
    from classifier.readings import Readings, read_readings
    from classifier.records import prediction_columns, record_of
    from classifier.reproduction import Reproduction, reproduce
    from classifier.sentences import split_statements
    from classifier.settings import TRAINING_SETTINGS, Setting, home
    from classifier.shingles import copy_form, copy_similarity
    from classifier.shipped import shipped_folder
    from classifier.sklearn_export import export_sklearn, sklearn_pipeline
    from classifier.snapshot_tables import ChangedFigure
    from classifier.telling_terms import TellingTerm, TellingTerms
    from classifier.text_scores import TextScores
    from classifier.training import train
    from classifier.units import Paragraph, Reading, Statement, digest, read_units, source_spans
    from classifier.version import VERSION
    from classifier.whole_files import replacing
    from classifier.writers import open_writer

_HOME = {
    "agreement": (
        "AGREEMENT_KINDS",
        "Agreement",
        "AnnotatorCodes",
        "Disagreement",
        "agreement_csv",
        "compare_annotators",
        "compare_kinds",
        "compare_pairs",
    ),
    "api": ("classify", "compare", "load_model", "read_document", "read_upload", "theme_mix", "unpack_upload"),
    "archive": ("ArchivedDocument", "DOCUMENTS_FILE", "archive_line", "check_against_archive", "read_archive"),
    "audit": ("AuditAccuracy", "audit_accuracy", "evaluate_audit"),
    "bands": ("BANDS", "BandCount", "Bands"),
    "chunks": ("DOCUMENT_COLUMNS", "Item", "renamed_columns"),
    "codebook": ("Code", "Codebook", "load_codebook"),
    "copies": ("copy_groups", "copy_keys"),
    "coefficients": ("Coefficient",),
    "codebook_changes": ("CodeChange", "VersionStep"),
    "codebook_diff": ("CodebookDifference", "compare_codebooks"),
    "comparison": ("Comparison", "Passage", "TypicalParagraph", "compare_paragraphs"),
    "comparison_files": ("write_comparison",),
    "differences": ("Difference", "VERDICTS"),
    "counting": ("CountedParagraphs", "places_of_copies_once"),
    "csv_cells": ("unguarded_cell",),
    "documents": ("Document",),
    "errors": ("CodebookError", "InputError", "LabelError", "ModelError", "PolicyThemesError", "SnapshotError"),
    "drift": ("Checks", "Drift", "LEAST_EARLIER_CHECKS", "RECENT_CHECKS", "measure_drift"),
    "evaluation": ("evaluate", "evaluate_held_out"),
    "formats": ("Table", "known_suffixes"),
    "label_checks": ("check_against_sources", "read_folder"),
    "label_migration": ("MigratedFile", "migrate_folder"),
    "label_rows": ("csv_line",),
    "freezing": ("freeze", "freeze_folder", "working_folder"),
    "labels": (
        "AUDIT",
        "CHOICE_COLUMNS",
        "Label",
        "LabelSet",
        "LabelledText",
        "PARAGRAPH_COLUMNS",
        "STATEMENT_COLUMNS",
        "load_labels",
        "migrated_labels",
        "read_label_file",
    ),
    "layout": ("Layout",),
    "learning": ("learning_curve",),
    "migration": ("MigratedLabel", "Migration", "migration_to"),
    "manifest": ("EVERY_TABLE", "FrozenData", "Manifest", "TableForm"),
    "intervals": ("FEWEST_JURISDICTIONS", "IntervalBasis"),
    "mix": ("COPIES", "GROUPINGS", "MEASURES", "Mix", "MixRow", "Share", "mix_of_paragraphs"),
    "mix_files": ("mix_notes", "write_mix"),
    "model": ("Model",),
    "model_file": ("save_model",),
    "origin_finding": ("Findings", "OpenQuestion", "complete_origin", "level_of"),
    "origins": ("LEVELS", "Origin", "jurisdiction_names"),
    "outline": ("render_outline",),
    "plain_zip": ("BROKEN_ZIP", "digests_of", "unpack_members", "why_not_as_listed", "why_not_plain", "write_plain_zip"),
    "predictions": ("Evidence", "Explanation", "Prediction", "StatementPrediction"),
    "readings": ("Readings", "read_readings"),
    "queues": ("by_chance", "by_density", "by_shortfall", "by_uncertainty", "densities", "margins", "suspected_errors"),
    "records": ("prediction_columns", "record_of"),
    "reproduction": ("Reproduction", "reproduce"),
    "settings": ("Setting", "TRAINING_SETTINGS", "home"),
    "shingles": ("copy_form", "copy_similarity"),
    "shipped": ("shipped_folder",),
    "sklearn_export": ("export_sklearn", "sklearn_pipeline"),
    "snapshot_tables": ("ChangedFigure",),
    "telling_terms": ("TellingTerm", "TellingTerms"),
    "text_scores": ("TextScores",),
    "training": ("train",),
    "sentences": ("split_statements",),
    "units": ("Paragraph", "Reading", "Statement", "digest", "read_units", "source_spans"),
    "version": ("VERSION",),
    "whole_files": ("replacing",),
    "writers": ("open_writer",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "AGREEMENT_KINDS",
    "AUDIT",
    "BANDS",
    "BROKEN_ZIP",
    "CHOICE_COLUMNS",
    "COPIES",
    "DOCUMENTS_FILE",
    "DOCUMENT_COLUMNS",
    "EVERY_TABLE",
    "FEWEST_JURISDICTIONS",
    "GROUPINGS",
    "LEAST_EARLIER_CHECKS",
    "LEVELS",
    "MEASURES",
    "PARAGRAPH_COLUMNS",
    "RECENT_CHECKS",
    "STATEMENT_COLUMNS",
    "TRAINING_SETTINGS",
    "VERDICTS",
    "VERSION",
    "Agreement",
    "AnnotatorCodes",
    "ArchivedDocument",
    "AuditAccuracy",
    "BandCount",
    "Bands",
    "ChangedFigure",
    "Checks",
    "Code",
    "CodeChange",
    "Codebook",
    "CodebookDifference",
    "CodebookError",
    "Coefficient",
    "Comparison",
    "CountedParagraphs",
    "Difference",
    "Disagreement",
    "Document",
    "Drift",
    "Evidence",
    "Explanation",
    "Findings",
    "FrozenData",
    "InputError",
    "IntervalBasis",
    "Item",
    "Label",
    "LabelError",
    "LabelSet",
    "LabelledText",
    "Layout",
    "Manifest",
    "MigratedFile",
    "MigratedLabel",
    "Migration",
    "Mix",
    "MixRow",
    "Model",
    "ModelError",
    "OpenQuestion",
    "Origin",
    "Paragraph",
    "Passage",
    "PolicyThemesError",
    "Prediction",
    "Reading",
    "Readings",
    "Reproduction",
    "Setting",
    "Share",
    "SnapshotError",
    "Statement",
    "StatementPrediction",
    "Table",
    "TableForm",
    "TellingTerm",
    "TellingTerms",
    "TextScores",
    "TypicalParagraph",
    "VersionStep",
    "agreement_csv",
    "archive_line",
    "audit_accuracy",
    "by_chance",
    "by_density",
    "by_shortfall",
    "by_uncertainty",
    "check_against_archive",
    "check_against_sources",
    "classify",
    "compare",
    "compare_annotators",
    "compare_codebooks",
    "compare_kinds",
    "compare_pairs",
    "compare_paragraphs",
    "complete_origin",
    "copy_form",
    "copy_groups",
    "copy_keys",
    "copy_similarity",
    "csv_line",
    "densities",
    "digest",
    "digests_of",
    "evaluate",
    "evaluate_audit",
    "evaluate_held_out",
    "export_sklearn",
    "freeze",
    "freeze_folder",
    "home",
    "jurisdiction_names",
    "known_suffixes",
    "learning_curve",
    "level_of",
    "load_codebook",
    "load_labels",
    "load_model",
    "margins",
    "measure_drift",
    "migrate_folder",
    "migrated_labels",
    "migration_to",
    "mix_notes",
    "mix_of_paragraphs",
    "open_writer",
    "places_of_copies_once",
    "prediction_columns",
    "read_archive",
    "read_document",
    "read_folder",
    "read_label_file",
    "read_readings",
    "read_units",
    "read_upload",
    "record_of",
    "renamed_columns",
    "render_outline",
    "replacing",
    "reproduce",
    "save_model",
    "shipped_folder",
    "sklearn_pipeline",
    "source_spans",
    "split_statements",
    "suspected_errors",
    "theme_mix",
    "train",
    "unguarded_cell",
    "unpack_members",
    "unpack_upload",
    "why_not_as_listed",
    "why_not_plain",
    "working_folder",
    "write_comparison",
    "write_mix",
    "write_plain_zip",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'classifier' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"classifier.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
