"""Optimistic concurrency on settings: nobody overwrites what they have not seen."""

import asyncio

import pytest

from tests.support.browser import Browser


async def test_a_change_needs_the_tag_of_what_was_seen(owner: Browser) -> None:
    seen = (await owner.get("/v1/organization")).headers["etag"]
    changed = await owner.patch("/v1/organization", {"name": "New"}, headers={"If-Match": seen})
    assert (changed.status_code, changed.json()["name"], changed.json()["version"]) == (200, "New", 2)
    assert changed.headers["etag"] == '"v2"' != seen


async def test_without_a_tag_nothing_is_changed(owner: Browser) -> None:
    answer = await owner.patch("/v1/organization", {"name": "New"})
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")


async def test_a_stale_tag_is_told_the_current_one(owner: Browser) -> None:
    await owner.patch("/v1/organization", {"name": "Theirs"}, headers={"If-Match": '"v1"'})
    answer = await owner.patch("/v1/organization", {"name": "Mine"}, headers={"If-Match": '"v1"'})
    assert (answer.status_code, answer.json()["code"], answer.headers["etag"]) == (412, "precondition_failed", '"v2"')
    assert (await owner.get("/v1/organization")).json()["name"] == "Theirs"


@pytest.mark.parametrize("tag", ["*", '"v²"'.encode("latin-1"), '"v1", "v2"', 'W/"v1"'])
async def test_odd_tags_match_nothing(owner: Browser, tag: str | bytes) -> None:
    answer = await owner.patch("/v1/organization", {"name": "New"}, headers=[(b"If-Match", tag)])
    assert answer.status_code == 412


async def test_of_writers_at_once_one_wins_each_round(owner: Browser) -> None:
    for round in range(1, 21):
        changes = [
            owner.patch("/v1/organization", {"name": f"by {writer}"}, headers={"If-Match": f'"v{round}"'})
            for writer in range(4)
        ]
        answers = await asyncio.gather(*changes)
        assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
        won = next(answer.json() for answer in answers if answer.status_code == 200)
        now = (await owner.get("/v1/organization")).json()
        assert (now["name"], now["version"]) == (won["name"], round + 1)


async def test_the_time_zone_must_exist(owner: Browser) -> None:
    answer = await owner.patch("/v1/organization", {"time_zone": "Nowhere"}, headers={"If-Match": '"v1"'})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/time_zone")
