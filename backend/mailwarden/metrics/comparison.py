"""How much a figure changed against the period before, and when that cannot honestly be said. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mailwarden.metrics.settling import FigureState


class Meaning(StrEnum):
    COMPARABLE = "comparable"
    PROVISIONAL = "provisional"  # one side still moves, so the change will
    EMPTY_NOW = "empty_now"
    EMPTY_BEFORE = "empty_before"
    EMPTY = "empty"  # nothing was sent in either
    NOT_SHOWN = "not_shown"  # the period before lies, in part, outside of the history range


@dataclass(frozen=True, slots=True)
class Side:
    """One period: its counts and rates by name, how many campaigns, whether they stand still, whether all is shown."""

    values: Mapping[str, float | None]
    campaigns: int
    state: FigureState
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """``absolute`` is now − before: of a rate, in parts of 1. ``relative`` is null where before is 0 or unknown."""

    now: float | None
    before: float | None
    absolute: float | None
    relative: float | None


def change(now: float | None, before: float | None) -> Change:
    if now is None or before is None:
        return Change(now, before, None, None)
    return Change(now, before, now - before, (now - before) / before if before else None)


def meaning(now: Side, before: Side) -> Meaning:
    """The first that holds: a gap in what is shown says nothing about whether something was sent."""
    if not before.shown:
        return Meaning.NOT_SHOWN
    if not now.campaigns or not before.campaigns:
        if now.campaigns:
            return Meaning.EMPTY_BEFORE
        return Meaning.EMPTY_NOW if before.campaigns else Meaning.EMPTY
    if FigureState.SETTLED is not now.state or FigureState.SETTLED is not before.state:
        return Meaning.PROVISIONAL
    return Meaning.COMPARABLE


def compare(now: Side, before: Side) -> dict[str, Change]:
    """Of an empty side no number is made up: its counts are 0, its rates unknown, and no share of nothing exists."""
    found = meaning(now, before)
    if found in (Meaning.NOT_SHOWN, Meaning.EMPTY):
        return {name: Change(now.values[name], before.values[name], None, None) for name in now.values}
    return {name: change(_value(now, name), _value(before, name)) for name in now.values}


def _value(side: Side, name: str) -> float | None:
    value = side.values[name]
    return 0 if value is None and not side.campaigns and not name.endswith("_rate") else value
