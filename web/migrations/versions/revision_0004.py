"""Two pools of labels, and the order in which labels are suspected."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision; the model in use is measured anew, which tells the labels that are suspected."""
    # Added as they are: SQLite would refuse to make a table anew that others refer to.
    op.add_column("audit_samples", sa.Column("labels_through", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE audit_samples SET labels_through = "
        "(SELECT coalesce(max(labels.id), 0) FROM labels WHERE labels.made_at <= audit_samples.drawn_at)"
    )
    op.add_column("held_out_predictions", sa.Column("suspicion", sa.Integer(), nullable=True))
    op.execute("DELETE FROM held_out_predictions")
    op.execute("UPDATE models SET evaluation = NULL WHERE state = 'current'")
