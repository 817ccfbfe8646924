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
from scipy.sparse import csr_array

from classifier.bands import Bands
from classifier.codebook import Codebook
from classifier.evidence import EvidenceFinder
from classifier.features import TfidfWeights, Vocabulary
from classifier.joining import batches, counts_of
from classifier.mixed import MixedRule
from classifier.predictions import Explanation, Prediction
from classifier.scoring import Floats, ScoredStatements, StatementScorer, softmax, statement_shares, weighted_sums
from classifier.short_texts import Answers, ShortTexts, are_few
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
    bands: Bands | None = None
    record: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """A short name for outputs: codebook version and the first digits of the digest of what it was trained on."""
        return f"{self.codebook.version}-{str(self.record.get('labels_digest', ''))[:12]}"

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Classify texts, in order."""
        return [prediction for answers, _ in self._answers(texts) for prediction in answers.predictions]

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return the probabilities of the leaf codes, shape (texts, leaf codes), in the codebook's order."""
        return self.score(texts).probabilities

    def theme_probabilities(self, texts: Sequence[str]) -> Floats:
        """Return the probabilities of the themes, shape (texts, themes), in the codebook's order."""
        return self.probabilities(texts) @ np.eye(len(self.codebook.themes))[list(self.codebook.leaf_theme_places)]

    def features(self, texts: Sequence[str]) -> csr_array:
        """Return the features of whole texts, shape (texts, terms): how texts are compared with each other."""
        return self.weights.apply(self.vocabulary.count(texts))

    def linear_weights(self) -> tuple[Floats, Floats]:
        """Return calibrated weights, shape (leaf codes, terms), and intercepts: softmax of their scores is the answer."""
        return self._linear.T.copy(), self._bias.copy()

    def score(self, texts: Sequence[str]) -> TextScores:
        """Return the arrays behind `predict`, without an object for each text: what a store of many texts keeps."""
        return TextScores.joined(texts, [self._of_texts(batch, scored) for batch, scored in self._scored(texts)])

    def _scored(self, texts: Sequence[str]) -> Iterator[tuple[Sequence[str], ScoredStatements]]:
        """Yield batches of texts, one or more, with the scores of their statements."""
        for batch in [*batches(texts)] or [slice(0)]:
            yield texts[batch], self._scorer.score(texts[batch])

    def _answers(self, texts: Sequence[str]) -> Iterator[tuple[Answers, ScoredStatements]]:
        """Yield what is said of batches of texts, and what it is based on."""
        for batch, scored in self._scored(texts):
            if are_few(batch, scored):
                yield self._short_texts.answers(batch, scored), scored
            else:
                found = self._of_texts(batch, scored)
                yield Answers(list(found.predictions()), found.mean_scores.tolist(), found.shares), scored

    def _of_texts(self, texts: Sequence[str], scored: ScoredStatements) -> TextScores:
        """Return the scores of texts from those of their statements."""
        split = scored.split
        shares = statement_shares(split.bounds, self.lead_weight)
        mean_scores = weighted_sums(scored.scores, shares, split.bounds)
        # Those of texts and of statements in one go.
        every = softmax(np.concatenate((mean_scores, scored.scores)))
        probabilities, parts = every[: len(texts)], every[len(texts) :]
        if self.mixed_rule is not None:
            probabilities = self.mixed_rule.apply(probabilities, weighted_sums(parts, shares, split.bounds))
        offsets = scored.joined.starts.repeat(counts_of(split.bounds))
        starts, ends = split.starts - offsets, split.ends - offsets
        return TextScores(
            self.names,
            self.secondary_threshold,
            self.bands,
            texts,
            starts,
            ends,
            split.bounds,
            shares,
            parts,
            mean_scores,
            probabilities,
        )

    def explain(self, text: str, code: str | None = None) -> Explanation:
        """Say which terms speak for and against ``code``, by default the predicted leaf code."""
        return self.explain_each([text], code)[0]

    def explain_each(self, texts: Sequence[str], code: str | None = None, *, most: int | None = None) -> list[Explanation]:
        """Explain texts, in order; with ``most``, only so many of the strongest occurrences of terms in each."""
        asked = self.names.leaves.index(self.codebook.entry(code).code) if code else None
        bias = self._bias.tolist()
        explanations: list[Explanation] = []
        for answers, scored in self._answers(texts):
            places = self.names.leaf_places
            # A text without any letter is explained by the first leaf code.
            leaves = [places.get(found.detail, 0) if asked is None else asked for found in answers.predictions]
            evidence = self._evidence.find(scored, answers.shares, np.array(leaves, dtype=np.intp), most)
            rows = zip(answers.predictions, leaves, answers.scores, evidence, strict=True)
            explanations += [
                Explanation(prediction, code or self.names.leaves[leaf], scores[leaf], bias[leaf], own)
                for prediction, leaf, scores, own in rows
            ]
        return explanations

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
        return StatementScorer(self.vocabulary.trie, self.weights.idf, self._linear, self._bias)

    @cached_property
    def _short_texts(self) -> ShortTexts:
        return ShortTexts(self.names, self.lead_weight, self.secondary_threshold, self.mixed_rule, self.bands)

    @cached_property
    def _evidence(self) -> EvidenceFinder:
        return EvidenceFinder(self.vocabulary.trie, self.vocabulary.terms, self.weights.idf, self._linear)
