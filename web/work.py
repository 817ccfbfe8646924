"""The process of one background job: ``python -m web.work JOB``; the runner of jobs starts it."""

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from classifier import (
    Codebook,
    LabelSet,
    Model,
    PolicyThemesError,
    evaluate,
    evaluate_held_out,
    home,
    learning_curve,
    shipped_folder,
    train,
)
from web.database import Database
from web.errors import ConflictError
from web.settings import DATABASE_VARIABLE
from web.store.audit_accuracy import measure_audit
from web.store.codebooks import own_codebook
from web.store.derived_labels import derive_all
from web.store.jobs import DEFECT, STORAGE_FAILED, check_running, end_job, get_job, name_model, report
from web.store.measurements import keep_comparison, keep_evaluation
from web.store.models import (
    SHIPPED,
    TRUSTED_SECONDS,
    current_record,
    drop_predictions,
    get_model,
    keep_model,
    open_model,
    promote,
)
from web.store.predictions import CurrentModel, predict_paragraphs, unpredicted
from web.store.training_labels import count_texts, last_entry, shipped_labels, trained_as_before, training_labels
from web.tables import Job, ModelRecord

_AT_ONCE = 500  # Paragraphs classified in one transaction: as long as that, others wait to write.
_MOST_SPLITS = 10


class Work:
    """One job with its database; each method named like a kind of job does it."""

    def __init__(self, database: Database, job: Job) -> None:
        self._database, self._job = database, job

    def measure(self) -> None:
        """Measure a model: what training like this one gives on documents that were not trained on."""
        with self._database.reading() as session:
            record = get_model(session, self._job.model_id or 0)
            model = open_model(record, home())
            labels = self._labels_of(session, record, model.codebook)
        found = self._measured(labels, model)
        with self._writing() as session:
            keep_evaluation(session, record.id, found)

    def retrain(self) -> None:
        """Train a candidate on the labels of now, and compare it with the current model on the same splits."""
        with self._database.reading() as session:
            current = self._current(session)
            through, book = last_entry(session), own_codebook(home())
            before = self._labels_of(session, current, book)
            labels = training_labels(session, current.id, through=through, codebook=book)
        self._report("training", 0, 1)
        model = train(labels)
        with self._writing() as session:
            candidate = keep_model(
                session, home(), model, made_by=self._job.made_by, state="candidate", labels_through=through
            )
            if candidate.id == current.id:
                raise ConflictError(
                    "No label has changed since the model in use was trained: the new one would be the same. Nothing to do."
                )
            name_model(session, self._job.id, candidate.id)
        found = self._measured(labels, model)
        as_before = evaluate(labels, trained_as_before(before, labels), self._steps("comparing"), _MOST_SPLITS)
        in_use = open_model(current, home())
        # A model of another codebook gives other codes: only its labels, migrated, can be compared.
        same_codes = in_use.codebook.leaf_codes == labels.codebook.leaf_codes
        as_before["held_out"] = self._held_out(labels, in_use) if same_codes else None
        with self._writing() as session:
            keep_comparison(session, candidate.id, current, labels, found, as_before)
            keep_evaluation(session, candidate.id, found)

    def promote(self) -> None:
        """Classify every paragraph with a model, then put it in the place of the current one."""
        with self._database.reading() as session:
            record = get_model(session, self._job.model_id or 0)
            before = self._current(session).id
            missing = unpredicted(session, record.id)
        model = CurrentModel(record.id, open_model(record, home()))
        for first in range(0, len(missing), _AT_ONCE):
            self._report("classifying", first, len(missing))
            with self._writing() as session:
                predict_paragraphs(session, model, missing[first : first + _AT_ONCE])
        with self._writing() as session:
            promote(session, record.id, model.model)
        # A server may have taken the model of before for the one in use up to now, and classified what came in with it.
        time.sleep(2 * TRUSTED_SECONDS)
        with self._writing() as session:
            predict_paragraphs(session, model, unpredicted(session, record.id))
            derive_all(session, model.model.codebook)  # It may have derived labels under the codebook of before as well.
            drop_predictions(session, {record.id, before})

    def _measured(self, labels: LabelSet, model: Model) -> dict[str, Any]:
        found = evaluate(labels, train, self._steps("measuring"), _MOST_SPLITS)
        found["learning_curve"] = learning_curve(labels, progress=self._steps("learning"))
        found["held_out"] = self._held_out(labels, model)
        found["texts_of"] = count_texts(labels)
        with self._database.reading() as session:
            found["audit"] = measure_audit(
                session, model.codebook, lambda units: [own.theme for own in model.predict([unit.text for unit in units])]
            )
        # Documents may have been deleted since a model was trained; then these are not the labels that it learned from.
        found["same_labels"] = labels.digest() == model.record.get("labels_digest")
        return found

    @staticmethod
    def _held_out(labels: LabelSet, model: Model) -> dict[str, Any] | None:
        return evaluate_held_out(labels, shipped_folder("labels"), lambda _: model)

    @staticmethod
    def _current(session: Session) -> ModelRecord:
        record = current_record(session)
        if record is None:
            raise ConflictError("No model is in use. Start the server again, so that it trains one.")
        return record

    def _labels_of(self, session: Session, record: ModelRecord, book: Codebook | None) -> LabelSet:
        """Return what a model was trained on, as labels of a codebook."""
        if record.made_by == SHIPPED:
            return shipped_labels(book)
        return training_labels(session, self._current(session).id, through=record.labels_through, codebook=book)

    def _steps(self, step: str) -> Callable[[Sequence[Any], str], Iterable[Any]]:
        """Return what reports progress to the library's measurements, as one step of this job."""

        def through(items: Sequence[Any], what: str) -> Iterator[Any]:
            for number, item in enumerate(items):
                self._report(step, number, len(items))
                yield item

        return through

    def _report(self, step: str, done: int, total: int) -> None:
        with self._writing() as session:
            report(session, self._job.id, step, done, total)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """Write, unless this job was ended meanwhile."""
        with self._database.writing() as session:
            check_running(session, self._job.id)
            yield session


def main() -> int:
    """Do the job whose number is the argument, and write down how it ended; defects go to standard error."""
    Thread(target=_end_with_the_server, daemon=True).start()
    if hasattr(os, "nice"):
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
    except SQLAlchemyError as error:
        print(error, file=sys.stderr)
        failure = STORAGE_FAILED
    except Exception:  # Whatever it is, the page must say that the work has ended.
        traceback.print_exc()
        failure = DEFECT
    with database.writing() as session:
        end_job(session, job_id, failure=failure)
    database.close()
    return 1 if failure else 0


def _end_with_the_server() -> None:
    """Wait until standard input ends, as it does when the server that started this process is gone."""
    while os.read(0, 1):  # Not sys.stdin: a thread that waits in it hinders the end of the program.
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
