"""The commands of the web application: a server that starts, says where it is and stops; accounts; Makefile and help."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from conftest import Finished
from paths import ROOT

from classifier.settings import HOME_VARIABLE
from web import WebSettings
from web.commands import serve
from web.database import Database
from web.permissions import ROLES
from web.serving import address_of, is_open_to_others
from web.settings import DATABASE_VARIABLE, described_settings
from web.store.users import get_user, has_accounts, list_tokens, list_users, user_of_token

Run = Callable[..., Finished]
PASSWORD = "correct horse"
_ENOUGH = 90.0


@contextmanager
def serving(home: Path, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Start a server as users do, on a free port, with warnings as errors; it is ended at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "classifier", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, HOME_VARIABLE: str(home), **environment},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def address(process: subprocess.Popen[str]) -> str:
    """Wait for the line that says where the server is."""
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(r"serving (http://[^ ]+/) \(Ctrl-C stops it\)\n", line)
    assert found, line or process.communicate()[1]
    return found[1]


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=_ENOUGH)
    return process.returncode, output, errors


def database(home: Path) -> Database:
    return Database(f"sqlite:///{home / 'policy-themes.sqlite'}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_server_says_where_it_is_answers_and_stops_cleanly(home_folder: Path, number: signal.Signals) -> None:
    with serving(home_folder, "--port", "0") as process:
        place = address(process)
        with urlopen(f"{place}healthz") as answer:
            assert answer.status == 200 and b'"status":"ok"' in answer.read()
            assert "Server" not in answer.headers
        process.send_signal(number)
        assert ended(process) == (0, "stopped\n", "")


def test_an_impatient_second_signal_changes_nothing(home_folder: Path) -> None:
    with serving(home_folder, "--port", "0") as process:
        address(process)
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(0.02)
        assert ended(process) == (0, "stopped\n", "")


def test_ctrl_c_reaches_a_server_that_was_started_in_the_background(home_folder: Path) -> None:
    # A shell lets what it starts with & ignore Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with serving(home_folder, "--port", "0") as process:
            signal.signal(signal.SIGINT, before)
            address(process)
            process.send_signal(signal.SIGINT)
            assert ended(process)[0] == 0
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_first_start_says_that_it_trains_and_imports_the_seeds(new_home: Path, tmp_path: Path) -> None:
    # A data folder in which the trained model cannot be found: as long as training takes, nothing is served.
    with serving(tmp_path / "home", "--port", "0") as process:
        place = address(process)
        with urlopen(f"{place}api/v1/mix") as answer:
            assert b'"labelled":14' in answer.read().replace(b" ", b"")
        process.send_signal(signal.SIGINT)
        code, _, errors = ended(process)
    assert code == 0 and errors.count("training the model") == 1 and len(errors.splitlines()) == 1


def test_a_port_in_use_is_said_at_once_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with serving(tmp_path / "home", "--port", str(port)) as process:
            code, output, errors = ended(process)
    assert (code, output) == (1, "")
    assert errors == (
        f"policy-themes: port {port} of 127.0.0.1 is in use; stop what uses it, or choose another one with --port "
        "(0 takes a free one)\n"
    )


UNREACHABLE = [
    (["--host", "no.such.host.invalid"], 2, "no account yet"),
    (["--host", "0.0.0.0"], 2, "policy-themes users add NAME --role administrator"),
    (["--host", "::"], 2, "no account yet"),
    (["--trusted-host", "themes.example"], 2, "no account yet"),
    (["--trusted-proxy", "127.0.0.1"], 2, "no account yet"),
    (["--port", "65536"], 2, "65536"),
    (["--threads", "0"], 2, "--threads"),
    (["--database", "nonsense"], 1, "use sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"),
    (["--database", "postgresql+psycopg://u:geheim@127.0.0.1:1/x"], 1, "cannot be opened"),
    (["--database", "sqlite:////proc/nowhere/x.sqlite"], 1, "/proc/nowhere"),
]


@pytest.mark.usefixtures("home_folder")
@pytest.mark.parametrize(("arguments", "code", "message"), UNREACHABLE, ids=[" ".join(row[0]) for row in UNREACHABLE])
def test_what_cannot_be_served_is_refused_with_what_to_do(arguments: list[str], code: int, message: str, run: Run) -> None:
    finished = run("serve", "--port", "0", *arguments)
    assert (finished.code, finished.output) == (code, "")
    assert message in finished.errors and "geheim" not in finished.errors and "Traceback" not in finished.errors
    assert code == 2 or len(finished.errors.splitlines()) == 1


def test_with_an_account_a_server_listens_to_others(home_folder: Path, run: Run) -> None:
    add(run, "wang", "administrator")
    with serving(home_folder, "--port", "0", "--host", "0.0.0.0") as process:
        port = address(process).rpartition(":")[2]
        with urlopen(f"http://127.0.0.1:{port}healthz") as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert ended(process)[0] == 0
    finished = run("serve", "--host", "no.such.host.invalid")
    assert finished.code == 1 and "no such address; give one of this machine" in finished.errors
    finished = run("serve", "--host", "203.0.113.7", "--port", "0")
    assert finished.code == 1 and "not an address of this machine" in finished.errors


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (WebSettings(), False),
        (WebSettings(host="localhost"), False),
        (WebSettings(host="::1"), False),
        (WebSettings(host="127.8.8.8"), False),
        (WebSettings(host="0.0.0.0"), True),
        (WebSettings(host="10.0.0.4"), True),
        (WebSettings(host="office"), True),
        (WebSettings(trusted_hosts=("office",)), True),
        (WebSettings(trusted_proxy="127.0.0.1"), True),
    ],
)
def test_a_server_is_open_to_others_by_its_address_a_name_or_a_proxy(settings: WebSettings, expected: bool) -> None:
    assert is_open_to_others(settings) is expected
    assert address_of("::1", 80) == "http://[::1]:80/"


def add(run: Run, name: str, role: str = "annotator") -> Finished:
    arguments = ("users", "add", name, "--role", role, "--password-file", "-")
    finished = run(*arguments, standard_input=f"{PASSWORD}\n".encode())
    assert finished.code == 0, finished.errors
    return finished


def test_accounts_are_added_listed_changed_and_closed(home_folder: Path, run: Run) -> None:
    assert add(run, "王芳", "administrator").output == "王芳: added as administrator\n"
    assert add(run, "li").errors == ""
    assert run("users", "role", "li", "viewer").output == "li: viewer\n"
    assert run("users", "disable", "li").output == "li: disabled\n"
    lines = [line.split("\t") for line in run("users", "list").output.splitlines()]
    assert [line[:3] for line in lines] == [["li", "viewer", "disabled"], ["王芳", "administrator", "open"]]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", line[3]) for line in lines)
    assert run("users", "enable", "li").output == "li: open\n"
    with database(home_folder).reading() as session:
        before = get_user(session, "li").password
        assert before.startswith("$argon2id$") and PASSWORD not in before
    changed = run("users", "set-password", "li", "--password-file", "-", standard_input="另一个很长的密码十字\n".encode())
    assert changed.code == 0
    with database(home_folder).reading() as session:
        assert get_user(session, "li").password != before


def test_the_first_account_that_administers_nothing_is_said(home_folder: Path, run: Run) -> None:
    assert "no account is an administrator yet" in add(run, "li").errors
    with database(home_folder).reading() as session:
        assert has_accounts(session)


def test_a_token_is_printed_once_and_works(home_folder: Path, run: Run) -> None:
    add(run, "li")
    finished = run("users", "token", "li", "--name", "monthly import")
    assert finished.code == 0 and "only this once" in finished.errors
    token = finished.output.strip()
    own = database(home_folder)
    found = user_of_token(own, token)
    assert found is not None and found.name == "li"
    with own.reading() as session:
        kept = list_tokens(session, found.id)
    assert [entry.name for entry in kept] == ["monthly import"]
    assert token.encode() not in (home_folder / "policy-themes.sqlite").read_bytes()
    assert run("users", "token", "li", "--name", "monthly import").code == 1
    run("users", "disable", "li")
    assert user_of_token(own, token) is None


MISTAKES = [
    (["add", "a b"], f"{PASSWORD}\n", 1, "'a b' is not allowed; use up to 64 letters"),
    (["add", "n" * 65], f"{PASSWORD}\n", 1, "is not allowed"),
    (["add", "local"], f"{PASSWORD}\n", 1, "has a meaning of its own"),
    (["add", "LI"], f"{PASSWORD}\n", 1, "There is an account li already"),
    (["add", "ｌｉ"], f"{PASSWORD}\n", 1, "There is an account li already"),
    (["add", "wang"], "short\n", 1, "too short; use 10 characters or more"),
    (["add", "wang"], "aaaaaaaaaaaaaaa\n", 1, "too easy to guess"),
    (["add", "wang"], "x1y2" * 400 + "\n", 1, "too long; use 1000 characters or fewer"),
    (["add", "wang"], "", 1, "first line is empty"),
    (["add", "wang", "--role", "king"], f"{PASSWORD}\n", 2, "viewer"),
    (["set-password", "nobody"], f"{PASSWORD}\n", 1, "no account 'nobody'"),
    (["set-password", "li"], "short\n", 1, "too short"),
]


@pytest.mark.parametrize(("arguments", "typed", "code", "message"), MISTAKES, ids=[" ".join(row[0]) for row in MISTAKES])
def test_what_is_wrong_with_an_account_is_said(
    arguments: list[str], typed: str, code: int, message: str, home_folder: Path, run: Run
) -> None:
    add(run, "li")
    finished = run("users", *arguments, "--password-file", "-", standard_input=typed.encode())
    assert (finished.code, finished.output) == (code, "") and message in finished.errors
    with database(home_folder).reading() as session:
        assert [user.name for user in list_users(session)] == ["li"]


@pytest.mark.usefixtures("home_folder")
@pytest.mark.parametrize(
    "arguments", [["disable", "x"], ["enable", "x"], ["role", "x", "viewer"], ["token", "x", "--name", "t"]], ids=" ".join
)
def test_an_unknown_account_is_said_with_where_to_look(arguments: list[str], run: Run) -> None:
    finished = run("users", *arguments)
    assert finished.code == 1 and finished.errors.strip().endswith("no account 'x'; policy-themes users list shows all.")


@pytest.mark.usefixtures("home_folder")
def test_a_password_can_stand_in_a_file_but_not_on_the_command_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "password").write_bytes("\ufeffcorrect horse\r\nanything".encode())
    assert run("users", "add", "li", "--password-file", str(tmp_path / "password")).code == 0
    assert run("users", "add", "wang", PASSWORD).code == 2
    assert run("users", "add", "wang", "--password", PASSWORD).code == 2
    (tmp_path / "password").write_bytes("密码很长很长很长很长".encode("gb18030"))
    finished = run("users", "add", "wang", "--password-file", str(tmp_path / "password"))
    assert finished.code == 1 and "not UTF-8" in finished.errors
    assert "no terminal to type a password in" in run("users", "add", "wang").errors


def test_a_password_is_asked_for_twice_and_not_shown(home_folder: Path) -> None:
    process, terminal = pty.fork()
    if process == 0:
        os.environ[HOME_VARIABLE] = str(home_folder)
        os.execv(sys.executable, [sys.executable, "-m", "classifier", "users", "add", "li", "--role", "viewer"])
    shown = b""
    for prompt in (b"Password: ", b"The same again: "):
        while not shown.endswith(prompt):
            shown += os.read(terminal, 1024)
        os.write(terminal, f"{PASSWORD}\n".encode())
    while b"added as" not in shown:
        shown += os.read(terminal, 1024)
    os.close(terminal)
    os.waitpid(process, 0)
    assert PASSWORD.encode() not in shown and b"li: added as viewer" in shown


def test_the_database_can_be_named_by_an_option_or_the_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (f"sqlite:///{tmp_path / name}.sqlite" for name in ("one", "two"))
    monkeypatch.setenv(DATABASE_VARIABLE, one)
    add(run, "li")
    assert run("users", "list").output.startswith("li\t")
    assert run("users", "list", "--database", two).output == ""


def test_a_new_database_and_the_key_can_be_read_by_their_owner_alone(home_folder: Path) -> None:
    assert (home_folder / "secret.key").stat().st_mode & 0o777 == 0o600
    assert (home_folder / "policy-themes.sqlite").stat().st_mode & 0o777 == 0o600


def test_every_setting_role_and_option_is_documented() -> None:
    page = (ROOT / "docs" / "web.md").read_text(encoding="utf-8")
    for name, default, meaning in described_settings():
        shown = ("no", "yes")[default] if isinstance(default, bool) else default or ""
        assert f"| `{name}` | {shown} | {meaning} |" in page, name
    for role in ROLES:
        assert f"| `{role}` |" in page
    for option in serve.params:
        assert f"`{option.opts[0]}" in page, option.opts


def test_make_run_trains_shows_the_mix_and_serves() -> None:
    recipe = subprocess.run(["make", "-n", "run", "PORT=8123"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    steps = [line.split("/")[-1] for line in recipe.splitlines() if "policy-themes" in line]
    assert [step.split()[:2] for step in steps][-1] == ["policy-themes", "serve"] and "--port 8123" in recipe
    assert recipe.index("policy-themes train") < recipe.index("policy-themes mix") < recipe.index("policy-themes serve")
