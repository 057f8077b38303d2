"""A whole mail: written over the API, sent by a provider, opened, followed and left by whoever got it."""

from collections.abc import AsyncIterator
from email.message import EmailMessage

import httpx
import pytest
import pytest_asyncio

from mailwarden.embedded import EmbeddedServers
from mailwarden.main import create_app
from tests.sending.core.steps import Box, open_box
from tests.sending.tracking.conftest import FIREFOX
from tests.support.sandbox import Sandbox
from tests.support.world import World
from tests.support.world_fixtures import fresh_world, sandbox

__all__ = ["sandbox"]
HTML = '<p>See <a href="https://a.example/offer">our offer</a></p>'
SETTLED = "SELECT id FROM jobs WHERE state = 'ready' AND due_at <= app_now() AND kind = any($1)"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(
    servers: EmbeddedServers, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with fresh_world(servers, sandbox, tmp_path_factory.mktemp("world")) as opened:
        yield opened


async def settle(world: World) -> None:
    await world.advance(10)
    for one in await world.admin.fetch(SETTLED, ["tracking.settle"]):
        await world.runner.run(one["id"])


def words(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    assert part is not None
    found: str = part.get_content()
    return found


def address(text: str, kind: str) -> str:
    """Path of the first address of this kind in the text of a part."""
    rest = text.split(f"/t/{kind}/", 1)[1]
    return f"/t/{kind}/" + rest.split('"')[0].split(">")[0].split()[0]


async def written(box: Box, to: str) -> str:
    body = {"mailbox_id": f"mbx_{box.slot_id.hex}", "to": [{"address": to}], "subject": "Offer", "html": HTML}
    draft = await box.linked.browser.post("/v1/messages", body)
    assert draft.status_code == 201, draft.text
    return str(draft.json()["id"])


@pytest.mark.parametrize("provider", ["google", "microsoft", "imap"])
async def test_a_mail_is_opened_and_followed(world: World, provider: str) -> None:
    box = await open_box(world, provider)
    message = await written(box, "ada@else.test")
    assert (await box.linked.browser.post(f"/v1/messages/{message}/send", {})).status_code == 200
    await box.work()
    mail = box.sent()[0].parsed
    html, text = words(mail, "html"), words(mail, "plain")
    assert "https://a.example/offer" not in html + text
    transport = httpx.ASGITransport(create_app(world.runtime), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=world.runtime.config.base_url) as http:
        http.headers["user-agent"] = FIREFOX
        await world.advance(120)
        assert (await http.get(address(html, "o"))).status_code == 200
        followed = [await http.get(address(part, "c")) for part in (html, text)]
        assert {one.headers["location"] for one in followed} == {"https://a.example/offer"}
    await settle(world)
    shown = (await box.linked.browser.get(f"/v1/messages/{message}")).json()
    assert shown["recipients"][0]["opened_at"] is not None
    assert shown["recipients"][0]["clicked_at"] is not None
    told = (await box.linked.browser.get(f"/v1/messages/{message}/activity")).json()
    assert (told["opens"]["human"], told["clicks"]["human"]) == (1, 2)


async def test_whoever_left_gets_no_more_mail(world: World) -> None:
    box = await open_box(world, "imap")
    await box.queue("ada@else.test", one_click_unsubscribe=True, track_opens=False, track_clicks=False)
    await box.work()
    mail = box.sent()[0].parsed
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = str(mail["List-Unsubscribe"]).strip("<>")
    assert url in words(mail, "html")
    assert url in words(mail, "plain")
    transport = httpx.ASGITransport(create_app(world.runtime), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport) as http:
        answer = await http.post(url, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    message = await written(box, "Ada@Else.test")
    refused = await box.linked.browser.post(f"/v1/messages/{message}/send", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "suppressed")
    listed = (await box.linked.browser.get("/v1/suppressions")).json()["data"]
    assert [(one["address"], one["reason"]) for one in listed] == [("ada@else.test", "unsubscribed")]
