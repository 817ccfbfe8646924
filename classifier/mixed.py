"""Rule 1 of the codebook for units of many themes: three or more with none leading have a code of their own."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST_CODES = 3
DOMINANCES = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)


@dataclass(frozen=True)
class MixedRule:
    """Tell mixed texts by their statements: at least three codes with a share of ``presence``, none of ``dominance``.

    The share of a code is the mean of its probability over the statements, the lead counting more. ``place`` is the
    place of the code that mixed texts get, among the leaf codes; ``precision`` how often that was right out of fold.
    """

    place: int
    dominance: float
    presence: float
    precision: float

    def mixed(self, shares: Floats) -> NDArray[np.bool_]:
        """Tell which texts are mixed from the codes' shares in them, shape (texts, leaf codes)."""
        many = (shares >= self.presence).sum(axis=1) >= FEWEST_CODES
        undecided: NDArray[np.bool_] = many & (shares.max(axis=1, initial=0.0) < self.dominance)
        return undecided

    def apply(self, probabilities: Floats, shares: Floats) -> Floats:
        """Return the probabilities with those of mixed texts moved to their code, as far as the rule can be trusted."""
        rows = self.mixed(shares)
        if not rows.any():
            return probabilities
        moved = probabilities.copy()
        moved[rows] *= 1 - self.precision
        moved[rows, self.place] += self.precision
        return moved

    def to_dict(self) -> dict[str, Any]:
        """Plain data for the model file."""
        return vars(self).copy()


def fit_mixed_rule(
    place: int, presence: float, probabilities: Floats, shares: Floats, targets: NDArray[np.int64]
) -> MixedRule | None:
    """Choose the dominance that gets most texts right out of fold; None where no choice beats having no rule.

    ``probabilities`` and ``shares`` have shape (texts, leaf codes); ``targets`` are the places of the true codes.
    """
    plain = probabilities.argmax(axis=1) == targets
    best: tuple[int, MixedRule] | None = None
    for dominance in DOMINANCES:
        rows = MixedRule(place, dominance, presence, 1.0).mixed(shares)
        hits = int((targets[rows] == place).sum())
        gain = hits - int(plain[rows].sum())
        # Laplace's rule of succession keeps the precision of a rule that was seldom tried away from 1.
        precision = (hits + 1) / (int(rows.sum()) + 2)
        if gain > 0 and precision > 0.5 and (best is None or gain > best[0]):
            best = gain, MixedRule(place, dominance, presence, round(precision, 4))
    return best[1] if best else None
