"""The span of a report, always in the account's time zone."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mailwarden_sandbox.klaviyo.errors import BadRequest

_SOURCE = {"pointer": "/data/attributes/timeframe"}
_LONGEST = timedelta(days=366)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _month(moment: datetime, back: int) -> datetime:
    """The first of the month, ``back`` months ago."""
    months = moment.year * 12 + moment.month - 1 - back
    return _midnight(moment).replace(year=months // 12, month=months % 12 + 1, day=1)


def _days(count: int) -> Any:
    return lambda now: (_midnight(now) - timedelta(days=count), now)


def _week(now: datetime) -> datetime:
    return _midnight(now) - timedelta(days=now.weekday())


_KEYS: dict[str, Any] = {
    "today": lambda now: (_midnight(now), now),
    "yesterday": lambda now: (_midnight(now) - timedelta(days=1), _midnight(now)),
    "this_week": lambda now: (_week(now), now),
    "last_7_days": _days(7),
    "last_week": lambda now: (_week(now) - timedelta(days=7), _week(now)),
    "this_month": lambda now: (_month(now, 0), now),
    "last_30_days": _days(30),
    "last_month": lambda now: (_month(now, 1), _month(now, 0)),
    "last_90_days": _days(90),
    "last_3_months": lambda now: (_month(now, 3), now),
    "last_365_days": _days(365),
    "last_12_months": lambda now: (_month(now, 12), now),
    "this_year": lambda now: (_midnight(now).replace(month=1, day=1), now),
    "last_year": lambda now: (
        _midnight(now).replace(year=now.year - 1, month=1, day=1),
        _midnight(now).replace(month=1, day=1),
    ),
}


def span(timeframe: Any, time_zone: str, now: float) -> tuple[float, float]:
    """Start (included) and end (not). Raises BadRequest."""
    zone = ZoneInfo(time_zone)
    if not isinstance(timeframe, dict):
        raise BadRequest("A timeframe is required.", _SOURCE)
    if key := timeframe.get("key"):
        if key not in _KEYS:
            raise BadRequest(f"'{key}' is not a valid timeframe.", _SOURCE)
        start, end = _KEYS[key](datetime.fromtimestamp(now, zone))
        return start.timestamp(), end.timestamp() + (1 if end.timestamp() >= now else 0)
    start, end = _local(timeframe.get("start"), zone), _local(timeframe.get("end"), zone)
    if not timedelta(0) < end - start <= _LONGEST:
        raise BadRequest("The timeframe must end after it starts and cannot be longer than one year.", _SOURCE)
    return start.timestamp(), end.timestamp()


def _local(text: Any, zone: ZoneInfo) -> datetime:
    """An offset in the request is ignored, as Klaviyo does."""
    try:
        return datetime.fromisoformat(str(text)).replace(tzinfo=zone)
    except ValueError as error:
        raise BadRequest(f"{text!r} is not a date-time.", _SOURCE) from error
