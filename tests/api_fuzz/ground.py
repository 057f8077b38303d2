"""Where the API is fuzzed: the product on a loopback port, the sandbox behind it, and organizations full of rows.

Every operation that writes gets an organization of its own: none saws off the branch on which the next one sits.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from mailwarden.accounts.caller import Caller
from mailwarden.accounts.models import Membership, Organization, User
from mailwarden.accounts.passwords import hash_password
from mailwarden.accounts.rules import PERMISSIONS, SCOPES, Role
from mailwarden.accounts.sessions import cookie_name, csrf_token, start_session
from mailwarden.connections.models import Connection
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.roles import Role as DatabaseRole
from mailwarden.core.runtime import Limits, Runtime
from mailwarden.developers.keys.schemas import ApiKeyCreate
from mailwarden.developers.keys.service import create
from mailwarden.embedded import EmbeddedServers
from mailwarden.main import create_app
from tests.support.browser import PASSWORD
from tests.support.database import fresh_database
from tests.support.listening import address_of, free_socket, listening
from tests.support.routes import ID_PREFIXES
from tests.support.rows import Rows, fill
from tests.support.sandbox import Sandbox
from tests.support.world import open_world

TABLE_OF = {
    "connection_id": "connections",
    "sync_id": "sync_runs",
    "campaign_id": "campaigns",
    "alert_id": "alerts",
    "attempt_id": "oauth_attempts",
    "receipt_id": "reconnect_receipts",
    "mailbox_id": "mailbox_slots",
    "bundle_id": "support_bundles",
    "event_id": "events",
    "endpoint_id": "webhook_endpoints",
    "delivery_id": "webhook_deliveries",
    "key_id": "api_keys",
    "device_id": "oauth_grants",
    "session_id": "sessions",
    "identity_id": "identities",
    "member_id": "users",
    "invitation_id": "invitations",
    "request_id": "support_requests",
    "attachment_id": "support_attachments",
    "domain_id": "domains",
    "check_id": "domain_checks",
    "dmarc_report_id": "dmarc_reports",
    "listing_id": "blocklist_listings",
    "reconciliation_id": "reconciliations",
    "export_id": "exports",
    "message_id": "messages",
    "answers_id": "messages",
    "file_id": "message_files",
    "suppression_id": "suppressions",
    "outreach_campaign_id": "outreach_campaigns",
    "account_id": "outreach_accounts",
    "recipient_id": "outreach_recipients",
    "import_id": "outreach_imports",
}
PREFIXES = ID_PREFIXES | {"answers_id": "msg", "outreach_campaign_id": "out"}
PROVIDER = "keap"  # of the connection: it gives figures and sends mail
BY_THEMSELVES = ("second_factors",)  # a made-up secret would be no secret of an authenticator
WORDS = {"provider": "hubspot", "slug": "alerts", "reference": "MW-1111-1111"}


@dataclass(frozen=True)
class Actor:
    """The owner of an organization that has a row in every table, and a key of theirs with all scopes."""

    cookie: tuple[str, str]
    csrf: str
    key: str
    ids: dict[str, str]

    def headers(self, who: str) -> dict[str, str]:
        if who == "browser":
            return {"Cookie": "=".join(self.cookie), "X-CSRF": self.csrf}
        return {"Authorization": f"Bearer {self.key}"} if who == "key" else {}


@dataclass
class Ground:
    url: str
    schema: dict[str, Any]
    runtime: Runtime
    unwalled: AsyncEngine
    loop: asyncio.AbstractEventLoop
    hashed: str

    def new_actor(self) -> Actor:
        """From the thread that plays; the loop serves meanwhile."""
        return asyncio.run_coroutine_threadsafe(self._actor(), self.loop).result(60)

    async def _actor(self) -> Actor:
        rt, org_id, user_id = self.runtime, new_id(), new_id()
        async with unit_of_work(rt.sessions) as tx:
            await tx.act(org_id, user_id)
            address = f"{user_id.hex}@example.com"
            for row in (
                User(
                    id=user_id, email=address, name="Pat", password_hash=self.hashed, email_verified_at=rt.clock.now()
                ),
                Organization(id=org_id, name="Acme"),
                Membership(org_id=org_id, user_id=user_id, role="owner"),
            ):
                tx.session.add(row)
                await tx.session.flush()
            session_id, token = await start_session(rt, tx, user_id, org_id, "fuzz")
            caller = Caller(user_id, org_id, "owner", False, "session", session_id)
            scopes = sorted(set(SCOPES) & set(PERMISSIONS[Role.OWNER]))
            _, secret = await create(rt, tx, caller, ApiKeyCreate(name="fuzz", scopes=scopes))
        rows = await self._fill(org_id, user_id)
        async with self.unwalled.begin() as connection:
            await connection.execute(update(User).where(User.id == user_id).values(is_operator=True))
        return Actor((cookie_name(rt), token), csrf_token(rt.keys, session_id), secret, named(rows))

    async def _fill(self, org_id: UUID, user_id: UUID) -> Rows:
        present: Rows = {name: {"id": new_id()} for name in ("memberships", "sessions", *BY_THEMSELVES)}
        present |= {"organizations": {"id": org_id}, "users": {"id": user_id}}
        async with self.unwalled.begin() as connection:
            rows = await fill(connection, self.runtime.keys, org_id, present)
            mine = Connection.org_id == org_id
            await connection.execute(update(Connection).where(mine).values(provider=PROVIDER))
        return rows


def named(rows: Rows) -> dict[str, str]:
    known = {name: format_id(PREFIXES[name], rows[table]["id"]) for name, table in TABLE_OF.items() if table in rows}
    return WORDS | known


@contextmanager
def nothing_but_this_machine(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Hosts that a fuzzer makes up are looked up nowhere, and domains at the sandbox."""
    ask = loop.getaddrinfo

    async def here(host: str, port: int, **kwargs: Any) -> Any:
        literal = 0 if host == "localhost" else socket.AI_NUMERICHOST
        return await ask(host, port, **kwargs | {"flags": kwargs.get("flags", 0) | literal})

    loop.getaddrinfo = here  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        loop.getaddrinfo = ask  # type: ignore[method-assign]


@asynccontextmanager
async def open_ground(servers: EmbeddedServers, sandbox: Sandbox, folder: Path) -> AsyncIterator[Ground]:
    loop = asyncio.get_running_loop()
    with fresh_database(servers, "fuzz") as database:
        unwalled = create_async_engine(servers.database_url(DatabaseRole.OWNER, database))
        async with open_world(servers, database, folder, sandbox) as world:
            listener = free_socket()
            url = address_of(listener)
            config = replace(world.runtime.config, base_url=url, limits=Limits(enabled=False), cookie_secure=False)
            runtime = replace(world.runtime, config=config)
            app = create_app(runtime)
            with nothing_but_this_machine(loop):
                async with listening(app, listener):
                    yield Ground(url, app.openapi(), runtime, unwalled, loop, await hash_password(PASSWORD))
        await unwalled.dispose()
