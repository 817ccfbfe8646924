"""The scores of many texts in arrays, and the predictions that they amount to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice, repeat

import numpy as np
from numpy.typing import NDArray

from classifier.codebook import Codebook
from classifier.joining import Places
from classifier.predictions import Prediction, StatementPrediction
from classifier.scoring import Floats


class ThemeNames:
    """The codes of a codebook as places in arrays: themes, leaf codes, and which leaf code belongs to which theme."""

    def __init__(self, codebook: Codebook) -> None:
        self.themes, self.leaves = codebook.theme_codes, codebook.leaf_codes
        # 1 where a leaf code belongs to a theme, shape (leaf codes, themes).
        self.fold: Floats = np.eye(len(self.themes))[list(codebook.leaf_theme_places)]
        allowed = codebook.secondary_codes
        self.may_be_secondary = np.array([code in allowed for code in self.themes])


@dataclass(frozen=True)
class Named:
    """What rows of leaf probabilities say: theme and leaf code as places, shape (rows,), themes' probabilities."""

    themes: NDArray[np.intp]
    leaves: NDArray[np.intp]
    probabilities: Floats

    @classmethod
    def of(cls, leaves: Floats, names: ThemeNames) -> "Named":
        """Choose the most probable theme of each row, shape (rows, leaf codes), and in it the most probable leaf code."""
        probabilities = leaves @ names.fold
        # By columns: NumPy is slow in reducing many short rows.
        best = np.ascontiguousarray(probabilities.T).argmax(axis=0)
        inside = (leaves * names.fold.T.take(best, axis=0)).T
        return cls(best, np.ascontiguousarray(inside).argmax(axis=0), probabilities)


@dataclass(frozen=True)
class TextScores:
    """The scores of a batch of texts and of their statements: text ``i`` owns statements ``bounds[i]`` to ``bounds[i + 1]``.

    A statement lies at ``starts[i]:ends[i]`` of its text; ``parts`` are the statements' probabilities, shape (statements,
    leaf codes), and ``probabilities`` those of the texts, shape (texts, leaf codes); ``shares`` is what each statement
    counts in its text. A text without any letter or digit has a statement and scores, which mean nothing.
    """

    names: ThemeNames = field(repr=False)
    secondary_threshold: float
    texts: Sequence[str] = field(repr=False)
    starts: Places
    ends: Places
    bounds: Places
    shares: Floats
    parts: Floats
    mean_scores: Floats
    probabilities: Floats

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """The statements' places in their text."""
        return list(zip(self.starts.tolist(), self.ends.tolist(), strict=True))

    @cached_property
    def pieces(self) -> list[str]:
        """The statements' texts."""
        counts = np.diff(self.bounds).tolist()
        owners = chain.from_iterable(map(repeat, self.texts, counts))
        return [text[start:end] for text, start, end in zip(owners, self.starts.tolist(), self.ends.tolist(), strict=True)]

    @cached_property
    def of_texts(self) -> Named:
        """Theme and leaf code of each text."""
        return Named.of(self.probabilities, self.names)

    @cached_property
    def of_parts(self) -> Named:
        """Theme and leaf code of each statement."""
        return Named.of(self.parts, self.names)

    @cached_property
    def secondary(self) -> NDArray[np.bool_]:
        """Whether a theme is a text's secondary one, shape (texts, themes): some statement is about it."""
        if not len(self.texts):
            return np.zeros((0, len(self.names.themes)), dtype=bool)
        strongest = np.maximum.reduceat(self.of_parts.probabilities, self.bounds[:-1])
        found: NDArray[np.bool_] = (strongest >= self.secondary_threshold) & self.names.may_be_secondary
        found[np.arange(len(found)), self.of_texts.themes] = False
        return found

    @cached_property
    def blank(self) -> NDArray[np.bool_]:
        """Whether a text has no letter or digit, and so no theme."""
        return np.fromiter((not _has_letter(text) for text in self.texts), dtype=bool, count=len(self.texts))

    def predictions(self) -> Iterator[Prediction]:
        """Yield what is said of each text, as objects."""
        themes = self.names.themes
        statements, spans = self._described(self.of_parts, self.parts), iter(self.spans)
        texts = zip(self.texts, self._described(self.of_texts, self.probabilities), strict=True)
        rows = zip(texts, self.secondary, np.diff(self.bounds).tolist(), self.blank.tolist(), strict=True)
        for (text, (theme, detail, confidence, scores, leaf_scores)), second, count, blank in rows:
            parts = tuple(
                StatementPrediction(text[start:end], start, end, *description)
                for (start, end), description in zip(islice(spans, count), statements, strict=False)
            )
            if blank:
                nothing = dict.fromkeys(themes, 0.0), dict.fromkeys(self.names.leaves, 0.0)
                yield Prediction("", "", 0.0, (), *nothing, ())
            else:
                others = tuple(themes[place] for place in np.flatnonzero(second).tolist())
                yield Prediction(theme, detail, confidence, others, scores, leaf_scores, parts)

    def _described(
        self, named: Named, leaves: Floats
    ) -> Iterator[tuple[str, str, float, dict[str, float], dict[str, float]]]:
        """Yield theme, leaf code, confidence, and the probabilities of themes and of leaf codes, for each row."""
        names = self.names
        rows = zip(named.themes.tolist(), named.leaves.tolist(), named.probabilities.tolist(), leaves.tolist(), strict=True)
        for theme, leaf, of_themes, of_leaves in rows:
            scores = dict(zip(names.themes, of_themes, strict=True)), dict(zip(names.leaves, of_leaves, strict=True))
            yield names.themes[theme], names.leaves[leaf], of_themes[theme], *scores


def _has_letter(text: str) -> bool:
    # The first character of nearly every text is a letter.
    return text[:1].isalnum() or any(map(str.isalnum, text))
