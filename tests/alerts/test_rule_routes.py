"""Rules over the API: what they say, what they refuse, and what they would have told."""

from datetime import timedelta
from typing import Any

import pytest

from mailwarden.core.runtime import Runtime
from tests.alerts.test_rule_alerts import ERROR, add, campaign, evaluate, listing, run
from tests.conftest import MakeConnection
from tests.support.browser import Browser
from tests.support.time import TimeMachine

PATH = "/v1/alert-rules"


async def save(browser: Browser, *rules: dict[str, Any]) -> Any:
    etag = (await browser.get(PATH)).headers["etag"]
    return await browser.http.put(PATH, json={"rules": list(rules)}, headers={"If-Match": etag})


async def preview(browser: Browser, *rules: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await browser.post(f"{PATH}/preview", {"rules": list(rules)})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rules"]
    return found


def rule(kind: str, threshold: float, **over: Any) -> dict[str, Any]:
    return {"kind": kind, "enabled": True, "threshold": threshold, **over}


async def test_every_rule_shows_threshold_unit_baseline_and_volume(owner: Browser) -> None:
    told = (await owner.get(PATH)).json()
    rules = {one["kind"]: one for one in told["rules"]}
    assert len(rules) == 6
    bounce = rules["bounce_spike"]
    assert (bounce["threshold"], bounce["unit"], bounce["minimum_volume"]) == (2.0, "percentage_points", 200)
    assert "30 days before" in bounce["baseline"]
    assert "2 percentage points or more" in bounce["words"]
    assert rules["score_drop"]["unit"] == "percent"
    assert told["enabled"] is True


async def test_a_rule_is_changed_alone_and_by_who_saw_it(owner: Browser) -> None:
    body = {"rules": [rule("score_drop", 5)]}
    assert (await owner.http.put(PATH, json=body)).status_code == 428
    assert (await owner.http.put(PATH, json=body, headers={"If-Match": '"v7"'})).status_code == 412
    answer = await save(owner, rule("score_drop", 5, frequency="daily"), rule("data_stale", 12, enabled=False))
    rules = {one["kind"]: one for one in answer.json()["rules"]}
    assert (answer.json()["version"], rules["score_drop"]["threshold"]) == (2, 5.0)
    assert (rules["score_drop"]["frequency"], rules["data_stale"]["enabled"]) == ("daily", False)
    assert rules["bounce_spike"]["threshold"] == 2.0


@pytest.mark.parametrize(
    "wrong",
    [
        rule("score_drop", 0.5),
        rule("score_drop", 91),
        rule("sync_failure", 2.5),
        rule("sync_failure", 3, minimum_volume=10),
        rule("blocklist_addition", 5),
        rule("nonsense", 5),
        rule("score_drop", 5, minimum_volume=0),
    ],
)
async def test_what_is_out_of_bounds_is_refused(owner: Browser, wrong: dict[str, Any]) -> None:
    assert (await save(owner, wrong)).status_code == 422
    assert (await owner.post(f"{PATH}/preview", {"rules": [wrong]})).status_code == 422


async def test_a_rule_named_twice_is_refused(owner: Browser) -> None:
    assert (await save(owner, rule("score_drop", 5), rule("score_drop", 6))).status_code == 422


async def test_the_preview_counts_what_would_have_fired_and_saves_nothing(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    now = runtime.clock.now()
    connection = await make_connection(created_at=now - timedelta(days=100))
    for hours, error in ((50, ERROR), (49, ERROR), (48, None), (30, ERROR), (29, ERROR), (28, ERROR), (27, ERROR)):
        await add(runtime, owner.org_id, run(connection, now - timedelta(hours=hours), error))
    for days in range(10, 40, 5):
        await campaign(runtime, connection, now - timedelta(days=days), 1000, 10)
    await campaign(runtime, connection, now - timedelta(days=5), 1000, 45)
    await add(runtime, owner.org_id, listing(now - timedelta(days=20), "A", now - timedelta(days=10), "delisted"))
    two, four, bounces, listed = await preview(owner, rule("sync_failure", 2)) + await preview(
        owner, rule("sync_failure", 4), rule("bounce_spike", 3), rule("blocklist_addition", 1)
    )
    assert (two["fired"], four["fired"], bounces["fired"], listed["fired"]) == (2, 1, 1, 1)
    newest, oldest = two["episodes"]
    assert (newest["ended_by"], oldest["ended_by"]) == (None, "recovered")
    assert "4.5 % of 1,000 messages" in bounces["episodes"][0]["body"]
    assert (await owner.get("/v1/alerts")).json()["data"] == []


async def test_what_fires_live_is_what_the_preview_told(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection, time_machine: TimeMachine
) -> None:
    connection = await make_connection(created_at=runtime.clock.now() - timedelta(days=3))
    for error in (ERROR, ERROR, ERROR, None, ERROR, ERROR, None, ERROR, ERROR, ERROR, ERROR):
        await time_machine.advance(600)
        await add(runtime, owner.org_id, run(connection, runtime.clock.now(), error))
        told = await evaluate(runtime, owner.org_id)
    (shown,) = await preview(owner, rule("sync_failure", 3))
    assert [kind for kind, _ in told] == ["sync_failure", "alert_recovered", "sync_failure"]
    assert shown["fired"] == 2


async def test_a_rule_that_is_off_would_have_told_nothing(owner: Browser) -> None:
    (shown,) = await preview(owner, rule("sync_failure", 1, enabled=False))
    assert (shown["fired"], shown["episodes"]) == (0, [])
