"""The one pass over arrays gives what scikit-learn gives, on any text, of any length, in batches of any size."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from classifier import LabelSet, Model, joining, sklearn_pipeline
from classifier.hash_table import HashTable

LETTERS = "法律援助调解普法企业党建。；“”（）， \n0A一是\ud800𠮷"
SENTENCES = [
    "全年调解纠纷300件，成功率98%。",
    "法律援助法律援助法律援助，",
    "“普法”；",
    "（一）",
    "\u3000",
    "\ud800",
    "𠮷野家。",
    "a" * 50,
]
LONG = [
    "法" * 300_000,
    "全年调解纠纷三百件。" * 20_000,
    "调解" * 50_000 + "。",
    "“" * 100_000,
    " \n" * 100_000,
    "0" * 99_999 + "年",
]


def assert_equal_to_reference(model: Model, texts: list[str]) -> None:
    if texts:  # scikit-learn takes no empty batch.
        np.testing.assert_allclose(
            model.probabilities(texts), sklearn_pipeline(model).predict_proba(texts), rtol=0, atol=1e-9
        )
    else:
        assert model.probabilities(texts).shape == (0, len(model.codebook.leaf_codes))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=5))
@example([])
@example(["", "\ud800\udfff", "\U0010ffff\U00020bb7法律援助"])
def test_any_unicode_text_is_scored_as_scikit_learn_does(model: Model, texts: list[str]) -> None:
    assert_equal_to_reference(model, texts)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(SENTENCES), max_size=20).map("".join) | st.text(LETTERS, max_size=60), max_size=5))
def test_repeated_terms_are_scored_as_scikit_learn_does(model: Model, texts: list[str]) -> None:
    assert_equal_to_reference(model, texts)


@pytest.mark.parametrize("text", LONG, ids=lambda text: repr(text[:10]))
def test_a_very_long_text_is_scored_as_scikit_learn_does(model: Model, text: str) -> None:
    assert_equal_to_reference(model, ["普法", text, ""])


@pytest.mark.parametrize("characters", [1, 50, 1000])
def test_the_size_of_batches_changes_nothing(
    model: Model, labels: LabelSet, characters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["", *(label.text for label in labels.paragraphs), " "]
    expected = model.score(texts)
    monkeypatch.setattr(joining, "_CHARACTERS_AT_ONCE", characters)
    found = model.score(texts)
    np.testing.assert_allclose(found.probabilities, expected.probabilities, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.parts, expected.parts, rtol=0, atol=1e-12)
    assert (found.spans, found.bounds.tolist()) == (expected.spans, expected.bounds.tolist())


@given(st.sets(st.integers(0, 2**40), max_size=60), st.lists(st.integers(0, 2**40), max_size=20))
def test_a_hash_table_knows_its_keys_and_no_others(known: set[int], asked: list[int]) -> None:
    values = {key: place for place, key in enumerate(sorted(known), 1)}
    table = HashTable(np.array(list(values), dtype=np.int64), np.array(list(values.values()), dtype=np.int32))
    every = np.array([*asked, *known], dtype=np.int64)
    assert table.get(every).tolist() == [values.get(key, 0) for key in every.tolist()]
