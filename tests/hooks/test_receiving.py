"""At the door: what is authentic is stored with its work before it is answered; nothing else leaves a trace."""

import asyncio
import random
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import Job
from mailwarden.hooks import desk as desks
from mailwarden.hooks import receive
from mailwarden.hooks.desk import Desk
from mailwarden.hooks.models import HookDelivery
from mailwarden.hooks.store import body_place, store
from mailwarden.hooks.subscriptions import end_subscriptions
from mailwarden.main import create_app
from tests.conftest import MakeConnection
from tests.hooks.steps import Hooks


async def test_what_is_authentic_is_stored_sealed_with_its_work(hooks: Hooks):
    request = hooks.hubspot(hooks.item(1), hooks.item(2))
    assert await hooks.send(request) == 204
    assert await hooks.rows() == (1, 2)
    async with reader(hooks.rt.sessions) as tx:
        kept = (await tx.session.scalars(select(HookDelivery))).one()
        jobs = list(await tx.session.scalars(select(Job).where(Job.kind == "process_hook")))
    assert kept.body is not None
    assert request.content not in kept.body
    assert hooks.rt.keys.open(kept.body, body_place(kept.id)).encode() == request.content
    assert [job.key for job in jobs] == ["hubspot|account:4711"]


async def test_a_repeated_event_is_counted_and_nothing_else(hooks: Hooks):
    for _ in range(3):
        assert await hooks.send(hooks.hubspot(hooks.item(1, at=hooks.now.replace(microsecond=0)))) == 204
    assert await hooks.rows() == (1, 1)
    assert [event.duplicates for event in await hooks.events()] == [2]


async def test_events_are_known_one_by_one_however_they_are_grouped(hooks: Hooks):
    await hooks.send(hooks.hubspot(hooks.item(1), hooks.item(2)))
    await hooks.send(hooks.hubspot(hooks.item(2), hooks.item(3), hooks.item(3)))
    assert await hooks.rows() == (2, 3)


async def test_forged_ones_leave_a_count_and_nothing_else(hooks: Hooks):
    good = hooks.hubspot(hooks.item(1))
    forged = hooks.http.build_request("POST", good.url, headers=good.headers, content=good.content[:-2] + b" ]")
    assert await hooks.send(forged) == 401
    assert await hooks.send(hooks.hubspot(hooks.item(1), secret="another")) == 401
    assert await hooks.send(hooks.http.build_request("POST", good.url, content=good.content)) == 401
    assert await hooks.rows() == (0, 0)
    assert await hooks.refused() == {("hubspot", "signature"): 2, ("hubspot", "unsigned"): 1}


@pytest.mark.parametrize(("later", "status"), [(280, 204), (302, 401), (14 * 86_400, 401)])
async def test_a_replay(hooks: Hooks, later: float, status: int):
    """Inside the window it is a duplicate without effect; after it, nobody."""
    request = hooks.hubspot(hooks.item(1))
    assert await hooks.send(request) == 204
    await hooks.time_machine.advance(later)
    assert await hooks.send(request) == status
    assert await hooks.rows() == (1, 1)


async def test_the_host_of_a_request_does_not_sign_anything(hooks: Hooks):
    request = hooks.hubspot(hooks.item(1))
    request.headers["host"] = "evil.example.test"
    request.headers["x-forwarded-host"] = "evil.example.test"
    assert await hooks.send(request) == 204


async def test_large_and_packed_bodies_are_refused_unread(hooks: Hooks):
    url = "/hooks/hubspot"
    assert (await hooks.http.post(url, content=b"x" * ((1 << 20) + 1))).status_code == 413
    assert (await hooks.http.post(url, content=b"x", headers={"content-encoding": "gzip"})).status_code == 401

    async def endless():
        for _ in range(40):
            yield b"x" * 65_536

    assert (await hooks.http.post(url, content=endless())).status_code == 413
    assert await hooks.refused() == {("hubspot", "size"): 2, ("hubspot", "encoding"): 1}


@pytest.mark.parametrize("path", ["/hooks/nobody", "/hooks/hubspot/x/y", "/hooks/"])
async def test_elsewhere_there_is_nothing(hooks: Hooks, path: str):
    assert (await hooks.http.post(path)).status_code == 404


@pytest.mark.parametrize("path", ["klaviyo", "klaviyo/x", "keap", "keap/x", "microsoft", "microsoft/x", "hubspot/x"])
async def test_an_address_that_nobody_was_given_is_refused(hooks: Hooks, path: str):
    answer = await hooks.http.post(f"/hooks/{path}?validationToken=abc", content=b"{}")
    assert (answer.status_code, answer.content) == (410 if "keap" in path else 401, b"")
    assert await hooks.rows() == (0, 0)


async def test_a_get_does_nothing(hooks: Hooks):
    assert (await hooks.http.get("/hooks/hubspot")).status_code in (404, 405)


# addresses of one connection


async def test_klaviyo_signs_with_the_secret_of_the_address(hooks: Hooks, make_connection: MakeConnection):
    one, two = [await make_connection(provider="klaviyo", external_id=name) for name in ("Kv0001", "Kv0002")]
    mine, theirs = await hooks.address(one), await hooks.address(two)
    assert mine.url != theirs.url
    assert mine.secret != theirs.secret
    assert await hooks.send(hooks.klaviyo(mine, "e1")) == 200
    assert await hooks.send(hooks.klaviyo(mine, "e2", secret=theirs.secret)) == 401
    assert [event.subscription_id for event in await hooks.events()] == [mine.id]


async def test_an_address_is_given_once_and_forgotten_with_the_connection(
    hooks: Hooks, make_connection: MakeConnection, owner
):
    row = await make_connection(provider="klaviyo", external_id="Kv0001")
    first = await hooks.address(row)
    assert (await hooks.address(row)).url == first.url
    async with unit_of_work(hooks.rt.sessions, row.org_id) as tx:
        await end_subscriptions(tx, row.org_id, row.id)
    assert await hooks.send(hooks.klaviyo(first, "e1")) == 401
    assert (await hooks.address(row)).url != first.url


async def test_keaps_handshake_is_echoed_and_changes_nothing(hooks: Hooks, make_connection: MakeConnection):
    address = await hooks.address(await make_connection(provider="keap", external_id="ab123"))
    answer = await hooks.http.post(address.url, headers={"X-Hook-Secret": "s3cret"})
    assert (answer.status_code, answer.headers["x-hook-secret"]) == (200, "s3cret")
    assert await hooks.rows() == (0, 0)


async def test_keaps_hooks_are_hints_of_that_connection(hooks: Hooks, make_connection: MakeConnection):
    address = await hooks.address(await make_connection(provider="keap", external_id="ab123"))
    told = {"event_key": "contact.edit", "object_keys": [{"id": 5, "timestamp": hooks.now.isoformat()}]}
    for _ in range(2):
        assert (await hooks.http.post(address.url, json=told)).status_code == 200
    assert await hooks.rows() == (1, 1)


@pytest.mark.parametrize(
    ("token", "expected"), [("abc 1", "abc 1"), ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;")]
)
async def test_graphs_handshake_is_text_and_never_a_page(
    hooks: Hooks, make_connection: MakeConnection, token: str, expected: str
):
    address = await hooks.address(await make_connection(provider="microsoft", external_id="tid.oid"))
    answer = await hooks.http.post(address.url, params={"validationToken": token})
    assert (answer.status_code, answer.text) == (200, expected)
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await hooks.http.post(address.url, params={"validationToken": "x" * 5000})).status_code == 413


async def test_graphs_notifications_hold_our_secret(hooks: Hooks, make_connection: MakeConnection):
    address = await hooks.address(await make_connection(provider="microsoft", external_id="tid.oid"))
    item = {"id": "1", "subscriptionId": "s", "changeType": "created", "clientState": address.secret}
    assert (await hooks.http.post(address.url, json={"value": [item]})).status_code == 202
    forged = {"value": [item | {"id": "2"}, item | {"id": "3", "clientState": "x"}]}
    assert (await hooks.http.post(address.url, json=forged)).status_code == 401
    assert await hooks.rows() == (1, 1)


# when we cannot


async def test_without_a_database_nothing_is_taken(hooks: Hooks):
    gone = create_async_engine("postgresql+asyncpg://mw_app:x@127.0.0.1:1/none")
    app = create_app(replace(hooks.rt, sessions=async_sessionmaker(gone)))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=hooks.rt.config.base_url) as http:
        answers = [await http.send(hooks.hubspot(hooks.item(n))) for n in range(20)]
        assert {answer.status_code for answer in answers} == {503}
        assert all("retry-after" in answer.headers for answer in answers)
        forged = await http.send(hooks.hubspot(hooks.item(1), secret="x"))
        assert forged.status_code == 401  # known without asking anybody
    await gone.dispose()
    assert await hooks.rows() == (0, 0)


async def test_above_the_bound_everything_is_sent_back(hooks: Hooks, monkeypatch: pytest.MonkeyPatch):
    hooks.app.state.hook_desk = Desk(hooks.rt, most_waiting=3)
    monkeypatch.setattr(desks, "LOOK_EVERY_S", 0.0)
    statuses = [await hooks.send(hooks.hubspot(hooks.item(n))) for n in range(5)]
    assert statuses == [204, 204, 204, 503, 503]
    assert await hooks.rows() == (3, 3)


async def test_more_at_once_than_there_is_room_for_are_sent_back(hooks: Hooks, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(desks, "MOST_INSIDE", 2)
    statuses = await asyncio.gather(*(hooks.send(hooks.hubspot(hooks.item(n))) for n in range(20)))
    assert set(statuses) <= {204, 503}
    assert statuses.count(204) == (await hooks.rows())[1] >= 2


async def test_counts_that_cannot_be_written_are_not_lost(hooks: Hooks):
    await hooks.send(hooks.hubspot(hooks.item(1), secret="x"))
    working, gone = hooks.rt, create_async_engine("postgresql+asyncpg://mw_app:x@127.0.0.1:1/none")
    hooks.desk._rt = replace(working, sessions=async_sessionmaker(gone))
    await hooks.desk.write()
    hooks.desk._rt = working
    assert await hooks.refused() == {("hubspot", "signature"): 1}
    await gone.dispose()


async def test_a_process_that_dies_between_commit_and_answer_costs_a_duplicate(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
):
    """Killed before the commit: no row and no 2xx. Killed after it: the provider comes again, and it is known."""
    rng, kept = random.Random(5), store

    async def dies(*args):
        if rng.random() < 0.5:
            raise RuntimeError("killed before the commit")
        await kept(*args)
        raise RuntimeError("killed after the commit")

    requests = [hooks.hubspot(hooks.item(n)) for n in range(30)]
    monkeypatch.setattr(receive, "store", dies)
    assert {await hooks.send(request) for request in requests} == {500}
    before = await hooks.rows()
    assert 0 < before[1] < 30
    monkeypatch.setattr(receive, "store", kept)
    assert {await hooks.send(request) for request in requests} == {204}
    assert await hooks.rows() == (30, 30)
    assert sum(event.duplicates for event in await hooks.events()) == before[1]
