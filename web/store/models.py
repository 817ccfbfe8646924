"""The models of an installation: their files, which one is in use, and how another takes its place."""

import hashlib
import logging
import os
from collections.abc import Callable, Set
from pathlib import Path
from threading import Lock
from time import monotonic

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from classifier import Model, ModelError, load_model, save_model
from web.database import Database
from web.errors import ConflictError, NotFoundError, StorageError
from web.store.derived_labels import use_codebook
from web.store.predictions import CurrentModel, predict_paragraphs, unpredicted
from web.store.revisions import now, raise_revision
from web.tables import ModelRecord, Prediction

SHIPPED = "the program"  # Who made a model of the shipped labels alone; no account can have a name with a space.
TRUSTED_SECONDS = 1.0  # For so long a server takes the model in use for the one that it was.
_FOLDER = "models"
_log = logging.getLogger("policy-themes")


def keep_model(
    session: Session, data_folder: Path, model: Model, *, made_by: str, state: str, labels_through: int = 0
) -> ModelRecord:
    """Write a model's file into the data folder and register it; the same model again returns its row.

    ``labels_through`` is the last entry of the label log that it was trained on.
    """
    folder = data_folder / _FOLDER
    temporary = folder / f"new-{os.getpid()}.model"
    try:
        save_model(model, temporary)
        sha256 = hashlib.sha256(temporary.read_bytes()).hexdigest()
        temporary.replace(folder / f"{sha256[:16]}.model")
    except OSError as error:
        raise StorageError(f"{folder}: {error.strerror}; the model could not be kept. Make room, or allow writing") from None
    before = session.scalar(select(ModelRecord).where(ModelRecord.sha256 == sha256))
    if before is not None:
        return before
    record = ModelRecord(
        identity=model.identity,
        file=f"{sha256[:16]}.model",
        sha256=sha256,
        state=state,
        made_at=now(),
        made_by=made_by,
        labels_through=labels_through,
        evaluation=None,
        comparison=None,
    )
    session.add(record)
    session.flush()
    return record


def model_path(record: ModelRecord, data_folder: Path) -> Path:
    """Return where a registered model's file lies."""
    return data_folder / _FOLDER / record.file


def open_model(record: ModelRecord, data_folder: Path) -> Model:
    """Read a registered model's file; ModelError where it is missing or is not the file that was registered."""
    return open_model_file(model_path(record, data_folder), record.sha256)


def open_model_file(path: Path, sha256: str) -> Model:
    """Read a model's file; ModelError where it is missing or does not have this SHA-256."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}; restore the file, or choose another model") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ModelError(f"{path}: not the file that was registered; restore it, or choose another model")
    return load_model(path)


def current_record(session: Session) -> ModelRecord | None:
    """Return the row of the model in use."""
    return session.scalar(select(ModelRecord).where(ModelRecord.state == "current"))


def get_model(session: Session, model_id: int) -> ModelRecord:
    """Return a model's row; NotFoundError where there is none."""
    record = session.get(ModelRecord, model_id)
    if record is None:
        raise NotFoundError("There is no model {model}.", model=model_id)
    return record


def list_models(session: Session) -> list[ModelRecord]:
    """Return all models, newest first."""
    return list(session.scalars(select(ModelRecord).order_by(ModelRecord.id.desc())))


def promote(session: Session, model_id: int, model: Model) -> ModelRecord:
    """Put a model in the place of the current one; every paragraph must have its prediction when this ends.

    Most are best classified before this transaction: what is left is classified in it, while nobody else can write.
    """
    record = get_model(session, model_id)
    if record.state == "current":
        raise ConflictError("This model is in use already.")
    predict_paragraphs(session, CurrentModel(model_id, model), unpredicted(session, model_id))
    session.execute(update(ModelRecord).where(ModelRecord.state == "current").values(state="retired"))
    record.state = "current"
    use_codebook(session, model.codebook)
    raise_revision(session, documents=True)
    return record


def drop_predictions(session: Session, kept: Set[int]) -> None:
    """Remove the predictions of all models but some; they are made again when such a model is promoted."""
    session.execute(delete(Prediction).where(Prediction.model_id.not_in(kept)))


class ModelInUse:
    """The current model in memory; whether another was promoted is looked up again after a second."""

    def __init__(self, database: Database, data_folder: Path, current: CurrentModel) -> None:
        self._database, self._data_folder = database, data_folder
        self._lock = Lock()
        self._current = current
        self._looked_at = 0.0

    def get(self) -> CurrentModel:
        """Return the current model; StorageError where there is none."""
        if monotonic() - self._looked_at < TRUSTED_SECONDS:
            return self._current
        with self._lock, self._database.reading() as session:
            record = current_record(session)
            if record is None:
                raise StorageError("no model is in use; start the server again, so that it trains one")
            if self._current.id != record.id:
                self._current = CurrentModel(record.id, open_model(record, self._data_folder))
            self._looked_at = monotonic()
            return self._current

    def forget(self) -> None:
        """Look again at once: another model was promoted here."""
        self._looked_at = 0.0


def start_with_a_model(database: Database, data_folder: Path, shipped: Callable[[], Model]) -> ModelInUse:
    """Make sure that a model is in use and has classified every paragraph, and return it.

    It is the shipped one at first, and anew where the program brings a newer one. A model that people trained and promoted
    stays. Where its file cannot be read any more, the shipped one takes over and the other waits among the retired ones.
    """
    with database.reading() as session:
        record = current_record(session)
    model = None
    if record is not None and record.made_by != SHIPPED:
        try:
            model = open_model(record, data_folder)
        except ModelError as error:
            _log.error("%s", error)
    if record is None or model is None:
        model = shipped()
        with database.writing() as session:
            record = keep_model(session, data_folder, model, made_by=SHIPPED, state="candidate")
            if record.state != "current":
                promote(session, record.id, model)
    with database.writing() as session:
        current = CurrentModel(record.id, model)
        use_codebook(session, model.codebook)
        predict_paragraphs(session, current, unpredicted(session, record.id))
    return ModelInUse(database, data_folder, current)
