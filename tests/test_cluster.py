"""Classification on a Dask cluster: a real scheduler and two real workers on loopback, started here."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme
from conftest import Finished
from distributed import Client
from paths import ROOT

from classifier import Model, save_model
from classifier.cluster import _check_address, _ModelInMemory

Run = Callable[..., Finished]

# Loaded by the workers: notes each time that a model arrives, and each time that one is read.
NOTING = """
import os
from classifier import cluster

arrived, read = cluster._ModelInMemory.__dict__.get("__setstate__"), cluster.model_from_bytes

def note(what):
    with open(os.environ["MODEL_NOTES"], "a") as stream:
        stream.write(f"{what} {os.getpid()}\\n")

def set_state(self, state):
    note("arrived")
    self.__dict__.update(state)

def model_from_bytes(data, name):
    note("read")
    return read(data, name)

cluster._ModelInMemory.__setstate__ = set_state
cluster.model_from_bytes = model_from_bytes
"""


@dataclass
class Cluster:
    address: str
    notes: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)


@contextmanager
def started(folder: Path, protocol: str = "tcp", workers: int = 2, **environment: str) -> Iterator[Cluster]:
    """Start a scheduler and workers, and stop them at the end."""
    (folder / "noting.py").write_text(NOTING, encoding="utf-8")
    notes, contact = folder / "notes.txt", folder / "scheduler.json"
    notes.touch()
    variables = os.environ | environment | {"MODEL_NOTES": str(notes), "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}

    def start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *arguments],
            env=variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    with ExitStack() as stack:

        def kept(process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        kept(
            start(
                "dask_scheduler", "--host", f"{protocol}://127.0.0.1:0", "--no-dashboard", "--scheduler-file", str(contact)
            )
        )
        wait_until(contact.exists)
        wait_until(lambda: contact.read_text(encoding="utf-8").endswith("}"))
        cluster = Cluster(json.loads(contact.read_text(encoding="utf-8"))["address"], notes)
        options = (
            "--nthreads",
            "1",
            "--no-nanny",
            "--no-dashboard",
            "--preload",
            "noting",
            "--local-directory",
            str(folder),
        )
        cluster.workers += [kept(start("dask_worker", cluster.address, *options)) for _ in range(workers)]
        if protocol == "tcp":
            with Client(cluster.address, set_as_default=False) as client:
                client.wait_for_workers(workers, timeout=60)
        yield cluster


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with started(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    rows = ({"id": number, "text": f"全年调解纠纷{number}件。举办宪法宣传活动{number}场。"} for number in range(40_000))
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_cluster_gives_what_one_process_gives_and_gets_the_model_once(
    cluster: Cluster, run: Run, table: Path, tmp_path: Path
) -> None:
    for name, options in {"one": [], "cluster": ["--scheduler", cluster.address]}.items():
        finished = run("classify", str(table), "-o", str(tmp_path / f"{name}.jsonl"), *options)
        assert finished.code == 0 and finished.errors == ""
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "cluster.jsonl").read_bytes()
    notes = cluster.notes.read_text(encoding="utf-8").split("\n")[:-1]
    for worker in cluster.workers:
        assert notes.count(f"read {worker.pid}") == 1
        # Once, or twice where a busy scheduler sends a copy that is on its way already; never with each of ten chunks.
        assert 1 <= notes.count(f"arrived {worker.pid}") <= 2


def test_a_worker_that_is_killed_loses_nothing(run: Run, model: Model, table: Path, tmp_path: Path) -> None:
    save_model(model, tmp_path / "model")
    target, partial = tmp_path / "out.jsonl", tmp_path / ".out.jsonl.partial"
    assert run("classify", str(table), "-o", str(tmp_path / "one.jsonl"), "--model", str(tmp_path / "model")).code == 0
    with started(tmp_path) as own:
        command = [sys.executable, "-m", "classifier", "classify", str(table), "-o", str(target)]
        command += ["--model", str(tmp_path / "model"), "--scheduler", own.address]
        with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT) as process:
            wait_until(lambda: (partial.exists() and partial.stat().st_size > 0) or process.poll() is not None)
            assert not target.exists(), "it was done before a worker could be killed"
            own.workers[0].send_signal(signal.SIGKILL)
            _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    assert target.read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def test_an_encrypted_cluster_is_used_with_its_certificates(run: Run, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "own.pem")
    names = {f"DASK_DISTRIBUTED__COMM__TLS__{who}__CERT": "own.pem" for who in ("CLIENT", "SCHEDULER", "WORKER")}
    names |= {name.replace("CERT", "KEY"): file for name, file in names.items()}
    names["DASK_DISTRIBUTED__COMM__TLS__CA_FILE"] = "authority.pem"
    environment = {name: str(tmp_path / file) for name, file in names.items()}
    path = tmp_path / "in.csv"
    path.write_text("text\n全年调解纠纷三百件。\n", encoding="utf-8")
    command = [sys.executable, "-m", "classifier", "classify", str(path), "--scheduler"]
    with started(tmp_path, "tls", 1, **environment) as own:
        assert own.address.startswith("tls://")
        refused = run("classify", str(path), "--scheduler", own.address)
        assert refused.code == 1 and "no Dask scheduler answers" in refused.errors
        variables = os.environ | environment
        finished = subprocess.run([*command, own.address], env=variables, cwd=ROOT, capture_output=True, check=False)
    assert finished.returncode == 0 and b"mediation" in finished.stdout


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:8786", "not an address"),
        ("http://127.0.0.1:8786", "not an address"),
        ("tcp://192.0.2.7:8786", "unencrypted; use tls://"),
        ("tcp://cluster.example:8786", "unencrypted; use tls://"),
        ("tcp://127.0.0.1:9", "no Dask scheduler answers"),
    ],
)
def test_a_scheduler_that_cannot_be_used_is_named(
    address: str, said: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classifier.cluster._SECONDS_TO_CONNECT", 1)
    (tmp_path / "in.csv").write_text("text\n全年调解纠纷三百件。\n", encoding="utf-8")
    finished = run("classify", str(tmp_path / "in.csv"), "--scheduler", address)
    assert finished.code == 1 and said in finished.errors and len(finished.errors.splitlines()) == 1


def test_addresses_of_this_machine_and_allowed_ones_need_no_encryption() -> None:
    for address in ("tcp://127.0.0.1:1", "tcp://localhost:1", "tcp://[::1]:1", "tls://192.0.2.7:1"):
        _check_address(address, allow_unencrypted=False)
    _check_address("tcp://192.0.2.7:1", allow_unencrypted=True)


def test_a_worker_of_another_version_refuses_work(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    from classifier import InputError

    sent = _ModelInMemory(b"")
    monkeypatch.setattr("classifier.cluster.VERSION", "99")
    with pytest.raises(InputError, match="install the same version on all"):
        sent.get()
