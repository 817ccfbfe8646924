"""Settled units that are planted into the review queues."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "planted_units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("annotator", sa.String(length=64), nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.Column("planted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["paragraph_id"], ["paragraphs.id"], name=op.f("fk_planted_units_paragraph_id_paragraphs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planted_units")),
    )
    op.create_index(op.f("ix_planted_units_annotator"), "planted_units", ["annotator"])
