"""Campaigns as rows, trouble by the product's own functions, and a clock that jumps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update

from mailwarden.alerts.jobs import LISTENERS as ALERT_LISTENERS
from mailwarden.connections import transitions
from mailwarden.connections.adopt import Adoption, adopt
from mailwarden.connections.models import Connection, Incident
from mailwarden.connections.queries import get_connection
from mailwarden.connections.rules import Actor
from mailwarden.connections.service import disconnect
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.connections.slots import slot_of, take_slot
from mailwarden.core.db import UnitOfWork, app_now, unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.jobs import JobKinds
from mailwarden.core.runner import JobRunner
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import dispatch_kind, merge
from mailwarden.events.models import Event
from mailwarden.events.types import EventType
from mailwarden.outreach.models import (
    OutreachAccount,
    OutreachCampaign,
    OutreachClock,
    OutreachRecipient,
    OutreachSend,
)
from mailwarden.outreach.queries import get_account, get_campaign
from mailwarden.outreach.trouble.jobs import JOBS, LISTENERS, start_up
from mailwarden.outreach.trouble.models import ServicePulse
from mailwarden.outreach.trouble.re_adding import ReAdded, re_add
from mailwarden.providers.base import Account, Cause
from mailwarden.sending.models import Message
from tests import factories
from tests.support.time import TimeMachine

DUE = text("SELECT id FROM job_due(500, 500, interval '0 seconds')")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Lab:
    rt: Runtime
    machine: TimeMachine
    org_id: UUID
    user_id: UUID
    kinds: JobKinds = field(init=False)

    def __post_init__(self) -> None:
        self.kinds = JobKinds().add(dispatch_kind(merge(LISTENERS, ALERT_LISTENERS)), *JOBS)

    # Things

    async def account(self, address: str, **over: Any) -> Connection:
        row = await factories.make_connection(
            self.rt, self.org_id, provider="google", account_label=address, connected_by=self.user_id, **over
        )
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            await take_slot(tx, await get_connection(tx, self.org_id, row.id, lock=True))
        await self.work()
        return row

    async def campaign(self, *accounts: Connection, rotation: bool | None = None, **over: Any) -> OutreachCampaign:
        """A running one; a rotation if it has several accounts."""
        now = self.rt.clock.now()
        wanted = len(accounts) > 1 if rotation is None else rotation
        fields = {"name": "Spring", "state": "running", "started_at": now, "rotation": wanted} | over
        row = OutreachCampaign(id=new_id(), org_id=self.org_id, author_id=self.user_id, **fields)
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            tx.session.add(row)
            await tx.session.flush()
            for one in accounts:
                slot = await slot_of(tx, self.org_id, one.id)
                assert slot is not None
                place = {"slot_id": slot.id, "connection_id": one.id, "address": one.account_label}
                tx.session.add(OutreachAccount(id=new_id(), org_id=self.org_id, campaign_id=row.id, **place))
        return row

    async def person(
        self, campaign: OutreachCampaign, account: Connection | None, mails: int = 0, state: str = "active"
    ) -> UUID:
        recipient = OutreachRecipient(
            id=new_id(),
            org_id=self.org_id,
            campaign_id=campaign.id,
            address=f"{new_id().hex}@example.test",
            state=state,
            next_step=mails + 1,
            next_at=self.rt.clock.now() + DAY,
        )
        entry = await self.entry(campaign, account) if account is not None else None
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            recipient.account_id = entry.id if entry else None
            tx.session.add(recipient)
        for number in range(mails):
            await self.mail(recipient.id, account, number + 1)
        return recipient.id

    async def people(self, campaign: OutreachCampaign, account: Connection | None, mails: Sequence[int]) -> list[UUID]:
        return [await self.person(campaign, account, count) for count in mails]

    async def mail(self, recipient: UUID, account: Connection | None, step: int, state: str = "sent") -> UUID:
        message = Message(id=new_id(), org_id=self.org_id, kind="outreach", state=state)
        message.connection_id = account.id if account else None
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            tx.session.add(message)
            await tx.session.flush()
            sent = {"recipient_id": recipient, "step_number": step, "message_id": message.id}
            tx.session.add(OutreachSend(id=new_id(), org_id=self.org_id, **sent))
        return message.id

    async def writes(self, campaign: OutreachCampaign, recipient: UUID, account: Connection, step: int) -> None:
        """A step leaves: from here on the recipient belongs to the account."""
        entry = await self.entry(campaign, account)
        await self.mail(recipient, account, step)
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            person = await tx.session.get_one(OutreachRecipient, recipient)
            person.account_id, person.state, person.next_step = entry.id, "active", step + 1

    # What happens to accounts

    async def breaks(self, account: Connection, *, work: bool = True) -> None:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            row = await get_connection(tx, self.org_id, account.id, lock=True)
            await transitions.mark_inactive(self.rt, tx, row, Cause.ACCESS_REVOKED, Actor.PROBE)
        await self._then(work)

    async def recovers(self, account: Connection, *, work: bool = True) -> None:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            row = await get_connection(tx, self.org_id, account.id, lock=True)
            await transitions.recover(self.rt, tx, row, Actor.PROBE)
        await self._then(work)

    async def disconnects(self, account: Connection, *, work: bool = True) -> None:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            row = await get_connection(tx, self.org_id, account.id, lock=True)
            await disconnect(self.rt, tx, row, self.user_id)
        await self._then(work)

    async def reconnects(self, account: Connection, *, work: bool = True) -> None:
        """One click while it is inactive, the second of two steps after a disconnect."""

        async def store(tx: UnitOfWork, row: Connection) -> None:
            pass  # the credential is another test's

        found = Account(external_id=account.external_id, label=account.account_label)
        await adopt(self.rt, Adoption(self.org_id, account.provider, self.user_id, None, found), store)
        await self._then(work)

    async def re_adds(self, campaign: OutreachCampaign, account: Connection) -> ReAdded:
        entry = await self.entry(campaign, account)
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            held = await get_campaign(tx, self.org_id, campaign.id, lock=True)
            mine = await get_account(tx, self.org_id, campaign.id, entry.id, lock=True)
            done = await re_add(self.rt, tx, held, mine)
        await self.work()
        return done

    async def becomes(self, campaign: OutreachCampaign, **values: Any) -> None:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            mine = update(OutreachCampaign).where(OutreachCampaign.id == campaign.id)
            await tx.session.execute(mine.values(**values))

    async def _then(self, work: bool) -> None:
        if work:
            await self.work()

    # Time

    async def later(self, by: timedelta) -> None:
        """Our service lives through it: its pulse beats, though this test does not wait for each of them."""
        await self.machine.advance(by)
        await self._beat(only_if_known=True)
        await self.work()

    async def down(self, by: timedelta) -> None:
        """Our service is away: nothing runs, and the first pulse after it writes that down."""
        await self._beat()
        await start_up(self.rt)
        await self.machine.advance(by)
        await self.work()

    async def _beat(self, *, only_if_known: bool = False) -> None:
        async with unit_of_work(self.rt.sessions) as tx:
            found = await tx.session.get(ServicePulse, "worker")
            if found is not None:
                found.at = self.rt.clock.now()
            elif not only_if_known:
                tx.session.add(ServicePulse(name="worker", at=self.rt.clock.now()))

    async def incident(self, by: timedelta, provider: str = "google") -> None:
        """Trouble of the provider's for so long."""
        async with unit_of_work(self.rt.sessions) as tx:
            row = Incident(id=new_id(), provider=provider, kind="refused", failing=9, tried=9)
            tx.session.add(row)
        await self.machine.advance(by)
        async with unit_of_work(self.rt.sessions) as tx:
            await tx.session.execute(update(Incident).where(Incident.id == row.id).values(ended_at=app_now()))
        await self.work()

    async def work(self) -> int:
        """Our jobs only: the connections' own would ask providers."""
        runner = JobRunner(self.rt, self.kinds, self.rt.sessions, self.rt.system, self.rt.rng)
        ran = 0
        for _ in range(100):
            async with self.rt.system.begin() as session:
                due = (await session.scalars(DUE)).all()
            done = [await runner.run(one) for one in due]
            ran += sum(done)
            if not any(done):
                return ran
        raise AssertionError("jobs do not come to rest")

    # What became of it

    async def entry(self, campaign: OutreachCampaign, account: Connection) -> OutreachAccount:
        asked = select(OutreachAccount).where(
            OutreachAccount.campaign_id == campaign.id, OutreachAccount.connection_id == account.id
        )
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            return (await tx.session.scalars(asked)).one()

    async def state(self, campaign: OutreachCampaign) -> tuple[str, str | None]:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            row = await tx.session.get_one(OutreachCampaign, campaign.id)
            return row.state, row.pause_reason

    async def place(self, campaign: OutreachCampaign, account: Connection) -> str:
        return (await self.entry(campaign, account)).state

    async def recipients(self, ids: Sequence[UUID]) -> list[OutreachRecipient]:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            return [await tx.session.get_one(OutreachRecipient, one) for one in ids]

    async def states(self, ids: Sequence[UUID]) -> list[str]:
        return [one.state for one in await self.recipients(ids)]

    async def clocks(self, **where: Any) -> list[OutreachClock]:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            asked = select(OutreachClock).filter_by(**where).order_by(OutreachClock.created_at, OutreachClock.id)
            return list(await tx.session.scalars(asked))

    async def told(self, type: EventType) -> list[Event]:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            asked = select(Event).where(Event.type == type).order_by(Event.sequence)
            return list(await tx.session.scalars(asked))

    async def moments(self) -> list[str]:
        return [one.data["moment"] for one in await self.told(EventType.OUTREACH_CLOCK_WARNING)]

    async def becomes_of(self, message: UUID, state: str) -> None:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            (await tx.session.get_one(Message, message)).state = state

    async def message_state(self, message: UUID) -> str:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            return (await tx.session.get_one(Message, message)).state

    async def steps_decided(self, recipient: UUID) -> list[int]:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            asked = select(OutreachSend.step_number).where(OutreachSend.recipient_id == recipient)
            return list(await tx.session.scalars(asked))

    async def slot_number(self, account: Connection) -> int | None:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            asked = select(MailboxSlot.number).where(MailboxSlot.connection_id == account.id)
            return await tx.session.scalar(asked)

    async def count(self, model: Any) -> int:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            return await tx.session.scalar(select(func.count()).select_from(model)) or 0

    def now(self) -> datetime:
        return self.rt.clock.now()
