"""One alert per episode, one recovery notice, and nothing for what a member did on purpose."""

from sqlalchemy import update

from mailwarden.core.db import unit_of_work
from mailwarden.core.ids import format_id, new_id
from mailwarden.core.jobs import Job
from mailwarden.core.runtime import Runtime
from mailwarden.events.record import record
from mailwarden.events.types import EventType
from tests.alerts.support import alerts, break_and_tell, card, copies, recover_and_tell, tell
from tests.conftest import MakeConnection
from tests.factories import make_organization
from tests.support.browser import Browser
from tests.support.jobs import SURELY, drain


async def test_a_dead_connection_raises_one_alert_with_its_card(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    connection = await make_connection()
    episode_id = await break_and_tell(runtime, connection)
    (alert,) = await alerts(runtime, owner.org_id)
    assert (alert.kind, alert.episode_id, alert.connection_id) == (
        "integration_disconnected",
        episode_id,
        connection.id,
    )
    assert alert.title == "Integration disconnected: HubSpot – acme.test"
    assert "removed Mailwarden" in alert.body
    assert "owner or manager" in alert.body
    assert alert.card["cause"] == "app_uninstalled"


async def test_an_episode_told_twice_alarms_once(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    connection = await make_connection()
    episode_id = new_id()
    for _ in range(3):
        await tell(runtime, connection, EventType.CONNECTION_INACTIVE, episode_id, card(runtime, connection))
    await drain(runtime)
    assert len(await alerts(runtime, owner.org_id)) == 1
    assert len(await copies(runtime, owner.org_id)) == 1


async def test_the_same_event_dispatched_again_changes_nothing(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    await break_and_tell(runtime, await make_connection())
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(update(Job).values(state="ready"))
    await drain(runtime)
    assert len(await alerts(runtime, owner.org_id)) == 1
    assert [copy.state for copy in await copies(runtime, owner.org_id)] == ["sent"]


async def test_the_next_episode_alarms_again(runtime: Runtime, owner: Browser, make_connection: MakeConnection) -> None:
    connection = await make_connection()
    for _ in range(2):
        await recover_and_tell(runtime, connection, await break_and_tell(runtime, connection))
    kinds = [alert.kind for alert in await alerts(runtime, owner.org_id)]
    assert kinds == ["integration_disconnected", "integration_recovered"] * 2


async def test_a_recovery_is_told_once(runtime: Runtime, owner: Browser, make_connection: MakeConnection) -> None:
    connection = await make_connection()
    episode_id = await break_and_tell(runtime, connection)
    await recover_and_tell(runtime, connection, episode_id)
    await recover_and_tell(runtime, connection, episode_id)
    _, recovered = await alerts(runtime, owner.org_id)
    assert recovered.title == "Integration works again: HubSpot – acme.test"
    assert "recovered_at" in recovered.card


async def test_the_end_of_an_episode_that_alarmed_nobody_is_no_news(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    await recover_and_tell(runtime, await make_connection(), new_id())
    assert await alerts(runtime, owner.org_id) == []


async def test_a_recovery_that_arrives_first_tells_the_break_before_it(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    connection, episode_id = await make_connection(), new_id()
    await tell(runtime, connection, EventType.CONNECTION_INACTIVE, episode_id, card(runtime, connection))
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        late = runtime.clock.now().replace(year=2100)
        await tx.session.execute(update(Job).values(due_at=late))
        await record(tx, EventType.CONNECTION_RECOVERED, connection_id=connection.id, subject_id=episode_id)
    await drain(runtime)
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(update(Job).where(Job.state == "ready").values(due_at=runtime.clock.now() - SURELY))
    await drain(runtime)
    assert [alert.kind for alert in await alerts(runtime, owner.org_id)] == [
        "integration_disconnected",
        "integration_recovered",
    ]


async def test_a_members_own_disconnect_raises_no_alert(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    connection = await make_connection()
    await tell(runtime, connection, EventType.CONNECTION_DISCONNECTED, None, {})
    await tell(runtime, connection, EventType.CONNECTION_VERIFYING, None, {})
    await drain(runtime)
    assert await alerts(runtime, owner.org_id) == []


async def test_the_feed_shows_newest_first_page_by_page(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    connection = await make_connection()
    for _ in range(5):
        await break_and_tell(runtime, connection)
    first = (await owner.get("/v1/alerts", params={"limit": 3})).json()
    await break_and_tell(runtime, connection)
    second = (await owner.get("/v1/alerts", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    shown = [alert["id"] for alert in first["data"] + second["data"]]
    assert (first["has_more"], second["has_more"], second["next_cursor"]) == (True, False, None)
    assert shown == [format_id("alrt", alert.id) for alert in (await alerts(runtime, owner.org_id))[4::-1]]


async def test_an_alert_says_whom_it_was_mailed_to(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    connection = await make_connection()
    await break_and_tell(runtime, connection)
    (shown,) = (await owner.get("/v1/alerts")).json()["data"]
    assert shown["mailed_to"] == ["owner@example.com"]
    assert shown["provider"] == "hubspot"
    assert shown["connection_id"] == format_id("conn", connection.id)
    assert shown["card"]["who_must_act"] == "owner_or_manager"


async def test_the_feed_filters_by_kind_and_unread(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    connection = await make_connection()
    await recover_and_tell(runtime, connection, await break_and_tell(runtime, connection))
    recovered = (await owner.get("/v1/alerts", params={"kind": "integration_recovered"})).json()["data"]
    assert [alert["kind"] for alert in recovered] == ["integration_recovered"]
    await owner.post(f"/v1/alerts/{recovered[0]['id']}/read")
    unread = (await owner.get("/v1/alerts", params={"unread": "true"})).json()["data"]
    read = (await owner.get("/v1/alerts", params={"unread": "false"})).json()["data"]
    assert [alert["kind"] for alert in unread] == ["integration_disconnected"]
    assert [alert["kind"] for alert in read] == ["integration_recovered"]
    assert (await owner.get("/v1/alerts", params={"kind": "nonsense"})).status_code == 422


async def test_a_cursor_belongs_to_its_filter(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    connection = await make_connection()
    for _ in range(2):
        await break_and_tell(runtime, connection)
    cursor = (await owner.get("/v1/alerts", params={"limit": 1})).json()["next_cursor"]
    answer = await owner.get("/v1/alerts", params={"limit": 1, "unread": "true", "cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


async def test_reading_counts_down_and_the_first_reading_stays(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    connection = await make_connection()
    for _ in range(3):
        await break_and_tell(runtime, connection)
    assert (await owner.get("/v1/alerts/unread-count")).json() == {"unread": 3}
    one = (await owner.get("/v1/alerts")).json()["data"][0]["id"]
    first = (await owner.post(f"/v1/alerts/{one}/read")).json()
    again = (await owner.post(f"/v1/alerts/{one}/read")).json()
    assert first["read_at"] == again["read_at"] is not None
    assert (await owner.get("/v1/alerts/unread-count")).json() == {"unread": 2}
    assert (await owner.post("/v1/alerts/read-all")).json() == {"unread": 0}
    assert (await owner.get("/v1/alerts/unread-count")).json() == {"unread": 0}


async def test_another_organizations_alerts_do_not_exist(
    runtime: Runtime, owner: Browser, make_connection: MakeConnection
) -> None:
    theirs, _ = await make_organization(runtime, "Theirs")
    await break_and_tell(runtime, await make_connection(org_id=theirs))
    (alert,) = await alerts(runtime, theirs)
    assert (await owner.get("/v1/alerts")).json()["data"] == []
    assert (await owner.get("/v1/alerts/unread-count")).json() == {"unread": 0}
    assert (await owner.post(f"/v1/alerts/{format_id('alrt', alert.id)}/read")).status_code == 404
    await owner.post("/v1/alerts/read-all")
    (alert,) = await alerts(runtime, theirs)
    assert alert.read_at is None
