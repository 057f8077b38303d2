"""Lets lists prove themselves, and keeps what came of it for the whole installation."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.blocklists.asking import asker
from mailwarden.deliverability.blocklists.models import BlocklistHealth
from mailwarden.deliverability.blocklists.registry import Face
from mailwarden.deliverability.blocklists.rules.health import Health, Known, Round, after, judge
from mailwarden.deliverability.blocklists.use import Use, in_use

Key = tuple[str, Face]
WANTED = timedelta(days=1)  # since when nobody asked a list: it is left in peace
UNKNOWN = Known()


def known_of(row: BlocklistHealth) -> Known:
    return Known(Health(row.state), row.since, row.checked_at, row.passes, row.passed_at, row.why)


async def all_known(tx: UnitOfWork) -> dict[Key, Known]:
    rows = await tx.session.scalars(select(BlocklistHealth))
    return {(row.list_key, Face(row.face)): known_of(row) for row in rows}


async def examine_all(rt: Runtime, wanted: Iterable[tuple[Use, Face]]) -> dict[Key, Known]:
    """A round each, now. The answers begin after this call, whatever anybody knew before."""
    async with asyncio.TaskGroup() as group:
        tasks = {(use.blocklist.key, face): group.create_task(_examine(rt, use, face)) for use, face in wanted}
    return {key: task.result() for key, task in tasks.items()}


async def freshen(rt: Runtime, wanted: Iterable[tuple[Use, Face]], known: Mapping[Key, Known]) -> dict[Key, Known]:
    """As ``known``, with a round for those that had none within the hour."""
    now = rt.clock.now()
    stale = [(use, face) for use, face in wanted if not known.get((use.blocklist.key, face), UNKNOWN).is_fresh(now)]
    return {**known, **await examine_all(rt, stale)}


async def _examine(rt: Runtime, use: Use, face: Face) -> Known:
    at = rt.clock.now()
    async with asker(rt) as asking:
        found = await asking.examine(use, face)
    return await _note(rt, use, face, found, at)


async def _note(rt: Runtime, use: Use, face: Face, found: Round, at: datetime) -> Known:
    """Another process may have examined it meanwhile; whoever began later has the last word."""
    state, why = judge(found)
    mine = {"list_key": use.blocklist.key, "face": face}
    async with unit_of_work(rt.sessions) as tx:
        await tx.session.execute(insert(BlocklistHealth).values(mine).on_conflict_do_nothing())
        asked = select(BlocklistHealth).filter_by(**mine).with_for_update()
        row = (await tx.session.scalars(asked)).one()
        if row.checked_at is None or row.checked_at <= at:
            _write(row, after(known_of(row), state, use.hide(why), at), found)
        return known_of(row)


def _write(row: BlocklistHealth, known: Known, found: Round) -> None:
    row.state, row.since, row.why = known.state, known.since, known.why
    row.checked_at, row.passes, row.passed_at = known.at, known.passes, known.passed_at
    row.answers = [_answer(name, found) for name in ("listed", "unlisted", "made_up")]


def _answer(name: str, found: Round) -> dict[str, Any]:
    reading = getattr(found, name)
    return {"question": name, "verdict": reading.verdict, "raw": [one[:80] for one in reading.raw[:8]]}


async def note_wanted(tx: UnitOfWork, keys: Iterable[Key], now: datetime) -> None:
    for list_key, face in sorted(keys):
        mine = (BlocklistHealth.list_key == list_key, BlocklistHealth.face == face)
        await tx.session.execute(update(BlocklistHealth).where(*mine).values(wanted_at=now))


async def examine_wanted(rt: Runtime) -> None:
    """Those that somebody asked within a day, before an hour passes; so that a lie is seen before it is met."""
    soon = rt.clock.now() + timedelta(minutes=10)
    async with reader(rt.sessions) as tx:
        rows = list(await tx.session.scalars(select(BlocklistHealth)))
    due = {
        (row.list_key, Face(row.face))
        for row in rows
        if soon - row.wanted_at < WANTED and not known_of(row).is_fresh(soon)
    }
    uses = [(use, face) for use in in_use(rt.config.blocklists) for face in use.blocklist.faces]
    await examine_all(rt, [(use, face) for use, face in uses if (use.blocklist.key, face) in due])
