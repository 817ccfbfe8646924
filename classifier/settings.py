"""Every setting of the library in one table: name, default, help. A trained model records the values that made it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOME_VARIABLE = "POLICY_THEMES_HOME"


@dataclass(frozen=True)
class Setting:
    """One setting: its name, its default, and what it does."""

    name: str
    default: Any
    help: str


TRAINING_SETTINGS = (
    Setting("longest_sequence", 3, "character sequences of 1 to this many characters may become terms"),
    Setting("longest_word", 6, "words and pairs of adjacent words that jieba proposes may have this many characters"),
    Setting("in_texts", 3, "a term must stand in at least this many training texts (2 where there are under 3,000)"),
    Setting("most_terms", 20000, "of the terms, this many are kept that tell the codes apart best (chi-square)"),
    Setting("lead_weight", 1.25, "how often the first statement of a text counts; each other one counts once"),
    Setting("paragraph_weight", 1.0, "weight of a labelled paragraph in training"),
    Setting("statement_weight", 1.0, "weight of a labelled statement in training"),
    Setting("example_weight", 1.0, "weight of an example in training"),
    Setting("regularisation", 0.45, "C of the linear classifier: larger follows the training texts more closely"),
    Setting("folds", 5, "folds for out-of-fold scores; a document is never split between two"),
    Setting("mixed_presence", 0.1, "a code counts as one of a mixed text's codes from this share of its statements on"),
    Setting(
        "secondary_threshold", 0.5, "a theme is secondary where a statement has it with this probability, unless learned"
    ),
)


def training_settings(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return all training settings, defaults with ``changes`` applied; an unknown name is a KeyError."""
    values = {setting.name: setting.default for setting in TRAINING_SETTINGS}
    for name, value in (changes or {}).items():
        if name not in values:
            raise KeyError(f"no training setting {name!r}; there are: {', '.join(values)}")
        values[name] = value
    return values


def home() -> Path:
    """Return the folder of a running installation's data: ``POLICY_THEMES_HOME``, else the user's data folder."""
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path  # Only needed here: keeps start-up short.

    return user_data_path("policy-themes", appauthor=False)
