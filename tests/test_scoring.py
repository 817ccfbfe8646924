"""The one pass over arrays gives what scikit-learn gives, on any text, of any length, in batches of any size."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from classifier import Explanation, LabelSet, Model, Prediction, StatementPrediction, joining, short_texts, sklearn_pipeline
from classifier.normalisation import normalise
from classifier.transitions import Transitions

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


ANY_TEXTS = st.lists(
    st.text(max_size=60) | st.text(LETTERS, max_size=60) | st.lists(st.sampled_from(SENTENCES), max_size=8).map("".join),
    max_size=4,
)


FEW, MANY = 1 << 20, -1


def explained_as(model: Model, texts: list[str], limit: int, most: int | None = None) -> list[Explanation]:
    """Explain texts with other limits up to which a batch goes the ways of short texts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joining, "FEW_CHARACTERS", limit)
        patch.setattr(short_texts, "FEW_ROWS", limit)
        return model.explain_each(texts, most=most)


def flat(prediction: Prediction) -> tuple[list[object], list[float]]:
    """Return what is said in words and places, which must be the same, and the numbers, which must be close."""
    units: list[Prediction | StatementPrediction] = [prediction, *prediction.statements]
    places = [(part.text, part.start, part.end) for part in prediction.statements]
    words = [(unit.theme, unit.detail, *unit.scores, *unit.leaf_scores) for unit in units]
    numbers = [n for unit in units for n in (unit.confidence, *unit.scores.values(), *unit.leaf_scores.values())]
    return [prediction.secondary, *places, *words], numbers


def assert_same_explanations(found: list[Explanation], expected: list[Explanation]) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        words, numbers = flat(one.prediction)
        other_words, other_numbers = flat(other.prediction)
        assert (one.code, words) == (other.code, other_words)
        assert [(item.term, item.start, item.end) for item in one.evidence] == [
            (item.term, item.start, item.end) for item in other.evidence
        ]
        numbers += [one.score, one.intercept, *(item.weight for item in one.evidence)]
        other_numbers += [other.score, other.intercept, *(item.weight for item in other.evidence)]
        np.testing.assert_allclose(numbers, other_numbers, rtol=0, atol=1e-9)


@settings(max_examples=150, deadline=None)
@given(ANY_TEXTS)
@example([])
@example(["", " \n", "\u200d" * 9 + "。", "\ud800\udfff", "\U0010ffff\U00020bb7法律援助"])
def test_short_texts_get_the_answers_that_they_get_among_many(model: Model, texts: list[str]) -> None:
    assert_same_explanations(explained_as(model, texts, FEW), explained_as(model, texts, MANY))


@settings(max_examples=60, deadline=None)
@given(ANY_TEXTS, st.integers(0, 5))
def test_the_strongest_evidence_in_short_texts_is_as_strong_as_among_many(model: Model, texts: list[str], most: int) -> None:
    for one, other in zip(explained_as(model, texts, FEW, most), explained_as(model, texts, MANY, most), strict=True):
        # Which of equally strong ones are kept may differ by a rounding.
        strengths, expected = (sorted(abs(item.weight) for item in found.evidence) for found in (one, other))
        np.testing.assert_allclose(strengths, expected, rtol=0, atol=1e-9)
        assert len(one.evidence) <= most


@pytest.mark.parametrize("beyond", [-2, -1, 0, 1])
@pytest.mark.parametrize("count", [1, 3])
def test_both_ways_meet_at_the_limit_between_few_characters_and_many(model: Model, count: int, beyond: int) -> None:
    # With the line breaks before, between and behind the texts.
    characters = joining.FEW_CHARACTERS + beyond - (count + 1)
    sentences = "全年调解纠纷300件，成功率98%。选聘专职调解员20名；举办“宪法宣传周”活动 12 场。" * characters
    texts = ["普法"] * (count - 1) + [sentences[: characters - 2 * (count - 1)]]
    assert joining.JoinedTexts.of(texts).few == (beyond <= 0)
    found = model.explain_each(texts)
    assert_same_explanations(found, explained_as(model, texts, MANY))
    assert_same_explanations(found, explained_as(model, texts, FEW))


@pytest.mark.parametrize("statements", range(short_texts.FEW_ROWS - 2, short_texts.FEW_ROWS + 2))
def test_both_ways_meet_at_the_limit_between_few_statements_and_many(model: Model, statements: int) -> None:
    texts = ["全年调解纠纷300件，成功率98%。" * statements]
    found = model.explain_each(texts)
    assert len(found[0].prediction.statements) == statements
    assert_same_explanations(found, explained_as(model, texts, MANY))
    assert_same_explanations(found, explained_as(model, texts, FEW))


def test_a_paragraph_gets_the_same_explanation_alone_and_among_all_others(model: Model, labels: LabelSet) -> None:
    texts = [label.text for label in labels.paragraphs]
    together = model.explain_each(texts, most=20)
    assert_same_explanations([model.explain_each([text], most=20)[0] for text in texts], together)
    # Among them are some that the rule for mixed texts changes.
    assert model.codebook.mixed in {found.prediction.detail for found in together}


TRIES = st.lists(
    st.lists(st.text("一二三四", min_size=1, max_size=6), max_size=40)
    | st.lists(st.text(min_size=1, max_size=4), max_size=20),
    min_size=1,
    max_size=2,
).map(lambda lists: sorted({normalise(term) for terms in lists for term in terms} - {""}))


def followed(terms: list[str]) -> tuple[list[tuple[int, str]], list[int]]:
    """Return the steps of the trie of terms, from the characters on, in order; and the nodes that they lead to."""
    prefixes = sorted(
        {term[:size] for term in terms for size in range(1, len(term) + 1)}, key=lambda text: (len(text), text)
    )
    number = {prefix: place for place, prefix in enumerate(prefixes, 1)}
    steps = sorted((number[prefix[:-1]], prefix[-1], number[prefix]) for prefix in prefixes if len(prefix) > 1)
    return [(node, letter) for node, letter, _ in steps], [reached for *_, reached in steps]


@settings(max_examples=100, deadline=None)
@given(TRIES)
@example([left + right for left in map(chr, range(0x4E00, 0x4E00 + 60)) for right in map(chr, range(0x4E00, 0x4E00 + 60))])
def test_every_step_of_a_trie_leads_to_its_node_and_no_other_step_leads_anywhere(terms: list[str]) -> None:
    steps, _ = followed(terms)
    letters = sorted({letter for term in terms for letter in term})
    heads = sorted({node for node, _ in steps})
    number_of = {letter: number for number, letter in enumerate(letters, 1)}
    first = max([len(letters) + 1, *(node + 1 for node in heads)])
    parents = np.array([node for node, _ in steps], dtype=np.int64)
    table = Transitions(parents, np.array([number_of[letter] for _, letter in steps], dtype=np.int64), first)
    expected = {(node, number_of[letter]): first + place for place, (node, letter) in enumerate(steps)}
    asked = [(node, letter) for node in [0, *heads[:30], first + len(steps) - 1] for letter in range(len(letters) + 1)]
    nodes, by = np.array(asked).T
    reached = [expected.get(step, 0) for step in asked]
    assert table.reached(nodes.astype(np.int32), by).tolist() == reached
    places, found = table.found(nodes.astype(np.int32), by)
    assert dict(zip(places.tolist(), found.tolist(), strict=True)) == {n: node for n, node in enumerate(reached) if node}
