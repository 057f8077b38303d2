"""Connecting a mailbox by its password: tried in full first, stored only if every step passed."""

from datetime import UTC, datetime
from uuid import UUID

from mailwarden.accounts.caller import Caller
from mailwarden.connections.adopt import Adoption, adopt, next_credential
from mailwarden.connections.mail_servers import (
    MAIL_PROVIDER,
    external_id_of,
    find_servers,
    reach_of,
    signs_in_by_password,
    store_mailbox,
)
from mailwarden.connections.mail_texts import steps_out
from mailwarden.connections.mailbox_schemas import (
    CredentialsIn,
    MailboxConnectOut,
    MailboxIn,
    MailboxTestOut,
    ServerIn,
    StepOut,
)
from mailwarden.connections.models import Connection
from mailwarden.connections.paid import check_plan, check_plan_apart
from mailwarden.connections.present import connection_out
from mailwarden.connections.queries import get_connection, open_episode
from mailwarden.core.db import UnitOfWork, reader
from mailwarden.core.errors import Conflict, Invalid
from mailwarden.core.runtime import Runtime
from mailwarden.providers.base import Account
from mailwarden.providers.budget import Quota
from mailwarden.providers.imap.mailbox import Tested
from mailwarden.providers.imap.mailbox import test_mailbox as test_servers
from mailwarden.providers.imap.servers import Login, MailAccount, Server
from mailwarden.providers.turns import take_turn

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # when a password expires or is due for a refresh
OF_ONE_MAILBOX = (5, 600.0)  # servers lock out after some ten failures
OF_ONE_ORGANIZATION = (60, 600.0)


async def test_mailbox_settings(rt: Runtime, caller: Caller, body: MailboxIn) -> MailboxTestOut:
    await check_plan_apart(rt, caller.org_id, None)
    account = _account(body)
    steps, ok = await _try(rt, caller.org_id, account)
    return MailboxTestOut(ok=ok, steps=steps)


async def connect_mailbox(rt: Runtime, caller: Caller, body: MailboxIn) -> MailboxConnectOut:
    await check_plan_apart(rt, caller.org_id, None)
    account = _account(body)
    return await _connect(rt, caller, account, None)


async def renew_credentials(rt: Runtime, caller: Caller, connection_id: UUID, body: CredentialsIn) -> MailboxConnectOut:
    """The same row, settings and history. The servers may move only within the same mailbox."""
    async with reader(rt.sessions, caller.org_id) as tx:
        row = await get_connection(tx, caller.org_id, connection_id)
        await check_plan(rt, tx, caller.org_id, None)
        account = await _renewed(tx, row, body)
    if external_id_of(account) != row.external_id:
        raise Conflict("This is another mailbox. Connect it as a new one.", code="wrong_account", action="connect")
    return await _connect(rt, caller, account, row.id)


async def _renewed(tx: UnitOfWork, row: Connection, body: CredentialsIn) -> MailAccount:
    held = await find_servers(tx, row.org_id, row.id) if signs_in_by_password(row.provider) else None
    if held is None:
        raise Conflict("This account is not signed in to with a password.", code="not_a_password_connection")
    if held.smtp_username is not None and body.smtp_password is None:
        raise Invalid("SMTP has a password of its own here: give it, too.", code="smtp_credentials")
    stored = {
        "imap": {"host": held.imap_host, "port": held.imap_port, "security": held.imap_security},
        "smtp": {"host": held.smtp_host, "port": held.smtp_port, "security": held.smtp_security},
    }
    same = MailboxIn(
        address=held.address,
        username=body.username or held.username,
        password=body.password,
        imap=body.imap or ServerIn.model_validate(stored["imap"]),
        smtp=body.smtp or ServerIn.model_validate(stored["smtp"]),
        smtp_username=body.smtp_username or (held.smtp_username if body.smtp_password else None),
        smtp_password=body.smtp_password,
    )
    return _account(same)


async def _connect(rt: Runtime, caller: Caller, account: MailAccount, pinned: UUID | None) -> MailboxConnectOut:
    steps, ok = await _try(rt, caller.org_id, account)
    if not ok:
        return MailboxConnectOut(ok=False, steps=steps, connection=None)

    async def store(tx: UnitOfWork, row: Connection) -> None:
        await _store(rt, tx, row, account)

    known_as = Account(external_id_of(account), account.address, account.imap.host)
    adoption = Adoption(caller.org_id, MAIL_PROVIDER, caller.user_id, pinned, known_as)
    _, connection_id = await adopt(rt, adoption, store)
    async with reader(rt.sessions, caller.org_id) as tx:
        row = await get_connection(tx, caller.org_id, connection_id)
        shown = connection_out(row, await open_episode(tx, caller.org_id, connection_id))
    return MailboxConnectOut(ok=True, steps=steps, connection=shown)


async def _store(rt: Runtime, tx: UnitOfWork, row: Connection, account: MailAccount) -> None:
    credential = await next_credential(tx, row)
    credential.issued_at = credential.granted_at = rt.clock.now()
    credential.expires_at = credential.refresh_after = NEVER
    credential.refusals = credential.failures = 0
    credential.first_refused_at = credential.next_try_at = credential.lease_until = None
    row.next_refresh_at = None
    await store_mailbox(rt, tx, row, account)


async def _try(rt: Runtime, org_id: UUID, account: MailAccount) -> tuple[list[StepOut], bool]:
    await _take_turn(rt, org_id, account)
    tested: tuple[Tested, ...] = await test_servers(account, reach_of(rt))
    return steps_out(account, tested), all(one.passed and one.failed is None for one in tested)


async def _take_turn(rt: Runtime, org_id: UUID, account: MailAccount) -> None:
    """Whoever guesses a password here, or looks for open ports, is stopped before the servers notice."""
    mailbox = rt.keys.fingerprint(external_id_of(account)).hex()[:32]
    quotas = (
        Quota(f"mailbox-test:{mailbox}", *OF_ONE_MAILBOX),
        Quota(f"mailbox-test:{org_id}", *OF_ONE_ORGANIZATION),
    )
    text = "Too many tries. So that nothing locks you out, wait a few minutes."
    await take_turn(rt.budget, f"mailbox-test:{mailbox}", *quotas, said=text)


def _account(body: MailboxIn) -> MailAccount:
    if (body.smtp_username is None) != (body.smtp_password is None):
        raise Invalid("SMTP needs a user name and a password of its own, or neither.", code="smtp_credentials")
    login = Login(body.username or body.address, body.password.get_secret_value())
    smtp_login = login
    if body.smtp_username is not None and body.smtp_password is not None:
        smtp_login = Login(body.smtp_username, body.smtp_password.get_secret_value())
    return MailAccount(body.address, _server(body.imap), _server(body.smtp), login, smtp_login)


def _server(server: ServerIn) -> Server:
    return Server(server.host, server.port, server.security)
