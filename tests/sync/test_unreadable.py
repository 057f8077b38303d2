"""A sync whose authorization cannot be decrypted ends honestly, and asks nobody."""

from sqlalchemy import update

from mailwarden.connections.models import Credential
from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from tests.support.replies import Replies
from tests.sync.conftest import Desk
from tests.sync.portal import Portal


async def test_the_run_says_why_and_the_connection_is_inactive(
    runtime: Runtime, desk: Desk, portal: Portal, replies: Replies
):
    portal.add(3)
    spoilt = update(Credential).where(Credential.connection_id == desk.connection.id)
    async with unit_of_work(runtime.sessions, desk.org_id) as tx:
        await tx.session.execute(spoilt.values(access_token=b"noise", refresh_token=b"noise"))
    ended = await desk.sync()
    assert ended.status == "failed"
    assert ended.error is not None
    assert ended.error["code"] in ("unreadable", "connection_inactive")
    assert ended.error["title"] != "HubSpot refused"
    assert ((await desk.row()).status, (await desk.row()).cause) == ("inactive", "unknown")
    assert replies.requests == []
