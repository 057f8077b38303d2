"""The stored mailbox of a connection: its servers and password, and how this installation reaches them."""

import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast
from uuid import UUID

from sqlalchemy import select

from mailwarden.connections.mail_models import MailServers
from mailwarden.connections.models import Connection
from mailwarden.connections.our_app import spec_of
from mailwarden.connections.queries import get_credential
from mailwarden.connections.unreadable import opened, opening, place
from mailwarden.core.db import UnitOfWork, reader
from mailwarden.core.egress import EgressGuard
from mailwarden.core.ids import new_id
from mailwarden.core.runtime import Runtime
from mailwarden.providers.imap.mailbox import OTHER
from mailwarden.providers.imap.servers import PORTS, Login, MailAccount, Protocol, Reach, Security, Server

PASSWORD_KIND = "password"  # noqa: S105 - a kind of provider
MAIL_PROVIDER = "imap"
AT = " at "  # stands in no address


@dataclass(frozen=True, slots=True)
class HeldMailbox:
    """``version`` is the credential's: another password has another one. ``first`` is the server to be asked first."""

    version: int
    account: MailAccount
    first: Protocol = "imap"
    failing: Protocol | None = None


def signs_in_by_password(provider: str) -> bool:
    return spec_of(provider).kind == PASSWORD_KIND


def external_id_of(account: MailAccount) -> str:
    """The same address at another host is another mailbox."""
    return f"{account.address.lower()}{AT}{account.imap.host.lower()}"


def server_of(row: Connection) -> str:
    """The mail server's name; "" where a provider is one place for all."""
    return row.external_id.rpartition(AT)[2] if signs_in_by_password(row.provider) else ""


def reach_of(rt: Runtime) -> Reach:
    """The guard judges at every connection: what a name leads to may have changed since it was typed."""
    guard = EgressGuard(allow=rt.config.egress_allow, ports=PORTS)
    return Reach(guard, _tls(rt.config.mail_ca_file), rt.config.timing.api_deadline_s)


@cache
def _tls(more: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if more is not None:
        context.load_verify_locations(cafile=more)
    return context


async def find_servers(tx: UnitOfWork, org_id: UUID, connection_id: UUID, *, lock: bool = False) -> MailServers | None:
    asked = select(MailServers).where(MailServers.org_id == org_id, MailServers.connection_id == connection_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    return await tx.session.scalar(asked)


async def read_mailbox(rt: Runtime, row: Connection) -> HeldMailbox | None:
    """None after a disconnect. Raises Unreadable."""
    async with opening(rt, row.org_id, row.id), reader(rt.sessions, row.org_id) as tx:
        held = await find_servers(tx, row.org_id, row.id)
        password = opened(rt, held, "password") if held else None
        if held is None or password is None:
            return None
        version = (await get_credential(tx, row.org_id, row.id)).version
        failing = cast(Protocol | None, held.failing)
        return HeldMailbox(version, _account(rt, held, password), _first(rt, held), failing)


def _first(rt: Runtime, held: MailServers) -> Protocol:
    """The one in trouble, so that the other one is left in peace; but for its turn, or its own end went unnoticed."""
    if held.failing is None:
        return "imap"
    failing = cast(Protocol, held.failing)
    is_turn = held.other_due_at is not None and held.other_due_at <= rt.clock.now()
    return OTHER[failing] if is_turn else failing


def _account(rt: Runtime, held: MailServers, password: str) -> MailAccount:
    login, smtp_password = Login(held.username, password), opened(rt, held, "smtp_password")
    smtp_login = login
    if held.smtp_username is not None and smtp_password is not None:
        smtp_login = Login(held.smtp_username, smtp_password)
    return MailAccount(
        held.address,
        Server(held.imap_host, held.imap_port, cast(Security, held.imap_security)),
        Server(held.smtp_host, held.smtp_port, cast(Security, held.smtp_security)),
        login,
        smtp_login,
    )


async def store_mailbox(rt: Runtime, tx: UnitOfWork, row: Connection, account: MailAccount) -> None:
    held = await find_servers(tx, row.org_id, row.id, lock=True)
    if held is None:
        held = MailServers(id=new_id(), org_id=row.org_id, connection_id=row.id)
        tx.session.add(held)
    held.address, held.username = account.address, account.login.user
    held.imap_host, held.imap_port, held.imap_security = _columns(account.imap)
    held.smtp_host, held.smtp_port, held.smtp_security = _columns(account.smtp)
    held.password = rt.keys.seal(account.login.password, place(held, "password"))
    apart = account.smtp_login != account.login
    held.smtp_username = account.smtp_login.user if apart else None
    secret = account.smtp_login.password
    held.smtp_password = rt.keys.seal(secret, place(held, "smtp_password")) if apart else None
    held.failing = held.other_due_at = None


async def forget_password(tx: UnitOfWork, row: Connection) -> None:
    """The servers stay: whoever connects the mailbox again need not look for them."""
    held = await find_servers(tx, row.org_id, row.id, lock=True)
    if held is not None:
        held.password = held.smtp_password = held.smtp_username = None


def _columns(server: Server) -> tuple[str, int, str]:
    return server.host, server.port, server.security
