"""模型 Model: the card of a model, how its training goes, a new one beside the one in use, and which is in use."""

from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from classifier import Codebook, ModelError, load_codebook, shipped_folder
from web.accounts import person
from web.errors import ConflictError, NotFoundError
from web.job_words import JobView, job_data, job_view
from web.model_card import (
    BAND_MEANINGS,
    MEASURE_MEANINGS,
    MEASURE_NAMES,
    UNIT_NAMES,
    band_columns,
    calibration_chart,
    confusion_chart,
    data_rows,
    differences,
    kinds_of,
    learning_chart,
    split_words,
    term_charts,
    theme_differences,
)
from web.services import services
from web.store.audit_accuracy import audit_of
from web.store.jobs import ask_for_job, get_job, list_jobs, open_job
from web.store.label_counts import count_entries_since, count_holding_labels, count_unknown
from web.store.model_facts import ModelFacts, has_file, model_facts
from web.store.models import SHIPPED, current_record, get_model, list_models
from web.tables import ModelRecord

blueprint = Blueprint("model", __name__)

_CHANGES_SHOWN = 20


@dataclass(frozen=True)
class Listed:
    """A model of the list, with the numbers that it is told from others by."""

    record: ModelRecord
    has_file: bool
    accuracy: dict[str, float] | None
    units: int
    hand_labels: int | None


@blueprint.get("/model")
@blueprint.get("/model/<int:model_id>")
def card(model_id: int | None = None) -> str:
    """Show the card of the model in use, or of another one."""
    folder = services().settings.data_folder
    with services().database.reading() as session:
        current = current_record(session)
        record = get_model(session, model_id) if model_id else current
        if record is None:
            raise NotFoundError("No model is in use; start the server again, so that it trains one.")
        facts, damage = _facts(record)
        book = facts.codebook if facts else _codebook_in_use()
        counts = count_holding_labels(session)
        return render_template(
            "model/card.html",
            record=record,
            facts=facts,
            damage=damage,
            codebook=book,
            unknown=count_unknown(counts, facts.codebook) if facts else 0,
            since=count_entries_since(session, current) if current else 0,
            models=[_listed(own, has_file=has_file(own, folder)) for own in list_models(session)],
            jobs=[job_view(job) for job in list_jobs(session)],
            running=_open_view(session),
            retraining=_open_view(session, "retrain"),
            shipped=SHIPPED,
            audit=audit_of(session, record, book),
            **_measured(record, facts, book),
        )


@blueprint.get("/model/jobs/<int:job_id>")
def job(job_id: int) -> str | Response:
    """Say how far a job is: as a page, or as JSON to whoever asks for it."""
    with services().database.reading() as session:
        view = job_view(get_job(session, job_id))
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(job_data(view))
    return render_template("model/job.html", view=view)


@blueprint.post("/model/retrain")
def retrain() -> Response:
    """Ask for a new model; where one is being trained, show how far that is."""
    with services().database.writing() as session:
        job = open_job(session, "retrain") or ask_for_job(session, "retrain", made_by=person().name)
    return _see(url_for("model.job", job_id=job.id))


@blueprint.post("/model/<int:model_id>/promote")
def promote(model_id: int) -> Response:
    """Ask for a model to be put in use; ConflictError where it is, or where its file cannot be read."""
    with services().database.writing() as session:
        record = get_model(session, model_id)
        if record.state == "current":
            flash(gettext("This model is in use already."), "")
            return _see(url_for("model.card"))
        waiting = open_job(session, "promote")
        if waiting is not None and waiting.model_id != model_id:
            raise ConflictError("Another model is being put in use just now; wait until that has ended.")
        if waiting is None:
            if _facts(record)[0] is None:
                raise ConflictError("The file of this model cannot be read, so it cannot be put in use.")
            waiting = ask_for_job(session, "promote", made_by=person().name, model_id=model_id)
    return _see(url_for("model.job", job_id=waiting.id))


def _measured(record: ModelRecord, facts: ModelFacts | None, book: Codebook) -> dict[str, Any]:
    """Return what the card shows of a model's evaluation and file, ready for its template."""
    evaluation = record.evaluation or {}
    kinds = kinds_of(evaluation)
    chosen = request.args.get("units", "")
    kind = chosen if chosen in kinds else next(iter(kinds), "")
    found = evaluation.get(kind, {})
    before = (record.comparison or {}).get("before", {})
    counts = evaluation.get("texts_of", {}).get("codes")
    return {
        "evaluation": evaluation,
        "kinds": kinds,
        "kind": kind,
        "found": found,
        "split": split_words(evaluation),
        "unit_names": UNIT_NAMES,
        "measure_names": MEASURE_NAMES,
        "measure_meanings": MEASURE_MEANINGS,
        "confusion": confusion_chart(book, found["confusion"], str(UNIT_NAMES[kind])) if found else "",
        "band_columns": band_columns(facts.bands, evaluation) if facts and facts.bands else (),
        "band_meanings": BAND_MEANINGS,
        "calibration": calibration_chart(found["reliability"], str(UNIT_NAMES[kind])) if found else "",
        "learning": learning_chart(evaluation["learning_curve"]) if evaluation.get("learning_curve") else "",
        "terms": term_charts(facts) if facts else (),
        "data": data_rows(book, counts) if counts else (),
        "comparison": record.comparison,
        "before": before,
        "differences": differences(evaluation, before),
        "theme_differences": {of: theme_differences(evaluation, before, of) for of in ("paragraphs", "statements")},
        "changes_shown": _CHANGES_SHOWN,
    }


def _facts(record: ModelRecord) -> tuple[ModelFacts | None, str]:
    """Return what a model's file tells, or why it cannot be read."""
    try:
        return model_facts(record, services().settings.data_folder), ""
    except ModelError as error:
        return None, str(error)


def _codebook_in_use() -> Codebook:
    """Return the codebook of the model in use, or the shipped one where that model cannot be read either."""
    try:
        return services().models.get().model.codebook
    except ModelError:
        return load_codebook(shipped_folder("labels") / "codebook.toml")


def _listed(record: ModelRecord, *, has_file: bool) -> Listed:
    evaluation = record.evaluation or {}
    found = evaluation.get("paragraphs") or evaluation.get("texts") or {}
    codes = evaluation.get("texts_of", {}).get("codes", {}).values()
    labels = sum(own["paragraph"] + own["statement"] for own in codes) if codes else None
    return Listed(record, has_file, found.get("accuracy"), found.get("units", 0), labels)


def _open_view(session: Session, kind: str | None = None) -> JobView | None:
    job = open_job(session, kind)
    return job_view(job) if job is not None else None


def _see(address: str) -> Response:
    return cast(Response, redirect(address, 303))
