"""The real labels, masked: a jurisdiction is left out of training, and all or some of its labels are then taken away.

What a mix would say of it without these labels can be compared with what they say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.copies import copy_groups
from classifier.errors import InputError
from classifier.intervals import FEWEST_JURISDICTIONS
from classifier.labels import LabelSet, load_held_out
from classifier.model import Model
from classifier.splits import Progress, without_documents
from classifier.training import train
from classifier.verification.simulation import choose_labelled, confusion
from classifier.verification.trial import Floats, Known, Trial

_FEWEST = min(FEWEST_JURISDICTIONS.values()) + 1  # One is left out, and the others must allow an interval.


@dataclass(frozen=True)
class Unseen:
    """Documents that a model was not trained on: ``probabilities`` and ``truth`` (one-hot) have shape (paragraphs, themes).

    ``errors`` (jurisdictions, themes), ``sizes`` and ``prior`` are what is known of the model, as in `Known`.
    """

    probabilities: Floats
    truth: Floats
    errors: Floats
    sizes: Floats
    prior: Floats


def leave_jurisdictions_out(labels: LabelSet, progress: Progress) -> list[Unseen]:
    """Train once without each labelled jurisdiction, and predict its paragraphs.

    Raises InputError where too few jurisdictions are labelled.
    """
    first = labels.first_documents()
    places = sorted({first[label.key[0]] for label in labels.paragraphs})
    if len(places) < _FEWEST:
        raise InputError(
            f"{len(places)} jurisdiction(s) have labelled paragraphs, but masking them needs {_FEWEST}; label more, or "
            "simulate only, with --only simulation"
        )
    copies = copy_groups([item.text for item in labels.texts()])
    found = []
    for place in progress(places, "leave one jurisdiction out"):
        own = {name for name, other in first.items() if other == place}
        tested = [(label.text, label.theme) for label in labels.paragraphs if label.key[0] in own]
        found.append(_unseen(train(without_documents(labels, own, copies)), tested))
    return found


def masked_trial(
    jurisdictions: Sequence[Unseen], labelled: float, order: str, repeats: int, random: np.random.Generator
) -> tuple[Trial, NDArray[np.int64]]:
    """Return a trial in which each jurisdiction's labels are masked so many times, and the jurisdiction of each run.

    So many labels remain that they are the share ``labelled`` of its paragraphs, chosen at random or in queue order.
    """
    number = np.repeat(np.arange(len(jurisdictions)), repeats)
    probabilities, truth, present = _side_by_side([jurisdictions[place] for place in number.tolist()])
    chosen = choose_labelled(probabilities, present, labelled, order, random)
    # A model's confusion, from the paragraphs of the other jurisdictions when they were left out.
    others = [
        _confusion([other for place, other in enumerate(jurisdictions) if place != own]) for own in range(len(jurisdictions))
    ]
    known = Known(
        np.stack([own.errors for own in jurisdictions])[number],
        np.stack([own.sizes for own in jurisdictions])[number],
        np.concatenate(others)[number],
        np.stack([own.prior for own in jurisdictions])[number],
    )
    return Trial(known, probabilities, truth, present, chosen, np.zeros(present.shape[1], dtype=np.int64)), number


def held_out_trial(labels: LabelSet, folder: Path, jurisdictions: Sequence[Unseen]) -> Trial | None:
    """Return the reports of ``held_out.csv``, few paragraphs each and none of them labelled; None where there are none."""
    texts = load_held_out(folder, labels.codebook)
    if not texts:
        return None
    together = _unseen(train(labels), [(item.text, item.theme) for item in texts])
    places: dict[str, list[int]] = {}
    for place, item in enumerate(texts):
        places.setdefault(item.report, []).append(place)
    unseen = [
        replace(together, probabilities=together.probabilities[own], truth=together.truth[own]) for own in places.values()
    ]
    probabilities, truth, present = _side_by_side(unseen)
    known = Known(
        np.stack([own.errors for own in unseen]),
        np.stack([own.sizes for own in unseen]),
        np.repeat(_confusion(jurisdictions), len(unseen), axis=0),
        np.stack([own.prior for own in unseen]),
    )
    nothing = np.zeros_like(present)
    return Trial(known, probabilities, truth, present, nothing, np.zeros(present.shape[1], dtype=np.int64))


def _unseen(model: Model, tested: Sequence[tuple[str, str]]) -> Unseen:
    book = model.codebook
    fold = np.eye(len(book.theme_codes))[list(book.leaf_theme_places)]
    said = [prediction.scores for prediction in model.predict([text for text, _ in tested])]
    recorded = np.array(model.record["held_out_errors"]["paragraphs"], dtype=np.float64)
    counts = np.array([model.record["texts_per_code"].get(code, 0) for code in book.leaf_codes], dtype=np.float64)
    return Unseen(
        np.array([[scores[code] for code in book.theme_codes] for scores in said]),
        np.array([fold[book.leaf_codes.index(code)] for _, code in tested]),
        recorded[:, :-1] @ fold,
        recorded[:, -1],
        counts @ fold / counts.sum(),
    )


def _side_by_side(unseen: Sequence[Unseen]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return probabilities and truth, shape (documents, paragraphs, themes), and which paragraphs are present."""
    longest = max(len(own.truth) for own in unseen)
    present = np.array([np.arange(longest) < len(own.truth) for own in unseen])
    probabilities, truth = (
        np.stack([np.pad(values, ((0, longest - len(values)), (0, 0))) for values in both])
        for both in ([own.probabilities for own in unseen], [own.truth for own in unseen])
    )
    # What is not present is never counted; equal probabilities keep it from dividing by nothing.
    return np.where(present[..., None], probabilities, 1 / truth.shape[2]), truth, present


def _confusion(unseen: Sequence[Unseen]) -> Floats:
    probabilities = np.concatenate([own.probabilities for own in unseen])
    chosen = np.eye(probabilities.shape[1])[probabilities.argmax(axis=1)]
    return confusion(chosen[None], np.concatenate([own.truth for own in unseen])[None])
