"""The score, its history and what would be, as a browser sees them."""

from typing import Any
from uuid import UUID

import pytest

from mailwarden.connections.models import Connection
from mailwarden.core.runtime import Runtime
from mailwarden.deliverability.facts import Listing
from tests.conftest import MakeConnection, NewClient
from tests.deliverability.score.made import NOTHING, PERFECT
from tests.deliverability.score.test_snapshots import World, send, taken
from tests.support.browser import Browser, sign_up


@pytest.fixture
async def connection(make_connection: MakeConnection) -> Connection:
    return await make_connection()


@pytest.fixture
def world() -> World:
    made = World()
    made.domains = {"a.example": PERFECT, "b.example": NOTHING}
    return made


async def score(owner: Browser, query: str = "") -> dict[str, Any]:
    answer = await owner.get(f"/v1/deliverability/score{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ask(owner: Browser, **body: Any) -> dict[str, Any]:
    answer = await owner.post("/v1/deliverability/what-if", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_nobody_knows_anything_yet(owner: Browser):
    found = await score(owner)
    assert (found["score"], found["band"], found["label"]) == (None, None, "No score")
    assert "Not enough data" in found["note"]
    assert found["recommendations"] == []


async def test_before_the_first_snapshot_the_mail_is_judged_as_it_is(
    runtime: Runtime, owner: Browser, connection: Connection
):
    await send(runtime, connection)
    found = await score(owner)
    assert found["score"] is not None
    assert sum(line["points"] for line in found["lines"]) == found["points"]


async def test_lines_words_and_advice(runtime: Runtime, owner: Browser, connection: Connection, world: World):
    await send(runtime, connection, "c1", complaints=2)
    await send(runtime, connection, "c2", complaints=20)
    await taken(runtime, owner.org_id, world)
    found = await score(owner)
    assert found["score"] == found["points"] // 100
    assert [line["name"] for line in found["lines"]][-1] == "limit"
    assert sum(line["points"] for line in found["lines"]) == found["points"]
    assert [one["domain"] for one in found["domains"]] == ["a.example", "b.example"]
    assert [one["share"] for one in found["domains"]] == [0.5, 0.5]
    assert found["caps"][0]["text"]
    gains = [one["gain"] for one in found["recommendations"]]
    assert gains == sorted(gains, reverse=True)
    [complaints] = [one for one in found["recommendations"] if one["line"] == "complaints"]
    assert "22 of 19,800 messages" in complaints["text"]
    assert (complaints["campaign"]["events"], complaints["campaign"]["messages"]) == (20, 9900)


async def test_messages_of_other_channels_are_nobody_s_example(
    runtime: Runtime, owner: Browser, connection: Connection, world: World
):
    """Only e-mail is counted, so only e-mail can be to blame."""
    await send(runtime, connection, "c1", complaints=20)
    await send(runtime, connection, "c2", complaints=500, channel="sms")
    await taken(runtime, owner.org_id, world)
    [complaints] = [one for one in (await score(owner))["recommendations"] if one["line"] == "complaints"]
    assert complaints["campaign"]["events"] == 20


async def test_a_recommendation_brings_what_it_says(
    runtime: Runtime, owner: Browser, connection: Connection, world: World
):
    await send(runtime, connection, complaints=20)
    world.listed = {"b.example": (Listing("spamhaus", "spamhaus_zen", "192.0.2.1", "ip", "A"),)}
    await taken(runtime, owner.org_id, world)
    for query in ("", "?domain=b.example"):
        found = await score(owner, query)
        for one in found["recommendations"]:
            tried = await ask(owner, domain=found["domain"], of=one["domain"], change=one["change"])
            assert (tried["gain"], tried["then"]["score"]) == (one["gain"], one["score_after"])


async def test_one_domain(runtime: Runtime, owner: Browser, connection: Connection, world: World):
    await send(runtime, connection)
    await taken(runtime, owner.org_id, world)
    found = await score(owner, "?domain=b.example")
    assert (found["score"], found["label"], found["domains"]) == (49, "Critical", [])
    answer = await owner.get("/v1/deliverability/score?domain=c.example")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_facts_that_a_what_if_begins_with(
    runtime: Runtime, owner: Browser, connection: Connection, world: World
):
    """To try what is there already changes nothing."""
    await send(runtime, connection)
    world.listed = {"b.example": (Listing("spamhaus", "spamhaus_zen", "192.0.2.1", "ip", "C", shared=True),)}
    await taken(runtime, owner.org_id, world)
    found = await score(owner)
    first, second = found["facts"]
    assert (first["domain"], first["authentication"]["dmarc"], first["listings"]) == ("a.example", PERFECT.dmarc, [])
    assert (second["listings"][0]["list"], second["listings"][0]["shared"]) == ("spamhaus_zen", True)
    for one in found["facts"]:
        same = {name: value for name, value in one["authentication"].items() if name != "own_ip"}
        tried = await ask(owner, of=one["domain"], change={"authentication": same, "bulk": one["bulk"]})
        assert tried["gain"] == 0
        assert len((await score(owner, f"?domain={one['domain']}"))["facts"]) == 1


async def test_what_if(runtime: Runtime, owner: Browser, connection: Connection, world: World):
    await send(runtime, connection)
    await taken(runtime, owner.org_id, world)
    worse = await ask(owner, change={"rates": {"complaints": 0.004, "bounces": 0.001}})
    assert worse["gain"] < 0
    assert worse["then"]["band"] == "critical"
    better = await ask(owner, of="b.example", change={"authentication": {"spf": "covers", "dkim": "strong"}})
    assert better["gain"] > 0
    assert sum(line["points"] for line in better["then"]["lines"]) == better["then"]["points"]
    assert (await score(owner))["points"] == worse["now"]["points"]


@pytest.mark.parametrize("query", ["", "?domain=b.example"])
async def test_every_slider_where_it_stands_changes_nothing(
    runtime: Runtime, owner: Browser, connection: Connection, world: World, query: str
):
    """The rates are shown in whole parts of a million, and measured more finely."""
    await send(runtime, connection, complaints=3, opened=2677, clicked=157, bounced=123)
    world.listed = {"b.example": (Listing("spamhaus", "spamhaus_zen", "192.0.2.1", "ip", "C"),)}
    await taken(runtime, owner.org_id, world)
    found = await score(owner, query)
    rates = {one["name"]: one["used"] for one in found["rates"]}
    assert len(rates) == 4
    tried = await ask(owner, domain=found["domain"], change={"rates": rates})
    assert (tried["gain"], tried["then"]) == (0, tried["now"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"change": {"rates": {"complaints": 1.5}}}, 422),
        ({"change": {"rates": {"luck": 0.5}}}, 422),
        ({"change": {"authentication": {"spf": "perhaps"}}}, 422),
        ({"change": {}, "domain": "c.example"}, 404),
        ({"change": {}, "of": "c.example"}, 404),
    ],
)
async def test_what_cannot_be(owner: Browser, body: dict[str, Any], status: int):
    answer = await owner.post("/v1/deliverability/what-if", json=body)
    assert answer.status_code == status, answer.text


async def test_history_newest_first_by_pages(runtime: Runtime, owner: Browser, connection: Connection, world: World):
    await send(runtime, connection)
    for days_ago in (2, 1, 0):
        await taken(runtime, owner.org_id, world, days_ago=days_ago)
    first = (await owner.get("/v1/deliverability/history?limit=2")).json()
    second = (await owner.get(f"/v1/deliverability/history?limit=2&cursor={first['next_cursor']}")).json()
    assert [len(first["data"]), len(second["data"]), second["has_more"]] == [2, 1, False]
    days = [one["day"] for one in (*first["data"], *second["data"])]
    assert days == sorted(days, reverse=True)
    for one in first["data"]:
        assert sum(one["lines"].values()) == one["points"]
    only = (await owner.get(f"/v1/deliverability/history?first={days[0]}&domain=a.example")).json()
    assert [one["day"] for one in only["data"]] == days[:1]


async def test_the_neighbour_sees_nothing_of_it(
    runtime: Runtime, owner: Browser, connection: Connection, world: World, new_client: NewClient
):
    await send(runtime, connection)
    await taken(runtime, owner.org_id, world)
    neighbour = await sign_up(new_client(), "neighbour@example.com")
    assert (await score(neighbour))["score"] is None
    assert (await neighbour.get("/v1/deliverability/history")).json()["data"] == []
    assert isinstance(neighbour.org_id, UUID)
