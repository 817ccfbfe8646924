"""Records: what the input said of a paragraph joined with what the model says, one at a time or a chunk in columns."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.bands import BANDS, Bands
from classifier.chunks import Item, Paragraphs, Record
from classifier.csv_cells import csv_bytes, guarded_cell, guarded_row
from classifier.errors import InputError
from classifier.predictions import Prediction
from classifier.text_scores import TextScores

DIGITS = 6


def prediction_columns(theme_codes: Sequence[str], *, flat: bool, banded: bool = False) -> tuple[str, ...]:
    """Names of what classification adds to a record; flat formats have one column for each theme's score."""
    scores = [f"score_{code}" for code in theme_codes] if flat else ["scores", "statements"]
    return ("theme", "detail", "confidence", "secondary", *scores, "model", *(["band"] if banded else []))


def record_of(item: Item, prediction: Prediction, model_name: str, *, flat: bool) -> Record:
    """Join what the input said with what the model says."""
    scores = {code: round(score, DIGITS) for code, score in prediction.scores.items()}
    record = {
        **item.fields,
        "theme": prediction.theme,
        "detail": prediction.detail,
        "confidence": round(prediction.confidence, DIGITS),
        "secondary": ";".join(prediction.secondary) if flat else list(prediction.secondary),
    }
    if flat:
        record |= {f"score_{code}": score for code, score in scores.items()}
    else:
        record["scores"] = scores
        record["statements"] = [
            {"text": part.text, "theme": part.theme, "confidence": round(part.confidence, DIGITS)}
            for part in prediction.statements
        ]
    return {**record, "model": model_name}


@dataclass(frozen=True)
class Classified:
    """Paragraphs with their scores; with ``bands``, records name the band of each."""

    paragraphs: Paragraphs
    scores: TextScores
    model_name: str
    bands: Bands | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """All texts that stand in what is added: codes, and the model's name."""
        return (*self.scores.names.leaves, *self.scores.names.themes, self.model_name)

    def flat_columns(self) -> dict[str, Any]:
        """Return what is added to flat records, by column: arrays, or lists of text."""
        names, scores = self.scores.names, self.scores
        kept = ~scores.blank
        shares = np.round(scores.of_texts.probabilities * kept[:, np.newaxis], DIGITS)
        leaves = [code if own else "" for code, own in zip(_take(names.leaves, scores.of_texts.leaves), kept, strict=True)]
        themes = [code if own else "" for code, own in zip(_take(names.themes, scores.of_texts.themes), kept, strict=True)]
        second = [";".join(codes) if own else "" for codes, own in zip(self.secondary(), kept, strict=True)]
        confidence = np.round(scores.of_texts.confidence * kept, DIGITS)
        columns = {"theme": themes, "detail": leaves, "confidence": confidence, "secondary": second}
        columns |= {f"score_{code}": shares[:, place] for place, code in enumerate(names.themes)}
        columns["model"] = [self.model_name] * len(shares)
        if self.bands is not None:
            columns["band"] = self.band_names(self.bands)
        return columns

    def band_names(self, bands: Bands) -> list[str]:
        """Return the band of each paragraph; empty where it has no theme."""
        places = bands.of_each(self.scores.of_texts.confidence)
        return [name if own else "" for name, own in zip(_take(BANDS, places), ~self.scores.blank, strict=True)]

    def secondary(self) -> list[tuple[str, ...]]:
        """Return the codes of each paragraph's secondary themes."""
        codes = self.scores.names.themes
        bits = self.scores.secondary @ (1 << np.arange(len(codes)))
        return [_chosen(codes, number) for number in bits.tolist()]


def _take(values: Sequence[str], places: NDArray[np.intp]) -> list[str]:
    return [values[place] for place in places.tolist()]


@lru_cache(maxsize=4096)
def _chosen(codes: tuple[str, ...], bits: int) -> tuple[str, ...]:
    return tuple(code for place, code in enumerate(codes) if bits >> place & 1)


def csv_rows(classified: Classified, columns: Sequence[str]) -> bytes:
    """Return rows of CSV, without the head; a field that is no column is an InputError."""
    added = classified.flat_columns()
    if any(guarded_cell(code) != code for code in classified.codes):
        added = {name: guarded_row(column) for name, column in added.items()}
    own = columns[: len(columns) - len(added)]
    values = zip(*(column if isinstance(column, list) else column.tolist() for column in added.values()), strict=True)
    known, rows = frozenset(own), []
    for fields, behind in zip(classified.paragraphs.fields, values, strict=True):
        check_columns(fields, known)
        rows.append([*guarded_row(flat_cell(fields.get(column, "")) for column in own), *behind])
    return csv_bytes(rows, guarded=True)


def check_columns(fields: Record, columns: Collection[str]) -> None:
    """Raise InputError where a record has fields that are no columns."""
    extra = [key for key in fields if key not in columns]
    if extra:
        raise InputError(f"a row has {', '.join(map(repr, extra))} beside the first row's columns; write .jsonl instead")


def csv_head(columns: Sequence[str]) -> bytes:
    """Return the first line of CSV."""
    return csv_bytes([columns])


def flat_cell(value: Any) -> Any:
    """Flat formats hold text and numbers; lists and dictionaries from JSON lines become JSON."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value if isinstance(value, str | int | float) else str(value) if value is not None else ""


def arrow_stream(classified: Classified, columns: Sequence[str]) -> bytes:
    """Return one complete Arrow stream of one batch, with types of its own: `classifier.arrow_files` makes them agree."""
    from classifier.arrow_files import stream_of  # Needs pyarrow, which is slow to import.

    added = classified.flat_columns()
    own = dict.fromkeys(columns[: len(columns) - len(added)])
    for fields in classified.paragraphs.fields:
        own |= dict.fromkeys(fields)
    rows = classified.paragraphs.fields
    return stream_of({name: [fields.get(name) for fields in rows] for name in own} | added)
