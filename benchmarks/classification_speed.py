"""Measure classification in one process on one core, text in and probabilities of all leaf codes out, beside its peers.

    python -m benchmarks.classification_speed [--texts FOLDER] [--quick]

The peers learn from the same labels: the textbook's pipeline (jieba words and pairs, TF-IDF, logistic regression), and
fastText fed by rjieba where the extra ``bench`` is installed. All take turns, round by round; what counts are the ratios
within a round.
"""

import os
import statistics
import time
from collections.abc import Sequence

# One core for everybody, also where a library would take more.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from benchmarks.results import RATIO, Bar, Measure, Result
from benchmarks.textbook import Way, fasttext_with_rjieba, textbook
from benchmarks.texts import Texts, ask
from classifier import load_labels, load_model, shipped_folder

NAME = "Classification in one process"
TEXT = """
Texts in, probabilities of all leaf codes out, in one Python process on one core; processor time. The peers learned from the
same labels: scikit-learn with jieba as the textbooks teach it, and fastText fed by rjieba, a segmenter in Rust.
"""
ROUNDS, SECONDS_PER_TURN = 7, 1.0
RATE = "paragraphs/s"
TEXTBOOK, FASTTEXT = "textbook", "fasttext"
# Key, name, and what the rate should be at least.
OURS = (
    ("ours", "probabilities of all leaf codes", Bar(100_000)),
    ("statements", "the same of texts and of every statement", Bar(60_000)),
    ("objects", "predictions as Python objects", None),
)
PEERS = {TEXTBOOK: "textbook: jieba, TF-IDF, logistic regression", FASTTEXT: "fastText fed by rjieba"}
_RATIO_NAMES = {"ours": "rate of probabilities,", "statements": "rate with every statement,"}
RATIO_BARS = {("ours", TEXTBOOK): Bar(80), ("ours", FASTTEXT): Bar(8)}


def measure(texts: Texts, *, quick: bool = False) -> Result:
    """Let all ways take turns on texts drawn at even distances; slow ways get fewer a round."""
    model = load_model()
    items = load_labels(shipped_folder("labels")).texts()[:: 40 if quick else 1]
    ways: dict[str, Way] = {
        "ours": model.probabilities,
        "statements": model.score,
        "objects": model.predict,
        TEXTBOOK: textbook(items),
    }
    notes = []
    try:
        ways[FASTTEXT] = fasttext_with_rjieba(items)
    except ImportError as error:
        notes.append(f"{PEERS[FASTTEXT]} is missing (no module {error.name}): pip install 'policy-themes[bench]'")
    rounds, seconds = (2, 0.05) if quick else (ROUNDS, SECONDS_PER_TURN)
    samples = {key: _sample(way, texts, seconds) for key, way in ways.items()}
    rates = [{key: _rate(way, samples[key]) for key, way in ways.items()} for _ in range(rounds)]
    measures = [Measure(key, name, tuple(row[key] for row in rates), RATE, bar) for key, name, bar in OURS]
    for peer, name in PEERS.items():
        if peer in ways:
            measures.append(Measure(peer, name, tuple(row[peer] for row in rates), RATE))
    for key, own in _RATIO_NAMES.items():
        for peer, name in PEERS.items():
            if peer in ways:
                ratios = tuple(row[key] / row[peer] for row in rates)
                measures.append(Measure(f"{key}/{peer}", f"{own} over {name}", ratios, RATIO, RATIO_BARS.get((key, peer))))
    characters = statistics.mean(map(len, texts.paragraphs))
    facts = {"terms": float(len(model.vocabulary)), "characters": characters}
    return Result(NAME, TEXT, tuple(measures), facts=facts, notes=tuple(notes))


def _sample(way: Way, texts: Texts, seconds: float) -> list[str]:
    few = texts.paragraphs[:: max(1, len(texts.paragraphs) // 100)]
    _rate(way, few)
    count = max(50, int(_rate(way, few) * seconds))
    many = texts.many(max(count, len(texts.paragraphs)))
    return many[:: max(1, len(many) // count)]


def _rate(way: Way, texts: Sequence[str]) -> float:
    """Return texts per second of processor time, which other programs on the machine disturb least."""
    start = time.process_time()
    way(texts)
    return len(texts) / (time.process_time() - start)


if __name__ == "__main__":
    asked = ask(__doc__)
    measure(asked.texts, quick=asked.quick).show()
