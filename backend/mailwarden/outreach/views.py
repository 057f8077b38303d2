"""From campaigns to what the API says about them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from mailwarden.accounts.caller import Caller
from mailwarden.billing.gate import Access, access_of
from mailwarden.connections.models import Connection
from mailwarden.connections.rules import Purpose
from mailwarden.connections.usability import may_use
from mailwarden.core.db import UnitOfWork
from mailwarden.core.paging import Page, PageQuery
from mailwarden.core.runtime import Runtime
from mailwarden.outreach import figures, queries
from mailwarden.outreach.access import may_change
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign, OutreachRecipient, OutreachStep
from mailwarden.outreach.personal.rules import fields_of
from mailwarden.outreach.rules import OPEN
from mailwarden.outreach.schedule import schedule_of
from mailwarden.outreach.schemas import (
    OutreachAccountOut,
    OutreachCampaignDetailOut,
    OutreachCampaignOut,
    OutreachCounts,
    OutreachFigures,
    OutreachStepOut,
)
from mailwarden.outreach.steps import PARTS, decided_steps

LIST = "outreach-campaigns"
Filter = tuple[str | None, str | None]  # state, part of the name
PLAIN = (
    *("id", "name", "state", "pause_reason", "paused_at", "rotation", "auto_resume", "track_opens", "track_clicks"),
    *("bounce_guard_percent", "created_at", "started_at", "finished_at", "author_id"),
)


async def list_page(
    rt: Runtime, tx: UnitOfWork, caller: Caller, wanted: Filter, page: PageQuery
) -> Page[OutreachCampaignOut]:
    """Newest first."""
    scope, org_id = f"{LIST}|{wanted[0] or ''}|{wanted[1] or ''}", caller.org_id
    asked = _filtered(select(OutreachCampaign).where(OutreachCampaign.org_id == org_id), wanted)
    if page.cursor:
        at, last = rt.cursors.decode(org_id, scope, page.cursor)
        asked = asked.where(
            tuple_(OutreachCampaign.created_at, OutreachCampaign.id) < (datetime.fromisoformat(at), UUID(last))
        )
    newest = asked.order_by(OutreachCampaign.created_at.desc(), OutreachCampaign.id.desc()).limit(page.limit + 1)
    rows = (await tx.session.scalars(newest)).all()
    shown = rows[: page.limit]
    following = None
    if len(rows) > page.limit:
        following = rt.cursors.encode(org_id, scope, [shown[-1].created_at.isoformat(), str(shown[-1].id)])
    return Page(data=await outs(rt, tx, caller, shown), has_more=following is not None, next_cursor=following)


def _filtered(asked: Select[OutreachCampaign], wanted: Filter) -> Select[OutreachCampaign]:
    state, part = wanted
    if state:
        asked = asked.where(OutreachCampaign.state == state)
    return asked.where(OutreachCampaign.name.icontains(part, autoescape=True)) if part else asked


async def outs(
    rt: Runtime, tx: UnitOfWork, caller: Caller, rows: Sequence[OutreachCampaign]
) -> list[OutreachCampaignOut]:
    ids = [row.id for row in rows]
    steps, people = await figures.by_step(tx, caller.org_id, ids), await figures.counts(tx, caller.org_id, ids)
    accounts = await accounts_by_campaign(rt, tx, caller.org_id, ids)
    return [
        _out(caller, row, [one for key, one in steps.items() if key[0] == row.id], people[row.id], accounts[row.id])
        for row in rows
    ]


def _out(
    caller: Caller,
    row: OutreachCampaign,
    parts: Sequence[OutreachFigures],
    people: OutreachCounts,
    accounts: list[OutreachAccountOut],
) -> OutreachCampaignOut:
    return OutreachCampaignOut(
        **{name: getattr(row, name) for name in PLAIN},
        schedule=schedule_of(row.schedule),
        may_change=may_change(caller, row),
        recipients=people,
        figures=figures.total(parts),
        accounts=accounts,
    )


async def detail(rt: Runtime, tx: UnitOfWork, caller: Caller, row: OutreachCampaign) -> OutreachCampaignDetailOut:
    parts = await figures.by_step(tx, row.org_id, [row.id])
    people = await figures.counts(tx, row.org_id, [row.id])
    told = _out(caller, row, list(parts.values()), people[row.id], await accounts_out(rt, tx, row))
    decided = await decided_steps(tx, row.org_id, row.id)
    steps = [
        _step_out(step, decided, parts.get((row.id, step.number), figures.NONE))
        for step in await queries.steps_of(tx, row.org_id, row.id)
    ]
    return OutreachCampaignDetailOut(**dict(told), steps=steps)


def _step_out(step: OutreachStep, decided: int, counted: OutreachFigures) -> OutreachStepOut:
    names = sorted({field.name for field in fields_of(step.subject or "", step.html)})
    parts = {part: getattr(step, part) for part in PARTS}
    return OutreachStepOut(number=step.number, sent=step.number <= decided, fields=names, figures=counted, **parts)


async def accounts_out(rt: Runtime, tx: UnitOfWork, row: OutreachCampaign) -> list[OutreachAccountOut]:
    return (await accounts_by_campaign(rt, tx, row.org_id, [row.id]))[row.id]


async def accounts_by_campaign(
    rt: Runtime, tx: UnitOfWork, org_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, list[OutreachAccountOut]]:
    accounts = await queries.accounts_of_all(tx, org_id, ids)
    access = await access_of(rt, tx, org_id)
    asked = select(Connection).where(
        Connection.org_id == org_id, Connection.id.in_([one.connection_id for one in accounts])
    )
    connections = {one.id: one for one in await tx.session.scalars(asked)}
    people = await _assigned(tx, org_id, ids)
    told: dict[UUID, list[OutreachAccountOut]] = {one: [] for one in ids}
    for one in accounts:
        told[one.campaign_id].append(_account_out(rt, one, connections[one.connection_id], access, people))
    return told


def _account_out(
    rt: Runtime, account: OutreachAccount, connection: Connection, access: Access, people: Mapping[UUID | None, int]
) -> OutreachAccountOut:
    use = may_use(connection, Purpose.SEND, rt.clock.now(), access)
    names = ("id", "connection_id", "address", "state", "paused_reason", "removed_at")
    return OutreachAccountOut(
        **{name: getattr(account, name) for name in names},
        mailbox_id=account.slot_id,
        provider=connection.provider,
        usable=use.usable,
        code=use.code,
        detail=use.detail,
        recipients=people.get(account.id, 0),
    )


async def _assigned(tx: UnitOfWork, org_id: UUID, ids: Sequence[UUID]) -> dict[UUID | None, int]:
    mine = (OutreachRecipient.org_id == org_id, OutreachRecipient.campaign_id.in_(ids))
    asked = select(OutreachRecipient.account_id, func.count()).where(*mine, OutreachRecipient.state.in_(OPEN))
    return {row[0]: row[1] for row in await tx.session.execute(asked.group_by(OutreachRecipient.account_id))}
