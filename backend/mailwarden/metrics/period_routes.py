from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from mailwarden.accounts.caller import DataReader
from mailwarden.core.api import Reader, Rt, errors
from mailwarden.core.ids import CampaignId, ConnectionId
from mailwarden.metrics.days import Interval
from mailwarden.metrics.period_schemas import Series, Summary
from mailwarden.metrics.queries import CampaignFilter
from mailwarden.metrics.routes import SentFrom, SentTo
from mailwarden.metrics.series import SeriesQuery, read_series, read_summary

router = APIRouter(prefix="/v1/metrics", tags=["metrics"])
EARLIEST, LATEST = date(1971, 1, 1), date(2199, 12, 31)
Day = Annotated[date | None, Query(ge=EARLIEST, le=LATEST)]


@router.get("/summary", responses=errors())
async def get_metrics_summary(
    rt: Rt,
    tx: Reader,
    caller: DataReader,
    connection_id: ConnectionId | None = None,
    sent_from: SentFrom = None,
    sent_to: SentTo = None,
) -> Summary:
    wanted = CampaignFilter((connection_id,) if connection_id else (), (), sent_from, sent_to)
    return await read_summary(rt, tx, caller.org_id, wanted)


async def series_query(
    first_day: Day = None,
    last_day: Day = None,
    interval: Interval = Interval.DAY,
    known_on: Annotated[
        date | None, Query(ge=EARLIEST, le=LATEST, description="Figures as they were known at the end of this day.")
    ] = None,
    compare: Annotated[bool, Query(description="Also the period of equal length right before.")] = True,
    campaign_id: Annotated[list[CampaignId] | None, Query(max_length=100)] = None,
) -> SeriesQuery:
    return SeriesQuery(first_day, last_day, interval, known_on, compare, tuple(campaign_id or ()))


@router.get("/series", responses=errors(404))
async def get_metrics_series(
    rt: Rt,
    tx: Reader,
    caller: DataReader,
    asked: Annotated[SeriesQuery, Depends(series_query)],
    connection_id: Annotated[list[ConnectionId] | None, Query(max_length=100)] = None,
    provider: Annotated[list[str] | None, Query(max_length=20)] = None,
) -> Series:
    """By send date: campaigns sent on each day, week or month of the organization's time zone, with their figures."""
    wanted = CampaignFilter(tuple(connection_id or ()), tuple(provider or ()))
    return await read_series(rt, tx, caller.org_id, wanted, asked)
