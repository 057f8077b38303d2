import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from mailwarden.providers.base import Account, Figures, Unavailable, Window
from mailwarden.providers.klaviyo import Klaviyo
from tests.providers.support import Calls, fixture, make_api, make_app

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVERYTHING = Window(sent_from=None, until=NOW)
LAST_30_DAYS = Window(NOW - timedelta(days=30), NOW)
WITH_CHANGES = Window(NOW - timedelta(days=10), NOW, updated_from=NOW - timedelta(days=30))
REPORTS = "/api/campaign-values-reports"


def answering(*names: str) -> Calls:
    return Calls(*(httpx.Response(200, json=fixture(f"klaviyo/{name}.json")) for name in names))


async def read(window: Window, *names: str) -> list[Any]:
    api = make_api(make_app("klaviyo", answering(*names)))
    found: list[Any] = []
    cursor = None
    for _ in names:
        page = await Klaviyo().page(api, window, "live", cursor)
        found.extend(page.campaigns)
        cursor = page.next_cursor
    assert cursor is None
    return found


async def test_the_account():
    account = await Klaviyo().identify(make_api(make_app("klaviyo", answering("accounts"))))
    assert account == Account("Xy12Ab", "Acme", "https://acme.test", "America/New_York")


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": [{}]}, {"data": None}, []])
async def test_an_account_without_id_is_nobody(body):
    with pytest.raises(Unavailable):
        await Klaviyo().identify(make_api(make_app("klaviyo", Calls(httpx.Response(200, json=body)))))


async def test_pages_to_the_end_by_cursor():
    calls = answering("campaigns-1", "campaigns-2")
    api = make_api(make_app("klaviyo", calls))
    first = await Klaviyo().page(api, EVERYTHING, "archived", None)
    second = await Klaviyo().page(api, EVERYTHING, "archived", first.next_cursor)
    assert (first.next_cursor, second.next_cursor, first.total) == ("bmV4dDo6", None, None)
    assert calls.requests[1].url.params["page[cursor]"] == "bmV4dDo6"
    assert calls.requests[0].url.params["filter"] == "and(equals(messages.channel,'email'),equals(archived,true))"


async def test_campaigns_become_records():
    black_week, old, planned = await read(EVERYTHING, "campaigns-1", "campaigns-2")
    assert (black_week.external_id, black_week.name, black_week.subject) == ("01JCA", "Black week", "It starts")
    assert black_week.sent_at == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert black_week.figures is None
    assert old.subject is None
    assert (planned.status, planned.sent_at, planned.subject) == ("Scheduled", None, "An older shape")


async def test_a_window_holds_what_was_sent_in_it():
    assert [c.external_id for c in await read(LAST_30_DAYS, "campaigns-1", "campaigns-2")] == ["01JCA"]


async def test_a_window_holds_what_was_changed_since_too():
    found = await read(WITH_CHANGES, "campaigns-1", "campaigns-2")
    assert [c.external_id for c in found] == ["01JCA", "01JCB", "01JCC"]


async def test_the_filter_asks_for_the_earlier_of_both_starts_with_a_day_of_slack():
    calls = answering("campaigns-2")
    await Klaviyo().page(make_api(make_app("klaviyo", calls)), WITH_CHANGES, "live", None)
    assert calls.requests[0].url.params["filter"].endswith("greater-or-equal(updated_at,2026-10-22T12:00:00Z))")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": [{"id": None, "attributes": {}}]},
        {"data": [], "links": {"next": "https://a.klaviyo.com/api/campaigns"}},
        {"data": [], "links": {"next": "https://a.klaviyo.com/api/campaigns?page%5Bcursor%5D=same"}},
        {"data": [], "links": {"next": "http://["}},
    ],
)
async def test_a_listing_that_makes_no_sense_stores_nothing(body):
    api = make_api(make_app("klaviyo", Calls(httpx.Response(200, json=body))))
    with pytest.raises(Unavailable):
        await Klaviyo().page(api, EVERYTHING, "live", "same")


def asked_by(request: httpx.Request) -> dict[str, Any]:
    attributes: dict[str, Any] = json.loads(request.content)["data"]["attributes"]
    return attributes


async def test_one_report_answers_for_all_campaigns_of_the_window():
    calls = answering("metrics", "report")
    page = await Klaviyo().figures(make_api(make_app("klaviyo", calls)), LAST_30_DAYS, None)
    assert page.next_cursor is None
    assert page.figures["01JCA"] == Figures(
        sent=1200, delivered=1189, opened=470, clicked=59, bounced=11, complaints=1, unsubscribes=3
    )
    assert page.figures["01JCB"] == Figures(sent=5, delivered=5)
    assert [r.url.path for r in calls.requests] == ["/api/metrics", REPORTS]
    assert asked_by(calls.requests[1]) == {
        "statistics": [
            "recipients",
            "delivered",
            "opens_unique",
            "clicks_unique",
            "bounced",
            "spam_complaints",
            "unsubscribe_uniques",
        ],
        "timeframe": {"start": "2026-10-22T12:00:00+00:00", "end": "2026-11-23T12:00:00+00:00"},
        "conversion_metric_id": "Order1",
        "filter": "equals(send_channel,'email')",
    }


async def test_an_account_without_orders_takes_its_first_metric():
    metrics = fixture("klaviyo/metrics.json")
    del metrics["data"][1]
    calls = Calls(httpx.Response(200, json=metrics), httpx.Response(200, json=fixture("klaviyo/report.json")))
    await Klaviyo().figures(make_api(make_app("klaviyo", calls)), LAST_30_DAYS, None)
    assert asked_by(calls.requests[1])["conversion_metric_id"] == "Rcvd01"


async def test_an_empty_account_needs_no_report():
    calls = Calls(httpx.Response(200, json={"data": []}))
    page = await Klaviyo().figures(make_api(make_app("klaviyo", calls)), EVERYTHING, None)
    assert (dict(page.figures), page.next_cursor) == ({}, None)
    assert REPORTS not in {r.url.path for r in calls.requests}


async def test_a_long_history_is_read_year_by_year_from_new_to_old():
    def reply(request: httpx.Request) -> httpx.Response:
        first = {"type": "campaign", "id": "1", "attributes": {"created_at": "2023-06-01T00:00:00+00:00"}}
        names = {"/api/campaigns": {"data": [first]}, "/api/metrics": fixture("klaviyo/metrics.json")}
        return httpx.Response(200, json=names.get(request.url.path, fixture("klaviyo/report.json")))

    calls = Calls(reply)
    spans, cursor = [], None
    while True:
        api = make_api(make_app("klaviyo", calls))
        page = await Klaviyo().figures(api, EVERYTHING, cursor)
        frame = asked_by(calls.requests[-1])["timeframe"]
        spans.append((datetime.fromisoformat(frame["start"]), datetime.fromisoformat(frame["end"])))
        cursor = page.next_cursor
        if cursor is None:
            break
    assert spans[0][1] == NOW + timedelta(days=1)
    assert spans[-1][0] == datetime(2023, 5, 31, tzinfo=UTC)
    assert all(end - start < timedelta(days=365) for start, end in spans)
    assert all(later[0] + timedelta(days=2) == earlier[1] for later, earlier in itertools.pairwise(spans))
    assert sum(1 for r in calls.requests if r.url.path == "/api/metrics") == 1


def paged_report(rows: list[tuple[str, int]], cursor: str | None) -> httpx.Response:
    results = [{"groupings": {"campaign_id": name}, "statistics": {"recipients": n}} for name, n in rows]
    link = f"https://a.klaviyo.com/api/campaign-values-reports?page_cursor={cursor}" if cursor else None
    body = {"data": {"attributes": {"results": results}}, "links": {"next": link}}
    return httpx.Response(200, json=body)


async def test_a_campaign_whose_rows_two_pages_share_is_counted_once_and_whole():
    calls = Calls(
        httpx.Response(200, json=fixture("klaviyo/metrics.json")),
        paged_report([("a", 1), ("b", 10)], "p2"),
        paged_report([("b", 20)], "p3"),
        paged_report([("b", 30), ("c", 5)], None),
    )
    found: dict[str, int | None] = {}
    cursor = None
    for _ in range(3):
        page = await Klaviyo().figures(make_api(make_app("klaviyo", calls)), LAST_30_DAYS, cursor)
        assert not found.keys() & page.figures.keys()
        found |= {name: figures.sent for name, figures in page.figures.items()}
        cursor = page.next_cursor
    assert (found, cursor) == ({"a": 1, "b": 60, "c": 5}, None)
    assert [r.url.params.get("page_cursor") for r in calls.requests[1:]] == [None, "p2", "p3"]


@pytest.mark.parametrize(
    "body", [{}, {"data": []}, {"data": {"attributes": {"results": [{}]}}}, {"data": {"attributes": {}}}]
)
async def test_a_report_that_makes_no_sense_stores_nothing(body):
    calls = Calls(httpx.Response(200, json=fixture("klaviyo/metrics.json")), httpx.Response(200, json=body))
    with pytest.raises(Unavailable):
        await Klaviyo().figures(make_api(make_app("klaviyo", calls)), LAST_30_DAYS, None)


def typed(*rows: tuple[str, str, list[float]], cursor: str | None = None) -> httpx.Response:
    data = [{"dimensions": [message, kind], "measurements": {"unique": series}} for message, kind, series in rows]
    link = f"https://a.klaviyo.com/api/metric-aggregates?page_cursor={cursor}" if cursor else None
    attributes = {"dates": ["2026-10-01T00:00:00+00:00", "2026-11-01T00:00:00+00:00"], "data": data}
    return httpx.Response(200, json={"data": {"attributes": attributes}, "links": {"next": link}})


async def bounces(*answers: httpx.Response, report: Any = None) -> tuple[dict[str, tuple[Any, Any, Any]], Calls]:
    """By campaign: bounced, hard and soft."""
    metrics = fixture("klaviyo/metrics.json")
    metrics["data"].append({"type": "metric", "id": "Bncd01", "attributes": {"name": "Bounced Email"}})
    first = [httpx.Response(200, json=one) for one in (metrics, report or fixture("klaviyo/report.json"))]
    calls = Calls(*first, *answers)
    found = await Klaviyo().figures(make_api(make_app("klaviyo", calls)), LAST_30_DAYS, None)
    return {name: (one.bounced, one.hard_bounced, one.soft_bounced) for name, one in found.figures.items()}, calls


async def test_events_tell_hard_bounces_from_soft_ones():
    first = typed(("01JMA", "Hard", [2.0, 3.0]), ("01JMA", "Soft", [9.0, 0.0]), cursor="next")
    found, calls = await bounces(first, typed(("01JMA2", "Hard", [0.0, 1.0]), ("flow", "Hard", [7.0, 7.0])))
    assert found == {"01JCA": (11, 6, 5), "01JCB": (None, None, None)}
    asked = [asked_by(one) for one in calls.requests[2:]]
    assert [one.get("page_cursor") for one in asked] == [None, "next"]
    assert (asked[0]["metric_id"], asked[0]["by"]) == ("Bncd01", ["$message", "Bounce Type"])
    assert asked[0]["filter"][0] == "greater-or-equal(datetime,2026-10-22T12:00:00)"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], (11, None, None)),
        ([("01JMA", "", [5.0])], (11, None, None)),
        ([("01JMA", "Dropped", [1.0]), ("01JMA", "Hard", [1.0])], (11, None, None)),
        ([("01JMA", "Soft", [4.0])], (11, 0, 11)),
        ([("01JMA", "Hard", [40.0])], (11, 11, 0)),
    ],
)
async def test_what_events_leave_open_stays_open(rows: list[tuple[str, str, list[float]]], told: tuple[Any, ...]):
    assert (await bounces(typed(*rows)))[0]["01JCA"] == told


@pytest.mark.parametrize("status", [400, 404, 429, 503])
async def test_figures_come_without_types_where_klaviyo_tells_none(status: int):
    found, _ = await bounces(httpx.Response(status, json={"errors": [{"code": "invalid"}]}))
    assert found["01JCA"] == (11, None, None)


async def test_types_that_nobody_can_read_are_none():
    found, _ = await bounces(httpx.Response(200, json={"data": {"attributes": {"data": [{"dimensions": ["x"]}]}}}))
    assert found["01JCA"] == (11, None, None)


async def test_without_bounces_nobody_is_asked_and_a_report_of_many_pages_goes_without():
    report = fixture("klaviyo/report.json")
    for row in report["data"]["attributes"]["results"]:
        row["statistics"]["bounced"] = 0.0
    found, calls = await bounces(report=report)
    assert (found["01JCA"], len(calls.requests)) == ((0, 0, 0), 2)
    report = fixture("klaviyo/report.json")
    report["links"]["next"] = "https://a.klaviyo.com/api/campaign-values-reports?page_cursor=more"
    found, calls = await bounces(report=report)
    assert (found["01JCA"], len(calls.requests)) == ((11, None, None), 2)
