"""Simulated reports, whose true shares are known: paragraphs with a theme, and a model's calibrated probabilities of it.

A model's score for a theme is higher where the paragraph has it, with noise of its own in each paragraph, and with a shift
that all paragraphs of a theme share in a jurisdiction: its wording. The probabilities are exactly those that follow from
the scores over all jurisdictions together, so that they are calibrated, as a model's are that was fitted to many.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.verification.trial import Floats, Known, Mask, Trial

SHARES = np.array([0.12, 0.1, 0.14, 0.12, 0.12, 0.1, 0.3])
_NOISE = {False: 0.45, True: 0.4}  # With shift, the noise is smaller, so that accuracy is about the same.
_SHIFT = 0.25


@dataclass(frozen=True)
class Scenario:
    """A kind of row: what is known of the model, how long documents are, how many belong together, how much is labelled.

    ``evenness`` is the concentration of the Dirichlet distribution of mixes: the larger, the more alike they are.
    ``order`` is "random" or "queue" (the smallest margin first). Documents of ``one_jurisdiction`` share its wording.
    """

    name: str
    labelled: float  # The share of its paragraphs.
    shifted: bool = True
    jurisdictions: int = 12
    paragraphs: tuple[int, int] = (15, 40)
    evenness: float = 10
    order: str = "random"
    documents: int = 1
    one_jurisdiction: bool = False


_FRACTIONS = (0.0, 0.25, 0.5, 0.75)
SCENARIOS = (
    *(Scenario("no shift of wording", labelled, shifted=False) for labelled in _FRACTIONS),
    Scenario("no shift of wording", 0.5, shifted=False, order="queue"),
    *(Scenario("shift of wording", labelled) for labelled in _FRACTIONS),
    *(Scenario("shift of wording", labelled, order="queue") for labelled in _FRACTIONS[1:]),
    *(Scenario("very different mixes", labelled, evenness=2) for labelled in (0.0, 0.5)),
    *(Scenario("long documents, 60 to 120", labelled, paragraphs=(60, 120)) for labelled in (0.0, 0.5)),
    *(Scenario("short documents, 3 to 8", labelled, paragraphs=(3, 8)) for labelled in (0.0, 0.5)),
    *(Scenario("5 labelled jurisdictions", labelled, jurisdictions=5) for labelled in (0.0, 0.5)),
    *(Scenario("19 labelled jurisdictions", labelled, jurisdictions=19) for labelled in (0.0, 0.5)),
    *(Scenario("5 documents together", labelled, documents=5) for labelled in (0.0, 0.5)),
    *(Scenario("3 of one jurisdiction", labelled, documents=3, one_jurisdiction=True) for labelled in (0.0, 0.5)),
)
_LABELLED_PARAGRAPHS = (15, 40)


def simulate(scenario: Scenario, runs: int, random: np.random.Generator) -> Trial:
    """Return a trial of so many runs: each has labelled jurisdictions of its own, and a row to estimate."""
    places = np.arange(scenario.jurisdictions)
    probabilities, truth, present = _documents(scenario, places, _LABELLED_PARAGRAPHS, runs, random)
    sizes = present.sum(axis=2).astype(np.float64)
    errors = np.einsum("rdpt,rdp->rdt", probabilities - truth, present) / sizes[..., None]
    chosen = np.eye(len(SHARES))[probabilities.argmax(axis=3)] * present[..., None]
    known = Known(errors, sizes, confusion(chosen, truth), np.tile(SHARES, (runs, 1)))
    places = np.zeros(scenario.documents, dtype=np.int64) if scenario.one_jurisdiction else np.arange(scenario.documents)
    probabilities, truth, present = _documents(scenario, places, scenario.paragraphs, runs, random)
    labelled = choose_labelled(probabilities, present, scenario.labelled, scenario.order, random)
    longest = present.shape[2]
    return Trial(
        known,
        probabilities.reshape(runs, -1, len(SHARES)),
        truth.reshape(runs, -1, len(SHARES)),
        present.reshape(runs, -1),
        labelled.reshape(runs, -1),
        np.repeat(np.arange(scenario.documents), longest),
        places,
    )


def choose_labelled(probabilities: Floats, present: Mask, share: float, order: str, random: np.random.Generator) -> Mask:
    """Choose which paragraphs of each document are labelled: at random, or those with the smallest margin first.

    ``probabilities`` has shape (…, paragraphs, themes); the result has that of ``present``, (…, paragraphs).
    """
    best = np.sort(probabilities, axis=-1)
    by = best[..., -1] - best[..., -2] if order == "queue" else random.random(present.shape)
    place = np.where(present, by, np.inf).argsort(axis=-1).argsort(axis=-1)
    chosen: Mask = place < np.rint(share * present.sum(axis=-1))[..., None]
    return chosen


def confusion(chosen: Floats, truth: Floats) -> Floats:
    """Return the share of each true theme's paragraphs that are classified as each theme, shape (runs, chosen, true).

    Both are one-hot, of shape (runs, …, themes). A theme without any paragraph is taken to be always right.
    """
    flat = [values.reshape(len(values), -1, values.shape[-1]) for values in (chosen, truth)]
    counts = np.einsum("rpc,rpt->rct", *flat)
    of_theme = counts.sum(axis=1, keepdims=True)
    shares: Floats = np.where(of_theme > 0, counts / np.maximum(of_theme, 1), np.eye(truth.shape[-1]))
    return shares


def _documents(
    scenario: Scenario, places: NDArray[np.int64], paragraphs: tuple[int, int], runs: int, random: np.random.Generator
) -> tuple[Floats, Floats, Mask]:
    """Return probabilities and truth, shape (runs, documents, paragraphs, themes), and which paragraphs are present."""
    themes, documents = len(SHARES), len(places)
    sizes = random.integers(*paragraphs, (runs, documents), endpoint=True)
    mixes = random.standard_gamma(scenario.evenness * SHARES, (runs, documents, themes)) + 1e-300
    bounds = (mixes / mixes.sum(axis=2, keepdims=True)).cumsum(axis=2)
    drawn = random.random((runs, documents, paragraphs[1], 1))
    theme = np.minimum((drawn > bounds[:, :, None]).sum(axis=3), themes - 1)
    noise = _NOISE[scenario.shifted]
    wording = _SHIFT * scenario.shifted * random.standard_normal((runs, int(places.max()) + 1, themes, themes))[:, places]
    scores = np.eye(themes)[theme] + noise * random.standard_normal((*theme.shape, themes))
    scores += np.take_along_axis(wording, theme[..., None], axis=2)
    raised = np.log(SHARES) + scores / (noise**2 + (_SHIFT * scenario.shifted) ** 2)
    raised = np.exp(raised - raised.max(axis=3, keepdims=True))
    present = np.arange(paragraphs[1]) < sizes[..., None]
    return raised / raised.sum(axis=3, keepdims=True), np.eye(themes)[theme] * present[..., None], present
