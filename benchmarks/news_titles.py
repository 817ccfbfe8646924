"""Train on news titles, to show that the pipeline is general: accuracy on unseen titles beside the textbook's.

    python -m benchmarks.news_titles [--texts FOLDER] [--quick]

The titles are not part of the project; where they are not found, the shipped labels take their place.
"""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from benchmarks.results import Measure, Result
from benchmarks.texts import Labelled, Texts, ask, write_labelled
from classifier import load_labels, train
from classifier.vocabulary import segment

NAME = "Other texts: news titles"
TEXT = """
Trained on {seen:,} titles, asked about {unseen:,} others. This is not about speed: it shows that what makes the program fast
costs no accuracy, on texts that it was not made for.
"""
FOLDS, QUICK_TITLES = 5, 400
UNIT = "% right"


def measure(texts: Texts, *, quick: bool = False) -> Result:
    """Split at random, learn from four fifths, and compare on the rest."""
    order = np.random.default_rng(0).permutation(len(texts.titles))[: QUICK_TITLES if quick else None]
    rows = [texts.titles[place] for place in order.tolist()]
    unseen, seen = rows[: len(rows) // FOLDS], rows[len(rows) // FOLDS :]
    with tempfile.TemporaryDirectory() as name:
        model = train(load_labels(write_labelled(Path(name) / "titles.csv", seen)))
    found = [prediction.theme for prediction in model.predict([text for text, _ in unseen])]
    measures = [Measure("ours", "this project", (_share_right(found, unseen),), UNIT)]
    for peer, said in _peers(seen, [text for text, _ in unseen]):
        measures.append(Measure(peer, f"jieba words and pairs, {peer}", (_share_right(said, unseen),), UNIT))
    return Result(NAME, TEXT.format(seen=len(seen), unseen=len(unseen)), tuple(measures))


def _share_right(found: Sequence[str], truth: Sequence[Labelled]) -> float:
    return 100 * float(np.mean([one == code for one, (_, code) in zip(found, truth, strict=True)]))


def _peers(seen: Sequence[Labelled], unseen: Sequence[str]) -> list[tuple[str, list[str]]]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(tokenizer=segment, token_pattern=None, ngram_range=(1, 2))
    features, codes = words.fit_transform([text for text, _ in seen]), [code for _, code in seen]
    asked = words.transform(unseen)
    solvers = (("logistic regression", LogisticRegression()), ("linear support vectors", LinearSVC(random_state=0)))
    return [(name, solver.fit(features, codes).predict(asked).tolist()) for name, solver in solvers]


if __name__ == "__main__":
    asked = ask(__doc__)
    measure(asked.texts, quick=asked.quick).show()
