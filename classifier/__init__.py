"""policy-themes: policy themes of Chinese justice-bureau reports, by paragraph and by jurisdiction.

>>> from classifier import load_model, read_document, classify, theme_mix

Names are imported when they are first used, so that start-up stays short.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from classifier.agreement import Agreement, compare_folders
    from classifier.api import classify, load_model, read_document, theme_mix
    from classifier.codebook import Code, Codebook, load_codebook
    from classifier.documents import Document, Origin
    from classifier.errors import CodebookError, InputError, LabelError, ModelError, PolicyThemesError
    from classifier.evaluation import evaluate, evaluate_held_out
    from classifier.labels import Label, LabelledText, LabelSet, check_against_sources, load_labels
    from classifier.mix import Mix, MixRow, Share
    from classifier.model import Evidence, Explanation, Model, Prediction, StatementPrediction
    from classifier.model_file import save_model
    from classifier.outline import render_outline
    from classifier.sentences import split_statements
    from classifier.settings import TRAINING_SETTINGS, Setting
    from classifier.shipped import shipped_folder
    from classifier.sklearn_export import export_sklearn, sklearn_pipeline
    from classifier.training import train
    from classifier.units import Paragraph, Reading, Statement
    from classifier.version import VERSION

_HOME = {
    "agreement": ("Agreement", "compare_folders"),
    "api": ("classify", "load_model", "read_document", "theme_mix"),
    "codebook": ("Code", "Codebook", "load_codebook"),
    "documents": ("Document", "Origin"),
    "errors": ("CodebookError", "InputError", "LabelError", "ModelError", "PolicyThemesError"),
    "evaluation": ("evaluate", "evaluate_held_out"),
    "labels": ("Label", "LabelSet", "LabelledText", "check_against_sources", "load_labels"),
    "mix": ("Mix", "MixRow", "Share"),
    "model": ("Evidence", "Explanation", "Model", "Prediction", "StatementPrediction"),
    "model_file": ("save_model",),
    "outline": ("render_outline",),
    "settings": ("Setting", "TRAINING_SETTINGS"),
    "shipped": ("shipped_folder",),
    "sklearn_export": ("export_sklearn", "sklearn_pipeline"),
    "training": ("train",),
    "sentences": ("split_statements",),
    "units": ("Paragraph", "Reading", "Statement"),
    "version": ("VERSION",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "TRAINING_SETTINGS",
    "VERSION",
    "Agreement",
    "Code",
    "Codebook",
    "CodebookError",
    "Document",
    "Evidence",
    "Explanation",
    "InputError",
    "Label",
    "LabelError",
    "LabelSet",
    "LabelledText",
    "Mix",
    "MixRow",
    "Model",
    "ModelError",
    "Origin",
    "Paragraph",
    "PolicyThemesError",
    "Prediction",
    "Reading",
    "Setting",
    "Share",
    "Statement",
    "StatementPrediction",
    "check_against_sources",
    "classify",
    "compare_folders",
    "evaluate",
    "evaluate_held_out",
    "export_sklearn",
    "load_codebook",
    "load_labels",
    "load_model",
    "read_document",
    "render_outline",
    "save_model",
    "shipped_folder",
    "sklearn_pipeline",
    "split_statements",
    "theme_mix",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'classifier' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"classifier.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
