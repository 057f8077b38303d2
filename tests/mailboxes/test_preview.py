"""Before a disconnect: exactly what is reset, what stays, what pauses, and which other way there is (D7-D11)."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from mailwarden.connections.models import Connection
from mailwarden.connections.schemas import PausedCampaign
from mailwarden.core.db import UnitOfWork
from mailwarden.core.runtime import Runtime
from mailwarden.mailboxes import stakes
from tests.conftest import MakeConnection
from tests.mailboxes.steps import OURS, change, link, mailbox
from tests.support.browser import Browser
from tests.support.replies import Replies


async def test_names_every_value_that_will_be_reset_and_keeps_its_word(owner: Browser, replies: Replies) -> None:
    connection = await link(owner, replies, 4711)
    await change(owner, **OURS)
    told = (await owner.get(f"/v1/connections/{connection}/disconnect-preview")).json()
    resets = {line["title"]: line["detail"] for line in told["resets"]}
    assert resets == {
        "Signature": "Kind regards Pat: becomes none",
        "Sender name": "Pat Doe: becomes the account's own name",
        "Sending speed": "one mail every 90 s: becomes one mail every 60 s",
        "Daily limit": "50 mails a day: becomes 200 mails a day",
        "Daily limit per recipient domain": "100 recipients a day: stays at its default",
        "Warm-up": "off: stays at its default",
        "Warm-up begins with": "20 mails a day: stays at its default",
        "Warm-up grows by": "10 mails each day: stays at its default",
        "Working days": "mon, sat: becomes mon, tue, wed, thu, fri",
        "Working hours from": "08:30: becomes 09:00",
        "Working hours until": "16:00: becomes 18:00",
        "Time zone": "Europe/Berlin: becomes the organization's time zone",
        "Open tracking": "off: becomes on",
        "Click tracking": "off: becomes on",
    }
    await owner.delete(f"/v1/connections/{connection}")
    await link(owner, replies, 4711)
    now = await mailbox(owner)
    assert now["settings"] == now["defaults"]
    assert now["number"] == told["slot_number"] == 1


async def test_says_what_is_at_its_default_already(owner: Browser, replies: Replies) -> None:
    connection = await link(owner, replies, 4711)
    told = (await owner.get(f"/v1/connections/{connection}/disconnect-preview")).json()
    assert {line["detail"].split(": ")[1] for line in told["resets"]} == {"stays at its default"}
    assert {"Slot", "Messages", "Campaigns and figures"} <= {line["title"] for line in told["keeps"]}


async def test_offers_both_ways_with_their_consequences(owner: Browser, replies: Replies) -> None:
    connection = await link(owner, replies, 4711)
    told = (await owner.get(f"/v1/connections/{connection}/disconnect-preview")).json()
    one_click, two_step = told["ways"]
    assert (one_click["code"], one_click["recommended"]) == ("one_click", True)
    assert "inbox rotation" in one_click["when"]
    assert any("stay exactly as they are" in line for line in one_click["consequences"])
    assert (two_step["code"], two_step["recommended"]) == ("two_step", False)
    assert "another account" in two_step["when"]
    assert any("go back to their defaults" in line for line in two_step["consequences"])


async def test_of_an_account_without_slot_resets_nothing(owner: Browser, make_connection: MakeConnection) -> None:
    row = await make_connection(provider="klaviyo")
    told = (await owner.get(f"/v1/connections/conn_{row.id.hex}/disconnect-preview")).json()
    assert (told["resets"], told["slot_number"], told["pauses"]) == ([], None, [])
    assert "Slot" not in {line["title"] for line in told["keeps"]}


@pytest.fixture
def a_campaign(runtime: Runtime) -> Iterator[None]:
    async def count(_: UnitOfWork, row: Connection) -> Sequence[PausedCampaign]:
        soon = runtime.clock.now() + timedelta(hours=1)
        return [PausedCampaign(name="Spring", detail=row.account_label, recipients=120, next_send_at=soon)]

    stakes.register(count)
    stakes.register(count)
    yield
    stakes.unregister(count)


async def test_counts_the_campaigns_that_would_pause(owner: Browser, replies: Replies, a_campaign: None) -> None:
    connection = await link(owner, replies, 4711)
    told = (await owner.get(f"/v1/connections/{connection}/disconnect-preview")).json()
    assert [one["name"] for one in told["pauses"]] == ["Spring"]
    assert told["recipients_at_stake"] == 120
    assert any("1 campaign pauses" in line for line in told["ways"][1]["consequences"])
