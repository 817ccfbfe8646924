"""How accuracy on unseen documents grows with the number of texts that a model is trained on."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from classifier.errors import InputError
from classifier.labels import LabelSet
from classifier.metrics import share_right
from classifier.normalisation import normalise
from classifier.splits import Progress, Trainer, split_labels, with_rows
from classifier.training import train

SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)
_MOST_SPLITS = 5
# However small the share, a code keeps so many different texts, where it has them; one that had none could not be learned.
_FEWEST_TEXTS_PER_CODE = 5


def learning_curve(
    labels: LabelSet,
    shares: Sequence[float] = SHARES,
    trainer: Trainer = train,
    progress: Progress = lambda steps, _: steps,
) -> list[dict[str, Any]]:
    """Measure accuracy on unseen units when only a share of the texts is trained on; each share holds the smaller ones.

    Labelled documents are left out in at most five groups; texts are drawn from all that remains, units and examples, the
    same share of each leaf code. Without labelled documents: five stratified folds. ``progress`` gets the list of all
    steps, one for each training, and what they are.

    The result has a point for each share, smallest first: ``share``, ``texts`` (the mean number trained on), and by kind
    of unit (``paragraphs`` and ``statements``, or ``held_out_texts`` without documents) the accuracy with its 95 %
    bootstrap interval. Raises InputError for a share that is not above 0 and at most 1.
    """
    wrong = [share for share in shares if not 0 < share <= 1]
    if wrong or not shares:
        raise InputError(f"cannot train on {wrong or 'no'} share(s) of the texts; give shares above 0, up to 1")
    ordered = sorted(set(shares))
    splits = split_labels(labels, _MOST_SPLITS)
    steps = [
        (share, split, training)
        for seed, split in enumerate(splits.splits)
        for share, training in zip(ordered, nested_draws(split.training, ordered, seed), strict=True)
    ]
    sizes: dict[float, list[int]] = defaultdict(list)
    right: dict[tuple[float, str], dict[int, bool]] = defaultdict(dict)
    for share, split, training in progress(steps, "learning curve"):
        sizes[share].append(len(training.texts()))
        for kind, row, prediction in splits.predict_tested(split, trainer(training)):
            if prediction.theme:  # A unit without any letter or digit has none, and is not measured.
                theme = labels.codebook.entry(splits.units[kind][row].theme).theme
                right[share, kind][row] = theme == prediction.theme
    return [
        {"share": share, "texts": round(float(np.mean(sizes[share])), 1)}
        | {
            "held_out_texts" if kind == "texts" else kind: share_right(
                np.array([found for _, found in sorted(right[share, kind].items())])
            ).to_dict()
            for kind in splits.units
        }
        for share in ordered
    ]


def nested_draws(labels: LabelSet, shares: Sequence[float], seed: int) -> list[LabelSet]:
    """Return the labels with a random part of the texts of each leaf code for each share; larger parts hold smaller ones.

    Texts that are equal after normalisation count as one: all or none of them are drawn. Five of each code always are.
    """
    rows_of: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row, item in enumerate(labels.texts()):
        rows_of[item.theme][normalise(item.text)].append(row)
    random = np.random.default_rng(seed)
    shuffled = [
        [different[place] for place in random.permutation(len(different))]
        for different in (list(rows_of[code].values()) for code in sorted(rows_of))
    ]
    places = np.arange(len(labels.texts()))
    drawn = [
        [rows for code in shuffled for rows in code[: max(_FEWEST_TEXTS_PER_CODE, round(share * len(code)))]]
        for share in shares
    ]
    return [with_rows(labels, np.isin(places, list(chain.from_iterable(rows)))) for rows in drawn]
