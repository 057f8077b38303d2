"""Mailboxes of colleagues: what a member is told of them, and that they send nothing from them."""

import httpx

from tests.organizations.steps import join
from tests.sending.core.steps import Box, open_box
from tests.support.browser import Browser
from tests.support.world import World


async def colleague(box: Box, role: str) -> Browser:
    transport = httpx.ASGITransport(box.world.app)
    owner = box.linked.browser
    http = httpx.AsyncClient(transport=transport, base_url=owner.http.base_url)
    return await join(box.world.runtime, owner, lambda: http, role, name=role)


async def test_a_colleagues_mailbox_is_told_apart_from_one_that_is_not_connected(world: World) -> None:
    box = await open_box(world, "google")
    owner, slot = box.linked.browser, f"mbx_{box.slot_id.hex}"
    told = (await owner.get("/v1/sending/usability")).json()
    assert ([one["mailbox_id"] for one in told["mailboxes"]], told["others"]) == ([slot], [])
    member = await colleague(box, "member")
    asked = (await member.get("/v1/sending/usability")).json()
    assert (asked["usable"], asked["code"], asked["mailboxes"]) == (False, "no_active_integration", [])
    [other] = asked["others"]
    assert (other["mailbox_id"], other["address"], other["code"]) == (
        slot,
        told["mailboxes"][0]["address"],
        "role_required",
    )
    body = {"mailbox_id": slot, "to": [{"address": "ada@else.test"}], "subject": "Hi", "html": "<p>Hi</p>"}
    refused = await member.post("/v1/messages/tracked", body, headers={"Idempotency-Key": "colleague-1"})
    assert (refused.status_code, refused.json()["code"], refused.json()["detail"]) == (
        403,
        "role_required",
        other["detail"],
    )


async def test_a_manager_sends_from_all(world: World) -> None:
    box = await open_box(world, "google")
    manager = await colleague(box, "manager")
    told = (await manager.get("/v1/sending/usability")).json()
    assert (told["usable"], told["others"], len(told["mailboxes"])) == (True, [], 1)
