"""Agreement: published values, the values of other programs, intervals that hold, whom the files name, the table for R."""

import csv
import io
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from paths import ROOT
from sklearn.metrics import cohen_kappa_score

from classifier import LabelError, LabelSet, agreement_csv, compare_annotators, compare_kinds, compare_pairs, read_readings
from classifier.coefficients import MISSING, Codes, Coefficient, coefficients, cohens_kappa, krippendorffs_alpha

READINGS = ROOT / "labels" / "readings"


def cells(*counted: tuple[int, int, int]) -> Codes:
    """Return the codes of two annotators from (code of the first, code of the second, units)."""
    return np.array([[one, two] for one, two, units in counted for _ in range(units)])


def read(*annotators: str) -> Codes:
    """Return codes from the readings of each annotator, a character a unit; a dot is a unit that was not read."""
    return np.array([[MISSING if sign == "." else int(sign) for sign in own] for own in annotators]).T


def kappa_of(codes: Codes) -> float:
    return float(cohens_kappa(codes[:, 0], codes[:, 1], np.ones((1, len(codes))))[0])


def alpha_of(codes: Codes) -> float:
    return float(krippendorffs_alpha(codes, np.ones((1, len(codes))))[0])


# Fleiss, Levin & Paik 2003, "Statistical Methods for Rates and Proportions", table 18.1: 100 patients, two raters;
# psychotic, neurotic, organic; overall, and each against the rest.
PATIENTS = cells((0, 0, 75), (0, 1, 1), (0, 2, 4), (1, 0, 5), (1, 1, 4), (1, 2, 1), (2, 2, 10))


@pytest.mark.parametrize(
    ("view", "published"), [([0, 1, 2], 0.676), ([1, 0, 0], 0.69), ([0, 1, 0], 0.50), ([0, 0, 1], 0.77)]
)
def test_kappa_has_the_values_of_the_textbook(view: list[int], published: float) -> None:
    assert kappa_of(np.array(view)[PATIENTS]) == pytest.approx(published, abs=0.005)


# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability": two observers and two values, two observers and five,
# four observers of whom some left units out.
@pytest.mark.parametrize(
    ("codes", "published"),
    [
        (read("0100000010", "1110010000"), 0.095),
        (read("001132224330", "101112224333"), 0.692),
        (read("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743),
    ],
    ids=["A", "B", "C"],
)
def test_alpha_has_the_values_of_its_author(codes: Codes, published: float) -> None:
    assert alpha_of(codes) == pytest.approx(published, abs=0.0005)


def test_fleiss_kappa_follows_from_alpha_where_nobody_left_anything_out() -> None:
    # Ten subjects, fourteen raters, five categories; Fleiss' kappa 0.210.
    counts = ["0000e", "02642", "00356", "03920", "22811", "77000", "32630", "25322", "65210", "02237"]
    codes = np.array([np.repeat(range(5), [int(cell, 16) for cell in row]) for row in counts])
    assert 1 - (1 - alpha_of(codes)) * 140 / 139 == pytest.approx(0.210, abs=0.0005)


@pytest.mark.parametrize("seed", range(5))
def test_both_equal_what_scikit_learn_and_krippendorff_compute(seed: int) -> None:
    random = np.random.default_rng(seed)
    true = random.integers(0, 6, (80, 1))
    codes = np.where(random.random((80, 3)) < 0.3, random.integers(0, 6, (80, 3)), true)
    assert kappa_of(codes) == pytest.approx(cohen_kappa_score(codes[:, 0], codes[:, 1]))
    codes[random.random(codes.shape) < 0.3] = MISSING
    ratings = np.where(codes == MISSING, np.nan, codes).T
    assert alpha_of(codes) == pytest.approx(krippendorff.alpha(ratings, level_of_measurement="nominal"))


def test_what_is_undefined_is_none_and_never_nan() -> None:
    nothing = Coefficient(None, None, None)
    for codes in (read("000", "000"), read("01.", "..1"), read("", "")):
        assert coefficients(codes.reshape(-1, 2), {"codes": np.arange(2)})["codes"] == (nothing, nothing)
    assert nothing.to_dict() == {"value": None, "low": None, "high": None}


def test_annotators_who_never_differ_are_not_known_to_agree_always() -> None:
    few, many = (coefficients(cells((0, 0, n), (1, 1, n)), {"codes": np.arange(2)})["codes"][0] for n in (10, 200))
    assert few.value == many.value == few.high == many.high == 1
    assert few.low is not None and many.low is not None and 0.5 < few.low < 0.75 and 0.95 < many.low < 1
    # Clopper and Pearson: 20 units without a difference leave 1 - 0.025 ** (1 / 20) possible; by chance 20 of 39 would differ.
    assert few.low == pytest.approx(1 - (1 - 0.025 ** (1 / 20)) / (20 / 39))


def test_the_intervals_cover_the_true_agreement_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(1)
    shares = np.array([0.4, 0.3, 0.2, 0.1])

    def readings(units: int) -> Codes:
        true = random.choice(4, (units, 1), p=shares)
        return np.where(random.random((units, 2)) < 0.1, random.choice(4, (units, 2), p=shares), true)

    expected = kappa_of(readings(200_000))
    covered = 0
    for _ in range(100):
        for found in coefficients(readings(90), {"codes": np.arange(4)})["codes"]:
            assert found.low is not None and found.high is not None
            covered += found.low <= expected <= found.high
    assert covered >= 176  # Of 200: 95 % less three standard errors of a hundred pairs.


def test_the_two_readings_are_compared_by_code_by_theme_and_theme_by_theme(labels: LabelSet) -> None:
    found = read_readings([READINGS / "first", READINGS / "second"], labels.codebook)
    paragraphs, statements = compare_kinds(found.codes, labels.codebook)
    assert paragraphs.annotators == ("reader-1", "reader-2")
    assert (paragraphs.units, statements.units) == (92, 397)
    assert set(paragraphs.kappa) == set(paragraphs.alpha) == {"leaf codes", "themes", *labels.codebook.theme_codes}
    for differing in (*paragraphs.disagreements, *statements.disagreements):
        assert len(set(differing.codes.values())) == 2 and found.texts[differing.key]


def test_of_three_annotators_kappa_is_the_mean_over_pairs_and_anyone_may_lack_a_unit(labels: LabelSet) -> None:
    found = read_readings([READINGS / "first", READINGS / "second", ROOT / "labels"], labels.codebook)
    del found.codes["settled"][next(iter(found.codes["settled"]))]
    together = compare_annotators("paragraphs", found.codes, labels.codebook)
    pairs = compare_pairs("paragraphs", found.codes, labels.codebook)
    assert [pair.annotators for pair in pairs] == [
        ("reader-1", "reader-2"),
        ("reader-1", "settled"),
        ("reader-2", "settled"),
    ]
    assert (together.units, [pair.units for pair in pairs]) == (92, [92, 91, 91])
    values = [pair.kappa["themes"].value for pair in pairs]
    assert together.kappa["themes"].value == pytest.approx(np.mean(np.array(values, dtype=float)))


def test_nothing_in_common_is_said_with_the_names(labels: LabelSet) -> None:
    with pytest.raises(LabelError, match="no two annotators of li, wang have read the same paragraphs"):
        compare_kinds({"li": {("a", 1, 0): "mediation"}, "wang": {("a", 2, 0): "mediation"}}, labels.codebook)


COLUMNS = "document,paragraph,statement,kind,theme,annotator,chosen_by"


def written(path: Path, *rows: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_log_gives_each_annotators_standing_label_and_no_settlement_or_drift_check(
    tmp_path: Path, labels: LabelSet
) -> None:
    written(
        tmp_path / "log.csv",
        COLUMNS,
        "a,1,0,label,mediation,li,audit",
        "a,1,0,label,legal_aid,li,audit",
        "a,1,0,withdrawal,legal_aid,li,audit",
        "a,1,0,label,publicity,wang,audit",
        "a,1,0,settlement,legal_aid,zhao,disagreement",
        "a,2,0,label,publicity,wang,drift",
        "a,3,0,label,publicity,wang,audit",
        "a,3,0,withdrawal,publicity,wang,audit",
        "a,4,0,label,a_code_of_long_ago,li,audit",
    )
    found = read_readings([tmp_path], labels.codebook)
    assert found.codes == {"li": {("a", 1, 0): "mediation"}, "wang": {("a", 1, 0): "publicity"}}
    assert found.left_out == 1


def test_one_file_may_hold_many_annotators_and_a_file_without_names_is_one(tmp_path: Path, labels: LabelSet) -> None:
    many = written(tmp_path / "both.csv", "document,paragraph,theme,annotator", "a,1,mediation,li", "a,1,publicity,wang")
    alone = written(tmp_path / "zhao.csv", "document,paragraph,primary", "a,1,mediation")
    found = read_readings([many, alone], labels.codebook)
    assert {name: list(own.values()) for name, own in found.codes.items()} == {
        "li": ["mediation"],
        "wang": ["publicity"],
        "zhao": ["mediation"],
    }


def test_the_same_name_in_two_offices_is_two_people(tmp_path: Path, labels: LabelSet) -> None:
    rows = "document,paragraph,theme,annotator", "a,1,mediation,local"
    paths = [written(tmp_path / name / "paragraphs.csv", *rows).parent for name in ("mine", "theirs")]
    assert list(read_readings(paths, labels.codebook).codes) == [f"local ({path})" for path in paths]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (("document,paragraph,theme", "a,1,nonsense"), "nonsense.*is unknown"),
        (
            ("document,paragraph,theme", "a,1,mediation", "a,1,publicity"),
            r"zhao\.csv:3: zhao has read a paragraph 1 already",
        ),
        (("document,paragraph,annotator", "a,1,li"), "no code; give one in the column theme or primary"),
        (("document,theme", "a,mediation"), "no column 'paragraph'"),
        (("document,paragraph,theme", "a,one,mediation"), "use whole numbers"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(
    tmp_path: Path, labels: LabelSet, rows: tuple[str, ...], said: str
) -> None:
    with pytest.raises(LabelError, match=said):
        read_readings([written(tmp_path / "zhao.csv", *rows)], labels.codebook)


def test_folders_without_labels_and_texts_that_differ_are_refused(tmp_path: Path, labels: LabelSet) -> None:
    with pytest.raises(LabelError, match="holds neither"):
        read_readings([tmp_path], labels.codebook)
    rows = [("document,paragraph,theme,annotator,text", f"a,1,mediation,{name},{text}") for name, text in ("xA", "yB")]
    files = [written(tmp_path / f"{number}.csv", *own) for number, own in enumerate(rows)]
    with pytest.raises(LabelError, match="compare labels of the same texts"):
        read_readings(files, labels.codebook)


def test_the_table_for_r_has_a_column_for_each_annotator_and_loads_as_the_same_codes(labels: LabelSet) -> None:
    codes = {"li": {("a", 2, 0): "mediation", ("a", 1, 1): "other.general"}, "wang": {("a", 2, 0): "legal_aid"}}
    assert agreement_csv(codes, labels.codebook).splitlines() == [
        "document,paragraph,statement,li,wang",
        "a,1,1,other.general,",
        "a,2,0,mediation,legal_aid",
    ]
    assert "a,1,1,other," in agreement_csv(codes, labels.codebook, folded=True)


def test_the_krippendorff_package_takes_the_table_as_the_documentation_says(labels: LabelSet) -> None:
    found = read_readings([READINGS / "first", READINGS / "second"], labels.codebook)
    own = {name: {key: code for key, code in codes.items() if not key[2]} for name, codes in found.codes.items()}
    rows = list(csv.DictReader(io.StringIO(agreement_csv(own, labels.codebook))))
    votes = [[row[name] or "nan" for row in rows] for name in own]
    expected = compare_annotators("paragraphs", own, labels.codebook).alpha["leaf codes"].value
    assert krippendorff.alpha(votes, level_of_measurement="nominal") == pytest.approx(expected)
