"""What a provider demands of the next token, read and told again."""

import base64
import json

import httpx
import pytest

from mailwarden.core.http import Answer
from mailwarden.providers.auth import RefreshOnce
from mailwarden.providers.base import AccessRevoked
from mailwarden.providers.catalog import load
from mailwarden.providers.claims import LONGEST, in_header, joined
from mailwarden.providers.classify import Call, failure

SINCE = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'
POLICY = '{"access_token":{"polids":{"essential":true,"values":["5ce770ea"]}}}'
OWN = {"access_token": {"xms_cc": {"values": ["cp1"]}}}


def header(claims: str, error: str = "insufficient_claims", *, urlsafe: bool = False) -> str:
    encoded = (base64.urlsafe_b64encode if urlsafe else base64.b64encode)(claims.encode()).decode()
    return f'Bearer realm="", authorization_uri="https://l.example/authorize", error="{error}", claims="{encoded}"'


def test_a_challenge_is_read():
    assert in_header(header(SINCE)) == SINCE
    assert in_header(header(SINCE).rstrip('="') + '"') == SINCE
    assert in_header(header('{"access_token":{"x":{"value":"???>>>"}}}', urlsafe=True)) is not None


@pytest.mark.parametrize(
    "value",
    [
        "",
        'Bearer error="invalid_token"',
        header(SINCE, "invalid_token"),
        'Bearer error="insufficient_claims"',
        'Bearer error="insufficient_claims", claims="!!"',
        'Bearer error="insufficient_claims", claims="A"',
        header("no json"),
        header("[1]"),
        header('{"access_token":1}'),
        header("{}"),
        header(json.dumps({"access_token": {"x": "y" * LONGEST}})),
        header("[" * 3000),
    ],
)
def test_what_is_no_challenge_asks_for_nothing(value):
    assert in_header(value) is None


def test_they_are_asked_for_together():
    assert json.loads(joined(OWN, SINCE, None, POLICY) or "") == {
        "access_token": {
            "nbf": {"essential": True, "value": "1604106651"},
            "polids": {"essential": True, "values": ["5ce770ea"]},
            "xms_cc": {"values": ["cp1"]},
        }
    }
    assert OWN == {"access_token": {"xms_cc": {"values": ["cp1"]}}}
    assert joined({}, None) is None


@pytest.mark.parametrize(
    ("operation", "headers", "body"),
    [
        ("api", {"www-authenticate": header(SINCE)}, {"error": {"code": "InvalidAuthenticationToken"}}),
        ("refresh", {}, {"error": "interaction_required", "error_codes": [50076], "claims": SINCE}),
    ],
)
@pytest.mark.parametrize("provider", ["microsoft", "google"])
def test_a_refusal_carries_it_where_the_provider_knows_such(provider, operation, headers, body):
    answer = Answer(401, {"content-type": "application/json", **headers}, json.dumps(body).encode(), 5)
    found = failure(load()[provider], Call(operation, "GET", "h", "/p"), answer)
    assert found.evidence.claims == (SINCE if provider == "microsoft" else None)
    assert "claims" not in found.evidence.as_json()
    if provider == "microsoft":
        assert isinstance(found, AccessRevoked)


async def test_the_token_after_a_challenged_one_is_asked_for_with_it():
    asked: list[tuple[str, str | None]] = []

    class Tokens:
        async def access_token(self) -> str:
            return "old"

        async def refresh(self, rejected: str, claims: str | None = None) -> str:
            asked.append((rejected, claims))
            return "new"

    flow = RefreshOnce(Tokens()).async_auth_flow(httpx.Request("GET", "https://graph.example.test/"))
    request = await anext(flow)
    again = await flow.asend(httpx.Response(401, headers={"WWW-Authenticate": header(SINCE)}, request=request))
    assert again.headers["authorization"] == "Bearer new"
    assert asked == [("old", SINCE)]
    await flow.aclose()
