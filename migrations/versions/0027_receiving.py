"""What comes back to a mailbox."""

from collections.abc import Sequence

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Tables come with the slice."""


def downgrade() -> None:
    """Nothing yet."""
