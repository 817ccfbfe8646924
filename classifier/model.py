"""The trained model: texts in, calibrated probabilities of leaf codes out, with the evidence for them.

A text is what its statements are about (rule 1 of the codebook): each statement's TF-IDF features give a score for every
leaf code, and the text's score is their mean, in which the lead statement counts double. A temperature and a bias for each
code, learned on out-of-fold scores, turn scores into probabilities by softmax. All of this is linear up to the softmax, so
that the weights of terms add up to the scores.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from classifier.codebook import Codebook
from classifier.features import TfidfWeights, Vocabulary
from classifier.joining import JoinedTexts, Places, batches
from classifier.mixed import MixedRule
from classifier.scoring import Floats, StatementScorer, softmax, statement_means
from classifier.splitting import SplitTexts, split_joined


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
        found = [self._of_texts(split, scores)[1] for _, split, scores in self._scored(texts)]
        return np.concatenate([np.empty((0, len(self._leaves))), *found])

    def linear_weights(self) -> tuple[Floats, Floats]:
        """Return calibrated weights, shape (leaf codes, terms), and intercepts: softmax of their scores is the answer."""
        return self._linear.T.copy(), self._bias.copy()

    def score(self, texts: Sequence[str]) -> "TextScores":
        """Return the arrays behind `predict`, without an object for each text: what a store of many texts keeps."""
        empty, no_places = np.empty((0, len(self._leaves))), np.empty(0, dtype=np.int64)
        columns = [(no_places, no_places, no_places, np.empty(0), empty, empty, empty)]
        for joined, split, scores in self._scored(texts):
            counts = np.diff(split.bounds)
            offsets = np.repeat(joined.starts, counts)
            means, probabilities = self._of_texts(split, scores)
            shares = statement_means(split.bounds, self.lead_weight).data
            columns.append(
                (split.starts - offsets, split.ends - offsets, counts, shares, softmax(scores), means, probabilities)
            )
        starts, ends, counts, *values = (np.concatenate(column) for column in zip(*columns, strict=True))
        return TextScores(self, texts, starts, ends, np.concatenate(([0], np.cumsum(counts))), *values)

    def _scored(self, texts: Sequence[str]) -> Iterator[tuple[JoinedTexts, SplitTexts, Floats]]:
        """Yield the statements of batches of texts and their scores, shape (statements, leaf codes)."""
        for batch in batches(texts):
            joined = JoinedTexts.of(texts[batch])
            split = split_joined(joined)
            yield joined, split, self._scorer.scores(self.vocabulary.trie.walk(joined, split.starts)) + self._bias

    def _of_texts(self, split: SplitTexts, scores: Floats) -> tuple[Floats, Floats]:
        """Return the scores and probabilities of texts from the scores of their statements."""
        means = statement_means(split.bounds, self.lead_weight)
        mean_scores = means @ scores
        probabilities = softmax(mean_scores)
        if self.mixed_rule is not None:
            probabilities = self.mixed_rule.apply(probabilities, means @ softmax(scores))
        return mean_scores, probabilities

    def _predictions(self, texts: Sequence[str], scored: "TextScores") -> Iterator[Prediction]:
        statements = self._described(scored.parts)
        strongest = np.maximum.reduceat(scored.parts @ self._fold, scored.bounds[:-1]) if texts else np.empty((0, 0))
        rows = zip(texts, self._described(scored.probabilities), strongest, np.diff(scored.bounds).tolist(), strict=True)
        spans = iter(scored.spans)
        for text, (theme, detail, confidence, scores, leaf_scores), strengths, count in rows:
            parts = tuple(
                StatementPrediction(text[start:end], start, end, *description)
                for (start, end), description in zip(islice(spans, count), statements, strict=False)
            )
            if any(character.isalnum() for character in text):
                yield Prediction(theme, detail, confidence, self._secondary(theme, strengths), scores, leaf_scores, parts)
            else:
                yield self._nothing()

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
        rows, starts, ends, found = self.vocabulary.find(split.pieces)
        place = np.searchsorted(statements * terms + features.indices, rows * terms + found)
        weights = (added / np.bincount(place, minlength=len(added)))[place]
        offsets = split.starts[rows]
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

    @cached_property
    def _scorer(self) -> StatementScorer:
        return StatementScorer(self.vocabulary.trie, self.weights.idf, self._linear)

    def _described(self, leaves: Floats) -> Iterator[tuple[str, str, float, dict[str, float], dict[str, float]]]:
        """Yield theme, leaf code, confidence, and the probabilities of themes and of leaf codes, for each row."""
        themes = leaves @ self._fold
        best = themes.argmax(axis=1)
        detail = (leaves * self._fold.T[best]).argmax(axis=1)
        rows = zip(best.tolist(), detail.tolist(), themes.tolist(), leaves.tolist(), strict=True)
        for theme, leaf, of_themes, of_leaves in rows:
            scores = dict(zip(self._themes, of_themes, strict=True)), dict(zip(self._leaves, of_leaves, strict=True))
            yield self._themes[theme], self._leaves[leaf], of_themes[theme], *scores

    def _secondary(self, theme: str, strongest: Floats) -> tuple[str, ...]:
        found = np.flatnonzero(strongest >= self.secondary_threshold).tolist()
        return tuple(
            self._themes[place] for place in found if place in self._may_be_secondary and self._themes[place] != theme
        )

    @cached_property
    def _may_be_secondary(self) -> frozenset[int]:
        allowed = self.codebook.secondary_codes
        return frozenset(place for place, code in enumerate(self._themes) if code in allowed)

    def _nothing(self) -> Prediction:
        return Prediction("", "", 0.0, (), dict.fromkeys(self._themes, 0.0), dict.fromkeys(self._leaves, 0.0), ())


@dataclass(frozen=True)
class TextScores:
    """The scores of a batch of texts and of their statements: text ``i`` owns statements ``bounds[i]`` to ``bounds[i + 1]``.

    A statement lies at ``starts[i]:ends[i]`` of its text; ``parts`` are the statements' probabilities, shape (statements,
    leaf codes), and ``probabilities`` those of the texts, shape (texts, leaf codes); ``shares`` is what each statement
    counts in its text.
    """

    model: Model = field(repr=False)
    texts: Sequence[str] = field(repr=False)
    starts: Places
    ends: Places
    bounds: Places
    shares: Floats
    parts: Floats
    mean_scores: Floats
    probabilities: Floats

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """The statements' places in their text."""
        return list(zip(self.starts.tolist(), self.ends.tolist(), strict=True))

    @cached_property
    def features(self) -> csr_array:
        """The statements' TF-IDF features, shape (statements, terms)."""
        return self.model.weights.apply(self.model.vocabulary.count(self.pieces))

    @cached_property
    def pieces(self) -> list[str]:
        """The statements' texts."""
        counts = np.diff(self.bounds).tolist()
        owners = chain.from_iterable(repeat(text, count) for text, count in zip(self.texts, counts, strict=True))
        return [text[start:end] for text, (start, end) in zip(owners, self.spans, strict=True)]


def _strongest(texts: NDArray[np.int64], weights: Floats, most: int | None) -> NDArray[np.int64]:
    """Return the places of the ``most`` weights of each text that are farthest from 0; all where it is None."""
    order = np.lexsort((-np.abs(weights), texts))
    own = texts[order]
    rank = np.arange(len(order)) - np.searchsorted(own, own)
    return order if most is None else order[rank < most]
