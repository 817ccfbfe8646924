"""The trained model: texts in, calibrated probabilities of leaf codes out, with the evidence for them.

A text is what its statements are about (rule 1 of the codebook): each statement's TF-IDF features give a score for every
leaf code, and the text's score is their mean, in which the lead statement counts double. A temperature and a bias for each
code, learned on out-of-fold scores, turn scores into probabilities by softmax. All of this is linear up to the softmax, so
that the weights of terms add up to the scores.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from classifier.codebook import Codebook
from classifier.features import TfidfWeights, Vocabulary
from classifier.mixed import MixedRule
from classifier.sentences import split_statements

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StatementPrediction:
    """The theme of one statement; ``text == whole[start:end]`` of the classified text."""

    text: str
    start: int
    end: int
    theme: str
    detail: str
    confidence: float
    scores: Mapping[str, float]
    leaf_scores: Mapping[str, float]


@dataclass(frozen=True)
class Prediction:
    """What the model says of one text.

    ``theme`` is a theme of the codebook, ``detail`` the leaf code, ``confidence`` the theme's probability, ``secondary``
    the other themes that some statement is about; ``scores`` maps every theme to its probability, ``leaf_scores`` every
    leaf code. Both sum to 1. A text without any letter or digit has no theme: all strings are empty, all scores 0.
    """

    theme: str
    detail: str
    confidence: float
    secondary: tuple[str, ...]
    scores: Mapping[str, float]
    leaf_scores: Mapping[str, float]
    statements: tuple[StatementPrediction, ...]


@dataclass(frozen=True)
class Evidence:
    """One occurrence of a term and what it adds to the score of the predicted leaf code."""

    term: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True)
class Explanation:
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


@dataclass(frozen=True)
class Model:
    """A trained model; make one with `classifier.train`, read one with `classifier.load_model`.

    Shapes: ``coefficients`` (leaf codes, terms), ``intercepts`` (leaf codes,), ``calibration`` (1 + leaf codes,): what
    scores are multiplied by, then the bias of each code.
    """

    codebook: Codebook
    vocabulary: Vocabulary
    weights: TfidfWeights
    coefficients: NDArray[np.float32]
    intercepts: Floats
    calibration: Floats
    lead_weight: float
    secondary_threshold: float
    mixed_rule: MixedRule | None = None
    record: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """A short name for outputs: codebook version and the first digits of the digest of what it was trained on."""
        return f"{self.codebook.version}-{str(self.record.get('labels_digest', ''))[:12]}"

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Classify texts, in order."""
        return list(self._predictions(texts, self.score(texts)))

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return the probabilities of the leaf codes, shape (texts, leaf codes), in the codebook's order."""
        return self.score(texts).probabilities

    def linear_weights(self) -> tuple[Floats, Floats]:
        """Return calibrated weights, shape (leaf codes, terms), and intercepts: softmax of their scores is the answer."""
        return self._linear.T.copy(), self._bias.copy()

    def score(self, texts: Sequence[str]) -> "TextScores":
        """Return the arrays behind `predict`, without an object for each text: what a store of many texts keeps."""
        spans, bounds, pieces = split_texts(texts)
        features = self.weights.apply(self.vocabulary.count(pieces))
        means = statement_means(bounds, self.lead_weight)
        scores = features @ self._linear + self._bias
        parts, mean_scores = softmax(scores), means @ scores
        probabilities = softmax(mean_scores)
        if self.mixed_rule is not None:
            probabilities = self.mixed_rule.apply(probabilities, means @ parts)
        return TextScores(spans, bounds, features, means.data, parts, mean_scores, probabilities)

    def _predictions(self, texts: Sequence[str], split: "TextScores") -> Iterator[Prediction]:
        whole, parts = split.probabilities, split.parts
        whole_themes, part_themes = whole @ self._fold, parts @ self._fold
        for row, text in enumerate(texts):
            first, last = split.bounds[row], split.bounds[row + 1]
            if not any(character.isalnum() for character in text):
                yield self._nothing()
                continue
            statements = tuple(
                StatementPrediction(
                    text[start:end],
                    start,
                    end,
                    *self._best(parts[number], part_themes[number]),
                    dict(zip(self._themes, part_themes[number].tolist(), strict=True)),
                    dict(zip(self._leaves, parts[number].tolist(), strict=True)),
                )
                for number, (start, end) in enumerate(split.spans[first:last], first)
            )
            theme, detail, confidence = self._best(whole[row], whole_themes[row])
            strongest = part_themes[first:last].max(axis=0)
            yield Prediction(
                theme,
                detail,
                confidence,
                self._secondary(theme, strongest),
                dict(zip(self._themes, whole_themes[row].tolist(), strict=True)),
                dict(zip(self._leaves, whole[row].tolist(), strict=True)),
                statements,
            )

    def explain(self, text: str, code: str | None = None) -> Explanation:
        """Say which terms speak for and against ``code``, by default the predicted leaf code."""
        return self.explain_each([text], code)[0]

    def explain_each(self, texts: Sequence[str], code: str | None = None, *, most: int | None = None) -> list[Explanation]:
        """Explain texts, in order; with ``most``, only so many of the strongest occurrences of terms in each."""
        split = self.score(texts)
        predictions = list(self._predictions(texts, split))
        codes = [code or prediction.detail or self._leaves[0] for prediction in predictions]
        leaves = np.array([self._leaves.index(self.codebook.entry(own).code) for own in codes], dtype=np.int64)
        text_of = np.repeat(np.arange(len(texts)), np.diff(split.bounds))
        # What a term adds in one statement is shared by its occurrences there; keys are (statement, term), sorted.
        features, terms = split.features, np.int64(len(self.vocabulary))
        statements = np.repeat(np.arange(features.shape[0]), np.diff(features.indptr))
        added = split.shares[statements] * features.data * self._linear[features.indices, leaves[text_of[statements]]]
        pieces = [texts[number][slice(*span)] for number, span in zip(text_of.tolist(), split.spans, strict=True)]
        rows, starts, ends, found = self.vocabulary.find(pieces)
        place = np.searchsorted(statements * terms + features.indices, rows * terms + found)
        weights = (added / np.bincount(place, minlength=len(added)))[place]
        offsets = np.array([start for start, _ in split.spans], dtype=np.int64)[rows]
        columns = (text_of[rows], starts + offsets, ends + offsets, found, weights)
        kept = _strongest(columns[0], weights, most)
        evidence: list[list[Evidence]] = [[] for _ in texts]
        for number, start, end, term, weight in sorted(zip(*(column[kept].tolist() for column in columns), strict=True)):
            evidence[number].append(Evidence(self.vocabulary.terms[term], start, end, weight))
        return [
            Explanation(prediction, own, float(split.mean_scores[n, leaf]), float(self._bias[leaf]), tuple(evidence[n]))
            for n, (prediction, own, leaf) in enumerate(zip(predictions, codes, leaves, strict=True))
        ]

    @cached_property
    def _themes(self) -> tuple[str, ...]:
        return self.codebook.theme_codes

    @cached_property
    def _leaves(self) -> tuple[str, ...]:
        return self.codebook.leaf_codes

    @cached_property
    def _fold(self) -> Floats:
        """1 where a leaf code belongs to a theme, shape (leaf codes, themes)."""
        return np.eye(len(self._themes))[list(self.codebook.leaf_theme_places)]

    @cached_property
    def _linear(self) -> Floats:
        """Calibrated weights of terms, shape (terms, leaf codes)."""
        weights: Floats = np.ascontiguousarray(self.coefficients.T.astype(np.float64)) * self.calibration[0]
        return weights

    @cached_property
    def _bias(self) -> Floats:
        bias: Floats = self.intercepts * self.calibration[0] + self.calibration[1:]
        return bias

    def _best(self, leaves: Floats, themes: Floats) -> tuple[str, str, float]:
        theme = int(themes.argmax())
        detail = int((leaves * self._fold[:, theme]).argmax())
        return self._themes[theme], self._leaves[detail], float(themes[theme])

    def _secondary(self, theme: str, strongest: Floats) -> tuple[str, ...]:
        allowed = self.codebook.secondary_codes
        return tuple(
            code
            for code, probability in zip(self._themes, strongest, strict=True)
            if code != theme and code in allowed and probability >= self.secondary_threshold
        )

    def _nothing(self) -> Prediction:
        return Prediction("", "", 0.0, (), dict.fromkeys(self._themes, 0.0), dict.fromkeys(self._leaves, 0.0), ())


@dataclass(frozen=True)
class TextScores:
    """The scores of a batch of texts and of their statements: text ``i`` owns statements ``bounds[i]`` to ``bounds[i + 1]``.

    ``spans`` are the statements' places in their text, ``parts`` their probabilities, shape (statements, leaf codes), and
    ``probabilities`` those of the texts, shape (texts, leaf codes); ``shares`` is what each statement counts in its text.
    """

    spans: list[tuple[int, int]]
    bounds: NDArray[np.int64]
    features: csr_array
    shares: Floats
    parts: Floats
    mean_scores: Floats
    probabilities: Floats


def _strongest(texts: NDArray[np.int64], weights: Floats, most: int | None) -> NDArray[np.int64]:
    """Return the places of the ``most`` weights of each text that are farthest from 0; all where it is None."""
    order = np.lexsort((-np.abs(weights), texts))
    own = texts[order]
    rank = np.arange(len(order)) - np.searchsorted(own, own)
    return order if most is None else order[rank < most]


def softmax(scores: Floats) -> Floats:
    """Return probabilities in proportion to exp(score), by row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    probabilities: Floats = raised / raised.sum(axis=1, keepdims=True)
    return probabilities


def split_texts(texts: Sequence[str]) -> tuple[list[tuple[int, int]], NDArray[np.int64], list[str]]:
    """Return the statements' spans, the rows at which each text's statements begin and end, and the statements.

    >>> split_texts(["调解纠纷三百件。培训调解员二十名。", "普法"])[1].tolist()
    [0, 2, 3]
    """
    spans_of = [split_statements(text) or [(0, len(text))] for text in texts]
    spans = [span for own in spans_of for span in own]
    pieces = [text[start:end] for text, own in zip(texts, spans_of, strict=True) for start, end in own]
    return spans, np.cumsum([0, *map(len, spans_of)]), pieces


def statement_means(bounds: NDArray[np.int64], lead_weight: float) -> csr_array:
    """Return the matrix that takes rows of statements to rows of texts, shape (texts, statements): weighted means.

    >>> statement_means(np.array([0, 1, 4]), 2.0).toarray().tolist()
    [[1.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.25, 0.25]]
    """
    counts = np.diff(bounds)
    shares = np.repeat(1 / (counts + lead_weight - 1), counts)
    shares[bounds[:-1]] *= lead_weight
    return csr_array((shares, np.arange(len(shares)), bounds), shape=(len(counts), len(shares)))
