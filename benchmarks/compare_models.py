"""Compare ways of classifying on the same splits, and write the tables of docs/evaluation.md: ``make evaluation``.

Each way is trained on four seeds and the examples and tested on the fifth, five times; and trained on all seeds and
examples and tested on the held-out texts. fastText joins where the extra ``bench`` is installed.
"""

import argparse
import importlib.util
import platform
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from classifier import LabelSet, Model, Prediction, evaluate, evaluate_held_out, load_labels, train
from classifier import vocabulary as vocabulary_module

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "evaluation.md"
MARKERS = ("<!-- comparison: begin -->", "<!-- comparison: end -->")


@dataclass(frozen=True)
class PlainModel:
    """Wraps any classifier of leaf codes so that it is evaluated as the project's own model is."""

    labels: LabelSet
    probabilities: Callable[[Sequence[str]], np.ndarray[Any, Any]]

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Return a prediction for each text, leaf codes folded to themes."""
        book = self.labels.codebook
        predictions = []
        for row in self.probabilities(texts):
            themes = dict.fromkeys(book.theme_codes, 0.0)
            for code, value in zip(book.leaf_codes, row, strict=True):
                themes[book.entry(code).theme] += float(value)
            theme = max(themes, key=lambda code: themes[code])
            detail = book.leaf_codes[int(np.argmax(row))]
            predictions.append(Prediction(theme, detail, themes[theme], (), themes, {}, ()))
        return predictions


def textbook(labels: LabelSet) -> PlainModel:
    """Train the textbook's pipeline: jieba words and pairs of words, TF-IDF, logistic regression, default settings."""
    pipeline = make_pipeline(
        TfidfVectorizer(tokenizer=vocabulary_module.segment, token_pattern=None, ngram_range=(1, 2)), LogisticRegression()
    )
    texts = labels.texts()
    pipeline.fit([item.text for item in texts], [item.theme for item in texts])
    places = [labels.codebook.leaf_codes.index(code) for code in pipeline.classes_]

    def probabilities(asked: Sequence[str]) -> np.ndarray[Any, Any]:
        found = np.zeros((len(asked), len(labels.codebook.leaf_codes)))
        found[:, places] = pipeline.predict_proba(list(asked))
        return found

    return PlainModel(labels, probabilities)


def fasttext_words(labels: LabelSet) -> PlainModel:
    """Train fastText on jieba words and pairs, 50 epochs, one thread so that it can be repeated."""
    import fasttext

    codes = labels.codebook.leaf_codes
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as stream:
        for item in labels.texts():
            stream.write(f"__label__{codes.index(item.theme)} {' '.join(vocabulary_module.segment(item.text))}\n")
        stream.flush()
        found = fasttext.train_supervised(stream.name, epoch=50, wordNgrams=2, dim=50, thread=1, seed=0, verbose=0)

    def probabilities(asked: Sequence[str]) -> np.ndarray[Any, Any]:
        rows = np.zeros((len(asked), len(codes)))
        for row, text in zip(rows, asked, strict=True):
            for label, value in found.f.predict(" ".join(vocabulary_module.segment(text)) + "\n", len(codes), 0.0, "strict"):
                row[int(value.removeprefix("__label__"))] = label
        rows /= rows.sum(axis=1, keepdims=True)
        return rows

    return PlainModel(labels, probabilities)


def only(labels: LabelSet, *kinds: str) -> LabelSet:
    """Keep only some sources of labels, and of the sub-codes those that they have."""
    kept = replace(
        labels,
        paragraphs=labels.paragraphs if "paragraphs" in kinds else (),
        statements=labels.statements if "statements" in kinds else (),
        examples=labels.examples if "examples" in kinds else (),
    )
    counts = Counter(item.theme for item in kept.texts())
    book = labels.codebook
    left = tuple(code for code in book.subcodes if counts[code.code] >= 2)
    return replace(kept, codebook=replace(book, subcodes=left, mixed=book.mixed if counts[book.mixed] >= 2 else ""))


def from_sources(trainer: Callable[[LabelSet], Any], *kinds: str) -> Callable[[LabelSet], Any]:
    """Train on some sources only, and test on all units as ever."""
    return lambda labels: trainer(only(labels, *kinds))


CANDIDATES: tuple[dict[str, Any], ...] = (
    {},
    {"longest_sequence": 2},
    {"regularisation": 0.3},
    {"regularisation": 0.7},
    {"most_terms": 30_000},
    {"lead_weight": 2.0},
    {"paragraph_weight": 3.0, "statement_weight": 3.0},
)


def nested(labels: LabelSet) -> Model:
    """Choose the settings by leave-one-document-out within these labels, then train on all of them.

    In an outer leave-one-document-out, the choice never sees the document that is tested on.
    """

    def right(settings: dict[str, Any]) -> float:
        result = evaluate(labels, partial(train, settings=settings))
        return float(result["paragraphs"]["accuracy"]["value"] + result["statements"]["accuracy"]["value"])

    return train(labels, max(CANDIDATES, key=right))


def ways() -> dict[str, tuple[str, Callable[[LabelSet], Any]]]:
    """Every way that is compared: section of the table, and how it is trained."""
    found: dict[str, tuple[str, Callable[[LabelSet], Any]]] = {
        "jieba words + pairs, logistic regression (the textbook)": ("peers", textbook)
    }
    if importlib.util.find_spec("fasttext"):
        found["fastText, jieba words + pairs"] = ("peers", fasttext_words)
    found["this project"] = ("ours", train)
    found["this project, settings chosen by nested leave-one-document-out"] = ("ours", nested)
    steps: dict[str, dict[str, Any]] = {
        "no lead weight (each statement counts once)": {"lead_weight": 1.0},
        "lead counts double": {"lead_weight": 2.0},
        "lead counts three times": {"lead_weight": 3.0},
        "10,000 terms": {"most_terms": 10_000},
        "40,000 terms": {"most_terms": 40_000},
        "jieba words and single characters": {"longest_sequence": 1},
        "character sequences up to 2": {"longest_sequence": 2},
        "character sequences up to 4": {"longest_sequence": 4},
        "terms of two texts or more": {"in_texts": 2},
        "terms of five texts or more": {"in_texts": 5},
        "C = 0.3": {"regularisation": 0.3},
        "C = 0.7": {"regularisation": 0.7},
        "hand labels weigh three times": {"paragraph_weight": 3.0, "statement_weight": 3.0},
    }
    for name, settings in steps.items():
        found[name] = ("one setting changed", partial(train, settings=settings))
    found["examples alone"] = ("other sources", from_sources(train, "examples"))
    found["hand labels alone, no examples"] = ("other sources", from_sources(train, "paragraphs", "statements"))
    found["whole paragraphs alone"] = ("other sources", from_sources(train, "paragraphs"))
    return found


def measure(labels: LabelSet, trainer: Callable[[LabelSet], Any]) -> dict[str, str]:
    """Return the cells of one row."""
    result = evaluate(labels, trainer)
    held_out = evaluate_held_out(labels, ROOT / "labels", trainer)
    assert held_out is not None

    def pair(of: dict[str, Any]) -> str:
        return f"{of['accuracy']['value']:.3f} / {of['macro_f1']['value']:.3f}"

    return {
        "seed paragraphs": pair(result["paragraphs"]),
        "ECE": f"{result['paragraphs']['expected_calibration_error']['value']:.3f}",
        "seed statements": pair(result["statements"]),
        "held-out paragraphs": pair(held_out),
        "clear ones": pair(held_out["clear_cases"]),
    }


def main() -> None:
    """Measure every way, or those asked for, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", default="", help="measure only ways whose name holds this; keep the other rows of the page"
    )
    asked = parser.parse_args()
    # Proposing terms takes most of the time and depends on the text alone.
    vocabulary_module.proposed_terms = lru_cache(maxsize=None)(vocabulary_module.proposed_terms)
    vocabulary_module.segment = lru_cache(maxsize=None)(vocabulary_module.segment)
    labels = load_labels(ROOT / "labels")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(MARKERS[0])
    table, _, after = rest.partition(MARKERS[1])
    known = {line.split("|")[1].strip(): line for line in table.splitlines() if line.startswith("| ")}
    lines = [
        f"Measured with Python {platform.python_version()}, scikit-learn {sklearn.__version__}, NumPy {np.__version__}; "
        f"labels {labels.digest()[:12]}, {len(labels.examples)} examples. Cells are accuracy / macro-F1 over seven themes.",
        "",
        "| way | seed paragraphs | ECE | seed statements | held-out paragraphs | clear ones |",
        "|---|---|---|---|---|---|",
    ]
    section = ""
    for name, (group, trainer) in ways().items():
        if group != section:
            section = group
            lines.append(f"| *{group}* | | | | | |")
        if asked.only in name:
            lines.append(f"| {name} | " + " | ".join(measure(labels, trainer).values()) + " |")
            print(lines[-1], flush=True)
        elif name in known:
            lines.append(known[name])
    PAGE.write_text(f"{before}{MARKERS[0]}\n" + "\n".join(lines) + f"\n{MARKERS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
