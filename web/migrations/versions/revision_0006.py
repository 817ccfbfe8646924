"""Groups of copied paragraphs, and the keys by which copies are found."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table(
        "copy_keys",
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("paragraph_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["paragraph_id"], ["paragraphs.id"], name=op.f("fk_copy_keys_paragraph_id_paragraphs")),
        sa.PrimaryKeyConstraint("key", "paragraph_id", name=op.f("pk_copy_keys")),
    )
    with op.batch_alter_table("paragraphs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copy_group", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_paragraphs_copy_group"), ["copy_group"], unique=False)


def downgrade() -> None:
    """Bring the tables back to the revision before."""
    with op.batch_alter_table("paragraphs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paragraphs_copy_group"))
        batch_op.drop_column("copy_group")
    op.drop_table("copy_keys")
