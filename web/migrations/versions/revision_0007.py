"""Of each kind of job at most one is open, whoever asks at the same moment."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OPEN = "state IN ('waiting', 'running')"


def upgrade() -> None:
    """Bring the tables to this revision."""
    # Whoever brings the tables up to date has no job running; two of a kind could be there from before this rule.
    op.execute(
        "UPDATE jobs SET state = 'failed' WHERE state IN ('waiting', 'running') "
        "AND id NOT IN (SELECT max(id) FROM jobs WHERE state IN ('waiting', 'running') GROUP BY kind)"
    )
    op.create_index(
        "ix_jobs_open", "jobs", ["kind"], unique=True, sqlite_where=sa.text(_OPEN), postgresql_where=sa.text(_OPEN)
    )


def downgrade() -> None:
    """Bring the tables back to the revision before."""
    op.drop_index("ix_jobs_open", table_name="jobs")
