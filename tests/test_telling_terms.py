"""Terms that tell two sides apart: the formula by hand, what is left out, and which paragraphs hold them."""

import math
from dataclasses import replace

import numpy as np
import pytest

from classifier.candidate_terms import candidate_terms, names_of_places, without_names
from classifier.log_odds import prior_from, weighted_log_odds
from classifier.telling_terms import telling_terms, typical_texts

MEDIATION = [f"全年人民调解员调解纠纷{number}件，群众满意。" for number in "三五七"]
PUBLICITY = [f"全年举办普法讲座{number}场，群众满意。" for number in "三五七"]


def test_log_odds_and_z_scores_are_those_computed_by_hand() -> None:
    """Three terms, A counts 6, 3, 1 and B 2, 3, 5; the prior is worth 4: 2, 1, 1."""
    ratio, z = weighted_log_odds(np.array([6.0, 3.0, 1.0]), np.array([2.0, 3.0, 5.0]), np.array([2.0, 1.0, 1.0]))
    assert ratio.tolist() == pytest.approx([math.log(8 / 6) - math.log(4 / 10), 0.0, math.log(2 / 12) - math.log(6 / 8)])
    deviation = [math.sqrt(1 / 8 + 1 / 4), 1.0, math.sqrt(1 / 2 + 1 / 6)]
    assert z.tolist() == pytest.approx([1.2039728 / deviation[0], 0.0, -1.5040774 / deviation[2]])


def test_a_prior_expects_what_the_corpus_has() -> None:
    assert prior_from(np.array([30.0, 10.0]), 4.0).tolist() == [3.0, 1.0]


def test_each_side_has_its_terms_and_what_both_use_equally_tells_nothing() -> None:
    found = telling_terms(MEDIATION, PUBLICITY)
    assert "人民调解员" in {term.term for term in found.a}
    assert "举办普法讲座" in {term.term for term in found.b}
    shown = {term.term: term.z for term in (*found.a, *found.b)}
    assert abs(shown.get("群众", 0.0)) < 0.2 and abs(shown.get("群众满意", 0.0)) < 0.2


def test_to_exchange_the_sides_exchanges_the_terms_and_turns_their_signs() -> None:
    one, other = telling_terms(MEDIATION, PUBLICITY, ["调解"]), telling_terms(PUBLICITY, MEDIATION, ["调解"])
    turned = [replace(term, a=term.b, b=term.a, log_odds=-term.log_odds, z=-term.z) for term in other.b]
    assert [*one.a] == turned


def test_a_side_without_text_has_no_terms() -> None:
    assert telling_terms([], PUBLICITY) == telling_terms(["。"], PUBLICITY) == telling_terms([], [])
    assert typical_texts(MEDIATION, []) == []


@pytest.mark.parametrize(
    ("texts", "kept", "gone"),
    [
        (["浦江县进一步加强合规", "浦江全县合规"], {"合规"}, {"浦江", "浦江县", "进一步", "全县"}),
        (["一是合规。二是普法", "一是合规。二是普法。2024年"], {"合规", "普法"}, {"一是", "2024", "00"}),
        (["杭州合规", "杭州合规"], {"合规"}, {"杭州"}),
    ],
)
def test_names_of_places_and_small_words_are_no_terms(texts: list[str], kept: set[str], gone: set[str]) -> None:
    found = set(without_names(candidate_terms(texts), names_of_places(["浦江县"])))
    assert kept <= found and not gone & found


def test_a_set_phrase_is_one_term_and_its_parts_say_nothing_more() -> None:
    found = telling_terms(["优化营商环境。"] * 4, ["组织普法讲座。"] * 4)
    assert "营商环境" in "".join(term.term for term in found.a)
    assert not {"营商", "环境"} & {term.term for term in found.a}


def test_typical_texts_hold_the_most_telling_terms_each_counted_once() -> None:
    found = telling_terms(MEDIATION, PUBLICITY)
    one, other = (term.term for term in found.a[:2])
    typical = typical_texts(["会议召开。", f"{one}，{one}，{one}。", f"{other}，{one}。"], found.a)
    assert typical == [(2, (one, other)), (1, (one,))]
