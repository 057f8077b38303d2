"""Until when figures may still move, and whether what we hold is what they became. Pure.

``provisional``: so short after sending they still move. ``settled``: they were read once more after that.
``unconfirmed``: they should stand still by now, but nobody has read them since; a broken connection, for instance.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from mailwarden.providers.catalog import load


class FigureState(StrEnum):
    PROVISIONAL = "provisional"
    UNCONFIRMED = "unconfirmed"
    SETTLED = "settled"


def settle_time(provider: str) -> timedelta:
    spec = load()[provider].figures
    return timedelta(days=spec.settle_days) if spec else timedelta()


def provisional_until(sent_at: datetime, provider: str) -> datetime:
    return sent_at + settle_time(provider)


def is_settled(until: datetime | None, read_at: datetime | None) -> bool:
    return until is not None and read_at is not None and read_at >= until


def state(until: datetime, read_at: datetime | None, now: datetime) -> FigureState:
    """``until`` is when the figures come to rest, ``read_at`` when they were last read in full."""
    if now < until:
        return FigureState.PROVISIONAL
    return FigureState.SETTLED if is_settled(until, read_at) else FigureState.UNCONFIRMED


def worst(states: Iterable[FigureState]) -> FigureState:
    """Of a sum: it moves if one of its parts does. Of nothing: it stands still."""
    found = set(states)
    return next((one for one in FigureState if one in found), FigureState.SETTLED)
