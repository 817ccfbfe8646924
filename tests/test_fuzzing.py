"""Whatever a file holds, it is read whole or refused: what the fuzzer has found, and mutations of valid files."""

import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from flask.testing import FlaskClient
from fuzz_targets import NAMES, READERS, api, check_places, corpus_of, seeds
from hypothesis import given, settings
from hypothesis import strategies as st
from paths import ROOT

from classifier import Document, InputError, read_units

CORPUS = ROOT / "tests" / "corpus"
SEEDS = seeds()
ROUNDS = 12


def mutated(data: bytes, seed: int) -> bytes:
    """Return data with a few bytes changed, left out, doubled or put elsewhere; the same for the same seed."""
    draw = random.Random(seed)
    made = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        at, length = draw.randrange(len(made) + 1), draw.choice((1, 1, 2, 4, 16, 200))
        changes: tuple[Callable[[], bytes], ...] = (
            lambda n=length: draw.randbytes(n),  # type: ignore[misc]
            lambda: b"",
            lambda a=at, n=length: bytes(made[a : a + n]) * 2,  # type: ignore[misc]
            lambda: draw.choice((b"\0", b"\xff\xff\xff\xff", b"<", b"&#0;", b"\n", b'"', b"-1", b"99999999999999999999")),
        )
        made[at : at + length] = draw.choice(changes)()
    return bytes(made)


@pytest.mark.parametrize("name", READERS)
def test_mutated_files_are_read_whole_or_refused(name: str) -> None:
    for number, data in enumerate(SEEDS[name]):
        READERS[name](data)
        for seed in range(ROUNDS // len(SEEDS[name]) + 1):
            READERS[name](mutated(data, 1000 * number + seed))


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=15)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_read_whole_or_refused(name: str, data: bytes) -> None:
    READERS[name](data)


@settings(max_examples=150)
@given(st.text(max_size=300), st.lists(st.tuples(st.integers(0, 300), st.integers(1, 12)), max_size=4))
def test_any_text_is_divided_without_loss(text: str, headings: list[tuple[int, int]]) -> None:
    with suppress(InputError):  # There may be no paragraph in it.
        check_places(read_units(Document("a", text, headings=tuple(sorted(dict(headings).items())))))


@pytest.mark.parametrize("name", READERS)
def test_what_the_fuzzer_has_found_stays_mended(name: str) -> None:
    for path in corpus_of(CORPUS / name):
        try:
            READERS[name](path.read_bytes())
        except Exception as error:
            error.add_note(f"while reading {path}")
            raise


def test_bodies_that_the_fuzzer_has_found_are_answered(client: FlaskClient) -> None:
    send = api(client)
    for path in corpus_of(CORPUS / "api"):
        send(path.read_bytes())
    for data in SEEDS["api"]:
        for seed in range(ROUNDS):
            send(mutated(data, seed))


def test_the_corpus_is_small_and_belongs_to_targets() -> None:
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} <= set(NAMES) and all(path.parent.parent == CORPUS for path in files)
    assert sum(path.stat().st_size for path in files) < 300_000
