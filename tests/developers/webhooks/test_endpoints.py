"""Endpoints: who may, which addresses, the secret that is shown once."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text

from mailwarden.core.db import unit_of_work
from mailwarden.core.errors import Invalid
from mailwarden.core.outside.reach import NOT_REACHABLE, check_url
from mailwarden.core.runtime import Runtime
from mailwarden.developers.webhooks.models import WebhookEndpoint
from tests.conftest import NewClient
from tests.developers.webhooks.steps import change_endpoint, look_at, make_endpoint
from tests.fakes.receiver import Receiver
from tests.support.browser import Browser, sign_up

PATH = "/v1/webhook-endpoints"


async def test_the_secret_is_shown_once_and_lies_sealed(runtime: Runtime, owner: Browser, receiver: Receiver) -> None:
    made = await make_endpoint(owner, receiver.url, description="CRM", event_types=["sync.failed"])
    secret = made["secret"]
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert (made["enabled"], made["health"], made["event_types"]) == (True, "untried", ["sync.failed"])
    shown = await look_at(owner, made)
    listed = (await owner.get(PATH)).json()["data"]
    assert "secret" not in shown
    assert listed == [shown]
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        row = (await tx.session.scalars(select(WebhookEndpoint))).one()
    assert secret.encode() not in row.secret


async def test_members_neither_see_nor_change_them(runtime: Runtime, owner: Browser, receiver: Receiver) -> None:
    made = await make_endpoint(owner, receiver.url)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(text("UPDATE memberships SET role = 'member'"))
    one = f"{PATH}/{made['id']}"
    answers = [
        await owner.get(PATH),
        await owner.get(one),
        await owner.post(PATH, {"url": receiver.url}),
        await owner.patch(one, {"enabled": False}, headers={"If-Match": '"v1"'}),
        await owner.delete(one, headers={"If-Match": '"v1"'}),
        await owner.post(f"{one}/rotate-secret"),
        await owner.post(f"{one}/test"),
        await owner.post(f"{one}/replay", {"since": "2020-01-01T00:00:00Z"}),
        await owner.get(f"{one}/deliveries"),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "role_required")}


async def test_other_organizations_do_not_have_it(owner: Browser, new_client: NewClient, receiver: Receiver) -> None:
    made = await make_endpoint(owner, receiver.url)
    stranger = await sign_up(new_client(), "stranger@example.com", "Other")
    one = f"{PATH}/{made['id']}"
    answers = [
        await stranger.get(one),
        await stranger.patch(one, {"enabled": False}, headers={"If-Match": '"v1"'}),
        await stranger.delete(one, headers={"If-Match": '"v1"'}),
        await stranger.post(f"{one}/rotate-secret"),
        await stranger.post(f"{one}/test"),
        await stranger.post(f"{one}/replay", {"since": "2020-01-01T00:00:00Z"}),
        await stranger.get(f"{one}/deliveries"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert (await stranger.get(PATH)).json() == {"data": []}


async def test_whoever_saw_an_old_state_changes_nothing(owner: Browser, receiver: Receiver) -> None:
    made = await make_endpoint(owner, receiver.url)
    one = f"{PATH}/{made['id']}"
    assert (await owner.patch(one, {"enabled": False})).status_code == 428
    changed = await owner.patch(one, {"description": "new"}, headers={"If-Match": '"v1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"v2"')
    assert (await owner.patch(one, {"enabled": False}, headers={"If-Match": '"v1"'})).status_code == 412
    assert (await owner.delete(one, headers={"If-Match": '"v1"'})).status_code == 412
    assert (await owner.delete(one, headers={"If-Match": '"v2"'})).status_code == 204
    assert (await owner.get(one)).status_code == 404


async def test_disabling_and_enabling_say_why_and_when(owner: Browser, receiver: Receiver) -> None:
    made = await make_endpoint(owner, receiver.url)
    off = await change_endpoint(owner, made, enabled=False)
    assert (off["enabled"], off["disabled_reason"]) == (False, "member")
    assert off["disabled_at"]
    on = await change_endpoint(owner, made, enabled=True)
    assert (on["enabled"], on["disabled_reason"], on["disabled_at"]) == (True, None, None)


async def test_there_is_an_end_to_them(owner: Browser, receiver: Receiver) -> None:
    for _ in range(20):
        await make_endpoint(owner, receiver.url)
    answer = await owner.post(PATH, {"url": receiver.url})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_endpoints")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": ""},
        {"url": "https://example.com", "event_types": ["no.such"]},
        {"url": "https://example.com", "secret": "whsec_mine"},
        {"url": "https://127.0.0.1/", "description": "two\nlines"},
        {"url": "ftp://127.0.0.1/"},
        {"url": "https://xn--/"},
        {"url": "https://user:pass@127.0.0.1/"},
        {"url": "https://127.0.0.1/#part"},
        {"url": "https://"},
        {"url": "https://127.0.0.1:99999/"},
        {"url": "https://bücher.example/"},
        {"url": "https://127.0.0.1/\\evil"},
        {"url": "https://127.0.0.1/" + "a" * 3000},
    ],
)
async def test_what_is_no_address_is_refused_at_its_field(owner: Browser, body: dict[str, Any]) -> None:
    answer = await owner.post(PATH, body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


INNER = [
    *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "[::1]", "[::ffff:127.0.0.1]", "localhost"),
    *("10.0.0.1", "192.168.1.1", "169.254.169.254", "[fd00:ec2::254]", "100.64.0.1", "0.0.0.0", "[64:ff9b::7f00:1]"),
]


@pytest.mark.parametrize("host", INNER)
async def test_inner_hosts_are_refused_with_one_text_for_all(runtime: Runtime, host: str) -> None:
    outside = replace(runtime, config=replace(runtime.config, environment="production", egress_allow=()))
    with pytest.raises(Invalid) as refused:
        await check_url(outside, f"https://{host}/hook")
    assert refused.value.detail == NOT_REACHABLE


@pytest.mark.parametrize("url", ["http://8.8.8.8/", "HTTP://8.8.8.8/", "https://8.8.8.8:8443/", "https://8.8.8.8:22/"])
async def test_in_production_it_is_https_and_its_port(runtime: Runtime, url: str) -> None:
    outside = replace(runtime, config=replace(runtime.config, environment="production", egress_allow=()))
    with pytest.raises(Invalid):
        await check_url(outside, url)
    await check_url(outside, "https://8.8.8.8/hook?x=1")


async def test_replays_ask_for_a_time_with_its_zone(owner: Browser, receiver: Receiver) -> None:
    made = await make_endpoint(owner, receiver.url)
    for since in ("2026-11-01T00:00:00", "yesterday", None):
        answer = await owner.post(f"{PATH}/{made['id']}/replay", {"since": since})
        assert answer.status_code == 422


async def test_what_members_do_is_in_the_audit_log_without_secrets(owner: Browser, receiver: Receiver) -> None:
    made = await make_endpoint(owner, receiver.url + "?key=theirs")
    one = f"{PATH}/{made['id']}"
    await change_endpoint(owner, made, enabled=False)
    rotated = (await owner.post(f"{one}/rotate-secret")).json()
    await owner.post(f"{one}/test")
    await owner.post(f"{one}/replay", {"since": "2026-01-01T00:00:00Z"})
    deleted = await owner.delete(one, headers={"If-Match": (await owner.get(one)).headers["etag"]})
    assert deleted.status_code == 204
    log = (await owner.get("/v1/audit-log")).json()["data"]
    actions = [entry["action"] for entry in log if entry["action"].startswith("webhook_endpoint")]
    assert sorted(actions) == [
        f"webhook_endpoint.{done}" for done in ("changed", "created", "deleted", "replayed", "secret_rotated", "tested")
    ]
    for secret in ("theirs", made["secret"], rotated["secret"]):
        assert secret not in str(log)
