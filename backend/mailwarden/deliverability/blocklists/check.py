"""The check of one organization: a schedule of its own, a limited turn at a time, so that none keeps others waiting."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from mailwarden.billing.gate import access_of
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.jobs import Again, Lease, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.blocklists import trust
from mailwarden.deliverability.blocklists.asking import Asker, Told, asker
from mailwarden.deliverability.blocklists.assets import assets_of
from mailwarden.deliverability.blocklists.plan import Key, Pair, Turn, first_due, forget, next_turn, standings
from mailwarden.deliverability.blocklists.record import new_standing, note
from mailwarden.deliverability.blocklists.rules.course import Course, turns
from mailwarden.deliverability.blocklists.rules.health import Known
from mailwarden.deliverability.blocklists.rules.reading import Reading, Verdict
from mailwarden.deliverability.blocklists.trust import all_known, examine_all, freshen, note_wanted
from mailwarden.deliverability.news import facts_changed

CHECK = "blocklist_check"
SIDE_BY_SIDE = 40
SPACE = timedelta(minutes=1)
WHILE_INACTIVE = timedelta(hours=6)
CONTRADICTORY = Told(Reading(Verdict.UNKNOWN, "The list said one thing, and a moment later another."))


async def watch(tx: UnitOfWork, org_id: UUID, at: datetime | None = None) -> None:
    """Sees to it that the organization is checked, now or at that time at the latest."""
    await enqueue(tx, CHECK, org_id, due_at=at, queue="bulk")


async def check(rt: Runtime, lease: Lease) -> Again | None:
    if lease.org_id is None:
        return None
    async with reader(rt.sessions, lease.org_id) as tx:
        if not (await access_of(rt, tx, lease.org_id)).may_work:
            return Again(rt.clock.now() + WHILE_INACTIVE)
        assets = await assets_of(tx, lease.org_id)
        turn = await next_turn(tx, assets, rt.config.blocklists, rt.clock.now())
        known = await all_known(tx)
    found = await ask(rt, turn, known)
    async with unit_of_work(rt.sessions, lease.org_id) as tx:
        await lease.guard(tx)
        again = await _keep(rt, tx, turn, found)
        await lease.finish(tx, again)
    return None


async def ask(rt: Runtime, turn: Turn, known: Mapping[trust.Key, Known]) -> dict[Key, Told]:
    """What may be believed of what the lists say; of all else that nobody can tell."""
    faces = {_face(pair): (pair.use, pair.face) for pair in turn.pairs}
    known = await freshen(rt, faces.values(), known)
    now = rt.clock.now()
    found = {pair.key: _not_believed(known[_face(pair)]) for pair in turn.pairs}
    asked = [pair for pair in turn.pairs if known[_face(pair)].is_believed(now)]
    found |= await _tell(rt, asked)
    news = [pair for pair in asked if turns(turn.courses.get(pair.key, Course()), found[pair.key].reading)]
    return found | await _prove(rt, news, found)


async def _prove(rt: Runtime, news: Sequence[Pair], found: Mapping[Key, Told]) -> dict[Key, Told]:
    """The list passes its tests and then says the same again; so a resolver that changes its mind is found out."""
    known = await examine_all(rt, {_face(pair): (pair.use, pair.face) for pair in news}.values())
    now = rt.clock.now()
    passed = [pair for pair in news if known[_face(pair)].is_believed(now)]
    again = await _tell(rt, passed)
    told = {pair.key: _not_believed(known[_face(pair)]) for pair in news}
    for pair in passed:
        same = again[pair.key].reading.verdict is found[pair.key].reading.verdict
        told[pair.key] = again[pair.key] if same else CONTRADICTORY
    return told


def _face(pair: Pair) -> trust.Key:
    return pair.use.blocklist.key, pair.face


def _not_believed(known: Known) -> Told:
    return Told(Reading(Verdict.UNKNOWN, f"The list is not believed now ({known.state}): {known.why}"), asked=False)


async def _tell(rt: Runtime, pairs: Sequence[Pair]) -> dict[Key, Told]:
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(asking: Asker, pair: Pair) -> Told:
        async with places:
            return await asking.tell(pair.use, pair.asset.name)

    async with asker(rt) as asking:
        told = await asyncio.gather(*(one(asking, pair) for pair in pairs))
    return {pair.key: one for pair, one in zip(pairs, told, strict=True)}


async def _keep(rt: Runtime, tx: UnitOfWork, turn: Turn, found: Mapping[Key, Told]) -> Again | None:
    now = rt.clock.now()
    rows = await standings(tx, [pair.key for pair in turn.pairs], lock=True)
    for pair in turn.pairs:
        row = rows.get(pair.key)
        if row is None and tx.org_id is not None:
            row = new_standing(tx.org_id, pair, now)
            tx.session.add(row)
        if row is not None:
            await note(rt, tx, pair, row, found[pair.key], now)
    await forget(tx, turn.gone, now)
    await note_wanted(tx, {_face(pair) for pair in turn.pairs}, now)
    await tx.session.flush()
    await facts_changed(rt, tx)
    first = await first_due(tx)
    if first is None:
        return None
    return Again(now if turn.more else max(first, now + SPACE))
