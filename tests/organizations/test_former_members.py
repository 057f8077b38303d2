"""B45: what a person connected stays when they leave, with a warning; reconnecting by somebody else ends it."""

from mailwarden.core.runtime import Runtime
from tests.conftest import MakeConnection, NewClient
from tests.organizations.steps import join
from tests.support.browser import Browser

LEFT = "/v1/organization/connections-of-former-members"


async def test_connections_survive_whoever_made_them(
    runtime: Runtime, owner: Browser, new_client: NewClient, make_connection: MakeConnection
) -> None:
    manager = await join(runtime, owner, new_client, "manager", "Mo")
    row = await make_connection(connected_by=manager.user_id, account_label="acme.test")
    await make_connection(connected_by=owner.user_id)
    await make_connection(connected_by=manager.user_id, status="disconnected")
    assert (await owner.get(LEFT)).json() == []
    await owner.delete(f"/v1/members/{manager.me['user']['id']}")
    (left,) = (await owner.get(LEFT)).json()
    assert (left["connection_id"], left["account_label"]) == (f"conn_{row.id.hex}", "acme.test")
    assert left["status"] == "connected"
    assert "HubSpot may end it" in left["advice"]
    usable = (await owner.get(f"/v1/connections/conn_{row.id.hex}/usability")).json()
    assert usable["usable"] is True, usable
