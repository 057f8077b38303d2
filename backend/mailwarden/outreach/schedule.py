"""On which days and at what hours a campaign sends, and on whose clock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from mailwarden.core.api import Wire
from mailwarden.mailboxes.settings import Days, TimeOfDay, Weekday
from mailwarden.outreach.times.rules import Window, opens_at

RECIPIENT: Final = "recipient"
ORGANIZATION: Final = "organization"


def known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as exc:
        raise ValueError("not a time zone of the IANA database") from exc
    return name


def _whose(name: str) -> str:
    return name if name in (RECIPIENT, ORGANIZATION) else known_zone(name)


EndOfDay = Annotated[
    str,
    StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"),
    Field(description="Local time at which sending ends; 24:00: at the end of the day.", examples=["17:00"]),
]
WhoseZone = Annotated[
    str,
    AfterValidator(_whose),
    Field(
        description="`recipient`: each one's own zone, else the organization's; `organization`; or an IANA name.",
        examples=["recipient"],
    ),
]


class Schedule(Wire):
    """Where clocks change, a window opens once a day: after the gap, or with the first of the hour that comes twice."""

    model_config = ConfigDict(populate_by_name=True)

    days: Days = Field(default_factory=lambda: list(Weekday)[:5])
    begins: TimeOfDay = Field("09:00", alias="from")
    ends: EndOfDay = Field("17:00", alias="until")
    zone: WhoseZone = ORGANIZATION

    @model_validator(mode="after")
    def hours_are_in_order(self) -> "Schedule":
        if self.begins >= self.ends:
            raise ValueError("from must be before until")
        return self

    def stored(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)

    def zone_of(self, recipients: str | None, organizations: str) -> ZoneInfo:
        """A zone that is no longer in the database of zones is the organization's."""
        name = (recipients or organizations) if self.zone == RECIPIENT else self.zone
        return _zone(organizations if name == ORGANIZATION else name, organizations)

    def opens(self, zone: ZoneInfo, now: datetime) -> datetime | None:
        """The first moment from ``now`` on at which it sends to somebody in ``zone``."""
        return opens_at(Window(frozenset(self.days), self.begins, self.ends), zone, now)


def schedule_of(stored: Mapping[str, Any]) -> Schedule:
    return Schedule.model_validate(stored)


def _zone(name: str, otherwise: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(otherwise)
