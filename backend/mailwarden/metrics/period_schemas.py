"""Figures over time: series, summary, and how they compare with the period before."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from mailwarden.core.api import Wire
from mailwarden.metrics.comparison import Meaning
from mailwarden.metrics.days import Interval
from mailwarden.metrics.schemas import DataAge, FiguresOut
from mailwarden.metrics.settling import FigureState

STATE = (
    "provisional: figures still move; unconfirmed: they should stand still, but were not read since; settled: they do."
)


class Point(Wire):
    """Campaigns sent on these days of the organization's time zone."""

    first_day: date
    last_day: date
    starts_at: datetime
    whole: bool = Field(description="False where the range cuts a week or month short.")
    campaigns: int
    figures: FiguresOut
    state: FigureState = Field(description=STATE)
    provisional_until: datetime | None = Field(description="Null where nothing was sent.")


class Period(Wire):
    first_day: date | None
    last_day: date | None
    campaigns: int
    figures: FiguresOut
    state: FigureState = Field(description=STATE)
    provisional_until: datetime | None
    shown: bool = Field(description="False where part of it lies outside of the history range, or was not read yet.")


class ChangeOut(Wire):
    now: float | None
    before: float | None
    absolute: float | None = Field(description="now - before; of a rate in parts of 1.")
    relative: float | None = Field(description="(now - before) / before; null where before is 0 or unknown.")


class Comparison(Wire):
    """With the period of equal length right before."""

    previous: Period
    meaning: Meaning = Field(description="Whether the changes mean something, and if not why.")
    changes: dict[str, ChangeOut] = Field(description="By figure, counts and rates.")


class ProviderSettling(Wire):
    """What is known of a provider's figures besides their values."""

    provider: str
    label: str
    settle_days: int = Field(description="Days after sending on which figures still move.")
    settle_why: str
    machines: Literal["excluded", "included", "unknown"] = Field(
        description="Opens and clicks by programs, within the counts."
    )
    machines_why: str


class Series(Wire):
    first_day: date
    last_day: date
    interval: Interval
    time_zone: str = Field(description="The organization's; its days, weeks (from Monday) and months are counted.")
    known_on: date | None = Field(description="Figures as they were known at the end of this day; null: now.")
    points: list[Point]
    total: Period
    previous_points: list[Point]
    comparison: Comparison | None
    providers: list[ProviderSettling]
    data_age: list[DataAge]


class Summary(Wire):
    """Figures of all campaigns sent in the range, as last observed."""

    sent_from: datetime | None
    sent_to: datetime | None
    time_zone: str
    campaigns: int
    figures: FiguresOut
    state: FigureState = Field(description=STATE)
    provisional_until: datetime | None
    comparison: Comparison | None = Field(description="Null without both ends of the range.")
    providers: list[ProviderSettling]
    data_age: list[DataAge]
