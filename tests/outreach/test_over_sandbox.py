"""Campaigns that really send, over real sockets: a rotation, threads, and what comes back."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.core.db import reader
from mailwarden.embedded import EmbeddedServers
from tests.outreach.steps import ANY_TIME, Told, get, listed, post, ready, start
from tests.sending.core.steps import Box, Mail
from tests.support.browser import Browser
from tests.support.sandbox import Sandbox
from tests.support.world import World
from tests.support.world_fixtures import fresh_world, sandbox

__all__ = ["sandbox"]

ALL_DAY = {"working_days": ANY_TIME["days"], "working_from": "00:00", "working_until": "23:59", "send_interval_s": 10}
FIRST = {"subject": "Hello {{first_name|there}}", "html": "<p>Hi {{first_name|there}}</p>"}
SECOND = {"delay_s": 600, "html": "<p>Did you see it?</p>"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(
    servers: EmbeddedServers, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with fresh_world(servers, sandbox, tmp_path_factory.mktemp("world")) as opened:
        yield opened


async def open_mailbox(world: World, browser: Browser, provider: str) -> Box:
    linked = await world.connect(browser, provider, world.sandbox.make_account(provider))
    async with reader(world.runtime.sessions, browser.org_id) as tx:
        slot = await tx.session.scalar(select(MailboxSlot).where(MailboxSlot.connection_id == linked.id))
    assert slot is not None
    made = Box(world, linked, browser.org_id, slot.id)
    await made.set(**ALL_DAY)
    return made


async def slot_of(box: Box) -> MailboxSlot:
    async with reader(box.world.runtime.sessions, box.org_id) as tx:
        return (await tx.session.scalars(select(MailboxSlot).where(MailboxSlot.id == box.slot_id))).one()


async def begin(world: World, boxes: list[Box], addresses: list[str], *steps: Told, **over: Any) -> Told:
    browser = boxes[0].linked.browser
    given = [{"address": one, "fields": {"first_name": one[0].upper()}} for one in addresses]
    slots = [await slot_of(box) for box in boxes]
    return await start(browser, await ready(browser, slots, given, steps or (FIRST, SECOND), **over))


def by_recipient(boxes: list[Box]) -> dict[str, list[tuple[int, Mail]]]:
    """What providers took, with the number of the box that it left from."""
    found: dict[str, list[tuple[int, Mail]]] = {}
    for number, box in enumerate(boxes):
        for mail in box.sent():
            found.setdefault(str(mail.parsed["To"]), []).append((number, mail))
    return found


async def test_a_rotation_with_everything_that_comes_back(world: World) -> None:
    browser = await world.sign_up()
    boxes = [await open_mailbox(world, browser, provider) for provider in ("google", "imap")]
    kinds = ("reply", "bounce-hard", "autoreply", "complaint", "anna", "boris")
    campaign = await begin(world, boxes, [f"{kind}@dest.test" for kind in kinds])
    await world.run_for(1500, widest=60)
    people = {one["address"].split("@")[0]: one["state"] for one in await listed(browser, campaign)}
    assert people == {
        "reply": "replied",
        "bounce-hard": "bounced",
        "autoreply": "finished",
        "complaint": "unsubscribed",
        "anna": "finished",
        "boris": "finished",
    }
    mails = by_recipient(boxes)
    assert {who.split("@")[0]: len(one) for who, one in mails.items()} == {
        **dict.fromkeys(("reply", "bounce-hard", "complaint"), 1),
        **dict.fromkeys(("autoreply", "anna", "boris"), 2),
    }
    for pair in (mails[f"{who}@dest.test"] for who in ("anna", "boris", "autoreply")):
        (first_box, first), (second_box, second) = sorted(pair, key=lambda one: one[1].subject.startswith("Re:"))
        assert first_box == second_box
        assert second.subject == f"Re: {first.subject}"
        assert second.parsed["In-Reply-To"] == first.parsed["Message-ID"]
        assert first.parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert len(Counter(number for pair in mails.values() for number, _ in pair)) == 2
    done = await get(browser, campaign)
    assert done["state"] == "finished"
    figures = {"sent": 9, "replied": 1, "bounced": 1, "unknown": 0}
    assert figures.items() <= done["figures"].items()


@pytest.mark.parametrize("provider", ["microsoft", "keap"])
async def test_one_account_sends_every_step(world: World, provider: str) -> None:
    browser = await world.sign_up()
    box = await open_mailbox(world, browser, provider)
    campaign = await begin(world, [box], ["anna@dest.test", "boris@dest.test"], FIRST, SECOND | {"delay_s": 60})
    for _ in range(12):
        await box.work(15)
    assert sorted((mail.to or (str(mail.parsed["To"]),), mail.subject) for mail in box.sent()) == [
        (("anna@dest.test",), "Hello A"),
        (("anna@dest.test",), "Re: Hello A"),
        (("boris@dest.test",), "Hello B"),
        (("boris@dest.test",), "Re: Hello B"),
    ]
    assert (await get(browser, campaign))["recipients"]["finished"] == 2


async def test_speed_and_pause_hold_together(world: World) -> None:
    """L27: pausing and resuming again and again sends no mail sooner."""
    browser = await world.sign_up()
    box = await open_mailbox(world, browser, "google")
    campaign = await begin(world, [box], [f"p{n}@dest.test" for n in range(12)], FIRST)
    began = world.now()
    for round_ in range(12):
        await box.work(1, times=4)
        await post(browser, campaign, "pause")
        held = len(box.sent())
        await box.work(1, times=2 + round_ % 2)
        assert len(box.sent()) == held
        await post(browser, campaign, "resume")
        assert len(box.sent()) <= (world.now() - began).total_seconds() / 10 + 1
    assert len(box.sent()) >= 4
    await box.work(10, times=15)
    assert sorted(str(mail.parsed["To"]) for mail in box.sent()) == sorted(f"p{n}@dest.test" for n in range(12))
