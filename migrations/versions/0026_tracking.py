"""Links and what became of them."""

from collections.abc import Sequence

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Tables come with the slice."""


def downgrade() -> None:
    """Nothing yet."""
