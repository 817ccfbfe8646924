"""What a model says of a text, as objects: predictions, and the evidence for them.

They are named tuples because there are dozens for every text: a frozen dataclass takes three times as long to make.
"""

from collections.abc import Mapping
from typing import NamedTuple


class StatementPrediction(NamedTuple):
    """The theme of one statement; ``text == whole[start:end]`` of the classified text."""

    text: str
    start: int
    end: int
    theme: str
    detail: str
    confidence: float
    scores: Mapping[str, float]
    leaf_scores: Mapping[str, float]


class Prediction(NamedTuple):
    """What the model says of one text.

    ``theme`` is a theme of the codebook, ``detail`` the leaf code, ``confidence`` the theme's probability, ``secondary``
    the other themes that some statement is about; ``scores`` maps every theme to its probability, ``leaf_scores`` every
    leaf code. Both sum to 1. ``band`` says how far this can be relied on (`classifier.bands`), None where the model has no
    bands. A text without any letter or digit has no theme and no band: all strings are empty, all scores 0.
    """

    theme: str
    detail: str
    confidence: float
    secondary: tuple[str, ...]
    scores: Mapping[str, float]
    leaf_scores: Mapping[str, float]
    statements: tuple[StatementPrediction, ...]
    band: str | None = None


class Evidence(NamedTuple):
    """One occurrence of a term and what it adds to the score of the predicted leaf code."""

    term: str
    start: int
    end: int
    weight: float


class Explanation(NamedTuple):
    """Why a text has its theme: ``score == intercept + sum of all weights``, the log-odds scale of the leaf code."""

    prediction: Prediction
    code: str
    score: float
    intercept: float
    evidence: tuple[Evidence, ...]

    def terms(self) -> list[tuple[str, float]]:
        """Return each term's total weight, strongest first, for and against."""
        totals: dict[str, float] = {}
        for item in self.evidence:
            totals[item.term] = totals.get(item.term, 0.0) + item.weight
        return sorted(totals.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
