"""What an export may be, and how long it lives."""

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Format = Literal["csv", "pdf"]
ReportName = Literal["dashboard", "campaigns", "sync_history", "deliverability", "alerts"]
Status = Literal["queued", "running", "ready", "failed", "cancelled", "expired"]
OPEN = ("queued", "running")
MEDIA = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}
# Rows up to which the file is the answer itself (Q29). Laying out a page costs a second for five hundred of them.
AT_ONCE: dict[str, int] = {"csv": 10_000, "pdf": 500}
LINK_LIVES = timedelta(hours=24)
LONGEST = timedelta(hours=6)  # what takes longer, its workers included, is given up
OPEN_AT_MOST = 3  # of one organization


def is_small(format: str, rows: int) -> bool:
    return rows <= AT_ONCE[format]


def file_name(report: str, format: str, at: datetime, zone: ZoneInfo) -> str:
    """The day is the organization's."""
    return f"{report.replace('_', '-')}-{at.astimezone(zone):%Y-%m-%d}.{format}"
