"""The answers for a few short texts, in plain Python: what `classifier.text_scores` says of many in arrays.

For one paragraph, nearly all the time goes into calling NumPy, some sixty times to work on a few dozen numbers; plain
Python takes half of it. The rules are those of `softmax`, `MixedRule` and `TextScores`, and tests hold both to one answer.
"""

from collections.abc import Sequence
from itertools import repeat
from math import exp
from operator import mul
from typing import NamedTuple

import numpy as np

from classifier.bands import Bands
from classifier.mixed import FEWEST_CODES, MixedRule
from classifier.predictions import Prediction, StatementPrediction
from classifier.scoring import Floats, ScoredStatements, statement_shares
from classifier.text_scores import ThemeNames, has_letter, without_theme

# Of so many texts and statements together, both ways take equally long.
FEW_ROWS = 12

Row = list[float]
# Theme, leaf code, confidence, and the probabilities of themes and of leaf codes.
_Description = tuple[str, str, float, dict[str, float], dict[str, float]]


def are_few(texts: Sequence[str], scored: ScoredStatements) -> bool:
    """Tell whether plain Python is the quicker way for texts and their scored statements."""
    return len(texts) + len(scored.scores) <= FEW_ROWS


class Answers(NamedTuple):
    """What a model says of a batch of texts: predictions, the scores of their leaf codes, their statements' shares."""

    predictions: list[Prediction]
    scores: list[Row]
    shares: Floats


class ShortTexts:
    """Answers for a few texts from the scores of their statements."""

    def __init__(
        self,
        names: ThemeNames,
        lead_weight: float,
        secondary_threshold: float,
        mixed_rule: MixedRule | None,
        bands: Bands | None,
    ) -> None:
        self._names, self._lead_weight, self._threshold = names, lead_weight, secondary_threshold
        self._mixed_rule, self._bands = mixed_rule, bands
        self._theme_of_leaf = names.fold.argmax(axis=1).tolist()
        self._leaves_of_theme = [np.flatnonzero(leaves).tolist() for leaves in names.fold.T]
        self._may_be_secondary = names.may_be_secondary.tolist()

    def answers(self, texts: Sequence[str], scored: ScoredStatements) -> Answers:
        """Return the answers for texts and their scored statements."""
        bounds, rows = scored.split.bounds.tolist(), scored.scores.tolist()
        spans = list(zip(scored.split.starts.tolist(), scored.split.ends.tolist(), strict=True))
        shares = statement_shares(scored.split.bounds, self._lead_weight)
        share_of = shares.tolist()
        predictions, scores = [], []
        for number, (text, offset) in enumerate(zip(texts, scored.joined.starts.tolist(), strict=True)):
            own = slice(bounds[number], bounds[number + 1])
            scores.append(_mean(rows[own], share_of[own]))
            predictions.append(
                self._prediction(
                    text,
                    [(start - offset, end - offset) for start, end in spans[own]],
                    _probabilities(scores[-1]),
                    [_probabilities(row) for row in rows[own]],
                    share_of[own],
                )
                if has_letter(text)
                else without_theme(self._names)
            )
        return Answers(predictions, scores, shares)

    def _prediction(self, text: str, spans: list[tuple[int, int]], whole: Row, parts: list[Row], shares: Row) -> Prediction:
        """Put together what the probabilities of a text and of its statements say."""
        if self._mixed_rule is not None:
            whole = _moved(self._mixed_rule, whole, _mean(parts, shares))
        _, (theme, detail, confidence, scores, leaf_scores) = self._described(whole)
        described = [self._described(part) for part in parts]
        strongest = map(max, *(themes for themes, _ in described), repeat(0.0))
        candidates = zip(self._may_be_secondary, self._names.themes, strongest, strict=False)
        others = [other for allowed, other, share in candidates if allowed and share >= self._threshold and other != theme]
        statements = [
            StatementPrediction(text[start:end], start, end, *description)
            for (start, end), (_, description) in zip(spans, described, strict=True)
        ]
        band = self._bands.of(confidence) if self._bands else None
        return Prediction(theme, detail, confidence, tuple(others), scores, leaf_scores, tuple(statements), band)

    def _described(self, leaves: Row) -> tuple[Row, _Description]:
        """Return the probabilities of themes, and the most probable theme with its most probable leaf code in words."""
        names = self._names
        themes = [0.0] * len(names.themes)
        for theme, probability in zip(self._theme_of_leaf, leaves, strict=True):
            themes[theme] += probability
        confidence = max(themes)
        best = themes.index(confidence)
        leaf = max(self._leaves_of_theme[best], key=leaves.__getitem__)
        scores = dict(zip(names.themes, themes, strict=True)), dict(zip(names.leaves, leaves, strict=True))
        return themes, (names.themes[best], names.leaves[leaf], confidence, *scores)


def _mean(rows: list[Row], shares: Row) -> Row:
    return [sum(map(mul, column, shares)) for column in zip(*rows, strict=True)]


def _probabilities(scores: Row) -> Row:
    highest = max(scores)
    powers = [exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def _moved(rule: MixedRule, probabilities: Row, shares: Row) -> Row:
    if max(shares) >= rule.dominance or sum(share >= rule.presence for share in shares) < FEWEST_CODES:
        return probabilities
    moved = [probability * (1 - rule.precision) for probability in probabilities]
    moved[rule.place] += rule.precision
    return moved
