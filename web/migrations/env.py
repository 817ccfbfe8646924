"""Alembic's entry: migrations run on the connection that `web.database.Database.upgrade` gives."""

from alembic import context

import web.account_tables
import web.tables  # noqa: F401  (so that the base knows them)
from web.table_base import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
