"""The job that reads a mailbox: when it runs, what stops it, and that nothing is lost or done twice."""

import base64
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.connections.transitions import PROBE
from mailwarden.core.db import UnitOfWork, reader, unit_of_work
from mailwarden.core.jobs import Job, enqueue
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from mailwarden.hooks.effects import look
from mailwarden.providers.settings import ProviderSettings
from mailwarden.sending.models import Message
from mailwarden.sending.receiving.effects import Happened, register_effect, unregister_effect
from mailwarden.sending.receiving.jobs import PAGES_AT_ONCE
from mailwarden.sending.receiving.models import MailboxReader
from mailwarden.sending.receiving.words import READ
from mailwarden.worker import make_runner
from tests.conftest import MakeConnection
from tests.sending.receiving.steps import Desk, make_message
from tests.sending.receiving.written import ID, ME, REPLY, YOU, dsn
from tests.support.jobs import SURELY, drain
from tests.support.replies import Replies
from tests.support.time import TimeMachine

BOX = "/gmail/v1/users/me"
RARELY, SOON = timedelta(hours=6), timedelta(minutes=2)


@dataclass
class Gmail:
    """What arrived there, and the history that tells of it. ``rows`` are the ids of one page each."""

    replies: Replies
    mails: dict[str, bytes]
    pages: list[list[str]]

    def arrange(self) -> None:
        self.replies[f"GET {BOX}/profile"] = httpx.Response(200, json={"emailAddress": ME, "historyId": "10"})
        self.replies[f"GET {BOX}/messages"] = httpx.Response(200, json={})
        self.replies[f"GET {BOX}/history"] = self._history
        for key in self.mails:
            self.replies[f"GET {BOX}/messages/{key}"] = self._mail

    def arrives(self, key: str, raw: bytes) -> None:
        self.mails[key] = raw
        self.pages.append([key])
        self.arrange()

    def _history(self, request: httpx.Request) -> httpx.Response:
        asked = dict(request.url.params)
        page = int(asked.get("pageToken", int(asked["startHistoryId"]) - 10))
        found = [{"message": {"id": key, "labelIds": ["INBOX"]}} for key in (self.pages[page : page + 1] or [[]])[0]]
        said: dict[str, Any] = {"history": [{"id": "1", "messagesAdded": found}] if found else []}
        more = page + 1 < len(self.pages)
        return httpx.Response(200, json=said | ({"nextPageToken": str(page + 1)} if more else self._end()))

    def _end(self) -> dict[str, str]:
        return {"historyId": str(10 + len(self.pages))}

    def _mail(self, request: httpx.Request) -> httpx.Response:
        key = request.url.path.rpartition("/")[2]
        raw, said = self.mails[key], {"id": key, "labelIds": ["INBOX"], "internalDate": "1795305218000"}
        if request.url.params["format"] == "raw":
            return httpx.Response(200, json=said | {"raw": base64.urlsafe_b64encode(raw).decode()})
        lines = raw.partition(b"\r\n\r\n")[0].replace(b"\r\n\t", b" ").decode("utf-8", "replace").split("\r\n")
        pairs = [line.partition(": ") for line in lines if ": " in line]
        headers = [{"name": name, "value": value} for name, _, value in pairs]
        return httpx.Response(200, json=said | {"payload": {"headers": headers}})


@dataclass
class Box:
    rt: Runtime
    row: Connection
    gmail: Gmail
    desk: Desk

    async def look(self) -> Job:
        """Reads now; the job as it is afterwards."""
        async with unit_of_work(self.rt.sessions, self.row.org_id) as tx:
            due = self.rt.clock.now() - SURELY
            await enqueue(tx, READ, self.row.id, due_at=due, replace=True, queue="bulk")
        job = await self.job()
        await make_runner(self.rt).run(job.id)
        return await self.job()

    async def job(self) -> Job:
        async with reader(self.rt.sessions, self.row.org_id) as tx:
            return (await tx.session.scalars(select(Job).where(Job.kind == READ))).one()

    async def place(self) -> MailboxReader:
        async with reader(self.rt.sessions, self.row.org_id) as tx:
            return (await tx.session.scalars(select(MailboxReader))).one()

    async def connection(self) -> Connection:
        async with reader(self.rt.sessions, self.row.org_id) as tx:
            return await get_connection(tx, self.row.org_id, self.row.id)

    async def change(self, **columns: Any) -> None:
        async with unit_of_work(self.rt.sessions, self.row.org_id) as tx:
            mine = await get_connection(tx, self.row.org_id, self.row.id, lock=True)
            for name, value in columns.items():
                setattr(mine, name, value)

    async def tell(self, type: EventType) -> None:
        async with unit_of_work(self.rt.sessions, self.row.org_id) as tx:
            await record(tx, type, connection_id=self.row.id, subject_id=self.row.id)

    async def sent(self, **over: Any) -> Message:
        return await make_message(self.rt, self.row, YOU, rfc822_id=ID, **over)

    def calls(self) -> int:
        return len(self.gmail.replies.requests)

    def wait(self, job: Job) -> timedelta:
        return job.due_at - self.rt.clock.now()


@pytest_asyncio.fixture(loop_scope="session")
async def box(runtime: Runtime, make_connection: MakeConnection, replies: Replies) -> Box:
    known = {**runtime.config.providers, "google": ProviderSettings("our-client", "our-secret")}
    rt = replace(runtime, config=replace(runtime.config, providers=known))
    row = await make_connection(provider="google", account_label=ME, external_id="g-1", life_s=10**7)
    gmail = Gmail(replies, {}, [])
    gmail.arrange()
    return Box(rt, row, gmail, Desk(rt, row))


def near(found: timedelta, wanted: timedelta) -> bool:
    return abs(found - wanted) < timedelta(seconds=30)


async def test_an_idle_mailbox_is_looked_into_rarely(box: Box) -> None:
    job = await box.look()
    place = await box.place()
    assert (place.cursor, place.trouble, place.read_at is not None) == ({"history": "10"}, None, True)
    assert near(box.wait(job), RARELY)


async def test_what_was_sent_lately_is_watched(box: Box, time_machine: TimeMachine) -> None:
    await box.sent()
    assert near(box.wait(await box.look()), SOON)
    await time_machine.advance(timedelta(days=1))
    assert near(box.wait(await box.look()), timedelta(minutes=5))
    await time_machine.advance(timedelta(days=7))
    assert near(box.wait(await box.look()), timedelta(minutes=30))
    await time_machine.advance(timedelta(days=30))
    assert near(box.wait(await box.look()), RARELY)


async def test_a_mail_sent_from_an_idle_mailbox_wakes_it(box: Box) -> None:
    await box.look()
    await box.tell(EventType.MESSAGE_SENT)
    await drain(box.rt)
    assert near(box.wait(await box.job()), SOON)


async def test_bounce_and_reply(box: Box) -> None:
    message = await box.sent()
    await box.look()
    box.gmail.arrives("b1", dsn())
    box.gmail.arrives("r1", REPLY)
    await box.look()
    one = await box.desk.only(message)
    assert (one.state, one.replied_at is not None) == ("bounced", True)
    assert (await box.place()).cursor == {"history": "12"}
    bodies = [str(r.url) for r in box.gmail.replies.requests if "format=raw" in str(r.url)]
    assert [url.partition("?")[0].rpartition("/")[2] for url in bodies] == ["b1"]  # nobody's letter is read


async def test_effects_and_cursor_are_one(box: Box) -> None:
    """Whatever fails in between, the page is read again, and its effects come once."""
    message = await box.sent()
    await box.look()
    before = (await box.place()).cursor

    async def fails(_: Runtime, __: UnitOfWork, ___: Happened) -> None:
        raise RuntimeError("the worker dies")

    register_effect(fails)
    box.gmail.arrives("b1", dsn())
    await box.look()
    unregister_effect(fails)
    assert ((await box.place()).cursor, (await box.desk.only(message)).state) == (before, "accepted")
    await box.look()
    await box.look()
    assert (await box.desk.only(message)).state == "bounced"
    assert (len(await box.desk.events()), len(await box.desk.noted())) == (1, 1)


async def test_much_mail_is_read_by_turns(box: Box) -> None:
    await box.look()
    for number in range(PAGES_AT_ONCE + 3):
        box.gmail.arrives(f"m{number}", REPLY)
    read_at = (await box.place()).read_at
    job = await box.look()
    assert box.wait(job) <= timedelta(0)
    assert ((await box.place()).cursor or {})["page"] == str(PAGES_AT_ONCE)
    assert (await box.place()).read_at == read_at
    assert box.wait(await box.look()) > timedelta(minutes=1)


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"From: MAILER-DAEMON@x\r\n\r\n", dsn().replace(b"utf-8", b"x-no")])
async def test_a_hostile_mail_stops_nothing(box: Box, raw: bytes) -> None:
    message = await box.sent()
    await box.look()
    box.gmail.arrives("h", raw)
    box.gmail.arrives("r", REPLY)
    await box.look()
    assert (await box.desk.only(message)).replied_at is not None


async def test_a_refused_call_is_a_suspicion(box: Box) -> None:
    said = {"error": {"code": 401, "errors": [{"reason": "authError"}], "status": "UNAUTHENTICATED"}}
    box.gmail.replies[f"GET {BOX}/profile"] = httpx.Response(401, json=said)
    box.gmail.replies["POST /token"] = httpx.Response(400, json={"error": "invalid_grant"})
    job = await box.look()
    assert (await box.connection()).status == "verifying"
    assert near(box.wait(job), timedelta(minutes=10))
    calls = box.calls()
    assert near(box.wait(await box.look()), timedelta(minutes=1))
    assert (box.calls(), (await box.place()).trouble) == (calls, "connection_verifying")


async def test_gmail_asks_us_to_wait(box: Box) -> None:
    said = {"error": {"code": 429, "errors": [{"reason": "rateLimitExceeded"}], "message": "slow down"}}
    box.gmail.replies[f"GET {BOX}/profile"] = httpx.Response(429, json=said, headers={"Retry-After": "600"})
    job = await box.look()
    row = await box.connection()
    assert (row.status, row.degraded_reason) == ("connected", "rate_limited")
    assert near(box.wait(job), timedelta(minutes=10))


async def test_an_outage_is_the_providers(box: Box) -> None:
    box.gmail.replies[f"GET {BOX}/profile"] = httpx.Response(503, json={"error": {"code": 503}})
    rt, box.rt = box.rt, replace(box.rt, sleep=_no_sleep)
    job = await box.look()
    assert (await box.connection()).status == "connected"
    assert near(box.wait(job), SOON)
    box.rt = rt
    box.gmail.arrange()
    await box.look()
    assert (await box.place()).trouble is None


async def _no_sleep(_: float) -> None:
    return None


@pytest.mark.parametrize(
    ("columns", "trouble"),
    [
        ({"missing_scopes": ["https://www.googleapis.com/auth/gmail.readonly"]}, "permission_missing"),
        ({"status": "inactive", "cause": "access_revoked"}, "connection_inactive"),
    ],
)
async def test_who_may_not_be_read_is_not_asked(box: Box, columns: dict[str, Any], trouble: str) -> None:
    await box.change(**columns)
    job = await box.look()
    assert (box.calls(), (await box.place()).trouble) == (0, trouble)
    assert near(box.wait(job), RARELY)


@pytest.mark.parametrize("type", [EventType.CONNECTION_RECOVERED, EventType.CONNECTION_PERMISSION_RESTORED])
async def test_the_end_of_a_trouble_wakes_it(box: Box, type: EventType) -> None:
    await box.change(status="inactive", cause="access_revoked")
    await box.look()
    await box.change(status="connected", cause=None)
    await box.tell(type)
    box.gmail.replies["GET /v1/userinfo"] = httpx.Response(200, json={"sub": "g-1", "email": ME})
    await _dispatch(box)
    assert (await box.job()).due_at <= box.rt.clock.now()


async def _dispatch(box: Box) -> None:
    async with reader(box.rt.sessions, box.row.org_id) as tx:
        asked = select(Job.id).where(Job.kind == "event_dispatch", Job.state == "ready")
        ids = list(await tx.session.scalars(asked))
    for one in ids:
        await make_runner(box.rt).run(one)


async def test_a_disconnected_mailbox_is_left_alone(box: Box) -> None:
    await box.look()
    await box.change(status="disconnected")
    job = await box.look()
    assert job.state == "done"


async def test_a_hint_of_new_mail_reads_it_at_once(box: Box) -> None:
    """A push, and a watch that was lost and found, come by here."""
    await box.look()
    async with unit_of_work(box.rt.sessions, box.row.org_id) as tx:
        mine = await get_connection(tx, box.row.org_id, box.row.id)
        await look(tx, mine, box.rt.clock.now())
    assert (await box.job()).due_at <= box.rt.clock.now()
    assert await _due(box, PROBE) is not None


async def _due(box: Box, kind: str) -> datetime | None:
    async with reader(box.rt.sessions, box.row.org_id) as tx:
        return await tx.session.scalar(select(Job.due_at).where(Job.kind == kind))
