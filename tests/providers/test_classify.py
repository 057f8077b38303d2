"""Every row of the fault table that concerns HubSpot and Klaviyo, as the answers that show it."""

import json
from dataclasses import fields
from typing import Any

import pytest

from mailwarden.core.http import NoAnswer
from mailwarden.providers.base import (
    AccessRevoked,
    Cause,
    Misconfigured,
    ObjectGone,
    RateLimited,
    Rejected,
    ScopesMissing,
    Signal,
    Unavailable,
)
from mailwarden.providers.catalog import load
from mailwarden.providers.classify import Call, failure, no_answer
from tests.providers.support import answer

DEAD = "refresh token is invalid, expired or revoked"
SECRET = "CJ7-very-secret-token-0123456789"


def call(operation: str = "api", scopes: tuple[str, ...] = ("content",)) -> Call:
    return Call(operation, "GET", "api.example.test", "/x", scopes, (SECRET,), "our-client", "https://us.test/callback")


def classify(provider, operation, given, scopes=("content",)):
    return failure(load()[provider], call(operation, scopes), given)


def hubspot_error(category: str, **more):
    return {"status": "error", "message": "no", "correlationId": "c-1", "category": category, **more}


def klaviyo_error(code: str, detail: str = "no"):
    return {"errors": [{"id": "e-1", "status": 400, "code": code, "title": "t", "detail": detail, "source": {}}]}


@pytest.mark.parametrize(
    ("provider", "given", "cause"),
    [
        ("hubspot", {"error": "invalid_grant", "status": "BAD_REFRESH_TOKEN", "message": DEAD}, Cause.ACCESS_REVOKED),
        ("hubspot", {"error": "invalid_request", "status": "BAD_REFRESH_TOKEN"}, Cause.ACCESS_REVOKED),
        (
            "hubspot",
            {"status": "BAD_REFRESH_TOKEN", "message": "missing or unknown refresh token"},
            Cause.ACCESS_REVOKED,
        ),
        ("hubspot", {"error": "invalid_grant"}, Cause.ACCESS_REVOKED),
        ("hubspot", {"status": "BAD_HUB", "error": "access_denied"}, Cause.ACCOUNT_DISABLED),
        ("klaviyo", {"error": "invalid_grant_type"}, Cause.ACCESS_REVOKED),
        ("klaviyo", {"error": "invalid_grant", "error_description": "whatever"}, Cause.ACCESS_REVOKED),
    ],
)
def test_a_refused_refresh_is_a_suspicion_with_its_cause(provider, given, cause):
    refused = classify(provider, "refresh", answer(400, given))
    assert isinstance(refused, AccessRevoked)
    assert refused.cause == cause
    assert refused.evidence.signal == Signal.REFRESH_REFUSED


@pytest.mark.parametrize("provider", ["hubspot", "klaviyo"])
@pytest.mark.parametrize("operation", ["refresh", "exchange", "revoke", "introspect"])
@pytest.mark.parametrize(
    ("status", "given"),
    [
        (400, {"error": "invalid_client"}),
        (401, {"error": "invalid_client"}),
        (401, {}),
        (400, {"error": "unauthorized_client"}),
    ],
)
def test_a_wrong_client_is_the_operators_and_touches_no_connection(provider, operation, status, given):
    refused = classify(provider, operation, answer(status, given))
    assert isinstance(refused, Misconfigured)
    assert (refused.expected, refused.actual) == ("https://us.test/callback", refused.evidence.message)
    assert refused.evidence.signal is None


@pytest.mark.parametrize("word", ["BAD_CLIENT_ID", "BAD_CLIENT_SECRET", "BAD_REDIRECT_URI"])
def test_hubspots_own_words_for_a_wrong_client(word):
    assert isinstance(classify("hubspot", "exchange", answer(400, {"status": word})), Misconfigured)


def test_klaviyo_says_invalid_request_of_a_redirect_uri():
    given = answer(400, {"error": "invalid_request", "error_description": "The redirect_uri does not match"})
    assert isinstance(classify("klaviyo", "exchange", given), Misconfigured)
    assert type(classify("klaviyo", "refresh", given)) is Rejected


@pytest.mark.parametrize("provider", ["hubspot", "klaviyo"])
def test_a_refused_code_is_no_revocation_since_no_grant_exists_yet(provider):
    refused = classify(provider, "exchange", answer(400, {"error": "invalid_grant", "status": "BAD_AUTH_CODE"}))
    assert type(refused) is Rejected
    assert refused.evidence.signal is None


@pytest.mark.parametrize("provider", ["hubspot", "klaviyo"])
def test_unknown_refusals_of_a_token_endpoint_disconnect_nobody(provider):
    assert type(classify(provider, "refresh", answer(400, {"error": "something_new"}))) is Rejected
    assert type(classify(provider, "refresh", answer(403, {}))) is Rejected


@pytest.mark.parametrize(
    ("provider", "given"),
    [("hubspot", hubspot_error("INVALID_AUTHENTICATION")), ("klaviyo", klaviyo_error("not_authenticated"))],
)
def test_an_api_401_is_a_suspicion(provider, given):
    refused = classify(provider, "api", answer(401, given))
    assert isinstance(refused, AccessRevoked)
    assert refused.evidence.signal == Signal.API_REFUSED
    assert refused.cause == Cause.ACCESS_REVOKED


def test_a_token_that_hubspot_calls_old_proves_no_revocation():
    assert isinstance(classify("hubspot", "api", answer(401, hubspot_error("EXPIRED_AUTHENTICATION"))), Unavailable)


def test_hubspot_names_the_scope_that_is_gone():
    detail = {"message": "…", "context": {"requiredGranularScopes": ["content", "marketing.email.read"]}}
    given = hubspot_error("MISSING_SCOPES", errors=[detail])
    refused = classify("hubspot", "api", answer(403, given), scopes=("oauth",))
    assert isinstance(refused, ScopesMissing)
    assert refused.scopes == ("content",)
    assert refused.evidence.signal == Signal.SCOPES_MISSING
    assert refused.evidence.provider_code == "MISSING_SCOPES"


def test_klaviyo_names_no_scope_so_the_reads_list_does():
    refused = classify("klaviyo", "api", answer(403, klaviyo_error("permission_denied")), scopes=("metrics:read",))
    assert isinstance(refused, ScopesMissing)
    assert refused.scopes == ("metrics:read",)


def test_a_scope_that_we_never_asked_for_is_our_bug():
    detail = {"context": {"requiredGranularScopes": ["transactional-email"]}}
    assert type(classify("hubspot", "api", answer(403, hubspot_error("MISSING_SCOPES", errors=[detail])))) is Rejected


@pytest.mark.parametrize("provider", ["hubspot", "klaviyo"])
@pytest.mark.parametrize("given", [{}, {"category": "NEW"}, {"errors": [{"code": "plan_limit"}]}, []])
def test_an_unknown_403_disconnects_nobody(provider, given):
    refused = classify(provider, "api", answer(403, given))
    assert type(refused) is Rejected
    assert refused.evidence.signal is None


PAGE = b"<!DOCTYPE html><html><body>Attention required</body></html>"
NOT_ITS_VOICE = [
    answer(403, PAGE, content_type="text/html; charset=UTF-8"),
    answer(403, PAGE, content_type="text/html", cf_mitigated="challenge"),
    answer(403, klaviyo_error("permission_denied"), cf_mitigated="challenge"),
    answer(401, PAGE, content_type="text/html"),
    answer(404, PAGE, content_type="text/html"),
    answer(400, b"upstream connect error", content_type="text/plain"),
    answer(401, json.dumps({"error": "invalid_grant"}).encode(), content_type="text/plain"),
    answer(401, b"\x00\xff garbled", content_type="application/json"),
    answer(200, b'{"results": [', content_type="application/json"),
    answer(200, b'{"a": NaN}', content_type="application/json"),
    answer(200, b"[" * 20_000 + b"]" * 20_000, content_type="application/json"),
    answer(200, PAGE, content_type="text/html"),
    answer(530, PAGE, content_type="text/html"),
    answer(502, PAGE, content_type="text/html"),
    answer(500, {}),
    answer(503, {"message": "down"}),
    answer(504),
    answer(302, {}, location="https://elsewhere.test"),
    answer(408, {}),
]


@pytest.mark.parametrize("provider", ["hubspot", "klaviyo"])
@pytest.mark.parametrize("operation", ["api", "refresh", "introspect", "exchange"])
@pytest.mark.parametrize("given", NOT_ITS_VOICE, ids=lambda a: f"{a.status}-{a.body[:12]!r}")
def test_trouble_of_the_provider_proves_nothing(provider, operation, given):
    refused = classify(provider, operation, given)
    assert type(refused) is Unavailable
    assert refused.sent
    assert refused.evidence.signal is None
    assert "invalid_grant" not in refused.evidence.message


@pytest.mark.parametrize("status", [423, 477])
def test_a_locked_or_moving_hubspot_account_waits(status):
    refused = classify("hubspot", "api", answer(status, hubspot_error("LOCKED"), retry_after="120"))
    assert isinstance(refused, Unavailable)
    assert refused.retry_after_s == (2 if status == 423 else 120)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("7", 7), ("0", 1), ("0.2", 1), ("1000000000", 3600), ("-5", 10), ("soon", 10), ("", 10), ("1e3", 10), ("٣", 10)],
)
def test_retry_after_is_clamped_and_junk_is_tolerated(retry_after, seconds):
    refused = classify("hubspot", "api", answer(429, {"errorType": "RATE_LIMIT"}, retry_after=retry_after))
    assert isinstance(refused, RateLimited)
    assert refused.retry_after_s == seconds
    assert refused.evidence.provider_code == "RATE_LIMIT"


def test_a_date_in_retry_after_is_read_against_the_answers_own_clock():
    given = answer(429, {}, retry_after="Sun, 22 Nov 2026 10:00:30 GMT", date="Sun, 22 Nov 2026 10:00:00 GMT")
    assert classify("klaviyo", "api", given).retry_after_s == 30
    assert classify("klaviyo", "api", answer(429, {}, retry_after="Sun, 22 Nov 2026 10:00:30 GMT")).retry_after_s == 30


@pytest.mark.parametrize(
    "date", ["Mon, 01 Jan 2026 00:00:00 +9999999999999", "Mon, 01 Jan 99999999999999999999 00:00:00"]
)
def test_dates_that_no_calendar_has_are_junk(date):
    for told in ({"retry_after": date, "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, {"retry_after": "soon", "date": date}):
        assert classify("klaviyo", "api", answer(429, {}, **told)).retry_after_s == 30


@pytest.mark.parametrize("operation", ["api", "refresh", "exchange", "introspect", "revoke", "journal"])
@pytest.mark.parametrize("provider", ["hubspot", "klaviyo"])
def test_429_is_never_anything_but_a_wait(provider, operation):
    assert isinstance(classify(provider, operation, answer(429, klaviyo_error("throttled"))), RateLimited)
    assert isinstance(classify(provider, operation, answer(429, PAGE, content_type="text/html")), RateLimited)


def test_hubspots_daily_quota_waits_as_long_as_we_may():
    assert classify("hubspot", "api", answer(429, {"policyName": "DAILY"})).retry_after_s == 3600


def test_one_missing_object_is_no_fault_of_the_connection():
    assert isinstance(classify("hubspot", "api", answer(404, hubspot_error("OBJECT_NOT_FOUND"))), ObjectGone)
    assert isinstance(classify("hubspot", "api", answer(410, {})), ObjectGone)
    assert isinstance(classify("klaviyo", "api", answer(404, klaviyo_error("not_found"))), ObjectGone)


def test_a_retired_revision_of_klaviyo_is_ours():
    assert type(classify("klaviyo", "api", answer(410, klaviyo_error("gone")))) is Rejected


@pytest.mark.parametrize("provider", ["hubspot", "klaviyo"])
def test_other_refusals_are_our_bugs(provider):
    for status in (400, 405, 415, 422):
        assert type(classify(provider, "api", answer(status, {}))) is Rejected


def test_the_journal_belongs_to_our_app_so_a_refusal_is_the_operators():
    assert isinstance(classify("hubspot", "journal", answer(401, {})), Misconfigured)
    assert isinstance(classify("hubspot", "journal", answer(403, hubspot_error("MISSING_SCOPES"))), Misconfigured)
    assert isinstance(classify("hubspot", "journal", answer(400, {"error": "invalid_client"})), Misconfigured)


def test_evidence_says_what_was_asked_and_answered():
    given = answer(
        400, {"status": "BAD_REFRESH_TOKEN", "error_description": DEAD}, x_hubspot_correlation_id="6b1f-77", server="x"
    )
    evidence = classify("hubspot", "refresh", given).evidence
    assert evidence.as_json() == {
        "signal": "refresh_refused",
        "operation": "refresh",
        "method": "GET",
        "path": "/x",
        "host": "api.example.test",
        "status": 400,
        "provider_code": "BAD_REFRESH_TOKEN",
        "message": DEAD,
        "provider_request_id": "6b1f-77",
        "at": None,
    }


def test_the_request_id_may_come_in_the_body():
    assert classify("hubspot", "api", answer(403, hubspot_error("X"))).evidence.provider_request_id == "c-1"
    assert classify("klaviyo", "api", answer(403, klaviyo_error("x"))).evidence.provider_request_id == "e-1"


@pytest.mark.parametrize("provider", ["hubspot", "klaviyo"])
@pytest.mark.parametrize("operation", ["api", "refresh", "exchange", "introspect", "journal"])
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
def test_no_secret_gets_into_evidence_wherever_it_is_repeated(provider, operation, status):
    body: dict[str, Any] = dict.fromkeys(("message", "error_description", "error", "category", "correlationId"), SECRET)
    body["errors"] = [{"code": SECRET, "detail": f"Bearer {SECRET}", "id": SECRET}]
    for given in (answer(status, body, cf_ray=SECRET), answer(status, SECRET.encode(), content_type="text/plain")):
        refused = classify(provider, operation, given)
        held = {f.name: str(getattr(refused.evidence, f.name)) for f in fields(refused.evidence)}
        assert not [name for name, value in held.items() if SECRET in value]
        assert SECRET not in str(refused)
        assert len(refused.evidence.message) <= 300


@pytest.mark.parametrize("sent", [True, False])
def test_no_answer_is_unavailable_and_says_whether_the_request_left(sent):
    refused = no_answer(call(), NoAnswer("ReadTimeout", sent=sent))
    assert (refused.sent, refused.evidence.status, refused.evidence.message) == (sent, None, "ReadTimeout")
