"""Outreach campaigns, their steps, accounts, recipients and clocks."""

from collections.abc import Sequence

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Tables come with the slice."""


def downgrade() -> None:
    """Nothing yet."""
