"""The label files that travel with the project: complete, consistent, and what they claim to be."""

import csv
import math
import re
import unicodedata
from collections import Counter, defaultdict
from functools import cache

import pytest
from paths import ROOT

from classifier import LabelSet, check_against_sources, compare_kinds, load_labels, read_readings
from classifier.labels import EXAMPLE_KINDS, load_held_out, read_label_file

LABELS = ROOT / "labels"


@cache
def examples() -> list[dict[str, str]]:
    with (LABELS / "examples.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_unit_of_the_seeds_is_labelled_and_every_label_has_its_unit(labels: LabelSet) -> None:
    assert check_against_sources(labels, ROOT / "seeds") == []


@pytest.mark.parametrize("reader", ["first", "second"])
def test_each_reader_labelled_every_unit(reader: str, labels: LabelSet) -> None:
    for name, settled in (("paragraphs.csv", labels.paragraphs), ("statements.csv", labels.statements)):
        found = read_label_file(LABELS / "readings" / reader / name, labels.codebook)
        assert [label.key for label in found] == [label.key for label in settled]
        assert len({label.annotator for label in found}) == 1


def test_where_the_readers_differ_the_settled_label_has_a_reason(labels: LabelSet) -> None:
    for name, settled in (("paragraphs.csv", labels.paragraphs), ("statements.csv", labels.statements)):
        first, second = (
            read_label_file(LABELS / "readings" / reader / name, labels.codebook) for reader in ("first", "second")
        )
        for one, two, final in zip(first, second, settled, strict=True):
            if (one.theme, one.secondary) == (two.theme, two.secondary):
                assert (final.theme, final.secondary) == (one.theme, one.secondary), final.key
            else:
                assert final.note, f"{final.key}: the readers differ, and no reason is given"


def test_the_two_readers_agree(labels: LabelSet) -> None:
    readings = read_readings([LABELS / "readings" / "first", LABELS / "readings" / "second"], labels.codebook)
    for found in compare_kinds(readings.codes, labels.codebook):
        for coefficient in (found.kappa["themes"], found.alpha["themes"]):
            assert coefficient.low is not None and coefficient.low >= 0.85


def test_there_are_enough_examples_of_every_leaf_code_and_none_outweighs_the_others(labels: LabelSet) -> None:
    counts = Counter(row["theme"] for row in examples())
    assert set(counts) == set(labels.codebook.leaf_codes)
    assert min(counts.values()) >= 300
    assert max(counts.values()) <= 1.75 * min(counts.values())


def test_examples_are_of_every_kind_and_length() -> None:
    kinds = Counter(row["kind"] for row in examples())
    assert set(kinds) == set(EXAMPLE_KINDS)
    share = {kind: count / len(examples()) for kind, count in kinds.items()}
    assert 0.4 <= share["sentence"] <= 0.6 and 0.25 <= share["passage"] <= 0.4
    for row in examples():
        assert 8 <= len(row["text"]) <= 360, row["text"]
        assert row["text"] == row["text"].strip() and "\n" not in row["text"]


def grams(text: str) -> set[str]:
    plain = re.sub(r"[\d\W_]+", "", unicodedata.normalize("NFKC", text))
    return {plain[at : at + 3] for at in range(len(plain) - 2)} or {plain}


def near_duplicates(texts: list[str], against: list[str], limit: float) -> list[tuple[str, str]]:
    """Pairs whose three-character sequences overlap (Jaccard) by ``limit`` or more; each text against all before it."""
    everything = [*against, *texts]
    sets = [grams(text) for text in everything]
    frequency = Counter(gram for own in sets for gram in own)
    index: dict[str, list[int]] = defaultdict(list)
    found = []
    for number, own in enumerate(sets):
        # A set that overlaps so far lacks at most 1 - limit of these: it shares one of any more, here of the rarest.
        rarest = sorted(own, key=lambda gram: (frequency[gram], gram))[: len(own) - math.ceil(limit * len(own)) + 1]
        if number >= len(against):
            for other in sorted({other for gram in rarest for other in index[gram]}):
                if len(own & sets[other]) >= limit * len(own | sets[other]):
                    found.append((everything[other], everything[number]))
        for gram in rarest:
            index[gram].append(number)
    return found


def test_texts_are_nearly_the_same_where_they_share_half_of_their_sequences() -> None:
    told = "全年调解矛盾纠纷3200件，调解成功率98%。"
    again, otherwise = "全年调解矛盾纠纷850件，成功率96%以上。", "全年办理法律援助案件850件，成功率96%以上。"
    assert near_duplicates([again, otherwise], [told], 0.5) == [(told, again)]
    assert near_duplicates([told, again], [told], 0.5) == [(told, told), (told, again), (told, again)]


def test_no_example_is_nearly_another_one_or_a_seed_or_a_held_out_text(labels: LabelSet) -> None:
    seeds = [label.text for label in (*labels.paragraphs, *labels.statements)]
    held_out = [item.text for item in load_held_out(LABELS, labels.codebook)]
    assert near_duplicates([row["text"] for row in examples()], [*seeds, *held_out], 0.5) == []


def test_held_out_texts_cover_every_leaf_code_and_are_not_trained_on(labels: LabelSet) -> None:
    held_out = load_held_out(LABELS, labels.codebook)
    counts = Counter(item.theme for item in held_out)
    assert set(counts) == set(labels.codebook.leaf_codes) and min(counts.values()) >= 10
    assert not {item.text for item in held_out} & {item.text for item in labels.texts()}


def test_the_label_set_is_read_in_the_same_order_each_time(labels: LabelSet) -> None:
    assert load_labels(LABELS).digest() == labels.digest()
