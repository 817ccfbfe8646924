"""The peers: what textbooks teach for Chinese, and fastText fed by a segmenter in Rust, trained on the same labels.

    python -m benchmarks.textbook

trains the textbook's pipeline on the shipped labels (with ``--quick`` on few of them), for its time to be taken.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

from classifier import LabelledText, load_labels, shipped_folder

Way = Callable[[Sequence[str]], Any]


def textbook(items: Sequence[LabelledText]) -> Way:
    """Train jieba, TF-IDF of words and pairs, and logistic regression, with their default settings."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    jieba.setLogLevel("ERROR")
    vectorizer = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, ngram_range=(1, 2))
    pipeline = make_pipeline(vectorizer, LogisticRegression())
    pipeline.fit([item.text for item in items], [item.theme for item in items])
    way: Way = pipeline.predict_proba
    return way


def fasttext_with_rjieba(items: Sequence[LabelledText]) -> Way:
    """Train fastText on the words that rjieba makes of the texts; ImportError without the extra ``bench``."""
    import fasttext
    import rjieba

    codes = sorted({item.theme for item in items})

    def words(text: str) -> str:
        return " ".join(rjieba.cut(text.replace("\n", " ")))

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as stream:
        stream.writelines(f"__label__{codes.index(item.theme)} {words(item.text)}\n" for item in items)
        stream.flush()
        trained = fasttext.train_supervised(stream.name, epoch=50, wordNgrams=2, dim=50, thread=1, seed=0, verbose=0)
    return lambda texts: trained.predict([words(text) for text in texts], k=len(codes))


if __name__ == "__main__":
    textbook(load_labels(shipped_folder("labels")).texts()[:: 40 if "--quick" in sys.argv else 1])
