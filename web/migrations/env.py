"""Alembic's entry: migrations run on the connection that `web.database.Database.upgrade` gives."""

from alembic import context

from web.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
