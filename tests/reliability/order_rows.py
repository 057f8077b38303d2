"""Row W3: webhooks come late, in any order, or not at all; in the end we show what is true at the provider."""

import asyncio
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from mailwarden.connections.rules import Status
from mailwarden.hooks.effects import Effects
from mailwarden.hooks.models import StoredEvent
from mailwarden.hooks.store import store
from mailwarden.hooks.words import Outcome
from mailwarden.providers.base import Cause
from mailwarden.providers.hooks.base import HookEvent, Kind
from mailwarden.sync.window import MIN_GAP_S
from tests.reliability.live import ever_inactive, living, states, strike
from tests.reliability.patch import broken
from tests.reliability.row import Ground, Row, Tally
from tests.support.world import Linked, World

STEPS, STEP_S = 4, 10
SOON_S, LATE_S = 60, 16 * 60  # where all was told, and where only polling finds it
QUIET_S = MIN_GAP_S + 30  # since the last sync: two come no nearer, whoever asks
DEAD = 12  # one in so many: of more at once the provider itself would be suspected
ORDERS = ("reversed", "shuffled", "gaps")
NAMES = "SELECT id, external_id FROM connections WHERE id = ANY ($1)"
STORED = "SELECT external_id FROM campaigns WHERE connection_id = $1"


@dataclass
class Told:
    """One connection, what happened at its provider, and how that is told."""

    link: Linked
    account: str
    order: str
    dies: bool = False
    events: list[HookEvent] = field(default_factory=list)
    campaigns: set[str] = field(default_factory=set)

    def deliveries(self, rng: random.Random) -> list[HookEvent]:
        if self.order == "reversed":
            return self.events[::-1]
        shuffled = rng.sample(self.events, len(self.events))
        if self.order == "shuffled":
            return shuffled
        return [event for event in shuffled if event is not self.events[-1] and rng.random() < 0.5]


async def _linked(world: World, n: int) -> list[Told]:
    half = {"hubspot": n // 2, "google": n - n // 2}
    accounts = {
        name: [await asyncio.to_thread(world.sandbox.make_account, name, campaigns=2) for _ in range(count)]
        for name, count in half.items()
    }
    links = await world.people(max(1, n // 12), accounts, sync_frequency="realtime", history_range="days_30")
    await world.run_for(QUIET_S)
    names: dict[UUID, str] = dict(await world.admin.fetch(NAMES, [link.id for link in links]))
    orders = itertools.cycle(ORDERS)
    return [Told(link, names[link.id], next(orders)) for link in links]


async def _happens(world: World, told: Told, step: int) -> None:
    """At HubSpot a campaign more; at Google the account is disabled and enabled in turn, for some at last for good."""
    last, named = step == STEPS - 1, f"{told.account}-{step}"
    if told.link.provider == "hubspot":
        place = f"/accounts/hubspot/{told.link.account}/campaigns"
        made = await asyncio.to_thread(world.sandbox.ask, "POST", place, {"count": 1})
        told.campaigns.update(made["external_ids"])
        kind = Kind.CHANGED
    else:
        kind = Kind.ACCOUNT_ENABLED if (step % 2 == 0) == told.dies else Kind.ACCOUNT_DISABLED
        if last and told.dies:
            await strike(world, [told.link], "disable_account")
    told.events.append(HookEvent(named, kind, kind, told.account, occurred_at=world.now()))


async def _deliver(world: World, all_told: Sequence[Told], rng: random.Random) -> None:
    waiting = [(told.link.provider, told.deliveries(rng)) for told in all_told]
    for number in range(STEPS):
        for provider, events in waiting:
            if number < len(events):
                await store(world.runtime, provider, b"{}", [events[number]])
        await world.run_for(rng.uniform(0, 3))


async def _wrong(world: World, told: Told) -> str:
    """In what we differ from the provider; nothing if in nothing."""
    now = (await states(world, [told.link]))[told.link.id]
    if now["status"] != ("inactive" if told.dies else "connected"):
        return f"is {now['status']} {now['cause']}"
    if not told.dies and await ever_inactive(world, [told.link]):
        return "was inactive for a while"
    stored = {row["external_id"] for row in await world.admin.fetch(STORED, told.link.id)}
    missing = told.campaigns - stored
    return f"lacks {len(missing)} campaigns" if missing else ""


async def _judge(world: World, tally: Tally, all_told: Sequence[Told], when: str) -> None:
    for told in all_told:
        wrong = await _wrong(world, told)
        tally.see(not wrong, f"{told.link.provider}, {told.order}, {when}: not as at the provider, {wrong}")


async def out_of_order(ground: Ground, n: int) -> Tally:
    rng, tally = ground.rng("W3"), Tally()
    async with living(ground, "W3", refresh_deadline_s=5) as world:
        all_told = await _linked(world, max(n, 2 * DEAD))
        google = [told for told in all_told if told.link.provider == "google"]
        for told in google[::DEAD]:
            told.dies = True
        for step in range(STEPS):
            for told in all_told:
                await _happens(world, told, step)
            await world.advance(STEP_S)
        await _deliver(world, all_told, rng)
        await world.run_for(SOON_S)
        await _judge(world, tally, [told for told in all_told if told.order != "gaps"], "within a minute")
        await world.run_for(LATE_S)
        await _judge(world, tally, all_told, "at last")
        tally.figures["events"] = sum(len(told.events) for told in all_told)
    return tally


async def out_of_order_believed(ground: Ground, n: int) -> Tally:
    """The broken variant takes an event for the news itself, whatever came before."""

    async def signal(effects: Effects, _: StoredEvent, cause: Cause) -> Outcome:
        effects._row.status, effects._row.cause = Status.INACTIVE, cause
        return Outcome.SUSPICION

    async def look(_: Effects) -> Outcome:
        return Outcome.COALESCED

    with broken(Effects, "_signal", signal), broken(Effects, "_look_together", look):
        return await out_of_order(ground, n)


ROWS = [
    Row(
        "W3", "out of order, reversed, with gaps", "as at the provider", 72, out_of_order, out_of_order_believed,
        sign="not as at the provider",
    ),
]  # fmt: skip
