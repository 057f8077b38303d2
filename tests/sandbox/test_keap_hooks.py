import asyncio
import json
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.sandbox.keap_steps import KEAP, V1, V2, connect_keap

HOOKS = f"{V1}/hooks"
URL = "http://receiver.test/hooks/keap/secret"


class Receiver:
    """An app's webhook: echoes the secret of a handshake, answers events with ``status``."""

    def __init__(self) -> None:
        self.echoes, self.status = True, 200
        self.events: list[dict[str, Any]] = []

    async def __call__(self, request: Request) -> Response:
        secret = request.headers.get("x-hook-secret")
        if secret:
            return Response(headers={"X-Hook-Secret": secret} if self.echoes else {})
        self.events.append(json.loads(await request.body()))
        return Response(status_code=self.status)


@pytest.fixture
def receiver(sandbox) -> Receiver:
    found = Receiver()
    app = Starlette(routes=[Route("/hooks/keap/secret", found.__call__, methods=["POST"])])
    sandbox.world.outbox.transport = httpx.ASGITransport(app)
    return found


async def make_hook(http, tokens, event: str = "contact.add") -> dict[str, Any]:
    made = await http.post(HOOKS, json={"eventKey": event, "hookUrl": URL}, headers=tokens.headers)
    assert (made.status_code, made.json()["status"]) == (201, "Unverified")
    for _ in range(20):
        await asyncio.sleep(0)
    shown: dict[str, Any] = (await http.get(f"{HOOKS}/{made.json()['key']}", headers=tokens.headers)).json()
    return shown


async def add_contact(http, tokens, email: str) -> int:
    body = {"email_addresses": [{"email": email, "field": "EMAIL1"}]}
    return int((await http.post(f"{V2}/contacts", json=body, headers=tokens.headers)).json()["id"])


async def test_a_hook_is_verified_by_an_echo_and_tells_ids_only(http, control, receiver):
    tokens = await connect_keap(http)
    assert (await make_hook(http, tokens))["status"] == "Verified"
    contact = await add_contact(http, tokens, "ada@example.org")
    assert receiver.events == []
    await control.advance(91)
    await http.post("/_sandbox/webhooks/flush")
    (event,) = receiver.events
    assert (event["event_key"], event["object_type"]) == ("contact.add", "contact")
    assert [k["id"] for k in event["object_keys"]] == [contact]
    assert "ada" not in json.dumps(event)


async def test_without_an_echo_it_stays_unverified_until_verified_later(http, receiver):
    tokens = await connect_keap(http)
    receiver.echoes = False
    hook = await make_hook(http, tokens)
    assert hook["status"] == "Unverified"
    receiver.echoes = True
    again = await http.post(f"{HOOKS}/{hook['key']}/verify", headers=tokens.headers)
    assert again.json()["status"] == "Verified"


@pytest.mark.parametrize(("status", "attempts"), [(500, 4), (410, 1)])
async def test_four_failures_or_one_gone_make_it_inactive_and_verify_wakes_it(
    http, control, receiver, status, attempts
):
    tokens = await connect_keap(http)
    hook = await make_hook(http, tokens)
    receiver.status = status
    await add_contact(http, tokens, "bo@example.org")
    for _ in range(6):
        await control.advance(1900)
        await http.post("/_sandbox/webhooks/flush")
    assert len(receiver.events) == attempts
    assert (await http.get(f"{HOOKS}/{hook['key']}", headers=tokens.headers)).json()["status"] == "Inactive"
    woken = await http.post(f"{HOOKS}/{hook['key']}/verify", headers=tokens.headers)
    assert woken.json()["status"] == "Verified"


async def test_hooks_belong_to_their_tenant_and_can_be_deleted(http, receiver):
    one, other = await connect_keap(http), await connect_keap(http, "kp002")
    hook = await make_hook(http, one, "contact.edit")
    assert [h["key"] for h in (await http.get(HOOKS, headers=one.headers)).json()] == [hook["key"]]
    assert (await http.get(HOOKS, headers=other.headers)).json() == []
    assert (await http.delete(f"{HOOKS}/{hook['key']}", headers=other.headers)).status_code == 404
    assert (await http.delete(f"{HOOKS}/{hook['key']}", headers=one.headers)).status_code == 204
    assert (await http.get(HOOKS, headers=one.headers)).json() == []


async def test_the_known_events_and_no_others(http):
    tokens = await connect_keap(http)
    known = (await http.get(f"{HOOKS}/event_keys", headers=tokens.headers)).json()
    assert {"contact.add", "contact.redact", "contactGroup.applied"} <= set(known)
    refused = await http.post(HOOKS, json={"eventKey": "email.open", "hookUrl": URL}, headers=tokens.headers)
    assert refused.status_code == 400


async def test_a_dropped_push_never_comes(http, control, receiver):
    tokens = await connect_keap(http)
    await make_hook(http, tokens)
    await control.break_("keap", KEAP, "drop_webhooks")
    await add_contact(http, tokens, "cleo@example.org")
    await control.advance(2000)
    await http.post("/_sandbox/webhooks/flush")
    assert receiver.events == []
