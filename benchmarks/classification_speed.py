"""Measure classification in one process on one core, text in and probabilities of all leaf codes out, beside its peers.

    OMP_NUM_THREADS=1 python benchmarks/classification_speed.py [TEXTS.jsonl]

The peers learn from the same labels: the textbook's pipeline (jieba words and pairs, TF-IDF, logistic regression), and
fastText fed by rjieba where the extra ``bench`` is installed. All take turns, round by round; what counts are the ratios
within a round. TEXTS.jsonl has a paragraph in each line, or a document whose ``content`` has one, under the key ``text``;
without it the paragraphs of the five seed reports are classified.
"""

import argparse
import importlib.util
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# One core for everybody, also where a library would take more.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from classifier import LabelSet, load_labels, load_model, read_folder, read_units, shipped_folder

ROUNDS = 7
OURS, OURS_WITH_STATEMENTS = "this project", "this project, with every statement"
# Slow ways get fewer texts a round; all are real paragraphs, drawn at even distances.
SECONDS_PER_TURN = 1.0
SHORTEST, LONGEST = 60, 600

Way = Callable[[Sequence[str]], Any]


def paragraphs(path: Path | None) -> list[str]:
    """Return the paragraphs of 60 to 600 characters that are classified."""
    if path is None:
        readings = [read_units(document) for document in read_folder(shipped_folder("seeds"))]
        found = [paragraph.text for reading in readings for paragraph in reading.paragraphs]
    else:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found = [line.strip() for row in rows for line in str(row.get("text") or row.get("content") or "").splitlines()]
    return [text for text in found if SHORTEST <= len(text) <= LONGEST]


def textbook(labels: LabelSet) -> Way:
    """Train the pipeline of the textbooks with its default settings."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    jieba.setLogLevel("ERROR")
    vectorizer = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, ngram_range=(1, 2))
    pipeline = make_pipeline(vectorizer, LogisticRegression())
    texts = labels.texts()
    pipeline.fit([item.text for item in texts], [item.theme for item in texts])
    way: Way = pipeline.predict_proba
    return way


def fasttext_with_rjieba(labels: LabelSet) -> Way:
    """Train fastText on the words that rjieba, a segmenter in Rust, makes of the same texts."""
    import fasttext
    import rjieba

    codes = labels.codebook.leaf_codes

    def words(text: str) -> str:
        return " ".join(rjieba.cut(text.replace("\n", " ")))

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as stream:
        stream.writelines(f"__label__{codes.index(item.theme)} {words(item.text)}\n" for item in labels.texts())
        stream.flush()
        trained = fasttext.train_supervised(stream.name, epoch=50, wordNgrams=2, dim=50, thread=1, seed=0, verbose=0)
    return lambda texts: trained.predict([words(text) for text in texts], k=len(codes))


def rate(way: Way, texts: Sequence[str]) -> float:
    """Return texts per second of processor time, which other programs on the machine disturb least."""
    start = time.process_time()
    way(texts)
    return len(texts) / (time.process_time() - start)


def main() -> None:
    """Print rates and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="?", type=Path, metavar="TEXTS.jsonl")
    texts = paragraphs(parser.parse_args().texts)
    labels, model = load_labels(shipped_folder("labels")), load_model()
    ways: dict[str, Way] = {
        OURS: model.probabilities,
        OURS_WITH_STATEMENTS: model.score,
        "this project, as objects": model.predict,
        "textbook: jieba, TF-IDF, logistic regression": textbook(labels),
    }
    if importlib.util.find_spec("fasttext") and importlib.util.find_spec("rjieba"):
        ways["fastText fed by rjieba"] = fasttext_with_rjieba(labels)
    samples = {}
    for name, way in ways.items():
        rate(way, texts[:50])
        count = max(50, int(rate(way, texts[:: max(1, len(texts) // 100)]) * SECONDS_PER_TURN))
        many = texts * (count // len(texts) + 1)
        samples[name] = many[:: max(1, len(many) // count)]
    rounds = [{name: rate(way, samples[name]) for name, way in ways.items()} for _ in range(ROUNDS)]
    length = statistics.mean(map(len, texts))
    print(f"{len(texts)} paragraphs of {length:.0f} characters on average; {len(model.vocabulary)} terms; {ROUNDS} rounds")
    print("paragraphs per second of processor time, median (range), and how many times that of each way this project does:")
    for name in ways:
        rates = sorted(row[name] for row in rounds)
        line = f"  {name}: {statistics.median(rates):,.0f} ({rates[0]:,.0f} to {rates[-1]:,.0f})"
        for ours in (OURS, OURS_WITH_STATEMENTS):
            ratios = sorted(row[ours] / row[name] for row in rounds)
            line += f"; x {statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f})"
        print(line)


if __name__ == "__main__":
    main()
