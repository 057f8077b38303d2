"""Series and summary as a browser sees them: buckets, time zone, comparison, late data, honesty."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from mailwarden.accounts.models import Organization
from mailwarden.connections.models import Connection
from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.runtime import Runtime
from mailwarden.metrics.rollup import ask_for
from mailwarden.metrics.store import Source, store_campaigns
from mailwarden.providers import base
from tests.conftest import MakeConnection, NewClient
from tests.support.browser import Browser, sign_up
from tests.support.jobs import drain

READ = {"history_range": "all", "backfilled_range": "all", "account_time_zone": "America/New_York"}


@pytest.fixture
async def connection(runtime: Runtime, make_connection: MakeConnection) -> Connection:
    return await make_connection(**READ, data_as_of=runtime.clock.now())


async def store(
    rt: Runtime, connection: Connection, sends: dict[str, datetime], *, as_of: datetime | None = None, **over: Any
) -> None:
    figures = base.Figures(**{"sent": 100, "delivered": 90, "opened": 40, "bounced": 10} | over)
    now = as_of or rt.clock.now()
    made = [base.Campaign(name, name, None, "SENT", "email", at, at, at, False, figures) for name, at in sends.items()]
    async with unit_of_work(rt.sessions, connection.org_id) as tx:
        await store_campaigns(tx, Source(connection.org_id, connection.id, new_id(), now, now), made)
        await ask_for(tx, connection.id)


async def in_zone(rt: Runtime, owner: Browser, name: str) -> None:
    async with unit_of_work(rt.sessions, owner.org_id) as tx:
        await tx.session.execute(update(Organization).where(Organization.id == owner.org_id).values(time_zone=name))


async def series(owner: Browser, **query: Any) -> dict[str, Any]:
    answer = await owner.get(f"/v1/metrics/series?{urlencode(query, doseq=True)}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def counts(points: list[dict[str, Any]]) -> dict[str, int]:
    return {one["first_day"]: one["campaigns"] for one in points if one["campaigns"]}


@pytest.mark.parametrize("rolled", [False, True])
async def test_days_are_those_of_the_organization(
    runtime: Runtime, owner: Browser, connection: Connection, rolled: bool
):
    await in_zone(runtime, owner, "Europe/Berlin")
    sent = {
        "a": datetime(2026, 3, 28, 22, 59, tzinfo=UTC),  # 23:59 in winter time
        "b": datetime(2026, 3, 28, 23, 0, tzinfo=UTC),
        "c": datetime(2026, 3, 29, 21, 59, tzinfo=UTC),  # 23:59 in summer time: a day of 23 hours
        "d": datetime(2026, 3, 29, 22, 0, tzinfo=UTC),
    }
    await store(runtime, connection, sent)
    if rolled:
        assert await drain(runtime)
    found = await series(owner, first_day="2026-03-28", last_day="2026-03-30")
    assert found["time_zone"] == "Europe/Berlin"
    assert counts(found["points"]) == {"2026-03-28": 1, "2026-03-29": 2, "2026-03-30": 1}
    assert found["points"][1]["starts_at"] == "2026-03-28T23:00:00Z"
    assert found["total"]["figures"]["sent"] == 400
    assert found["total"]["figures"]["delivery_rate"] == 0.9
    assert found["data_age"][0]["account_time_zone"] == "America/New_York"


async def test_weeks_and_months_and_what_is_cut(runtime: Runtime, owner: Browser, connection: Connection):
    await store(runtime, connection, {str(n): datetime(2026, 1, n + 1, 12, tzinfo=UTC) for n in range(31)})
    await drain(runtime)
    found = await series(owner, first_day="2026-01-02", last_day="2026-02-01", interval="week")
    assert [one["campaigns"] for one in found["points"]] == [3, 7, 7, 7, 6]
    assert [one["whole"] for one in found["points"]] == [False, True, True, True, True]
    months = await series(owner, first_day="2025-12-15", last_day="2026-01-31", interval="month")
    assert [(one["first_day"], one["campaigns"], one["whole"]) for one in months["points"]] == [
        ("2025-12-15", 0, False),
        ("2026-01-01", 31, True),
    ]


async def test_nothing_sent_has_no_rates(owner: Browser, connection: Connection):
    found = await series(owner, first_day="2026-01-01", last_day="2026-01-02")
    assert len(found["points"]) == 2
    assert {found["points"][0]["figures"][name] for name in ("open_rate", "delivery_rate", "sent")} == {None}
    assert found["comparison"]["meaning"] == "empty"
    assert found["points"][0]["state"] == "settled"


async def test_the_period_before_is_of_equal_length(runtime: Runtime, owner: Browser, connection: Connection):
    day = datetime(2026, 1, 20, 12, tzinfo=UTC)
    await store(runtime, connection, {"now": day, "too": day})
    await store(runtime, connection, {"before": day - timedelta(days=7)}, opened=20)
    await store(runtime, connection, {"older": day - timedelta(days=14)})
    await drain(runtime)
    found = await series(owner, first_day="2026-01-15", last_day="2026-01-21")
    compared = found["comparison"]
    assert (compared["previous"]["first_day"], compared["previous"]["last_day"]) == ("2026-01-08", "2026-01-14")
    assert compared["meaning"] == "comparable"
    assert compared["changes"]["sent"] == {"now": 200, "before": 100, "absolute": 100, "relative": 1}
    assert compared["changes"]["open_rate"]["absolute"] == pytest.approx(40 / 90 - 20 / 90)
    assert compared["changes"]["clicked"] == {"now": None, "before": None, "absolute": None, "relative": None}
    assert len(found["previous_points"]) == len(found["points"]) == 7
    assert (await series(owner, compare="false"))["comparison"] is None


@pytest.mark.parametrize(
    ("sent", "meaning"),
    [
        ({"now": 20}, "empty_before"),
        ({"before": 13}, "empty_now"),
        ({"now": 20, "before": 13}, "comparable"),
    ],
)
async def test_an_empty_side_is_said_to_be_empty(
    runtime: Runtime, owner: Browser, connection: Connection, sent: dict[str, int], meaning: str
):
    await store(runtime, connection, {name: datetime(2026, 1, day, 9, tzinfo=UTC) for name, day in sent.items()})
    compared = (await series(owner, first_day="2026-01-15", last_day="2026-01-21"))["comparison"]
    assert compared["meaning"] == meaning
    change = compared["changes"]["sent"]
    assert (change["relative"] is None) == ("before" not in sent)
    assert change["absolute"] == 100 * (("now" in sent) - ("before" in sent))


async def test_what_lies_outside_the_range_cannot_be_compared(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
):
    now = runtime.clock.now()
    narrow = await make_connection(history_range="days_30", backfilled_range="days_30", data_as_of=now)
    await store(runtime, narrow, {"in": now - timedelta(days=9), "out": now - timedelta(days=40)})
    today = now.date()
    found = await series(owner, first_day=today - timedelta(days=20), last_day=today)
    assert found["comparison"]["meaning"] == "not_shown"
    assert found["comparison"]["changes"]["sent"]["absolute"] is None
    wide = await series(owner, first_day=today - timedelta(days=60), last_day=today)
    assert (wide["total"]["campaigns"], wide["total"]["shown"]) == (1, False)


async def test_late_data_is_visible_as_it_came(runtime: Runtime, owner: Browser, connection: Connection):
    sent = {"a": datetime(2026, 2, 2, 9, tzinfo=UTC)}
    for days, opened in ((0, 10), (1, 30), (3, 38), (9, 40)):
        await store(runtime, connection, sent, as_of=sent["a"] + timedelta(days=days, hours=1), opened=opened)
    for _ in range(2):
        found = {
            day: (await series(owner, first_day="2026-02-01", last_day="2026-02-03", known_on=day))["total"]
            for day in ("2026-02-01", "2026-02-02", "2026-02-04", "2026-02-05", "2026-02-20")
        }
        assert [one["figures"]["opened"] for one in found.values()] == [None, 10, 30, 38, 40]
        assert [one["campaigns"] for one in found.values()] == [0, 1, 1, 1, 1]
        assert [one["state"] for one in found.values()][1:] == ["provisional"] * 3 + ["settled"]
        await drain(runtime)  # and the same from the roll-up


async def test_young_figures_are_provisional_and_unread_ones_unconfirmed(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, connection: Connection
):
    now = runtime.clock.now()
    silent = await make_connection(provider="klaviyo", **READ, data_as_of=now - timedelta(days=19))
    await store(runtime, connection, {"young": now - timedelta(days=1), "old": now - timedelta(days=20)})
    await store(runtime, silent, {"lost": now - timedelta(days=20)}, as_of=now - timedelta(days=19))
    today = now.date()
    states = {one["first_day"]: one["state"] for one in (await series(owner))["points"] if one["campaigns"]}
    assert sorted(states.values()) == ["provisional", "unconfirmed"]
    mine = await series(owner, connection_id=format_id("conn", connection.id), last_day=today - timedelta(days=15))
    assert mine["total"]["state"] == "settled"
    rows = {one["external_id"]: one for one in (await owner.get("/v1/campaigns")).json()["data"]}
    assert {name: one["settled"] for name, one in rows.items()} == {"young": False, "old": True, "lost": False}
    assert rows["young"]["provisional_until"] > now.isoformat()
    [hubspot, klaviyo] = mine_and_all = (await series(owner))["providers"]
    assert len(mine_and_all) == 2
    assert (hubspot["settle_days"], hubspot["machines"], klaviyo["machines"]) == (7, "excluded", "included")


async def test_filters(runtime: Runtime, owner: Browser, make_connection: MakeConnection, connection: Connection):
    klaviyo = await make_connection(provider="klaviyo", **READ)
    day = datetime(2026, 1, 20, 12, tzinfo=UTC)
    await store(runtime, connection, {"a": day, "b": day}, hard_bounced=6, soft_bounced=4)
    await store(runtime, klaviyo, {"c": day})
    await drain(runtime)
    span = {"first_day": "2026-01-20", "last_day": "2026-01-20"}
    both = [format_id("conn", one.id) for one in (connection, klaviyo)]
    assert (await series(owner, **span, connection_id=both))["total"]["campaigns"] == 3
    assert (await series(owner, **span, provider="klaviyo"))["total"]["campaigns"] == 1
    rows = (await owner.get("/v1/campaigns")).json()["data"]
    (one,) = (row["id"] for row in rows if row["external_id"] == "a")
    total = (await series(owner, **span, campaign_id=one))["total"]
    assert (total["campaigns"], total["figures"]["hard_bounced"], total["figures"]["machine_opened"]) == (1, 6, None)


async def test_a_range_that_makes_no_sense_is_refused(owner: Browser):
    answer = await owner.get("/v1/metrics/series?first_day=2026-02-01&last_day=2026-01-01")
    assert answer.status_code == 422
    assert (await owner.get("/v1/metrics/series?first_day=1980-01-01")).status_code == 422  # too many days
    assert (await owner.get("/v1/metrics/series?first_day=1980-01-01&interval=month")).status_code == 200


async def test_another_organization_sees_nothing(
    runtime: Runtime, owner: Browser, connection: Connection, new_client: NewClient
):
    await store(runtime, connection, {"a": datetime(2026, 1, 20, 12, tzinfo=UTC)})
    await drain(runtime)
    other = await sign_up(new_client(), "other@example.com", "Other")
    found = await series(other, first_day="2026-01-20", last_day="2026-01-20")
    assert (found["total"]["campaigns"], found["data_age"]) == (0, [])
    mine = format_id("conn", connection.id)
    assert (await series(other, connection_id=mine))["total"]["campaigns"] == 0


@pytest.mark.parametrize("rolled", [False, True])
async def test_the_summary_compares_too(runtime: Runtime, owner: Browser, connection: Connection, rolled: bool):
    await in_zone(runtime, owner, "Europe/Berlin")
    await store(runtime, connection, {"now": datetime(2026, 3, 29, 12, tzinfo=UTC)})
    await store(runtime, connection, {"before": datetime(2026, 3, 28, 0, 30, tzinfo=UTC)}, sent=50)
    if rolled:
        await drain(runtime)
    query = {"sent_from": "2026-03-28T23:00:00Z", "sent_to": "2026-03-29T22:00:00Z"}  # one day, of 23 hours
    found = (await owner.get(f"/v1/metrics/summary?{urlencode(query)}")).json()
    assert (found["campaigns"], found["time_zone"], found["state"]) == (1, "Europe/Berlin", "settled")
    assert found["comparison"]["previous"]["first_day"] == "2026-03-28"
    assert found["comparison"]["changes"]["sent"]["before"] == 50
    assert (await owner.get("/v1/metrics/summary")).json()["comparison"] is None
    odd = {"sent_from": "2026-03-29T11:00:00Z", "sent_to": "2026-03-29T13:00:00Z"}
    assert (await owner.get(f"/v1/metrics/summary?{urlencode(odd)}")).json()["campaigns"] == 1
    assert date.fromisoformat(found["comparison"]["previous"]["last_day"]) == date(2026, 3, 28)
