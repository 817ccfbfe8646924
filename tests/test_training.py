"""Training: the same labels give the same bytes, any themes can be learned, and too few texts are refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import LabelError, LabelledText, LabelSet, Model, load_labels, save_model, train
from classifier.folds import assign_folds
from classifier.mixed import MixedRule, fit_mixed_rule
from classifier.settings import TRAINING_SETTINGS, training_settings

SPORT = [
    f"球队在第{n}轮联赛中{word}取胜，主教练赛后{word}点评球员表现"
    for n, word in enumerate(["艰难", "轻松", "逆转", "大比分", "主场", "客场", "惊险", "提前"])
]
MARKET = [
    f"股市{word}收盘，成交额较前一日变化，分析师{word}看待后市行情"
    for word in ["大幅", "小幅", "平稳", "震荡", "冲高", "回落", "缩量", "放量"]
]


def table(tmp_path: Path, rows: list[tuple[str, str]]) -> LabelSet:
    path = tmp_path / "labels.csv"
    path.write_text("text,theme\n" + "".join(f"{text},{theme}\n" for text, theme in rows), encoding="utf-8")
    return load_labels(path)


def test_the_same_labels_give_the_same_file_byte_for_byte(labels: LabelSet, model: Model, tmp_path: Path) -> None:
    save_model(train(labels), tmp_path / "one.model")
    save_model(model, tmp_path / "two.model")
    assert (tmp_path / "one.model").read_bytes() == (tmp_path / "two.model").read_bytes()


def test_the_model_names_what_it_was_trained_on(model: Model, labels: LabelSet) -> None:
    assert model.record["labels_digest"] == labels.digest()
    assert model.record["codebook_digest"] == labels.codebook.digest()
    assert model.record["settings"] == training_settings()
    assert sum(model.record["texts"].values()) == len(labels.texts())
    assert model.identity == f"{labels.codebook.version}-{labels.digest()[:12]}"


@pytest.mark.parametrize(("measure", "kind"), [("paragraphs", "paragraphs"), ("text", "statements")])
def test_the_model_knows_its_errors_on_each_document_by_leaf_code(
    measure: str, kind: str, model: Model, labels: LabelSet
) -> None:
    rows = np.array(model.record["held_out_errors"][measure])
    documents = sorted({label.key[0] for label in getattr(labels, kind)})
    assert rows.shape == (len(documents), len(labels.codebook.leaf_codes) + 1)
    assert rows[:, -1].tolist() == [sum(label.key[0] == name for label in labels.paragraphs) for name in documents]
    # Shares sum to 1 whether they are estimated or true, so that errors sum to 0; none is larger than a share can be.
    np.testing.assert_allclose(rows[:, :-1].sum(axis=1), 0, atol=1e-5)
    assert 0 < np.abs(rows[:, :-1]).max() < 0.5


def test_any_two_themes_can_be_learned(tmp_path: Path) -> None:
    found = train(table(tmp_path, [*((t, "体育") for t in SPORT), *((t, "财经") for t in MARKET)]))
    assert [p.theme for p in found.predict(["球队主场取胜", "股市震荡收盘"])] == ["体育", "财经"]
    np.testing.assert_allclose(found.probabilities(["球队", "股市", "无关"]).sum(axis=1), 1)


def test_a_theme_that_only_one_document_has_is_learned_without_collapse(labels: LabelSet) -> None:
    """One fold then trains without it: calibration must not fall back to equal probabilities."""
    only = [item for item in labels.texts() if item.theme in ("mediation", "legal_aid", "other.corrections")][:400]
    units = [replace(item, document="one.txt") if item.theme == "other.corrections" else item for item in only]
    book = labels.codebook
    small = replace(
        labels,
        codebook=replace(
            book,
            themes=tuple(t for t in book.themes if t.code in ("mediation", "legal_aid", "other")),
            subcodes=(),
            mixed="",
        ),
        paragraphs=(),
        statements=(),
        examples=tuple(replace(item, theme=item.theme.split(".")[0]) for item in units),
    )
    confidence = train(small).probabilities([item.text for item in units]).max(axis=1)
    assert confidence.mean() > 0.8


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("球队取胜的消息", "体育"), ("股市上涨的消息", "财经"), ("股市下跌的消息", "财经")], "'体育' has 1 labelled"),
        ([("甲", "体育"), ("乙", "体育"), ("丙", "财经"), ("丁", "财经")], "share no terms"),
    ],
)
def test_too_few_texts_are_refused_with_a_remedy(rows: list[tuple[str, str]], said: str, tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=said):
        train(table(tmp_path, rows))


def test_settings_are_one_table_and_unknown_ones_are_refused(labels: LabelSet) -> None:
    assert all(setting.help for setting in TRAINING_SETTINGS)
    with pytest.raises(KeyError, match="no training setting 'speed'"):
        train(labels, {"speed": 1})


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from("xyz"), st.sampled_from(["", "d1", "d2", "d3"])), max_size=40
    )
)
def test_no_document_and_no_text_is_ever_split_between_folds(rows: list[tuple[str, str, str]]) -> None:
    texts = [LabelledText(text, theme, document) for text, theme, document in rows]
    folds = assign_folds(texts, 5).of_text
    for key in {item.document for item in texts} - {""}:
        assert len({fold for item, fold in zip(texts, folds, strict=True) if item.document == key}) == 1
    loose = [(item.text, fold) for item, fold in zip(texts, folds, strict=True) if not item.document]
    for text in {text for text, _ in loose}:
        assert len({fold for other, fold in loose if other == text}) == 1


def test_folds_do_not_depend_on_the_order_of_the_texts(labels: LabelSet) -> None:
    texts = labels.texts()
    forward, backward = assign_folds(texts, 5).of_text, assign_folds(texts[::-1], 5).of_text
    documents = {item.document for item in texts} - {""}
    assert len({fold for item, fold in zip(texts, forward, strict=True) if item.document in documents}) == 5
    same = [fold == other for item, fold, other in zip(texts, forward, backward[::-1], strict=True) if item.document]
    assert all(same)


def test_the_mixed_rule_fires_only_where_three_codes_share_a_text() -> None:
    rule = MixedRule(place=3, dominance=0.4, presence=0.1, precision=0.8)
    shares = np.array([[0.3, 0.3, 0.3, 0.1], [0.9, 0.05, 0.05, 0.0], [0.5, 0.25, 0.25, 0.0], [0.35, 0.33, 0.02, 0.0]])
    assert rule.mixed(shares).tolist() == [True, False, False, False]
    moved = rule.apply(np.full((4, 4), 0.25), shares)
    assert moved[0].argmax() == 3 and moved[0].sum() == pytest.approx(1)
    assert (moved[1:] == 0.25).all()


def test_a_mixed_rule_that_helps_nobody_is_not_kept() -> None:
    probabilities = np.eye(4)[[0, 1, 2]]
    shares = np.full((3, 4), 0.25)
    assert fit_mixed_rule(3, 0.1, probabilities, shares, np.array([0, 1, 2])) is None
    helpful = fit_mixed_rule(3, 0.1, probabilities, shares, np.array([3, 3, 3]))
    assert helpful is not None and helpful.precision == pytest.approx(0.8)
