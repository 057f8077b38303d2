"""One truth for sending (B31): under every fault the function, the connection, the overview and the gate agree."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mailwarden.billing.gate import access_of
from mailwarden.connections.models import Connection
from mailwarden.connections.queries import get_connection
from mailwarden.connections.rules import Purpose
from mailwarden.connections.slots import slot_of, take_slot, takes_slot
from mailwarden.connections.usability import may_use
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.runtime import Runtime
from mailwarden.providers.catalog import load
from tests.conftest import MakeConnection
from tests.connections.test_usability_agreement import State, bring_about, distinct
from tests.support.browser import Browser

Answer = tuple[bool, str]
Surface = Callable[[Runtime, Browser, Connection], Awaitable[Answer]]
SENDERS = sorted(name for name in load() if takes_slot(name))


async def the_function(rt: Runtime, _: Browser, row: Connection) -> Answer:
    async with reader(rt.sessions, row.org_id) as tx:
        found = may_use(row, Purpose.SEND, rt.clock.now(), await access_of(rt, tx, row.org_id))
    return found.usable, found.code


async def the_endpoint(_: Runtime, owner: Browser, row: Connection) -> Answer:
    told = (await owner.get(f"/v1/connections/conn_{row.id.hex}/usability", params={"purpose": "send"})).json()
    return told["usable"], told["code"]


async def the_tracking(_: Runtime, owner: Browser, row: Connection) -> Answer:
    told = (await owner.get(f"/v1/connections/conn_{row.id.hex}/usability", params={"purpose": "track"})).json()
    return told["usable"], told["code"]


async def the_overview(_: Runtime, owner: Browser, row: Connection) -> Answer:
    """What the extension shows."""
    told = (await owner.get("/v1/sending/usability")).json()
    mine = [one for one in told["mailboxes"] if one["connection_id"] == f"conn_{row.id.hex}"]
    if not mine:  # its slot is empty: a disconnect
        assert not told["usable"] or len(told["mailboxes"]) > 1
        return False, "connection_disconnected"
    return mine[0]["usable"], mine[0]["code"]


async def the_send_gate(rt: Runtime, owner: Browser, row: Connection) -> Answer:
    made = await draft(rt, owner, row)
    answer = await owner.post(f"/v1/messages/{made['id']}/send", {})
    if answer.status_code == 200:
        await owner.post(f"/v1/messages/{made['id']}/cancel", {})
        return True, "ok"
    kept = (await owner.get(f"/v1/messages/{made['id']}")).json()
    assert kept["state"] == "draft"
    code = answer.json()["code"]
    return False, "connection_disconnected" if code in ("no_active_integration", "mailbox_required") else code


async def draft(rt: Runtime, owner: Browser, row: Connection) -> dict[str, Any]:
    async with reader(rt.sessions, row.org_id) as tx:
        slot = await slot_of(tx, row.org_id, row.id)
    body: dict[str, Any] = {"to": [{"address": "ada@else.test"}], "subject": "Hi", "html": "<p>Hi</p>"}
    made = await owner.post("/v1/messages", body | ({"mailbox_id": f"mbx_{slot.id.hex}"} if slot else {}))
    told: dict[str, Any] = made.json()
    return told


SURFACES: list[Surface] = [the_function, the_endpoint, the_tracking, the_overview, the_send_gate]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("provider", SENDERS)
async def test_everything_that_sends_agrees(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, provider: str
) -> None:
    for state in distinct(provider):
        row = await bring_about(runtime, with_slot(runtime, make_connection), owner, state)
        answers = {surface.__name__: await surface(runtime, owner, row) for surface in SURFACES}
        assert len(set(answers.values())) == 1, (state, answers)
        usable, code = answers["the_function"]
        assert usable == (code == "ok"), state


def with_slot(rt: Runtime, make: MakeConnection) -> MakeConnection:
    """As a connect puts it there."""

    async def made(**over: Any) -> Connection:
        row = await make(**over)
        async with unit_of_work(rt.sessions, row.org_id) as tx:
            await take_slot(tx, await get_connection(tx, row.org_id, row.id))
        return row

    return made


def test_every_state_is_tried() -> None:
    assert all(isinstance(one, State) for name in SENDERS for one in distinct(name))
    assert len(SENDERS) == 4
