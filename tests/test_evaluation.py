"""Evaluation and learning curve: no unit is tested by a model that has seen it, and every step can be counted."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Finished
from hypothesis import given
from hypothesis import strategies as st

from classifier import InputError, Label, LabelledText, LabelSet, Prediction, evaluate
from classifier.codebook import codebook_from_labels
from classifier.learning import learning_curve, nested_draws
from classifier.splits import group_documents
from classifier.units import digest

CODES = ("mediation", "other.plans", "other.corrections")
BOOK = codebook_from_labels(CODES)


def different(number: int) -> str:
    """A character for a number: digits are all alike to the classifier."""
    return chr(ord("一") + number)


def label(document: str, paragraph: int, statement: int = 0, code: str = CODES[0]) -> Label:
    text = f"{document}{different(paragraph)}段{different(statement)}句"
    return Label((document, paragraph, statement), digest(text), text, code)


def label_set(sizes: dict[str, int], examples: int = 0) -> LabelSet:
    """Documents with so many paragraphs of one statement each, and so many examples of each code."""
    keys = [(document, paragraph) for document, size in sizes.items() for paragraph in range(1, size + 1)]
    return LabelSet(
        BOOK,
        tuple(label(*key, code=CODES[key[1] % 3]) for key in keys),
        tuple(label(*key, 1, code=CODES[key[1] % 3]) for key in keys),
        tuple(LabelledText(f"例{different(number)}关于{code}", code) for code in CODES for number in range(examples)),
        {},
    )


@dataclass
class Trainings:
    """A trainer whose models answer with the same code always, and fail on a text that they have seen."""

    code: str = CODES[1]
    seen: list[set[str]] = field(default_factory=list)

    def __call__(self, labels: LabelSet) -> "Forgetful":
        self.seen.append({item.text for item in labels.texts()})
        return Forgetful(self.code, self.seen[-1])


@dataclass
class Forgetful:
    code: str
    seen: set[str]

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        assert not self.seen & set(texts)
        nothing = Prediction("", "", 0.0, (), {}, {}, ())
        found = Prediction(BOOK.entry(self.code).theme, self.code, 0.75, (), {}, {}, ())
        return [found if any(map(str.isalnum, text)) else nothing for text in texts]


@dataclass
class Watcher:
    steps: int = 0
    text: str = ""

    def __call__(self, steps: Sequence[Any], text: str) -> Iterable[Any]:
        self.steps, self.text = len(steps), text
        return steps


@pytest.mark.parametrize(
    ("documents", "most_splits", "trainings", "said"),
    [
        (2, 10, 2, "leave one document out"),
        (10, 10, 10, "leave one document out"),
        (11, 10, 10, "leave one of 10 groups of documents out"),
        (7, 3, 3, "leave one of 3 groups of documents out"),
        (1, 10, 5, "five stratified folds"),
        (0, 10, 5, "five stratified folds"),
    ],
)
def test_documents_are_left_out_one_by_one_or_in_groups(documents: int, most_splits: int, trainings: int, said: str) -> None:
    labels = label_set({f"{different(number)}.txt": 6 for number in range(documents)}, examples=20)
    trainer, watcher = Trainings(), Watcher()
    result = evaluate(labels, trainer, watcher, most_splits=most_splits)
    assert result["split"] == watcher.text == said
    assert len(trainer.seen) == watcher.steps == trainings
    if documents > 1:
        assert result["documents"] == documents
        assert result["paragraphs"]["units"] == result["statements"]["units"] == 6 * documents
        assert [row["units"] for row in result["paragraphs"]["per_document"]] == [6] * documents
        assert all(item.text in seen for seen in trainer.seen for item in labels.examples)


@given(st.dictionaries(st.text("abc", min_size=1), st.integers(1, 30), max_size=25), st.integers(2, 10))
def test_groups_hold_whole_documents_and_are_about_equally_large(sizes: dict[str, int], most: int) -> None:
    groups = group_documents(label_set(sizes), most)
    assert sorted(document for group in groups for document in group) == sorted(sizes)
    assert len(groups) == min(most, len(sizes))
    assert groups == group_documents(label_set(dict(reversed(sizes.items()))), most)
    if len(sizes) > most:
        loads = [sum(sizes[document] for document in group) for group in groups]
        assert max(loads) - min(loads) <= max(sizes.values())


@pytest.mark.parametrize("documents", [1, 3, 12])
def test_what_was_predicted_of_each_unit_is_told(documents: int) -> None:
    labels = label_set({f"{different(number)}.txt": 5 for number in range(documents)}, examples=20)
    result = evaluate(labels, Trainings())
    rows = result["held_out_predictions"]
    units = (*labels.paragraphs, *labels.statements)
    assert [(row["document"], row["paragraph"], row["statement"], row["label"]) for row in rows] == [
        (*unit.key, unit.theme) for unit in units
    ]
    assert {(row["theme"], row["detail"], row["confidence"]) for row in rows} == {("other", "other.plans", 0.75)}
    assert json.loads(json.dumps(result)) == result


def test_examples_of_a_document_are_left_out_with_it() -> None:
    labels = label_set({"a.txt": 3, "b.txt": 3})
    quoted = LabelledText("引自甲文", CODES[0], document="a.txt")
    trainer = Trainings()
    evaluate(replace(labels, examples=(quoted,)), trainer)
    assert [quoted.text in seen for seen in trainer.seen] == [False, True]


def test_a_unit_without_any_letter_is_told_but_not_measured() -> None:
    labels = label_set({"a.txt": 3, "b.txt": 3})
    dashes = Label(("a.txt", 9, 0), digest("——"), "——", CODES[0])
    result = evaluate(replace(labels, paragraphs=(*labels.paragraphs, dashes)), Trainings())
    assert result["paragraphs"]["units"] == 6
    assert result["held_out_predictions"][6]["theme"] == ""


def test_under_two_splits_are_refused() -> None:
    with pytest.raises(InputError, match=r"with 1 split.*use 2 or more"):
        evaluate(label_set({"a.txt": 3, "b.txt": 3}), Trainings(), most_splits=1)


def test_a_learning_curve_has_a_point_for_each_share() -> None:
    labels = label_set({f"{different(number)}.txt": 6 for number in range(8)}, examples=40)
    trainer, watcher = Trainings(), Watcher()
    points = learning_curve(labels, (1.0, 0.2, 0.5), trainer, watcher)
    assert [point["share"] for point in points] == [0.2, 0.5, 1.0]
    assert len(trainer.seen) == watcher.steps == 15
    assert points[-1]["texts"] == pytest.approx(120 + 96 * 4 / 5, abs=0.1)
    assert points[0]["texts"] == pytest.approx(points[-1]["texts"] / 5, rel=0.05)
    right = 1 - sum(unit.theme == CODES[0] for unit in labels.paragraphs) / 48
    for point in points:
        assert point["paragraphs"]["value"] == point["statements"]["value"] == pytest.approx(right, abs=1e-4)
        assert point["paragraphs"]["low"] < right < point["paragraphs"]["high"]
    for smaller, larger in zip(trainer.seen, trainer.seen[1:], strict=False):
        assert smaller < larger or len(smaller) > len(larger)  # The next group of documents starts small again.


def test_a_learning_curve_without_documents_tests_on_folds_of_the_texts() -> None:
    labels = label_set({}, examples=30)
    points = learning_curve(labels, (0.5, 1.0), Trainings())
    assert [set(point) for point in points] == [{"share", "texts", "held_out_texts"}] * 2
    assert points[-1]["texts"] == 72


@pytest.mark.parametrize("shares", [(), (0.0,), (0.5, 1.1), (-1.0,)])
def test_a_share_that_cannot_be_is_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="above 0, up to 1"):
        learning_curve(label_set({}, examples=9), shares, Trainings())


def test_a_small_share_still_has_some_texts_of_each_code() -> None:
    labels = label_set({"a.txt": 6}, examples=100)
    rare = tuple(item for item in labels.examples if item.theme != CODES[2] or item.text < "例丘")
    small, large = nested_draws(replace(labels, examples=rare), (0.01, 0.5), seed=0)
    for code in CODES:
        kept, more = (sum(item.theme == code for item in drawn.texts()) for drawn in (small, large))
        assert kept == 5 <= more
    assert {item.text for item in small.texts()} < {item.text for item in large.texts()}
    assert small.texts() != nested_draws(replace(labels, examples=rare), (0.01,), seed=1)[0].texts()


def test_equal_texts_are_drawn_together() -> None:
    twice = tuple(
        LabelledText(f"例 {number}" if double else f"例{number}", CODES[0])
        for number in "甲乙丙丁戊己庚辛壬癸"
        for double in (0, 1)
    )
    (drawn,) = nested_draws(replace(label_set({}), examples=twice), (0.6,), seed=0)
    assert len(drawn.examples) == 12
    assert len({item.text.replace(" ", "") for item in drawn.examples}) == 6


def test_the_command_prints_everything_as_json_and_the_rest_as_tables(run: Callable[..., Finished], tmp_path: Path) -> None:
    table = tmp_path / "news.csv"
    rows = [f"球队第{n}场{word}取胜,体育\n股市{word}收盘{n}点,财经\n" for n, word in enumerate(["轻松", "艰难", "惊险"] * 3)]
    table.write_text("text,theme\n" + "".join(rows), encoding="utf-8")
    result = json.loads(run("evaluate", "--labels", str(table), "--json").output)
    assert result["held_out_predictions"] == []
    assert sum(row["units"] for row in result["texts"]["reliability"]) == 18
    shown = run("evaluate", "--labels", str(table)).output
    assert "expected calibration error" in shown and "held_out_predictions" not in shown
