"""The safe reset in its order (D17), and that a reconnect repairs what looks connected and is dead (D18)."""

from sqlalchemy import select

from mailwarden.connections.models import Connection, Credential
from mailwarden.connections.rules import Status
from mailwarden.core.db import unit_of_work
from mailwarden.outreach.models import OutreachCampaign
from tests.outreach.trouble.lab import HOUR, MINUTE, Lab
from tests.outreach.trouble.test_api import asked, named, of
from tests.support.browser import Browser


async def status(lab: Lab, account: Connection) -> str:
    async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
        return (await tx.session.get_one(Connection, account.id)).status


async def usable(owner: Browser, account: Connection) -> str:
    told = await asked(owner, f"{of(account)}/campaigns-paused")
    return "; ".join(sorted(f"{one['name']}: {one['account_state']}" for one in told["data"]))


async def every_view(lab: Lab, owner: Browser, campaign: OutreachCampaign, account: Connection) -> set[str]:
    """What the connection's page, the campaign's page and the trouble page say of the account."""
    shown = await asked(owner, of(account))
    detail = await asked(owner, named(campaign))
    trouble = await asked(owner, f"{named(campaign)}/trouble")
    usable_now = all(one["usable"] for one in detail["accounts"])
    return {shown["status"], trouble["accounts"][0]["status"], "connected" if usable_now else shown["status"]}


async def test_d17_the_safe_reset_works_in_its_order_and_each_step_twice(lab: Lab, owner: Browser) -> None:
    mine = await lab.account("a@acme.test")
    campaign = await lab.campaign(mine)
    people = await lab.people(campaign, mine, [1, 0])
    await lab.breaks(mine)
    await lab.later(2 * HOUR)
    for _ in range(2):  # 1. disconnect
        assert (await owner.delete(of(mine))).status_code in (200, 204)
        await lab.work()
        assert await lab.state(campaign) == ("paused", "connection_inactive")
        assert await every_view(lab, owner, campaign, mine) == {"disconnected"}
    await lab.later(10 * MINUTE)
    for _ in range(2):  # 2. reconnect
        await lab.reconnects(mine)
        assert await every_view(lab, owner, campaign, mine) == {"connected"}
    await lab.later(MINUTE)  # 3. to 5.: signing in again and reloading change nothing of it
    assert await every_view(lab, owner, campaign, mine) == {"connected"}
    for _ in range(2):  # 6. retry
        assert (await owner.post(f"{named(campaign)}/resume")).status_code == 200
        await lab.work()
        assert await lab.state(campaign) == ("running", None)
    assert await lab.states(people) == ["active", "active"]
    assert await usable(owner, mine) == ""


async def test_d18_disconnecting_and_connecting_again_repairs_what_is_dead_behind_a_green_light(lab: Lab) -> None:
    mine, other = await lab.account("a@acme.test"), await lab.account("b@acme.test")
    single, rotation = await lab.campaign(mine), await lab.campaign(mine, other)
    people = await lab.people(rotation, mine, [1, 0])
    async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
        before = (await tx.session.scalars(select(Credential.version).where(Credential.connection_id == mine.id))).one()
    assert await status(lab, mine) == Status.CONNECTED
    await lab.disconnects(mine)
    await lab.later(5 * MINUTE)
    await lab.re_adds(rotation, mine)
    await lab.reconnects(mine)
    assert await status(lab, mine) == Status.CONNECTED
    async with unit_of_work(lab.rt.sessions, lab.org_id) as tx:
        after = (await tx.session.scalars(select(Credential.version).where(Credential.connection_id == mine.id))).one()
    assert after > before
    assert await lab.place(rotation, mine) == "active"
    assert await lab.state(single) == ("paused", "disconnected")
    await lab.later(3 * HOUR)
    assert await lab.states(people) == ["active", "active"]
