"""Take the time of training: the shipped labels beside the textbook's pipeline, and growing numbers of titles and tokens.

    python -m benchmarks.training_speed [--texts FOLDER] [--quick]

All runs are whole processes of ``policy-themes train``, so that nothing is remembered from one to the next. Texts beyond
those that there are, are made of halves of two of the same class.
"""

import tempfile
from itertools import islice
from pathlib import Path

from benchmarks.growth import grow, linearity
from benchmarks.processes import Run, policy_themes, run
from benchmarks.results import RATIO, Bar, Growth, Measure, Result
from benchmarks.texts import Labelled, Texts, ask, recombined, write_labelled
from classifier import load_model
from classifier.vocabulary import segment

NAME = "Training"
TEXT = """
`policy-themes train`, a whole process on one core, processor time. The textbook's pipeline is trained on the same labels.
Then growing numbers of texts: titles of {title:.0f} words each, {titles:,.0f} words in the longest run, and paragraphs of
{paragraph:.0f} words, {paragraphs:,.0f} in the longest run. Beyond those that there are, halves of two of the same class
make a new one.
"""
ROUNDS = 5
AMOUNTS = {"titles": (100, 1_000, 10_000, 100_000), "paragraphs": (100, 1_000, 10_000)}
QUICK_AMOUNTS = (100, 200)


def measure(texts: Texts, *, quick: bool = False) -> Result:
    """Train on the shipped labels by turns with the textbook's pipeline, then on more and more texts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fewer = write_labelled(folder / "few.csv", list(recombined(texts.titles, QUICK_AMOUNTS[0]))) if quick else None
        shipped = shipped_labels(folder, fewer)
        titles = growth(folder, texts.titles, "titles", quick=quick)
        model = load_model()
        themes = [found.detail for found in model.predict(texts.paragraphs)]
        labelled = [pair for pair in zip(texts.paragraphs, themes, strict=True) if themes.count(pair[1]) > 1]
        paragraphs = growth(folder, labelled, "paragraphs", quick=quick)
    measures = (*shipped, linearity(titles), linearity(paragraphs))
    title, paragraph = _words(texts.titles), _words(labelled)
    words = {"titles": title * titles.amounts[-1], "paragraphs": paragraph * paragraphs.amounts[-1]}
    return Result(NAME, TEXT.format(title=title, paragraph=paragraph, **words), measures, (titles, paragraphs))


def shipped_labels(folder: Path, fewer: Path | None) -> tuple[Measure, ...]:
    """Train on the shipped labels, beside the textbook's pipeline on the same; once on ``fewer`` where there are any."""
    ours = ["train", "-o", str(folder / "shipped.model"), *(["--labels", str(fewer)] if fewer else [])]
    peers = ["-m", "benchmarks.textbook", *(["--quick"] if fewer else [])]
    rows = [(policy_themes(*ours), run(peers)) for _ in range(1 if fewer else ROUNDS)]
    own, peer = (tuple(one.processor for one in column) for column in zip(*rows, strict=True))
    return (
        Measure("shipped", "`policy-themes train` on the shipped labels", own, "s", Bar(5, at_least=False)),
        Measure("textbook", "the textbook's pipeline on the same", peer, "s"),
        Measure(
            "shipped/textbook",
            "time of training with out-of-fold calibration, over the textbook's without",
            tuple(one / other for one, other in zip(own, peer, strict=True)),
            RATIO,
        ),
    )


def growth(folder: Path, labelled: list[Labelled], work: str, *, quick: bool) -> Growth:
    """Train on growing numbers of texts; eight texts of two classes are the start."""
    amounts = QUICK_AMOUNTS if quick else AMOUNTS[work]
    many = list(recombined(labelled, amounts[-1]))
    few = list(islice(((text, code) for text, code in many if code in {many[0][1], many[1][1]}), 8))

    def train(amount: int) -> Run:
        path = write_labelled(folder / "texts.csv", few if amount == 1 else many[:amount])
        return policy_themes("train", "--labels", str(path), "-o", str(folder / "out.model"))

    rounds = 1 if quick else 3
    return grow(train, amounts, key=f"train {work}", title=f"Train on {work}", work=work, rounds=rounds)


def _words(pairs: list[Labelled]) -> float:
    few = [text for text, _ in pairs[:: max(1, len(pairs) // 200)]]
    return sum(len(segment(text)) for text in few) / len(few)


if __name__ == "__main__":
    asked = ask(__doc__)
    measure(asked.texts, quick=asked.quick).show()
