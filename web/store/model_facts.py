"""What a model's file tells of it: its codebook, what made it, and the terms that weigh most for and against each code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier import Bands, Codebook, ModelError
from web.store.models import model_path, open_model_file
from web.tables import ModelRecord

_MODELS_KEPT = 8
_SHORTEST_TERM = 2  # Single characters are in everything; the longer terms around them say more.
_FOR, _AGAINST = 9, 4
_LOOKED_AT = 400  # So many of the strongest terms: enough to find terms that are not parts of each other.

WeightedTerms = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class ModelFacts:
    """Facts of a model: ``record`` is what training wrote down, ``strongest`` each leaf code's terms, for then against."""

    identity: str
    codebook: Codebook
    record: Mapping[str, Any]
    terms: int
    size: int
    secondary_threshold: float
    bands: Bands | None
    strongest: Mapping[str, WeightedTerms]


def model_facts(record: ModelRecord, data_folder: Path) -> ModelFacts:
    """Return the facts of a registered model; ModelError where its file is missing or damaged.

    A file is read once, and again when its size or time of change is another.
    """
    path = model_path(record, data_folder)
    try:
        state = path.stat()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}; restore the file, or choose another model") from None
    return _facts(path, record.sha256, state.st_size, state.st_mtime_ns)


def has_file(record: ModelRecord, data_folder: Path) -> bool:
    """Tell whether a model's file is there; whether it is whole shows when it is read."""
    return model_path(record, data_folder).is_file()


def strongest_terms(terms: Sequence[str], weights: NDArray[np.float64], most: int) -> WeightedTerms:
    """Return the terms with the largest weights, of two characters or more, none of them a part of another one.

    >>> strongest_terms(("企", "企业", "业合", "企业合规", "调解"), np.array([4.0, 3.0, 2.0, 1.0, -1.0]), 3)
    (('企业', 3.0), ('业合', 2.0))
    """
    chosen: list[tuple[str, float]] = []
    for place in _largest(weights):
        term, weight = terms[place], float(weights[place])
        if weight <= 0 or len(chosen) == most:
            break
        if len(term) >= _SHORTEST_TERM and not any(term in other or other in term for other, _ in chosen):
            chosen.append((term, weight))
    return tuple(chosen)


def _largest(weights: NDArray[np.float64]) -> Iterable[int]:
    many = len(weights) > _LOOKED_AT
    some = np.argpartition(-weights, _LOOKED_AT)[:_LOOKED_AT] if many else np.arange(len(weights))
    return [int(place) for place in some[np.argsort(-weights[some], kind="stable")]]


@lru_cache(maxsize=_MODELS_KEPT)
def _facts(path: Path, sha256: str, size: int, changed: int) -> ModelFacts:
    model = open_model_file(path, sha256)
    terms = model.vocabulary.terms
    strongest = {}
    for code, weights in zip(model.codebook.leaf_codes, model.linear_weights()[0], strict=True):
        against = tuple((term, -weight) for term, weight in strongest_terms(terms, -weights, _AGAINST))
        strongest[code] = strongest_terms(terms, weights, _FOR) + against
    return ModelFacts(
        model.identity,
        model.codebook,
        model.record,
        len(terms),
        size,
        model.secondary_threshold,
        model.bands,
        strongest,
    )
