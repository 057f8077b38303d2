"""A mail as it leaves, without anybody who sends it: what is in it, who opens it, what becomes of that."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from mailwarden.sending.models import Message, MessageRecipient, Suppression
from mailwarden.sending.prepare import Content, Prepared
from mailwarden.sending.tracking.models import TrackingEvent
from mailwarden.sending.tracking.prepare import prepare
from tests import factories
from tests.conftest import NewClient

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
HTML = (
    '<p>Hello, see <a href="https://a.example/offer?x=1&amp;y=2">this</a> or <a href="https://b.example/">that</a>, '
    '<a href="mailto:pat@example.com">write</a>.</p>'
)


@dataclass
class Mail:
    rt: Runtime
    message: Message
    recipients: list[MessageRecipient]
    prepared: Prepared

    @property
    def org_id(self) -> UUID:
        return self.message.org_id

    def url(self, kind: str, number: int = 0) -> str:
        """Path of the pixel (o), of a link (c), of the way out (u)."""
        pieces = (self.prepared.html + "\n" + self.prepared.text).split(f"/t/{kind}/")[1:]
        found = list(dict.fromkeys(piece.split('"')[0].split(">")[0].split()[0] for piece in pieces))
        return f"/t/{kind}/{found[number]}"

    async def all_of(self, model: Any) -> list[Any]:
        async with unit_of_work(self.rt.sessions, self.org_id) as tx:
            mine = select(model).where(model.org_id == self.org_id).order_by(model.id)
            return list(await tx.session.scalars(mine))

    async def noted(self) -> list[tuple[str, bool | None, str | None]]:
        return [(one.kind, one.machine, one.machine_reason) for one in await self.all_of(TrackingEvent)]

    async def told(self) -> list[str]:
        return [one.type for one in await self.all_of(Event)]

    async def suppressed(self) -> list[tuple[str, str]]:
        return [(one.address, one.reason) for one in await self.all_of(Suppression)]

    async def recipient(self, number: int = 0) -> MessageRecipient:
        rows = {row.id: row for row in await self.all_of(MessageRecipient)}
        found: MessageRecipient = rows[self.recipients[number].id]
        return found


MakeMail = Callable[..., Awaitable[Mail]]


@pytest.fixture
def make_mail(runtime: Runtime) -> MakeMail:
    """Sent a minute ago; ``over`` sets columns of the message."""

    async def make(*to: str, html: str = HTML, text: str = "", org_id: UUID | None = None, **over: Any) -> Mail:
        rt = over.pop("rt", runtime)
        org_id = org_id or (await factories.make_organization(runtime, "Acme & <Sons>"))[0]
        sent_at = runtime.clock.now() - timedelta(minutes=1)
        fields = {"kind": "one_off", "state": "sent", "sent_at": sent_at, "track_opens": True, "track_clicks": True}
        message = Message(id=new_id(), org_id=org_id, **(fields | over))
        people = [
            MessageRecipient(id=new_id(), org_id=org_id, message_id=message.id, position=at, kind="to", address=one)
            for at, one in enumerate(to or ("Jo@Example.com",))
        ]
        async with unit_of_work(runtime.sessions, org_id) as tx:
            tx.session.add(message)
            await tx.session.flush()
            tx.session.add_all(people)
            await tx.session.flush()
            await tx.session.refresh(message)
            prepared = await prepare(rt, tx, message, people, Content(html, text))
        return Mail(rt, message, people, prepared)

    return make


@pytest_asyncio.fixture(loop_scope="session")
async def reader(new_client: NewClient) -> httpx.AsyncClient:
    """Somebody at a mail program."""
    client = new_client()
    client.headers["user-agent"] = FIREFOX
    return client
