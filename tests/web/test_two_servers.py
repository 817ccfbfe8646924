"""Two servers in one data folder: both see the same, no label is lost, and work in the background is done once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from application import services_of
from flask import Flask
from review_desk import Desk
from sqlalchemy import select
from work_steps import another, asked, job_of, wait_for

from web import WebSettings
from web.errors import ServingError
from web.jobs import JobRunner
from web.process_locks import SERVING, ProcessLock
from web.services import Services
from web.serving import run
from web.store.jobs import SERVER_STOPPED, claim_job
from web.tables import Label

MakeApp = Callable[..., Flask]


@pytest.fixture
def servers(make_app: MakeApp) -> tuple[Flask, Flask]:
    return make_app(), make_app()


def runner_of(services: Services, done: list[int]) -> JobRunner:
    """A runner that notes what it does; the process of a job is not what is tested here."""
    runner = JobRunner(services.database, services.settings)
    runner._work = lambda job_id: done.append(job_id) or ""  # type: ignore[func-returns-value, method-assign]
    return runner


def test_labels_that_are_given_to_both_at_once_are_all_kept_and_both_show_the_same(servers: tuple[Flask, Flask]) -> None:
    desk = Desk(servers[0])
    clients = [app.test_client() for app in servers]
    place = {"document": desk.document_id, "paragraph": 1, "theme": "mediation"}

    def send(number: int) -> int:
        # Every label goes to both servers, as when one did not answer: it counts once.
        label = {**place, "statement": number % 2, "request": f"label {number // 2}"}
        return clients[number % 2].post("/api/v1/labels", json={**label, "statement": number // 2 % 2}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(40))) <= {200, 201}
    with desk.database.reading() as session:
        requests = list(session.scalars(select(Label.request).where(Label.annotator == "local")))
    assert sorted(map(str, requests)) == sorted(f"label {number}" for number in range(20))
    for theme in ("publicity", "mediation"):
        assert clients[0].post("/api/v1/labels", json={**place, "theme": theme}).status_code == 201
        mixes = [client.get("/api/v1/mix?by=document").get_json() for client in clients]
        assert mixes[0] == mixes[1]
        own = next(row for row in mixes[1]["rows"] if row["document"] == "report.txt")
        assert own["shares"][theme]["count"] >= 1


def test_a_model_that_one_server_puts_to_use_is_soon_that_of_the_other(
    servers: tuple[Flask, Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    from work_steps import do

    first, second = map(services_of, servers)
    assert second.models.get().id == 1
    monkeypatch.setattr("web.work.time.sleep", lambda seconds: None)
    do(first.database, "promote", another(first).id)
    monkeypatch.setattr("web.store.models.TRUSTED_SECONDS", 0)
    assert second.models.get().id == first.models.get().id == 2


def test_one_of_two_servers_does_the_work_and_the_other_takes_over(servers: tuple[Flask, Flask]) -> None:
    first, second = map(services_of, servers)
    done: list[list[int]] = [[], []]
    number = asked(first.database, "retrain")
    with first.database.writing() as session:
        claim_job(session)  # As of a server that was killed.
    runners = [runner_of(first, done[0]), runner_of(second, done[1])]
    runners[0].start()
    assert (job_of(first.database, number).state, job_of(first.database, number).message) == ("failed", SERVER_STOPPED)
    number = asked(second.database, "retrain")
    runners[1].start()  # It must not end what the first one does.
    wait_for(first.database, number, lambda job: job.state == "done")
    runners[0].stop()
    other = asked(first.database, "retrain")
    wait_for(first.database, other, lambda job: job.state == "done")
    runners[1].stop()
    assert done == [[number], [other]]


def test_a_second_server_leaves_the_running_job_of_the_first_alone(servers: tuple[Flask, Flask]) -> None:
    first, second = map(services_of, servers)
    runners = [runner_of(first, []), runner_of(second, [])]
    runners[0].start()
    number = asked(first.database, "measure", 1)
    with first.database.writing() as session:
        claim_job(session)
    runners[1].start()
    assert job_of(first.database, number).state == "running"
    for runner in runners:
        runner.stop()


def test_a_server_does_not_start_while_a_backup_is_restored(home_folder: Path) -> None:
    lock = ProcessLock(home_folder / SERVING)
    assert lock.take()
    with pytest.raises(ServingError, match="is being restored"):
        run(WebSettings(port=0), say=print, notice=print)
    lock.let_go()
