"""Codebooks that were in use, and the version by which each label that holds was given."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "codebooks",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_codebooks")),
    )
    # Derived from the log: the next start fills them again.
    op.execute("DELETE FROM current_labels")
    with op.batch_alter_table("current_labels", schema=None) as batch_op:
        batch_op.add_column(sa.Column("codebook", sa.String(length=32), nullable=False))
        batch_op.add_column(sa.Column("secondary_open", sa.Boolean(), nullable=False))


def downgrade() -> None:
    """Take the tables back to the revision before."""
    with op.batch_alter_table("current_labels", schema=None) as batch_op:
        batch_op.drop_column("secondary_open")
        batch_op.drop_column("codebook")
    op.drop_table("codebooks")
