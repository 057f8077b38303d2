"""The list of campaigns, page by page, in the order asked for."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, tuple_

from mailwarden.core.db import UnitOfWork
from mailwarden.core.paging import BadCursor, Page, PageQuery
from mailwarden.core.runtime import Runtime
from mailwarden.metrics.models import Campaign
from mailwarden.metrics.output import campaign_out, data_age, observation_out
from mailwarden.metrics.queries import (
    CampaignFilter,
    Latest,
    campaign_ids,
    connections_shown,
    count_campaigns,
    list_observation_rows,
    rows_of,
)
from mailwarden.metrics.schemas import CampaignPage, ObservationOut

NEVER = datetime.fromisoformat("0001-01-01T00:00:00+00:00")


class CampaignSort(StrEnum):
    """A minus sorts from the highest down. What is not known sorts lowest."""

    SENT_AT = "sent_at"
    SENT_AT_DOWN = "-sent_at"
    NAME = "name"
    NAME_DOWN = "-name"
    SENT = "sent"
    SENT_DOWN = "-sent"
    DELIVERED = "delivered"
    DELIVERED_DOWN = "-delivered"
    OPENED = "opened"
    OPENED_DOWN = "-opened"
    CLICKED = "clicked"
    CLICKED_DOWN = "-clicked"
    BOUNCED = "bounced"
    BOUNCED_DOWN = "-bounced"
    COMPLAINTS = "complaints"
    COMPLAINTS_DOWN = "-complaints"

    @property
    def field(self) -> str:
        return self.removeprefix("-")

    @property
    def down(self) -> bool:
        return self.startswith("-")

    @property
    def of_figures(self) -> bool:
        return self.field not in ("sent_at", "name")

    def key(self) -> ColumnElement[Any]:
        if self.field == "sent_at":
            return func.coalesce(Campaign.sent_at, literal(NEVER))
        if self.field == "name":
            return func.lower(Campaign.name)
        return func.coalesce(getattr(Latest, self.field), -1)

    def read(self, text: Any) -> Any:
        """The key as it came back inside a cursor."""
        return datetime.fromisoformat(text) if self.field == "sent_at" else text


async def list_page(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, wanted: CampaignFilter, sort: CampaignSort, page: PageQuery
) -> CampaignPage:
    now = rt.clock.now()
    scope = f"campaigns|{sort}|{wanted.scope()}"
    found = campaign_ids(org_id, now, wanted, figures=sort.of_figures).add_columns(sort.key().label("sort_key"))
    if page.cursor is not None:
        found = _after(found, sort, rt.cursors.decode(org_id, scope, page.cursor))
    ids = _ordered(found, sort).limit(page.limit + 1).subquery("page")
    rows = (await tx.session.execute(_ordered(rows_of(ids, org_id).add_columns(ids.c.sort_key), sort))).all()
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    position = [_written(shown[-1].sort_key), str(shown[-1][0].id)] if more else None
    return CampaignPage(
        data=[campaign_out(row) for row in shown],
        has_more=more,
        next_cursor=rt.cursors.encode(org_id, scope, position) if position else None,
        total=await count_campaigns(tx.session, org_id, now, wanted),
        data_age=data_age(await connections_shown(tx.session, org_id, wanted)),
    )


def _ordered(statement: Any, sort: CampaignSort) -> Any:
    keys = (sort.key(), Campaign.id)
    return statement.order_by(*(key.desc() if sort.down else key.asc() for key in keys))


def _after(statement: Any, sort: CampaignSort, position: list[Any]) -> Any:
    try:
        last = tuple_(literal(sort.read(position[0])), literal(UUID(position[1])))
    except (IndexError, TypeError, ValueError) as exc:
        raise BadCursor("Start again without a cursor.") from exc
    here = tuple_(sort.key(), Campaign.id)
    return statement.where(here < last if sort.down else here > last)


def _written(key: Any) -> Any:
    return key.isoformat() if isinstance(key, datetime) else key


async def observation_page(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, campaign_id: UUID, provider: str, page: PageQuery
) -> Page[ObservationOut]:
    scope = f"observations|{campaign_id}"
    after = None
    if page.cursor is not None:
        as_of, last_id = rt.cursors.decode(org_id, scope, page.cursor)
        after = (datetime.fromisoformat(as_of), UUID(last_id))
    rows = await list_observation_rows(tx.session, org_id, campaign_id, page.limit + 1, after)
    following = None
    if len(rows) > page.limit:
        last = rows[page.limit - 1]
        following = rt.cursors.encode(org_id, scope, [last.as_of.isoformat(), str(last.id)])
    data = [observation_out(row, provider) for row in rows[: page.limit]]
    return Page(data=data, has_more=following is not None, next_cursor=following)
