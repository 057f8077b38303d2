from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base


class ServiceFigures(Base):
    """The latest measurement of the whole installation: sums only, nothing of any tenant."""

    __tablename__ = "service_figures"
    name: Mapped[str] = mapped_column(primary_key=True)  # 'latest'
    measured_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]
