"""A report: typed columns over rows that the page's own query finds."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Select, cast, func, select

from mailwarden.core.api import Wire
from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Runtime
from mailwarden.exports.chart import Chart
from mailwarden.exports.columns import Column
from mailwarden.exports.rules import ReportName

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at an organization's data: where, when, and in which time zone its days begin."""

    rt: Runtime
    tx: UnitOfWork
    org_id: UUID
    now: datetime
    zone: ZoneInfo


class Report(Protocol):
    """``filters`` is made of the page's own parameters (``filters.py``); all methods take an instance of it."""

    @property
    def name(self) -> ReportName: ...

    @property
    def title(self) -> str: ...

    @property
    def permission(self) -> str:
        """That of the page."""
        ...

    @property
    def filters(self) -> type[Wire]: ...

    @property
    def columns(self) -> Sequence[Column]: ...

    async def count(self, reading: Reading, wanted: Any) -> int: ...

    def batches(self, reading: Reading, wanted: Any) -> AsyncIterator[Sequence[Any]]:
        """In the page's order; no more than ``BATCH`` rows are held."""
        ...

    async def chart(self, reading: Reading, wanted: Any) -> Chart | None: ...

    async def told(self, reading: Reading, wanted: Any) -> list[tuple[str, str]]:
        """Range and filters in words, for paper."""
        ...


async def count_of(reading: Reading, statement: Select[Any]) -> int:
    counted = select(func.count()).select_from(statement.order_by(None).subquery())
    return (await reading.tx.session.scalars(counted)).one()


async def streamed(reading: Reading, statement: Select[Any]) -> AsyncIterator[Sequence[Any]]:
    """By a cursor of the server: sorted once, one state of the data from first to last, and little held at a time."""
    result = await reading.tx.session.stream(statement.execution_options(yield_per=BATCH))
    async for rows in result.partitions(BATCH):
        yield rows


def day_of(reading: Reading, at: ColumnElement[Any]) -> ColumnElement[date]:
    """Of the organization's calendar."""
    return cast(func.timezone(str(reading.zone), at), Date)
