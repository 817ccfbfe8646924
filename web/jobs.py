"""Do the work in the background: one job at a time, each in a process of its own, so that pages stay quick."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock, Thread

from web.database import Database
from web.process_locks import JOBS, ProcessLock
from web.settings import DATABASE_VARIABLE, WebSettings
from web.store.jobs import (
    DEFECT,
    PROCESS_ENDED,
    SERVER_STOPPED,
    abandon_running,
    ask_for_job,
    claim_job,
    end_job,
    open_job,
)
from web.store.models import SHIPPED, current_record

_POLL_SECONDS = 0.5
_STOP_SECONDS = 5.0
_log = logging.getLogger("policy-themes")


class JobRunner:
    """A thread that waits for jobs and starts a process for each; `stop` ends the one that runs.

    ``after_each`` is called when a job has ended, whose kind it gets: another model may be in use then. Of several servers
    in one data folder, one is in charge of the jobs; when it ends, however that happens, another takes over.
    """

    def __init__(
        self, database: Database, settings: WebSettings, after_each: Callable[[str], object] = lambda kind: None
    ) -> None:
        self._database, self._settings, self._after_each = database, settings, after_each
        self._stopping = Event()
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._unended = 0  # The job whose end could not be written down yet.
        self._charge = ProcessLock(settings.data_folder / JOBS)
        self._in_charge = False
        self._thread = Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin; if in charge, by ending what an earlier server left running and asking for what was not measured."""
        self._takes_charge()
        self._thread.start()

    def stop(self) -> None:
        """End the job that runs and stop waiting for others."""
        self._stopping.set()
        with self._lock:
            process = self._process
        if process is not None:
            process.terminate()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)
        if process is not None and process.poll() is None:
            process.kill()
            self._thread.join(_STOP_SECONDS)
        self._charge.let_go()

    def _takes_charge(self) -> bool:
        """Tell whether this runner is in charge of the jobs, as it may be from now on."""
        if not self._in_charge and self._charge.take():
            with self._database.writing() as session:
                abandon_running(session)
            self._measure_where_needed()
            self._in_charge = True
        return self._in_charge

    def _run(self) -> None:
        while not self._stopping.wait(_POLL_SECONDS):
            try:
                if self._takes_charge():
                    self._do_next()
            except Exception:  # Whatever happens to one job, the next must find a runner.
                _log.exception("the runner of jobs met a defect")

    def _do_next(self) -> None:
        with self._database.reading() as session:
            if open_job(session) is None:
                return
        with self._database.writing() as session:
            if self._unended:
                end_job(session, self._unended, failure=PROCESS_ENDED)
            self._unended = 0
            job = claim_job(session)
        if job is None:
            return
        self._unended = job.id
        failure = self._work(job.id)
        with self._database.writing() as session:
            # Where the process ended the job itself, this changes nothing.
            end_job(session, job.id, failure=failure)
        self._unended = 0
        self._after_each(job.kind)
        if job.kind == "promote":
            self._measure_where_needed()

    def _work(self, job_id: int) -> str:
        """Start a job's process, wait for it, and return why it failed, should it not have said so itself."""
        # Imports come from where this program lies, not from the folder in which the server happens to be started.
        command = [sys.executable, "-P", "-m", "web.work", str(job_id)]
        places = [str(Path(__file__).resolve().parent.parent), os.environ.get("PYTHONPATH", "")]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, places)),
            # In the environment, not among the arguments: those are shown to everyone on the machine, password and all.
            DATABASE_VARIABLE: self._settings.database_url,
        }
        with self._lock:
            if self._stopping.is_set():
                return SERVER_STOPPED
            # Its standard input ends when this server ends, however that happens; then the process ends as well.
            process = self._process = subprocess.Popen(  # this program itself, with the number of a job  # nosec B603
                command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
            )
        assert process.stdin is not None and process.stderr is not None
        with process.stdin, process.stderr:
            errors = process.stderr.read().decode("utf-8", "replace").strip()
        code = process.wait()
        with self._lock:
            self._process = None
        if self._stopping.is_set():
            return SERVER_STOPPED
        if code and errors:
            _log.error("job %d failed:\n%s", job_id, errors)
        return DEFECT if code > 0 and errors else PROCESS_ENDED

    def _measure_where_needed(self) -> None:
        if not self._settings.measure_model:
            return
        with self._database.writing() as session:
            record = current_record(session)
            if record is not None and record.evaluation is None and open_job(session, "measure") is None:
                ask_for_job(session, "measure", made_by=SHIPPED, model_id=record.id)
