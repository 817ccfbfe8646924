"""The trained model: texts in, calibrated probabilities of leaf codes out, with the evidence for them.

A text is what its statements are about (rule 1 of the codebook): each statement's TF-IDF features give a score for every
leaf code, and the text's score is their mean, in which the lead statement counts more. A temperature and a bias for each
code, learned on out-of-fold scores, turn scores into probabilities by softmax. All of this is linear up to the softmax, so
that the weights of terms add up to the scores.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.codebook import Codebook
from classifier.features import TfidfWeights, Vocabulary
from classifier.joining import JoinedTexts, batches
from classifier.mixed import MixedRule
from classifier.predictions import Evidence, Explanation, Prediction
from classifier.scoring import Floats, StatementScorer, softmax, statement_means
from classifier.splitting import SplitTexts, split_joined
from classifier.text_scores import TextScores, ThemeNames


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
        return list(self.score(texts).predictions())

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return the probabilities of the leaf codes, shape (texts, leaf codes), in the codebook's order."""
        found = [self._of_texts(split, scores)[1] for _, split, scores in self._scored(texts)]
        return np.concatenate([np.empty((0, len(self.names.leaves))), *found])

    def linear_weights(self) -> tuple[Floats, Floats]:
        """Return calibrated weights, shape (leaf codes, terms), and intercepts: softmax of their scores is the answer."""
        return self._linear.T.copy(), self._bias.copy()

    def score(self, texts: Sequence[str]) -> TextScores:
        """Return the arrays behind `predict`, without an object for each text: what a store of many texts keeps."""
        empty, no_places = np.empty((0, len(self.names.leaves))), np.empty(0, dtype=np.int64)
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
        return TextScores(
            self.names, self.secondary_threshold, texts, starts, ends, np.concatenate(([0], np.cumsum(counts))), *values
        )

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

    def explain(self, text: str, code: str | None = None) -> Explanation:
        """Say which terms speak for and against ``code``, by default the predicted leaf code."""
        return self.explain_each([text], code)[0]

    def explain_each(self, texts: Sequence[str], code: str | None = None, *, most: int | None = None) -> list[Explanation]:
        """Explain texts, in order; with ``most``, only so many of the strongest occurrences of terms in each."""
        split = self.score(texts)
        predictions = list(split.predictions())
        codes = [code or prediction.detail or self.names.leaves[0] for prediction in predictions]
        leaves = np.array([self.names.leaves.index(self.codebook.entry(own).code) for own in codes], dtype=np.int64)
        text_of = np.repeat(np.arange(len(texts)), np.diff(split.bounds))
        # What a term adds in one statement is shared by its occurrences there; keys are (statement, term), sorted.
        features, terms = self.weights.apply(self.vocabulary.count(split.pieces)), np.int64(len(self.vocabulary))
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
    def names(self) -> ThemeNames:
        """The codebook's codes as places in arrays."""
        return ThemeNames(self.codebook)

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


def _strongest(texts: NDArray[np.int64], weights: Floats, most: int | None) -> NDArray[np.int64]:
    """Return the places of the ``most`` weights of each text that are farthest from 0; all where it is None."""
    order = np.lexsort((-np.abs(weights), texts))
    own = texts[order]
    rank = np.arange(len(order)) - np.searchsorted(own, own)
    return order if most is None else order[rank < most]
