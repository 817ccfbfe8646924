"""The quick way of saying yes says it only where the full validator would."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.api.acceptance import acceptance
from web.api.checking import RequestValidator
from web.api.parts import Schema, boolean, integer, list_of, one_of, or_null, record, text

SCHEMAS: list[Schema] = [
    record({"texts": list_of(text(maxLength=3), minItems=1, maxItems=2), "evidence": integer(minimum=0, maximum=5)}),
    record({"texts": list_of(text(maxLength=3)), "evidence": integer()}, optional=("evidence",), closed=True),
    record({"theme": one_of(("a", "b")), "evidence": boolean("")}, optional=("theme",)),
    record({"texts": or_null(text())}, closed=True),
    list_of(text(minLength=1), uniqueItems=True),
    list_of(text(pattern="^a")),
    {"anyOf": [{"type": "string"}]},
    {"type": ["string", "null"]},
    {"type": "object", "properties": {"texts": False}},
    {"type": "object"},
    {"type": "array"},
]
SINGLE = st.none() | st.booleans() | st.integers(-2, 7) | st.sampled_from([1.0, 0.5, "", "a", "b", "abcd", "普法"])
VALUES = st.recursive(
    SINGLE,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["texts", "evidence", "theme", "other"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@given(value=VALUES)
def test_what_is_quickly_accepted_is_valid(schema: Schema, value: Any) -> None:
    assert not acceptance(schema)(value) or RequestValidator(schema).is_valid(value)


def test_plain_requests_are_quickly_accepted() -> None:
    accepts = acceptance(SCHEMAS[1])
    assert accepts({"texts": ["普法"]}) and accepts({"texts": [], "evidence": 3})
    assert not accepts({"texts": ["普法"], "more": 1}) and not accepts({"evidence": 3}) and not accepts({"texts": [True]})
