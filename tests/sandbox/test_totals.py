"""Totals by another way than the lists: they know everything, also what a list leaves out."""

import pytest

from tests.sandbox.steps import HUBSPOT, KLAVIYO, connect_hubspot, connect_klaviyo

SPAN = ["greater-or-equal(datetime,2026-05-01T00:00:00)", "less-than(datetime,2026-11-01T00:00:00)"]
METRICS = {
    "Received Email": "delivered",
    "Opened Email": "opened",
    "Clicked Email": "clicked",
    "Bounced Email": "bounced",
    "Marked Email as Spam": "complaints",
    "Unsubscribed from Email Marketing": "unsubscribes",
}


@pytest.fixture
async def aggregate(http):
    tokens = await connect_klaviyo(http)
    listed = (await http.get("/klaviyo/api/metrics", headers=tokens.headers)).json()["data"]
    ids = {one["attributes"]["name"]: one["id"] for one in listed}

    async def ask(name: str, **over):
        wanted = {"metric_id": ids[name], "measurements": ["unique"], "filter": SPAN, "timezone": "Europe/Berlin"}
        body = {"data": {"type": "metric-aggregate", "attributes": wanted | over}}
        return await http.post("/klaviyo/api/metric-aggregates", json=body, headers=tokens.headers)

    return ask


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("interval", ["day", "month"])
async def test_aggregates_of_settled_campaigns_equal_the_truth(aggregate, control, metric, interval):
    answer = await aggregate(metric, by=["Campaign Name"], interval=interval)
    attributes = answer.json()["data"]["attributes"]
    window = {"sent_from": "2026-05-01T00:00:00+02:00", "sent_to": "2026-10-24T00:00:00+02:00"}
    truth = await control.truth("klaviyo", KLAVIYO, **window, campaigns=1)
    told = {}
    for row in attributes["data"]:
        assert len(row["measurements"]["unique"]) == len(attributes["dates"])
        told[row["dimensions"][0]] = sum(row["measurements"]["unique"])
    for one in truth["campaign_list"]:
        assert told.get(one["name"], 0) == one[METRICS[metric]]


async def test_bounces_are_told_apart_by_type(aggregate):
    whole = (await aggregate("Bounced Email", by=["$message"])).json()["data"]["attributes"]["data"]
    parts = (await aggregate("Bounced Email", by=["$message", "Bounce Type"])).json()["data"]["attributes"]["data"]
    assert {row["dimensions"][1] for row in parts} == {"Hard", "Soft"}
    sums = dict.fromkeys((row["dimensions"][0] for row in parts), 0)
    for row in parts:
        sums[row["dimensions"][0]] += sum(row["measurements"]["unique"])
    assert sums == {row["dimensions"][0]: sum(row["measurements"]["unique"]) for row in whole}


async def test_aggregates_come_in_pages(aggregate):
    whole = (await aggregate("Received Email", by=["$message"])).json()["data"]["attributes"]["data"]
    first = (await aggregate("Received Email", by=["$message"], page_size=10)).json()
    assert first["data"]["attributes"]["data"] == whole[:10]
    cursor = first["links"]["next"].split("page_cursor=")[1]
    rest = (await aggregate("Received Email", by=["$message"], page_cursor=cursor)).json()
    assert rest["data"]["attributes"]["data"] == whole[10:]


@pytest.mark.parametrize(
    "over", [{"metric_id": "nope"}, {"filter": SPAN[:1]}, {"measurements": []}, {"interval": "year"}, {"by": ["X"]}]
)
async def test_what_makes_no_sense_is_refused(aggregate, over):
    assert (await aggregate("Opened Email", **over)).status_code == 400


async def test_a_list_leaves_out_what_the_totals_know(http):
    tokens = await connect_hubspot(http)
    path = "/hubspot/marketing/emails/2026-09"
    asked = {"startTimestamp": "2026-05-01T00:00:00Z", "endTimestamp": "2026-10-01T00:00:00Z"}

    async def both():
        listed = (await http.get(f"{path}?limit=100&includeStats=true", headers=tokens.headers)).json()
        totals = (await http.get(f"{path}/statistics/list", params=asked, headers=tokens.headers)).json()
        return listed, totals

    before, stated = await both()
    for kind, share in (("lose_campaigns", 0.1), ("lose_figures", 0.05)):
        faults = f"/_sandbox/accounts/hubspot/{HUBSPOT}/faults"
        assert (await http.post(faults, json={"kind": kind, "share": share})).status_code == 201
    after, still = await both()
    assert 0 < before["total"] - after["total"] <= before["total"] // 5
    assert still == stated
    opens = {one["id"]: one["stats"]["counters"]["open"] for one in before["results"]}
    lost = {one["id"]: one["stats"]["counters"]["open"] for one in after["results"]}
    assert all(lost[id] == int(opens[id] * 0.95) for id in lost.keys() & opens.keys())
