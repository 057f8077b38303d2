import pytest

from mailwarden_sandbox.transport import Cut
from tests.sandbox.steps import (
    HUBSPOT,
    KLAVIYO,
    connect_hubspot,
    connect_klaviyo,
    refresh_hubspot,
    refresh_klaviyo,
)

EMAILS = "/hubspot/marketing/emails/2026-09"
DETAILS = "/hubspot/account-info/2026-09/details"
ACCOUNTS = "/klaviyo/api/accounts"


@pytest.mark.parametrize("code", [423, 477, 500, 502, 503, 504, 524])
async def test_a_status_comes_in_the_providers_words(http, control, code):
    tokens = await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, "status", code=code, retry_after=7)
    answer = await http.get(EMAILS, headers=tokens.headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (code, "7")
    assert (await refresh_hubspot(http, tokens)).status_code == code


async def test_klaviyos_errors_are_json_api(http, control):
    tokens = await connect_klaviyo(http)
    await control.break_("klaviyo", KLAVIYO, "status", code=429, retry_after=3)
    answer = await http.get(ACCOUNTS, headers=tokens.headers)
    error = answer.json()["errors"][0]
    assert (answer.status_code, answer.headers["retry-after"], error["code"]) == (429, "3", "throttled")
    assert error["id"] == answer.headers["cf-ray"]


async def test_scope_path_count_and_time_limit_a_fault(http, control, wall):
    tokens = await connect_hubspot(http)

    async def statuses() -> tuple[int, ...]:
        emails, details = (
            await http.get(EMAILS, headers=tokens.headers),
            await http.get(DETAILS, headers=tokens.headers),
        )
        return emails.status_code, details.status_code, (await refresh_hubspot(http, tokens)).status_code

    for limits, expected in (
        ({"scope": "api"}, (503, 503, 200)),
        ({"scope": "token"}, (200, 200, 503)),
        ({"path": "/marketing/*"}, (503, 200, 200)),
        ({"count": 2}, (503, 503, 200)),
        ({"for_s": 10}, (503, 503, 503)),
    ):
        await control.break_("hubspot", HUBSPOT, "status", code=503, **limits)
        assert await statuses() == expected, limits
        wall.now += 11
        if "for_s" in limits or "count" in limits:
            assert await statuses() == (200, 200, 200)
        await control.mend("hubspot", HUBSPOT)


async def test_a_rate_is_kept_and_repeats_with_the_seed(http, control):
    outcomes = []
    for _ in range(2):
        await http.post("/_sandbox/reset")
        await control.quotas(enabled=False)
        tokens = await connect_hubspot(http)
        await control.break_("hubspot", HUBSPOT, "random_invalid_grant", rate=0.3)
        outcomes.append([(await refresh_hubspot(http, tokens)).status_code for _ in range(200)])
    assert outcomes[0] == outcomes[1]
    assert 40 < outcomes[0].count(400) < 80


async def test_a_random_invalid_grant_hits_refreshes_only_and_harms_nothing(http, control):
    tokens = await connect_klaviyo(http)
    await control.break_("klaviyo", KLAVIYO, "random_invalid_grant", rate=1)
    assert (await refresh_klaviyo(http, tokens.refresh)).json()["error"] == "invalid_grant"
    assert (await http.get(ACCOUNTS, headers=tokens.headers)).status_code == 200
    assert (await connect_klaviyo(http)).body["expires_in"] == 3600
    await control.mend("klaviyo", KLAVIYO)
    assert (await refresh_klaviyo(http, tokens.refresh)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [("html_403", 403, "text/html"), ("wrong_content_type", 200, "text/html"), ("garbled", 200, "application/json")],
)
async def test_answers_nobody_should_believe(http, control, kind, status, content_type):
    tokens = await connect_klaviyo(http)
    await control.break_("klaviyo", KLAVIYO, kind)
    answer = await http.get(ACCOUNTS, headers=tokens.headers)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, content_type)
    with pytest.raises(ValueError, match=r".*"):
        answer.json()
    assert (answer.headers.get("cf-mitigated") == "challenge") is (kind == "html_403")


async def test_a_huge_body_is_huge(http, control):
    tokens = await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, "huge_body", mb=3)
    assert len((await http.get(EMAILS, headers=tokens.headers)).content) > 3 << 20


@pytest.mark.parametrize("kind", ["reset", "lost_refresh_response"])
async def test_without_a_socket_a_cut_connection_is_an_exception(http, control, kind):
    tokens = await connect_klaviyo(http)
    await control.break_("klaviyo", KLAVIYO, kind)
    with pytest.raises(Cut):
        await refresh_klaviyo(http, tokens.refresh)


async def test_a_lost_answer_was_processed(http, control):
    tokens = await connect_klaviyo(http)
    await control.behave("klaviyo", KLAVIYO, rotation="strict")
    await control.break_("klaviyo", KLAVIYO, "lost_refresh_response")
    with pytest.raises(Cut):
        await refresh_klaviyo(http, tokens.refresh)
    assert (await refresh_klaviyo(http, tokens.refresh)).json()["error"] == "invalid_grant"
    assert (await control.truth("klaviyo", KLAVIYO))["grants"][0]["refreshes"] == 1


async def test_a_replaced_answer_can_have_been_processed(http, control):
    tokens = await connect_klaviyo(http)
    await control.break_("klaviyo", KLAVIYO, "status", code=502, processed=True, scope="token", count=1)
    assert (await refresh_klaviyo(http, tokens.refresh)).status_code == 502
    assert (await control.truth("klaviyo", KLAVIYO))["grants"][0]["refreshes"] == 1


async def test_the_clock_of_the_answer_can_be_wrong(http, control):
    tokens = await connect_hubspot(http)
    assert (await http.get(DETAILS, headers=tokens.headers)).headers["date"] == "Sun, 22 Nov 2026 12:00:00 GMT"
    await control.break_("hubspot", HUBSPOT, "clock_skew", s=-90)
    assert (await http.get(DETAILS, headers=tokens.headers)).headers["date"] == "Sun, 22 Nov 2026 11:58:30 GMT"


async def test_a_quota_fault_replaces_the_real_quota_even_when_that_is_off(http, control):
    await control.quotas(enabled=False)
    tokens = await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, "quota", limit=2)
    assert [(await http.get(EMAILS, headers=tokens.headers)).status_code for _ in range(3)] == [200, 200, 429]


async def test_consent_pages_are_spared_unless_named(http, control):
    ask = {"client_id": "sandbox-client", "redirect_uri": "http://localhost/", "scope": "oauth"}
    await control.break_("hubspot", None, "status", code=500)
    assert (await http.get("/hubspot/oauth/authorize", params=ask)).status_code == 200
    await control.break_("hubspot", None, "status", code=500, scope="consent")
    assert (await http.get("/hubspot/oauth/authorize", params=ask)).status_code == 500


async def test_slow_answers_are_slow(http, control):
    tokens = await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, "slow", ms=60)
    await http.get(DETAILS, headers=tokens.headers)
    logged = (await http.get("/_sandbox/requests", params={"path": "account-info"})).json()["requests"][-1]
    assert logged["duration_ms"] >= 60
    assert logged["fault"] == "slow"
