"""Do the work in the background: one job at a time, each in a process of its own, so that pages stay quick."""

import logging
import os
import subprocess
import sys
from threading import Event, Thread

from web.database import Database
from web.settings import WebSettings
from web.store.jobs import abandon_running, ask_for_job, claim_job, end_job, open_job
from web.store.models import SHIPPED, current_record

DATABASE_VARIABLE = "POLICY_THEMES_DATABASE"
_POLL_SECONDS = 1.0
_STOP_SECONDS = 5.0
_log = logging.getLogger("policy-themes")


class JobRunner:
    """A thread that waits for jobs and starts a process for each; `stop` ends the one that runs."""

    def __init__(self, database: Database, settings: WebSettings) -> None:
        self._database, self._settings = database, settings
        self._stopping = Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin; what an earlier server left running is ended first, and an unmeasured model is measured."""
        with self._database.writing() as session:
            abandon_running(session)
            record = current_record(session)
            unmeasured = record is not None and record.evaluation is None and open_job(session, "measure") is None
            if self._settings.measure_model and record is not None and unmeasured:
                ask_for_job(session, "measure", made_by=SHIPPED, model_id=record.id)
        self._thread.start()

    def stop(self) -> None:
        """End the job that runs and stop waiting for others."""
        self._stopping.set()
        if self._process is not None:
            self._process.terminate()
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(_POLL_SECONDS):
            try:
                with self._database.writing() as session:
                    job = claim_job(session)
                if job is not None:
                    self._work(job.id)
            except Exception:  # Whatever happens to one job, the next must find a runner.
                _log.exception("the runner of jobs met a defect")

    def _work(self, job_id: int) -> None:
        command = [sys.executable, "-m", "web.work", str(job_id)]
        # In the environment, not among the arguments: those are shown to everyone on the machine, password and all.
        environment = {**os.environ, DATABASE_VARIABLE: self._settings.database_url}
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
        _, errors = self._process.communicate()
        self._process = None
        last_line = errors.decode("utf-8", "replace").strip().rpartition("\n")[2]
        with self._database.writing() as session:
            # Where the process ended the job itself, this changes nothing.
            end_job(session, job_id, failure=last_line or "its process ended before it was done; start it again")
