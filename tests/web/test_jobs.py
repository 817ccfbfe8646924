"""Background jobs: a new model is trained, compared, put in use and taken back; whatever happens to a process is said."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from application import services_of
from fewer_labels import with_fewer_examples
from flask import Flask
from postgresql import programs, running_server
from sqlalchemy import func, select

import web.store.training_labels
import web.work
from classifier import LabelSet, Model, ModelError, learning_curve, save_model
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
    ask_for_job,
    claim_job,
    end_job,
    get_job,
    list_jobs,
    open_job,
    progress_of,
    report,
)
from web.store.labels import NewLabel, add_label
from web.store.measurements import changed_units, count_changes
from web.store.models import (
    SHIPPED,
    current_record,
    get_model,
    keep_model,
    list_models,
    model_path,
    open_model,
    start_with_a_model,
)
from web.store.predictions import unpredicted
from web.store.training_labels import count_texts, last_entry, trained_as_before, training_labels
from web.tables import CurrentLabel, Document, HeldOutPrediction, Job, Label, ModelRecord, Paragraph, Prediction
from web.work import Work

PATIENCE = 60.0  # Seconds; a job's process needs two to begin, more on a busy machine.


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs in this process need not wait until another one has noticed that the model is another."""
    monkeypatch.setattr(web.work, "TRUSTED_SECONDS", 0.0)


@pytest.fixture
def services(app: Flask) -> Services:
    return services_of(app)


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


@pytest.fixture
def few(labels: LabelSet, monkeypatch: pytest.MonkeyPatch) -> LabelSet:
    """Let jobs in this process train and test for real, but on fewer texts and in fewer splits."""
    fewer = with_fewer_examples(labels)
    for module in (web.work, web.store.training_labels):
        monkeypatch.setattr(module, "load_labels", lambda folder: fewer)
    monkeypatch.setattr(web.work, "_MOST_SPLITS", 2)
    monkeypatch.setattr(web.work, "learning_curve", partial(learning_curve, shares=(0.5, 1.0)))
    return fewer


@pytest.fixture
def runner(services: Services) -> Iterator[JobRunner]:
    """A runner with processes of its own, which ends with the test."""
    runner = JobRunner(services.database, services.settings, lambda kind: services.models.forget())
    yield runner
    runner.stop()


def another(services: Services, name: str = "other") -> ModelRecord:
    """Register a model that answers like the one in use but is not the same file."""
    current = services.models.get().model
    model = replace(current, record={**current.record, "labels_digest": name * 12})
    with services.database.writing() as session:
        return keep_model(session, services.settings.data_folder, model, made_by="wang", state="candidate")


def asked(database: Database, kind: str, model_id: int | None = None) -> int:
    with database.writing() as session:
        return ask_for_job(session, kind, made_by="wang", model_id=model_id).id


def do(database: Database, kind: str, model_id: int | None = None) -> Job:
    """Do a job in this process, as its own process does it."""
    number = asked(database, kind, model_id)
    with database.writing() as session:
        job = claim_job(session)
    assert job is not None and job.id == number
    getattr(Work(database, job), kind)()
    with database.writing() as session:
        end_job(session, number)
    return job_of(database, number)


def job_of(database: Database, number: int) -> Job:
    with database.reading() as session:
        return get_job(session, number)


def wait_for(database: Database, number: int, done: Callable[[Job], bool]) -> Job:
    until = time.monotonic() + PATIENCE
    while not done(job := job_of(database, number)):
        assert time.monotonic() < until, (job.state, job.step, job.message)
        time.sleep(0.1)
    return job


def ended(job: Job) -> bool:
    return job.state in ("done", "failed")


def relabel(database: Database, model: Model, count: int, theme: str, **conditions: str) -> list[int]:
    """Settle the first paragraphs whose label is another one, and return their numbers."""
    with database.writing() as session:
        query = select(CurrentLabel.paragraph_id).where(CurrentLabel.statement == 0, CurrentLabel.theme != theme)
        numbers = list(session.scalars(query.order_by(CurrentLabel.paragraph_id).limit(count)))
        for number in numbers:
            add_label(session, model.codebook, NewLabel(number, theme, "wang", "document", kind="settlement"))
    return numbers


@pytest.mark.usefixtures("few")
def test_a_new_model_is_trained_compared_put_in_use_and_the_old_one_restored(services: Services) -> None:
    database, old = services.database, services.models.get()
    relabelled = relabel(database, old.model, 12, "publicity")
    trained = do(database, "retrain")
    with database.reading() as session:
        candidate = get_model(session, trained.model_id or 0)
        assert candidate.state == "candidate" and candidate.made_by == "wang"
        assert candidate.labels_through == last_entry(session)
        assert (current_record(session) or candidate).id == old.id
        held_out = session.scalars(
            select(HeldOutPrediction.paragraph_id).where(HeldOutPrediction.model_id == candidate.id)
        ).all()
    evaluation, comparison = candidate.evaluation or {}, candidate.comparison or {}
    assert len(held_out) == evaluation["paragraphs"]["units"] == 92
    assert [point["share"] for point in evaluation["learning_curve"]] == [0.5, 1.0]
    assert evaluation["held_out"]["units"] == 336 and evaluation["same_labels"]
    assert evaluation["texts_of"]["codes"]["publicity"]["paragraph"] == 6 + len(relabelled)
    # Both were tested on the labels of now, on the same units.
    before = comparison["before"]
    assert comparison["with"] == old.id and before["paragraphs"]["units"] == 92
    assert before["paragraphs"]["per_theme"]["publicity"]["units"] == 6 + len(relabelled)
    units = comparison["units"]["paragraphs"]
    difference = evaluation["paragraphs"]["accuracy"]["value"] - before["paragraphs"]["accuracy"]["value"]
    assert round(92 * difference) == units["gained"] - units["lost"]
    assert all(entry["paragraph_id"] and entry["text"] for entry in comparison["changed"])

    do(database, "promote", candidate.id)
    services.models.forget()
    new = services.models.get()
    assert new.id == candidate.id and new.model.identity == candidate.identity
    with database.reading() as session:
        assert unpredicted(session, new.id) == []
        assert {record.id: record.state for record in list_models(session)} == {old.id: "retired", new.id: "current"}
        assert len(services.corpus.get(session, new).ids) == 92

    do(database, "promote", old.id)
    services.models.forget()
    assert services.models.get().id == old.id
    with database.reading() as session:
        assert get_model(session, new.id).state == "retired"


@pytest.mark.usefixtures("few")
def test_a_model_is_measured_with_the_labels_that_it_was_trained_on(services: Services) -> None:
    record = services.models.get()
    relabel(services.database, record.model, 5, "publicity")
    do(services.database, "measure", record.id)
    with services.database.reading() as session:
        evaluation = get_model(session, record.id).evaluation or {}
    assert evaluation["paragraphs"]["per_theme"]["publicity"]["units"] == 6
    assert evaluation["texts_of"]["documents"] == 5 and "浦江县" in evaluation["texts_of"]["jurisdictions"]
    assert "held_out_predictions" not in evaluation


def test_the_labels_of_a_new_database_are_those_that_the_shipped_model_has_learned_from(services: Services) -> None:
    current = services.models.get()
    with services.database.reading() as session:
        labels = training_labels(session, current.id)
    assert labels.digest() == current.model.record["labels_digest"]


def test_labels_that_were_added_later_do_not_belong_to_an_earlier_model(services: Services) -> None:
    current = services.models.get()
    with services.database.reading() as session:
        before = last_entry(session)
    relabel(services.database, current.model, 3, "publicity")
    with services.database.reading() as session:
        assert training_labels(session, current.id, through=before).digest() == current.model.record["labels_digest"]
        assert training_labels(session, current.id).digest() != current.model.record["labels_digest"]


def test_labels_of_deleted_documents_and_of_unknown_codes_are_not_learned_from(services: Services) -> None:
    current = services.models.get()
    with services.database.writing() as session:
        paragraph = session.scalars(select(Paragraph).order_by(Paragraph.id)).first()
        assert paragraph is not None
        session.get_one(Document, 5).deleted_at = session.get_one(Document, 5).added_at
        session.add(
            Label(
                paragraph_id=paragraph.id,
                statement=0,
                kind="settlement",
                theme="a code of old",
                secondary="",
                annotator="wang",
                made_at=session.get_one(Document, 5).added_at,
                codebook="0.1",
                model="",
                chosen_by="document",
                suggestion="",
                note="",
            )
        )
    with services.database.reading() as session:
        labels = training_labels(session, current.id)
    documents = {label.key[0] for label in labels.paragraphs}
    assert len(documents) == 4 and len(labels.paragraphs) == 92 - 13 - 1
    assert count_texts(labels)["documents"] == 4


def test_where_nothing_changed_no_second_model_comes_of_training(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.work, "train", lambda labels: services.models.get().model)
    with pytest.raises(ConflictError, match="No label has changed"):
        do(services.database, "retrain")
    with services.database.reading() as session:
        assert len(list_models(session)) == 1


@pytest.mark.parametrize("by_document", [True, False], ids=["documents left out", "texts left out"])
def test_the_labels_of_before_are_tested_on_nothing_that_they_hold(
    labels: LabelSet, monkeypatch: pytest.MonkeyPatch, by_document: bool
) -> None:
    seen: list[LabelSet] = []
    monkeypatch.setattr(web.store.training_labels, "train", seen.append)
    before = replace(labels, paragraphs=labels.paragraphs[:60], statements=labels.statements[5:])
    left_out = labels.paragraphs[0].key[0]
    if by_document:
        part = replace(
            labels,
            paragraphs=tuple(label for label in labels.paragraphs if label.key[0] != left_out),
            statements=tuple(label for label in labels.statements if label.key[0] != left_out),
        )
    else:
        part = replace(labels, paragraphs=(), statements=(), examples=tuple(labels.texts()[::2]))
    trained_as_before(before, labels)(part)
    tested = {item.text for item in labels.texts()} - {item.text for item in part.texts()}
    learned = {item.text for item in seen[0].texts()}
    assert learned and not learned & tested
    assert learned <= {item.text for item in before.texts()}


def test_units_whose_theme_changed_are_listed_and_counted_by_theme() -> None:
    def unit(paragraph: int, detail: str, statement: int = 0) -> dict[str, object]:
        place = {"document": "a.txt", "paragraph": paragraph, "statement": statement}
        return {**place, "label": "other.general", "detail": detail, "theme": detail.partition(".")[0]}

    before = [unit(1, "mediation"), unit(2, "other.general"), unit(3, "other.corrections"), unit(4, "publicity", 1)]
    after = [unit(4, "mediation", 1), unit(3, "other.general"), unit(2, "publicity"), unit(1, "other.corrections")]
    changed = changed_units(after, before)
    assert [(entry["paragraph"], entry["before"], entry["after"]) for entry in changed] == [
        (1, "mediation", "other.corrections"),
        (2, "other.general", "publicity"),
        (4, "publicity", "mediation"),
    ]
    assert count_changes(changed) == {"changed": 3, "gained": 1, "lost": 1, "chance": 1.0}
    assert count_changes([]) == {"changed": 0, "gained": 0, "lost": 0, "chance": 1.0}


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


def test_the_same_model_is_registered_once(services: Services) -> None:
    first, again = another(services), another(services)
    assert first.id == again.id
    files = sorted(path.name for path in (services.settings.data_folder / "models").iterdir())
    assert len([name for name in files if not name.startswith("default-")]) == 2, files


def test_a_file_that_was_changed_is_not_taken_for_the_model(services: Services) -> None:
    record = another(services)
    path = model_path(record, services.settings.data_folder)
    save_model(services.models.get().model, path)
    with pytest.raises(ModelError, match="not the file that was registered"):
        open_model(record, services.settings.data_folder)


def test_a_model_that_people_chose_stays_after_a_restart(services: Services) -> None:
    record = another(services)
    do(services.database, "promote", record.id)

    def shipped() -> Model:
        raise AssertionError("not asked for")

    start_with_a_model(services.database, services.settings.data_folder, shipped)
    with services.database.reading() as session:
        assert (current_record(session) or record).id == record.id


def test_the_shipped_model_takes_over_where_the_chosen_one_cannot_be_read(services: Services) -> None:
    shipped, record = services.models.get().model, another(services)
    do(services.database, "promote", record.id)
    model_path(record, services.settings.data_folder).write_bytes(b"damaged")
    start_with_a_model(services.database, services.settings.data_folder, lambda: shipped)
    with services.database.reading() as session:
        current = current_record(session)
        assert current is not None and current.made_by == SHIPPED
        assert get_model(session, record.id).state == "retired"


def test_paragraphs_without_a_prediction_get_one_at_the_next_start(services: Services) -> None:
    current = services.models.get()
    with services.database.writing() as session:
        for row in session.scalars(select(Prediction).where(Prediction.paragraph_id < 4)):
            session.delete(row)
    start_with_a_model(services.database, services.settings.data_folder, lambda: current.model)
    with services.database.reading() as session:
        assert unpredicted(session, current.id) == []


def test_what_comes_in_while_the_models_change_hands_is_classified_as_well(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = another(services)

    def come_in(seconds: float) -> None:
        with services.database.writing() as session:
            assert (current_record(session) or record).id == record.id
            for row in session.scalars(select(Prediction).where(Prediction.model_id == record.id).limit(7)):
                session.delete(row)

    monkeypatch.setattr("web.work.time.sleep", come_in)
    do(services.database, "promote", record.id)
    with services.database.reading() as session:
        assert unpredicted(session, record.id) == []


def test_only_the_predictions_of_the_last_two_models_are_kept(services: Services, home_folder: Path) -> None:
    assert home_folder == services.settings.data_folder
    for name in ("second", "third"):
        do(services.database, "promote", another(services, name).id)
    with services.database.reading() as session:
        assert session.scalars(select(Prediction.model_id).distinct().order_by(Prediction.model_id)).all() == [2, 3]
