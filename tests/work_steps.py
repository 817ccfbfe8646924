"""Steps of tests of background jobs: ask for one, do it in this process, wait for one that another process does."""

import time
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select

from classifier import Model
from web.database import Database
from web.services import Services
from web.store.jobs import ask_for_job, claim_job, end_job, get_job
from web.store.labels import NewLabel, add_label
from web.store.models import keep_model
from web.tables import CurrentLabel, Job, ModelRecord
from web.work import Work

PATIENCE = 60.0  # Seconds; a job's process needs two to begin, more on a busy machine.


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
