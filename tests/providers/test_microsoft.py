"""What Microsoft's refusals mean, by the catalogue alone."""

import json

import pytest

from mailwarden.core.http import Answer
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
from mailwarden.providers.classify import Call, failure
from mailwarden.providers.grants import read_grant
from mailwarden.providers.microsoft import object_id

SPEC = load()["microsoft"]
JSON = {"content-type": "application/json; charset=utf-8"}


def call(operation: str = "refresh", scopes: tuple[str, ...] = ()) -> Call:
    return Call(operation, "POST", "login.microsoftonline.com", "/common/oauth2/v2.0/token", scopes)


def refused(error: str, *numbers: int, status: int = 400, operation: str = "refresh") -> Exception:
    body = {"error": error, "error_description": f"AADSTS{numbers or ''}: words", "error_codes": list(numbers)}
    return failure(SPEC, call(operation), Answer(status, JSON, json.dumps(body).encode(), 5))


def graph(status: int, code: str, message: str = "words", scopes: tuple[str, ...] = ()) -> Exception:
    body = {"error": {"code": code, "message": message, "innerError": {"request-id": "r-1"}}}
    return failure(SPEC, call("api", scopes), Answer(status, JSON, json.dumps(body).encode(), 5))


@pytest.mark.parametrize(
    ("error", "number", "cause"),
    [
        ("invalid_grant", 50173, Cause.PASSWORD_CHANGED),
        ("invalid_grant", 50132, Cause.PASSWORD_CHANGED),
        ("invalid_grant", 700082, Cause.TOKEN_EXPIRED),
        ("invalid_grant", 70008, Cause.TOKEN_EXPIRED),
        ("invalid_grant", 70000, Cause.ACCESS_REVOKED),
        ("invalid_grant", 65001, Cause.ACCESS_REVOKED),
        ("consent_required", 65001, Cause.ACCESS_REVOKED),
        ("invalid_grant", 50057, Cause.ACCOUNT_DISABLED),
        ("invalid_grant", 53003, Cause.ADMIN_POLICY),
        ("interaction_required", 53000, Cause.ADMIN_POLICY),
        ("invalid_grant", 50105, Cause.ADMIN_POLICY),
        ("unauthorized_client", 700016, Cause.ADMIN_POLICY),
        ("unauthorized_client", 7000112, Cause.ADMIN_POLICY),
        ("invalid_resource", 500011, Cause.ADMIN_POLICY),
        ("interaction_required", 50076, Cause.INTERACTION_REQUIRED),
        ("invalid_grant", 50076, Cause.INTERACTION_REQUIRED),
        ("invalid_grant", 70043, Cause.INTERACTION_REQUIRED),
        ("invalid_grant", 99999, Cause.ACCESS_REVOKED),
    ],
)
def test_the_number_says_why(error, number, cause):
    found = refused(error, number)
    assert isinstance(found, AccessRevoked)
    assert (found.cause, found.evidence.signal) == (cause, Signal.REFRESH_REFUSED)
    assert found.evidence.provider_code == str(number)


@pytest.mark.parametrize(
    ("error", "number", "status"),
    [
        ("invalid_client", 7000215, 401),
        ("invalid_client", 7000222, 401),
        ("invalid_client", 500112, 400),
        ("unauthorized_client", 1, 400),
        ("invalid_request", 900023, 400),
        ("invalid_grant", 700084, 400),
    ],
)
def test_our_own_settings_are_the_operators(error, number, status):
    assert isinstance(refused(error, number, status=status), Misconfigured)


@pytest.mark.parametrize(
    ("error", "number", "status"),
    [
        ("temporarily_unavailable", 90033, 400),
        ("invalid_grant", 90055, 400),
        ("server_error", 1, 400),
        ("invalid_grant", 50173, 500),
        ("invalid_grant", 50053, 400),
        ("invalid_grant", 50173, 503),
    ],
)
def test_trouble_of_theirs_says_nothing_of_the_grant(error, number, status):
    assert isinstance(refused(error, number, status=status), Unavailable)


def test_a_loop_is_stopped_for_minutes():
    found = refused("invalid_grant", 50196)
    assert isinstance(found, RateLimited)
    assert found.retry_after_s == 600


def test_too_many_requests_are_a_limit_whatever_its_words_say():
    assert isinstance(refused("temporarily_unavailable", 90033, status=429), RateLimited)


def test_a_refused_code_is_no_dead_grant():
    assert isinstance(refused("invalid_grant", 54005, operation="exchange"), Rejected)
    assert isinstance(refused("invalid_scope", 70011), Rejected)


def test_numbers_as_text_and_true_as_a_number():
    body = json.dumps({"error": "invalid_grant", "error_codes": ["50057", True, None, {}]}).encode()
    found = failure(SPEC, call(), Answer(400, JSON, body, 5))
    assert isinstance(found, AccessRevoked)
    assert found.cause is Cause.ACCOUNT_DISABLED


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (graph(401, "InvalidAuthenticationToken"), AccessRevoked),
        (graph(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."), Unavailable),
        (graph(403, "ErrorAccessDenied", scopes=("Mail.Send",)), ScopesMissing),
        (graph(403, "Authorization_RequestDenied", scopes=("User.Read",)), ScopesMissing),
        (graph(403, "ErrorSendAsDenied", scopes=("Mail.Send",)), Rejected),
        (graph(404, "ErrorItemNotFound"), ObjectGone),
        (graph(404, "MailboxNotEnabledForRESTAPI"), AccessRevoked),
        (graph(410, "syncStateNotFound"), ObjectGone),
        (graph(429, "ApplicationThrottled"), RateLimited),
        (graph(400, "ErrorInvalidRecipients"), Rejected),
        (graph(503, "serviceNotAvailable"), Unavailable),
    ],
)
def test_graphs_refusals(found, kind):
    assert type(found) is kind
    assert found.evidence.provider_request_id == "r-1"


@pytest.mark.parametrize(
    "scope",
    [
        "Mail.Send User.Read Mail.ReadWrite",
        "email openid profile https://graph.microsoft.com/Mail.Send https://graph.microsoft.com/User.Read "
        "https://graph.microsoft.com/Mail.ReadWrite",
        "mail.send user.read HTTPS://GRAPH.MICROSOFT.COM/MAIL.READWRITE",
    ],
)
def test_scopes_in_every_spelling(scope):
    body = {"access_token": "a", "refresh_token": "r", "expires_in": 3599, "scope": scope}
    granted = read_grant(SPEC, call(), Answer(200, JSON, json.dumps(body).encode(), 5)).scopes
    assert granted is not None
    assert granted >= SPEC.auth.all_scopes


def test_a_missing_scope_is_missing():
    assert SPEC.auth.required_scopes - SPEC.auth.held(frozenset({"https://graph.microsoft.com/User.Read"})) == {
        "Mail.Send"
    }


def test_personal_accounts_are_named_alike_by_graph_and_by_the_id_token():
    assert object_id("0123456789ABCDEF") == "00000000-0000-0000-0123-456789abcdef"
    assert object_id("00000001-51D0-4b2e-8c00-0000000000bb") == "00000001-51d0-4b2e-8c00-0000000000bb"
