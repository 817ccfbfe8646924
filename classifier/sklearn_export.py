"""Write a model as the equivalent fitted scikit-learn pipeline, for those who want one; needs this package to be loaded."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from classifier.mixed import MixedRule
from classifier.model import Model
from classifier.normalisation import normalise
from classifier.scoring import softmax, split_texts, statement_means
from classifier.whole_files import replacing


class StatementClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Classify texts by their statements, with a fitted vectorizer and a fitted linear classifier of scikit-learn.

    A text's scores are the mean of its statements' scores, the lead counting ``lead_weight`` times; ``mixed_rule`` is
    applied to the probabilities.
    """

    def __init__(
        self,
        vectorizer: TfidfVectorizer,
        linear: LogisticRegression,
        lead_weight: float = 1.25,
        mixed_rule: MixedRule | None = None,
    ) -> None:
        self.vectorizer = vectorizer
        self.linear = linear
        self.lead_weight = lead_weight
        self.mixed_rule = mixed_rule

    @property
    def classes_(self) -> Any:
        """The leaf codes, in the codebook's order."""
        return self.linear.classes_

    def fit(self, texts: Sequence[str], targets: Any = None) -> "StatementClassifier":
        """Do nothing: both parts are fitted already."""
        return self

    def predict_proba(self, texts: Sequence[str]) -> Any:
        """Return the probabilities of the leaf codes, shape (texts, leaf codes)."""
        _, bounds, statements = split_texts(texts)
        means = statement_means(bounds, self.lead_weight)
        scores = self.linear.decision_function(_of_unit_length(self.vectorizer.transform(statements), self.vectorizer.idf_))
        if scores.ndim == 1:  # scikit-learn keeps one column for two classes.
            scores = np.column_stack([np.zeros_like(scores), scores])
        probabilities = softmax(means @ scores)
        return self.mixed_rule.apply(probabilities, means @ softmax(scores)) if self.mixed_rule else probabilities

    def predict(self, texts: Sequence[str]) -> Any:
        """Return the most probable leaf code of each text."""
        return self.classes_[self.predict_proba(texts).argmax(axis=1)]

    def __sklearn_is_fitted__(self) -> bool:
        return True


def _of_unit_length(counted: Any, idf: Any) -> Any:
    """Divide rows of count · idf by the square root of their sum of count · idf²."""
    lengths = np.sqrt(counted @ idf)
    return counted.multiply(1 / np.where(lengths > 0, lengths, 1)[:, np.newaxis]).tocsr()


def sklearn_pipeline(model: Model) -> Pipeline:
    """Return a fitted `Pipeline` whose ``predict_proba`` equals `Model.probabilities`; its classes are the leaf codes."""
    terms = model.vocabulary.terms
    vectorizer = TfidfVectorizer(
        analyzer="char",
        ngram_range=(min(map(len, terms)), max(map(len, terms))),
        preprocessor=normalise,
        vocabulary={term: number for number, term in enumerate(terms)},
        norm=None,
    )
    vectorizer.idf_ = model.weights.idf
    linear = LogisticRegression()
    linear.classes_ = np.array(model.codebook.leaf_codes)
    linear.coef_, linear.intercept_ = model.linear_weights()
    linear.n_features_in_ = len(terms)
    if len(linear.classes_) == 2:
        linear.coef_ = linear.coef_[1:] - linear.coef_[:1]
        linear.intercept_ = linear.intercept_[1:] - linear.intercept_[:1]
    return Pipeline([("statements", StatementClassifier(vectorizer, linear, model.lead_weight, model.mixed_rule))])


def export_sklearn(model: Model, path: Path) -> None:
    """Write the pipeline with joblib, whole or not at all."""
    with replacing(path) as temporary:
        joblib.dump(sklearn_pipeline(model), temporary)
