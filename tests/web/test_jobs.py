"""Background jobs: each in a process of its own, one at a time; whatever happens to a process is said."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from application import services_of
from flask import Flask
from postgresql import programs, running_server
from sqlalchemy import func, select
from work_steps import PATIENCE, another, asked, ended, job_of, wait_for

from web import create_app
from web.database import Database
from web.errors import ConflictError
from web.jobs import JobRunner
from web.services import Services
from web.settings import DATABASE_VARIABLE, WebSettings
from web.store.jobs import (
    DEFECT,
    PROCESS_ENDED,
    SERVER_STOPPED,
    STEPS,
    claim_job,
    end_job,
    list_jobs,
    open_job,
    progress_of,
    report,
)
from web.store.models import (
    current_record,
    get_model,
    model_path,
)
from web.store.predictions import unpredicted
from web.tables import Job, Prediction
from web.work import Work


@pytest.fixture
def services(app: Flask) -> Services:
    return services_of(app)


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


@pytest.fixture
def runner(services: Services) -> Iterator[JobRunner]:
    """A runner with processes of its own, which ends with the test."""
    runner = JobRunner(services.database, services.settings, lambda kind: services.models.forget())
    yield runner
    runner.stop()


def test_a_process_of_its_own_puts_a_model_in_use_and_pages_use_it_at_once(services: Services, runner: JobRunner) -> None:
    record = another(services)
    number = asked(services.database, "promote", record.id)
    runner.start()
    job = wait_for(services.database, number, ended)
    assert (job.state, job.message) == ("done", "")
    until = time.monotonic() + PATIENCE
    while services.models.get().id != record.id:
        assert time.monotonic() < until
    with services.database.reading() as session:
        assert unpredicted(session, record.id) == []


def test_jobs_are_done_on_postgresql_as_well(home_folder: Path) -> None:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed; on Debian or Ubuntu: apt-get install postgresql")
    with running_server() as url:
        services = services_of(create_app(WebSettings(database=url, measure_model=False)))
        record = another(services)
        number = asked(services.database, "promote", record.id)
        runner = JobRunner(services.database, services.settings)
        runner.start()
        job = wait_for(services.database, number, ended)
        runner.stop()
        with services.database.reading() as session:
            assert unpredicted(session, record.id) == []
            assert (current_record(session) or job).id == record.id
        services.database.close()
    assert (job.state, job.message) == ("done", "") and model_path(record, home_folder).is_file()


def test_a_job_that_cannot_be_done_fails_with_its_reason_and_changes_nothing(services: Services, runner: JobRunner) -> None:
    record = another(services)
    number = asked(services.database, "promote", record.id)
    model_path(record, services.settings.data_folder).unlink()
    runner.start()
    job = wait_for(services.database, number, ended)
    assert job.state == "failed" and "restore the file" in job.message
    with services.database.reading() as session:
        assert get_model(session, record.id).state == "candidate"
        assert session.scalar(select(func.count()).where(Prediction.model_id == record.id)) == 0


def test_a_process_that_is_killed_is_reported_and_the_next_job_is_done(services: Services, runner: JobRunner) -> None:
    database = services.database
    number, following = asked(database, "measure", 1), asked(database, "promote", another(services).id)
    runner.start()
    wait_for(database, number, lambda job: job.step == "measuring")
    process = runner._process
    assert process is not None
    process.send_signal(signal.SIGKILL)
    job = wait_for(database, number, ended)
    assert (job.state, job.message) == ("failed", PROCESS_ENDED)
    assert wait_for(database, following, ended).state == "done"


def test_a_server_that_stops_ends_its_job_and_says_so(services: Services, runner: JobRunner) -> None:
    number = asked(services.database, "measure", 1)
    runner.start()
    wait_for(services.database, number, lambda job: job.step == "measuring")
    process = runner._process
    runner.stop()
    job = job_of(services.database, number)
    assert process is not None and process.poll() is not None
    assert (job.state, job.message) == ("failed", SERVER_STOPPED)


def test_the_process_of_a_job_ends_with_its_server_and_the_next_server_says_that_it_did(
    services: Services, runner: JobRunner
) -> None:
    number = asked(services.database, "measure", 1)
    with services.database.writing() as session:
        claim_job(session)
    environment = {**os.environ, DATABASE_VARIABLE: services.settings.database_url}
    with subprocess.Popen(
        [sys.executable, "-m", "web.work", str(number)], stdin=subprocess.PIPE, env=environment
    ) as process:
        wait_for(services.database, number, lambda job: job.step == "measuring")
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE) == 1
    assert job_of(services.database, number).state == "running"
    runner.start()
    job = job_of(services.database, number)
    assert (job.state, job.message) == ("failed", SERVER_STOPPED)


def test_a_defect_fails_the_job_and_goes_to_the_log(
    services: Services, runner: JobRunner, caplog: pytest.LogCaptureFixture
) -> None:
    number = asked(services.database, "unheard of")
    runner.start()
    job = wait_for(services.database, number, ended)
    assert (job.state, job.message) == ("failed", DEFECT)
    until = time.monotonic() + PATIENCE
    while "AttributeError" not in caplog.text:
        assert time.monotonic() < until


def test_a_job_that_was_ended_meanwhile_writes_nothing_more(services: Services) -> None:
    database, record = services.database, another(services)
    number = asked(database, "promote", record.id)
    with database.writing() as session:
        job = claim_job(session)
        end_job(session, number, failure=SERVER_STOPPED)
    assert job is not None
    with pytest.raises(ConflictError, match="ended"):
        Work(database, job).promote()
    with database.reading() as session:
        assert get_model(session, record.id).state == "candidate"


def test_only_one_job_runs_at_a_time_and_the_oldest_first(database: Database) -> None:
    first, second = asked(database, "measure", 1), asked(database, "promote", 1)
    with database.writing() as session:
        job = claim_job(session)
        assert job is not None and job.id == first
        assert claim_job(session) is None
        assert (open_job(session) or job).id == first
        end_job(session, first)
        following = claim_job(session)
        assert following is not None and following.id == second


def test_the_same_work_is_not_asked_for_twice(database: Database) -> None:
    asked(database, "retrain")
    with pytest.raises(ConflictError, match="being done already"):
        asked(database, "retrain")


def test_a_server_measures_the_model_in_use_once(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JobRunner, "_do_next", lambda self: None)
    for expected in ([("measure", 1)], [("measure", 1)]):
        runner = JobRunner(services.database, WebSettings(measure_model=True))
        runner.start()
        runner.stop()
        with services.database.reading() as session:
            assert [(job.kind, job.model_id) for job in list_jobs(session)] == expected


@pytest.mark.parametrize(
    ("state", "step", "done", "total", "expected"),
    [
        ("waiting", "", 0, 0, 0.0),
        ("running", "training", 0, 1, 0.0),
        ("running", "measuring", 5, 10, 3.5 / 23),
        ("running", "comparing", 5, 5, 1.0),
        ("done", "comparing", 4, 5, 1.0),
        ("failed", "learning", 0, 25, 6 / 23),
    ],
)
def test_progress_follows_the_weights_of_the_steps(state: str, step: str, done: int, total: int, expected: float) -> None:
    job = Job(kind="retrain", state=state, step=step, done=done, total=total)
    assert progress_of(job) == pytest.approx(expected)
    assert sum(STEPS["retrain"].values()) == 23


def test_progress_is_reported_while_it_happens(services: Services) -> None:
    number = asked(services.database, "measure", 1)
    with services.database.writing() as session:
        report(session, number, "learning", 3, 25)
    job = job_of(services.database, number)
    assert (job.step, job.done, job.total) == ("learning", 3, 25)
