"""Every benchmark runs, on tiny input, and the report says what was found; how long anything takes is not tested."""

import doctest
import importlib
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from made_once import made_once
from paths import ROOT

from benchmarks import classification_speed, report
from benchmarks.curves import growth_chart
from benchmarks.machine import machine
from benchmarks.page import file_name, page
from benchmarks.processes import CommandError, run
from benchmarks.results import RATIO, Bar, Growth, Measure, Measurements, Result, read_measurements, save_measurements
from benchmarks.sizing import ARCHIVES, WORKERS, sizing
from benchmarks.texts import Texts, read_texts, recombined
from benchmarks.where_time_goes import FROM_FILE_TO_FILE, IN_PROCESS
from classifier import Model

TEXTS = Texts(
    ["第一号报告。"], ["全年调解纠纷三百件，调解成功率百分之九十八。"] * 3, [("调解纠纷", "mediation")], "three paragraphs"
)


@pytest.fixture(scope="module")
def written(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report of one quick run of everything, on the texts that are shipped."""

    def report_into(folder: Path) -> None:
        arguments = ["--quick", "--texts", str(folder / "nothing here"), "--output", str(folder)]
        finished = subprocess.run(
            [sys.executable, "-m", "benchmarks.report", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert finished.returncode == 0, finished.stderr
        (folder / "printed.txt").write_text(finished.stdout, encoding="utf-8")

    return made_once(tmp_path_factory, "report", report_into)


@pytest.fixture(scope="module")
def found(written: Path) -> Measurements:
    return read_measurements(written / "performance.json")


def test_every_benchmark_runs_and_finds_something(found: Measurements) -> None:
    assert [result.name for result in found.results] == [benchmark.NAME for benchmark in report.BENCHMARKS]
    for result in found.results:
        assert result.measures, result.name
        assert all(value > 0 for measure in result.measures for value in measure.values), result.name
        assert "did not run" not in result.notes


def test_every_ratio_is_printed_and_stands_on_the_page(written: Path, found: Measurements) -> None:
    text, printed = (written / "performance.md").read_text(encoding="utf-8"), (written / "printed.txt").read_text("utf-8")
    ratios = [measure for result in found.results for measure in result.measures if measure.unit == RATIO]
    assert len(ratios) > 10
    for measure in ratios:
        assert measure.name in printed and measure.name in text
        assert f"| {measure.shown()} | {measure.verdict()} |" in text


def test_the_page_has_a_section_for_each_benchmark_and_a_chart_for_each_growth(written: Path, found: Measurements) -> None:
    text = (written / "performance.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert {result.name for result in found.results} <= {*sections}
    assert {"Ratios", "The floor", "How to size a cluster"} <= {*sections}
    links = re.findall(r"\]\((performance/[^)]+\.svg)\)", text)
    assert links == [f"performance/{file_name(growth)}" for result in found.results for growth in result.growths]
    for link in links:
        assert ElementTree.parse(written / link).getroot().tag.endswith("svg")


def test_the_page_names_the_machine_but_no_path_and_no_text(written: Path, found: Measurements) -> None:
    text = (written / "performance.md").read_text(encoding="utf-8")
    for name, value in found.machine.items():
        assert f"| {name} | {value} |" in text
    assert not re.search(r"/(?:home|tmp|root|work|Users|usr)/", text) and str(ROOT) not in text
    texts = read_texts(written / "nothing here")
    assert "Not found, and replaced by what is shipped" in texts.source and texts.source in text
    assert not any(paragraph in text for paragraph in texts.paragraphs)


def test_the_page_can_be_written_anew_from_what_was_kept(written: Path, tmp_path: Path) -> None:
    assert report.main(["--from", str(written / "performance.json"), "--output", str(tmp_path)]) == 0
    assert (tmp_path / "performance.md").read_bytes() == (written / "performance.md").read_bytes()
    assert {path.name for path in (tmp_path / "performance").iterdir()} == {
        path.name for path in (written / "performance").iterdir()
    }


def test_a_peer_that_is_not_installed_is_missing_and_nothing_fails(monkeypatch: pytest.MonkeyPatch, model: Model) -> None:
    def absent(items: object) -> None:
        raise ModuleNotFoundError("No module named 'rjieba'", name="rjieba")

    monkeypatch.setattr(classification_speed, "textbook", lambda items: lambda texts: None)
    monkeypatch.setattr(classification_speed, "fasttext_with_rjieba", absent)
    result = classification_speed.measure(TEXTS, quick=True)
    assert result.notes == ("fastText fed by rjieba is missing (no module rjieba): pip install 'policy-themes[bench]'",)
    assert result.measure("ours/textbook") and not result.measure("ours/fasttext")


def test_a_benchmark_that_breaks_is_named_and_the_others_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, model: Model
) -> None:
    def broken(texts: Texts, *, quick: bool) -> Result:
        raise ValueError("no such thing")

    slow = Result("Slow", "How.", (Measure("slow", "ours over theirs", (0.5, 0.4, 0.6), RATIO, Bar(2)),))
    benchmarks = (
        SimpleNamespace(NAME="Broken", measure=broken),
        SimpleNamespace(NAME="Slow", measure=lambda texts, quick: slow),
    )
    monkeypatch.setattr(report, "BENCHMARKS", benchmarks)
    assert report.main(["--quick", "--output", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert "Broken: no such thing" in printed.err
    assert "at least 2.0: NOT met" in printed.out
    monkeypatch.setattr(report, "BENCHMARKS", benchmarks[1:])
    assert report.main(["--quick", "--output", str(tmp_path)]) == 0, "a bar that is missed fails nothing"


def test_measurements_come_back_as_they_were_kept(tmp_path: Path) -> None:
    growth = Growth("train titles", "Train on titles", "titles", (1, 10), (0.1, 1.0), (80.0, 90.0), 0.5, 400.0)
    result = Result("One", "How.", (Measure("a", "b", (1.0, 2.0), "s", Bar(1)),), (growth,), (), {"x": 1.0}, ("a note",))
    kept = Measurements(machine(), "texts", (result,))
    save_measurements(kept, tmp_path / "kept.json")
    assert read_measurements(tmp_path / "kept.json") == kept


@pytest.mark.parametrize(
    ("bar", "value", "verdict"),
    [
        (Bar(80), 84.6, "at least 80.0: met"),
        (Bar(80), 79.9, "at least 80.0: NOT met"),
        (Bar(3, at_least=False), 2.9, "at most 3.0: met"),
        (Bar(3, at_least=False), 3.1, "at most 3.0: NOT met"),
        (None, 3.1, ""),
    ],
)
def test_a_bar_is_judged_by_the_median(bar: Bar | None, value: float, verdict: str) -> None:
    assert Measure("key", "name", (0.0, value, 1e9), RATIO, bar).verdict() == verdict


@pytest.mark.parametrize(
    ("seconds", "megabytes", "bar"),
    [
        ((0.1, 1.0, 10.0), (150.0, 150.0, 150.0), 400.0),
        ((0.001, 1.0, 5000.0), (80.0, 800.0, 8000.0), None),
        ((10.0, 10.0, 10.0), (99.0, 100.0, 101.0), 100.0),
    ],
    ids=["linear and flat", "steep", "constant"],
)
def test_a_chart_holds_all_points_inside_its_panels(
    seconds: tuple[float, ...], megabytes: tuple[float, ...], bar: float | None
) -> None:
    drawn = ElementTree.fromstring(growth_chart(Growth("k", "A title", "texts", (1, 10, 100), seconds, megabytes, 0.4, bar)))
    space = "{http://www.w3.org/2000/svg}"
    wide, high = float(drawn.attrib["width"]), float(drawn.attrib["height"])
    circles = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in drawn.iter(f"{space}circle")]
    assert len(circles) == 2 * 6
    assert all(0 < x < wide and 0 < y < high for x, y in circles)
    words = [one.text for one in drawn.iter(f"{space}text")]
    assert "linear growth" in words and "A title" in words and words.count("100") >= 2
    assert any("the bar" in str(word) for word in words) == (bar is not None)


def test_a_command_is_measured_alone_not_with_the_memory_of_its_parent() -> None:
    held = bytearray(300_000_000)
    small, large = (run(["-c", f"held = bytearray({size}); print(len(held))"]) for size in (10, 100_000_000))
    assert len(held) == int(large.output) * 3
    assert small.megabytes < 60
    assert 100 < large.megabytes < 200
    assert 0 < large.processor <= large.wall + 0.1


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(CommandError, match=r"exit code 3: it broke"):
        run(["-c", "import sys; print('it broke', file=sys.stderr); sys.exit(3)"])


def test_recombined_texts_differ_and_keep_their_class() -> None:
    titles = [("春天来了", "a"), ("秋天去了", "a"), ("股市上涨", "b"), ("股市下跌", "b")]
    made = list(recombined(titles, 50))
    assert len({text for text, _ in made}) == 50
    assert all(("天" in text) == (code == "a") for text, code in made)


def test_every_step_of_the_profile_names_a_module_that_exists() -> None:
    for _, prefixes in (*IN_PROCESS, *FROM_FILE_TO_FILE):
        for prefix in prefixes:
            path = ROOT / "classifier" / prefix.split(".")[0]
            assert path.is_dir() or path.with_suffix(".py").is_file(), prefix


def test_a_hundred_times_the_archive_takes_a_hundred_times_as_long() -> None:
    rows = [re.split(r" \| ", line.strip("| ")) for line in sizing(25_000, 0.9, 650, 1700) if "million" in line]
    assert len(rows) == len(ARCHIVES) and all(len(row) == 3 + len(WORKERS) for row in rows)
    assert rows[0][:4] == ["10 million", "6.5 GB", "17 GB", "6.7 min"]
    assert rows[1][:4] == ["1,000 million", "650 GB", "1.7 TB", "11 h"]


def test_a_page_without_any_growth_or_profile_is_a_page() -> None:
    text = page([Result("Only this", "How.", notes=("x is missing",))], {"processor": "one"}, "no texts")
    assert "## Only this" in text and "- Only this: x is missing" in text


@pytest.mark.parametrize("name", ["results", "sizing", "where_time_goes"])
def test_the_examples_in_the_benchmarks_hold(name: str) -> None:
    tried = doctest.testmod(importlib.import_module(f"benchmarks.{name}"))
    assert tried.attempted and not tried.failed
