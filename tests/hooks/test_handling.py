"""What events do: signals are checked, hints are looks that come together, old news is nothing, each counts once."""

import itertools
import random
from datetime import timedelta

import httpx
import pytest

from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import format_id
from mailwarden.core.jobs import LeaseLost, enqueue
from mailwarden.hooks import process
from mailwarden.hooks.effects import apply
from mailwarden.hooks.store import store
from mailwarden.providers.hooks.base import HookEvent, Kind
from mailwarden.providers.hooks.tokens import names_of
from tests import factories
from tests.conftest import MakeConnection
from tests.connections.fakes import DEAD, INTROSPECT, TOKEN, active, healthy
from tests.connections.steps import events as facts_of
from tests.connections.steps import live, now
from tests.hooks.steps import PORTAL, Hooks
from tests.support.jobs import drain
from tests.support.replies import Replies

pytestmark = pytest.mark.usefixtures("quiet_journal")


@pytest.fixture
def quiet_journal(replies: Replies) -> None:
    replies["POST /oauth/2026-03/token"] = httpx.Response(200, json={"access_token": "app-token-1", "expires_in": 1800})
    replies["POST /webhooks-journal/subscriptions/2026-03"] = httpx.Response(201, json={"id": 1})
    replies["GET /webhooks-journal/journal/2026-03/earliest"] = httpx.Response(204)


# signals


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (Kind.UNINSTALLED, "app_uninstalled"),
        (Kind.TOKEN_REVOKED, "access_revoked"),
        (Kind.ACCOUNT_DISABLED, "account_disabled"),
    ],
)
async def test_a_signal_and_a_refusal_are_a_verdict_within_a_minute(
    hooks: Hooks, make_connection: MakeConnection, replies: Replies, kind: Kind, cause: str
):
    row = await make_connection(external_id=PORTAL)
    await hooks.time_machine.advance(60)
    healthy(replies)
    replies[TOKEN], replies[INTROSPECT] = DEAD, active(is_active=False)
    await hooks.tell(kind, at=hooks.now)
    await live(hooks.rt, hooks.time_machine, 60)
    seen = await now(hooks.rt, row)
    assert (seen.status, seen.cause) == ("inactive", cause)
    assert await hooks.outcomes(row.org_id) == ["suspicion"]
    assert seen.evidence is not None
    assert seen.evidence["items"][0]["operation"] == "webhook"


async def test_a_signal_about_a_grant_that_works_alarms_nobody(
    hooks: Hooks, make_connection: MakeConnection, replies: Replies
):
    row = await make_connection(external_id=PORTAL)
    await hooks.time_machine.advance(60)
    healthy(replies)
    await hooks.tell(Kind.TOKEN_REVOKED, at=hooks.now)
    await live(hooks.rt, hooks.time_machine, 20)
    assert (await now(hooks.rt, row)).status == "connected"
    assert await facts_of(hooks.rt, row) == ["verifying"]


async def test_news_from_before_the_grant_was_last_used_are_old(
    hooks: Hooks, make_connection: MakeConnection, replies: Replies
):
    row = await make_connection(external_id=PORTAL)
    healthy(replies)
    await hooks.tell(Kind.TOKEN_REVOKED, at=hooks.now - timedelta(minutes=10))
    await hooks.tell(Kind.TOKEN_REVOKED, "k2", at=hooks.now - timedelta(days=30))
    await drain(hooks.rt)
    assert (await now(hooks.rt, row)).status == "connected"
    assert await hooks.outcomes(row.org_id) == ["old_news", "old_news"]


async def test_every_organization_with_the_account_is_told(hooks: Hooks, owner, replies: Replies):
    healthy(replies)
    other, _ = await factories.make_organization(hooks.rt, "Beta")
    rows = [await factories.make_connection(hooks.rt, org, external_id=PORTAL) for org in (owner.org_id, other)]
    await factories.make_connection(hooks.rt, other, external_id="9")
    await hooks.time_machine.advance(60)
    await hooks.tell(Kind.TOKEN_REVOKED, at=hooks.now)
    await drain(hooks.rt)
    assert [await hooks.outcomes(row.org_id) for row in rows] == [["suspicion"], ["suspicion"]]
    assert [event.concerned for event in await hooks.events()] == [2]


@pytest.mark.parametrize("which", [0, 1], ids=["prefix", "double hash"])
async def test_a_token_is_found_by_what_the_provider_calls_it(hooks: Hooks, owner, replies: Replies, which: int):
    token = "1//0abcdefghijklmnopqrstuvwxyz"
    row = await factories.make_connection(hooks.rt, owner.org_id, external_id=PORTAL, refresh_token="old")
    replies[TOKEN] = httpx.Response(200, json={"access_token": "a", "refresh_token": token, "expires_in": 1800})
    healthy_but_token(replies)
    await hooks.time_machine.advance(1700)
    async with unit_of_work(hooks.rt.sessions, row.org_id) as tx:
        await enqueue(tx, "refresh", row.id)
    await drain(hooks.rt)
    await hooks.time_machine.advance(60)
    await hooks.tell(Kind.TOKEN_REVOKED, at=hooks.now, account=None, token_name=names_of(token)[which])
    await hooks.tell(
        Kind.TOKEN_REVOKED, "k2", at=hooks.now, account=None, token_name=names_of("another-token-0")[which]
    )
    await drain(hooks.rt)
    assert await hooks.outcomes(row.org_id) == ["suspicion"]


def healthy_but_token(replies: Replies) -> None:
    kept = replies[TOKEN]
    healthy(replies)
    replies[TOKEN] = kept


async def test_an_account_that_nobody_has_here_is_noted_and_done(hooks: Hooks):
    await hooks.tell(Kind.TOKEN_REVOKED, at=hooks.now)
    await drain(hooks.rt)
    assert [(event.state, event.concerned) for event in await hooks.events()] == [("done", 0)]


async def test_a_disconnected_connection_is_left_alone(hooks: Hooks, make_connection: MakeConnection):
    row = await make_connection(external_id=PORTAL, status="disconnected")
    await hooks.tell(Kind.UNINSTALLED, at=hooks.now)
    await hooks.tell(Kind.CHANGED, "k2", at=hooks.now)
    await drain(hooks.rt)
    assert (await now(hooks.rt, row)).status == "disconnected"
    assert set(await hooks.outcomes(row.org_id)) == {"not_connected"}


# order


ORDERS = list(itertools.permutations(range(4)))


@pytest.mark.parametrize("order", [ORDERS[n] for n in (0, 5, 11, 16, 23)], ids=str)
async def test_whatever_the_order_the_newest_decides(
    hooks: Hooks, make_connection: MakeConnection, replies: Replies, order: tuple[int, ...]
):
    """Disabled, enabled, disabled, enabled: at the end the account works, and nothing older may come after that."""
    row = await make_connection(external_id=PORTAL)
    await hooks.time_machine.advance(600)
    healthy(replies)
    kinds = [Kind.ACCOUNT_DISABLED, Kind.ACCOUNT_ENABLED] * 2
    base = hooks.now - timedelta(seconds=100)
    for n in order:
        await hooks.tell(kinds[n], f"k{n}", at=base + timedelta(seconds=20 * n))
        await drain(hooks.rt)
    outcomes = await hooks.outcomes(row.org_id)
    newest = -1
    for n, outcome in zip(order, outcomes, strict=True):
        assert outcome == "old_news" or n > newest, (order, outcomes)
        newest = max(newest, n)
    await live(hooks.rt, hooks.time_machine, 30)
    assert (await now(hooks.rt, row)).status == "connected"


async def test_what_waits_is_handled_oldest_first(hooks: Hooks, make_connection: MakeConnection, replies: Replies):
    row = await make_connection(external_id=PORTAL)
    await hooks.time_machine.advance(600)
    healthy(replies)
    ages = list(range(20))
    random.Random(3).shuffle(ages)
    for age in ages:
        kind = Kind.ACCOUNT_ENABLED if age % 2 else Kind.ACCOUNT_DISABLED
        await hooks.tell(kind, f"k{age}", at=hooks.now - timedelta(seconds=age))
    await drain(hooks.rt)
    assert "old_news" not in await hooks.outcomes(row.org_id)


# hints


async def test_a_storm_of_hints_is_one_look_in_ten_seconds(
    hooks: Hooks, make_connection: MakeConnection, replies: Replies
):
    healthy(replies)
    row = await make_connection(external_id=PORTAL)
    began = hooks.now
    for second in range(40):
        events = [HookEvent(f"{second}:{n}", Kind.CHANGED, "t", PORTAL, occurred_at=hooks.now) for n in range(25)]
        await store(hooks.rt, "hubspot", b"{}", events)
        await drain(hooks.rt)
        await hooks.time_machine.advance(1)
    outcomes = await hooks.outcomes(row.org_id)
    assert len(outcomes) == 1000
    assert outcomes.count("sync") <= 2 + (hooks.now - began).total_seconds() / 10
    assert set(outcomes) == {"sync", "coalesced"}


async def test_a_thousand_duplicates_have_one_effect(hooks: Hooks, make_connection: MakeConnection, replies: Replies):
    healthy(replies)
    row = await make_connection(external_id=PORTAL)
    for _ in range(1000):
        await hooks.tell(Kind.CHANGED, "same", at=hooks.now)
    await drain(hooks.rt)
    assert await hooks.rows() == (1, 1)
    assert (await hooks.events())[0].duplicates == 999
    assert await hooks.outcomes(row.org_id) == ["sync"]


async def test_a_hint_brings_the_next_sync_forward_only_in_real_time(
    hooks: Hooks, make_connection: MakeConnection, replies: Replies
):
    healthy(replies)
    later = hooks.now + timedelta(minutes=9)
    real = await make_connection(external_id=PORTAL, next_sync_at=later)
    daily = await make_connection(external_id="9", next_sync_at=later, sync_frequency="daily")
    await hooks.tell(Kind.CHANGED, "k1", at=hooks.now)
    await hooks.tell(Kind.CHANGED, "k2", at=hooks.now, account="9")
    await drain(hooks.rt)
    assert (await now(hooks.rt, real)).next_sync_at != later
    assert (await now(hooks.rt, daily)).next_sync_at == later


async def test_what_was_read_since_is_old_news(hooks: Hooks, make_connection: MakeConnection, replies: Replies):
    healthy(replies)
    row = await make_connection(external_id=PORTAL, data_as_of=hooks.now)
    await hooks.tell(Kind.CHANGED, at=hooks.now - timedelta(minutes=5))
    await drain(hooks.rt)
    assert await hooks.outcomes(row.org_id) == ["old_news"]


async def test_tests_and_strange_bodies_are_logged_and_do_nothing(
    hooks: Hooks, make_connection: MakeConnection, replies: Replies
):
    row = await make_connection(external_id=PORTAL)
    await hooks.tell(Kind.TEST, at=hooks.now)
    await hooks.tell(Kind.UNREADABLE, "k2")
    await drain(hooks.rt)
    assert sorted(await hooks.outcomes(row.org_id)) == ["test", "unreadable"]


async def test_a_subscription_that_wants_a_new_consent_has_the_grant_asked_at_once(
    hooks: Hooks, make_connection: MakeConnection, replies: Replies
):
    healthy(replies)
    row = await make_connection(external_id=PORTAL)
    await hooks.tell(Kind.LIFECYCLE, topic="reauthorizationRequired")
    await drain(hooks.rt)
    assert replies.count(TOKEN) == 1
    assert await hooks.outcomes(row.org_id) == ["refresh"]


# crashes


async def test_a_worker_that_dies_between_effect_and_end_repeats_nothing(
    hooks: Hooks, make_connection: MakeConnection, replies: Replies, monkeypatch: pytest.MonkeyPatch
):
    row = await make_connection(external_id=PORTAL)
    await hooks.time_machine.advance(60)
    healthy(replies)
    await hooks.tell(Kind.TOKEN_REVOKED, at=hooks.now)
    applied = apply

    async def dies(*args) -> None:
        await applied(*args)
        monkeypatch.setattr(process, "apply", applied)
        raise LeaseLost("the worker is dead")

    monkeypatch.setattr(process, "apply", dies)
    await live(hooks.rt, hooks.time_machine, 120)
    assert await hooks.outcomes(row.org_id) == ["suspicion"]
    assert [event.state for event in await hooks.events()] == ["done"]
    assert await facts_of(hooks.rt, row) == ["verifying"]


# the log (M13)


async def test_the_log_shows_the_organizations_own_and_how_often_it_came(
    hooks: Hooks, make_connection: MakeConnection, replies: Replies, owner
):
    healthy(replies)
    row = await make_connection(external_id=PORTAL)
    other, _ = await factories.make_organization(hooks.rt, "Beta")
    await factories.make_connection(hooks.rt, other, external_id="9")
    for n in range(3):
        await hooks.tell(Kind.CHANGED, f"k{n}", at=hooks.now)
        await hooks.tell(Kind.CHANGED, f"k{n}", at=hooks.now)
        await hooks.tell(Kind.CHANGED, f"x{n}", at=hooks.now, account="9")
        await drain(hooks.rt)
    first = (await owner.get("/v1/diagnostics/webhooks", params={"limit": 2})).json()
    rest = (await owner.get("/v1/diagnostics/webhooks", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    shown = first["data"] + rest["data"]
    assert [len(first["data"]), len(rest["data"]), rest["has_more"]] == [2, 1, False]
    assert {one["connection_id"] for one in shown} == {format_id("conn", row.id)}
    assert [one["duplicates"] for one in shown] == [1, 1, 1]
    assert {(one["provider"], one["kind"], one["account_label"]) for one in shown} == {
        ("hubspot", "changed", "acme.test")
    }
    none = await owner.get("/v1/diagnostics/webhooks", params={"provider": "klaviyo"})
    assert none.json()["data"] == []
