"""The process of one background job: ``python -m web.work JOB``; the runner of jobs starts it."""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from classifier import LabelSet, Model, PolicyThemesError, evaluate, home, learning_curve, load_labels, shipped_folder, train
from web.database import Database
from web.jobs import DATABASE_VARIABLE
from web.store.jobs import end_job, get_job, report
from web.store.measurements import keep_comparison, keep_evaluation
from web.store.models import SHIPPED, get_model, keep_model, open_model, promote
from web.store.predictions import CurrentModel, predict_paragraphs, unpredicted
from web.store.training_labels import training_labels
from web.tables import Job, ModelRecord

_AT_ONCE = 2000
_MOST_SPLITS = 10


class Work:
    """One job with its database; each method is one kind of job."""

    def __init__(self, database: Database, job: Job) -> None:
        self._database, self._job = database, job

    def measure(self) -> None:
        """Measure a model: what training like this one gives on documents that were not trained on."""
        with self._database.reading() as session:
            record = get_model(session, self._job.model_id or 0)
            labels = self._labels_of(record)
        self._measure(record, labels)

    def retrain(self) -> None:
        """Train a candidate on the labels of now, and compare it with the current model on the same splits."""
        with self._database.reading() as session:
            current = get_model(session, self._job.model_id or 0)
            before, labels = self._labels_of(current), training_labels(session, current.id)
        self._report("training", 0, 1)
        model = train(labels)
        with self._database.writing() as session:
            candidate = keep_model(session, home(), model, made_by=self._job.made_by, state="candidate")
        if candidate.id == current.id:
            raise PolicyThemesError("no label has changed since the current model was trained, so the new one is the same")
        self._measure(candidate, labels)
        as_before = evaluate(labels, _trained_as_before(before), self._progress, most_splits=_MOST_SPLITS)
        with self._database.writing() as session:
            keep_comparison(session, candidate.id, current, as_before)

    def promote(self) -> None:
        """Classify every paragraph with a model, then put it in the place of the current one."""
        with self._database.reading() as session:
            record = get_model(session, self._job.model_id or 0)
            model = open_model(record, home())
            missing = unpredicted(session, record.id)
        for first in range(0, len(missing), _AT_ONCE):
            self._report("classifying", first, len(missing))
            with self._database.writing() as session:
                predict_paragraphs(session, CurrentModel(record.id, model), missing[first : first + _AT_ONCE])
        with self._database.writing() as session:
            promote(session, record.id, model)

    def _measure(self, record: ModelRecord, labels: LabelSet) -> None:
        found = evaluate(labels, train, self._progress, most_splits=_MOST_SPLITS)
        found["learning_curve"] = learning_curve(labels, progress=self._progress)
        with self._database.writing() as session:
            keep_evaluation(session, record.id, found)

    def _labels_of(self, record: ModelRecord) -> LabelSet:
        if record.made_by == SHIPPED:
            return load_labels(shipped_folder("labels"))
        with self._database.reading() as session:
            return training_labels(session, record.id, through=record.labels_through)

    def _progress(self, items: Iterable[Any], step: str) -> Iterator[Any]:
        waiting = list(items)
        for number, item in enumerate(waiting):
            self._report(step, number, len(waiting))
            yield item

    def _report(self, step: str, done: int, total: int) -> None:
        with self._database.writing() as session:
            report(session, self._job.id, step, done, total)


def _trained_as_before(before: LabelSet) -> Any:
    """Return a trainer that learns from the labels of before, without the documents that the labels of now lack."""

    def trainer(labels: LabelSet) -> Model:
        kept = {label.key[0] for label in (*labels.paragraphs, *labels.statements)}
        return train(
            LabelSet(
                before.codebook,
                tuple(label for label in before.paragraphs if label.key[0] in kept),
                tuple(label for label in before.statements if label.key[0] in kept),
                before.examples,
                before.origins,
            )
        )

    return trainer


def main() -> int:
    """Do the job whose number is the argument; a failure is its last line on standard error."""
    os.nice(10)  # Pages come first.
    database = Database(os.environ[DATABASE_VARIABLE])
    job_id = int(sys.argv[1])
    with database.reading() as session:
        job = get_job(session, job_id)
    try:
        getattr(Work(database, job), job.kind)()
        failure = ""
    except PolicyThemesError as error:
        failure = str(error)
    with database.writing() as session:
        end_job(session, job_id, failure=failure)
    database.close()
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main())
