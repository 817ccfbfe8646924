"""The scores of many texts in arrays, and the predictions that they amount to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, compress, islice, repeat

import numpy as np
from numpy.typing import NDArray

from classifier.bands import Bands
from classifier.codebook import Codebook
from classifier.joining import Places, counts_of
from classifier.predictions import Prediction, StatementPrediction
from classifier.scoring import Floats


class ThemeNames:
    """The codes of a codebook as places in arrays: themes, leaf codes, and which leaf code belongs to which theme."""

    def __init__(self, codebook: Codebook) -> None:
        self.themes, self.leaves = codebook.theme_codes, codebook.leaf_codes
        self.leaf_places = {code: place for place, code in enumerate(self.leaves)}
        # 1 where a leaf code belongs to a theme, shape (leaf codes, themes).
        self.fold: Floats = np.eye(len(self.themes))[list(codebook.leaf_theme_places)]
        allowed = codebook.secondary_codes
        self.may_be_secondary = np.array([code in allowed for code in self.themes])


class Named:
    """What rows of leaf probabilities, shape (rows, leaf codes), say: themes and leaf codes as places, and how sure.

    ``themes``, shape (rows,), are the most probable ones, ``probabilities``, shape (rows, themes), those of all.
    """

    def __init__(self, leaves: Floats, names: ThemeNames) -> None:
        self._of_leaves, self._fold = leaves, names.fold
        self.probabilities: Floats = leaves @ names.fold
        # By columns: NumPy is slow in reducing many short rows.
        self._columns = np.ascontiguousarray(self.probabilities.T)
        self.themes: NDArray[np.intp] = self._columns.argmax(axis=0)

    @cached_property
    def confidence(self) -> Floats:
        """The probability of each row's theme."""
        highest: Floats = self._columns.max(axis=0)
        return highest

    @cached_property
    def leaves(self) -> NDArray[np.intp]:
        """The most probable leaf code of each row's theme."""
        inside = (self._of_leaves * self._fold.T.take(self.themes, axis=0)).T
        places: NDArray[np.intp] = np.ascontiguousarray(inside).argmax(axis=0)
        return places


@dataclass(frozen=True)
class TextScores:
    """The scores of a batch of texts and of their statements: text ``i`` owns statements ``bounds[i]`` to ``bounds[i + 1]``.

    A statement lies at ``starts[i]:ends[i]`` of its text; ``parts`` are the statements' probabilities, shape (statements,
    leaf codes), and ``probabilities`` those of the texts, shape (texts, leaf codes); ``shares`` is what each statement
    counts in its text. A text without any letter or digit has a statement and scores, which mean nothing.
    """

    names: ThemeNames = field(repr=False)
    secondary_threshold: float
    bands: Bands | None
    texts: Sequence[str] = field(repr=False)
    starts: Places
    ends: Places
    bounds: Places
    shares: Floats
    parts: Floats
    mean_scores: Floats
    probabilities: Floats

    @classmethod
    def joined(cls, texts: Sequence[str], batches: Sequence["TextScores"]) -> "TextScores":
        """Join the scores of one or more batches of texts."""
        if len(batches) == 1:
            return batches[0]
        columns = ("starts", "ends", "shares", "parts", "mean_scores", "probabilities")
        arrays = {name: np.concatenate([getattr(batch, name) for batch in batches]) for name in columns}
        counts = np.concatenate([counts_of(batch.bounds) for batch in batches])
        first = batches[0]
        return cls(
            first.names, first.secondary_threshold, first.bands, texts, bounds=np.append(0, np.cumsum(counts)), **arrays
        )

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """The statements' places in their text."""
        return list(zip(self.starts.tolist(), self.ends.tolist(), strict=True))

    @cached_property
    def pieces(self) -> list[str]:
        """The statements' texts."""
        counts = counts_of(self.bounds).tolist()
        owners = chain.from_iterable(map(repeat, self.texts, counts))
        return [text[start:end] for text, start, end in zip(owners, self.starts.tolist(), self.ends.tolist(), strict=True)]

    @cached_property
    def of_texts(self) -> Named:
        """Theme and leaf code of each text."""
        return Named(self.probabilities, self.names)

    @cached_property
    def of_parts(self) -> Named:
        """Theme and leaf code of each statement."""
        return Named(self.parts, self.names)

    @cached_property
    def secondary(self) -> NDArray[np.bool_]:
        """Whether a theme is a text's secondary one, shape (texts, themes): some statement is about it."""
        return self._secondary(self.of_texts.themes, self.of_parts.probabilities)

    def _secondary(self, themes: NDArray[np.intp], of_parts: Floats) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.maximum.reduceat(of_parts, self.bounds[:-1]) >= self.secondary_threshold
        found &= self.names.may_be_secondary
        found[np.arange(len(found)), themes] = False
        return found

    @cached_property
    def blank(self) -> NDArray[np.bool_]:
        """Whether a text has no letter or digit, and so no theme."""
        firsts = [text[:1] for text in self.texts]
        # The first character of nearly every text is a letter.
        if all(map(str.isalnum, firsts)):
            return np.zeros(len(firsts), dtype=bool)
        return np.fromiter((not has_letter(text) for text in self.texts), dtype=bool, count=len(self.texts))

    def predictions(self) -> Iterator[Prediction]:
        """Yield what is said of each text, as objects."""
        # Texts and statements in one go: for one short text, the number of calls rules.
        rows, count = np.concatenate((self.probabilities, self.parts)), len(self.texts)
        named = Named(rows, self.names)
        secondary = self._secondary(named.themes[:count], named.probabilities[count:]).tolist()
        descriptions = self._described(named, rows)
        of_texts = list(islice(descriptions, count))
        places = zip(self.starts.tolist(), self.ends.tolist(), descriptions, strict=True)
        for text, (theme, detail, confidence, scores, leaf_scores), others, statements in zip(
            self.texts, of_texts, secondary, counts_of(self.bounds).tolist(), strict=True
        ):
            parts = [
                StatementPrediction(text[start:end], start, end, *description)
                for start, end, description in islice(places, statements)
            ]
            if has_letter(text):
                chosen = tuple(compress(self.names.themes, others))
                band = self.bands.of(confidence) if self.bands else None
                yield Prediction(theme, detail, confidence, chosen, scores, leaf_scores, tuple(parts), band)
            else:
                yield without_theme(self.names)

    def _described(self, named: Named, rows: Floats) -> Iterator[tuple[str, str, float, dict[str, float], dict[str, float]]]:
        """Yield theme, leaf code, confidence, and the probabilities of themes and of leaf codes, for each row."""
        themes, leaves = self.names.themes, self.names.leaves
        columns = named.themes.tolist(), named.leaves.tolist(), named.probabilities.tolist(), rows.tolist()
        for theme, leaf, of_themes, of_leaves in zip(*columns, strict=True):
            scores = dict(zip(themes, of_themes, strict=True)), dict(zip(leaves, of_leaves, strict=True))
            yield themes[theme], leaves[leaf], of_themes[theme], *scores


def has_letter(text: str) -> bool:
    """Tell whether a text has any letter or digit; one without has no theme."""
    # The first character of nearly every text is a letter.
    return text[:1].isalnum() or any(map(str.isalnum, text))


def without_theme(names: ThemeNames) -> Prediction:
    """Return what is said of a text that has no theme."""
    return Prediction("", "", 0.0, (), dict.fromkeys(names.themes, 0.0), dict.fromkeys(names.leaves, 0.0), ())
