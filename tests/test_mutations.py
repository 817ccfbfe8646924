"""The tables of `make mutations` fit the code: each guard stands where it is said to, and the test that holds it exists."""

import re

import pytest
from mutate import Guard, all_guards
from paths import ROOT

GUARDS = all_guards()


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.promise)
def test_a_guard_stands_once_where_its_table_says_and_has_its_test(guard: Guard) -> None:
    text = (ROOT / guard.file).read_text(encoding="utf-8")
    assert text.count(guard.old) == 1 and guard.new != guard.old, f"{guard.file} holds it {text.count(guard.old)} times"
    path, _, name = guard.test.partition("::")
    assert re.search(rf"^def {name.partition('[')[0]}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_no_guard_is_listed_twice() -> None:
    assert len({guard.promise for guard in GUARDS}) == len(GUARDS)
