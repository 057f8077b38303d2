import pytest

from tests.sandbox.steps import KLAVIYO, Tokens, connect_klaviyo, pages, placed_order

REPORTS = "/klaviyo/api/campaign-values-reports"
STATISTICS = [
    "recipients",
    "delivered",
    "opens_unique",
    "clicks_unique",
    "bounced",
    "spam_complaints",
    "unsubscribe_uniques",
]


@pytest.fixture
async def tokens(http) -> Tokens:
    return await connect_klaviyo(http)


@pytest.fixture
async def report(http, tokens):
    metric = await placed_order(http, tokens)

    async def report(cursor: str | None = None, **attributes):
        wanted = {"statistics": STATISTICS, "timeframe": {"key": "last_30_days"}, "conversion_metric_id": metric}
        body = {"data": {"type": "campaign-values-report", "attributes": {**wanted, **attributes}}}
        params = {"page_cursor": cursor} if cursor else {}
        return await http.post(REPORTS, json=body, headers=tokens.headers, params=params)

    return report


async def test_one_report_covers_a_span_and_equals_the_truth(report, control):
    span = {"start": "2026-05-01T00:00:00+00:00", "end": "2026-11-01T00:00:00Z"}
    answer = await report(timeframe=span, filter="equals(send_channel,'email')")
    rows = answer.json()["data"]["attributes"]["results"]
    # The account lives in Berlin, and offsets in the request are ignored.
    window = {"sent_from": "2026-05-01T00:00:00+02:00", "sent_to": "2026-11-01T00:00:00+01:00"}
    truth = await control.truth("klaviyo", KLAVIYO, **window, campaigns=1)
    by_id = {c["external_id"]: c for c in truth["campaign_list"]}
    assert {r["groupings"]["campaign_id"] for r in rows} == set(by_id)
    for row in rows:
        told, got = by_id[row["groupings"]["campaign_id"]], row["statistics"]
        assert (got["recipients"], got["opens_unique"], got["bounced"]) == (
            told["sent"],
            told["opened"],
            told["bounced"],
        )
    assert sum(r["statistics"]["unsubscribe_uniques"] for r in rows) == truth["totals"]["unsubscribes"]


async def test_rates_are_fractions(report):
    rows = (await report(statistics=["open_rate", "bounce_rate"])).json()["data"]["attributes"]["results"]
    assert rows
    assert all(0 <= rate < 1 for row in rows for rate in row["statistics"].values())


async def test_only_sent_campaigns_are_reported_and_a_list_of_ids_narrows(http, tokens, report, control):
    await control.quotas(enabled=False)
    url = "/klaviyo/api/campaigns?filter=and(equals(messages.channel,'email'),equals(status,'Sent'))&sort=-updated_at"
    some = [c["id"] for c in await pages(http, url, tokens)][:5]
    filter_ = "contains-any(campaign_id,[" + ",".join(f'"{i}"' for i in some) + "])"
    rows = (await report(timeframe={"key": "last_12_months"}, filter=filter_)).json()["data"]["attributes"]["results"]
    assert {r["groupings"]["campaign_id"] for r in rows} == set(some)
    channels = (await report(timeframe={"key": "last_365_days"})).json()["data"]["attributes"]["results"]
    assert {r["groupings"]["send_channel"] for r in channels} == {"email", "sms"}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"statistics": []}, "statistics"),
        ({"statistics": ["sent"]}, "statistics"),
        ({"conversion_metric_id": None}, "conversion_metric_id"),
        ({"conversion_metric_id": "XXXXXX"}, "conversion_metric_id"),
        ({"timeframe": {"key": "ever"}}, "timeframe"),
        ({"timeframe": {"start": "2025-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"}}, "timeframe"),
        ({"group_by": ["send_channel"]}, "group_by"),
        ({"filter": "and(equals(campaign_id,'a'),equals(campaign_id,'b'))"}, "filter"),
        ({"filter": "contains-any(campaign_id,[" + ",".join(["'a'"] * 101) + "])"}, "filter"),
        ({"filter": "equals(send_channel,'fax')"}, "filter"),
    ],
)
async def test_nonsense_names_the_attribute(report, wrong, pointer):
    answer = await report(**wrong)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "invalid")
    assert answer.json()["errors"][0]["source"] == {"pointer": f"/data/attributes/{pointer}"}


NAMED = (
    "today", "yesterday", "this_week", "last_week", "this_month", "last_month", "last_90_days", "last_3_months",
    "this_year", "last_year", "last_7_days",
)  # fmt: skip


@pytest.mark.parametrize("key", NAMED)
async def test_every_named_timeframe(report, key):
    assert (await report(timeframe={"key": key})).status_code == 200


async def test_pages_of_a_large_report(http, report, control):
    big = {"provider": "klaviyo", "external_id": "BigOne", "campaigns": 3000}
    await http.post("/_sandbox/accounts", json=big)
    await control.quotas(enabled=False)
    tokens = await connect_klaviyo(http, "BigOne")
    attributes = {
        "statistics": ["recipients"], "timeframe": {"key": "last_365_days"},
        "conversion_metric_id": await placed_order(http, tokens),
    }  # fmt: skip
    body = {"data": {"type": "campaign-values-report", "attributes": attributes}}
    url, found = REPORTS, []
    while url:
        answer = (await http.post(url, json=body, headers=tokens.headers)).json()
        found += [r["groupings"]["campaign_id"] for r in answer["data"]["attributes"]["results"]]
        url = answer["links"].get("next")
    assert len(found) == len(set(found)) > 1000


async def test_the_true_limits_of_reports(report, wall):
    wall.now = wall.now // 86_400 * 86_400
    assert (await report()).status_code == 200
    second = await report()
    assert (second.status_code, second.headers["retry-after"]) == (429, "1")
    assert "ratelimit-limit" not in second.headers
    wall.now += 1
    allowed = await report()
    assert allowed.headers["ratelimit-limit"] == "2, 1;w=1, 2;w=60, 225;w=86400"
    assert (allowed.headers["ratelimit-remaining"], allowed.headers["ratelimit-reset"]) == ("0", "59")
    wall.now += 1
    assert (await report()).headers["retry-after"] == "58"
    for _ in range(223):
        wall.now += 60
        assert (await report()).status_code == 200
    wall.now += 60
    assert int((await report()).headers["retry-after"]) > 60


async def test_quotas_can_be_switched_off(report, control):
    await control.quotas(enabled=False)
    answers = [await report() for _ in range(5)]
    assert {a.status_code for a in answers} == {200}
    assert "ratelimit-limit" not in answers[0].headers
