"""Train on news titles, to show that the pipeline is general: accuracy on unseen titles, time and memory.

The titles are not part of the project. Name a tab-separated file of title and class; without one it looks beside the
checkout, and says so when there is none.
"""

import argparse
import csv
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from classifier import load_labels, train
from classifier.vocabulary import segment

ROOT = Path(__file__).resolve().parent.parent
BESIDE = ROOT.parent / "shared" / "bench" / "news_titles.tsv"


def main() -> None:
    """Split at random, train on the larger part, and print accuracy on the rest beside the textbook's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("titles", nargs="?", type=Path, default=BESIDE)
    parser.add_argument("--folds", type=int, default=5)
    asked = parser.parse_args()
    if not asked.titles.is_file():
        print(f"{asked.titles}: no such file; give a tab-separated file of title and class", file=sys.stderr)
        return
    with asked.titles.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if len(row) == 2]
    order = np.random.default_rng(0).permutation(len(rows))
    unseen, seen = order[: len(rows) // asked.folds], order[len(rows) // asked.folds :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "titles.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["text", "theme"])
            writer.writerows(rows[number] for number in seen)
        start = time.perf_counter()
        model = train(load_labels(path))
        took = time.perf_counter() - start
    asked_texts = [rows[number][0] for number in unseen]
    truth = np.array([rows[number][1] for number in unseen])
    right = np.mean([found.theme == code for found, code in zip(model.predict(asked_texts), truth, strict=True)])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{len(seen)} titles learned in {took:.1f} s, peak memory {memory:.2f} GiB")
    print(f"accuracy on {len(unseen)} unseen titles: {right:.4f}")
    words = TfidfVectorizer(tokenizer=segment, token_pattern=None, ngram_range=(1, 2))
    for name, peer in (("logistic regression", LogisticRegression()), ("linear support vectors", LinearSVC(random_state=0))):
        pipeline = make_pipeline(words, peer).fit([rows[n][0] for n in seen], [rows[n][1] for n in seen])
        print(f"the same for jieba words and pairs, {name}: {np.mean(pipeline.predict(asked_texts) == truth):.4f}")


if __name__ == "__main__":
    main()
