"""Predictions: probabilities that sum to one, statements, evidence that adds up, and scikit-learn's equal answers."""

from pathlib import Path

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier import LabelSet, Model, classify, export_sklearn, sklearn_pipeline
from classifier.normalisation import normalise

TEXTS = [
    "全年调解纠纷300件，成功率98%。选聘专职调解员20名。举办宪法宣传周活动12场，发放资料3万份。",
    "组织开展行政执法案卷评查，抽查案卷120件，反馈问题46个。",
    "Ａ企业合规",
    "无",
    "",
]


def test_scores_are_probabilities_of_the_themes(model: Model) -> None:
    for text, found in zip(TEXTS, model.predict(TEXTS), strict=True):
        if not text:
            continue
        assert tuple(found.scores) == model.codebook.theme_codes
        assert tuple(found.leaf_scores) == model.codebook.leaf_codes
        assert sum(found.scores.values()) == pytest.approx(1)
        assert found.confidence == max(found.scores.values()) == found.scores[found.theme]
        assert model.codebook.entry(found.detail).theme == found.theme


def test_a_paragraph_is_classified_with_its_statements_and_secondary_themes(model: Model) -> None:
    found = model.predict([TEXTS[0]])[0]
    assert (found.theme, found.secondary) == ("mediation", ("publicity",))
    assert [part.theme for part in found.statements] == ["mediation", "mediation", "publicity"]
    assert [TEXTS[0][part.start : part.end] for part in found.statements] == [part.text for part in found.statements]


def test_a_text_without_letters_has_no_theme(model: Model) -> None:
    for found in model.predict(["", "。。。", " \n"]):
        assert (found.theme, found.detail, found.confidence, found.statements) == ("", "", 0.0, ())


def test_width_and_spaces_do_not_change_the_theme(model: Model) -> None:
    plain = "全年受理法律援助案件120件,挽回损失300万元。"
    variants = [
        "全年受理法律援助案件１２０件，挽回损失３００万元。",
        "全 年 受 理 法 律 援 助 案 件 120 件,挽 回 损 失 300 万 元。",
    ]
    scores = [list(found.scores.values()) for found in model.predict([plain, *variants])]
    np.testing.assert_allclose(scores[1:], [scores[0]] * 2, atol=1e-12)


def test_a_text_gets_the_same_answer_alone_and_in_a_batch(model: Model, labels: LabelSet) -> None:
    texts = [label.text for label in labels.paragraphs[:20]]
    together = model.probabilities(texts)
    alone = np.vstack([model.probabilities([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-12)


@pytest.mark.parametrize("text", TEXTS[:4])
def test_weights_of_terms_add_up_to_the_score(model: Model, text: str) -> None:
    for code in (None, "mediation", "other.general"):
        found = model.explain(text, code)
        total = found.intercept + sum(item.weight for item in found.evidence)
        assert found.score == pytest.approx(total, abs=1e-9)
        assert found.score == pytest.approx(found.intercept + sum(weight for _, weight in found.terms()), abs=1e-9)


def test_texts_explained_together_get_the_explanations_that_each_gets_alone(model: Model) -> None:
    texts = [*TEXTS, "", "。"]
    for text, found in zip(texts, model.explain_each(texts), strict=True):
        alone = model.explain(text)
        assert (found.code, found.prediction.theme) == (alone.code, alone.prediction.theme)
        assert [(item.term, item.start, item.end) for item in found.evidence] == [
            (item.term, item.start, item.end) for item in alone.evidence
        ]
        assert [item.weight for item in found.evidence] == pytest.approx([item.weight for item in alone.evidence], abs=1e-9)
    assert model.explain_each([]) == []


def test_the_strongest_evidence_is_kept_in_order_of_its_place(model: Model) -> None:
    for text, few in zip(TEXTS, model.explain_each(TEXTS, most=5), strict=True):
        everything = model.explain(text).evidence
        assert len(few.evidence) == min(5, len(everything))
        assert [item.start for item in few.evidence] == sorted(item.start for item in few.evidence)
        strongest = sorted((abs(item.weight) for item in everything), reverse=True)[:5]
        assert sorted((abs(item.weight) for item in few.evidence), reverse=True) == pytest.approx(strongest, abs=1e-9)


def test_evidence_stands_where_it_says(model: Model) -> None:
    found = model.explain(TEXTS[0])
    assert found.code == "mediation"
    assert ("调解", True) in [(term, weight > 0) for term, weight in found.terms()]
    for item in found.evidence:
        assert normalise(TEXTS[0][item.start : item.end]) == item.term


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(
        st.text(st.sampled_from("法律援助调解普法企业党建調協業黨。；“”（）， \n0A一是\ud800𠮷"), max_size=60),
        min_size=1,
        max_size=4,
    )
)
def test_the_model_equals_its_scikit_learn_pipeline(model: Model, texts: list[str]) -> None:
    reference = sklearn_pipeline(model).predict_proba(texts)
    np.testing.assert_allclose(model.probabilities(texts), reference, atol=1e-9)


def test_the_exported_pipeline_gives_the_same_answers_on_real_text(model: Model, labels: LabelSet, tmp_path: Path) -> None:
    path = tmp_path / "model.joblib"
    export_sklearn(model, path)
    pipeline = joblib.load(path)  # It was written by this test a moment ago.
    texts = [label.text for label in (*labels.paragraphs, *labels.statements)]
    np.testing.assert_allclose(pipeline.predict_proba(texts), model.probabilities(texts), atol=1e-9)
    assert list(pipeline.predict(texts[:5])) == [
        model.codebook.leaf_codes[n] for n in model.probabilities(texts[:5]).argmax(axis=1)
    ]


def test_the_front_door_takes_one_text_or_several(model: Model) -> None:
    assert classify(TEXTS[1], model)[0].theme == classify([TEXTS[1]])[0].theme == "enforcement_reform"
