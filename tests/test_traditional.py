"""Traditional characters change no theme, no paragraph and no place of evidence; what is shown is what was given."""

from pathlib import Path
from typing import Any

import pytest
import zhconv_rs
from paths import ROOT

from classifier import LabelSet, Model, ModelError, Reading, load_model, read_document, save_model
from classifier.features import Vocabulary
from classifier.normalisation import normalise
from classifier.traditional import _TABLE, simplified

# The converter of Wikipedia, whose tables are not those that ours was made from.
STANDARDS = ("zh-hant", "zh-tw", "zh-hk")


@pytest.fixture(scope="module")
def seeds() -> list[tuple[Path, Reading]]:
    return [(path, read_document(path)) for path in sorted((ROOT / "seeds").glob("*.txt"))]


def traditional(text: str, standard: Any = "zh-hant") -> str:
    return zhconv_rs.zhconv(text, standard)


@pytest.mark.parametrize("standard", STANDARDS)
def test_reports_in_traditional_characters_have_the_same_paragraphs_and_themes(
    model: Model, seeds: list[tuple[Path, Reading]], standard: str, tmp_path: Path
) -> None:
    themes: list[tuple[str, str]] = []
    for path, reading in seeds:
        converted = tmp_path / path.name
        converted.write_text(traditional(path.read_text(encoding="utf-8"), standard), encoding="utf-8")
        found = read_document(converted)
        assert [item.section_kind for item in found.paragraphs] == [item.section_kind for item in reading.paragraphs]
        texts, others = ([item.text for item in each.paragraphs] for each in (reading, found))
        assert texts != others
        themes += zip(*([item.theme for item in model.predict(each)] for each in (texts, others)), strict=True)
    assert len(themes) == 92
    assert sum(a == b for a, b in themes) >= 0.99 * len(themes)


def test_labelled_statements_in_traditional_characters_have_the_same_themes(model: Model, labels: LabelSet) -> None:
    texts = [label.text for label in labels.statements]
    others = [traditional(text) for text in texts]
    same = [a.theme == b.theme for a, b in zip(model.predict(texts), model.predict(others), strict=True)]
    assert sum(same) >= 0.99 * len(same)


def test_evidence_stands_in_the_text_as_it_was_given(model: Model) -> None:
    text = "全年調解糾紛３００件，聘請專職調解員20名。"
    plain = "全年调解纠纷300件，聘请专职调解员20名。"
    found, expected = model.explain(text), model.explain(plain)
    assert found.code == expected.code == "mediation"
    assert [(item.term, item.start, item.end) for item in found.evidence] == [
        (item.term, item.start, item.end) for item in expected.evidence
    ]
    assert "調解" in {text[item.start : item.end] for item in found.evidence}
    assert all(normalise(text[item.start : item.end]) == item.term for item in found.evidence)
    assert "".join(item.text for item in found.prediction.statements) == text


def test_the_table_gives_simplified_characters_only_and_leaves_theirs_alone() -> None:
    common = bytes(range(0xB0, 0xD8))  # Rows 16 to 55 of GB 2312: its 3,755 commonest characters.
    assert len(_TABLE) > 2000
    for code, plain in _TABLE.items():
        assert plain.encode("gb2312") and ord(plain) not in _TABLE
        assert chr(code).encode("gb2312", "ignore")[:1] not in [bytes([row]) for row in common]
    assert simplified("\ud800成效顯著") == "\ud800成效显著"


def test_a_model_whose_terms_are_of_another_form_is_refused(model: Model, tmp_path: Path) -> None:
    from dataclasses import replace

    terms = list(model.vocabulary.terms)
    terms[terms.index("调解")] = "調解"
    save_model(replace(model, vocabulary=Vocabulary(tuple(terms))), tmp_path / "old.model")
    with pytest.raises(ModelError, match=r"in a form that this program does not look for.*train it again"):
        load_model(tmp_path / "old.model")
