"""Random histories of sending, breaking, disconnecting, reconnecting, re-adding, time and downtime, against the model.

MAILWARDEN_HISTORIES=2000 lives through more of them than the normal run does.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.errors import Conflict
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.embedded import EmbeddedServers
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.outreach.control import resume
from mailwarden.outreach.models import OutreachAccount, OutreachCampaign, OutreachClock, OutreachRecipient
from mailwarden.outreach.queries import get_campaign
from mailwarden.outreach.trouble.clocks import CLOCKS
from mailwarden.outreach.trouble.stakes import count
from mailwarden.outreach.trouble.views import trouble_of
from tests import factories
from tests.outreach.trouble.lab import Lab
from tests.outreach.trouble.model import Campaign, Model, Person, Place
from tests.support.database import admin_dsn, empty
from tests.support.time import TimeMachine

EXAMPLES = int(os.environ.get("MAILWARDEN_HISTORIES", "40"))
STEPS = 14
NEAR_S = 20.0  # so close to an end the product and the model may be of two minds: an action takes its time
MINUTE, HOUR, DAY = 60, 3600, 86400
SPANS = st.sampled_from(
    [5 * MINUTE, 20 * MINUTE, 35 * MINUTE, 59 * MINUTE, 3 * HOUR, DAY, 4 * DAY, 8 * DAY + 20 * HOUR]
)
ACCOUNTS = st.sampled_from(["a", "b", "c"])
SHAPE = {
    "rotation": (True, ["a", "b"], False),
    "other rotation": (True, ["b", "c"], False),
    "single": (False, ["a"], False),
    "goes on by itself": (False, ["b"], True),
}
NAMES = st.sampled_from(list(SHAPE))
PEOPLE = (1, 1, 0)  # mails that each account's recipients have


class World:
    """The product's side of one history."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.connections: dict[str, Connection] = {}
        self.campaigns: dict[str, OutreachCampaign] = {}
        self.people: dict[str, dict[str, UUID]] = {}

    async def build(self) -> Model:
        for name in ("a", "b", "c"):
            self.connections[name] = await self.lab.account(f"{name}@acme.test")
        model = Model({}, dict.fromkeys(self.connections, "connected"))
        for name, (rotation, accounts, auto_resume) in SHAPE.items():
            model.campaigns[name] = await self._campaign(name, rotation, accounts, auto_resume)
        return model

    async def _campaign(self, name: str, rotation: bool, accounts: list[str], auto_resume: bool) -> Campaign:
        senders = [self.connections[one] for one in accounts]
        row = await self.lab.campaign(*senders, rotation=rotation, auto_resume=auto_resume, name=name)
        self.campaigns[name], self.people[name] = row, {}
        people = {}
        for account in accounts:
            for number, mails in enumerate(PEOPLE):
                who = f"{account}{number}"
                self.people[name][who] = await self.lab.person(row, self.connections[account], mails)
                people[who] = Person(account, {account: mails} if mails else {})
        return Campaign(rotation, {one: Place() for one in accounts}, people, auto_resume)


class Histories(RuleBasedStateMachine):
    run: Callable[[Coroutine[Any, Any, Any]], Any]
    fresh: Callable[[], Coroutine[Any, Any, Lab]]

    @initialize()
    def begin(self) -> None:
        self.lab: Lab = self.run(self.fresh())
        self.world = World(self.lab)
        self.model: Model = self.run(self.world.build())
        self.seen = self.lab.now()
        self.replacements = self.looks = 0

    def pass_to_now(self, *, counts: bool = True) -> None:
        """The model lives as long as the product did; what is about to end has ended for both afterwards."""
        now = self.lab.now()
        passed, self.seen = (now - self.seen).total_seconds(), now
        near = self._ends_near(passed, counts=counts)
        self.model.passes(passed, counts=counts)
        if near:
            self.run(self.lab.later(timedelta(seconds=2 * NEAR_S)))
            self.pass_to_now()

    def _ends_near(self, passed: float, *, counts: bool) -> bool:
        clocks = [
            self.model.remaining(name, account)
            for name, campaign in self.model.campaigns.items()
            for account, place in campaign.places.items()
            if place.clock is not None
        ]
        moving = passed if counts else 0
        return any(abs(left - moving) < NEAR_S for left in clocks if left is not None)

    def act(self, what: Coroutine[Any, Any, Any]) -> Any:
        self.pass_to_now()
        return self.run(what)

    def of(self, account: str) -> Connection:
        return self.world.connections[account]

    # What happens

    @rule(account=ACCOUNTS, renewed=st.booleans())
    def works_again(self, account: str, renewed: bool) -> None:
        if self.model.accounts[account] != "inactive":
            return
        self.act(self.lab.reconnects(self.of(account)) if renewed else self.lab.recovers(self.of(account)))
        self.model.works_again(account)

    @rule(account=ACCOUNTS)
    def breaks(self, account: str) -> None:
        if self.model.accounts[account] != "connected":
            return
        self.act(self.lab.breaks(self.of(account)))
        self.model.breaks(account)

    @rule(account=ACCOUNTS)
    def disconnects(self, account: str) -> None:
        self.act(self.lab.disconnects(self.of(account)))
        self.model.disconnected(account)

    @rule(account=ACCOUNTS)
    def reconnects(self, account: str) -> None:
        if self.model.accounts[account] != "disconnected":
            return
        self.act(self.lab.reconnects(self.of(account)))
        self.model.reconnected(account)

    @rule(account=ACCOUNTS, seconds=SPANS)
    def breaks_unheard(self, account: str, seconds: int) -> None:
        """Our workers are dead when it happens, and for a while after."""
        if self.model.accounts[account] != "connected":
            return
        self.act(self.lab.breaks(self.of(account), work=False))
        self.model.breaks(account)
        self.time_without_us(seconds)

    @rule(account=ACCOUNTS, seconds=SPANS)
    def disconnects_unheard(self, account: str, seconds: int) -> None:
        self.act(self.lab.disconnects(self.of(account), work=False))
        self.model.disconnected(account)
        self.time_without_us(seconds)

    @rule(account=ACCOUNTS, seconds=SPANS)
    def comes_back_unheard(self, account: str, seconds: int) -> None:
        status = self.model.accounts[account]
        if status == "connected":
            return
        self.act(self.lab.reconnects(self.of(account), work=False))
        self.model.works_again(account) if status == "inactive" else self.model.reconnected(account)
        self.time_without_us(seconds)

    @rule(name=NAMES, account=ACCOUNTS)
    def leaves_and_returns_unheard(self, name: str, account: str) -> None:
        """Somebody resets the account and re-adds it to one campaign before our workers hear of anything."""
        campaign = self.model.campaigns[name]
        if account not in campaign.places or not campaign.rotation or self.model.accounts[account] != "connected":
            return
        self.act(self.lab.disconnects(self.of(account), work=False))
        self.model.disconnected(account)
        self.act(self.lab.reconnects(self.of(account), work=False))
        self.model.reconnected(account)
        self.act(self.lab.re_adds(self.world.campaigns[name], self.of(account)))
        self.model.asks_back(name, account)

    @precondition(lambda self: self.replacements == 0)
    @rule(account=ACCOUNTS)
    def another_address(self, account: str) -> None:
        away = [one for one, status in self.model.accounts.items() if status == "disconnected"]
        if away != [account]:
            return
        self.replacements += 1
        self.world.connections["new"] = self.act(self.lab.account("new@acme.test"))
        self.model.replaced(account, "new")

    # What people do

    @rule(name=NAMES, account=ACCOUNTS)
    def re_adds(self, name: str, account: str) -> None:
        if account not in self.model.campaigns[name].places or not self.model.campaigns[name].rotation:
            return
        self.act(self.lab.re_adds(self.world.campaigns[name], self.of(account)))
        self.model.asks_back(name, account)

    @rule(name=NAMES)
    def resumes(self, name: str) -> None:
        if self.model.campaigns[name].state != "paused":
            return
        went = self.act(self._resume(name))
        assert went == self.model.can_resume(name)
        self.model.resumed(name)

    async def _resume(self, name: str) -> bool:
        try:
            async with unit_of_work(self.lab.rt.sessions, self.lab.org_id) as tx:
                row = await get_campaign(tx, self.lab.org_id, self.world.campaigns[name].id, lock=True)
                await resume(self.lab.rt, tx, row)
        except Conflict:
            return False
        await self.lab.work()
        return True

    @rule(name=NAMES, account=ACCOUNTS, number=st.integers(0, len(PEOPLE) - 1))
    def sends(self, name: str, account: str, number: int) -> None:
        who = f"{account}{number}"
        campaign = self.model.campaigns[name]
        senders = [one for one in campaign.places if who in campaign.people and self.model.may_write(name, who, one)]
        if not senders:
            return
        mails = sum(campaign.people[who].mails.values())
        self.act(
            self.lab.writes(self.world.campaigns[name], self.world.people[name][who], self.of(senders[0]), mails + 1)
        )
        self.model.wrote(name, who, senders[0])

    # Time

    @rule(seconds=SPANS)
    def time_passes(self, seconds: int) -> None:
        self.run(self.lab.later(timedelta(seconds=seconds)))
        self.pass_to_now()

    @rule(seconds=SPANS)
    def time_without_us(self, seconds: int) -> None:
        self.pass_to_now()
        self.run(self.lab.down(timedelta(seconds=seconds)))
        self.pass_to_now(counts=False)

    @rule(seconds=SPANS)
    def the_provider_is_in_trouble(self, seconds: int) -> None:
        self.pass_to_now()
        self.run(self.lab.incident(timedelta(seconds=seconds)))
        self.pass_to_now(counts=False)

    @rule()
    def everything_runs_twice(self) -> None:
        """A worker died after its work: another one does it again."""
        self.run(self._again())

    async def _again(self) -> None:
        async with unit_of_work(self.lab.rt.sessions, self.lab.org_id) as tx:
            for row in self.world.connections.values():
                await enqueue(tx, CLOCKS, row.id)
        await self.lab.work()

    # What has to be the same

    @invariant()
    def agree(self) -> None:
        if hasattr(self, "model"):
            self.pass_to_now()
            self.run(self._compare())

    async def _compare(self) -> None:
        async with unit_of_work(self.lab.rt.sessions, self.lab.org_id) as tx:
            await self._compare_campaigns(tx)
            await self._compare_people(tx)
            await self._compare_clocks(tx)
            await self._compare_previews(tx)
            await self._compare_stops(tx)

    async def _compare_campaigns(self, tx: UnitOfWork) -> None:
        campaigns = {one.id: one for one in await tx.session.scalars(select(OutreachCampaign))}
        self.entries = {
            (one.campaign_id, one.connection_id): one for one in await tx.session.scalars(select(OutreachAccount))
        }
        for name, campaign in self.model.campaigns.items():
            row = campaigns[self.world.campaigns[name].id]
            assert (row.state, row.pause_reason) == (campaign.state, campaign.reason), name
            for account, place in campaign.places.items():
                assert self.entries[row.id, self.of(account).id].state == place.state, (name, account)

    async def _compare_people(self, tx: UnitOfWork) -> None:
        rows = {one.id: one for one in await tx.session.scalars(select(OutreachRecipient))}
        for name, campaign in self.model.campaigns.items():
            for who, person in campaign.people.items():
                row = rows[self.world.people[name][who]]
                assert ("active" if row.state == "waiting" else row.state) == person.state, (name, who)
                place = (row.campaign_id, self.of(person.account).id) if person.account else None
                assert row.account_id == (self.entries[place].id if place else None), (name, who)

    async def _compare_clocks(self, tx: UnitOfWork) -> None:
        asked = select(OutreachClock).where(OutreachClock.state == "running")
        running = {one.account_id: one.kind for one in await tx.session.scalars(asked)}
        for name, campaign in self.model.campaigns.items():
            row = self.world.campaigns[name]
            expected = {
                self.entries[row.id, self.of(account).id].id: (account, place.clock.kind)
                for account, place in campaign.places.items()
                if place.clock is not None
            }
            mine = {one.id for one in self.entries.values() if one.campaign_id == row.id}
            assert {key: kind for key, kind in running.items() if key in mine} == {
                key: kind for key, (_, kind) in expected.items()
            }, name
            if expected:
                await self._compare_countdowns(tx, name, {key: account for key, (account, _) in expected.items()})

    async def _compare_countdowns(self, tx: UnitOfWork, name: str, accounts: dict[UUID, str]) -> None:
        told = await trouble_of(self.lab.rt, tx, await get_campaign(tx, self.lab.org_id, self.world.campaigns[name].id))
        clocks = {one.id: one.clock for one in told.accounts}
        for key, account in accounts.items():
            clock, left = clocks[key], self.model.remaining(name, account)
            assert clock is not None
            assert left is not None
            assert abs(clock.remaining_s - left) < NEAR_S, (name, account)
            assert clock.recipients_stopped == self.model.at_stake(name, account)

    async def _compare_previews(self, tx: UnitOfWork) -> None:
        self.looks += 1
        account = "abc"[self.looks % 3]
        expected = {
            name: self.model.at_stake(name, account)
            for name, campaign in self.model.campaigns.items()
            if campaign.rotation and account in campaign.places and campaign.places[account].state != "removed"
        }
        lines = await count(tx, await get_connection(tx, self.lab.org_id, self.of(account).id))
        assert {one.name: one.recipients for one in lines if SHAPE[one.name][0]} == expected

    async def _compare_stops(self, tx: UnitOfWork) -> None:
        """Told as often as it was done, and no more people than the model says."""
        applied = (await tx.session.scalars(select(OutreachClock).where(OutreachClock.state == "applied"))).all()
        told = select(func.count()).select_from(Event).where(Event.type == EventType.OUTREACH_STOP_RULE_APPLIED)
        assert await tx.session.scalar(told) == len(applied)
        stopped = sum(campaign.stopped_by_rule for campaign in self.model.campaigns.values())
        assert sum(one.stopped or 0 for one in applied) == stopped
        note(f"stopped so far: {stopped}")


@pytest_asyncio.fixture(loop_scope="session")
async def loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


@pytest.mark.timeout(3600)
def test_random_histories_end_as_the_model_says(
    loop: asyncio.AbstractEventLoop,
    runtime: Runtime,
    time_machine: TimeMachine,
    servers: EmbeddedServers,
    database: str,
) -> None:
    async def fresh() -> Lab:
        """Nothing is left of the history before, and time goes on."""
        await empty(admin_dsn(servers, database))
        await time_machine.advance(60)
        org_id, user_id = await factories.make_organization(runtime)
        return Lab(runtime, time_machine, org_id, user_id)

    machine = type("Bound", (Histories,), {"run": staticmethod(loop.run_until_complete), "fresh": staticmethod(fresh)})
    wanted = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        phases=[Phase.generate],  # real time goes on meanwhile: a history is not the same when it is lived again
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=wanted)
