from datetime import UTC, datetime

import httpx
import pytest

from mailwarden.providers.base import EgressRefused, Misconfigured, Unavailable
from mailwarden.providers.journal import JournalPage, Uninstall, UninstallJournal
from tests.providers.support import Calls, make_app

JOURNAL = "/webhooks-journal/journal/2026-03"
SUBSCRIPTIONS = "/webhooks-journal/subscriptions/2026-03"
PAGE = {
    "offset": "o-1",
    "journalEvents": [
        {"action": "APP_UNINSTALL", "portalId": 42, "occurredAt": "2026-11-20T10:00:00Z", "eventTypeId": "4-1916193"},
        {"action": "APP_INSTALL", "portalId": 43, "occurredAt": "2026-11-20T10:00:00Z", "eventTypeId": "4-1909196"},
        {"eventTypeId": "4-1916193", "portalId": "44", "occurredAt": 1_763_632_800_000},
        {"action": "APP_UNINSTALL"},
        "junk",
    ],
}


class HubSpotJournal:
    """Answers like the journal's three addresses."""

    def __init__(self, link: str = "https://api.hubapi.com/webhooks-journal/download/o-1?signature=s") -> None:
        self.link = link
        self.token_calls = 0
        self.answers: dict[str, httpx.Response] = {}
        self.seen: list[tuple[str, str, str | None]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.seen.append((request.method, path, request.headers.get("Authorization")))
        if path == "/oauth/2026-03/token":
            self.token_calls += 1
            return httpx.Response(200, json={"access_token": f"app-{self.token_calls}", "expires_in": 1800})
        if path in self.answers:
            given = self.answers.pop(path)
            return httpx.Response(given.status_code, content=given.content, headers=given.headers)
        if path == f"{JOURNAL}/earliest":
            return httpx.Response(200, json={"currentOffset": "o-1", "expiresAt": "x", "url": self.link})
        return httpx.Response(200, json=PAGE) if "download" in path else httpx.Response(204)


def reader(world: HubSpotJournal, downloads: Calls | None = None) -> UninstallJournal:
    elsewhere = httpx.AsyncClient(transport=httpx.MockTransport(downloads or Calls(LookupError())))
    return UninstallJournal(make_app("hubspot", world), elsewhere)


async def test_uninstalls_are_read_from_the_oldest_page_on():
    world = HubSpotJournal()
    journal = reader(world)
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert await journal.read(None) == JournalPage(
        (Uninstall("42", at), Uninstall("44", datetime(2025, 11, 20, 10, tzinfo=UTC))), "o-1"
    )
    assert await journal.read("o-1") is None
    assert world.seen[-1] == ("GET", f"{JOURNAL}/offset/o-1/next", "Bearer app-1")
    assert world.token_calls == 1


async def test_the_link_gets_no_token():
    world = HubSpotJournal()
    await reader(world).read(None)
    assert ("GET", "/webhooks-journal/download/o-1", None) in world.seen


async def test_an_app_token_that_grew_old_is_fetched_anew():
    world = HubSpotJournal()
    journal = reader(world)
    world.answers[f"{JOURNAL}/earliest"] = httpx.Response(401, json={})
    assert await journal.read(None) is not None
    assert world.token_calls == 2


async def test_an_offset_that_is_no_longer_kept_starts_over():
    world = HubSpotJournal()
    world.answers[f"{JOURNAL}/offset/o-0/next"] = httpx.Response(404, json={})
    page = await reader(world).read("o-0")
    assert page is not None
    assert page.offset == "o-1"


async def test_a_link_to_another_host_goes_through_the_guarded_client():
    downloads = Calls(httpx.Response(200, json=PAGE))
    page = await reader(HubSpotJournal("https://files.example.test/o-1?signature=s"), downloads).read(None)
    assert page is not None
    assert len(page.uninstalls) == 2
    assert "Authorization" not in downloads.requests[0].headers


async def test_a_link_without_tls_is_not_followed():
    downloads = Calls(httpx.Response(200, json=PAGE))
    with pytest.raises(EgressRefused):
        await reader(HubSpotJournal("http://169.254.169.254/latest"), downloads).read(None)
    assert downloads.requests == []


@pytest.mark.parametrize("status", [201, 200, 409])
async def test_subscribing_twice_does_no_harm(status):
    world = HubSpotJournal()
    world.answers[SUBSCRIPTIONS] = httpx.Response(status, json={})
    await reader(world).subscribe()
    assert world.seen[-1][:2] == ("POST", SUBSCRIPTIONS)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_app_is_the_operators(status):
    def refuse(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "x"})
        return httpx.Response(status, json={})

    journal = UninstallJournal(make_app("hubspot", refuse), httpx.AsyncClient())
    with pytest.raises(Misconfigured):
        await journal.read(None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"currentOffset": "o-1"},
        {"url": "https://x"},
        {"currentOffset": "o-0", "url": "https://x"},
        {"currentOffset": "o-1", "url": "https://x\n"},
    ],
)
async def test_a_journal_that_makes_no_sense_is_the_providers_trouble(body):
    world = HubSpotJournal()
    world.answers[f"{JOURNAL}/offset/o-0/next"] = httpx.Response(200, json=body)
    with pytest.raises(Unavailable):
        await reader(world).read("o-0")


@pytest.mark.parametrize("answer", [httpx.Response(403, content=b"<Error/>"), httpx.Response(200, content=b"<html>")])
async def test_a_page_that_cannot_be_fetched_is_the_providers_trouble(answer):
    world = HubSpotJournal()
    world.answers["/webhooks-journal/download/o-1"] = answer
    with pytest.raises(Unavailable):
        await reader(world).read(None)


def test_only_hubspot_has_such_a_journal():
    with pytest.raises(ValueError, match="no uninstall journal"):
        UninstallJournal(make_app("klaviyo", HubSpotJournal()), httpx.AsyncClient())
