"""The codebook, the model in use, and work in the background."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify

from classifier import Codebook, compare_codebooks
from web.api.operations import Answer, Asked, Operation, path_id
from web.api.parts import (
    N_,
    Schema,
    boolean,
    identifier,
    integer,
    list_of,
    moment,
    one_of,
    or_null,
    record,
    ref,
    share,
    text,
)
from web.codebook_history import versions_of
from web.services import services
from web.store.audit_accuracy import audit_of
from web.store.codebooks import kept_codebooks, own_codebook
from web.store.jobs import KINDS, get_job
from web.store.label_counts import count_waiting
from web.store.models import list_models
from web.tables import Job, ModelRecord


def codebook(asked: Asked) -> Response:
    """Return the codebook of the model in use."""
    book = services().models.get().model.codebook
    with services().database.reading() as session:
        versions = versions_of(book, kept_codebooks(session), own_codebook(services().settings.data_folder))
        waiting = count_waiting(session)
    return jsonify(
        **{"changes": [], **book.to_dict()},
        leaf_codes=book.leaf_codes,
        secondary_codes=book.secondary_codes,
        digest=book.digest(),
        differences=[compare_codebooks(other, book).to_dict() for other in versions.earlier],
        coming=compare_codebooks(book, versions.coming).to_dict() if versions.coming else None,
        to_relabel=waiting,
    )


def model(asked: Asked) -> Response:
    """Return the model in use, and all models."""
    current = services().models.get()
    with services().database.reading() as session:
        records = list_models(session)
        in_use = next(entry for entry in records if entry.id == current.id)
        audit = audit_of(session, in_use, current.model.codebook)
    bands = current.model.bands
    made_of: Mapping[str, Any] = {
        "terms": len(current.model.vocabulary),
        "bands": bands.to_dict() if bands else None,
        **current.model.record,
    }
    return jsonify(**_record(in_use), audit=audit, record=made_of, models=[_record(entry) for entry in records])


def job(asked: Asked) -> Response:
    """Return how far a piece of work is."""
    with services().database.reading() as session:
        return jsonify(_job_record(get_job(session, asked.path["job"])))


def _record(entry: ModelRecord) -> dict[str, Any]:
    return {
        "id": entry.id,
        "model": entry.identity,
        "state": entry.state,
        "made_at": entry.made_at.isoformat(),
        "made_by": entry.made_by,
        "sha256": entry.sha256,
        "labels_through": entry.labels_through,
        "evaluation": entry.evaluation,
        "comparison": entry.comparison,
    }


def _job_record(entry: Job) -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "state": entry.state,
        "step": entry.step,
        "done": entry.done,
        "total": entry.total,
        "message": entry.message,
        "model": entry.model_id,
        "made_by": entry.made_by,
        "made_at": entry.made_at.isoformat(),
        "started_at": entry.started_at.isoformat() if entry.started_at else None,
        "ended_at": entry.ended_at.isoformat() if entry.ended_at else None,
    }


def schemas(book: Codebook, longest_text: int) -> dict[str, Schema]:
    """Return the schemas of what is answered here."""
    measured: Schema = {"type": ["object", "null"]}
    known = {
        "id": identifier(N_("The model's ID.")),
        "model": text(N_("The name that stands in results.")),
        "state": one_of(("current", "candidate", "retired"), N_("Whether it is in use, may be, or was.")),
        "made_at": moment(N_("When it was trained.")),
        "made_by": text(N_("Who had it trained.")),
        "sha256": text(N_("Of the model's file.")),
        "labels_through": integer(N_("The last entry of the label log that it was trained on."), minimum=0),
        "evaluation": {**measured, "description": N_("What was measured of it; null where nothing was yet.")},
        "comparison": {
            **measured,
            "description": N_("With the model in use when it was trained; null where there is none."),
        },
    }
    words = ("definition", "includes", "excludes")
    step: Schema = {"type": "object", "description": N_("From one version to the next, as written in codebook.toml.")}
    difference: Schema = {"type": "object", "description": N_("Changes, codes, wordings and rules of two versions.")}
    return {
        "Codebook": record(
            {
                "version": text(N_("The version of the codebook.")),
                "themes": list_of(ref("Code"), N_("In the order in which they are shown.")),
                "subcodes": list_of(ref("Code"), N_("THEME.NAME, for themes that are divided.")),
                "rules": list_of(text(), N_("The rules of labelling, in English.")),
                "mixed": text(N_("The leaf code of units with several themes and none leading, if there is one.")),
                "rules_zh": list_of(text(), N_("The same in Chinese, or nothing.")),
                "leaf_codes": list_of(text(), N_("The codes that a unit can be labelled with.")),
                "secondary_codes": list_of(text(), N_("The themes that may stand as secondary.")),
                "digest": text(N_("Of all that the codebook says.")),
                "changes": list_of(step, N_("What became of the codes from version to version, oldest first.")),
                "differences": list_of(
                    difference, N_("What differs from each codebook that was in use before, newest first.")
                ),
                "coming": or_null(difference, N_("What differs in the codebook that the next model is trained with.")),
                "to_relabel": integer(N_("How many labels wait to be given anew, because no rule decides."), minimum=0),
            }
        ),
        "Code": record(
            {
                "code": text(N_("The code.")),
                "zh": text(N_("The name in Chinese.")),
                "en": text(N_("The name in English.")),
                "definition": text(N_("What it is about, in English.")),
                "includes": text(N_("What belongs to it, in English.")),
                "excludes": text(N_("What belongs elsewhere, in English.")),
                **{f"{name}_zh": text(N_("The same in Chinese, or nothing.")) for name in words},
            }
        ),
        "ModelInUse": record(
            {
                **known,
                "audit": or_null(
                    ref("AuditAccuracy"), N_("How often it is right on the audit sample; null while that is unlabelled.")
                ),
                "record": {"type": "object", "description": N_("What its file says of its making.")},
                "models": list_of(ref("Model"), N_("All models, newest first.")),
            }
        ),
        "Model": record(known),
        "AuditAccuracy": record(
            {
                "units": integer(N_("Sampled paragraphs that carry a label from the audit queue."), minimum=1),
                "right": integer(N_("How many of them have the theme that people gave."), minimum=0),
                "drawn": integer(N_("How many were drawn while nobody had labelled them."), minimum=1),
                "accuracy": record(
                    {
                        "value": share(N_("The share that is right.")),
                        "low": share(N_("Where its 95 % interval begins.")),
                        "high": share(N_("Where its 95 % interval ends.")),
                    },
                    N_("How much of the audited population it gets right."),
                ),
                "weighted": boolean(N_("Whether units count by their probability, because it differed.")),
            }
        ),
        "Job": record(
            {
                "id": identifier(N_("The job's ID.")),
                "kind": one_of(KINDS, N_("Measuring or training a model, or putting one into use.")),
                "state": one_of(("waiting", "running", "done", "failed"), N_("How it stands.")),
                "step": text(N_("What it is doing.")),
                "done": integer(N_("How much is done."), minimum=0),
                "total": integer(N_("Of how much."), minimum=0),
                "message": text(N_("Why it failed.")),
                "model": or_null(identifier(N_("The ID of the model that it is about."))),
                "made_by": text(N_("Who asked for it.")),
                "made_at": moment(N_("When it was asked for.")),
                "started_at": or_null(moment(N_("When it began."))),
                "ended_at": or_null(moment(N_("When it ended."))),
            }
        ),
    }


_MODEL = {
    "id": 1,
    "model": "1.0-9c8f71503117",
    "state": "current",
    "made_at": "2024-03-04T08:15:00+00:00",
    "made_by": "policy-themes",
    "sha256": "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
    "labels_through": 489,
    "evaluation": None,
    "comparison": None,
}
_AUDIT = {
    "units": 60,
    "right": 57,
    "drawn": 100,
    "accuracy": {"value": 0.95, "low": 0.8615, "high": 0.9895},
    "weighted": False,
}
_CODE = {
    "code": "mediation",
    "zh": "矛盾纠纷调解",
    "en": "Dispute mediation",
    **dict.fromkeys(("definition", "includes", "excludes", "definition_zh", "includes_zh", "excludes_zh"), "…"),
}
_CODEBOOK = {
    "version": "1.0",
    "themes": [_CODE],
    "subcodes": [],
    "rules": ["…"],
    "mixed": "other.general",
    "rules_zh": ["…"],
    "leaf_codes": ["mediation"],
    "secondary_codes": ["mediation"],
    "digest": "b31d87c69753de0dd95895fd7651f6a85ebb553dd4da7ade6f0a253cadaed0c9",
    "changes": [],
    "differences": [],
    "coming": None,
    "to_relabel": 0,
}
_JOB = {
    "id": 1,
    "kind": "measure",
    "state": "running",
    "step": "paragraphs",
    "done": 2,
    "total": 5,
    "message": "",
    "model": 1,
    "made_by": "policy-themes",
    "made_at": "2024-03-04T08:15:00+00:00",
    "started_at": "2024-03-04T08:15:01+00:00",
    "ended_at": None,
}

OPERATIONS = (
    Operation(
        "GET",
        "/codebook",
        codebook,
        "Model",
        N_("Read the codebook"),
        N_("Themes and sub-codes with their definitions in Chinese and English, and the rules of labelling."),
        {200: Answer(N_("The codebook of the model in use."), "Codebook", _CODEBOOK)},
    ),
    Operation(
        "GET",
        "/model",
        model,
        "Model",
        N_("Show the model in use"),
        N_("What it was trained on and what was measured of it, and the models before and beside it."),
        {
            200: Answer(
                N_("The model in use."),
                "ModelInUse",
                {**_MODEL, "audit": _AUDIT, "record": {"terms": 23000}, "models": [_MODEL]},
            )
        },
    ),
    Operation(
        "GET",
        "/jobs/{job}",
        job,
        "Model",
        N_("Follow work in the background"),
        N_("How far measuring or training a model is."),
        {200: Answer(N_("The job."), "Job", _JOB)},
        (path_id("job", identifier(N_("The job's ID."))),),
    ),
)
