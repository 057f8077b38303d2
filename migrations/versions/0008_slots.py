"""Settings of mailbox slots, support bundles."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("mailbox_slots", sa.Column("last_connection_id", sa.Uuid(), nullable=True))
    op.add_column("mailbox_slots", sa.Column("reserved_by", sa.Uuid(), nullable=True))
    for name in ("reserved_until", "emptied_at"):
        op.add_column("mailbox_slots", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint("uq_mailbox_slots_org_id_connection_id", "mailbox_slots", ["org_id", "connection_id"])
    op.create_foreign_key(
        "fk_mailbox_slots_org_id_last_connection_id_connections",
        "mailbox_slots",
        "connections",
        ["org_id", "last_connection_id"],
        ["org_id", "id"],
        ondelete="SET NULL (last_connection_id)",
    )


def downgrade() -> None:
    op.drop_constraint("fk_mailbox_slots_org_id_last_connection_id_connections", "mailbox_slots", type_="foreignkey")
    op.drop_constraint("uq_mailbox_slots_org_id_connection_id", "mailbox_slots", type_="unique")
    for name in ("emptied_at", "reserved_until", "reserved_by", "last_connection_id"):
        op.drop_column("mailbox_slots", name)
