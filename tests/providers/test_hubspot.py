from datetime import UTC, datetime

import httpx
import pytest

from mailwarden.providers.base import Account, Figures, Unavailable, Window
from mailwarden.providers.hubspot import HubSpot, to_campaign
from tests.providers.support import Calls, fixture, make_api, make_app

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EVERYTHING = Window(sent_from=None, until=NOW)
LAST_30_DAYS = Window(datetime(2026, 10, 23, tzinfo=UTC), NOW, updated_from=datetime(2026, 11, 21, 12, 0, 0, 5000, UTC))


def answering(*names: str) -> Calls:
    return Calls(*(httpx.Response(200, json=fixture(f"hubspot/{name}.json")) for name in names))


async def test_the_account_is_the_portal():
    account = await HubSpot().identify(make_api(make_app("hubspot", answering("details"))))
    assert account == Account(
        "1234567", "Portal 1234567", "developer test account, app-eu1.hubspot.com", "Europe/Dublin"
    )


@pytest.mark.parametrize("body", [{}, [], {"portalId": None}, {"portalId": {}}])
async def test_an_account_without_id_is_nobody(body):
    with pytest.raises(Unavailable):
        await HubSpot().identify(make_api(make_app("hubspot", Calls(httpx.Response(200, json=body)))))


async def test_pages_to_the_end():
    calls = answering("emails-1", "emails-2")
    api = make_api(make_app("hubspot", calls))
    first = await HubSpot().page(api, EVERYTHING, "sent", None)
    second = await HubSpot().page(api, EVERYTHING, "sent", first.next_cursor)
    assert (first.next_cursor, first.total, second.next_cursor, second.total) == ("Mg==", 3, None, 3)
    assert [c.external_id for page in (first, second) for c in page.campaigns] == ["182", "183", "184"]
    assert "after" not in calls.requests[0].url.params
    assert calls.requests[1].url.params["after"] == "Mg=="


async def test_a_sent_email():
    page = await HubSpot().page(make_api(make_app("hubspot", answering("emails-1"))), EVERYTHING, "sent", None)
    sent = page.campaigns[0]
    assert (sent.name, sent.subject, sent.status, sent.channel) == ("October news", "What is new", "PUBLISHED", "email")
    assert sent.sent_at == datetime(2026, 10, 1, 9, tzinfo=UTC)
    assert sent.updated_at == datetime(2026, 10, 2, 8, 0, 0, 250_000, tzinfo=UTC)
    assert sent.figures == Figures(
        sent=704, delivered=700, opened=300, clicked=20, bounced=4, complaints=0, unsubscribes=1
    )


async def test_a_draft_was_not_sent_and_has_no_figures():
    page = await HubSpot().page(make_api(make_app("hubspot", answering("emails-1"))), EVERYTHING, "sent", None)
    draft = page.campaigns[1]
    assert (draft.status, draft.sent_at, draft.figures, draft.subject) == ("DRAFT", None, None, None)


async def test_gaps_and_news_in_an_email_are_tolerated():
    page = await HubSpot().page(make_api(make_app("hubspot", answering("emails-2"))), EVERYTHING, "sent", None)
    odd = page.campaigns[0]
    assert (odd.name, odd.status, odd.created_at, odd.archived) == ("184", "SOMETHING_NEW", None, True)
    assert odd.sent_at == datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
    assert odd.figures == Figures(sent=100, delivered=93, clicked=3, bounced=7, delivered_derived=True)


@pytest.mark.parametrize("stats", [None, [], {}, {"counters": None}, {"counters": []}])
def test_a_sent_email_whose_figures_are_not_stated(stats):
    row = {"id": "1", "isPublished": True, "stats": stats}
    assert to_campaign(row).figures == Figures()


@pytest.mark.parametrize(
    ("window", "segment", "expected"),
    [
        (EVERYTHING, "sent", {"archived": "false"}),
        (EVERYTHING, "sent-archived", {"archived": "true"}),
        (LAST_30_DAYS, "sent", {"archived": "false", "publishedAfter": "2026-10-23T00:00:00.000Z"}),
        (LAST_30_DAYS, "changed", {"archived": "false", "updatedAfter": "2026-11-21T12:00:00.005Z"}),
        (LAST_30_DAYS, "changed-archived", {"archived": "true", "updatedAfter": "2026-11-21T12:00:00.005Z"}),
    ],
)
async def test_a_window_is_asked_for_by_send_date_and_by_change(window, segment, expected):
    calls = answering("emails-2")
    await HubSpot().page(make_api(make_app("hubspot", calls)), window, segment, None)
    assert dict(calls.requests[0].url.params) == expected | {
        "limit": "100",
        "includeStats": "true",
        "sort": "createdAt",
    }


def test_segments():
    assert HubSpot().segments(EVERYTHING) == ("sent", "sent-archived")
    assert HubSpot().segments(LAST_30_DAYS) == ("sent", "sent-archived", "changed", "changed-archived")


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        {"results": None},
        {"results": [1]},
        {"results": [{"name": "no id"}]},
        {"results": [], "paging": {"next": {"after": "Mg=="}}},
    ],
)
async def test_a_listing_that_makes_no_sense_stores_nothing(body):
    api = make_api(make_app("hubspot", Calls(httpx.Response(200, json=body))))
    with pytest.raises(Unavailable):
        await HubSpot().page(api, EVERYTHING, "sent", "Mg==")
