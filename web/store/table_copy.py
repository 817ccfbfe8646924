"""All rows of a database, copied into the empty tables of another one and compared there."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from sqlalchemy import Row, func, insert, inspect, select
from sqlalchemy.engine import Connection

import web.account_tables
import web.tables  # noqa: F401  (so that the base knows them)
from web.table_base import Table

_AT_ONCE = 500


def count_rows(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has; those of an older revision may lack some tables."""
    there = set(inspect(connection).get_table_names())
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in Table.metadata.sorted_tables
        if table.name in there
    }


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy every row of every table; both have the newest revision, and the target has no rows yet."""
    for table in Table.metadata.sorted_tables:
        found = source.execution_options(yield_per=_AT_ONCE).execute(select(table))
        for rows in found.mappings().partitions():
            target.execute(insert(table), [dict(row) for row in rows])
    if target.dialect.name == "postgresql":
        _go_on_counting(target)


def differing_tables(one: Connection, other: Connection) -> list[str]:
    """Return the names of the tables whose rows are not the same in two databases, value by value."""
    return [
        table.name
        for table in Table.metadata.sorted_tables
        if any(here != there for here, there in zip_longest(_rows(one, table), _rows(other, table)))
    ]


def _rows(connection: Connection, table: Any) -> Iterator[Row[Any]]:
    query = select(table).order_by(*table.primary_key.columns)
    yield from connection.execution_options(yield_per=_AT_ONCE).execute(query)


def _go_on_counting(connection: Connection) -> None:
    """Let new rows be numbered after the copied ones; SQLite does so by itself."""
    for table in Table.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(select(func.setval(sequence, func.max(column))).having(func.max(column).is_not(None)))
