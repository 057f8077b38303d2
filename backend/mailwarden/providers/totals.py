"""Totals as a provider states them by another way than the one that figures are read by, for comparison with ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from mailwarden.providers.base import Api, Figures


@dataclass(frozen=True, slots=True)
class TotalsSpan:
    """Send times from ``start`` on and before ``end``; ``known`` are the campaigns that we hold of it."""

    start: datetime
    end: datetime
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class TotalsRequest:
    """Spans follow each other without gap. ``names`` tells campaigns by name, where a provider knows no ids."""

    spans: Sequence[TotalsSpan]
    names: dict[str, frozenset[str]]
    time_zone: str

    @property
    def start(self) -> datetime:
        return self.spans[0].start

    @property
    def end(self) -> datetime:
        return self.spans[-1].end


@dataclass(frozen=True, slots=True)
class StatedGroup:
    """Figures that the provider states for these campaigns together. None of them known to us: ``span`` says when.

    ``campaigns`` None: for everything of the span, without saying which.
    """

    campaigns: frozenset[str] | None
    figures: Figures
    span: TotalsSpan


@dataclass(frozen=True, slots=True)
class StatedTotals:
    """``repeats``: counts of people that the provider adds up over calendar months, so that one may count twice."""

    groups: tuple[StatedGroup, ...]
    metrics: tuple[str, ...]
    repeats: frozenset[str] = frozenset()


@runtime_checkable
class StatesTotals(Protocol):
    async def totals(self, api: Api, asked: TotalsRequest) -> StatedTotals: ...
