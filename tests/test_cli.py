"""The command line as a whole: help with examples, exit codes, and one-line errors."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from conftest import Finished
from paths import ROOT

from classifier.cli.main import COMMANDS, commands
from classifier.version import VERSION

Run = Callable[..., Finished]


def every_command() -> list[list[str]]:
    context = click.Context(commands)
    names = []
    for name in COMMANDS:
        command = commands.get_command(context, name)
        names.append([name])
        if isinstance(command, click.Group):
            names += [[name, inner] for inner in command.list_commands(context)]
    return names


@pytest.mark.parametrize("command", every_command(), ids=" ".join)
def test_every_command_has_help_with_an_example(command: list[str], run: Run) -> None:
    finished = run(*command, "--help")
    assert finished.code == 0 and f"Example: policy-themes {command[0]}" in " ".join(finished.output.split())


def test_the_version_is_the_one_of_the_package(run: Run) -> None:
    assert run("--version").output.strip().endswith(VERSION)


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["mix"], ["mix", "x", "--by", "month"], ["labels", "agreement", "one"], ["evaluate", "x"]],
)
def test_wrong_usage_ends_with_two(arguments: list[str], run: Run) -> None:
    finished = run(*arguments)
    assert finished.code == 2 and finished.output == "" and "Error" in finished.errors


def test_explain_shows_terms_for_and_against_that_add_up(run: Run) -> None:
    finished = run("explain", "全年受理法律援助案件300件，为群众挽回损失200万元。")
    assert finished.code == 0 and finished.output.startswith("legal_aid (法律援助与公共法律服务)")
    assert "法律援助" in finished.output and "score" in finished.output
    assert run("explain", "-", standard_input="调解纠纷三百件。".encode()).output.startswith("mediation")
    assert run("explain", " 。 ").code == 1


def test_mix_shows_every_jurisdiction_and_theme(run: Run) -> None:
    finished = run("mix", str(ROOT / "seeds"))
    for word in ("浙江省", "杭州市", "浦江县", "嘉兴市", "西湖区", "矛盾纠纷调解", "57.1%", "█", "census", "sums to 100 %"):
        assert word in finished.output


def test_mix_of_a_table_and_a_missing_file_does_what_it_can(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,jurisdiction,year\n全年调解纠纷三百件。,清源县,2021\n", encoding="utf-8")
    finished = run("mix", str(tmp_path / "a.csv"), str(tmp_path / "none.txt"), "-o", str(tmp_path / "mix.json"))
    assert finished.code == 1 and "no such file" in finished.errors
    data = json.loads((tmp_path / "mix.json").read_text(encoding="utf-8"))
    assert [(row["jurisdiction"], row["year"], row["paragraphs"], row["labelled"]) for row in data["rows"]] == [
        ("清源县", "2021", 1, 0)
    ]
    assert run("mix", str(tmp_path / "none.txt")).code == 1


def test_labels_check_counts_what_is_there(run: Run) -> None:
    finished = run("labels", "check")
    assert finished.code == 0 and "92 paragraphs, 397 statements" in finished.output and "0 problem(s)" in finished.output


def test_labels_check_names_problems(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("全年调解纠纷三百件。\n", encoding="utf-8")
    finished = run("labels", "check", "--sources", str(tmp_path))
    assert finished.code == 1 and "no such unit" in finished.errors and "not labelled" in finished.errors


def test_labels_agreement_prints_kappa_alpha_and_disagreements(run: Run, tmp_path: Path) -> None:
    finished = run("labels", "agreement", "--csv", str(tmp_path / "votes.csv"))
    assert finished.code == 0 and "kappa" in finished.output and "13 disagreements" in finished.output
    first, *rows = (tmp_path / "votes.csv").read_text(encoding="utf-8").splitlines()
    assert first == "document,paragraph,statement,reader-1,reader-2" and len(rows) == 92 + 397
    data = json.loads(run("labels", "agreement", "--json").output)
    assert data[0]["kappa"]["themes"]["low"] > 0.85 and len(data[1]["disagreements"]) == 13


def test_labels_agreement_compares_more_than_two_and_says_what_it_left_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "document,paragraph,statement,kind,theme,annotator\n"
        + "".join(
            f"a,{number},0,label,{theme},{name}\n"
            for name in ("li", "wang", "zhao")
            for number, theme in enumerate(("mediation", "legal_aid" if name == "li" else "mediation", "publicity"), 1)
        )
        + "a,9,0,label,a_code_of_long_ago,li\n",
        encoding="utf-8",
    )
    finished = run("labels", "agreement", str(tmp_path))
    assert "3 units, 1 disagreements, 3 annotators" in finished.output and "li - wang" in finished.output
    assert "mean kappa" in finished.output and "nan" not in finished.output
    assert "1 label(s) use codes that codebook" in finished.errors
    (tmp_path / "one.csv").write_text("document,paragraph,theme\na,1,mediation\n", encoding="utf-8")
    finished = run("labels", "agreement", str(tmp_path / "one.csv"))
    assert finished.code == 1 and "no two annotators of one have read the same paragraphs" in finished.errors


def test_train_classify_and_export_with_themes_of_ones_own(run: Run, tmp_path: Path) -> None:
    rows = [
        f"{text}第{n}次,{theme}"
        for n in "一二三四五六"
        for text, theme in (("球队主场取胜", "体育"), ("股市震荡收盘", "财经"))
    ]
    (tmp_path / "news.csv").write_text("text,theme\n" + "\n".join(rows), encoding="utf-8")
    model = str(tmp_path / "news.model")
    assert "2 codes" in run("train", "--labels", str(tmp_path / "news.csv"), "-o", model).output
    finished = run("classify", "-", "--model", model, standard_input="球队客场取胜".encode())
    assert "score_体育" in finished.output and ",体育,体育," in finished.output
    assert run("export-sklearn", str(tmp_path / "news.joblib"), "--model", model).code == 0
    assert '"accuracy"' in run("evaluate", "--labels", str(tmp_path / "news.csv"), "--json").output


def test_a_model_without_a_named_file_goes_into_the_data_folder(run: Run, tmp_path: Path, data_folder: Path) -> None:
    rows = [
        f"{text}第{n}次,{theme}" for n in "一二三四" for text, theme in (("球队主场取胜", "体育"), ("股市震荡收盘", "财经"))
    ]
    (tmp_path / "news.csv").write_text("text,theme\n" + "\n".join(rows), encoding="utf-8")
    finished = run("train", "--labels", str(tmp_path / "news.csv"))
    assert finished.output.startswith(str(data_folder / "models" / "news.model"))
    assert run("explain", "球队", "--model", str(data_folder / "models" / "news.model")).code == 0


def test_what_an_origin_does_not_say_is_reported_and_no_failure(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("工作总结\n全年调解纠纷三百件，成功率很高。\n", encoding="utf-8")
    finished = run("mix", str(tmp_path / "a.txt"))
    assert finished.code == 0 and "(unknown)" in finished.output
    assert "a.txt: no jurisdiction or level or year found" in finished.errors


def test_a_model_that_is_none_is_refused_in_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.model").write_bytes(b"\x80\x04.")
    finished = run("classify", "-", "--model", str(tmp_path / "bad.model"), standard_input="调解".encode())
    assert finished.code == 1 and len(finished.errors.splitlines()) == 1 and "train it again" in finished.errors


def test_control_characters_in_names_do_not_reach_the_terminal(run: Run) -> None:
    finished = run("classify", "none\x1b[31m\n.txt")
    assert finished.code == 1 and "\x1b" not in finished.errors and len(finished.errors.splitlines()) == 1


def command_line(*arguments: str, **more: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **more}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "classifier", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.usefixtures("model")
def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    process = command_line("classify", "seeds/")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait(60)


@pytest.mark.usefixtures("model")
def test_an_interrupt_stops_a_long_run_without_traceback_or_leftovers(tmp_path: Path) -> None:
    row = json.dumps({"text": "全年调解纠纷300件，成功率98%。举办普法讲座12场，受众3000人。"}, ensure_ascii=False)
    (tmp_path / "big.jsonl").write_text(f"{row}\n" * 60_000, encoding="utf-8")
    # What a shell starts with & is told to ignore Ctrl-C, and so are all that it starts, such as these tests.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = command_line("classify", str(tmp_path / "big.jsonl"), "-o", str(tmp_path / "out.jsonl"))
    finally:
        signal.signal(signal.SIGINT, before)
    deadline = time.monotonic() + 60
    while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and b"stopped" in errors and b"Traceback" not in errors
    assert [path.name for path in tmp_path.iterdir()] == ["big.jsonl"]


def test_the_first_use_trains_the_model_and_a_read_only_folder_still_works(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the data folder should be", encoding="utf-8")
    process = command_line("explain", "调解纠纷三百件。", POLICY_THEMES_HOME=str(tmp_path / "home"))
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    assert b"training the model" in errors and b"could not be kept" in errors and output.startswith(b"mediation")
