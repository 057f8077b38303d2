"""What a report shows: typed columns. A file's writer decides how a value of a unit looks in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

Cell = str | int | float | bool | datetime | None


class Unit(StrEnum):
    TEXT = "text"
    WORD = "word"  # text of ours: short, and never wrapped in the middle
    COUNT = "count"
    SHARE = "share"  # 0..1, shown as a percentage
    NUMBER = "number"
    SECONDS = "seconds"
    YES_NO = "yes_no"
    TIME = "time"

    @property
    def is_number(self) -> bool:
        return self in (Unit.COUNT, Unit.SHARE, Unit.NUMBER, Unit.SECONDS)


SIGNS = {Unit.SHARE: "%", Unit.SECONDS: "s"}


@dataclass(frozen=True, slots=True)
class Column:
    """``wide``: its part of the page's width; ``value`` takes a row of the report."""

    title: str
    unit: Unit
    value: Callable[[Any], Cell]
    wide: float = 1.0
    csv_only: bool = False  # ids and the like, for which paper has no room
    short: str | None = None  # its title on paper

    @property
    def head(self) -> str:
        sign = SIGNS.get(self.unit)
        return f"{self.title} ({sign})" if sign else self.title

    @property
    def short_head(self) -> str:
        return self.short or self.title


def cells(columns: Sequence[Column], row: Any) -> list[Cell]:
    return [column.value(row) for column in columns]


def plain(unit: Unit, value: Cell, zone: ZoneInfo) -> str | int | float | None:
    """For programs and spreadsheets: times with their offset, numbers as numbers, nothing for what is not known."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return round(value * 100, 4) if unit is Unit.SHARE else round(value, 4)
    return value


def shown(unit: Unit, value: Cell, zone: ZoneInfo) -> str:
    """For readers: a dash for what is not known."""
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if unit is Unit.SHARE:
        return f"{value * 100:.1f} %"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
