import httpx
import pytest

from mailwarden.providers.base import (
    AccessRevoked,
    EgressRefused,
    ObjectGone,
    RateLimited,
    Rejected,
    Unavailable,
)
from mailwarden.providers.budget import Claim, LocalBudget, Unlimited
from mailwarden.providers.catalog import load
from mailwarden.providers.registry import PROVIDERS
from tests.providers.support import Calls, FakeTokens, Naps, fixture, make_api, make_app

IDENTITY = {"hubspot": fixture("hubspot/details.json"), "klaviyo": fixture("klaviyo/accounts.json")}
READ = {"hubspot": "/account-info/2026-09/details", "klaviyo": "/api/accounts"}
REPORT = "/api/campaign-values-reports"


@pytest.fixture(params=sorted(IDENTITY))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ok(name: str) -> httpx.Response:
    return httpx.Response(200, json=IDENTITY[name])


def refusal(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={}, headers=headers)


async def test_a_401_refreshes_once_and_repeats(name):
    calls, tokens = Calls(refusal(401), ok(name)), FakeTokens()
    api = make_api(make_app(name, calls), tokens)
    await PROVIDERS[name].identify(api)
    assert calls.tokens == ["old-token", "new-token"]
    assert tokens.refreshed == ["old-token"]
    assert [e.status for e in api.take_exchanges()] == [200]


async def test_a_second_401_is_a_suspicion_and_no_third_call(name):
    calls, tokens = Calls(refusal(401)), FakeTokens()
    with pytest.raises(AccessRevoked):
        await make_api(make_app(name, calls), tokens).get(READ[name])
    assert (len(calls.requests), len(tokens.refreshed)) == (2, 1)


@pytest.mark.parametrize(
    ("status", "failure"),
    [(403, Rejected), (429, RateLimited), (500, Unavailable), (404, ObjectGone), (400, Rejected), (301, Unavailable)],
)
async def test_refusals_become_failures(name, status, failure):
    with pytest.raises(failure) as caught:
        await make_api(make_app(name, Calls(refusal(status)))).get(READ[name])
    assert type(caught.value) is failure
    assert caught.value.evidence.path == READ[name]


async def test_a_failed_refresh_passes_through_as_it_is(name):
    class Dead(FakeTokens):
        async def refresh(self, rejected: str, claims: str | None = None) -> str:  # noqa: ARG002
            raise LookupError(rejected)

    with pytest.raises(LookupError, match="old-token"):
        await make_api(make_app(name, Calls(refusal(401))), Dead()).get(READ[name])


async def test_the_catalogues_headers_go_with_every_request():
    calls = Calls(ok("klaviyo"))
    api = make_api(make_app("klaviyo", calls))
    await api.get("/api/accounts")
    await api.post(REPORT, {"data": {}}, {"page_cursor": "x"})
    for request in calls.requests:
        assert request.headers["revision"] == "2026-07-15"
        assert request.headers["Accept"] == "application/vnd.api+json"
    assert calls.requests[1].headers["Content-Type"] == "application/vnd.api+json"
    assert calls.requests[1].url.params["page_cursor"] == "x"


async def test_a_base_of_the_operator_replaces_the_providers_host(name):
    calls = Calls(ok(name))
    await make_api(make_app(name, calls, api_base=f"http://127.0.0.1:9400/{name}/")).get(READ[name])
    assert str(calls.requests[0].url) == f"http://127.0.0.1:9400/{name}{READ[name]}"


async def test_a_passing_trouble_is_repeated_after_a_jittered_pause(name):
    naps = Naps()
    calls = Calls(httpx.ConnectError("x"), refusal(503), ok(name))
    await make_api(make_app(name, calls, sleep=naps)).get(READ[name])
    assert len(calls.requests) == 3
    assert 0 <= naps.taken[0] <= 0.25
    assert 0 <= naps.taken[1] <= 1


async def test_three_attempts_are_all(name):
    calls = Calls(httpx.ReadError("x"))
    with pytest.raises(Unavailable):
        await make_api(make_app(name, calls)).get(READ[name])
    assert len(calls.requests) == 3


async def test_a_lasting_outage_uses_up_the_credit_for_repeats(name):
    calls = Calls(refusal(500))
    api = make_api(make_app(name, calls))
    for _ in range(20):
        with pytest.raises(Unavailable):
            await api.get(READ[name])
    assert len(calls.requests) == 20 + 3


async def test_a_provider_that_names_a_wait_is_not_asked_again_at_once(name):
    calls = Calls(refusal(503, **{"Retry-After": "30"}))
    with pytest.raises(Unavailable) as caught:
        await make_api(make_app(name, calls)).get(READ[name])
    assert (len(calls.requests), caught.value.retry_after_s) == (1, 30)


@pytest.mark.parametrize(
    ("trouble", "attempts"), [(httpx.ReadTimeout("x"), 1), (httpx.ConnectError("x"), 3), (refusal(503), 1)]
)
async def test_a_scarce_report_is_repeated_only_if_it_never_left(trouble, attempts):
    calls = Calls(trouble)
    with pytest.raises(Unavailable):
        await make_api(make_app("klaviyo", calls)).post(REPORT, {})
    assert len(calls.requests) == attempts


@pytest.mark.parametrize(
    "given",
    [
        httpx.Response(200, content=b"<html>", headers={"Content-Type": "text/html"}),
        httpx.Response(200, content=b'{"data": [', headers={"Content-Type": "application/json"}),
        httpx.Response(200, content=b"", headers={"Content-Type": "application/json"}),
        httpx.Response(200, json={}, headers={"Content-Type": "text/plain"}),
        httpx.Response(200, content=b" " * (17 * 1024 * 1024), headers={"Content-Type": "application/json"}),
    ],
    ids=["page", "cut", "empty", "type", "huge"],
)
async def test_an_unreadable_answer_is_the_providers_trouble(name, given):
    with pytest.raises(Unavailable) as caught:
        await make_api(make_app(name, Calls(given))).get(READ[name])
    assert caught.value.sent


async def test_no_content_is_none(name):
    assert await make_api(make_app(name, Calls(httpx.Response(204)))).get(READ[name]) is None


async def test_the_journal_gets_what_was_asked_and_answered():
    given = httpx.Response(200, json={"data": []}, headers={"CF-RAY": "8f1-DUB"})
    api = make_api(make_app("klaviyo", Calls(given)))
    await api.get("/api/campaigns", {"page[size]": 100})
    await api.post(REPORT, {"data": 1})
    listed, reported = api.take_exchanges()
    assert (listed.method, listed.path, listed.params) == ("GET", "/api/campaigns", {"page[size]": "100"})
    assert (listed.status, listed.body, listed.provider_request_id) == (200, b'{"data":[]}', "8f1-DUB")
    assert reported.params == {"body": '{"data": 1}'}
    assert api.exchanges == []


async def test_refused_calls_are_in_the_journal_too(name):
    api = make_api(make_app(name, Calls(refusal(403))))
    with pytest.raises(Rejected):
        await api.get(READ[name])
    assert [e.status for e in api.exchanges] == [403]


async def test_a_429_bans_all_calls_that_count_alike(name):
    now = [1000.0]
    calls = Calls(refusal(429, **{"Retry-After": "120"}), ok(name))
    app = make_app(name, calls, budget=LocalBudget(lambda: now[0]))
    with pytest.raises(RateLimited):
        await make_api(app).get(READ[name])
    with pytest.raises(RateLimited) as caught:
        await make_api(app).get(READ[name])
    assert (caught.value.evidence.status, caught.value.retry_after_s, len(calls.requests)) == (None, 120, 1)
    await make_api(app, account="another").get(READ[name])
    now[0] += 121
    await make_api(app).get(READ[name])
    assert len(calls.requests) == 3


async def test_a_short_wait_is_slept_through_and_counts_nothing_meanwhile():
    waits = [1.5, 0.5, 0.0]

    class Busy(Unlimited):
        async def take(self, _claim: Claim, /) -> float:
            return waits.pop(0)

    naps, calls = Naps(), Calls(ok("hubspot"))
    await make_api(make_app("hubspot", calls, budget=Busy(), sleep=naps)).get(READ["hubspot"])
    assert (naps.taken, len(calls.requests)) == ([1.5, 0.5], 1)


FOREIGN_PATHS = [
    "/marketing/emails/2026-09/1",
    "/marketing/emails/2026-09/",
    "/marketing/emails/2026-09/../../crm/v3/objects/contacts",
    "/marketing/emails/2026-09?x=1",
    "/marketing/emails/2026-09#x",
    "/marketing/emails/2026-09%2f1/publish",
    "//evil.example.test/marketing/emails/2026-09",
    "@evil.example.test/",
    "https://evil.example.test/api/campaigns",
    "/api/campaigns\n",
    "/api/campaigns/01JC/campaign-messages",
    "/api/campaign-send-jobs",
    "/crm/v3/objects/contacts",
    "/oauth/v1/refresh-tokens/x",
    "/appinstalls/2026-09/external-install",
    "",
    "/",
]


@pytest.mark.parametrize("path", FOREIGN_PATHS)
async def test_nothing_but_the_listed_reads_leaves(name, path):
    calls, tokens = Calls(ok(name)), FakeTokens()
    api = make_api(make_app(name, calls), tokens)
    for ask in (api.get(path), api.post(path, {})):
        with pytest.raises(EgressRefused) as caught:
            await ask
        assert caught.value.evidence.status is None
    assert calls.requests == []


async def test_a_listed_path_leaves_with_its_listed_method_only(name):
    calls = Calls(ok(name))
    api = make_api(make_app(name, calls))
    for read in load()[name].api.reads:
        refused = api.post(read.path, {}) if read.method == "GET" else api.get(read.path)
        with pytest.raises(EgressRefused):
            await refused
    assert calls.requests == []
