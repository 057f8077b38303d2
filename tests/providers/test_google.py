"""Google's refusals by its own words, and answers that say too little."""

import httpx
import pytest

from mailwarden.providers import google_mail
from mailwarden.providers.base import (
    AccessRevoked,
    Cause,
    Misconfigured,
    ObjectGone,
    ProviderError,
    RateLimited,
    Rejected,
    ScopesMissing,
    Signal,
    Unavailable,
)
from mailwarden.providers.catalog import load
from mailwarden.providers.classify import Call, failure
from mailwarden.providers.client import ProviderApi
from mailwarden.providers.google import Google
from tests.providers.support import Calls, answer, make_api, make_app

SPEC = load()["google"]
GMAIL = "https://www.googleapis.com/auth/gmail."


def refusal(status: int, reason: str, message: str = "no", detail: str | None = None) -> ProviderError:
    error = {"code": status, "message": message, "errors": [{"domain": "global", "reason": reason, "message": message}]}
    if detail:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": detail}]
    call = Call("api", "GET", "gmail.googleapis.com", google_mail.HISTORY, (f"{GMAIL}readonly",))
    return failure(SPEC, call, answer(status, {"error": error}))


@pytest.mark.parametrize(
    ("status", "reason", "detail", "meaning"),
    [
        (401, "authError", None, AccessRevoked),
        (403, "domainPolicy", None, AccessRevoked),
        (403, "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", ScopesMissing),
        (403, "forbidden", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", ScopesMissing),
        (403, "rateLimitExceeded", None, RateLimited),
        (403, "userRateLimitExceeded", None, RateLimited),
        (403, "dailyLimitExceeded", None, Misconfigured),
        (403, "accessNotConfigured", None, Misconfigured),
        (403, "forbidden", "SERVICE_DISABLED", Misconfigured),
        (403, "forbidden", None, Rejected),
        (429, "rateLimitExceeded", None, RateLimited),
        (429, "dailyLimitExceeded", None, Misconfigured),
        (404, "notFound", None, ObjectGone),
        (400, "invalidArgument", None, Rejected),
        (400, "failedPrecondition", None, Rejected),
        (500, "backendError", None, Unavailable),
        (503, "backendError", None, Unavailable),
    ],
)
def test_the_reason_decides_not_the_status(status, reason, detail, meaning):
    error = refusal(status, reason, detail=detail)
    assert type(error) is meaning
    assert error.evidence.provider_code == reason


def test_causes_that_the_api_proves():
    policy = refusal(403, "domainPolicy", "The domain administrators have disabled Gmail apps.")
    switched_off = refusal(400, "failedPrecondition", "Mail service not enabled")
    for error in (policy, switched_off):
        assert isinstance(error, AccessRevoked)
        assert (error.cause, error.evidence.signal) == (Cause.ADMIN_POLICY, Signal.API_REFUSED)
    missing = refusal(403, "insufficientPermissions")
    assert isinstance(missing, ScopesMissing)
    assert missing.scopes == (f"{GMAIL}readonly",)


def test_the_limit_of_a_day_is_waited_for_longer():
    day = refusal(429, "rateLimitExceeded", "User-rate limit exceeded (Mail sending)")
    concurrent = refusal(429, "rateLimitExceeded", "Too many concurrent requests for user")
    assert isinstance(day, RateLimited)
    assert isinstance(concurrent, RateLimited)
    assert (day.retry_after_s, concurrent.retry_after_s) == (3600, 30)


@pytest.mark.parametrize(
    ("words", "wait"),
    [
        ("Retry after 2026-11-22T12:01:30.000Z", 90),
        ("Retry after 2026-11-22T11:00:00.000Z", 1),
        ("Retry after 2026-12-22T11:00:00Z", 3600),
        ("Retry after a while", 30),
        ("Retry after 2026-99-99T99", 30),
    ],
)
def test_gmail_says_in_words_when_to_come_back(words, wait):
    message = f"User-rate limit exceeded.  {words}"
    body = {"error": {"code": 429, "message": message, "errors": [{"reason": "rateLimitExceeded"}]}}
    call = Call("api", "GET", "gmail.googleapis.com", google_mail.HISTORY)
    error = failure(SPEC, call, answer(429, body, date="Sun, 22 Nov 2026 12:00:00 GMT"))
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == wait


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}, "access_revoked"),
        (400, {"error": "invalid_grant", "error_description": "Bad Request"}, "access_revoked"),
        (400, {"error": "invalid_grant", "error_subtype": "invalid_rapt"}, "interaction_required"),
        (400, {"error": "invalid_grant", "error_subtype": "rapt_required"}, "interaction_required"),
        (400, {"error": "invalid_grant", "error_description": "Account has been deleted"}, "account_disabled"),
        (400, {"error": "admin_policy_enforced"}, "admin_policy"),
        (403, {"error": "admin_policy_enforced"}, "admin_policy"),
    ],
)
def test_what_ends_a_grant(status, body, cause):
    error = failure(SPEC, Call("refresh", "POST", "oauth2.googleapis.com", "/token"), answer(status, body))
    assert isinstance(error, AccessRevoked)
    assert (error.cause, error.evidence.signal) == (cause, Signal.REFRESH_REFUSED)


@pytest.mark.parametrize(
    ("status", "error", "meaning"),
    [
        (401, "invalid_client", Misconfigured),
        (401, "unauthorized_client", Misconfigured),
        (401, "deleted_client", Misconfigured),
        (400, "redirect_uri_mismatch", Misconfigured),
        (400, "invalid_request", Rejected),
        (400, "server_error", Unavailable),
        (400, "temporarily_unavailable", Unavailable),
        (500, "internal_failure", Unavailable),
        (429, "rate_limit_exceeded", RateLimited),
    ],
)
def test_what_does_not(status, error, meaning):
    said = failure(SPEC, Call("refresh", "POST", "oauth2.googleapis.com", "/token"), answer(status, {"error": error}))
    assert type(said) is meaning


def api_of(*replies: httpx.Response) -> tuple[Calls, ProviderApi]:
    calls = Calls(*replies)
    return calls, make_api(make_app("google", calls))


@pytest.mark.parametrize("body", [{}, {"sub": "1"}, {"email": "a@b.test"}, [], {"sub": {}, "email": "a@b.test"}])
async def test_nobody_is_not_an_account(body):
    _, api = api_of(httpx.Response(200, json=body))
    with pytest.raises(Unavailable):
        await Google().identify(api)


async def test_each_call_goes_to_its_own_host():
    who = httpx.Response(200, json={"sub": "1091", "email": "ada@b.test", "name": "Ada", "hd": "b.test"})
    calls, api = api_of(who, httpx.Response(200, json={"emailAddress": "ada@b.test"}))
    account = await Google().identify(api)
    assert (account.external_id, account.label, account.detail) == ("1091", "ada@b.test", "Ada · Workspace b.test")
    hosts = ["openidconnect.googleapis.com", "gmail.googleapis.com"]
    assert [request.url.host for request in calls.requests] == hosts


@pytest.mark.parametrize(
    "body", [{}, {"historyId": "1"}, {"historyId": "1", "expiration": "soon"}, {"expiration": "1"}]
)
async def test_a_watch_without_an_end_is_none(body):
    _, api = api_of(httpx.Response(200, json=body))
    with pytest.raises(Unavailable):
        await google_mail.watch(api, "projects/p/topics/t")


async def test_a_history_that_goes_in_circles_ends():
    _, api = api_of(httpx.Response(200, json={"historyId": "9", "nextPageToken": "same"}))
    with pytest.raises(Unavailable, match="no end"):
        await google_mail.changes(api, "1")


async def test_a_send_without_an_id_is_not_taken_for_one():
    _, api = api_of(httpx.Response(200, json={}))
    with pytest.raises(Unavailable) as caught:
        await google_mail.send(api, b"To: a@b.test\r\n\r\nx")
    assert caught.value.sent


def test_scopes_that_allow_more():
    auth = SPEC.auth
    assert auth.held(frozenset({"https://mail.google.com/"})) >= auth.all_scopes - auth.required_scopes
    assert f"{GMAIL}send" in auth.held(frozenset({f"{GMAIL}compose"}))
    assert f"{GMAIL}readonly" not in auth.held(frozenset({f"{GMAIL}compose"}))
    assert auth.required_scopes <= auth.held(frozenset({"openid", "email", f"{GMAIL}modify"}))
