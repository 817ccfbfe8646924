"""Work in the background, as rows: asked for, claimed by one worker, reported on, ended."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from web.errors import ConflictError, NotFoundError
from web.store.revisions import now
from web.tables import Job

N_ = str  # Marks a text that is translated when it is shown.

KINDS = ("measure", "retrain", "promote")
# The steps of each kind of job in order, with the share of the whole that each takes, roughly.
STEPS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "measure": {"measuring": 5, "learning": 12},
        "retrain": {"training": 1, "measuring": 5, "learning": 12, "comparing": 5},
        "promote": {"classifying": 1},
    }
)
SERVER_STOPPED = N_("The server stopped while this was running. Start it again.")
PROCESS_ENDED = N_("Its process was ended from outside before it was done. Start it again.")
STORAGE_FAILED = N_("The database could not be read or written. Start it again when the database answers.")
DEFECT = N_("Something went wrong on our side; it was written to the server's log.")
_OPEN = ("waiting", "running")


def ask_for_job(session: Session, kind: str, *, made_by: str, model_id: int | None = None) -> Job:
    """Put a job in the line; ConflictError while one of its kind is waiting or running."""
    if open_job(session, kind) is not None:
        raise ConflictError("This work is being done already; wait until it has ended.")
    job = Job(
        kind=kind,
        state="waiting",
        model_id=model_id,
        step="",
        done=0,
        total=0,
        message="",
        made_by=made_by,
        made_at=now(),
    )
    session.add(job)
    try:
        session.flush()
    except IntegrityError:  # Somebody else asked at the same moment.
        raise ConflictError("This work is being done already; wait until it has ended.") from None
    return job


def open_job(session: Session, kind: str | None = None) -> Job | None:
    """Return the job that is running, else the next one waiting; of one kind, or of any."""
    query = select(Job).where(Job.state.in_(_OPEN)).order_by(Job.state, Job.id).limit(1)
    return session.scalar(query if kind is None else query.where(Job.kind == kind))


def claim_job(session: Session) -> Job | None:
    """Take the oldest waiting job, unless one is running; None where there is nothing to do."""
    if session.scalar(select(Job.id).where(Job.state == "running").limit(1)) is not None:
        return None
    job = session.scalar(select(Job).where(Job.state == "waiting").order_by(Job.id).limit(1).with_for_update())
    if job is not None:
        job.state, job.started_at = "running", now()
    return job


def check_running(session: Session, job_id: int) -> None:
    """Raise ConflictError where a job was ended meanwhile: its process must not change anything any more."""
    if session.scalar(select(Job.state).where(Job.id == job_id).with_for_update()) != "running":
        raise ConflictError("This job was ended by another server.")


def report(session: Session, job_id: int, step: str, done: int, total: int) -> None:
    """Say how far a job is."""
    session.execute(update(Job).where(Job.id == job_id).values(step=step, done=done, total=total))


def name_model(session: Session, job_id: int, model_id: int) -> None:
    """Say which model came of a job."""
    session.execute(update(Job).where(Job.id == job_id).values(model_id=model_id))


def end_job(session: Session, job_id: int, *, failure: str = "") -> None:
    """End a job that is still open: done, or failed with its reason."""
    state = "failed" if failure else "done"
    session.execute(
        update(Job).where(Job.id == job_id, Job.state.in_(_OPEN)).values(state=state, message=failure, ended_at=now())
    )


def abandon_running(session: Session) -> None:
    """End what a server that stopped has left running."""
    for job_id in session.scalars(select(Job.id).where(Job.state == "running")).all():
        end_job(session, job_id, failure=SERVER_STOPPED)


def get_job(session: Session, job_id: int) -> Job:
    """Return a job; NotFoundError where there is none."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFoundError("There is no job {job}.", job=job_id)
    return job


def list_jobs(session: Session, limit: int = 10) -> Sequence[Job]:
    """Return the newest jobs, newest first."""
    return session.scalars(select(Job).order_by(Job.id.desc()).limit(limit)).all()


def progress_of(job: Job) -> float:
    """Return which part of a job is done, 0 to 1, by the rough weights of its steps.

    >>> progress_of(Job(kind="measure", state="running", step="learning", done=6, total=12))
    0.6470588235294118
    """
    if job.state == "done":
        return 1.0
    steps = STEPS.get(job.kind, {})
    if job.step not in steps:
        return 0.0
    before = sum(list(steps.values())[: list(steps).index(job.step)])
    within = job.done / job.total if job.total else 0.0
    return (before + steps[job.step] * min(1.0, within)) / sum(steps.values())
