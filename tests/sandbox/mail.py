"""The sandbox's mail servers in this process, and an account that has a live token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.app import Sandbox
from mailwarden_sandbox.grants import AccessToken, Code
from mailwarden_sandbox.mail.server import MailPorts, MailServers
from mailwarden_sandbox.tls import certificates

BOX = "mailbox1@sandbox.test"
PASSWORD = "correct horse"


@asynccontextmanager
async def mail_servers(sandbox: Sandbox, folder: Path) -> AsyncIterator[MailPorts]:
    servers = MailServers(sandbox, "127.0.0.1", certificates((), folder))
    try:
        yield await servers.start()
    finally:
        await servers.stop()


def token_for(sandbox: Sandbox, account: Account, *scopes: str) -> AccessToken:
    """As its consent would have given it."""
    world = sandbox.world
    code = Code("code", "sandbox-client", account, frozenset(scopes), "http://localhost", None, world.now() + 60)
    grant = world.tokens.open_grant(code, world.now())
    return world.tokens.add_access("sandbox-client", grant, account.provider, 3600, world.now())
