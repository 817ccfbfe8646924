"""What background jobs are called, how far they are, and why they failed, in the language of the request."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import url_for
from flask_babel import LazyString, gettext, lazy_gettext

from web.store.jobs import STEPS, progress_of
from web.tables import Job

KIND_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "measure": lazy_gettext("Testing the model"),
        "retrain": lazy_gettext("Training a new model"),
        "promote": lazy_gettext("Putting a model in use"),
    }
)
STATE_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "waiting": lazy_gettext("waiting"),
        "running": lazy_gettext("running"),
        "done": lazy_gettext("done"),
        "failed": lazy_gettext("failed"),
    }
)
STEP_NAMES: Mapping[str, LazyString] = MappingProxyType(
    {
        "training": lazy_gettext("learning from the labels"),
        "measuring": lazy_gettext("testing it on reports that it has not seen"),
        "learning": lazy_gettext("testing how good it is with fewer texts"),
        "comparing": lazy_gettext("testing the model in use on the same reports"),
        "classifying": lazy_gettext("classifying all paragraphs with it"),
    }
)


@dataclass(frozen=True)
class JobView:
    """A job in words: its steps as (name, state), state being done, running or waiting; the reason where it failed."""

    job: Job
    title: str
    state: str
    is_open: bool
    progress: float
    words: str
    steps: tuple[tuple[str, str], ...]
    reason: str


def job_view(job: Job) -> JobView:
    """Say what a job is and how far it has got."""
    return JobView(
        job,
        str(KIND_NAMES.get(job.kind, job.kind)),
        str(STATE_NAMES.get(job.state, job.state)),
        job.state in ("waiting", "running"),
        progress_of(job),
        _words(job),
        _steps(job),
        str(gettext(job.message)) if job.message else "",
    )


def job_data(view: JobView) -> dict[str, Any]:
    """Return a job as plain data, for a page that asks again and again."""
    job = view.job
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "step": job.step,
        "done": job.done,
        "total": job.total,
        "progress": round(view.progress, 4),
        "words": view.words,
        "message": view.reason,
        "model": url_for("model.card", model_id=job.model_id) if job.model_id else "",
    }


def _words(job: Job) -> str:
    if job.state == "waiting":
        return str(gettext("Waiting for its turn."))
    if job.state == "done":
        return str(gettext("Done."))
    if job.step not in STEP_NAMES:
        return str(gettext("Starting."))
    steps = list(STEPS.get(job.kind, ()))
    number = steps.index(job.step) + 1 if job.step in steps else 1
    words = gettext("Step %(number)s of %(total)s: %(step)s", number=number, total=len(steps), step=STEP_NAMES[job.step])
    return f"{words} ({job.done}/{job.total})" if job.total > 1 else str(words)


def _steps(job: Job) -> tuple[tuple[str, str], ...]:
    names = list(STEPS.get(job.kind, ()))
    reached = names.index(job.step) if job.step in names else -1
    if job.state == "done":
        reached = len(names)
    return tuple(
        (str(STEP_NAMES[name]), "done" if place < reached else "running" if place == reached else "waiting")
        for place, name in enumerate(names)
    )
