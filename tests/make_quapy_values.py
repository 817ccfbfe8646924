"""Write what QuaPy says of a few made-up documents into tests/golden/quapy.json, to compare our methods with: ``make quapy``.

QuaPy is no dependency of the tests: its import gives warnings that they take for errors, and one of its own dependencies
must be compiled at installation. Its values change as seldom as its formulas, so that they are kept as data.
"""

import json

import numpy as np
import quapy
from paths import ROOT
from quapy.functional import normalize_prevalence, prevalence_from_labels, prevalence_from_probabilities
from quapy.method.aggregative import ACC, EMQ

OUTPUT = ROOT / "tests" / "golden" / "quapy.json"


def case(themes: int, paragraphs: int, random: np.random.Generator) -> dict[str, object]:
    """Return a document, what is known of its classifier, and QuaPy's estimates."""
    truth = random.integers(0, themes, 20 * themes)
    chosen = np.where(random.random(len(truth)) < 0.7, truth, random.integers(0, themes, len(truth)))
    prior = random.dirichlet(np.full(themes, 5.0)).round(6)
    prior /= prior.sum()
    said = random.dirichlet(np.full(themes, 0.4), paragraphs).round(6) + 1e-6
    said /= said.sum(axis=1, keepdims=True)
    counted = prevalence_from_labels(said.argmax(axis=1), np.arange(themes))
    rates = ACC.getPteCondEstim(np.arange(themes), truth, chosen)
    adjusted = ACC.solve_adjustment(rates, counted, method="inversion", solver="exact-raise")
    values = {
        "probabilities": said,
        "held_out_truth": np.eye(themes)[truth],
        "held_out_chosen": np.eye(themes)[chosen],
        "prior": prior,
        "CC": counted,
        "PCC": prevalence_from_probabilities(said),
        "ACC": normalize_prevalence(adjusted, method="clip"),
        "EMQ": EMQ.EM(prior, said, epsilon=1e-9)[0],
    }
    return {name: np.asarray(value).round(9).tolist() for name, value in values.items()}


def main() -> None:
    """Write the values, and with which version they were made."""
    random = np.random.default_rng(7)
    cases = [case(themes, paragraphs, random) for themes, paragraphs in ((2, 12), (3, 20), (7, 30))]
    OUTPUT.write_text(json.dumps({"quapy": quapy.__version__, "cases": cases}) + "\n", encoding="utf-8")
    print(f"{OUTPUT}: {len(cases)} cases by QuaPy {quapy.__version__}")


if __name__ == "__main__":
    main()
