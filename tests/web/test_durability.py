"""A server that is killed at whatever it is doing: what it has acknowledged is there once, and nothing is there in part."""

from pathlib import Path

from benchmarks.kill_rounds import kill_rounds

ROUNDS = 6  # `make durability` does two hundred.


def test_a_server_that_is_killed_while_labels_are_written_loses_none_and_doubles_none(home_folder: Path) -> None:
    found = kill_rounds(home_folder, ROUNDS)
    assert found.problems == []
    assert found.rounds == ROUNDS and found.acknowledged > ROUNDS and found.sent_again
