"""Messages, their recipients, attempts to send them, and who gets no more mail."""

from collections.abc import Sequence

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Tables come with the slice."""


def downgrade() -> None:
    """Nothing yet."""
