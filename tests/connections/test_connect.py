"""Connecting an account: nothing is stored as connected before a real call proved the new grant."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select

from mailwarden.accounts.models import Membership
from mailwarden.connections.incidents import Place, close_breaker, is_withheld, may_try
from mailwarden.connections.models import Connection, Credential, OAuthAttempt
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.jobs import Job
from mailwarden.core.runtime import Runtime
from mailwarden.events.models import Event
from tests.conftest import NewClient
from tests.connections.fakes import (
    DETAILS,
    EMAILS,
    TOKEN,
    come_back,
    connect,
    details,
    form,
    granted,
    healthy,
    outcome,
    start,
    state_of,
    unauthorized,
)
from tests.support.browser import Browser, sign_up
from tests.support.replies import Replies
from tests.support.time import TimeMachine

CONNECT = "/v1/integrations/hubspot/connect"


async def connections(owner: Browser) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (await owner.get("/v1/connections")).json()["data"]
    return found


async def test_a_connected_account_is_shown_with_its_identity_and_settings(owner: Browser, replies: Replies) -> None:
    healthy(replies)
    identity = await connect(owner, sync_frequency="daily", history_range="all")
    row = (await owner.get(f"/v1/connections/{identity}")).json()
    assert (row["status"], row["label"]) == ("connected", "Connected")
    assert (row["external_id"], row["account_label"]) == ("4711", "Portal 4711")
    assert (row["sync_frequency"], row["history_range"]) == ("daily", "all")
    assert row["verified_at"] is not None
    card = (await owner.get("/v1/integrations")).json()["data"]
    assert [c["id"] for one in card for c in one["connections"]] == [identity]


async def test_the_consent_page_gets_state_pkce_and_our_redirect_uri(owner: Browser, replies: Replies) -> None:
    healthy(replies)
    asked = httpx.URL((await start(owner))["authorize_url"]).params
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/v1/oauth/callback/hubspot"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 43
    assert asked["scope"] == "oauth content"


async def test_schedules_and_event_commit_with_the_connection(
    owner: Browser, replies: Replies, runtime: Runtime
) -> None:
    healthy(replies)
    await connect(owner)
    async with reader(runtime.sessions, owner.org_id) as tx:
        kinds = set(await tx.session.scalars(select(Job.kind).where(Job.state == "ready")))
        events = list(await tx.session.scalars(select(Event.type)))
        attempt = (await tx.session.scalars(select(OAuthAttempt))).one()
    assert {"refresh", "probe"} <= kinds
    assert events == ["connection.connected"]
    assert (attempt.state_hash, attempt.verifier) == (None, None)


@pytest.mark.parametrize(
    ("query", "result"),
    [
        ({"error": "access_denied", "error_description": "no"}, "denied"),
        ({"error": "server_error"}, "failed"),
        ({"code": ""}, "failed"),
        ({"code": "x", "iss": "https://evil.example"}, "failed"),
    ],
)
async def test_a_consent_that_was_not_given_stores_nothing(
    owner: Browser, replies: Replies, query: dict[str, str], result: str
) -> None:
    landed = await come_back(owner, state_of(await start(owner)), **query)
    assert landed.startswith("/integrations/hubspot?attempt=oat_")
    assert (await outcome(owner, landed))["outcome"] == result
    assert await connections(owner) == []
    assert replies.requests == []


async def test_an_unticked_required_permission_is_named_and_nothing_is_stored(owner: Browser, replies: Replies) -> None:
    healthy(replies)
    replies[TOKEN] = granted(scopes=["oauth"])
    told = await outcome(owner, await come_back(owner, state_of(await start(owner))))
    assert (told["outcome"], told["missing_scopes"]) == ("partial", ["content"])
    assert await connections(owner) == []


async def test_an_unticked_optional_permission_connects_and_is_shown(owner: Browser, replies: Replies) -> None:
    healthy(replies)
    replies[TOKEN] = granted(scopes=["oauth", "content"])
    row = (await owner.get(f"/v1/connections/{await connect(owner)}")).json()
    assert (row["status"], row["label"]) == ("connected", "Permission missing")
    assert row["missing_scopes"] == ["crm.objects.contacts.read"]
    assert row["action"]["code"] == "grant_permission"


async def test_a_grant_that_no_call_accepts_is_not_stored(owner: Browser, replies: Replies) -> None:
    healthy(replies)
    replies[DETAILS] = unauthorized
    told = await outcome(owner, await come_back(owner, state_of(await start(owner))))
    assert told["outcome"] == "failed"
    assert await connections(owner) == []


def told_to_wait(seconds: int) -> httpx.Response:
    return httpx.Response(429, json={"message": "too many"}, headers={"Retry-After": str(seconds)})


async def test_a_quota_that_counts_by_the_second_wastes_no_consent(owner: Browser, replies: Replies) -> None:
    healthy(replies)
    replies[DETAILS] = iter([told_to_wait(1), told_to_wait(1), *[details()] * 9])
    await connect(owner)
    assert replies.count(TOKEN) == 1


async def test_nobody_waits_for_a_longer_quota_before_a_page_that_does_not_load(
    owner: Browser, replies: Replies
) -> None:
    healthy(replies)
    replies[DETAILS] = told_to_wait(60)
    told = await outcome(owner, await come_back(owner, state_of(await start(owner))))
    assert told["outcome"] == "failed"
    assert replies.count(DETAILS) == 1
    assert await connections(owner) == []


async def test_a_wrong_redirect_uri_is_told_with_the_expected_one(owner: Browser, replies: Replies) -> None:
    wrong = {"status": "BAD_REDIRECT_URI", "error": "invalid_grant", "message": "redirect_uri does not match"}
    replies[TOKEN] = httpx.Response(400, json=wrong)
    told = await outcome(owner, await come_back(owner, state_of(await start(owner))))
    assert told["expected_redirect_uri"] == "http://127.0.0.1:8000/v1/oauth/callback/hubspot"
    (shown,) = (await owner.get("/v1/status")).json()["misconfigurations"]
    assert (shown["expected"], shown["actual"]) == (told["expected_redirect_uri"], "redirect_uri does not match")
    card = (await owner.get("/v1/integrations")).json()["data"]
    assert "on our side" in next(one["misconfigured"] for one in card if one["provider"] == "hubspot")


async def test_a_wrong_redirect_uri_hinders_no_refresh_and_ends_with_a_good_consent(
    owner: Browser, replies: Replies, runtime: Runtime
) -> None:
    wrong = {"status": "BAD_REDIRECT_URI", "error": "invalid_grant", "message": "redirect_uri does not match"}
    replies[TOKEN] = httpx.Response(400, json=wrong)
    await come_back(owner, state_of(await start(owner)))
    assert await may_try(runtime, "hubspot")
    async with reader(runtime.sessions) as tx:
        assert not await is_withheld(runtime, tx, Place("hubspot"))
    await close_breaker(runtime, "hubspot")  # as a refresh does that succeeds: it proves nothing of the URI
    assert (await owner.get("/v1/status")).json()["misconfigurations"] != []
    healthy(replies)
    await connect(owner)
    assert (await owner.get("/v1/status")).json()["misconfigurations"] == []


async def test_refused_client_credentials_concern_everybody(owner: Browser, replies: Replies) -> None:
    wrong = {"status": "BAD_CLIENT_SECRET", "error": "invalid_client", "message": "no"}
    replies[TOKEN] = httpx.Response(400, json=wrong)
    await come_back(owner, state_of(await start(owner)))
    status = (await owner.get("/v1/status")).json()
    assert [one["provider"] for one in status["misconfigurations"]] == ["hubspot"]


async def test_a_bad_request_at_the_exchange_fails_that_attempt_alone(owner: Browser, replies: Replies) -> None:
    replies["POST /oauth/token"] = httpx.Response(400, json={"error": "invalid_request"})
    state = state_of(await start(owner, "/v1/integrations/klaviyo/connect"))
    landed = await come_back(owner, state, provider="klaviyo")
    assert (await outcome(owner, landed))["outcome"] == "failed"
    assert (await owner.get("/v1/status")).json()["misconfigurations"] == []


async def test_a_disconnect_forgets_the_authorization(owner: Browser, replies: Replies, runtime: Runtime) -> None:
    healthy(replies)
    await owner.delete(f"/v1/connections/{await connect(owner)}")
    async with reader(runtime.sessions, owner.org_id) as tx:
        row = (await tx.session.scalars(select(Credential))).one()
    assert (row.access_token, row.refresh_token, row.previous_refresh_token, row.refresh_hash) == (None,) * 4


async def test_the_verifier_that_is_sent_belongs_to_the_challenge(owner: Browser, replies: Replies) -> None:
    healthy(replies)
    await connect(owner)
    sent = form(next(r for r in replies.requests if r.method == "POST"))
    assert len(sent["code_verifier"]) >= 43


class TestState:
    async def test_is_used_up_by_the_first_callback(self, owner: Browser, replies: Replies) -> None:
        healthy(replies)
        state = state_of(await start(owner))
        await come_back(owner, state)
        landed = await come_back(owner, state)
        assert (await outcome(owner, landed))["outcome"] == "connected"
        assert replies.count(TOKEN) == 1

    async def test_two_callbacks_at_once_make_one_connection(self, owner: Browser, replies: Replies) -> None:
        healthy(replies)
        state = state_of(await start(owner))
        await asyncio.gather(*(come_back(owner, state) for _ in range(5)))
        assert replies.count(TOKEN) == 1
        assert len(await connections(owner)) == 1

    async def test_two_authorizations_of_one_account_at_once_make_one_connection(
        self, owner: Browser, replies: Replies
    ) -> None:
        healthy(replies)
        states = [state_of(await start(owner)) for _ in range(5)]
        await asyncio.gather(*(come_back(owner, state) for state in states))
        assert len(await connections(owner)) == 1

    async def test_of_another_session_is_refused(self, owner: Browser, replies: Replies, new_client: NewClient) -> None:
        stranger = await sign_up(new_client(), "stranger@example.com", "Other")
        state = state_of(await start(owner))
        told = await outcome(stranger, await come_back(stranger, state))
        assert told["outcome"] == "failed"
        assert replies.requests == []

    async def test_of_another_provider_is_refused(self, owner: Browser, replies: Replies) -> None:
        state = state_of(await start(owner))
        landed = await come_back(owner, state, provider="klaviyo")
        assert (await outcome(owner, landed))["outcome"] == "failed"
        assert replies.requests == []

    @pytest.mark.parametrize("state", ["", "invented"])
    async def test_that_was_never_given_is_refused(self, owner: Browser, replies: Replies, state: str) -> None:
        assert (await outcome(owner, await come_back(owner, state)))["outcome"] == "failed"
        assert replies.requests == []

    async def test_expires_after_ten_minutes(self, owner: Browser, replies: Replies, time_machine: TimeMachine) -> None:
        state = state_of(await start(owner))
        await time_machine.advance(timedelta(minutes=10, seconds=1))
        told = await outcome(owner, await come_back(owner, state))
        assert told["outcome"] == "expired"
        assert replies.requests == []


async def test_the_same_account_again_is_the_same_connection_with_a_fresh_grant(
    owner: Browser, replies: Replies, runtime: Runtime
) -> None:
    healthy(replies)
    first = await connect(owner, sync_frequency="daily")
    replies[TOKEN] = granted(refresh_token="refresh-2")
    landed = await come_back(owner, state_of(await start(owner, sync_frequency="hourly")))
    assert (await outcome(owner, landed))["outcome"] == "already_connected"
    rows = await connections(owner)
    assert [(row["id"], row["sync_frequency"]) for row in rows] == [(first, "daily")]
    async with reader(runtime.sessions, owner.org_id) as tx:
        assert (await tx.session.scalars(select(Credential.version))).one() == 2


async def test_several_accounts_of_one_provider_stand_side_by_side(owner: Browser, replies: Replies) -> None:
    healthy(replies, 1)
    await connect(owner)
    healthy(replies, 2)
    await connect(owner)
    assert [row["external_id"] for row in await connections(owner)] == ["1", "2"]


async def test_two_organizations_may_connect_the_same_account(
    owner: Browser, replies: Replies, new_client: NewClient
) -> None:
    other = await sign_up(new_client(), "other@example.com", "Other")
    healthy(replies)
    assert await connect(owner) != await connect(other)


async def test_a_disconnected_account_comes_back_as_the_same_connection(owner: Browser, replies: Replies) -> None:
    healthy(replies)
    first = await connect(owner)
    gone = await owner.delete(f"/v1/connections/{first}")
    assert gone.json()["status"] == "disconnected"
    assert await connect(owner, history_range="all") == first
    row = (await owner.get(f"/v1/connections/{first}")).json()
    assert (row["status"], row["history_range"]) == ("connected", "all")


async def test_a_return_path_leads_back_into_our_own_pages(owner: Browser, replies: Replies) -> None:
    healthy(replies)
    started = await start(owner, return_to="//campaigns?tab=new")
    landed = await come_back(owner, state_of(started))
    assert landed.startswith("/campaigns?tab=new&connected=conn_")


async def test_a_member_may_not_connect(owner: Browser, runtime: Runtime) -> None:
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        (await tx.session.scalars(select(Membership))).one().role = "member"
    answer = await owner.post(CONNECT, {})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_required")


async def test_an_unknown_provider_is_a_404(owner: Browser) -> None:
    assert (await owner.post("/v1/integrations/nobody/connect", {})).status_code == 404


async def test_no_transaction_is_open_while_the_provider_answers(
    owner: Browser, replies: Replies, runtime: Runtime
) -> None:
    healthy(replies)
    open_then: list[int] = []
    engine = runtime.sessions.kw["bind"]

    def look(request: httpx.Request) -> httpx.Response:
        open_then.append(engine.pool.checkedout())
        return details()

    replies[DETAILS] = look
    replies[EMAILS] = httpx.Response(200, json={"total": 0, "results": []})
    await connect(owner)
    assert open_then == [0]


async def test_the_secrets_are_stored_sealed(owner: Browser, replies: Replies, runtime: Runtime) -> None:
    healthy(replies)
    await connect(owner)
    async with reader(runtime.sessions, owner.org_id) as tx:
        row = (await tx.session.scalars(select(Credential))).one()
        count = (await tx.session.scalars(select(func.count()).select_from(Connection))).one()
    assert count == 1
    assert row.access_token is not None
    assert b"access-new" not in row.access_token
    assert row.refresh_token is not None
    assert b"refresh-new" not in row.refresh_token
