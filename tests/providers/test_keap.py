import base64
import json
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from mailwarden.providers.base import (
    AccessRevoked,
    Account,
    EgressRefused,
    Figures,
    Misconfigured,
    ProviderError,
    RateLimited,
    Rejected,
    Unavailable,
    Window,
)
from mailwarden.providers.budget import LocalBudget, claim_for
from mailwarden.providers.catalog import load
from mailwarden.providers.classify import Call, failure
from mailwarden.providers.grants import read_grant
from mailwarden.providers.keap import Keap
from mailwarden.providers.oauth import OAuth
from tests.providers.support import Calls, answer, make_api, make_app

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LAST_30_DAYS = Window(NOW - timedelta(days=30), NOW)
EVERYTHING = Window(None, NOW)
REFRESH = Call("refresh", "POST", "api.infusionsoft.com", "/token")


def given(*bodies: object) -> Calls:
    return Calls(*(httpx.Response(200, json=body) for body in bodies))


def record(at: str, subject: str = "News", **more: object) -> dict[str, object]:
    return {
        "id": "1", "contact_id": "7", "subject": subject, "sent_from_address": "news@acme.test", "sent_time": at,
        "original_provider": "INFUSIONSOFT", "opened_time": None, "clicked_time": None, **more,
    }  # fmt: skip


def emails(*records: dict[str, object], token: str = "") -> dict[str, object]:
    return {"emails": list(records), "next_page_token": token}


def gateway(text: str, code: str) -> dict[str, object]:
    return {"fault": {"faultstring": text, "detail": {"errorcode": code}}}


async def page(calls: Calls, window: Window = LAST_30_DAYS, cursor: str | None = None):
    return await Keap().page(make_api(make_app("keap", calls)), window, "sent", cursor)


async def test_the_tenant_is_the_account_and_is_described_apart():
    calls = given({"tenant_id": "ab123", "email": "a@acme.test"}, {"name": "Acme", "time_zone": "America/Phoenix"})
    api = make_api(make_app("keap", calls))
    known = await Keap().identify(api)
    assert known == Account("ab123", "Keap ab123", "a@acme.test")
    assert len(calls.requests) == 1
    assert await Keap().describe(api, known) == Account("ab123", "Acme", "a@acme.test", "America/Phoenix")


@pytest.mark.parametrize("body", [{}, {"tenant_id": ""}, {"tenant_id": None}, []])
async def test_a_user_without_tenant_is_nobody(body):
    with pytest.raises(Unavailable):
        await Keap().identify(make_api(make_app("keap", given(body))))


async def test_one_subject_one_sender_one_day_is_one_campaign():
    opened, clicked = "2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z"
    found = await page(
        given(
            emails(
                record("2026-11-19T09:00:05Z", opened_time=opened, clicked_time=clicked),
                record("2026-11-19T09:00:00.000Z", opened_time=opened, sent_from_address="NEWS@acme.test"),
                record("2026-11-20T09:00:00Z"),
                record("2026-11-20T09:00:00Z", sent_from_address="boss@acme.test"),
                record("2026-11-20T09:00:00Z", subject="Other"),
                record("2026-11-20T09:00:00Z", original_provider="GOOGLE"),
                record("nonsense"),
            )
        )
    )
    assert len({c.external_id for c in found.campaigns}) == len(found.campaigns) == 4
    first = found.campaigns[0]
    assert (first.name, first.status, first.sent_at) == ("News", "SENT", datetime(2026, 11, 19, 9, tzinfo=UTC))
    assert first.figures == Figures(sent=2, opened=2, clicked=1, derived=True)
    assert all(c.figures and c.figures.derived for c in found.campaigns)
    assert (found.next_cursor, found.total) == (None, None)


async def test_a_window_begins_with_a_whole_day():
    calls = given(emails(record("2026-10-22T23:59:00Z"), record("2026-10-23T00:00:01Z")))
    found = await page(calls)
    asked = calls.requests[0].url.params
    assert asked["filter"] == (
        "start_created_time==2026-10-22T23:50:00.000Z;end_created_time==2026-11-22T12:00:00.000Z"
    )
    assert [c.sent_at and c.sent_at.date() for c in found.campaigns] == [date(2026, 10, 23)]


async def test_everything_has_no_beginning_and_a_probe_takes_no_whole_day():
    calls = given(emails())
    await page(calls, EVERYTHING)
    await page(calls, Window(NOW - timedelta(minutes=1), NOW))
    everything, probe = (request.url.params["filter"] for request in calls.requests)
    assert everything == "end_created_time==2026-11-22T12:00:00.000Z"
    assert probe.startswith("start_created_time==2026-11-22T11:59:00.000Z;")


async def test_a_page_ends_with_a_complete_day_and_the_next_begins_with_the_open_one():
    days = [record("2026-11-01T09:00:00Z"), record("2026-11-02T09:00:00Z"), record("2026-11-03T09:00:00Z")]
    calls = given(emails(*days, token="t1"), emails(days[2], days[2]))
    first = await page(calls)
    assert [c.sent_at.day for c in first.campaigns if c.sent_at] == [1, 2]
    assert first.next_cursor == "2026-11-03"
    second = await page(calls, cursor=first.next_cursor)
    assert "start_created_time==2026-11-02T23:50:00.000Z" in calls.requests[1].url.params["filter"]
    assert [c.figures and c.figures.sent for c in second.campaigns] == [2]
    assert second.next_cursor is None


async def test_a_day_of_many_records_is_read_to_its_end():
    one = record("2026-11-01T09:00:00Z")
    late = record("2026-11-02T00:05:00Z")  # so near to midnight the day before may still get a record
    over = record("2026-11-02T00:11:00Z")
    calls = given(emails(one, token="t1"), emails(one, late, token="t2"), emails(one, over, token="t3"))
    found = await page(calls)
    assert [request.url.params.get("page_token") for request in calls.requests] == [None, "t1", "t2"]
    assert [c.figures and c.figures.sent for c in found.campaigns] == [3]
    assert found.next_cursor == "2026-11-02"


async def test_a_page_that_leads_to_itself_is_garbled():
    one = record("2026-11-01T09:00:00Z")
    with pytest.raises(Unavailable, match="page just read"):
        await page(given(emails(one, token="t1"), emails(one, token="t1")))


@pytest.mark.parametrize("body", [{}, {"emails": None}, {"emails": ["x"]}, []])
async def test_an_answer_without_records_is_garbled(body):
    with pytest.raises(Unavailable):
        await page(given(body))


def test_the_scope_is_cut_before_the_tenant():
    body = {"access_token": "a", "refresh_token": "r", "expires_in": 86_399, "scope": "full|ab123.infusionsoft.com"}
    grant = read_grant(load()["keap"], REFRESH, answer(200, body))
    assert (grant.scopes, grant.expires_in_s) == (frozenset({"full"}), 86_399)


async def test_credentials_in_the_body_for_a_code_and_by_basic_for_a_refresh():
    calls = given({"access_token": "a", "refresh_token": "r"})
    oauth = OAuth(make_app("keap", calls))
    await oauth.exchange(code="c", redirect_uri="https://us.test/back")
    await oauth.refresh("r")
    code, refresh = calls.requests
    assert b"client_secret=our-secret" in code.content
    assert "Authorization" not in code.headers
    pair = base64.b64decode(refresh.headers["Authorization"].removeprefix("Basic ")).decode()
    assert pair == "our-client:our-secret"
    assert b"client_secret" not in refresh.content


@pytest.mark.parametrize(
    ("operation", "status", "body", "kind"),
    [
        ("refresh", 400, {"error": "invalid_grant", "error_description": "Invalid refresh token"}, AccessRevoked),
        ("refresh", 400, {"error": "invalid_request", "error_description": "Invalid Refresh Token"}, AccessRevoked),
        ("refresh", 400, {"error": "invalid_request", "error_description": "Missing parameter"}, Rejected),
        ("refresh", 401, {"error": "invalid_client"}, Misconfigured),
        ("refresh", 500, {"error": "invalid_grant"}, Unavailable),
        ("exchange", 400, {"error": "invalid_request", "error_description": "Invalid redirect_uri"}, Misconfigured),
        ("exchange", 400, {"error": "invalid_grant"}, Rejected),
        ("api", 401, gateway("Invalid access token", "oauth.v2.InvalidAccessToken"), AccessRevoked),
        ("api", 401, gateway("Access Token expired", "keymanagement.service.access_token_expired"), Unavailable),
        ("api", 429, {"code": "429", "message": "Quota Exceeded", "status": "Request Throttled"}, RateLimited),
        ("api", 403, {"message": "Forbidden"}, Rejected),
        ("api", 503, {"fault": {"faultstring": "down"}}, Unavailable),
    ],
)  # fmt: skip
def test_refusals_mean_what_keap_means(operation, status, body, kind):
    call = Call(operation, "POST", "api.keap.com", "/x", redirect_uri="https://us.test/back")
    assert type(failure(load()["keap"], call, answer(status, body))) is kind


def test_the_gateways_word_is_the_evidence():
    body = gateway("Invalid access token", "oauth.v2.InvalidAccessToken")
    refused: ProviderError = failure(load()["keap"], Call("api", "GET", "h", "/x"), answer(401, body))
    assert refused.evidence.provider_code == "oauth.v2.InvalidAccessToken"
    assert refused.evidence.message == "Invalid access token"


def test_all_tenants_share_one_limiter():
    spec = load()["keap"]
    one, other = (
        claim_for("keap", spec.limits, "/crm/rest/v2/emails", client_id="us", account=name) for name in ("a", "b")
    )
    common = {q.key for q in one.quotas} & {q.key for q in other.quotas}
    assert sorted((q.requests, q.per_s) for q in one.quotas if q.key in common) == [
        (20, 1), (1500, 60), (150_000, 86_400),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", "/crm/rest/v2/contacts/1"), ("DELETE", "/crm/rest/v2/contacts/1"), ("POST", "/crm/rest/v2/emails")],
)
async def test_the_only_permission_allows_everything_and_the_list_does_not(method, path):
    calls = given({})
    with pytest.raises(EgressRefused):
        await make_api(make_app("keap", calls)).write(method, path, {})
    assert calls.requests == []
    assert json.dumps(load()["keap"].auth.consent_note).count("full") == 1


@pytest.mark.parametrize(("header", "spent"), [("x-keap-product-throttle-available", "0"), ("x-other", "0")])
async def test_a_spent_quota_of_the_app_stops_all_its_tenants(header, spent):
    calls = Calls(httpx.Response(429, json={"code": "429"}, headers={header: spent}))
    app = make_app("keap", calls, budget=LocalBudget(lambda: 1000.0))
    for tenant in ("a", "b"):
        with pytest.raises(RateLimited):
            await Keap().identify(make_api(app, account=tenant))
    assert len(calls.requests) == (1 if "keap" in header else 2)
