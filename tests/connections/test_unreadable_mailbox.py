"""A stored password that cannot be decrypted: as with an authorization, and nobody signs in anywhere."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from mailwarden.connections.mail_models import MailServers
from mailwarden.connections.models import Connection
from mailwarden.connections.transitions import PROBE, VERIFY
from mailwarden.connections.unreadable import SAID
from mailwarden.core.db import unit_of_work
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime
from tests.connections.mailbox_fixtures import mailbox, post
from tests.connections.mailbox_steps import Post, connected
from tests.connections.steps import REVOKED, fail, live, now
from tests.connections.test_unreadable import LOST
from tests.support.browser import Browser
from tests.support.jobs import SURELY, drain
from tests.support.time import TimeMachine

__all__ = ["mailbox", "post"]


async def damage(runtime: Runtime, row: Connection) -> None:
    spoilt = update(MailServers).where(MailServers.connection_id == row.id).values(password=b"noise")
    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        await tx.session.execute(spoilt)


async def run(runtime: Runtime, row: Connection, kind: str = PROBE) -> None:
    async with unit_of_work(runtime.sessions, row.org_id) as tx:
        await enqueue(tx, kind, row.id, due_at=runtime.clock.now() - SURELY, replace=True)
    await drain(runtime)


@pytest.mark.parametrize("doubted", [False, True])
async def test_it_is_inactive_at_once_and_nobody_signs_in(
    runtime: Runtime, mailbox: Connection, post: Post, doubted: bool
):
    before = len(post.logins())
    await damage(runtime, mailbox)
    if doubted:
        await fail(runtime, mailbox, REVOKED)
    await run(runtime, mailbox, VERIFY if doubted else PROBE)
    seen = await now(runtime, mailbox)
    assert (seen.status, seen.cause) == ("inactive", "unknown")
    assert seen.evidence is not None
    assert seen.evidence["items"][-1]["message"] == SAID
    assert len(post.logins()) == before


async def test_it_comes_back_with_the_key(runtime: Runtime, mailbox: Connection, post: Post, time_machine: TimeMachine):
    await run(replace(runtime, keys=LOST), mailbox)
    assert (await now(runtime, mailbox)).status == "inactive"
    await live(runtime, time_machine, 660, step=60)
    assert (await now(runtime, mailbox)).status == "connected"


async def test_the_test_tells_it_and_a_new_password_mends_it(
    runtime: Runtime, owner: Browser, mailbox: Connection, post: Post
):
    await damage(runtime, mailbox)
    shown = (await owner.get("/v1/connections")).json()["data"][0]["id"]
    told = (await owner.post(f"/v1/connections/{shown}/test")).json()
    assert (told["ok"], told["checks"][0]["detail"]) == (False, SAID)
    again = await connected(runtime, owner, post.form())
    assert (again.id, again.status) == (mailbox.id, "connected")
