"""Uploads of files with recipients."""

import asyncio
import zlib
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from mailwarden.accounts import audit
from mailwarden.accounts.caller import Caller
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.errors import Conflict, Invalid, NotFound, RoleRequired
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.outreach.access import NOT_ARCHIVED, may_change, require_state
from mailwarden.outreach.changes import wake_campaign
from mailwarden.outreach.imports.rules import ADDRESS, MOST_ROWS, Line, NotCsv, Table, lines_of, suggested, understand
from mailwarden.outreach.imports.schemas import (
    LARGEST,
    OutreachImportCountsOut,
    OutreachImportIn,
    OutreachImportOut,
)
from mailwarden.outreach.imports.taking import Work, take
from mailwarden.outreach.models import OutreachCampaign, OutreachImport
from mailwarden.outreach.queries import get_campaign
from mailwarden.outreach.rules import State
from mailwarden.outreach.service import target

SHOWN = 5
GUESSED_BY = 50
COUNTS = ("added", "duplicates", "invalid", "suppressed")


class UnreadableFile(Invalid):
    code, title = "unreadable_file", "This file cannot be read"


async def campaign_of(tx: UnitOfWork, caller: Caller, campaign_id: UUID) -> OutreachCampaign:
    """Not held: an import takes a while, and no pause waits for it. Raises NotFound, RoleRequired, WrongState."""
    row = await get_campaign(tx, caller.org_id, campaign_id)
    if not may_change(caller, row):
        raise RoleRequired("Somebody else made this campaign. Ask them, an owner or a manager.", action="ask_owner")
    require_state(row, *NOT_ARCHIVED)
    return row


async def upload(rt: Runtime, caller: Caller, campaign_id: UUID, body: OutreachImportIn) -> OutreachImportOut:
    """Raises UnreadableFile."""
    async with reader(rt.sessions, caller.org_id) as tx:
        await campaign_of(tx, caller, campaign_id)
    if len(body.content) > LARGEST:
        raise UnreadableFile(f"The file is larger than {LARGEST >> 20} MiB.")
    table, text, rows = await asyncio.to_thread(_looked_at, body.content)
    row = OutreachImport(
        id=new_id(),
        org_id=caller.org_id,
        campaign_id=campaign_id,
        file_name=body.file_name,
        content=await asyncio.to_thread(zlib.compress, body.content),
        encoding=table.encoding,
        delimiter=table.delimiter,
        rows=rows,
        author_id=caller.user_id,
    )
    async with unit_of_work(rt.sessions, caller.org_id) as tx:
        tx.session.add(row)
        await tx.session.flush()
        await tx.session.refresh(row)
    return _out(row, table, text)


def _looked_at(content: bytes) -> tuple[Table, str, int]:
    try:
        table, text = understand(content)
        rows = sum(1 for _ in lines_of(table, text))
    except NotCsv as exc:
        raise UnreadableFile(str(exc)) from exc
    if rows > MOST_ROWS:
        raise UnreadableFile(f"The file has {rows:,} rows; {MOST_ROWS:,} are allowed.")
    return table, text, rows


async def get_import(tx: UnitOfWork, org_id: UUID, campaign_id: UUID, import_id: UUID) -> OutreachImport:
    """Raises NotFound."""
    asked = select(OutreachImport).where(
        OutreachImport.org_id == org_id, OutreachImport.campaign_id == campaign_id, OutreachImport.id == import_id
    )
    found = await tx.session.scalar(asked.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such import. Uploads are kept for some days.")
    return found


async def show(tx: UnitOfWork, org_id: UUID, campaign_id: UUID, import_id: UUID) -> OutreachImportOut:
    row = await get_import(tx, org_id, campaign_id, import_id)
    if not row.content:
        return _out(row, Table(row.encoding, row.delimiter, (), 1), "")
    table, text = await asyncio.to_thread(lambda: understand(zlib.decompress(row.content)))
    return _out(row, table, text)


def _out(row: OutreachImport, table: Table, text: str) -> OutreachImportOut:
    sample: list[Line] = []
    for line in lines_of(table, text):
        sample.append(line)
        if len(sample) == GUESSED_BY:
            break
    plain = ("id", "campaign_id", "file_name", "encoding", "delimiter", "rows", "created_at", "finished_at")
    return OutreachImportOut(
        **{name: getattr(row, name) for name in (*plain, *COUNTS)},
        columns=list(table.columns),
        sample=[list(line.cells) for line in sample[:SHOWN]],
        suggested=suggested(table.columns, sample),
    )


async def run(
    rt: Runtime, caller: Caller, ids: tuple[UUID, UUID], mapping: Mapping[str, str], *, store: bool
) -> OutreachImportCountsOut:
    """``ids``: of campaign and import. Without ``store`` it is a trial. Raises NotFound, Invalid, Conflict."""
    campaign_id, import_id = ids
    async with reader(rt.sessions, caller.org_id) as tx:
        await campaign_of(tx, caller, campaign_id)
        row = await get_import(tx, caller.org_id, campaign_id, import_id)
    if not row.content:
        raise Conflict("This file was taken over already. Upload it again to import it once more.", code="imported")
    _check_mapping(mapping)
    try:
        tally = await take(Work(rt, caller.org_id, campaign_id, row.content, mapping), store=store)
    except NotCsv as exc:
        raise UnreadableFile(str(exc)) from exc
    done = tally.out()
    if store:
        await _finish(rt, caller, ids, done)
    return done


def _check_mapping(mapping: Mapping[str, str]) -> None:
    targets = list(mapping.values())
    wrong = None
    if targets.count(ADDRESS) != 1:
        wrong = "Exactly one column must be the address."
    elif len(set(targets)) != len(targets):
        wrong = "Two columns lead to the same field."
    if wrong is not None:
        raise Invalid(wrong, errors=[{"pointer": "#/mapping", "code": "invalid", "detail": wrong}])


async def _finish(rt: Runtime, caller: Caller, ids: tuple[UUID, UUID], done: OutreachImportCountsOut) -> None:
    async with unit_of_work(rt.sessions, caller.org_id) as tx:
        campaign = await get_campaign(tx, caller.org_id, ids[0], lock=True)
        row = await get_import(tx, caller.org_id, *ids)
        row.content, row.finished_at = b"", rt.clock.now()
        for name in COUNTS:
            setattr(row, name, getattr(done, name))
        await tx.session.flush()
        after = {"recipients": done.added, "file": row.file_name}
        await audit.record(
            tx, "outreach_campaign.recipients_added", target(campaign), after=after, user_id=caller.user_id
        )
        if campaign.state == State.RUNNING and done.added:
            await wake_campaign(tx, campaign)
