"""The audit pool: what is in it is measured, and never trained on; and the interval holds what it promises."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import hypergeom

from classifier import InputError, LabelError, LabelSet, Prediction, audit_accuracy, evaluate_audit, load_labels
from classifier.cli.main import commands
from classifier.labels import AUDIT
from classifier.splits import split_labels


@pytest.fixture
def folder(tmp_path: Path, labels: LabelSet) -> Path:
    """Seed labels as an export writes them, each fourth paragraph drawn by an audit sample with its statements."""
    for name, units in (("paragraphs", labels.paragraphs), ("statements", labels.statements)):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            header = [
                "document",
                "paragraph",
                *(["statement"] if name == "statements" else []),
                "start",
                "end",
                "digest",
                "text",
            ]
            theme = "primary" if name == "paragraphs" else "theme"
            writer = csv.writer(stream)
            writer.writerow([*header, theme, "secondary", "annotator", "note", "chosen_by", "probability"])
            for label in units:
                drawn = label.key[1] % 4 == 0
                # That a statement was chosen otherwise does not take its paragraph out of the sample.
                how = (AUDIT, "0.25") if drawn and name == "paragraphs" else ("uncertain", "")
                place = label.key if name == "statements" else label.key[:2]
                writer.writerow([*place, 0, 0, label.digest, label.text, label.theme, "", "li", "", *how])
    (tmp_path / "codebook.toml").write_bytes(Path("labels/codebook.toml").read_bytes())
    return tmp_path


def test_a_unit_of_one_pool_never_enters_the_other(folder: Path, labels: LabelSet) -> None:
    found = load_labels(folder)
    drawn = {label.key for label in found.audit}
    assert drawn == {label.key for label in labels.units() if label.key[1] % 4 == 0}
    assert {label.key for label in (*found.paragraphs, *found.statements)} == {label.key for label in labels.units()} - drawn
    audited = {label.text for label in found.audit}
    assert not audited & {item.text for item in found.texts()}
    for split in split_labels(found, 10).splits:
        assert not audited & {item.text for item in split.training.texts()}
    # They are labels all the same: a mix counts them, and they are checked against their sources.
    assert set(found.by_text()) == set(labels.by_text())


def test_what_is_measured_are_drawn_paragraphs_by_a_model_that_did_not_see_them(folder: Path) -> None:
    found = load_labels(folder)
    asked: list[str] = []

    class Always:
        def predict(self, texts: Sequence[str]) -> list[Prediction]:
            asked.extend(texts)
            return [Prediction("mediation", "mediation", 1.0, (), {}, {}, ()) for _ in asked]

    def trainer(given: LabelSet) -> Always:
        assert not {item.text for item in given.texts()} & {label.text for label in found.audit}
        return Always()

    result = evaluate_audit(found, trainer)
    assert result is not None
    sample = [label for label in found.audit if not label.key[2]]
    assert asked == [label.text for label in sample] and result["units"] == len(sample)
    assert result["right"] == sum(label.theme == "mediation" for label in sample)


def test_units_whose_probability_nobody_knows_are_neither_measured_nor_trained_on(folder: Path) -> None:
    found = load_labels(folder)
    unknown = replace(found, audit=tuple(replace(label, probability=None) for label in found.audit))
    assert evaluate_audit(unknown) is None and evaluate_audit(replace(found, audit=())) is None


@pytest.mark.parametrize("cell", ["0", "1.5", "often", "nan", "-0.1"])
def test_a_probability_that_is_none_is_named_with_its_line(folder: Path, cell: str) -> None:
    path = folder / "paragraphs.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(f",{AUDIT},0.25", f",{AUDIT},{cell}", 1), encoding="utf-8")
    with pytest.raises(LabelError, match=rf"paragraphs.csv:\d+: probability '{cell}'; use a number above 0, up to 1"):
        load_labels(folder)


def test_commands_say_what_became_of_the_sample(folder: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(commands, ["train", "--labels", str(folder), "-o", str(tmp_path / "own.model")])
    assert f"{len(load_labels(folder).audit)} labels of the random audit sample were kept for measuring" in done.output


@pytest.mark.parametrize("frame", [None, 60, 400])
@pytest.mark.parametrize("share", [0.8, 0.95, 1.0])
def test_the_interval_of_a_simple_random_sample_holds_what_it_promises(frame: int | None, share: float) -> None:
    archive = frame or 100_000
    possible = np.arange(41)
    chance = hypergeom.pmf(possible, archive, round(share * archive), 40)
    held = 0.0
    for hits in possible[chance > 1e-6]:
        found = audit_accuracy(np.arange(40) < hits, np.full(40, 40 / archive), frame)
        held += chance[hits] * (found.low <= round(share * archive) / archive <= found.high)
    assert held >= 0.9499


def test_a_finite_archive_narrows_the_interval_until_nothing_is_left_to_be_unsure_of() -> None:
    right, equal = np.arange(40) < 36, np.full(40, 0.5)
    widths = [found.high - found.low for found in (audit_accuracy(right, equal, frame) for frame in (None, 400, 80, 40))]
    assert widths == sorted(widths, reverse=True) and widths[-1] == 0


def test_units_that_were_drawn_more_rarely_count_for_more() -> None:
    random = np.random.default_rng(1)
    archive = np.r_[np.arange(2000) < 1900, np.arange(2000) < 1200]
    chance = np.repeat([0.01, 0.05], 2000)
    held, estimates, unweighted = 0, [], []
    for _ in range(400):
        drawn = random.random(4000) < chance
        found = audit_accuracy(archive[drawn], chance[drawn])
        assert found.weighted
        held += found.low <= archive.mean() <= found.high
        estimates.append(found.accuracy)
        unweighted.append(archive[drawn].mean())
    assert held / 400 >= 0.94
    assert abs(np.mean(estimates) - archive.mean()) < 0.01
    assert abs(np.mean(unweighted) - archive.mean()) > 0.1


@pytest.mark.parametrize(
    ("units", "probability", "frame", "said"),
    [
        (0, 0.5, None, "0 units"),
        (3, 0.0, None, "drawn with above 0"),
        (3, 1.5, None, "up to 1"),
        (3, 0.5, 2, "3 units from 2"),
    ],
)
def test_a_sample_that_cannot_be_is_refused(units: int, probability: float, frame: int | None, said: str) -> None:
    with pytest.raises(InputError, match=said):
        audit_accuracy(np.ones(units, dtype=bool), np.full(units, probability), frame)
