"""What is published of support (M4-M8)."""

from datetime import datetime, timedelta

from mailwarden.core.runtime import Config
from mailwarden.support.files import LARGEST, LARGEST_TOGETHER, MOST, SUFFIXES
from mailwarden.support.rules import ANSWER, CLOSES, OPENS, URGENCIES, URGENT_ANSWER, ZONE, hours_at
from mailwarden.support.schemas import SupportOut, UrgencyOut

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]


def support_out(config: Config, now: datetime) -> SupportOut:
    hours = hours_at(now)
    return SupportOut(
        address=config.support_address,
        chat_url=config.support_chat_url,
        answer_within_hours=ANSWER // timedelta(hours=1),
        urgent_answer_within_hours=URGENT_ANSWER // timedelta(hours=1),
        urgencies=[UrgencyOut(code=code, label=label) for code, label in URGENCIES.items()],
        zone=ZONE.key,
        zone_abbreviation=f"{now.astimezone(ZONE):%Z}",
        opens=f"{OPENS:%H:%M}",
        closes=f"{CLOSES:%H:%M}",
        days=DAYS,
        open_now=hours.open_now,
        changes_at=hours.changes_at,
        files_most=MOST,
        file_largest=LARGEST,
        files_largest=LARGEST_TOGETHER,
        file_types=list(SUFFIXES),
    )
